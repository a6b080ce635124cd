"""What is allowed and probably not meant: rules on the values of a task, each a function.

Rule 1: a rule looks at values only; who calls it knows the places, and what was silenced.
Rule 2: a false alarm teaches the author to look away, so a rule that is not sure is silent.
What stands in double quotes is drawn or said, and no rule reads it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from types import MappingProxyType
from typing import Final

from seedream_pipe.plan.language import length, without_quotes
from seedream_pipe.problems import escaped

__all__ = [
    "CODES",
    "Advice",
    "advice",
    "group_count",
    "index_keys",
    "negative_prompt",
    "prompt_length",
    "shape_words",
    "silent_references",
    "unquoted_text",
]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "W-GROUP-COUNT": "a group whose prompt does not say how many pictures it wants (R135)",
        "W-IMAGE-NUMBER": 'a prompt that speaks of "image 3" when there are fewer references (R134)',
        "W-INDEX-KEY": "keys that count the rows, so that a row put in between renames those after it",
        "W-MENTION-GLUED": "a known @name behind a letter, which is left as it is",
        "W-NEGATIVE-PROMPT": "a negative prompt, which the models read as a wish (R137)",
        "W-PROMPT-LONG": "a prompt longer than 300 Chinese characters or 600 English words (R27)",
        "W-REFERENCES-SILENT": "several references, and a prompt that speaks of none of them (R134)",
        "W-SHAPE-WORDS": "a ratio or another shape in the prompt of a picture of fixed size (R138)",
        "W-UNMENTIONED": "a named reference that the prompt never mentions",
        "W-UNQUOTED-TEXT": "text to be drawn that is not in double quotes (R136)",
    }
)
"""Every warning on the values of a task: code and what it means."""

_MOST_CHARACTERS: Final = 300
_MOST_WORDS: Final = 600
_FEWEST_KEYS: Final = 3
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A warning: `field` is the field of the step that it is about."""

    code: str
    field: str
    message: str
    hint: str = ""


def advice(
    prompt: str,
    *,
    size: str,
    group: int | None = None,
    references: int = 0,
    mentioned: Collection[int] = (),
) -> Iterator[Advice]:
    """All advice on one task.

    Args:
        prompt: as it is sent, mentions bound.
        size: as resolved: a tier or ``WxH``.
        group: how many pictures at most, None for a single one.
        references: how many there are.
        mentioned: those that the prompt speaks of (`bind.Bound.mentioned`).

    """
    return chain(
        prompt_length(prompt, group),
        group_count(prompt, group),
        shape_words(prompt, size),
        negative_prompt(prompt),
        unquoted_text(prompt),
        silent_references(prompt, references, mentioned),
    )


def prompt_length(prompt: str, group: int | None = None) -> Iterator[Advice]:
    """More than is advised: the service takes it, and details may be lost (R27).

    The source speaks of one picture; a group, whose prompt tells each of its pictures, has
    that much for each.
    """
    pictures = max(group or 1, 1)
    if len(prompt) <= _MOST_CHARACTERS * pictures:
        return
    found = length(prompt)
    share = Fraction(found.characters, _MOST_CHARACTERS) + Fraction(found.words, _MOST_WORDS)
    if share <= pictures:
        return
    units = [(found.characters, "Chinese characters"), (found.words, "words")]
    told = " and ".join(f"{count} {unit}" for count, unit in units if count)
    for_each = " for each picture" if pictures > 1 else ""
    yield Advice(
        code="W-PROMPT-LONG",
        field="prompt",
        message=f"the prompt has {told}; details may be lost",
        hint=f"advised are {_MOST_CHARACTERS} Chinese characters or {_MOST_WORDS} English words{for_each}",
    )


_COUNT_WORDS: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
)
_COUNT_HAN: Final = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五".split()
_COUNTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **{word: number for number, word in enumerate(_COUNT_WORDS, 1)},
        **{word: number for number, word in enumerate(_COUNT_HAN, 1)},
        "两": 2,
        "兩": 2,
    }
)
_NUMBER: Final = (
    r"(?:(?<![\d.:])[0-9]{1,2}(?![\dA-Za-z×%]|[.:]\d)"
    rf"|\b(?:{'|'.join(_COUNT_WORDS)})\b|十[一二三四五]?|[一二两兩三四五六七八九])"
)
_ANY_COUNT: Final = re.compile(_NUMBER, re.IGNORECASE)
_PICTURES: Final = (
    "pictures|images|frames|shots|panels|illustrations|views|poses|photos|photographs|drawings|stickers|"
    "variations|variants|versions|scenes|pages|cards|posters|designs|icons|sketches|renders|portraits"
)
_SET_COUNT: Final = re.compile(
    rf"(?P<before>{_NUMBER})[ -](?:[\w-]+ ){{0,3}}(?:{_PICTURES})\b"
    rf"|\b(?:set|series|sequence|group|collection|pack|grid) of (?P<after>{_NUMBER})"
    rf"|(?P<han>{_NUMBER}) ?[张張幅格帧页頁款枚]",
    re.IGNORECASE,
)


