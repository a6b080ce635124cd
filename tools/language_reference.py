"""Write the reference pages in docs/ from what they describe: schemas, filters, codes of problems.

    python tools/language_reference.py

The complete examples stand in tools/language/, one document for a section of its name. A test
compares the pages with what this script would write, and validates every example.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from seedream_pipe.plan import board_filters, vocabulary  # noqa: E402 - of this checkout
from seedream_pipe.reports.codes import CODES  # noqa: E402
from seedream_pipe.reports.rules import RULES  # noqa: E402
from seedream_pipe.spec.schema import names, schema  # noqa: E402

DOCS = ROOT / "docs"
EXAMPLES = Path(__file__).resolve().parent / "language"
MADE = "<!-- Made by tools/language_reference.py; change what it is made from, then: make reference -->\n"

# The sections of the reference: the path of the rule in the pipeline's schema, and its heading.
SECTIONS: Mapping[str, str] = {
    "table": "Tables",
    "typed_table": "A table with types",
    "set": "Reference sets",
    "generate": "A step that generates",
    "prompt": "The prompt",
    "reference": "A reference",
    "foreach": "foreach",
    "matrix": "matrix",
    "axis": "An axis of the matrix",
    "size": "size",
    "transform": "A step that transforms",
    "profile": "A profile",
}
OPERATION = "operation-"
_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true, false",
    "array": "list",
    "object": "map",
    "null": "nothing",
}

INTRODUCTION = """\
Every key of a pipeline file, made from the schema that checks it. The same texts show in an editor
that has a YAML language server, through the first line of the file:

```yaml
# yaml-language-server: $schema=pipeline.schema.json
version: 1
steps:
  poster:
    prompt: A night market in the rain, seen from the roofs
```

A value that is a text may be a [template](filters.md). What is written wrong is told with one of the
[codes](problems.md).
"""


def language() -> str:
    """The reference of the pipeline file."""
    tree = schema("pipeline")
    parts = [f"# The pipeline file\n\n{MADE}\n{INTRODUCTION}"]
    parts.append(f"## The file\n\n{tree['description']}\n\n{table(tree)}")
    parts += example("file")
    for name, rule in tree["properties"].items():
        if "properties" in rule:
            parts.append(section(name, rule))
    for name, title in SECTIONS.items():
        parts.append(section(title, tree["$defs"][name]))
        parts += example(name)
    parts.append("## Operations\n\nWhat `with` takes, for each that a step can `use`.\n")
    for name in names():
        if name.startswith(OPERATION):
            rule = schema(name)
            title = name.removeprefix(OPERATION)
            parts.append(f"### {title}\n\n{rule['description']}\n\n{table(rule)}")
    return "\n".join(parts)


def section(title: str, rule: Mapping[str, Any]) -> str:
    """A heading, what it is, its keys, its short examples."""
    text = f"## {title}\n\n{rule['description']}\n"
    told = [fact for fact in (f"Written as: {kind(rule)}.", default(rule)) if fact]
    text += "\n" + " ".join(told) + "\n"
    if title == "defaults":
        text += (
            f"\nKeys, each as in [a step](#{anchor(SECTIONS['generate'])}): {listed(rule['properties'])}.\n"
        )
    elif "properties" in rule:
        text += "\n" + table(rule)
    if rule.get("examples"):
        text += "\nFor example:\n"
        text += "".join(f"\n```yaml\n{written(one)}```\n" for one in rule["examples"])
    return text


def example(name: str) -> Iterator[str]:
    """The complete example of a section, where it has one."""
    path = EXAMPLES / f"{name}.yaml"
    if path.exists():
        yield f"A whole file:\n\n```yaml\n{path.read_text('utf-8')}```\n"


def table(rule: Mapping[str, Any]) -> str:
    """The keys of a map."""
    required = rule.get("required", ())
    rows = ["| key | value | what it is |", "|---|---|---|"]
    for name, part in rule["properties"].items():
        below = resolved(part)
        title = linked(name, part)
        if name in required:
            title += " *"
        facts = [below["description"], default(below), short_examples(below)]
        rows.append(f"| {title} | {kind(below)} | {cell(' '.join(fact for fact in facts if fact))} |")
    other = rule.get("additionalProperties")
    if isinstance(other, dict):
        below = resolved(other)
        rows.append(f"| any other | {kind(below)} | {cell(below['description'])} |")
    for pattern, below in rule.get("patternProperties", {}).items():
        rows.append(f"| `{pattern.removeprefix('^')}…` | anything | {cell(below['description'])} |")
    note = "\n\\* has to be given.\n" if required else ""
    return "\n".join(rows) + "\n" + note


def linked(name: str, part: Mapping[str, Any]) -> str:
    """A key, with a link to its own section where it has one."""
    if name == "steps":
        return f"[`steps`](#{anchor(SECTIONS['generate'])})"
    other = part.get("additionalProperties")
    targets = [one.get("$ref", "") for one in (part, other, part.get("items")) if isinstance(one, dict)]
    titles = [SECTIONS.get(target.removeprefix("#/$defs/")) for target in targets]
    if name in SECTIONS.values() or (name in {"defaults", "budget", "lint"} and "properties" in part):
        titles.append(name)
    title = next(filter(None, titles), None)
    return f"[`{name}`](#{anchor(title)})" if title else f"`{name}`"


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rule, or the one that it refers to."""
    target = part.get("$ref")
    found: Mapping[str, Any] = (
        schema("pipeline")["$defs"][target.removeprefix("#/$defs/")] if target else part
    )
    return found


