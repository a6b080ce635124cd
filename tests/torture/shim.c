/* Counts what a process does to the files below one folder, and makes the n-th of it go wrong.
 *
 * Loaded with LD_PRELOAD. It sleeps until it is armed: by TORTURE_ARM in the environment
 * when the process begins, or by a call of `torture_arm` after a fork. What it is armed with
 * is one line:
 *
 *     MODE FIRST TIMES ERRNO KINDS FOLDER|LOG|UNDO     (LOG and UNDO may be a dot: none)
 *
 * MODE   c count, b kill before, a kill after, f fail, s short writes, p kill before and keep
 *        what a loss of power needs to know
 * FIRST  the number of the operation, counted from 1, among those of KINDS
 * TIMES  how many in a row, 0: for ever
 * KINDS  letters: o create, w write, s sync, r rename, u unlink, m mkdir, c close, t truncate,
 *        l lock, g read
 * LOG    a line an operation: number, seconds, kind, inode, path, other path, copy
 * UNDO   a folder for what a loss of power brings back
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILES 4096
#define DIRTY 4096
#define SHORT 7

static char mode, kinds[32], folder[PATH_MAX], undo[PATH_MAX];
static long first, times, seen, copies;
static int error, log_file = -1;
static size_t folder_length;
static char writable[FILES]; /* 1: below the folder, 2: and open for writing */
static struct { dev_t device; ino_t inode; } dirty[DIRTY];
static int dirty_count;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(type, name, ...)                                   \
    static type (*real)(__VA_ARGS__);                           \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name)

static long raw_open(const char *path, int flags, mode_t bits) {
    return syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, bits);
}

void torture_arm(const char *line) {
    char log[PATH_MAX] = "";
    *folder = *undo = 0;
    if (sscanf(line, "%c %ld %ld %d %31s %4095[^|]|%4095[^|]|%4095[^\n]", &mode, &first, &times, &error, kinds,
               folder, log, undo) < 6) {
        mode = 0;
        return;
    }
    folder_length = strlen(folder);
    seen = copies = 0;
    if (strcmp(log, ".")) {
        long opened = raw_open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        log_file = (int)syscall(SYS_fcntl, opened, F_DUPFD_CLOEXEC, 3000);
        if (log_file < 0) log_file = (int)opened; else syscall(SYS_close, opened);
    }
}

__attribute__((constructor)) static void begin(void) {
    const char *line = getenv("TORTURE_ARM");
    if (line) torture_arm(line);
}

static int below(const char *path) {
    return !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

/* The absolute path of a name below a folder handle; 0 when it is not below ours. */
static int placed(char *out, int base, const char *path) {
    char start[PATH_MAX] = "";
    if (path[0] != '/') {
        if (base == AT_FDCWD) {
            if (syscall(SYS_getcwd, start, sizeof start) < 0) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", base);
            long length = syscall(SYS_readlinkat, AT_FDCWD, link, start, sizeof start - 1);
            if (length < 0) return 0;
            start[length] = 0;
        }
    }
    if (snprintf(out, PATH_MAX, "%s%s%s", start, *start ? "/" : "", path) >= PATH_MAX) return 0;
    return below(out);
}

static int of_file(char *out, int file) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
    if (length < 0) length = 0;
    out[length] = 0;
    return (int)length;
}

static void tell(long number, char kind, ino_t inode, const char *path, const char *other, long copy) {
    if (log_file < 0) return;
    char line[2 * PATH_MAX + 128];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(line, sizeof line, "%ld\t%ld.%09ld\t%c\t%lu\t%s\t%s\t%ld\n", number, (long)now.tv_sec,
                          now.tv_nsec, kind, (unsigned long)inode, path, other, copy);
    syscall(SYS_write, log_file, line, length);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static int copy_of(const char *path, long number) {
    char name[PATH_MAX + 32], data[65536];
    snprintf(name, sizeof name, "%s/%ld", undo, number);
    long from = raw_open(path, O_RDONLY, 0), to = raw_open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600), got;
    if (from < 0) return 0;
    while ((got = syscall(SYS_read, from, data, sizeof data)) > 0) syscall(SYS_write, to, data, got);
    syscall(SYS_close, from);
    syscall(SYS_close, to);
    return 1;
}

/* Before a file's content changes for the first time since its sync: keep what the disk has of it. */
static void soil(int file, const char *path) {
    struct stat facts;
    if (mode != 'p' || fstat(file, &facts)) return;
    for (int i = 0; i < dirty_count; i++)
        if (dirty[i].inode == facts.st_ino && dirty[i].device == facts.st_dev) return;
    if (dirty_count < DIRTY) {
        dirty[dirty_count].device = facts.st_dev;
        dirty[dirty_count++].inode = facts.st_ino;
    }
    long copy = facts.st_size ? ++copies : 0;
    if (copy) copy_of(path, copy);
    tell(0, 'D', facts.st_ino, path, "", copy);
}

