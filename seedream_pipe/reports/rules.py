"""What each code of a problem means: a line for a list, and a sentence or two of help.

A code is stable: scanners, pull requests and lists of what is silenced speak of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from seedream_pipe.plan.advice import CODES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is wrong in one line, and what to do about it."""

    title: str
    help: str


_ERRORS: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "E-CYCLE": Rule(
            "Steps, tasks or values need each other in a circle",
            "None of them could be the first. Take one of the references, needs or vars away.",
        ),
        "E-DUPLICATE-KEY": Rule(
            "A key is given twice",
            "Only one of two values could count. Rename one of the keys, or remove it.",
        ),
        "E-EACH": Rule(
            "A comprehension has no list", "What `each` goes through is a list, or a template that gives one."
        ),
        "E-ENCODING": Rule(
            "A file is not UTF-8",
            "Pipelines, tables and templates are UTF-8 without control characters. Save the file as UTF-8.",
        ),
        "E-EXTRA": Rule(
            "A field of extra is one that the tool sends itself",
            "`extra` is for fields that this version does not know. Write a known one as the step's own key.",
        ),
        "E-FILE": Rule(
            "A file cannot be used",
            "It is missing, too large, no plain file, or may not be read.",
        ),
        "E-GLOB": Rule(
            "A glob matches nothing, or too much",
            "Look at the path relative to the pipeline file; narrow it where it looks through thousands.",
        ),
        "E-IMAGES": Rule(
            "An operation has no picture to work on, or too many",
            "`images` names at least one picture; the message says how many an operation takes.",
        ),
        "E-KEY": Rule(
            "A key is unknown or missing",
            "Keys of the file are those of the schema; keys of tasks have only letters, digits, . _ and -, "
            "and no two tasks share one. Your own keys at the top start with x-.",
        ),
        "E-LEFT-OUT": Rule(
            "A reference is to a task that `when` leaves out",
            "step[*] takes those that there are; `when` at the referring step can leave it out as well.",
        ),
        "E-LIMIT": Rule(
            "A file asks for more than is made",
            "Rows, tasks, depth and size are bounded, so that no file can exhaust the machine. Split it.",
        ),
        "E-MATRIX": Rule(
            "A matrix is not sound",
            "An axis is a list of values; include and exclude are lists of maps whose keys are axes.",
        ),
        "E-MENTION": Rule(
            "A prompt mentions a name that no reference has",
            "@name means the reference of that name. Write @@ for a plain @.",
        ),
        "E-MENTION-AMBIGUOUS": Rule(
            "A prompt mentions a name that several references have",
            "Give the references names of their own with {from, name}.",
        ),
        "E-MENTION-UNSURE": Rule(
            "A mentioned picture has no place yet",
            "It stands behind a group, and how many pictures a group gives is known only after it ran. "
            "Put the mentioned reference before the group's.",
        ),
        "E-MISSING": Rule("A file does not exist", "Paths are relative to the file that names them."),
        "E-MODEL": Rule(
            "A model is not known",
            "Use a neutral name such as seedream-4.5, a provider's full model id, or an endpoint ep-….",
        ),
        "E-MODEL-OPTION": Rule(
            "A model does not take an option",
            "The service would ignore it and bill the picture. Leave it out, or choose another model.",
        ),
        "E-NAME": Rule(
            "A name cannot be one, or stands for two things",
            "A name starts with a letter or _ and has only letters a-z, digits, _ and -; "
            "a set and a step may not share one.",
        ),
        "E-OPTION": Rule(
            "A parameter of an operation is not sound",
            "`seedream-pipe schema operation-NAME` lists what an operation takes.",
        ),
        "E-OUTPUT": Rule(
            "An output cannot be placed, or two tasks claim one",
            "An output is a path below the output folder, different for each task.",
        ),
        "E-MERGE": Rule(
            "Two branches disagree, and their merge is not finished",
            "Keep the lines that are right, and delete the others with the marks of the merge.",
        ),
        "E-PATH": Rule(
            "A path leads out of the project",
            "A pipeline can come from a stranger, so it reads and writes below the project's folder only.",
        ),
        "E-PICK": Rule(
            "A take or a picture is picked that there is not",
            "Takes count from 1, pictures of a series from 0. `seedream-pipe takes` lists what there is.",
        ),
        "E-PROMPT": Rule("A prompt is empty", "The template gives nothing for this row."),
        "E-REF": Rule(
            "A reference or an image cannot be used",
            "It is written as a path, a glob, a URL, a data URI, a set, step, step@key, step@key[0], "
            "step[*] or prev.",
        ),
        "E-REFERENCES": Rule(
            "There are more pictures than a call takes",
            "A model takes a number of references, and references and group together are at most 15 (R30).",
        ),
        "E-ROW": Rule(
            "A row of a table is not what the table's schema says",
            "Mend the cell, or the schema in `data`. Cells of CSV are texts unless it types them.",
        ),
        "E-SIZE": Rule(
            "A size is not one of the model's",
            "Write a tier such as 2K, exact pixels such as 2560x1440, or {tier: 2K, aspect: 16:9}.",
        ),
        "E-TABLE": Rule(
            "A table or one of its rows cannot be read",
            "A CSV has a header and as many cells in each row; JSON and YAML hold a list of rows "
            "or a map from id to row.",
        ),
        "E-TEMPLATE-CYCLE": Rule(
            "Templates include each other in a circle", "Take one of the includes away."
        ),
        "E-TEMPLATE-LIMIT": Rule(
            "A template does too much",
            "Loops, texts and time of a template are bounded, so that no file can exhaust the machine.",
        ),
        "E-TEMPLATE-NAME": Rule(
            "A template uses an unknown name",
            'Names are strict. Where one may be missing, | default("") gives a value instead.',
        ),
        "E-TEMPLATE-REFUSED": Rule(
            "A template uses what templates may not",
            "Templates are sandboxed: they see values and the project's templates, nothing else.",
        ),
        "E-TEMPLATE-SYNTAX": Rule("A template cannot be read", "The place is where Jinja2 gave up."),
        "E-TEMPLATE-VALUE": Rule(
            "A template has a value that it cannot use",
            "A list, a map or nothing stands where a text or a number is needed.",
        ),
        "E-TYPE": Rule(
            "A value is of the wrong kind",
            "A text stands where a number, a list or a map is expected, or the other way round.",
        ),
        "E-UNKNOWN": Rule(
            "A name means nothing here",
            "There is no step, set, task or table of that name.",
        ),
        "E-VALUE": Rule("A value is not among the possible ones", "The message says what is expected."),
        "E-YAML": Rule(
            "The file is not YAML as pipelines use it",
            "YAML 1.2 core: one document, no tags, bounded aliases, depth and size.",
        ),
    }
)

