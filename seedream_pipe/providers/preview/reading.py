"""A prompt, read the way a storyboard artist would: who, where, when, how close, doing what.

`read` takes any text, Chinese, English or both, and always gives a `Scene`; what is not
said stays None or empty, and the drawing decides. No pictures are touched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from seedream_pipe.providers.preview import vocabulary as words
from seedream_pipe.providers.preview.quotes import Lettering, take_lettering
from seedream_pipe.providers.preview.tokens import LEXICON, Token, first, is_chinese, tokenize

__all__ = ["Figure", "Garment", "Lettering", "Scene", "read"]

Kind: TypeAlias = Literal["frame", "sheet", "product", "poster"]
MAX_FIGURES: Final = 9
MAX_TEXT: Final = 8000
"""Characters of a prompt that are read; the rest says nothing (R27 asks for a few hundred)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """A piece of clothing, with its colour's name when the prompt gives one."""

    kind: str
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A person or an animal. `kind` is a key of `vocabulary.PEOPLE` or `ANIMALS`.

    `reference` is the number of the picture that shows this figure (image 1, 图1). An
    `upright` animal is one of a picture book, with arms for what it does.
    """

    kind: str
    name: str = ""
    animal: bool = False
    garments: tuple[Garment, ...] = ()
    hair: str | None = None
    hair_colour: str | None = None
    coat_colour: str | None = None
    beard: bool = False
    glasses: bool = False
    action: str | None = None
    mood: str | None = None
    holds: str | None = None
    reference: int | None = None
    number: int = 0
    in_mouth: str | None = None
    upright: bool = False

    @property
    def descriptor(self) -> str:
        """What this figure is known by: equal descriptors are drawn alike everywhere."""
        if self.name:
            return f"name:{self.name.lower()}:{self.number}"
        worn = ",".join(f"{g.colour or ''} {g.kind}" for g in sorted_garments(self.garments))
        traits = (self.kind, self.hair, self.hair_colour, self.coat_colour, worn, self.number)
        return "|".join(str(t or "") for t in traits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a prompt says. None means that it does not say.

    `thing_images` ties things to the pictures that show them; `foreground` is a thing that
    stands large before the camera, and its side: left, right or middle.
    """

    kind: Kind
    shot: str | None
    angle: str | None
    time: str | None
    weather: str | None
    place: str | None
    style: str | None
    figures: tuple[Figure, ...]
    crowd: bool
    subject: str | None
    subject_colour: str | None
    thing_images: tuple[tuple[str, int], ...]
    foreground: tuple[str, str] | None
    props: tuple[str, ...]
    features: frozenset[str]
    lettering: tuple[Lettering, ...]
    images: tuple[int, ...]
    behind: bool
    profile: bool
    chinese: bool
    excerpt: str


def sorted_garments(garments: Iterable[Garment]) -> list[Garment]:
    """Garments in one order, whatever order a prompt names them in."""
    return sorted(garments, key=lambda g: (g.kind, g.colour or ""))


def read(prompt: str) -> Scene:
    """Read a prompt. Never fails, whatever the text."""
    text = prompt[:MAX_TEXT]
    chinese = is_chinese(text)
    masked, lettering = take_lettering(text)
    masked, names = take_names(masked)
    tokens = tuple(tokenize(masked))
    kind = kind_of(masked, tokens)
    figures = () if says_nobody(masked) else figures_of(masked, tokens, names)
    crowd = not says_nobody(masked) and any(t.means("groups") == "crowd" for t in tokens)
    shot = first(tokens, "shots", prefer=("insert", "extreme_close", "over_shoulder"))
    place = place_of(tokens)
    if place in (None, "space", "sky") and SET_ON_MOON.search(masked):
        place = "moon"
    props = tuple(dict.fromkeys(v for t in tokens if (v := t.means("objects"))))
    subject, colour = subject_of(masked, tokens, figures, shot=shot, kind=kind)
    style = first(tokens, "styles", prefer=())
    foreground = foreground_of(masked, tokens)
    if foreground is not None:
        figures = tuple(replace(f, holds=None) if f.holds == foreground[0] else f for f in figures)
    storybook = PICTURE_BOOK.search(masked) is not None
    figures = tuple(replace(f, upright=is_upright(f, storybook=storybook)) for f in figures)
    if kind == "frame" and subject and not figures and (place is None or place == "studio"):
        kind = "product"
    return Scene(
        kind=kind,
        shot=shot,
        angle=first(tokens, "angles", prefer=("high", "raised", "low", "dutch")),
        time=first(tokens, "times", prefer=("golden", "dawn", "dusk", "night")),
        weather=first(tokens, "weathers", prefer=("storm", "snow", "rain", "fog", "wind")),
        place=place,
        style=style,
        figures=figures,
        crowd=crowd,
        subject=subject,
        subject_colour=colour,
        thing_images=tuple(thing_images(masked, tokens)),
        foreground=foreground,
        props=props,
        features=frozenset(v for t in tokens if (v := t.means("features"))),
        lettering=lettering,
        images=tuple(dict.fromkeys(number for number, _ in image_mentions(masked))),
        behind=any(t.means("behind") for t in tokens),
        profile=any(t.means("profile") for t in tokens),
        chinese=chinese,
        excerpt=" ".join(text.split()),
    )


