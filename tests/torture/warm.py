"""A process that has everything imported and forks for each run of the tool: a run costs little more
than its own work.

Reads one JSON object a line, answers one a line:

    {"run": number, "argv": [...], "folder": ..., "environment": {...}, "out": ..., "err": ...,
     "arm": ..., "held": whether it stops itself before it begins}
    -> {"run": number, "pid": ...}           it has begun, in a process group of its own
    -> {"run": number, "status": ...}        it has ended, as `os.waitstatus_to_exitcode` says

The child is the tool as it is: the command line's own entry, its own event loop, its own threads. Only the
start of the interpreter and the imports are behind it already.
"""

import ctypes
import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import resource
import selectors
import signal
import sys
import threading
from typing import Any

import seedream_pipe
from seedream_pipe.__main__ import main

_LAZY = ("httpx", "httpcore", "h11", "anyio", "PIL.Image", "PIL.JpegImagePlugin", "PIL.PngImagePlugin")
_MORE = (
    "asyncio",
    "jinja2",
    "jsonschema",
    "rich.progress",
    "sqlite3",
    "yaml",
    "click",
    "anyio._backends._asyncio",
)


def _import_all() -> None:
    for module in pkgutil.walk_packages(seedream_pipe.__path__, "seedream_pipe."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in (*_LAZY, *_MORE):
        importlib.import_module(name)


def _become(order: dict[str, Any]) -> None:
    """What stands between a fork and the tool."""
    os.setpgid(0, 0)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.closerange(3, 256)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the tool's own first line; no line of ours is told
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = ["seedream-pipe", *order["argv"]]
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False, buffering=1, errors="backslashreplace")
    if order["held"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    if order["arm"]:
        ctypes.CDLL(None).torture_arm(order["arm"].encode())


def _run(order: dict[str, Any]) -> None:
    """Be the tool, and end as the interpreter would."""
    code: object = 0
    try:
        _become(order)
        main()
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001 - the interpreter's own last handler does the same
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = 120
    os._exit(code if isinstance(code, int) else int(code is not None))


def _say(tree: dict[str, Any]) -> None:
    os.write(1, json.dumps(tree).encode() + b"\n")


def _serve() -> None:
    reading, waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    running: dict[int, int] = {}
    orders = selectors.DefaultSelector()
    orders.register(0, selectors.EVENT_READ)
    orders.register(reading, selectors.EVENT_READ)
    rest = b""
    while True:
        ready = {key.fd for key, _ in orders.select()}
        if reading in ready:
            os.read(reading, 4096)
            while running:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                _say({"run": running.pop(pid), "status": os.waitstatus_to_exitcode(status)})
        if 0 in ready:
            data = os.read(0, 1 << 16)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                order = json.loads(line)
                pid = os.fork()
                if not pid:
                    _run(order)
                running[pid] = order["run"]
                _say({"run": order["run"], "pid": pid})


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    _say({"ready": os.getpid()})
    _serve()
