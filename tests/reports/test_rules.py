"""Every code that a problem can have is explained, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import seedream_pipe
from seedream_pipe import errors
from seedream_pipe.errors import SeedreamError
from seedream_pipe.reports.rules import RULES

SOURCES: Final = Path(seedream_pipe.__file__).parent
CODE: Final = re.compile(r"[EW]-[A-Z]+(-[A-Z]+)*")
ROOMS: Final = ("picks", "plan", "profiles", "snapshot", "spec")


def subclasses(kind: type[SeedreamError]) -> Iterator[type[SeedreamError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from subclasses(below)


def codes(room: str) -> Iterator[str]:
    for path in (SOURCES / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value


def test_every_code_is_explained_and_no_other():
    used = {code for room in ROOMS for code in codes(room)}

    assert used - {
        kind.code for kind in subclasses(SeedreamError) if kind.__module__ == errors.__name__
    } == set(RULES)


def test_explanations_are_sentences():
    for code, rule in RULES.items():
        assert rule.title[0].isupper(), code
        assert not rule.title.endswith("."), code
        assert rule.help.endswith("."), code
