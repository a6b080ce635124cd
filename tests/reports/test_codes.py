"""Every code that a command or a run can tell is explained, and no other; the codes are a contract."""

import ast
import re

from seedream_pipe.reports.codes import CODES
from seedream_pipe.reports.rules import RULES
from tests.reports.test_rules import SOURCES, codes

ROOMS = ("run", "api", "cli", "ledger", "store")


def told() -> set[str]:
    found = {code for room in ROOMS for code in codes(room)}
    for path in (SOURCES / "errors.py", SOURCES / "__main__.py", *(SOURCES / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            value = getattr(node, "value", None)
            if isinstance(value, str | bytes):
                text = value if isinstance(value, str) else value.decode()
                found |= set(re.findall(r"\[([EW]-[A-Z-]+)\]", text)) | set(
                    re.findall(r"^[EW]-[A-Z-]+$", text)
                )
    return found


def test_every_code_is_explained_and_no_other():
    assert told() - set(RULES) == set(CODES)


def test_no_code_has_two_meanings():
    assert set(CODES) & set(RULES) == set()


def test_explanations_are_sentences():
    for code, rule in CODES.items():
        assert rule.title[0].isupper(), code
        assert not rule.title.endswith("."), code
        assert rule.help.endswith("."), code
