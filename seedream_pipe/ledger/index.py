"""What the files of the calls say, in SQLite, for questions and for what processes must share.

Rule 1: never a source of truth. Missing, damaged or taken away, it is made again from the files;
what it calls open is checked against the files by whoever asks.
Rule 2: a row comes before the files of its call and is closed after them, so an index that
survived a power loss with its last commits gone lacks nothing that `reconcile` does not find.
Rule 3: money is whole billionths, so that sums are exact.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from seedream_pipe.digest import Key
from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.call_files import read_ends
from seedream_pipe.ledger.claims import Alive, locked
from seedream_pipe.ledger.model import Account, Intent, Outcome, Refusal
from seedream_pipe.store.folder import Store

__all__ = ["Database", "Index", "from_units", "to_units"]

Database: TypeAlias = sqlite3.Connection

_VERSION: Final = 3
_BUSY_SECONDS: Final = 60.0
_UNIT: Final = 10**9
_CALLS: Final = """
CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    session TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    task TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    currency TEXT NOT NULL,
    units INTEGER NOT NULL,       -- the worst price while open, then the price
    pictures INTEGER NOT NULL,    -- the ceiling while open, then what was billed
    verdict TEXT,                 -- NULL while open
    ended_at TEXT NOT NULL DEFAULT '',
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    test INTEGER NOT NULL         -- 1 for a call to a test server, which never counts for a bought one
) WITHOUT ROWID;
"""
_REST: Final = """
CREATE INDEX open_calls ON calls (key) WHERE verdict IS NULL;
CREATE INDEX calls_by_key ON calls (key, id);
-- Of calls, kept by the triggers: asking before each call stays cheap however many there are.
CREATE TABLE sums (
    session TEXT NOT NULL,
    currency TEXT NOT NULL,
    open INTEGER NOT NULL,
    test INTEGER NOT NULL,
    units INTEGER NOT NULL,
    pictures INTEGER NOT NULL,
    PRIMARY KEY (session, currency, open, test)
) WITHOUT ROWID;
INSERT INTO sums SELECT session, currency, verdict IS NULL, test, SUM(units), SUM(pictures)
FROM calls GROUP BY session, currency, verdict IS NULL, test;
CREATE TRIGGER call_begun AFTER INSERT ON calls BEGIN
    INSERT INTO sums
    VALUES (new.session, new.currency, new.verdict IS NULL, new.test, new.units, new.pictures)
    ON CONFLICT DO UPDATE SET units = units + excluded.units, pictures = pictures + excluded.pictures;
END;
CREATE TRIGGER call_gone AFTER DELETE ON calls BEGIN
    UPDATE sums SET units = units - old.units, pictures = pictures - old.pictures
    WHERE session = old.session AND currency = old.currency AND open = (old.verdict IS NULL)
        AND test = old.test;
END;
CREATE TRIGGER call_ended AFTER UPDATE ON calls BEGIN
    UPDATE sums SET units = units - old.units, pictures = pictures - old.pictures
    WHERE session = old.session AND currency = old.currency AND open = (old.verdict IS NULL)
        AND test = old.test;
    INSERT INTO sums
    VALUES (new.session, new.currency, new.verdict IS NULL, new.test, new.units, new.pictures)
    ON CONFLICT DO UPDATE SET units = units + excluded.units, pictures = pictures + excluded.pictures;
