"""What people read when something went wrong: a golden file for each, and what holds for all of them."""

import asyncio
import json
import re
import shlex
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from seedream_pipe.cli import group
from seedream_pipe.cli.terminal import columns
from seedream_pipe.reports.messages import NOBODY_KNOWS, WIDEST, held_message, message
from seedream_pipe.run.outcomes import Failed, Held, Money, Refused, Waiting
from seedream_pipe.run.pace import Pace

SHOT = "shots@sc02_010"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A fault of the service, what is typed, and the exit code."""

    faults: tuple[Mapping[str, Any], ...] = ()
    typed: tuple[str, ...] = ("run", "board.yaml", SHOT, "--yes")
    code: int
    variables: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[tuple[str, str, str], ...] = ()
    patience: float | None = None


def _at_the_shot(**fault: Any) -> tuple[Mapping[str, Any], ...]:
    return ({"match": "lighthouse", "times": 0, **fault},)


SCENES: Mapping[str, Scene] = {
    "uncertain-timeout": Scene(faults=_at_the_shot(delay=20), patience=0.3, code=4),
    "uncertain-500": Scene(faults=_at_the_shot(answer="error/500-internal"), code=4),
    "uncertain-no-json": Scene(faults=_at_the_shot(body="<html>a page"), code=4),
    "fetch": Scene(faults=({"on": "download", "status": 503, "times": 0},), code=4),
    "link-dead": Scene(faults=({"on": "download", "status": 403, "times": 0},), code=4),
    "refused-prompt": Scene(faults=_at_the_shot(answer="error/400-input-text-sensitive"), code=1),
    "not-made": Scene(faults=_at_the_shot(answer="error/400-image-invalid-url"), code=1),
    "bad-key": Scene(faults=({"answer": "error/401-authentication", "times": 0},), code=1),
    "overdue": Scene(faults=({"answer": "error/403-account-overdue", "times": 0},), code=1),
    "quota": Scene(faults=({"answer": "error/429-quota-exceeded", "times": 0},), code=1),
    "rate": Scene(faults=({"answer": "error/429-model-rpm", "times": 0},), code=1),
    "redirected": Scene(
        faults=({"status": 302, "headers": {"Location": "https://elsewhere.example/"}, "times": 0},), code=1
    ),
    "budget-run": Scene(typed=("run", "board.yaml", "--yes", "-j", "1", "--max-cost", "0.07"), code=5),
    "budget-total": Scene(
        typed=("run", "board.yaml", "--yes", "-j", "1", "--max-total-cost", "0.07"), code=5
    ),
    "budget-pictures": Scene(typed=("run", "board.yaml", "--yes", "-j", "1", "--max-pictures", "2"), code=5),
    "budget-pipeline": Scene(
        typed=("run", "board.yaml", "--yes", "-j", "1"),
        edits=(("board.yaml", "defaults:", "budget: {run: 0.07}\ndefaults:"),),
        code=5,
    ),
    "unknown-price": Scene(
        typed=("run", "board.yaml", "sheet", "--yes"),
        edits=(("board.yaml", "seedream-4.0", "ep-20260101-abcde"),),
        code=5,
    ),
    "no-connection": Scene(
        typed=("run", "board.yaml", "sheet", "--yes"),
        variables={"SEEDREAM_BASE_URL": "http://127.0.0.1:9/api/v3"},
        code=1,
    ),
}


@pytest.fixture
def quick(capfd):
    """The command line with waits that take no time."""

    def run(*typed: str, patience: float | None = None) -> tuple[int, str, str]:
        ahead = [0.0]

        async def sleep(seconds: float) -> None:
            ahead[0] += seconds
            await asyncio.sleep(0)

        capfd.readouterr()
        pace = Pace(sleep=sleep, clock=lambda: time.monotonic() + ahead[0], patience=patience)
        code = group.run(list(typed), pace=pace)
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def scene(paid, edit, monkeypatch, name):
    """A scene of the list, made ready."""
    found = SCENES[name]
    for file, old, new in found.edits:
        edit(file, old, new)
    for variable, value in found.variables.items():
        monkeypatch.setenv(variable, value)
    paid.script(*found.faults)
    return found


@pytest.mark.parametrize("name", SCENES)
def test_what_went_wrong_is_told(scene, quick, golden, name):
    code, _, err = quick(*scene.typed, patience=scene.patience)

    golden(f"message-{name}", re.sub(r"(?m)^(made|waits) .*\n", "", err))
    assert code == scene.code
    assert "Traceback" not in err
    assert all(columns(line) <= WIDEST for line in err.splitlines() if line.startswith("error["))


def test_a_killed_run_is_told_by_plan_status_and_held(board, paid, spawn, cli, golden):
    paid.script({"delay": 20, "times": 0})
    process = spawn("run", "board.yaml", SHOT, "--yes")
    while not paid.ledger.requests:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    told = [
        cli(*words) for words in (("plan", "board.yaml"), ("status", "board.yaml"), ("held", "board.yaml"))
    ]
    golden("message-killed", "\n----\n".join(said.out + said.err for said in told))


def test_a_newer_store_is_left_alone(board, paid, cli, golden):
    (board / ".seedream").mkdir()
    (board / ".seedream" / "format").write_text("seedream-pipe store 99\n", "ascii")
    said = cli("run", "board.yaml", "--yes")
    assert (said.code, paid.ledger.requests) == (7, ())
    golden("message-store-newer", said.err.replace(str(board), "BOARD"))


def test_a_store_that_cannot_be_written_spends_nothing(board, paid, cli, golden):
    (board / "a-file").write_text("", "ascii")
    said = cli("run", "board.yaml", "--yes", "--store", "a-file/store")
    assert (said.code, paid.ledger.requests) == (7, ())
    golden("message-store", said.err.replace(str(board), "BOARD"))


def test_commands_can_be_pasted_with_what_was_chosen(board, paid, cli, monkeypatch):
    """Names with blanks and quotes, another store, another folder."""
    (board / "board.yaml").rename(board / "my 'board'.yaml")
    paid.script({"cut": "before", "times": 0})
    monkeypatch.chdir(board.parent)
    typed = ("-C", "project", "run", "my 'board'.yaml", "sheet", "--yes", "--store", "a store")
    said = cli(*typed)
    drop = next(line for line in said.err.splitlines() if "held drop" in line)
    words = shlex.split(drop.partition(": ")[2])
    assert words[:4] == ["seedream-pipe", "-C", "project", "held"]
    monkeypatch.chdir(board.parent)
    assert cli(*words[1:], "--yes").code == 0
    monkeypatch.chdir(board.parent)
    assert cli("-C", "project", "held", "my 'board'.yaml", "--store", "a store").err == "nothing is held\n"


def test_the_record_has_the_same_codes(board, paid, cli):
    paid.script({"cut": "before", "match": "lighthouse"})
    paid.script({"answer": "error/400-output-image-sensitive", "match": "pier"})
    said = cli("run", "board.yaml", "--yes", "--json")
    codes = {address: task.get("error", "") for address, task in json.loads(said.out)["tasks"].items()}
    assert codes == {
        "sheet": "",
        "shots@sc01_010": "E-REFUSED",
        "shots@sc01_020": "E-WAITS",
        SHOT: "E-UNCERTAIN",
    }
    assert json.loads(cli("held", "board.yaml", "--json").out)["held"][0]["error"] == "E-UNCERTAIN"


def test_holds_fit_a_narrow_terminal_and_commands_stay_whole(board, paid, cli, monkeypatch):
    paid.script({"cut": "before", "times": 0})
    cli("run", "board.yaml", "sheet", "--yes")
    monkeypatch.setattr("seedream_pipe.cli.held.width", lambda **_: 60)
    said = cli("held", "board.yaml")
    assert "held drop board.yaml sheet" in said.out
    told = [line for line in said.out.splitlines() if "seedream-pipe" not in line]
    assert max(map(columns, told)) < 60


CENTS = Money(amount=Decimal("0.04"), currency="USD")
NASTY = "\x1b[31mred\x07 \u202eturned\u2066 \r\n" + "很长的消息" * 100
OUTCOMES = {
    "held": Held(call="c", worst=CENTS, message=NASTY, task="镜头@夜市_010", at="2026-11-22T14:03:11.123Z",
                 pictures=15, model=NASTY, client_id=NASTY, request_id=NASTY),
    "dead": Held(call="c", worst=CENTS, message=f"paid for and lost: {NASTY}", task="a"),
    "refused": Refused(code=NASTY, message=NASTY, request_id=NASTY),
    "failed": Failed(code="InvalidParameter", message=NASTY, request_id=NASTY, hint=NASTY),
    "fetch": Waiting(why="fetch", message=f"{NASTY}; {NASTY}"),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTCOMES)
def test_words_from_outside_are_escaped_and_cut(name):
    said = message("镜头@夜市_010", OUTCOMES[name])
    assert said is not None
    text = "\n".join([said.head, *said.lines])
    assert not set(text) & set("\x1b\x07\r\u202e\u2066")
    assert all(len(line) <= 900 for line in said.lines)
    assert NASTY[20:] not in text


def test_a_hold_names_whose_console_knows_it_and_when_to_the_second():
    hold = Held(call="c", worst=CENTS, message="cut", task="a", pictures=1, provider="ark",
                at="2026-11-22T14:03:11.123Z")  # fmt: skip
    assert held_message(hold).lines[1] == "look it up in the console of ark: 2026-11-22 14:03:11 UTC; call c"


def test_a_series_that_broke_off_tells_what_came_and_what_dropping_keeps():
    said = held_message(Held(call="c", worst=CENTS, message="cut", task="a", pictures=4, kept=2))
    assert said.what == "sent, 2 pictures kept, the rest is not known: cut"
    assert said.lines[0].startswith(
        "this call may have been charged: up to 4 pictures, $0.04, of which 2 came."
    )
    assert [way.when for way in said.ways] == ["if only these 2 were charged", "send it again, at its price"]


def test_other_takes_of_a_task_are_not_pictures_of_the_call_that_is_held():
    said = held_message(Held(call="c", worst=CENTS, message="cut", task="a", pictures=1, kept=2))
    assert "kept" not in said.what


def test_a_message_speaks_of_the_money_second_and_ends_in_commands():
    said = held_message(Held(call="c", worst=CENTS, message="the line broke", task="a", pictures=2))
    assert (
        said.lines[0] == "this call may have been charged: up to 2 pictures, $0.04. Nothing was sent again."
    )
    assert [way.command for way in said.ways] == ["held drop", "held retry"]


def test_every_golden_message_belongs_to_a_test():
    text = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_messages*.py"))
    for path in (Path(__file__).parent / "golden").glob("message-*.txt"):
        name = path.stem.removeprefix("message-")
        assert name in SCENES or f'"{path.stem}"' in text, path


@pytest.mark.parametrize("name", ["run", "plan"])
def test_what_cannot_be_promised_is_said_in_one_sentence(cli, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert NOBODY_KNOWS in " ".join(cli(name, "--help").out.split())


def test_a_plan_that_spends_says_what_cannot_be_promised(board, paid, cli):
    assert NOBODY_KNOWS in cli("plan", "board.yaml").err
    assert NOBODY_KNOWS not in cli("plan", "board.yaml", "--provider", "preview").err
