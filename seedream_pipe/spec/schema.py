"""Shape: a document against its JSON Schema, and what is wrong with it in plain words.

Rule 1: the schema says shape and nothing else does. What is expected is told in the
words of the schema itself (`patternErrorMessage`, which editors show too).
Rule 2: one message for one cause. A misspelt key is not also a missing one.
Rule 3: equal shapes are equally valid. Of thousands of steps one of each shape is
shown to jsonschema, and only a file with a fault is looked through in full.
Rule 4: what a step is, is said by one key (`use`), and it is judged as that kind alone.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe.problems import Problem, did_you_mean, escaped

if TYPE_CHECKING:
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.document import Placed

__all__ = ["Findings", "TreePath", "findings", "names", "problems", "schema", "shape_problems"]

TreePath: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the root of a document to one of its values."""

_SUFFIX: Final = ".schema.json"
_OF_A_FILE: Final = frozenset({"$schema", "$id"})

_KIND_NAMES: Final = MappingProxyType(
    {
        "string": "a text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "a map",
        "null": "nothing",
    }
)

_NOUNS: Final = MappingProxyType(
    {"steps": "step", "data": "table", "references": "set", "profiles": "profile"}
)

_TRUTHS: Final = MappingProxyType(
    {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
)
"""Words that older YAML read as booleans and that are texts here."""

_OF_TEXTS: Final = frozenset({"pattern", "minLength", "maxLength"})
_OF_NUMBERS: Final = frozenset({"minimum", "maximum"})
_OF_MAPS: Final = frozenset(
    {
        *("properties", "patternProperties", "additionalProperties", "propertyNames"),
        *("required", "dependentRequired", "minProperties"),
    }
)
_OF_LISTS: Final = frozenset({"items", "minItems"})
_SAID: Final = frozenset({"title", "description", "default", "examples", "patternErrorMessage"})

_LIKE_ANY_TEXT: Final = _SAID | _OF_NUMBERS | _OF_MAPS | _OF_LISTS | {"type", "minLength"}
"""Keywords for which a text that is long enough is as good as any other."""

_LIKE_ANY_NUMBER: Final = _SAID | _OF_NUMBERS | _OF_TEXTS | _OF_MAPS | _OF_LISTS | {"type"}
"""Keywords for which a number within its bounds is as good as any other."""

_LOAD_BEARING: Final = frozenset({("foreach",), ("group",), ("matrix",)})
"""Fields without which a step would be another one, and what refers to it look wrong."""

_WHOLE: Final = frozenset({("matrix",), ("with",)})
"""Fields of which a part means nothing: a step with a fault in one is not looked at further."""

_KINDS_OF_STEP: Final = ("prompt", "use")
"""The keys that say what a step is: one that generates, one that transforms."""

_DIGITS: Final = re.compile(r"\s*-?[0-9]{1,12}\s*")

_LEAST: Final = frozenset({"minLength", "minItems", "minProperties"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the schema says of a document.

    `unsound` are the entries that cannot be decoded, so that all the rest still can and
    every other problem of the file is told in the same breath.
    """

    problems: tuple[Problem, ...]
    unsound: frozenset[TreePath] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What jsonschema found: `keyword` of `rule`, which asks for `bound`, fails for `value` at `path`.

    `is_name` when the value is a key of the map at `path`.
    """

    path: TreePath
    keyword: str
    bound: Any
    rule: Mapping[str, Any]
    value: Any
    is_name: bool


def names() -> list[str]:
    """The names of the schemas that are shipped, such as ``pipeline``."""
    shipped = (entry.name for entry in files("seedream_pipe.schemas").iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in shipped if name.endswith(_SUFFIX))


def schema(name: str) -> dict[str, Any]:
    """A shipped schema, whole: what its file borrows from other files is among its definitions.

    Raises:
        KeyError: there is none of that name.

    """
    tree = _read(name)
    borrowed: dict[str, Any] = {}
    tree = _bundled(tree, borrowed)
    return {**tree, "$defs": {**tree.get("$defs", {}), **borrowed}} if borrowed else tree


def _read(name: str) -> dict[str, Any]:
    source = files("seedream_pipe.schemas") / f"{name}{_SUFFIX}"
    try:
        tree: dict[str, Any] = json.loads(source.read_text("utf-8"))
    except FileNotFoundError:
        raise KeyError(name) from None
    return tree


def _bundled(tree: Any, borrowed: dict[str, Any]) -> Any:
    """The tree with each schema of another file, which must stand alone, as a definition of its own."""
    if isinstance(tree, list):
        return [_bundled(item, borrowed) for item in tree]
    if not isinstance(tree, dict):
        return tree
    target = tree.get("$ref")
    if isinstance(target, str) and target.endswith(_SUFFIX):
        name = target.removesuffix(_SUFFIX)
        if name not in borrowed:
            borrowed[name] = {key: value for key, value in _read(name).items() if key not in _OF_A_FILE}
        return {"$ref": f"#/$defs/{name}"}
    return {key: _bundled(value, borrowed) for key, value in tree.items()}


def problems(document: Placed) -> list[Problem]:
    """Every fault of the document's shape, in the order of the file."""
    return list(findings(document).problems)


def findings(document: Placed, *, part: bool = False) -> Findings:
    """Every fault of the document's shape, and which entries it makes unreadable.

    Args:
        document: the file, or all files of a pipeline together.
        part: whether it is a file that others include, which needs no steps.

    """
    root = document.root
    validate = _validator(part=part)
    if next(validate(_one_of_each_shape(root)), None) is None:
        return Findings(problems=())
    faults = list(validate(root))
    # An alias shows one fault at each of its uses, and all of them where it is written.
    told = dict.fromkeys(_problems(document, faults))
    found = sorted(told, key=lambda problem: (problem.place, problem.message))
    return Findings(problems=tuple(found), unsound=frozenset(_unsound(faults, root)))


def shape_problems(document: Placed, name: str) -> list[Problem]:
    """Every fault of a document that another schema than the pipeline's is for."""
    faults = _checked(_whole(name))(document.root)
    return sorted(_problems(document, faults), key=lambda problem: (problem.place, problem.message))


@cache
def _whole(name: str) -> dict[str, Any]:
    """A schema with every `$ref` replaced by what it names."""
    tree = schema(name)
    inlined: dict[str, Any] = _inlined(tree, tree.pop("$defs"))
    return inlined


def _pipeline() -> dict[str, Any]:
    return _whole("pipeline")


def _inlined(tree: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(tree, list):
        return [_inlined(item, definitions) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "$ref" in tree:
        return _inlined(definitions[tree["$ref"].removeprefix("#/$defs/")], definitions)
    return {key: _inlined(value, definitions) for key, value in tree.items()}


@cache
def _validator(*, part: bool) -> Callable[[Any], Iterator[_Fault]]:
    """The check of a pipeline, made once."""
    whole = _pipeline()
    # A file of vars and tables is whole by itself, but a pipeline makes something.
    required = whole["required"] if part else [*whole["required"], "steps"]
    return _checked({**whole, "required": required})


def _checked(whole: Mapping[str, Any]) -> Callable[[Any], Iterator[_Fault]]:
    """The check itself. jsonschema costs a tenth of a second to import, so it waits until here."""
    import jsonschema

    base = jsonschema.Draft202012Validator
    types = base.TYPE_CHECKER.redefine("integer", lambda _, value: _is_integer(value))
    types = types.redefine("number", lambda _, value: _is_number(value))
    extend: Callable[..., Any] = jsonschema.validators.extend
    checked = extend(base, type_checker=types)(whole)

    def faults(root: Any) -> Iterator[_Fault]:
        return map(_fault, checked.iter_errors(root))

    return faults


def _fault(error: Any) -> _Fault:
    return _Fault(
        path=tuple(error.absolute_path),
        keyword=error.validator,
        bound=error.validator_value,
        rule=error.schema,
        value=error.instance,
        is_name="propertyNames" in list(error.absolute_schema_path)[-2:-1],
    )


def _is_integer(value: object) -> bool:
    # JSON Schema calls 4.0 an integer; whoever counts takes with it would not.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _one_of_each_shape(root: Any) -> Any:
    """The document with one step of each shape: valid if and only if the whole document is."""
    if not isinstance(root, dict) or not isinstance(steps := root.get("steps"), dict):
        return root
    of_steps = _pipeline()["properties"]["steps"]
    rule = of_steps["propertyNames"]
    sound_name = re.compile(rule["pattern"]).search
    kept: dict[Hashable, str] = {}
    for name, step in steps.items():
        if not isinstance(name, str) or len(name) > rule["maxLength"] or not sound_name(name):
            kept[("name", name)] = name
        kept.setdefault(_shape(of_steps["additionalProperties"], step), name)
    return {**root, "steps": {name: steps[name] for name in kept.values()}}


def _shape(rule: Any, value: Any) -> Hashable:
    """All of a value that its schema looks at: values of one shape are equally valid."""
    if not isinstance(rule, dict) or not rule.keys() - _SAID:
        return None
    match value:
        case dict():
            rule = _judged(rule, value)
            known, other = rule.get("properties", {}), rule.get("additionalProperties", True)
            names = rule.get("propertyNames")
            return tuple(
                (key, _shape(names, key) if names else None, _shape(known.get(key, other), item))
                for key, item in value.items()
            )
        case list():
            each = rule.get("items", True)
            return (
                list,
                len(value) >= rule.get("minItems", 0),
                len(value) <= rule.get("maxItems", math.inf),
                frozenset(_shape(each, item) for item in value),
            )
        case str() if rule.keys() <= _LIKE_ANY_TEXT:
            return str, len(value) >= rule.get("minLength", 0)
        case int() | float() if rule.keys() <= _LIKE_ANY_NUMBER:
            low, high = rule.get("minimum", -math.inf), rule.get("maximum", math.inf)
            return type(value), low <= value <= high and abs(value) < math.inf
        case _:
            return type(value), value


def _judged(rule: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """The rule with the branches that this value is judged by: all of what is said of its keys."""
    parts = [rule, *rule.get("allOf", ())]
    if not isinstance(value, dict) or not any("if" in part for part in parts):
        return rule
    joined = dict(rule)
    for part in parts:
        if "if" in part:
            branch = part.get("then" if _holds(part["if"], value) else "else", {})
            branch = _judged(branch, value)
            properties = {**joined.get("properties", {}), **branch.get("properties", {})}
            joined = {**joined, **branch, "properties": properties}
    return joined


def _holds(condition: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    """Whether a map meets the condition of an `if`: keys that are there, and what they are."""
    return all(key in value for key in condition.get("required", ())) and all(
        key not in value or _meets(rule, value[key]) for key, rule in condition.get("properties", {}).items()
    )


def _meets(rule: Mapping[str, Any], value: Any) -> bool:
    if "const" in rule:
        return bool(value == rule["const"])
    return isinstance(value, str)


def _unsound(faults: Iterable[_Fault], root: Any) -> Iterator[TreePath]:
    for fault in faults:
        if fault.is_name:
            yield _entry((*fault.path, fault.value), root)
        elif fault.keyword == "type" or (fault.path and _changes_meaning(fault)):
            entry = _entry(fault.path, root)
            yield from (entry, *_picked_of(entry))
        elif fault.keyword == "additionalProperties":
            for key in _meant(fault):
                path = (*fault.path, key)
                yield from _picked_of(path)
                if path[0] == "steps" and path[2:] in _LOAD_BEARING:
                    yield _entry(path, root)


def _picked_of(entry: TreePath) -> Iterator[TreePath]:
    """The `pick` beside a `takes` that is unreadable: nobody knows what it may be."""
    if entry and entry[-1] == "takes":
        yield (*entry[:-1], "pick")


def _meant(fault: _Fault) -> Iterator[str]:
    """The known keys that unknown ones are misspellings of."""
    absent = [key for key in fault.rule["properties"] if key not in fault.value]
    for key in fault.value:
        if key not in fault.rule["properties"]:
            yield from difflib.get_close_matches(key, absent, n=1, cutoff=0.6)


def _changes_meaning(fault: _Fault) -> bool:
    """Whether the value means another thing than what is left of it; a typo in a map does not."""
    if fault.path[2:3] == ("with",):
        return True  # the operation would say it again
    return fault.keyword != "additionalProperties"


def _entry(path: TreePath, root: Any) -> TreePath:
    """The smallest entry around a value without which the rest keeps its meaning."""
    if path[:1] == ("steps",) and path[2:3] in _WHOLE:
        return path[:2]
    while len(path) > 1 and (
        path[-1] in _rule_at(path[:-1], root).get("required", ())
        or (path[0] == "steps" and path[2:] in _LOAD_BEARING)
    ):
        path = path[:-1]
    return path


def _rule_at(path: TreePath, root: Any) -> Mapping[str, Any]:
    rule: Mapping[str, Any] = _pipeline()
    value = root
    for part in path:
        rule = _judged(rule, value)
        below = rule.get("items") if isinstance(part, int) else rule.get("properties", {}).get(part)
        below = rule.get("additionalProperties") if below is None else below
        rule = below if isinstance(below, dict) else {}
        value = value[part]
    return _judged(rule, value)


def _problems(document: Placed, faults: Iterable[_Fault]) -> Iterator[Problem]:
    told: set[Hashable] = set()
    excused: dict[TreePath, set[str]] = {}
    lacking: dict[TreePath, _Fault] = {}
    # A wrong type explains whatever else is wrong with the same value.
    for fault in sorted(faults, key=lambda fault: fault.keyword != "type"):
        cause = (fault.path, fault.value if fault.is_name else None)
        if fault.keyword == "required":
            lacking[fault.path] = fault
        elif fault.keyword == "dependentRequired":
            yield from _incomplete(document, fault)
        elif fault.keyword == "additionalProperties":
            found, excused[fault.path] = _unknown_keys(document, fault)
            yield from found
        elif cause not in told:
            told.add(cause)
            yield _name_problem(document, fault) if fault.is_name else _value_problem(document, fault)
    for path, fault in lacking.items():
        yield from _missing_keys(document, fault, excused.get(path, set()))


def _unknown_keys(document: Placed, fault: _Fault) -> tuple[list[Problem], set[str]]:
    """A problem for each unknown key, and the missing keys that are no news after it."""
    known = fault.rule["properties"]
    free = [re.compile(pattern).search for pattern in fault.rule.get("patternProperties", {})]
    unknown = [key for key in fault.value if key not in known and not any(search(key) for search in free)]
    absent = [key for key in known if key not in fault.value]
    if _is_step(fault.path):
        absent += [key for key in _KINDS_OF_STEP if key not in fault.value and key not in absent]
    where = f" in {_label(fault.path)}" if fault.path else ""
    found: list[Problem] = []
    excused: set[str] = set()
    for key in unknown:
        near = difflib.get_close_matches(key, absent, n=1, cutoff=0.6)
        if _is_step(fault.path) and (told := _of_other_kind(key, fault.value)) is not None:
            message, hint = told
            if not message:
                continue
        else:
            # A misspelt `use` makes the step look like one without a prompt.
            excused.update({"prompt"} if near == ["use"] else near)
            message, hint = f'unknown key "{escaped(key, limit=60)}"{where}', did_you_mean(key, absent)
        place = document.place((*fault.path, key), key=True)
        found.append(Problem(code="E-KEY", place=place, message=message, hint=hint))
    return found, excused


def _is_step(path: TreePath) -> bool:
    return len(path) == 2 and path[0] == "steps"


def _of_other_kind(key: str, step: Mapping[str, Any]) -> tuple[str, str] | None:
    """What to say of a key that the other kind of step has: nothing where `use` itself is missing."""
    rule = _pipeline()["properties"]["steps"]["additionalProperties"]
    if "use" in step:
        message = f'a step that uses an operation has no "{key}"'
        return (message, _KIND_HINTS.get(key, "")) if key in rule["else"]["properties"] else None
    if key not in rule["then"]["properties"]:
        return None
    if "prompt" not in step:
        return "", ""
    return f'a step with a prompt has no "{key}"', _KIND_HINTS.get(key, "")


_KIND_HINTS: Final = MappingProxyType(
    {
        "references": "the pictures that an operation works on stand under `images:`",
        "images": "the pictures that the model is shown stand under `references:`",
        "prompt": "what an operation is to do stands under `with:`",
        "with": "the values of a prompt's template stand there: prompt: {file: PATH, with: VALUES}",
    }
)


def _missing_keys(document: Placed, fault: _Fault, excused: set[str]) -> Iterator[Problem]:
    keys = [key for key in fault.bound if key not in fault.value and key not in excused]
    properties = fault.rule.get("properties", {})
    if _is_step(fault.path) and keys == ["prompt"] and not {"images", "with"}.isdisjoint(fault.value):
        keys, properties = ["use"], {"use": {"examples": ["resize"]}}
    if keys:
        quoted = ", ".join(f'"{key}"' for key in keys)
        message = f"{_label(fault.path)} lacks {quoted}"
        hint = _example(keys[0], properties.get(keys[0], {}))
        yield Problem(code="E-KEY", place=_heading(document, fault.path), message=message, hint=hint)


def _incomplete(document: Placed, fault: _Fault) -> Iterator[Problem]:
    for key, others in fault.bound.items():
        for other in others:
            if key in fault.value and other not in fault.value:
                place = document.place((*fault.path, key), key=True)
                message = f'"{key}" goes with "{other}", which {_label(fault.path)} lacks'
                hint = _example(other, fault.rule["properties"][other])
                yield Problem(code="E-KEY", place=place, message=message, hint=hint)


def _example(key: str, rule: Mapping[str, Any]) -> str:
    example = next(iter(rule.get("examples", ())), rule.get("const"))
    return f"for example {key}: {_written(example)}" if example is not None else ""


def _heading(document: Placed, path: TreePath) -> Place:
    """Where a map is named: its key, or its own start when it is an item of a list."""
    return document.place(path, key=bool(path) and isinstance(path[-1], str))


def _name_problem(document: Placed, fault: _Fault) -> Problem:
    hint = fault.rule.get("patternErrorMessage", "a name is expected")
    if fault.keyword == "maxLength":
        hint = f"a name has at most {fault.bound} characters"
    place = document.place((*fault.path, fault.value), key=True)
    message = f'"{escaped(fault.value, limit=60)}" in {_label(fault.path)} is no name'
    return Problem(code="E-NAME", place=place, message=message, hint=hint)


def _value_problem(document: Placed, fault: _Fault) -> Problem:
    code = "E-TYPE" if fault.keyword == "type" else "E-VALUE"
    is_empty = fault.keyword in _LEAST or fault.value is None
    place = _heading(document, fault.path) if is_empty else document.place(fault.path)
    message = f"{_label(fault.path)} {_finding(fault)}"
    return Problem(code=code, place=place, message=message, hint=_hint(fault))


def _finding(fault: _Fault) -> str:
    value, bound = fault.value, fault.bound
    match fault.keyword:
        case "type":
            return f"is {_kind(value)}; {_expected(fault.rule)}"
        case "const":
            return f"is {_written(value)}; only {_written(bound)} is known"
        case "minimum":
            return f"is {_written(value)}; at least {bound} is expected"
        case "maximum":
            return f"is {_written(value)}; at most {bound} is expected"
        case "maxLength":
            return f"has {len(value)} characters; at most {bound} are expected"
        case "maxItems":
            return f"has {len(value)} entries; at most {bound} are expected"
        case keyword if keyword in _LEAST:
            return "is empty"
        case _:
            return f"is {_written(value)}; {_expected(fault.rule)}"


def _hint(fault: _Fault) -> str:
    value, kinds = fault.value, _kinds(fault.rule)
    match value:
        case str() if fault.keyword == "const":
            return f"write {fault.bound} without quotes"
        case str() if "boolean" in kinds and value.lower() in _TRUTHS:
            return f"write {_TRUTHS[value.lower()]}"
        case str() if kinds & {"integer", "number"} and _DIGITS.fullmatch(value):
            return f"write {int(value)} without quotes"
        case str() if choices := _choices(fault.rule):
            return did_you_mean(value, choices)
        case bool() | int() | float() if kinds == {"string"} and not _choices(fault.rule):
            return f'a text needs quotes here: "{_written(value)}"'
        case int() if fault.keyword == "const" and value > fault.bound:
            return "the file may be meant for a newer seedream-pipe"
        case None:
            return "give it a value, or leave the key out"
        case _:
            return ""


def _choices(rule: Mapping[str, Any]) -> list[str]:
    branches = [rule, *rule.get("anyOf", ())]
    return [str(word) for branch in branches for word in branch.get("enum", ())]


def _kinds(rule: Mapping[str, Any]) -> set[str]:
    kinds = rule.get("type", ())
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _expected(rule: Mapping[str, Any]) -> str:
    told = rule.get("patternErrorMessage")
    if told is not None:
        return str(told)
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    words = [_KIND_NAMES[kind] for kind in kinds]
    listed = " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} or {words[-1]}"
    return f"{listed} is expected"


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{escaped(value, limit=60)}"'
        case list():
            return "a list"
        case _:
            return "a map"


def _written(value: object) -> str:
    """A value as the author would write it."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{escaped(value, limit=60)}"'
        case list():
            return "[" + ", ".join(_written(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


def _label(path: TreePath) -> str:
    match path:
        case ():
            return "the file"
        case (*above, int(index)):
            return f"entry {index + 1} of {_label(tuple(above))}"
        case (str(section), str(name)) if section in _NOUNS:
            return f'{_NOUNS[section]} "{escaped(name, limit=60)}"'
        case _:
            return f'"{escaped(str(path[-1]), limit=60)}"'
