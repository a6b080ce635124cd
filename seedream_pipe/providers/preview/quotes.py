"""Texts in quotation marks: what is to be lettered on a picture, and as what (R136)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["Lettering", "Role", "take_lettering"]

Role: TypeAlias = Literal["speech", "sign", "title", "caption"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """Text to be drawn (R136), where it belongs, and the words before it."""

    text: str
    role: Role
    before: str = ""


QUOTES: Final = re.compile(
    "“([^“”]{1,200})”|「([^「」]{1,200})」|『([^『』]{1,200})』|《([^《》]{1,200})》"
    '|"([^"\n]{1,200})"|＂([^＂\n]{1,200})＂'
)


SPEECH: Final = re.compile(
    r"(\b(say|says|said|saying|shout|shouts|shouting|ask|asks|asking|whisper|whispers|call|calls|"
    r"yell|yells|repl(?:y|ies)|answers|speech|bubble|dialogue|tells?)\b|说|喊|问|叫道|答|讲|对白|台词|气泡|低语)",
    re.IGNORECASE,
)


SIGN: Final = re.compile(
    r"(\b(sign|signs|signboard|board|label|labelled|labeled|logo|neon|billboard|banner|reads|reading|"
    r"written|lettering|letters|printed|shop|store|plate|screen|text)\b"
    r"|招牌|牌|写着|写有|字样|霓虹|标签|标志|印着|横幅|匾|屏幕|店|字|刻着)",
    re.IGNORECASE,
)


TITLE: Final = re.compile(
    r"(\b(title|titled|poster|cover|headline|slogan|heading)\b|标题|片名|海报|封面|书名|标语|题为|题目)",
    re.IGNORECASE,
)


def take_lettering(text: str) -> tuple[str, tuple[Lettering, ...]]:
    """Quoted texts, and the prompt with them blanked so that they are not read as words."""
    found: list[Lettering] = []
    masked = text
    for match in QUOTES.finditer(text):
        inside = " ".join(next(g for g in match.groups() if g is not None).split())
        if not inside:
            continue
        before = sentence_before(text, match.start())
        after = text[match.end() : match.end() + 10]
        found.append(Lettering(text=inside, role=role_of(before, after, match.group(0)), before=before))
        blank = " " * (match.end() - match.start())
        masked = masked[: match.start()] + blank + masked[match.end() :]
    return masked, tuple(found[:4])


def sentence_before(text: str, at: int) -> str:
    """The words before a quotation, back to the end of the sentence or quotation before it."""
    window = text[max(0, at - 60) : at]
    cut = max((m.end() for m in SENTENCE_END.finditer(window)), default=0)
    return window[cut:]


SENTENCE_END: Final = re.compile('[.。!！?？;；\n](?=.)|[”"」』》]', re.DOTALL)


CAPTION: Final = re.compile(
    r"(\b(caption|subtitle|subline|subheading|small print|body copy)\b|字幕|小标题|副标题|小字|说明文字)",
    re.IGNORECASE,
)


def role_of(before: str, after: str, whole: str) -> Role:
    nearest = [
        (match.end(), role) for role, pattern in PATTERNS_OF_ROLES for match in pattern.finditer(before)
    ]
    if nearest:
        return max(nearest, key=lambda place: place[0])[1]
    if SPEECH.search(after):
        return "speech"
    if TITLE.search(after) or whole.startswith("《"):
        return "title"
    return "sign" if SIGN.search(after) else "caption"


PATTERNS_OF_ROLES: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    ("caption", CAPTION),
    ("title", TITLE),
    ("sign", SIGN),
    ("speech", SPEECH),
)