def kind(rule: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    choices = [
        *rule.get("enum", ()),
        *(word for one in rule.get("anyOf", ()) for word in one.get("enum", ())),
    ]
    if "const" in rule:
        return f"`{rule['const']}`"
    words = [f"`{scalar(choice)}`" for choice in choices]
    given = rule.get("type", ())
    for name in [given] if isinstance(given, str) else given:
        if name == "string" and is_template_only(rule, given):
            words.append("template")
        elif name != "string" or not choices:
            words.append(_KINDS[name] + limits(rule, name))
    return " or ".join(words) or "anything"


def is_template_only(rule: Mapping[str, Any], given: str | list[str]) -> bool:
    """Whether a text is allowed only because one template is."""
    pattern = str(rule.get("pattern", [one.get("pattern") for one in rule.get("anyOf", ())]))
    return given[0] != "string" and "{" in pattern and not isinstance(given, str)


def limits(rule: Mapping[str, Any], name: str) -> str:
    """The bounds of a number."""
    if name not in {"integer", "number"} or not {"minimum", "maximum"} & set(rule):
        return ""
    return f" {rule.get('minimum', '…')} to {rule.get('maximum', '…')}"


def default(rule: Mapping[str, Any]) -> str:
    """The default in a sentence, where there is one."""
    return f"Default: `{scalar(rule['default'])}`." if "default" in rule else ""


def short_examples(rule: Mapping[str, Any]) -> str:
    """Examples that fit into a cell."""
    shown = [scalar(one) for one in rule.get("examples", ()) if len(scalar(one)) < 60]
    return f"For example {', '.join(f'`{one}`' for one in shown)}." if shown else ""


def scalar(value: Any) -> str:
    """A value in one line, as YAML has it."""
    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
        .removesuffix("\n...\n")
        .strip()
    )


def written(value: Any) -> str:
    """An example as a block of YAML."""
    if not isinstance(value, dict):
        return scalar(value) + "\n"
    return "".join(f"{scalar(key)}: {scalar(one)}\n" for key, one in value.items())


def cell(text: str) -> str:
    """A text as it may stand in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def anchor(title: str) -> str:
    """The link to a heading, as GitHub makes it."""
    return re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")


def filters() -> str:
    """The reference of what templates may use."""
    table_of_boards = re.sub(r"(?s)\n\nRoom is asked.*", "\n", board_filters.__doc__ or "").split("\n\n", 2)[
        2
    ]
    plain = table_of_boards.replace("``", "`")
    blocks = re.sub(r"(?m)(?:^    .+\n?)+", lambda found: fenced(found[0]), plain)
    others = sorted({*vocabulary.FILTERS, *vocabulary.BORROWED} - set(board_filters.BOARD_FILTERS))
    return "\n".join(
        [
            f"# Templates\n\n{MADE}",
            "Texts of a pipeline are [Jinja2](https://jinja.palletsprojects.com/en/stable/templates/)",
            "templates: strict (an unknown name is an error), sandboxed, and bounded. They know `vars`,",
            "`data`, the row of `foreach`, the axes of `matrix`, and what is listed here; nothing that",
            "depends on a clock, on chance or on the machine.\n",
            "## Filters for boards\n",
            blocks.strip() + "\n",
            "## Filters of Jinja2\n",
            listed(others) + "\n",
            "`int` and `float` refuse what is no number unless a default is given; `tojson` escapes",
            "nothing for HTML.\n",
            "## Tests\n",
            listed({*vocabulary.TESTS, *vocabulary.BORROWED_TESTS}) + "\n",
            "## Functions\n",
            listed(vocabulary.FUNCTIONS) + "\n",
        ]
    )


def fenced(block: str) -> str:
    """Indented lines as a block of code."""
    return "```\n" + re.sub(r"(?m)^    ", "", block).rstrip() + "\n```\n"


def listed(words: Any) -> str:
    """Words in code, in order."""
    return ", ".join(f"`{word}`" for word in sorted(words))


def problems() -> str:
    """The codes of problems."""
    rows = [f"| `{code}` | {cell(rule.title)} | {cell(rule.help)} |" for code, rule in RULES.items()]
    return "\n".join(
        [
            f"# Problems\n\n{MADE}",
            "`validate`, `plan` and `run` tell every problem of a file at once, each with its place and a",
            "remedy. A code that begins with E keeps the file from running; one that begins with W does",
            "not, unless `--strict`, and can be silenced.\n",
            "| code | means | what to do |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def errors() -> str:
    """The codes of commands and runs."""
    rows = [f"| `{code}` | {cell(rule.title)} | {cell(rule.help)} |" for code, rule in CODES.items()]
    return "\n".join(
        [
            f"# Errors\n\n{MADE}",
            "What a command says when something went wrong begins with `error[CODE]` and the task, speaks",
            "of the money in its second line, and ends in the commands to type next. With `--json` the",
            "same code stands under `error`, in the record under each task's `error`. Codes of findings",
            "in files are told under [problems](problems.md).\n",
            "| code | means | what it may have cost, and what to do |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "language.md": language,
    "filters.md": filters,
    "problems.md": problems,
    "errors.md": errors,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main()
