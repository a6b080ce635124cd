"""The error tree. Each class exists because someone acts differently on it.

    SeedreamError                 exit 1   the root: anything the tool says on purpose
    ├── UsageError                exit 2   the command line or the user's settings are wrong
    │   └── Decided               exit 2   a word was said already on a call that may have been charged
    ├── InvalidPipeline           exit 3   the author's files are wrong; carries the problems
    ├── ProviderError             exit 1   a provider cannot be used: no key, unknown model
    ├── OperationError            exit 1   an operation does not suit the pictures it was given
    ├── OverBudget                exit 5   the cap does not allow it, or nobody confirmed
    ├── Owing                     exit 4   calls are held, and the user wants nothing sent while they are
    ├── Frozen                    exit 6   there is work, and nothing may be made
    ├── StoreError                exit 7   the store cannot be read or written; nothing more is sent
    │   ├── StoreTooNew           exit 7   written by a newer version; left untouched
    │   └── StoreInDoubt          exit 4   it failed, and calls are left that may have been charged
    └── Interrupted               exit 130 a person or the system stopped the run

A finding in a user's file is not an exception but a `problems.Problem`;
exceptions stop the work.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.problems import Problem

__all__ = [
    "Decided",
    "Frozen",
    "Interrupted",
    "InvalidPipeline",
    "OperationError",
    "OverBudget",
    "Owing",
    "ProviderError",
    "SeedreamError",
    "StoreError",
    "StoreInDoubt",
    "StoreTooNew",
    "UsageError",
]


class SeedreamError(Exception):
    """Something the tool says on purpose: a cause, and where possible a remedy.

    `code` is a stable word for machines (`E-…`), `hint` the remedy in the user's words.
    """

    exit_code: ClassVar[int] = 1
    code: str = "E-FAILED"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code


class UsageError(SeedreamError):
    """The command line or the user's settings are wrong."""

    exit_code = 2
    code = "E-USAGE"


class Decided(UsageError):
    """A call that may have been charged has ended already; what is said of it now changes nothing."""


class InvalidPipeline(SeedreamError):
    """The author's files have errors; nothing was sent. `problems` has all of them."""

    exit_code = 3
    code = "E-PIPELINE"

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = sum(problem.is_error for problem in problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'}; nothing was sent")
        self.problems = tuple(problems)


class ProviderError(SeedreamError):
    """A provider cannot be used as it is set up: no key, no such model, no such host."""

    code = "E-PROVIDER"


class OperationError(SeedreamError):
    """An operation cannot make its pictures: one cannot be read, or the parameters do not suit it."""

    code = "E-OPERATION"


class OverBudget(SeedreamError):
    """The cap does not allow the call, or nobody confirmed the price.

    `cap` is the name of the cap that a call came to, empty where it is not that; `currency` is the
    call's. `flag` and its value would have allowed it, where that is known.
    """

    exit_code = 5
    code = "E-BUDGET"
    cap = ""
    currency = ""
    flag: tuple[str, ...] = ()


class Owing(SeedreamError):
    """Calls that may have been charged are held, and the user wants nothing sent while they are."""

    exit_code = 4
    code = "E-HELD"


class Frozen(SeedreamError):
    """There is work to do, and the user asked for none to be done."""

    exit_code = 6
    code = "E-FROZEN"


class StoreError(SeedreamError):
    """The store cannot be read or written. Nothing more is sent after it."""

    exit_code = 7
    code = "E-STORE"


class StoreTooNew(StoreError):
    """The store was written by a newer version; it is left untouched."""

    code = "E-STORE-NEWER"


class StoreInDoubt(StoreError):
    """The store failed in a run that leaves calls which may have been charged: those come first."""

    exit_code = 4


class Interrupted(SeedreamError):
    """The run was stopped by a signal; what is recorded is resumable."""

    exit_code = 130
    code = "E-INTERRUPTED"


_UNSAID: Final = ("without exception", "without setting an exception")
"""How the interpreter says that one of its functions failed and did not say why."""

_OF_SOME_SIZE: Final = 16 << 20
"""Bytes."""

_NO_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})


def crash_code(error: BaseException) -> str:
    """The code of what nobody raised on purpose: the machine's where it can be known, else a bug's."""
    if isinstance(error, SeedreamError):
        return error.code
    if _is_short_of_memory(error):
        return "E-MEMORY"
    if is_short_of_files(error):
        return "E-FILES"
    return "E-SYSTEM" if isinstance(error, OSError) else "E-BUG"


def is_short_of_files(error: BaseException | None) -> bool:
    """Whether an error, or one that it came of, is that no more files may be open."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_FILES:
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_full() -> bool:
    """Whether no memory is to be had for anything of some size. Takes addresses alone, for a moment."""
    try:
        bytearray(_OF_SOME_SIZE)
    except MemoryError:
        return True
    return False


def _is_short_of_memory(error: BaseException) -> bool:
    said = str(error)
    # Some functions of the interpreter fail for want of memory without saying so.
    unsaid = isinstance(error, SystemError) and any(words in said for words in _UNSAID)
    if isinstance(error, MemoryError) or unsaid:
        return True
    # A thread, or a library, for which the system has no memory left; or what an interpreter does that
    # has none: its errors are of any kind then.
    return (
        _is_full()
        or (isinstance(error, RuntimeError) and "can't start new thread" in said)
        or (
            isinstance(error, (ImportError, OSError))
            and ("failed to map segment" in said or "Cannot allocate memory" in said)
        )
    )