# --- names ---------------------------------------------------------------------------------


LATIN_NAME: Final = re.compile(
    r"(?<![A-Za-z0-9'’])([A-Z][a-zà-ÿ]{1,14})(?:\s+(?:[A-Z][a-zà-ÿ]{1,14}))?(?=['’]s\b|[^A-Za-z0-9'’]|$)"
)
CALLED: Final = re.compile(
    r"(?:\b(?:named|called)\s+([A-Z]\w{1,14})|(?:名叫|叫做|叫|名为)([\u4e00-\u9fff]{2,3}?)(?=的|，|。|,|、|）|\)|\s|$))"
)
HAN_NAME: Final = re.compile(
    r"((?:小|阿)[\u4e00-\u9fff])(?=站|走|跑|坐|看|说|抬|低|撑|拿|抱|笑|跟|和|与|蹲|推|望|拉|追|举|穿|（|\()"
)
VERB_AFTER: Final = re.compile(
    r"\s+(?:\w+ly\s+)?(?:{})\b".format(
        "|".join(w for text in words.ACTIONS.values() for w in text.split("|") if w.isascii())
    )
)


DOUBLED_NAME: Final = re.compile(r"([\u4e00-\u9fff])\1(?!的|地)")
"""团团, 米米: what animals and children of picture books are called."""


def doubled_names(text: str) -> Iterator[tuple[int, int, str]]:
    """Doubled characters right after a noun of a person or an animal: 小白兔团团."""
    for match in DOUBLED_NAME.finditer(text):
        before = text[max(0, match.start() - 4) : match.start()]
        ends = (before[-k:] for k in range(1, len(before) + 1))
        if any(is_somebody(word) for word in ends) and match.group() not in LEXICON:
            yield match.start(), match.end(), match.group()


def is_somebody(word: str) -> bool:
    return any(table in ("people", "animals") for table, _, _ in LEXICON.get(word, ()))