END;
CREATE TABLE sends (
    number INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    at REAL NOT NULL,
    pictures INTEGER NOT NULL
);
CREATE INDEX sends_by_time ON sends (scope, at);
CREATE TABLE brakes (
    scope TEXT PRIMARY KEY,
    until REAL NOT NULL,
    low_until REAL NOT NULL,
    level INTEGER NOT NULL,
    changed_at REAL NOT NULL
);
CREATE TABLE flights (number INTEGER PRIMARY KEY, scope TEXT NOT NULL, session TEXT NOT NULL);
CREATE INDEX flights_by_scope ON flights (scope, session);
CREATE TABLE ceilings (scope TEXT PRIMARY KEY, ceiling INTEGER NOT NULL, at REAL NOT NULL);
"""
"""Made when the calls are there: kept up one by one, indexes and sums would cost most of the time."""


def to_units(amount: Decimal) -> int:
    """An amount of money in billionths, rounded up."""
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"not a price: {amount}")
    return int((amount * _UNIT).to_integral_value(ROUND_CEILING))


def from_units(units: int) -> Decimal:
    """The amount that so many billionths are, without idle zeros."""
    amount = (Decimal(units) / _UNIT).normalize()
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount


class Index:
    """The open index of a store. Blocking; any number of threads, and of processes with one each.

    In a store that was opened for reading it lives in memory, made from the files.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / "index.db"
        self._calls = store.folder / "calls"
        self._mutex = threading.RLock()
        self._database: Database | None = None
        self._inode = 0
        self._is_lost = False
        if store.writable:
            self._open_shared()
        else:
            self._database = self._copy() or self._fill(_connect(":memory:"))

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """One change that happens wholly or not at all, alone among all processes.

        Raises:
            StoreError: it cannot be read or written.

        """
        with self._mutex:
            self.renew()
            with self.kept_transaction() as database:
                yield database

    @contextmanager
    def kept_transaction(self) -> Iterator[Database]:
        """As `transaction`, for who holds the lock ``index`` shared and has seen `is_current`."""
        with self._mutex:
            database = self._connection()
            try:
                database.execute("BEGIN IMMEDIATE")
                with database:
                    yield database
            except sqlite3.Error as error:
                self._store.disk.healthy = False
                raise StoreError(
                    f"{self._path}: {error}",
                    hint="run again; an index that is damaged is made anew from the records",
                ) from error

    def rows(self, query: str, *values: str | float) -> list[Any]:
        """What a question finds."""
        with self._mutex:
            try:
                self.renew()
                return self._connection().execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{self._path}: {error}", hint="run again") from error

    def begin(self, database: Database, account: Account) -> None:
        """Add a call that is about to be, within a transaction."""
        _insert(database, account)

    def close_call(self, call: str, outcome: Outcome) -> None:
        """Write how a call ended."""
        with self.transaction() as database:
            _close(database, call, outcome)

    def forget(self, calls: Iterable[str]) -> None:
        """Take out calls that never came to be, with what they had reserved."""
        with self.transaction() as database:
            database.executemany("DELETE FROM calls WHERE id = ?", [(call,) for call in calls])

    def open_ids(self, key: str | None = None) -> list[str]:
        """Calls without an outcome as far as the index knows, oldest first."""
        if key is None:
            found = self.rows("SELECT id FROM calls WHERE verdict IS NULL ORDER BY id")
        else:
            found = self.rows("SELECT id FROM calls WHERE verdict IS NULL AND key = ? ORDER BY id", key)
        return [row[0] for row in found]

    def session_of(self, call: str) -> str:
        """The session that began a call; empty when the call is not known."""
        found = self.rows("SELECT session FROM calls WHERE id = ?", call)
        return str(found[0][0]) if found else ""

    def intent_of(self, call: str) -> tuple[Intent, str] | None:
        """What the index has of a call whose own record is damaged, and when it began."""
        found = self.rows(
            "SELECT key, task, provider, model, pictures, units, currency, test, begun_at FROM calls"
            " WHERE id = ? AND verdict IS NULL",
            call,
        )
        if not found:
            return None
        key, task, provider, model, pictures, units, currency, test, begun_at = found[0]
        intent = Intent(
            key=Key(key),
            task=task,
            provider=provider,
            model=model,
            shown=None,
            pictures=pictures,
            worst=from_units(units),
            currency=currency,
            origin="a test server" if test else "",
        )
        return intent, begun_at

    def lacks(self) -> list[str]:
        """Calls that have files and are not in the index, because what they are cannot be read."""
        names = _call_names(self._calls)
        if self._has_exactly(names):
            return []
        known = {row[0] for row in self.rows("SELECT id FROM calls")}
        return [name for name in names if name not in known]

    def refusal(self, key: str, *, test: bool = False) -> Refusal | None:
        """The last word of the content filter on a key, unless pictures came after it."""
        found = self.rows(
            "SELECT verdict, code, message, request_id, ended_at, id FROM calls"
            " WHERE key = ? AND test = ? AND verdict IN ('refused', 'done') ORDER BY id DESC LIMIT 1",
            key,
            test,
        )
        if not found or found[0][0] != "refused":
            return None
        _, code, message, request_id, at, call = found[0]
        return Refusal(code=code, message=message, request_id=request_id, at=at, call=call)

    def done(self, key: str, *, test: bool = False) -> str:
        """The newest call that brought pictures of a key; empty when none did."""
        found = self.rows(
            "SELECT id FROM calls WHERE key = ? AND test = ? AND verdict = 'done' ORDER BY id DESC LIMIT 1",
            key,
            test,
        )
        return str(found[0][0]) if found else ""

    def last_code(self, key: str) -> str:
        """The code with which the newest call of a key was released; empty when it was not."""
        found = self.rows("SELECT verdict, code FROM calls WHERE key = ? ORDER BY id DESC LIMIT 1", key)
        return str(found[0][1]) if found and found[0][0] == "released" else ""

    def resent(self, key: str, code: str) -> int:
        """How many calls of a key were released with a code since one was done."""
        found = self.rows(
            "SELECT COUNT(*) FROM calls WHERE key = ? AND verdict = 'released' AND code = ? AND id >"
            " COALESCE((SELECT MAX(id) FROM calls WHERE key = ? AND verdict = 'done'), '')",
            key,
            code,
            key,
        )
        return int(found[0][0])

    def reconcile(self, alive: Alive) -> None:
        """Take in calls that the index does not know, and let go of those that have no files.

        What a living session has is left alone: its row comes before its files.
        """
        found = _call_names(self._calls)
        if self._has_exactly(found):
            return
        names = set(found)
        known = dict(self.rows("SELECT id, session FROM calls"))
        lacking = sorted(names - known.keys())
        gone = [(call, known[call]) for call in known.keys() - names]
        dead = {session for session in {session for _, session in gone} if session not in alive}
        surplus = [(call,) for call, session in gone if session in dead]
        if not lacking and not surplus:
            return
        accounts = [read_ends(self._calls / name) for name in lacking]
        with self.transaction() as database:
            database.executemany("DELETE FROM calls WHERE id = ?", surplus)
            for account in accounts:
                if account is not None:
                    _insert(database, account)

    def close(self) -> None:
        """Let go of it. May be called twice."""
        with self._mutex:
            if self._database is not None:
                self._database.close()
                self._database = None

    @property
    def is_current(self) -> bool:
        """Whether the index that is open is still the one that has the name."""
        return not self._store.writable or _inode(self._path) == self._inode

    def renew(self) -> None:
        """Open it again when another process has replaced a damaged one. Waits for `begin`s.

        Raises:
            StoreError: it has gone, with its folder perhaps; who asks again finds out again.

        """
        with self._mutex:
            if self._is_lost or (self._database is not None and not self.is_current):
                self.close()
                self._is_lost = True
                self._open_shared()
                self._is_lost = False

    def _has_exactly(self, names: list[str]) -> bool:
        """Whether these, sorted, are all its calls. Two texts say so sooner than two sets."""
        ids = self.rows("SELECT group_concat(id, '/') FROM (SELECT id FROM calls ORDER BY id)")
        return bool((ids[0][0] or "") == "/".join(names))

    def _connection(self) -> Database:
        if self._database is None:
            raise ValueError("the ledger is closed")
        return self._database

    def _open_shared(self) -> None:
        with locked(self._store, "index", shared=True):
            if self._try_open():
                return
        with locked(self._store, "index"):
            if not self._try_open():  # nobody was faster
                self._make()

    def _try_open(self) -> bool:
        if not self._path.exists():
            return False
        try:
            database = _connect(str(self._path))
            with ExitStack() as unless_well:
                unless_well.callback(database.close)
                if _is_well(database):
                    unless_well.pop_all()
                    self._database, self._inode = database, _inode(self._path)
                    return True
        except sqlite3.OperationalError as error:
            hint = "see whether its disk is full, and whether it can be written; what was recorded is kept"
            raise StoreError(f"{self._path}: {error}", hint=hint) from error
        except sqlite3.DatabaseError:
            pass
        return False

    def _make(self) -> None:
        """Make the index from the files, aside, and give it its name; the old one goes to ``trash/``."""
        disk = self._store.disk
        unnamed = disk.temporary(self._store.folder)
        with disk.watch(self._path):
            # SQLite would make it readable for others; what it makes beside it follows its mode.
            os.close(disk.files.create(unnamed))
        try:
            self._fill(_connect(str(unnamed))).close()
        except sqlite3.Error as error:
            disk.healthy = False
            raise StoreError(f"{self._path} cannot be made: {error}") from error
        for suffix in ("", "-wal", "-shm"):
            old = self._path.with_name(self._path.name + suffix)
            if old.exists():
                disk.move(old, self._store.folder / "trash" / f"{old.name}{unnamed.name}")
        disk.move(unnamed, self._path)
        try:
            self._database, self._inode = _connect(str(self._path)), _inode(self._path)
        except sqlite3.Error as error:
            disk.healthy = False
            raise StoreError(f"{self._path} cannot be opened: {error}", hint="run again") from error

    def _copy(self) -> Database | None:
        """The index as it stands, in memory; None when it is not there or not well.

        SQLite would write beside it even to read. Without a log beside it nobody is writing, and
        when it is the same file afterwards nobody has. With one (a run is on, or was killed) what
        would be made is there already, and SQLite's own locks give one moment of it.
        """
        logged = all(self._path.with_name(f"{self._path.name}{each}").exists() for each in ("-wal", "-shm"))
        before = self._at_rest()
        if before is None and not logged:
            return None
        copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            # Not the path as it is: "?" and "#" have a meaning in a URI.
            how = "mode=ro&readonly_shm=1" if logged else "mode=ro&immutable=1"
            source = sqlite3.connect(f"{self._path.as_uri()}?{how}", uri=True)
            try:
                source.backup(copy)
            finally:
                source.close()
            if _is_well(copy) and (logged or self._at_rest() == before):
                return copy
        except sqlite3.Error:
            pass
        copy.close()
        return None

    def _at_rest(self) -> tuple[int, int, int] | None:
        if self._path.with_name(f"{self._path.name}-wal").exists():
            return None
        try:
            facts = self._path.stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns

    def _fill(self, database: Database) -> Database:
        database.executescript(_CALLS)
        accounts = (read_ends(self._calls / name) for name in _call_names(self._calls))
        database.execute("BEGIN")
        with database:
            database.executemany(_INSERT, (_row(account) for account in accounts if account is not None))
        database.executescript(_REST)
        database.execute(f"PRAGMA user_version = {_VERSION}")
        return database


