"""A prompt for a series, taken apart: what its pictures share, and what each one is about.

"第3张：…", "Picture 3: …" and "3. …" are lines of a list; picture 3 is read from its own
line first and from what stands around the list after that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from seedream_pipe.providers.preview.reading import Figure, Scene, read

__all__ = ["Series", "read_picture", "taken_apart"]

HAN_NUMBERS: Final = "一二三四五六七八九十"
ITEM: Final = re.compile(
    r"(?:^|(?<=[\n。；;.!！?？：:]))[ \t]*(?:[-*•][ \t]*)?(?:"
    r"第\s*([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*[张幅页格帧镜]\s*[:：，,、]?"
    r"|(?:picture|page|frame|panel|shot|scene|plate)\s*#?\s*([0-9]{1,2})\s*[:：.)—–-]"
    r"|([0-9]{1,2})\s*[.)）、．:：](?![0-9]))\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The parts of a series' prompt: words around the list, and its lines in order."""

    before: str
    lines: tuple[str, ...]
    after: str


def taken_apart(prompt: str) -> Series | None:
    """The list in a prompt, or None when it has none: lines numbered from 1, two or more."""
    marks: list[re.Match[str]] = []
    for match in ITEM.finditer(prompt):
        if number_of(match) == len(marks) + 1:
            marks.append(match)
    if len(marks) < 2:
        return None
    ends = [match.start() for match in marks[1:]]
    close = prompt.find("\n", marks[-1].end())
    ends.append(close if close >= 0 else len(prompt))
    lines = tuple(prompt[m.end() : end].strip() for m, end in zip(marks, ends, strict=True))
    return Series(before=prompt[: marks[0].start()].strip(), lines=lines, after=prompt[ends[-1] :].strip())


def number_of(match: re.Match[str]) -> int:
    digits = next(g for g in match.groups() if g is not None)
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    if "十" not in digits:
        return HAN_NUMBERS.index(digits) + 1 if len(digits) == 1 else 0
    return (HAN_NUMBERS.index(tens) + 1 if len(tens) == 1 else 1) * 10 + (
        HAN_NUMBERS.index(ones) + 1 if len(ones) == 1 else 0
    )


def read_picture(prompt: str, *, index: int, count: int) -> Scene:
    """Read what one picture of a prompt shows; `index` counts from 0.

    Args:
        prompt: any text.
        index: which picture of the series.
        count: how many the series has; with 1 the prompt is read as a whole.
    """
    series = taken_apart(prompt) if count > 1 else None
    if series is None:
        return read(prompt)
    own = series.lines[index % len(series.lines)]
    line, whole = read(own), read(f"{series.before}\n{own}\n{series.after}")
    return replace(
        whole,
        kind=line.kind if line.kind != "frame" else whole.kind,
        shot=line.shot or whole.shot,
        angle=line.angle or whole.angle,
        time=line.time or whole.time,
        weather=line.weather or whole.weather,
        place=line.place or whole.place,
        figures=those_in(own, line.figures, whole.figures),
        crowd=line.crowd,
        subject=line.subject if line.subject and not line.figures else whole.subject,
        props=line.props,
        foreground=line.foreground or whole.foreground,
        lettering=line.lettering or whole.lettering,
        behind=line.behind,
        profile=line.profile,
        excerpt=line.excerpt,
    )


def those_in(own: str, line: Sequence[Figure], whole: Sequence[Figure]) -> tuple[Figure, ...]:
    """The cast of one picture: without those who are named around the list only."""
    kinds = {figure.kind for figure in line}
    acting = any(figure.action for figure in line)
    told = [f for f in whole if not f.name or f.name in own or f.kind in kinds]
    return tuple(told) if told or not acting else tuple(whole)
