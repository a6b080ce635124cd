"""`cost`: what was spent on what, from the account of calls."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from seedream_pipe.cli.terminal import columns
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT

DAYS = {"monday": 1_795_392_000.0, "tuesday": 1_795_478_400.0}
"""2026-11-23 and the day after, in UTC."""


@pytest.fixture
def spent(board):
    """Two days of buying at two providers: tasks of the board, one that is gone, a hold, a refusal."""
    calls = [
        ("monday", "sheet", "302ai", "0.04", "USD", "done"),
        ("monday", "shots@sc01_010", "302ai", "0.04", "USD", "done"),
        ("monday", "shots@sc01_020", "302ai", "0.04", "USD", "refused"),
        ("tuesday", "shots@sc01_020", "ark", "0.25", "CNY", "done"),
        ("tuesday", "shots@sc02_010", "302ai", "0.04", "USD", "held"),
        ("tuesday", "夜市的旧海报@一", "302ai", "0.04", "USD", "done"),
        ("tuesday", "sheet", "302ai", "9.00", "USD", "tried"),
    ]

    async def buy(day: str) -> None:
        store = Store.open(board / ".seedream")
        with Ledger.open(store, clock=lambda: DAYS[day], token=lambda: next(tokens)) as ledger:
            for _, task, provider, price, currency, end in (each for each in calls if each[0] == day):
                origin = "127.0.0.1:9" if end == "tried" else ""
                intent = replace(
                    INTENT,
                    task=task,
                    provider=provider,
                    worst=Decimal(price),
                    currency=currency,
                    origin=origin,
                )
                call = await ledger.begin(intent, Cap())
                await call.sending()
                if end == "held":
                    await call.hold("the connection broke")
                elif end == "refused":
                    await call.settle("refused", code="OutputImageSensitiveContentDetected")
                else:
                    await call.settle("done", price=Decimal(price), pictures=1)

    tokens = (f"{number:08x}" for number in range(100))
    for day in DAYS:
        asyncio.run(buy(day))
    return board


def lines(said) -> dict[str, dict]:
    return {line["name"]: line for line in json.loads(said.out)["lines"]}


@pytest.mark.parametrize("by", ["step", "task", "tag", "provider", "model", "day"])
def test_cost_is_told_by_what_is_asked(spent, cli, golden, by) -> None:
    said = cli("cost", "board.yaml", "--by", by)

    assert said.code == 0
    golden(f"cost-{by}", f"{said.out}---\n{said.err}")


def test_lines_come_to_the_total(spent, cli) -> None:
    for by in ("step", "task", "tag", "provider", "model", "day", "run"):
        tree = json.loads(cli("cost", "board.yaml", "--by", by, "--json").out)
        for currency, kind in (("USD", "spent"), ("USD", "held"), ("CNY", "spent")):
            parts = (line["money"].get(currency, {}).get(kind, "0") for line in tree["lines"])
            assert sum(map(Decimal, parts)) == Decimal(tree["total"]["money"][currency][kind])


def test_a_hold_stands_apart_at_its_worst(spent, cli) -> None:
    line = lines(cli("cost", "board.yaml", "--by", "task", "--json"))["shots@sc02_010"]

    assert line["money"] == {"USD": {"spent": "0", "held": "0.04", "open": "0"}}


def test_a_refusal_costs_nothing_and_is_counted(spent, cli) -> None:
    line = lines(cli("cost", "board.yaml", "--by", "task", "--json"))["shots@sc01_020"]

    assert (line["calls"], line["refused"], list(line["money"])) == (2, 1, ["CNY"])


def test_play_money_is_never_summed_with_money(spent, cli) -> None:
    tree = json.loads(cli("cost", "board.yaml", "--json").out)

    assert tree["total"]["money"]["USD"]["spent"] == "0.12"
    assert tree["test_servers"]["total"]["money"]["USD"]["spent"] == "9"


@pytest.mark.parametrize(
    ("flags", "calls"),
    [
        (("--since", "2026-11-24"), 3),
        (("--until", "2026-11-23"), 3),
        (("--since", "2026-11-23", "--until", "2026-11-24"), 6),
        (("--since", "2027-01-01"), 0),
    ],
)
def test_days_bound_what_counts(spent, cli, flags, calls) -> None:
    assert json.loads(cli("cost", *flags, "--json").out)["total"]["calls"] == calls


def test_the_store_of_this_folder_is_asked_without_a_file(spent, cli) -> None:
    assert cli("cost").out == cli("cost", "board.yaml").out


def test_a_pipeline_that_is_wrong_has_costs_but_no_tags(spent, cli, edit) -> None:
    edit("board.yaml", "steps:", "stps:")

    assert cli("cost", "board.yaml").code == 0
    said = cli("cost", "board.yaml", "--by", "tag")
    assert said.code == 2
    assert "the tags of board.yaml cannot be told: it has " in said.err
    assert "--by step" in said.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--by", "tag"), "tags are said by a pipeline"),
        (("nothing.yaml",), "there is no pipeline file"),
        (("--since", "yesterday"), "is not a day"),
    ],
)
def test_what_cannot_be_told_is_said(spent, cli, arguments, text) -> None:
    said = cli("cost", *arguments)

    assert said.code == 2
    assert text in said.err


def test_nothing_bought_is_said_and_nothing_written(board, cli) -> None:
    said = cli("cost", "board.yaml")

    assert (said.code, said.out) == (0, "")
    assert said.err == f"nothing was bought: there is no store {board / '.seedream'}\n"
    assert not (board / ".seedream").exists()


def test_a_narrow_terminal_cuts_names_and_no_numbers(spent, cli, monkeypatch) -> None:
    monkeypatch.setattr("seedream_pipe.cli.cost.width", lambda: 60)

    table = cli("cost", "board.yaml", "--by", "task").out.splitlines()[:8]

    assert all(columns(line) < 60 for line in table)
    assert any("…" in line and "$0.04" in line for line in table)


def test_what_a_run_cost_is_what_it_said(board, cli, paid) -> None:
    cli("run", "board.yaml", "--yes")

    tree = json.loads(cli("cost", "board.yaml", "--json").out)

    assert tree["total"]["calls"] == 0
    assert {line["name"]: line["pictures"] for line in tree["test_servers"]["lines"]} == {
        "sheet": 1,
        "shots": 3,
    }