def _connect(path: str) -> Database:
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # A commit that a power loss takes is found again in the files.
        database.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _is_well(database: Database) -> bool:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    return bool(version == _VERSION and database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _insert(database: Database, account: Account) -> None:
    database.execute(_INSERT, _row(account))


_INSERT: Final = "INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _row(account: Account) -> tuple[str | int | None, ...]:
    """A call as the table has it, open or ended."""
    intent, outcome = account.intent, account.outcome
    worst = (to_units(intent.worst), intent.pictures, None, "", "", "", "")
    return (
        account.id,
        intent.key,
        account.session,
        intent.provider,
        intent.model,
        intent.task,
        account.begun_at,
        intent.currency,
        *(worst if outcome is None else _ended(outcome)),
        bool(intent.origin),
    )


def _ended(outcome: Outcome) -> tuple[str | int, ...]:
    return (
        to_units(outcome.price),
        outcome.pictures,
        outcome.verdict,
        outcome.at,
        outcome.code,
        outcome.message,
        outcome.request_id,
    )


def _close(database: Database, call: str, outcome: Outcome) -> None:
    database.execute(
        "UPDATE calls SET units = ?, pictures = ?, verdict = ?, ended_at = ?, code = ?, message = ?,"
        " request_id = ? WHERE id = ?",
        (*_ended(outcome), call),
    )


def _call_names(calls: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(calls) if not name.startswith("."))
    except FileNotFoundError:
        return []


def _inode(path: Path) -> int:
    with suppress(FileNotFoundError):
        return os.stat(path).st_ino
    return 0
