"""Everything that can keep a run from spending, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe import settings as user_settings
from seedream_pipe.api.caps import covers, expect_named
from seedream_pipe.api.sources import sources
from seedream_pipe.errors import OverBudget, Owing, ProviderError
from seedream_pipe.run.decisions import Blocked
from seedream_pipe.run.outcomes import Held
from seedream_pipe.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seedream_pipe.api.run_options import RunOptions
    from seedream_pipe.api.sources import Source
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.outcomes import Money

__all__ = ["expect_allowed"]


def expect_allowed(
    expected: Forecast,
    profile: ProviderProfile,
    settings: Settings,
    options: RunOptions,
    environment: Mapping[str, str],
) -> None:
    """Everything that can keep a run from spending, before anything is sent."""
    if not profile.paid or not expected.pictures:
        return
    _expect_settled(expected, settings)
    found = sources(settings)
    for source in found:
        _expect_key(source, expected, environment)
    expect_named(found, settings, expected.asked)
    if options.yes or covers(found, settings, expected.asked):
        return
    if options.confirm is not None and options.confirm(expected):
        return
    most = " or ".join(map(str, expected.asked))
    cap = "" if settings.max_cost is None else f"; --max-cost {settings.max_cost} does not cover it"
    error = OverBudget(
        f"this would cost up to {most} for {_many(expected.pictures, 'picture')},"
        f" and nobody confirmed it{cap}; nothing was sent",
        hint=f"--yes, or --max-cost {_amounts(expected.asked)} to allow it",
    )
    error.flag = ("--max-cost", _amounts(expected.asked))
    raise error


def _expect_settled(expected: Forecast, settings: Settings) -> None:
    """The user's policy for calls that may be owed: what needs them waits, or nothing is sent at all."""
    if settings.held != "stop":
        return
    held = {hold.call for hold in expected.holds} | {
        task.decision.outcome.call
        for task in expected.tasks.values()
        if isinstance(task.decision, Blocked) and isinstance(task.decision.outcome, Held)
    }
    if held:
        raise Owing(
            f"{_many(len(held), 'call')} may have been charged, and nothing is to be sent until a person has"
            " said a word on them (held = stop)",
            hint="seedream-pipe held FILE lists them",
        )


def _expect_key(source: Source, expected: Forecast, environment: Mapping[str, str]) -> None:
    profile = source.profile
    if not profile.key_variable or user_settings.secret(profile.key_variable, environment) is not None:
        return
    if source.takes_over:
        raise ProviderError(
            f"{profile.key_variable} is not set, and {profile.title} is to take over when a provider is out",
            hint=f"get a key at {profile.key_page} and export {profile.key_variable}=…; or --fallback none",
        )
    raise ProviderError(
        f"{profile.key_variable} is not set, and {_many(expected.pictures, 'picture')}"
        f" would have to be bought from {profile.title}",
        hint=f"get a key at {profile.key_page} and export {profile.key_variable}=…; "
        "or draw a free preview: --provider preview",
    )


def _amounts(asked: Sequence[Money]) -> str:
    """Amounts as `--max-cost` takes them."""
    if len(asked) == 1:
        return f"{asked[0].amount:f}"
    return ",".join(f"{money.amount:f}{money.currency}" for money in asked)


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