def take_names(text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Names of people with their places; blanked in the text where they hide other words."""
    names: list[tuple[int, int, str]] = []
    for match in CALLED.finditer(text):
        group = 1 if match.group(1) else 2
        names.append((match.start(group), match.end(group), match.group(group)))
    for match in LATIN_NAME.finditer(text):
        word = match.group(1)
        if word.lower() in words.NOT_NAMES or word.lower() in LEXICON:
            continue
        if starts_sentence(text, match.start()) and not acts_like_name(text, match.end(1)):
            continue
        names.append((match.start(1), match.end(1), word))
    for match in HAN_NAME.finditer(text):
        word = match.group(1)
        if word not in LEXICON or word == "小雨":
            names.append((match.start(), match.end(), word))
    names.extend(doubled_names(text))
    for name in {name for _, _, name in names}:
        edge = r"\b" if name.isascii() else ""
        names.extend((m.start(), m.end(), name) for m in re.finditer(edge + re.escape(name) + edge, text))
    masked = text
    for start, end, _ in names:
        masked = masked[:start] + "\x00" * (end - start) + masked[end:]
    return masked, tuple(sorted(set(names)))


def starts_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t")
    return not before or before[-1] in ".!?:;\n。！？：；—-("


ALSO_NOUNS: Final = re.compile(r"\s+(?:steps|leaves|waves|points|lies|walks|stares|rides)\b")


def acts_like_name(text: str, end: int) -> bool:
    if ALSO_NOUNS.match(text, end):
        return False
    return bool(VERB_AFTER.match(text, end) or re.match(r"['’]s\b|\s*[,(（]| and [A-Z]", text[end:]))


# --- what kind of picture ------------------------------------------------------------------


def kind_of(text: str, tokens: tuple[Token, ...]) -> Kind:
    tables = {table for t in tokens for table, _ in t.meanings}
    people = any(t.means("people") or t.means("groups") for t in tokens)
    if "sheet" in tables:
        return "sheet"
    if "poster" in tables and not re.search(r"poster on|posters|海报上|墙上的海报|贴着", text):
        return "poster"
    if "product" in tables and not people:
        return "product"
    return "frame"


def says_nobody(text: str) -> bool:
    return re.search(words.NOBODY, text, re.IGNORECASE) is not None


SET_ON_MOON: Final = re.compile(
    r"(?:场景|地点|背景)[^，。；\n]{0,8}(?:月亮|月球)|\bset on the moon\b", re.IGNORECASE
)


def place_of(tokens: tuple[Token, ...]) -> str | None:
    values = [v for t in tokens if (v := t.means("places"))]
    telling = [v for v in values if v not in words.GENERIC_PLACES]
    return next(iter(telling or values), None)


def subject_of(
    text: str,
    tokens: tuple[Token, ...],
    figures: tuple[Figure, ...],
    *,
    shot: str | None,
    kind: Kind,
) -> tuple[str | None, str | None]:
    """The thing a picture is about, when it is about a thing, with its colour."""
    things = [t for t in tokens if t.means("objects")]
    about_things = kind == "product" or shot in ("insert", "extreme_close") or not figures
    if not things or not about_things:
        return None, None
    near_hands = [
        t for t in things if re.search(r"hand|手|holds?|捧|拿", text[max(0, t.start - 24) : t.end + 24])
    ]
    chosen = near_hands[0] if shot == "insert" and near_hands else things[0]
    return chosen.means("objects"), colour_before(text, tokens, chosen)


FROM_IMAGE: Final = re.compile(
    r"\s+(?:from|of|in|as in)\s+(?:image|picture|photo)\s*#?\s*(\d{1,2})", re.IGNORECASE
)
OF_IMAGE: Final = re.compile(
    r"(?:图\s*([0-9]{1,2})\s*[中里]?的|(?:image|picture)\s*(\d{1,2})['’]s\s+)[^，。,.;；]{0,4}$"
)


def thing_images(text: str, tokens: tuple[Token, ...]) -> Iterator[tuple[str, int]]:
    """Which picture shows which thing: "the bottle from image 1", 图1的茶瓶 (R134)."""
    for token in tokens:
        kind = token.means("objects")
        if kind is None:
            continue
        match = FROM_IMAGE.match(text, token.end) or OF_IMAGE.search(
            text[max(0, token.start - 16) : token.start]
        )
        if match:
            yield kind, int(next(g for g in match.groups() if g))


FOREGROUND: Final = re.compile(r"\bin the (?:\w+ )?foreground\b|前景", re.IGNORECASE)
LEFT: Final = re.compile(r"\bleft\b|左", re.IGNORECASE)
RIGHT: Final = re.compile(r"\bright\b|右", re.IGNORECASE)


def foreground_of(text: str, tokens: tuple[Token, ...]) -> tuple[str, str] | None:
    """The thing that stands before the camera, and on which side."""
    for match in FOREGROUND.finditer(text):
        start = max((b.end() for b in BREAK.finditer(text, 0, match.start())), default=0)
        things = [
            (min(abs(t.start - match.start()), abs(t.end - match.start())), kind)
            for t in tokens
            if (kind := t.means("objects")) and start <= t.start < match.end() + 24
        ]
        if things:
            near = text[max(start, match.start() - 8) : match.end() + 16]
            side = "left" if LEFT.search(near) else "right" if RIGHT.search(near) else "middle"
            return min(things)[1], side
    return None


# --- figures -------------------------------------------------------------------------------

IMAGE: Final = re.compile(
    r"(?:\b(?:image|picture|figure|fig\.?|reference|ref|photo)\s*#?\s*(\d{1,2})(?!\d)"
    r"|图\s*([0-9]{1,2}|[一二三四五六七八九十])(?!\d)|第\s*([0-9]{1,2}|[一二三四五六七八九十])\s*张图)",
    re.IGNORECASE,
)
HAN_DIGITS: Final = "一二三四五六七八九十"
BREAK: Final = re.compile(r"[.;。；!?！？\n]")
COUNT_BEFORE: Final = re.compile(
    r"\b({}|\d{{1,2}})\s+(?:[\w'-]+\s+){{0,3}}$".format("|".join(words.NUMBERS)), re.IGNORECASE
)
HAN_COUNT_BEFORE: Final = re.compile(
    rf"(一群|一对|许多|很多|[一两二三四五六七八九十几数双众]|\d{{1,2}})\s*[{words.HAN_MEASURES}]?(?:[^，。,;；、\x00]{{0,8}})$"
)
NONE_BEFORE: Final = re.compile(r"(?:\b(?:no|without)\s+(?:\w+\s+)?|没有|不要|无)$", re.IGNORECASE)
ANOTHER: Final = re.compile(
    r"(?:\banother\s+(?:\w+\s+)?|另一[个名位只]|另外一|其他)[^，。,.]{0,6}$", re.IGNORECASE
)


@dataclass(slots=True)
class Mention:
    """A figure as it is being read; becomes a frozen `Figure` at the end."""

    start: int
    end: int
    count: int
    figure: Figure
    echoes: list[tuple[int, int]] = field(default_factory=list)
    stand_in: bool = False


def image_mentions(text: str) -> Iterator[tuple[int, int]]:
    """(number of the picture, place in the text) for each "image 2" or "图2" (R134)."""
    for match in IMAGE.finditer(text):
        digits = next(g for g in match.groups() if g is not None)
        number = HAN_DIGITS.index(digits) + 1 if digits in HAN_DIGITS else int(digits)
        if number:
            yield number, match.start()


def figures_of(
    text: str, tokens: tuple[Token, ...], names: tuple[tuple[int, int, str], ...]
) -> tuple[Figure, ...]:
    mentions: list[Mention] = []
    for token in tokens:
        mentions.extend(mentions_in(text, token, mentions))
    attach_names(text, mentions, names)
    if any(not m.stand_in for m in mentions):
        mentions = [m for m in mentions if not m.stand_in or m.figure.name]
    if not mentions:
        mentions.extend(from_pronouns(text, tokens))
    mentions.sort(key=lambda m: m.start)
    mentions = without_served_fish(text, mentions)
    for number, at in image_mentions(text):
        attach_reference(text, mentions, number, at)
    attach_clothes(text, tokens, mentions)
    attach_traits(text, tokens, mentions)
    attach_hair(text, mentions)
    return tuple(numbered(mentions))[:MAX_FIGURES]


def without_served_fish(text: str, mentions: list[Mention]) -> list[Mention]:
    """A fish among people and cats is a meal or a gift, unless somebody swims."""
    if all(m.figure.kind == "fish" for m in mentions) or re.search(
        r"swim|underwater|游|水下|池塘|pond", text
    ):
        return mentions
    return [m for m in mentions if m.figure.kind != "fish"]


def numbered(mentions: list[Mention]) -> Iterator[Figure]:
    for mention in mentions:
        for number in range(mention.count):
            yield replace(mention.figure, number=mention.figure.number + number)


def mentions_in(text: str, token: Token, known: list[Mention]) -> Iterator[Mention]:
    """The figures that a word brings in, if it does not speak of one already there."""
    before = text[max(0, token.start - 40) : token.start]
    before = BREAK.split(before)[-1]
    if NONE_BEFORE.search(before):
        return
    group = token.means("groups")
    if group is not None:
        yield from group_mentions(token, group, count_before(before, known, token))
        return
    kind = token.means("people") or token.means("animals")
    if kind is None:
        return
    count = count_before(before, known, token)
    if count is None:
        count = 3 if token.plural else 1
        same = [m for m in known if m.figure.kind == kind]
        loose = kind == "person" and any(not m.figure.animal for m in known)
        if (same or loose) and not ANOTHER.search(before):
            if same:
                same[-1].echoes.append((token.start, token.end))
            return
    elif token.word in ("人", "people") and count <= sum(m.count for m in known):
        return
    figure = Figure(kind=kind, animal=token.means("people") is None)
    stand_in = token.word in words.STAND_INS
    yield Mention(token.start, token.end, min(count, MAX_FIGURES), figure, stand_in=stand_in)


def count_before(before: str, known: list[Mention], token: Token) -> int | None:
    last = max((m.end for m in known if m.end <= token.start), default=0)
    window = before[-(token.start - last) :] if token.start > last else ""
    window = IMAGE.sub(lambda mention: "\x00" * len(mention.group()), window)
    match = next((m for k in range(len(window), -1, -1) if (m := COUNT_BEFORE.match(window, k))), None)
    if match:
        word = match.group(1).lower()
        count = int(word) if word.isdigit() else words.NUMBERS[word]
        return 3 if token.plural and count == 1 else max(1, count)
    han = HAN_COUNT_BEFORE.search(window)
    if han:
        word = han.group(1)
        return max(1, int(word)) if word.isdigit() else words.HAN_NUMBERS[word]
    return None


def group_mentions(token: Token, group: str, count: int | None) -> Iterator[Mention]:
    members: dict[str, tuple[str, ...]] = {
        "crowd": (),
        "couple": ("man", "woman"),
        "family": ("man", "woman", "girl"),
        "children": ("girl", "boy", "girl"),
        "friends": ("woman", "man", "woman"),
    }
    kinds = members[group]
    if count is not None and group in ("children", "friends"):
        kinds = tuple(kinds[k % len(kinds)] for k in range(min(count, MAX_FIGURES)))
    for number, kind in enumerate(kinds):
        yield Mention(token.start, token.end, 1, Figure(kind=kind, number=number))


def attach_names(text: str, mentions: list[Mention], names: tuple[tuple[int, int, str], ...]) -> None:
    """Give names to the figures they stand beside; a name that stands alone is a figure of its own."""
    for name in dict.fromkeys(name for _, _, name in names):
        places = [(start, end) for start, end, other in names if other == name]
        beside = next((m for start, end in places for m in mentions if is_beside(text, m, start, end)), None)
        if beside is None:
            start, end = places[0]
            beside = Mention(start, end, 1, Figure(kind=known_name(name) or named_kind(text)))
            mentions.append(beside)
        beside.figure = replace(beside.figure, name=name)
        beside.echoes.extend(places)


def is_beside(text: str, mention: Mention, start: int, end: int) -> bool:
    if mention.figure.name or mention.count != 1:
        return False
    between = text[end : mention.start] if end <= mention.start else text[mention.end : start]
    if len(between) > 28 or BREAK.search(between):
        return False
    linking = r"\W*|\s*,?\s*(?:who is\s+)?(?:an?|the)\s+(?:[\w-]+\s+){0,4}|\W*(?:named|called|叫|名叫|叫做|名为)\s*|[，,（(是]*(?:一[个位名只])?[^，。、和与]{0,6}"  # noqa: E501
    return re.fullmatch(linking, re.sub(r"[()（）]", "", IMAGE.sub("", between)), re.IGNORECASE) is not None


def known_name(name: str) -> str | None:
    low = name.lower()
    return next((kind for kind, text in words.NAMES_OF.items() if low in text.split("|")), None)


def named_kind(text: str) -> str:
    for kind, pronouns in words.PRONOUNS.items():
        if re.search(
            rf"\b(?:{pronouns})\b" if pronouns.isascii() else bounded(pronouns), text, re.IGNORECASE
        ):
            return kind
    return "person"


def bounded(alternatives: str) -> str:
    return "|".join(rf"\b{w}\b" if w.isascii() else w for w in alternatives.split("|"))


def from_pronouns(text: str, tokens: tuple[Token, ...]) -> Iterator[Mention]:
    kind = named_kind(text)
    if kind != "person":
        yield Mention(0, 0, 1, Figure(kind=kind))
        return
    count = 2 if THEY_ACT.search(text) else 1
    acting = any(t.means("garments") or t.means("hairs") for t in tokens)
    if acting or count == 2:
        yield Mention(0, 0, count, Figure(kind="person"))


THEY_ACT: Final = re.compile(r"\bthey(?=" + VERB_AFTER.pattern + r")|他们|她们", re.IGNORECASE)


def attach_reference(text: str, mentions: list[Mention], number: int, at: int) -> None:
    """Tie "image 2" to the nearest figure of the same clause that has no picture yet."""
    near = [
        (distance, index)
        for index, m in enumerate(mentions)
        if m.figure.reference is None
        and (distance := m.start - at if m.start >= at else at - m.end) <= 26
        and not re.search("[.;。；，]", text[min(at, m.end) : max(at, m.start)])
    ]
    if near:
        mention = mentions[min(near)[1]]
        mention.figure = replace(mention.figure, reference=number)


HAN_OF: Final = re.compile(r"子?的[^，。；、和与\x00]*$")


def owner(text: str, mentions: list[Mention], start: int, end: int) -> Mention | None:
    """Whose attribute a word is: who it stands right before, else who was named last before it."""
    places = [(m.start, m.end, m) for m in mentions]
    places += [(begin, last, m) for m in mentions for begin, last in m.echoes]
    after = [(begin, m) for begin, _, m in places if 0 <= begin - end <= 3]
    after += [(begin, m) for begin, _, m in places if 3 < begin - end <= 9 and HAN_OF.match(text[end:begin])]
    for begin, mention in sorted(after, key=lambda place: place[0]):
        if not BREAK.search(text[end:begin]) and "，" not in text[end:begin]:
            return mention
    before = [(last, m) for _, last, m in places if last <= start]
    if before:
        return max(before, key=lambda place: place[0])[1]
    later = [(begin, m) for begin, _, m in places if begin >= end]
    return min(later, key=lambda place: place[0])[1] if later else next(iter(mentions), None)


def attach_clothes(text: str, tokens: tuple[Token, ...], mentions: list[Mention]) -> None:
    people = [m for m in mentions if not m.figure.animal] or mentions
    for token in tokens:
        kind = token.means("garments")
        if kind is None or NONE_BEFORE.search(text[max(0, token.start - 16) : token.start]):
            continue
        wearer = owner(text, people, token.start, token.end)
        if wearer is None:
            continue
        if wearer.figure.animal and kind not in ACCESSORIES and not WORN.search(text[: token.start]):
            continue
        worn = wearer.figure.garments
        if any(g.kind == kind for g in worn) or len(worn) > 4:
            continue
        garment = Garment(kind=kind, colour=colour_before(text, tokens, token))
        wearer.figure = replace(wearer.figure, garments=(*worn, garment))


ACCESSORIES: Final = frozenset({"hat", "scarf", "boots", "bag"})
"""What an animal wears and stays an animal; a coat or a suit makes it walk like a person."""
WORN: Final = re.compile(
    r"(?:\b(?:in|wearing|wears|with|dressed|puts? on)\b[^,.;]{0,28}|[穿披着套][^，。；]{0,10})$",
    re.IGNORECASE,
)


def colour_before(text: str, tokens: tuple[Token, ...], token: Token) -> str | None:
    """The colour named just before a thing: "red silk dress", "红色的长裙", "白裙"."""
    if not token.word.isascii() and (inside := HAN_COLOURS.get(token.word[0])):
        return inside
    near = [
        t for t in tokens
        if t.means("colours") and 0 <= token.start - t.end <= 14
        and not re.search(r"[,，。.;；、\x00]| and |和", text[t.end : token.start])
    ]  # fmt: skip
    return near[-1].means("colours") if near else None


HAN_COLOURS: Final = MappingProxyType(
    {w: name for name, (text, _) in words.COLOURS.items() for w in text.split("|") if len(w) == 1}
)


def attach_traits(text: str, tokens: tuple[Token, ...], mentions: list[Mention]) -> None:
    for token in tokens:
        mention = owner(text, mentions, token.start, token.end)
        if mention is None or (token.means("actions") and is_of_a_thing(text, token, tokens)):
            continue
        mention.figure = with_trait(text, tokens, token, mention.figure)
    for mention in mentions:
        if mention.figure.animal and mention.figure.coat_colour is None:
            mention.figure = replace(mention.figure, coat_colour=coat_colour(text, tokens, mention))
    share_actions(tokens, mentions)


OF_A_THING: Final = re.compile(r"\b(?:that|which|light|water|river|beam|shadow|rain)\s+$", re.IGNORECASE)


def is_of_a_thing(text: str, token: Token, tokens: tuple[Token, ...]) -> bool:
    """True when the one who acts is no figure: "a river that runs", 茶壶慢慢飞起来."""
    before = text[max(0, token.start - 30) : token.start]
    if OF_A_THING.search(before):
        return True
    if token.means("actions") != "fly":
        return False
    things = any(t.means("objects") and 0 <= token.start - t.end <= 6 for t in tokens)
    return things or FLYING_THING.search(before) is not None


FLYING_THING: Final = re.compile(
    r"(?:流星|飞船|飞机|气球|雪花|花瓣|落叶|\b(?:leaves|petals|snow|sparks|balloons?|plane|ship|kites?|"
    r"bell|bowls?|hair|curtains?|flags?)\b)[^。.;；\x00]{0,18}$",
    re.IGNORECASE,
)


def with_trait(text: str, tokens: tuple[Token, ...], token: Token, figure: Figure) -> Figure:
    for table, value in token.meanings:
        match table:
            case "actions" if figure.action is None or figure.action in ("stand", "hold", "look"):
                figure = replace(figure, action=value)
                if value == "sweep" and figure.holds is None:
                    figure = replace(figure, holds="broom")
                if value == "read" and figure.holds is None and can_hold(figure):
                    figure = replace(figure, holds="book")
            case "actions" if value == "read" and figure.holds is None and can_hold(figure):
                figure = replace(figure, holds="book")
            case "moods" if figure.mood is None:
                figure = replace(figure, mood=value)
            case "hairs" if figure.hair is None and not figure.animal:
                figure = replace(figure, hair=value, hair_colour=hair_colour(token, tokens, text))
            case "beard" if not figure.animal:
                figure = replace(figure, beard=True)
            case "glasses" if not figure.animal:
                figure = replace(figure, glasses=True)
            case "objects" if (
                value in words.HELD
                and figure.holds is None
                and (in_hand(text, token, figure) or grasped(text, token, figure))
            ):
                figure = replace(figure, holds=value)
            case "objects" if figure.in_mouth is None and in_mouth(text, token, figure):
                figure = replace(figure, in_mouth=value)
            case _:
                continue
    return figure


HOLDING: Final = re.compile(
    r"(\b(hold\w*|carr\w+|clutch\w*|grip\w*|with an?|with|his|her|their|offer\w*|giv\w+|read\w*|rais\w+|"
    r"polish\w*|eat\w*|drink\w*|sip\w*|play\w*|wav\w+|open\w*|tak\w+|under an?|writ\w+)\b"
    r"|[拿捧抱提握撑端举持背拎打戴递带弹吃喝看读写翻]|手里|手中)[^.;。；，,]{0,16}$",
    re.IGNORECASE,
)


IN_HAND: Final = re.compile(
    r"\s+in (?:(?:her|his|their|its|both|one|\w+'s)\s+)?(?:two\s+|right\s+|left\s+)?"
    r"(?:hands?|fist|fists|arms)\b",
    re.IGNORECASE,
)
IN_MOUTH: Final = re.compile(
    r"(?:['’]s \w+)?\s+in (?:his|her|its|the) (?:mouth|teeth|jaws|beak)\b", re.IGNORECASE
)


def in_mouth(text: str, token: Token, figure: Figure) -> bool:
    """True when an animal carries a thing."""
    return figure.animal and (
        IN_MOUTH.match(text, token.end) is not None
        or text[max(0, token.start - 3) : token.start].endswith("叼着")
    )


def can_hold(figure: Figure) -> bool:
    """True for people, and for animals that a picture book gives arms."""
    return not figure.animal or figure.kind in UPRIGHT


PICTURE_BOOK: Final = re.compile(
    r"picture[- ]book|children['’]s (?:book|illustration)|storybook|绘本|童书|儿童插画|童话", re.IGNORECASE
)
UPRIGHT: Final = frozenset("cat dog rabbit fox wolf bear panda pig mouse monkey frog tiger lion".split())
"""Animals that a picture book stands on two feet."""
PEOPLES_ACTIONS: Final = frozenset("sweep wave point hug dance read raise".split())


def is_upright(figure: Figure, *, storybook: bool) -> bool:
    """True for an animal that wears, holds or does what people do, or lives in a picture book."""
    dressed = any(g.kind not in ACCESSORIES for g in figure.garments)
    if not figure.animal or dressed or figure.kind not in UPRIGHT or figure.action in ("run", "jump", "lie"):
        return False
    busy = figure.holds is not None or figure.action in PEOPLES_ACTIONS
    return bool(figure.garments) or busy or storybook


def grasped(text: str, token: Token, figure: Figure) -> bool:
    """True when an animal of a picture book holds a thing as people do: 手提一盏铜灯."""
    return figure.animal and GRASPING.search(text[max(0, token.start - 30) : token.start]) is not None


GRASPING: Final = re.compile(
    r"(?:\b(?:holds?|holding|carr(?:y|ies|ying))\s+(?:up\s+)?(?:an?|the|his|her|its)\s+(?:\w+\s+){0,2}"
    r"|[拿捧提举端拎][着起]?[^.;。；，,]{0,4})$",
    re.IGNORECASE,
)


def in_hand(text: str, token: Token, figure: Figure) -> bool:
    """True when the words before a thing put it into a person's hands."""
    plural = (
        token.word.isascii() and token.word.endswith("s") and token.word not in ("flowers", "keys", "noodles")
    )
    return (
        not figure.animal
        and not plural
        and (
            HOLDING.search(text[max(0, token.start - 30) : token.start]) is not None
            or IN_HAND.match(text, token.end) is not None
        )
    )


def hair_colour(token: Token, tokens: tuple[Token, ...], text: str) -> str | None:
    for colour in ("black", "blonde", "blond", "red", "white", "grey", "gray", "brown", "silver"):
        if colour in token.word:
            return {"blonde": "gold", "blond": "gold", "gray": "grey", "silver": "grey"}.get(colour, colour)
    return colour_before(text, tokens, token)


HAIR: Final = re.compile(
    r"\b(?P<length>long|short|curly|wavy)?,?\s*(?:straight\s+|messy\s+|wet\s+)?"
    r"(?P<colour>black|dark|brown|blonde?|red|gr[ea]y|white|silver|golden|pink|blue|purple)?\s*hair\b"
    r"|(?P<han_colour>[黑白红金棕灰银粉蓝紫])色?的?(?P<han_length>[长短卷])?头?发",
    re.IGNORECASE,
)
HAIR_WORDS: Final = MappingProxyType(
    {
        "dark": "black", "blonde": "gold", "blond": "gold", "golden": "gold", "silver": "grey",
        "gray": "grey",
        "黑": "black", "白": "white", "红": "red", "金": "gold", "棕": "brown", "灰": "grey", "银": "grey",
        "粉": "pink", "蓝": "blue", "紫": "purple", "长": "long", "短": "bob", "卷": "curly", "wavy": "curly",
    }
)  # fmt: skip


def attach_hair(text: str, mentions: list[Mention]) -> None:
    """Hair told in a phrase: "short black hair", 金色长发."""
    people = [m for m in mentions if not m.figure.animal]
    for match in HAIR.finditer(text):
        wearer = owner(text, people, match.start(), match.end())
        if wearer is None:
            continue
        colour = (match["colour"] or match["han_colour"] or "").lower()
        length = (match["length"] or match["han_length"] or "").lower()
        style = HAIR_WORDS.get(length, length) or wearer.figure.hair
        if style == "short" and wearer.figure.kind in ("girl", "woman"):
            style = "bob"
        shade = HAIR_WORDS.get(colour, colour) or wearer.figure.hair_colour
        wearer.figure = replace(wearer.figure, hair=style, hair_colour=shade)


def coat_colour(text: str, tokens: tuple[Token, ...], mention: Mention) -> str | None:
    word = next((t for t in tokens if t.start == mention.start), None)
    if word is None:
        return None
    if word.word[0] == "橘":
        return "orange"
    first_word = word.word.split(" ")[0]
    told = next((v for t, v, _ in LEXICON.get(first_word, ()) if t == "colours"), None)
    if told is not None and " " in word.word:
        return told
    inside = next((HAN_COLOURS[c] for c in word.word if c in HAN_COLOURS), None)
    if inside is not None and not word.word.isascii():
        return inside
    return colour_before(text, tokens, word)


def share_actions(tokens: tuple[Token, ...], mentions: list[Mention]) -> None:
    """In "a boy and a girl run": who has no action of their own joins the next one's."""
    for mention, following in zip(reversed(mentions[:-1]), reversed(mentions[1:]), strict=False):
        between = [t for t in tokens if mention.end <= t.start and t.end <= following.start]
        if mention.figure.action is None and len(between) <= 3:
            mention.figure = replace(mention.figure, action=following.figure.action)
    for mention in mentions:
        if mention.figure.kind == "bird" and mention.count > 1 and mention.figure.action is None:
            mention.figure = replace(mention.figure, action="fly")
