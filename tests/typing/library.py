"""What a typed program may write. Never run: it must only type-check."""

import asyncio
from decimal import Decimal
from typing import assert_type

import seedream_pipe
from seedream_pipe import Forecast, Project, Record, RunOptions, Settings, Stop, errors, events, outcomes

project = seedream_pipe.load("board.yaml")
assert_type(project, Project)

forecast = seedream_pipe.plan(project, "shots@sc01_*", provider="302ai", price="0.04")
assert_type(forecast, Forecast)
assert_type(forecast.worst.amount, Decimal)

record = seedream_pipe.run("board.yaml", ["shots"], provider="302ai", max_cost=2.5, fail_fast=True)
assert_type(record, Record)
assert_type(record.exit_code, int)


def confirm(forecast: Forecast) -> bool:
    return forecast.worst.amount < 3


def listen(event: events.Event) -> None:
    if isinstance(event, events.TaskEnded):
        assert_type(event.outcome, outcomes.Outcome)


async def work() -> Record:
    stop = Stop()
    options = RunOptions(confirm=confirm, listener=listen, stop=stop)
    return await seedream_pipe.run_async(project, settings=Settings(jobs=4), options=options)


def words(record: Record) -> list[str]:
    found: list[str] = []
    for address, outcome in record.outcomes.items():
        match outcome:
            case outcomes.Made() | outcomes.Reused():
                found += [take.key for take in outcome.takes]
            case outcomes.Held():
                found.append(f"{address} {outcome.worst}")
            case outcomes.Waiting() | outcomes.Refused() | outcomes.Failed() | outcomes.Skipped():
                found.append(outcome.message)
            case outcomes.NotNeeded():
                found.append(f"{address} was not needed: {outcome.message}")
    return found


try:
    asyncio.run(work())
except errors.InvalidPipeline as error:
    print([str(problem.place) for problem in error.problems])

try:
    seedream_pipe.load("board.yaml")
except seedream_pipe.InvalidPipeline as invalid:
    assert_type(invalid, errors.InvalidPipeline)
except seedream_pipe.SeedreamError as told:
    assert_type(told.exit_code, int)

seedream_pipe.run("board.yaml", provdier="302ai")  # type: ignore[call-arg]
seedream_pipe.run("board.yaml", jobs="many")  # type: ignore[arg-type]