static void cleaned(int file) {
    struct stat facts;
    if (mode != 'p' || fstat(file, &facts)) return;
    for (int i = 0; i < dirty_count; i++)
        if (dirty[i].inode == facts.st_ino && dirty[i].device == facts.st_dev) dirty[i] = dirty[--dirty_count];
}

static long spare(const char *path) {
    struct stat facts;
    if (mode != 'p' || lstat(path, &facts) || !S_ISREG(facts.st_mode)) return 0;
    copy_of(path, ++copies);
    return copies;
}

/* Enter an operation: its number, or -1 when it has to fail with errno set. 0: none of ours. */
static long enter(char kind, ino_t inode, const char *path, const char *other, long copy) {
    if (!mode || !strchr(kinds, kind)) return 0;
    long number = ++seen;
    int hit = number >= first && (!times || number < first + times);
    if (hit && (mode == 'b' || mode == 'p')) {
        tell(number, 'X', inode, path, other, 0);
        die();
    }
    tell(number, kind, inode, path, other, copy);
    if (hit && mode == 'f') {
        errno = error;
        return -1;
    }
    return number;
}

static void leave(long number) {
    int saved = errno;
    if (mode == 'a' && number >= first && first) die();
    errno = saved;
}

#define HOLD pthread_mutex_lock(&lock)
#define FREE pthread_mutex_unlock(&lock)

static int opened(int base, const char *path, int flags, mode_t bits) {
    char full[PATH_MAX];
    if (!mode || !placed(full, base, path)) return (int)syscall(SYS_openat, base, path, flags, bits);
    HOLD;
    struct stat facts;
    long number = 0;
    if ((flags & O_CREAT) && lstat(full, &facts)) number = enter('o', 0, full, "", 0);
    int file = -1;
    if (number >= 0) file = (int)syscall(SYS_openat, base, path, flags, bits);
    if (file >= 0 && file < FILES) writable[file] = (flags & O_ACCMODE) == O_RDONLY ? 1 : 2;
    if (file >= 0 && (flags & O_TRUNC)) soil(file, full);
    leave(number);
    FREE;
    return file;
}

#define MODE_OF(bits, flags)                        \
    mode_t bits = 0;                                \
    if (flags & (O_CREAT | O_TMPFILE)) {            \
        va_list rest;                               \
        va_start(rest, flags);                      \
        bits = va_arg(rest, mode_t);                \
        va_end(rest);                               \
    }

int open(const char *path, int flags, ...) { MODE_OF(bits, flags) return opened(AT_FDCWD, path, flags, bits); }
int open64(const char *path, int flags, ...) { MODE_OF(bits, flags) return opened(AT_FDCWD, path, flags, bits); }
int openat(int base, const char *path, int flags, ...) { MODE_OF(bits, flags) return opened(base, path, flags, bits); }
int openat64(int base, const char *path, int flags, ...) { MODE_OF(bits, flags) return opened(base, path, flags, bits); }

static int ours(int file, char least) { return mode && file >= 0 && file < FILES && writable[file] >= least; }

static size_t cut(size_t length) { return mode == 's' && length > SHORT ? SHORT : length; }

#define AROUND(type, kind, file, call)              \
    char path[PATH_MAX];                            \
    struct stat facts = {0};                        \
    HOLD;                                           \
    of_file(path, file);                            \
    fstat(file, &facts);                            \
    if (kind == 'w' || kind == 't') soil(file, path); \
    long number = enter(kind, facts.st_ino, path, "", 0); \
    type result = number < 0 ? (type)-1 : (call);   \
    leave(number);                                  \
    FREE;                                           \
    return result

ssize_t write(int file, const void *data, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (!ours(file, 2)) return real(file, data, length);
    AROUND(ssize_t, 'w', file, real(file, data, cut(length)));
}

ssize_t pwrite(int file, const void *data, size_t length, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    if (!ours(file, 2)) return real(file, data, length, at);
    AROUND(ssize_t, 'w', file, real(file, data, cut(length), at));
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    if (!ours(file, 2)) return real(file, data, length, at);
    AROUND(ssize_t, 'w', file, real(file, data, cut(length), at));
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    if (!ours(file, 2)) return real(file, pieces, count);
    AROUND(ssize_t, 'w', file, real(file, pieces, count));
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
    REAL(ssize_t, sendfile64, int, int, off64_t *, size_t);
    if (!ours(to, 2)) return real(to, from, at, length);
    AROUND(ssize_t, 'w', to, real(to, from, at, length));
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t length, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    if (!ours(to, 2)) return real(from, at, to, there, length, flags);
    AROUND(ssize_t, 'w', to, real(from, at, to, there, length, flags));
}

ssize_t read(int file, void *data, size_t length) {
    REAL(ssize_t, read, int, void *, size_t);
    if (!ours(file, 1) || !strchr(kinds, 'g')) return real(file, data, length);
    AROUND(ssize_t, 'g', file, real(file, data, length));
}