def group_count(prompt: str, group: int | None) -> Iterator[Advice]:
    """A group makes as many pictures as its prompt asks for, up to its ceiling (R135)."""
    if group is None or group < 2:
        return
    plain = without_quotes(prompt)
    if any(_number(found[0]) == group for found in _ANY_COUNT.finditer(plain)):
        return
    asked = [
        _number(found["before"] or found["after"] or found["han"]) for found in _SET_COUNT.finditer(plain)
    ]
    if any(1 < count <= group for count in asked):
        return
    most = max(asked, default=0)
    message = (
        f"the prompt asks for {most} pictures, and the group has at most {group}"
        if most > group
        else f"the prompt does not say how many pictures it wants; the group has at most {group}"
    )
    hint = f'"Generate a set of {group} pictures: …", "生成一组共{group}张图：…"'
    yield Advice(code="W-GROUP-COUNT", field="prompt", message=message, hint=hint)


def _number(written: str) -> int:
    return _COUNTS.get(written.lower()) or int(written)


_FIXED: Final = re.compile(r"([0-9]+)x([0-9]+)")
_RATIO: Final = re.compile(
    r"(?<![A-Za-z0-9_:.])([0-9]{1,2}(?:\.[0-9]{1,2})?) ?[:：] ?([0-9]{1,2})"
    r"(?![\d:]|\.\d| ?(?:am|pm|scale|replica|model)\b| ?(?:比例尺|比分))"
)
_RATIOS: Final = frozenset(
    "1:1 2:1 1:2 3:2 2:3 4:3 3:4 5:4 4:5 16:9 9:16 16:10 10:16 21:9 9:21 1.85:1 2.35:1 2.39:1 2.4:1".split()
)
_NO_SHAPE_BEFORE: Final = re.compile(
    r"\b(?:at|by|clock|score|scored|time|until|won|lost|scale)[ \w]{0,8}$", re.IGNORECASE
)
# One of these is in every prompt that a search below finds: looking for them is ten times faster.
_SHAPE_MARKS: Final = (":", "：", "format", "orientation", "aspect", "比", "构图", "構圖", "画幅", "版", "屏")
_NEGATIVE_MARKS: Final = ("negative", "--n", "提示", "词")
_ASPECT_WORD: Final = re.compile(r"\baspect ratio\b|宽高比|长宽比|画幅比例", re.IGNORECASE)
_SHAPE_WORD: Final = re.compile(
    r"\b(?:(?P<upright>portrait|vertical)|(?P<wide>landscape|horizontal|widescreen|panoramic)|(?P<square>square))"
    r"[- ](?:format|orientation|aspect)\b"
    r"|(?:(?P<upright_zh>[竖豎])|(?P<wide_zh>[横橫])|(?P<square_zh>方))(?:[向形]?(?:构图|構圖|画幅)"
    r"|版(?!画|游戏|过关|卷轴|动作)|屏(?!手机|游戏|显示))",
    re.IGNORECASE,
)
_NEARLY_SQUARE: Final = (Fraction(9, 10), Fraction(10, 9))


def shape_words(prompt: str, size: str) -> Iterator[Advice]:
    """With ``WxH`` the shape is said already (R138).

    A ratio in figures is told always, because it may be drawn; a word such as "portrait
    format" only when the size has another shape.
    """
    fixed = _FIXED.fullmatch(size)
    if fixed is None or not int(fixed[2]):
        return
    if not _has(prompt, _SHAPE_MARKS):
        return
    plain = without_quotes(prompt)
    shape = _shape(Fraction(int(fixed[1]), int(fixed[2])))
    word = _ratio(plain) or _other_shape(plain, shape)
    if word is None:
        return
    yield Advice(
        code="W-SHAPE-WORDS",
        field="prompt",
        message=f'the prompt says "{escaped(word, limit=_SHOWN)}", and the size is fixed at {size} ({shape})',
        hint="leave the shape to `size:`; a prompt names it only beside a tier (2K, 4K)",
    )


def _has(prompt: str, marks: tuple[str, ...]) -> bool:
    lowered = prompt.lower()
    return any(mark in lowered for mark in marks)


def _shape(aspect: Fraction) -> str:
    low, high = _NEARLY_SQUARE
    return "upright" if aspect < low else "wide" if aspect > high else "square"


def _other_shape(plain: str, shape: str) -> str | None:
    for found in _SHAPE_WORD.finditer(plain):
        if (found.lastgroup or "").removesuffix("_zh") != shape:
            return found[0]
    return None


def _ratio(plain: str) -> str | None:
    if word := _ASPECT_WORD.search(plain):
        return word[0]
    for found in _RATIO.finditer(plain):
        before = plain[max(0, found.start() - 16) : found.start()]
        if f"{found[1]}:{found[2]}" in _RATIOS and not _NO_SHAPE_BEFORE.search(before):
            return found[0]
    return None


