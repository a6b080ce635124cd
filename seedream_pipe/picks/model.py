"""Decisions as records: which take stands for a task, how many there are, what is not to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.problems import Place

__all__ = ["NO_PICKS", "Address", "Approved", "Decided", "Picks", "new_name", "take_text", "under_new_names"]

_T = TypeVar("_T")

Address: TypeAlias = str
"""``step@key``, or ``step`` when the step is one task."""

_NOWHERE: Final = Place("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The pictures that a task is held at, whatever becomes of its recipe.

    `key` is what they were made of, `pictures` their digests in order with None for a hole:
    who has neither the store's record nor the lock still knows which bytes are meant.
    """

    key: Key
    pictures: tuple[BlobDigest | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people decided of one task: a line of the picks file.

    `pick` is the take that stands for it, from 1, `image` the picture of a series that does
    where one is needed, from 0 as in ``task[0]``. `takes` is how many takes there are to be at
    least: those that were bought beside the author's. `at` is where the line stands.
    """

    pick: int | None = None
    image: int | None = None
    takes: int | None = None
    approved: Approved | None = None
    at: Place = field(default=_NOWHERE, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is decided."""
        return self.pick is None and self.takes is None and self.approved is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """All decisions beside a pipeline, by address."""

    tasks: Mapping[Address, Decided] = field(default_factory=dict)

    def of(self, address: Address) -> Decided | None:
        """What was decided of a task; None when nothing was."""
        return self.tasks.get(address)


NO_PICKS: Final = Picks()


def new_name(address: Address, renamed: Mapping[str, str]) -> Address:
    """The address of a task whose step was renamed; `renamed` has the new name of each old one."""
    step, at, key = address.partition("@")
    return f"{renamed[step]}{at}{key}" if step in renamed else address


def under_new_names(known: Mapping[Address, _T], renamed: Mapping[str, str]) -> dict[Address, _T]:
    """What is known of tasks, under the names that their steps have now.

    What stands under a new name already goes before what stands under an old one.
    """
    if not renamed:
        return dict(known)
    found = {address: value for address, value in known.items() if new_name(address, renamed) == address}
    for address, value in known.items():
        found.setdefault(new_name(address, renamed), value)
    return found


def take_text(take: int, image: int | None) -> str:
    """A pick as people write it: ``2``, or ``2.1`` for picture [1] of take 2."""
    return str(take) if image is None else f"{take}.{image}"