ssize_t pread64(int file, void *data, size_t length, off64_t at) {
    REAL(ssize_t, pread64, int, void *, size_t, off64_t);
    if (!ours(file, 1) || !strchr(kinds, 'g')) return real(file, data, length, at);
    AROUND(ssize_t, 'g', file, real(file, data, length, at));
}

static int synced(int file, int (*real)(int)) {
    if (!ours(file, 1)) return real(file);
    char path[PATH_MAX];
    struct stat facts = {0};
    HOLD;
    of_file(path, file);
    fstat(file, &facts);
    long number = enter('s', facts.st_ino, path, S_ISDIR(facts.st_mode) ? "folder" : "", 0);
    int result = number < 0 ? -1 : real(file);
    if (!result) {
        cleaned(file);
        tell(0, S_ISDIR(facts.st_mode) ? 'F' : 'S', facts.st_ino, path, "", 0);
    }
    leave(number);
    FREE;
    return result;
}

int fsync(int file) { REAL(int, fsync, int); return synced(file, real); }
int fdatasync(int file) { REAL(int, fdatasync, int); return synced(file, real); }

int ftruncate(int file, off_t length) {
    REAL(int, ftruncate, int, off_t);
    if (!ours(file, 2)) return real(file, length);
    AROUND(int, 't', file, real(file, length));
}

int ftruncate64(int file, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    if (!ours(file, 2)) return real(file, length);
    AROUND(int, 't', file, real(file, length));
}

int close(int file) {
    REAL(int, close, int);
    if (!ours(file, 1)) return real(file);
    char least = writable[file];
    writable[file] = 0;
    if (least < 2) return real(file);
    char path[PATH_MAX];
    HOLD;
    of_file(path, file);
    long number = enter('c', 0, path, "", 0);
    int result = real(file);
    if (number < 0) {
        errno = error;
        result = -1;
    }
    leave(number);
    FREE;
    return result;
}

static int renamed(int from, const char *old, int to, const char *new, unsigned flags) {
    char source[PATH_MAX], target[PATH_MAX];
    if (!mode || (!placed(source, from, old) | !placed(target, to, new)))
        return (int)syscall(SYS_renameat2, from, old, to, new, flags);
    HOLD;
    long copy = spare(target);
    long number = enter('r', 0, source, target, copy);
    int result = number < 0 ? -1 : (int)syscall(SYS_renameat2, from, old, to, new, flags);
    leave(number);
    FREE;
    return result;
}

int rename(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return renamed(from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return renamed(from, old, to, new, flags);
}

static int unlinked(int base, const char *path, int flags) {
    char full[PATH_MAX];
    struct stat facts;
    if (!mode || !placed(full, base, path) || lstat(full, &facts))
        return (int)syscall(SYS_unlinkat, base, path, flags);
    HOLD;
    long copy = spare(full);
    long number = enter('u', facts.st_ino, full, "", copy);
    int result = number < 0 ? -1 : (int)syscall(SYS_unlinkat, base, path, flags);
    leave(number);
    FREE;
    return result;
}

int unlink(const char *path) { return unlinked(AT_FDCWD, path, 0); }
int unlinkat(int base, const char *path, int flags) { return unlinked(base, path, flags); }
int rmdir(const char *path) { return unlinked(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int base, const char *path, mode_t bits) {
    char full[PATH_MAX];
    struct stat facts;
    if (!mode || !placed(full, base, path) || !lstat(full, &facts)) return (int)syscall(SYS_mkdirat, base, path, bits);
    HOLD;
    long number = enter('m', 0, full, "", 0);
    int result = number < 0 ? -1 : (int)syscall(SYS_mkdirat, base, path, bits);
    leave(number);
    FREE;
    return result;
}

int mkdir(const char *path, mode_t bits) { return made(AT_FDCWD, path, bits); }
int mkdirat(int base, const char *path, mode_t bits) { return made(base, path, bits); }

int flock(int file, int operation) {
    REAL(int, flock, int, int);
    if (!ours(file, 1) || operation == LOCK_UN || !strchr(kinds, 'l')) return real(file, operation);
    AROUND(int, 'l', file, real(file, operation));
}

static int controlled(int (*real)(int, int, ...), int file, int command, void *argument) {
    int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    if (!locks || !ours(file, 1) || !strchr(kinds, 'l')) return real(file, command, argument);
    AROUND(int, 'l', file, real(file, command, argument));
}

#define ARGUMENT(command)           \
    va_list rest;                   \
    va_start(rest, command);        \
    void *argument = va_arg(rest, void *); \
    va_end(rest)

int fcntl(int file, int command, ...) {
    REAL(int, fcntl, int, int, ...);
    ARGUMENT(command);
    return controlled(real, file, command, argument);
}

int fcntl64(int file, int command, ...) {
    REAL(int, fcntl64, int, int, ...);
    ARGUMENT(command);
    return controlled(real, file, command, argument);
}
