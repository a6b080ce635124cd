"""Small edits of prompts: what they are, and which tasks have the same one. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from seedream_pipe.run.decisions import Make, Reuse
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.reasons import InputChanged, RecipeChanged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from seedream_pipe.plan.model import Address
    from seedream_pipe.run.decisions import Forecast, TaskForecast
    from seedream_pipe.run.reasons import Change, Reason

__all__ = ["SmallEdit", "fragments", "small_edits", "targets_of"]

# A run of letters is a word, but for scripts that put no space between theirs.
_WORDS: Final = re.compile(r"\s+|[^\W⺀-鿿가-힯＀-￯]+|.", re.DOTALL)
_LONGEST: Final = 600
"""Characters between the first and the last difference: beyond that an edit is no small one."""
_MOST_PLACES: Final = 4
_FEW: Final = 8
"""Characters that an edit changes at most in all its places to count as a small one."""

Fragments = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallEdit:
    """Tasks whose prompts differ from those of their pictures by the same few characters.

    `fragments` are the words that changed, old and new; `worst` is what making the tasks anew costs.
    """

    fragments: Fragments
    tasks: tuple[Address, ...]
    worst: Money


def small_edits(forecast: Forecast) -> list[SmallEdit]:
    """The groups of tasks to be bought whose pictures may be as good as they were; the largest first."""
    groups: dict[Fragments, list[TaskForecast]] = {}
    for found in forecast.tasks.values():
        if isinstance(found.decision, Make) and found.decision.worst.currency:
            edit = _small_edit(_changes(found.decision.reason))
            if edit:
                groups.setdefault(edit, []).append(found)
    edits = [_edit(given, _alone(found, forecast.tasks)) for given, found in groups.items()]
    return sorted((edit for edit in edits if edit.tasks), key=lambda edit: -len(edit.tasks))


def targets_of(edit: SmallEdit, forecast: Forecast, tasks: Collection[Address]) -> tuple[str, ...]:
    """The tasks of an edit as targets, and no other: a step where the rest of it is up to date.

    `tasks` are all of the plan: a forecast may be of some of them, and a step means all.
    """
    own = set(edit.tasks)
    found = ((address, forecast.tasks.get(address)) for address in tasks)
    others = {_step(address) for address, each in found if address not in own and not _is_up_to_date(each)}
    targets = (address if _step(address) in others else _step(address) for address in edit.tasks)
    return tuple(dict.fromkeys(targets))


def _step(address: Address) -> str:
    return address.partition("@")[0]


def _is_up_to_date(found: TaskForecast | None) -> bool:
    return found is not None and isinstance(found.decision, Reuse) and not found.decision.approved


def _alone(found: Iterable[TaskForecast], tasks: Mapping[Address, TaskForecast]) -> list[TaskForecast]:
    """Those of a group whose references stay as they are when the group does: nothing else changes."""
    same: dict[Address, TaskForecast] = {}
    stays: set[Address] = set()
    given = {each.address for each in found}
    # In the plan's order: what a task needs comes before it.
    for address, each in tasks.items():
        reason = each.decision.reason if isinstance(each.decision, Make) else None
        needed = set(reason.tasks) if isinstance(reason, InputChanged) else set()
        if not needed <= stays:
            continue
        if address in given:
            same[address] = each
            stays.add(address)
        elif isinstance(reason, InputChanged) and reason.tasks and not reason.changes:
            stays |= {address} if _is_free(each) else set()
    return list(same.values())


def _is_free(found: TaskForecast) -> bool:
    return isinstance(found.decision, Make) and found.decision.local


def fragments(old: str, new: str) -> Fragments:
    """The words that changed from one text to another, old and new; nothing when it is not only a few."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    head = _word_start(old, head)
    after = _word_end(old, len(old) - tail)
    left, right = old[head:after], new[head : len(new) - (len(old) - after)]
    if max(len(left), len(right)) > _LONGEST:
        return ()
    before, now = _WORDS.findall(left), _WORDS.findall(right)
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    changed = [code[1:] for code in matcher.get_opcodes() if code[0] != "equal"]
    return tuple(("".join(before[a:b]), "".join(now[c:d])) for a, b, c, d in changed)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_of_word(char: str) -> bool:
    return char.isalnum() and unicodedata.east_asian_width(char) not in "WF"


def _word_start(text: str, at: int) -> int:
    while at > 0 and _is_of_word(text[at - 1]):
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and _is_of_word(text[at]):
        at += 1
    return at


def _small_edit(changes: tuple[Change, ...]) -> Fragments:
    if len(changes) != 1 or changes[0].field != "prompt":
        return ()
    old, new = changes[0].old, changes[0].new
    if not isinstance(old, str) or not isinstance(new, str):
        return ()
    found = fragments(old, new)
    if len(found) > _MOST_PLACES or sum(_changed(*pair) for pair in found) > _FEW:
        return ()
    return found


def _changed(old: str, new: str) -> int:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def _changes(reason: Reason) -> tuple[Change, ...]:
    return reason.changes if isinstance(reason, (RecipeChanged, InputChanged)) else ()


def _edit(given: Fragments, found: Iterable[TaskForecast]) -> SmallEdit:
    tasks = list(found)
    worst = Money()
    for each in tasks:
        worst = worst.plus(each.decision.worst) if isinstance(each.decision, Make) else worst
    return SmallEdit(fragments=given, tasks=tuple(each.address for each in tasks), worst=worst)