_NEGATIVE: Final = re.compile(
    r"\bnegative[ _-]?prompts?\b ?[:：=]|(?:(?<=\s)|^)--(?:no|neg|negative)\b"
    r"|(?:反向|负面|负向|負面|否定)(?:提示词|提示詞|提示|描述词|词) ?[:：]",
    re.IGNORECASE | re.MULTILINE,
)


def negative_prompt(prompt: str) -> Iterator[Advice]:
    """There is no negative prompt: what stands in it is asked for (R137)."""
    found = _NEGATIVE.search(without_quotes(prompt)) if _has(prompt, _NEGATIVE_MARKS) else None
    if found is None:
        return
    yield Advice(
        code="W-NEGATIVE-PROMPT",
        field="prompt",
        message=f'"{found[0].strip()}" means nothing to the model, and what follows is asked for',
        hint='say it in the sentence: "no people in the street"',
    )


# What is drawn without double quotes: in single ones, or in capitals.
_DRAWN: Final = r"(?:['‘][^'’\n\0]{2,60}['’](?!\w)|[A-Z]{3,}(?: [A-Z]{2,})*\b(?! ?[a-z]))"
_SURFACES: Final = (
    "signs?|banners?|labels?|posters?|captions?|logos?|headlines?|lettering|inscriptions?|billboards?|"
    "placards?|plaques?|covers?|shirts?|titles?|texts?|words?|badges?|screens?|neon"
)
_WRITES: Final = "reads?|reading|says?|saying|spells?|spelling|titled|labell?ed"
_TEXT: Final = "words?|text|title|caption|headline|inscription|lettering"
_WRITING: Final = re.compile(
    rf"(?:(?i:\b(?:{_SURFACES})\b[\w ,]{{0,40}}?\b(?:{_WRITES})\b[:,]? ?)"
    rf"|(?i:\b(?:the|a) (?:{_TEXT})(?: is)?[:,]? )){_DRAWN}"
)
_MAY_BE_DRAWN: Final = re.compile("[A-Z]{3}|['‘]")
_WRITING_HAN: Final = re.compile(
    r"(?:写着|写有|印着|印有|刻着|标着|寫著|印著|刻著)[:：]? ?"
    r"(?![\0“\"「『《字文一几某什许很各中英汉漢日数數看模店名不些它他她我你两三诗詩])[^\s，。！？,.!?\0]{1,20}"
)


def unquoted_text(prompt: str) -> Iterator[Advice]:
    """Text to be drawn goes in double quotes, or the model takes it for a description (R136)."""
    plain = without_quotes(prompt, blank="\0")
    found = _WRITING.search(plain) if _MAY_BE_DRAWN.search(plain) else None
    found = found or _WRITING_HAN.search(plain)
    if found is None:
        return
    yield Advice(
        code="W-UNQUOTED-TEXT",
        field="prompt",
        message=f'"{escaped(found[0].strip(), limit=_SHOWN)}": text to be drawn is not in double quotes',
        hint='the sign reads "NOODLES"; 招牌上写着“面馆”; | quote does it for a cell',
    )


_SPEAKS_OF_REFERENCES: Final = re.compile(
    r"\b(?:reference|references|refs?|same|supplied|attached|provided|given|these|both|all|each)\b"
    r"|\b(?:image|picture|photo|figure)s?\b|参考|參考|图|圖|照片|同一|画像|이미지|사진",
    re.IGNORECASE,
)


def silent_references(prompt: str, references: int, mentioned: Collection[int]) -> Iterator[Advice]:
    """Several references, and nothing says what they are for (R134)."""
    if references < 2 or mentioned or _SPEAKS_OF_REFERENCES.search(prompt):
        return
    yield Advice(
        code="W-REFERENCES-SILENT",
        field="references",
        message=f"the prompt speaks of none of its {references} references",
        hint='say what each is for: "@mei in the street of @market"',
    )


_INDEX: Final = re.compile(r"(?:(?:row|line|item|index|no|nr)[-_.]?)?([0-9]{1,7})", re.IGNORECASE)


def index_keys(keys: Sequence[str]) -> Iterator[Advice]:
    """Keys of a step's rows, in their order, that are 1, 2, 3 … or 0, 1, 2 …."""
    if len(keys) < _FEWEST_KEYS:
        return
    start = _INDEX.fullmatch(keys[0])
    if start is None or int(start[1]) > 1:
        return
    for number, key in enumerate(keys, int(start[1])):
        found = _INDEX.fullmatch(key)
        if found is None or int(found[1]) != number:
            return
    yield Advice(
        code="W-INDEX-KEY",
        field="foreach",
        message=f"the keys count the rows: {', '.join(escaped(key, limit=12) for key in keys[:3])} …",
        hint="a row put in between renames those after it: they are bought again; use a column that stays",
    )
