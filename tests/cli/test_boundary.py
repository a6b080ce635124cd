"""Whatever escapes is told in a few words: what happened, what is safe, what to type; no traceback."""

import errno
import io
import json
import subprocess
import sys

import click
import pytest

from seedream_pipe.cli.boundary import LAST_WORDS, guarded
from seedream_pipe.cli.signals import Signalled
from seedream_pipe.confidential import Secret
from seedream_pipe.errors import StoreError
from tests.cli.conftest import ROOT

KEY = "sk-a-key-that-nobody-may-see-42"


def raising(error: BaseException):
    def call() -> None:
        kept_in_a_variable = KEY  # noqa: F841 - what a traceback with locals would show
        raise error

    return call


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


ERRORS = {
    "E-MEMORY": MemoryError(),
    "E-FILES": OSError(errno.EMFILE, "Too many open files"),
    "E-SYSTEM": PermissionError(errno.EACCES, "Permission denied", "x"),
    "E-BUG": RecursionError("maximum recursion depth exceeded"),
    "E-STORE": _caused(StoreError("cannot"), OSError(errno.EMFILE, "Too many open files")),
}


@pytest.mark.parametrize("code", ERRORS)
def test_what_escapes_is_told_with_a_code_and_what_to_do(code, capsys):
    number = guarded(raising(ERRORS[code]), ["run", "my board.yaml"], as_json=True)
    said = capsys.readouterr()
    assert number == (7 if code == "E-STORE" else 1)
    assert said.err.startswith(f"error[{code}] ")
    assert "hint: " in said.err.splitlines()[1]
    assert "Traceback" not in said.err
    assert json.loads(said.out)["error"]["code"] == code


def test_a_thread_that_cannot_start_is_too_little_memory(capsys):
    assert guarded(raising(RuntimeError("can't start new thread"))) == 1
    assert capsys.readouterr().err.startswith("error[E-MEMORY]")


def test_a_bug_says_how_to_see_where_it_is(capsys):
    guarded(raising(TypeError("no")), ["run", "my board.yaml"])
    said = capsys.readouterr().err
    assert "a fault of seedream-pipe" in said
    assert "seedream-pipe run 'my board.yaml' --debug" in said


@pytest.mark.parametrize("error", [ValueError(f"bad {KEY}"), StoreError(f"bad {KEY}")])
def test_debug_shows_where_and_not_the_key(error, capsys):
    Secret(KEY)
    guarded(raising(error), debug=True)
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "kept_in_a_variable = " in said or "raise error" in said
    assert KEY not in said


def test_too_many_files_say_so_also_from_the_store(capsys):
    guarded(raising(ERRORS["E-STORE"]))
    assert "ulimit -n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "SIGINT"),
        (Signalled(15), 143, "SIGTERM"),
        (Signalled(1), 129, "SIGHUP"),
        (_caused(click.Abort(), Signalled(15)), 143, "SIGTERM"),
    ],
)
def test_a_signal_has_its_code(error, code, said, capsys):
    assert guarded(raising(error)) == code
    assert capsys.readouterr().err == f"stopped by {said}; what was bought is in the store\n"


def test_a_wrong_command_line_is_an_object_too(capsys):
    assert guarded(raising(click.UsageError("no such option")), as_json=True) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E-USAGE"


@pytest.mark.parametrize("again", [MemoryError(), SystemError("error return without exception set")])
def test_an_error_that_cannot_be_told_has_last_words(capfd, monkeypatch, again):
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise again

    monkeypatch.setattr(sys, "stderr", Full())
    assert guarded(raising(MemoryError())) == 1
    assert capfd.readouterr().err == LAST_WORDS.decode()


def by_itself(program: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)


def test_where_memory_has_ended_an_error_of_any_kind_is_of_that():
    ended = by_itself(
        "import resource\n"
        "from seedream_pipe.errors import crash_code\n"
        "before = crash_code(TypeError())\n"
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + (4 << 20), -1))\n"
        "print(before, crash_code(TypeError()))\n"
    )
    assert ended.stdout == "E-BUG E-MEMORY\n"


@pytest.mark.parametrize(("code", "said"), [(0, "cleaned up\n"), (1, ""), (4, "")])
def test_after_a_failure_the_interpreter_does_not_clean_up(code, said):
    ended = by_itself(
        "import atexit\n"
        "from seedream_pipe.cli.signals import leave\n"
        "atexit.register(print, 'cleaned up')\n"
        f"leave({code})\n"
    )
    assert (ended.returncode, ended.stdout) == (code, said)


@pytest.mark.parametrize("code", [0, 1])
def test_what_was_said_is_not_lost_on_the_way_out(code):
    ended = by_itself(f"from seedream_pipe.cli.signals import leave\nprint('said')\nleave({code})\n")
    assert ended.stdout == "said\n"