_WARNINGS: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "W-MATRIX-EXCLUDE": Rule(
            "An exclude matches nothing", "It was meant for a combination that the matrix does not have."
        ),
        "W-EMPTY-TABLE": Rule("A table has no rows", "The step that goes over it makes nothing."),
        "W-EXTRA": Rule(
            "A field is sent that nobody here knows",
            "The service ignores what it does not know, and bills the picture. Look at what comes back.",
        ),
        "W-REFERENCE-ASPECT": Rule(
            "A reference is very wide or very high",
            "Beyond 1:3 and 3:1 some services refuse a reference. Cut it, or pad it.",
        ),
        "W-REFERENCE-BYTES": Rule(
            "A reference is a large file", "Nothing is gained by so many bytes. Save it smaller."
        ),
        "W-REFERENCE-COUNT": Rule(
            "There are more references than every provider takes", "Name fewer, or keep to this provider."
        ),
        "W-PICK-TASK": Rule(
            "The picks file names a task that there is not",
            "Another branch may have it, or its step was renamed: then write `was:` there. Old lines can go.",
        ),
        "W-SAME-REQUEST": Rule(
            "Two tasks ask for the same picture",
            "It is bought once and placed twice. If two are wanted, give one of them a salt.",
        ),
        "W-UNUSED-COLUMN": Rule(
            "Nothing uses a column of a table", "Perhaps a name in a template is misspelt."
        ),
        "W-UNUSED-SET": Rule("Nothing uses a reference set", "Name it in the references of a step."),
        "W-UNUSED-TABLE": Rule("Nothing uses a table", "Name it in a foreach, or use it in a template."),
        "W-UNUSED-VAR": Rule("Nothing uses a variable", "Perhaps a name in a template is misspelt."),
    }
)


def _advice(title: str) -> Rule:
    return Rule(
        title[:1].upper() + title[1:],
        "It is allowed, and probably not meant. It can be silenced by its code.",
    )


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    dict(sorted({**_ERRORS, **{code: _advice(title) for code, title in CODES.items()}, **_WARNINGS}.items()))
)
"""Every code that a problem can have, in alphabetical order."""
