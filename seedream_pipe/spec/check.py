"""Meaning: what is wrong with a pipeline and can be said before it is made concrete.

Said here: names that do not exist or clash, cycles between steps, and what a field that
has no template says against its model. What depends on a row or on a file is said by
`plan.expand`, with the same codes at the same places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, assert_never

from seedream_pipe import graph, profiles
from seedream_pipe.problems import Place, Problem, did_you_mean, escaped
from seedream_pipe.spec import refs
from seedream_pipe.spec.model import DEFAULT_MODEL, Field, Generate, InlineTable, Transform
from seedream_pipe.spec.names import RESERVED, folder_problem, output_problem

if TYPE_CHECKING:
    from seedream_pipe.spec.model import Foreach, Matrix, NamedSet, Pipeline, ReferenceEntry, Step

__all__ = ["check"]

_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_MARKS: Final = ("{{", "{%", "{#")
_HEAD: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*)\s*[@\[]")
_LONGEST_CHAIN: Final = 12
_MOST_CYCLES: Final = 10


def check(pipeline: Pipeline) -> list[Problem]:
    """Every problem of meaning that needs neither a row nor a file, in the order of the file."""
    found = [
        *_own_name(pipeline),
        *_shared_names(pipeline),
        *_former_names(pipeline),
        *(problem for named in pipeline.references.values() for problem in _set(named)),
        *(problem for step in pipeline.steps.values() for problem in _step(pipeline, step)),
        *_cycles(pipeline),
    ]
    # A field of the defaults is looked at with each step that takes it, and told once.
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.place, problem.code))


def _own_name(pipeline: Pipeline) -> Iterator[Problem]:
    complaint = folder_problem(pipeline.name)
    if not complaint:
        return
    if pipeline.name_at is None:
        hint = 'the file\'s own name is used; give the pipeline another one with "name:"'
        yield Problem(code="E-NAME", place=_start(pipeline), message=complaint, hint=hint)
    else:
        yield Problem(code="E-NAME", place=pipeline.name_at, message=complaint)


def _start(pipeline: Pipeline) -> Place:
    return min((step.at for step in pipeline.steps.values()), default=Place(pipeline.file, 1, 1))


def _shared_names(pipeline: Pipeline) -> Iterator[Problem]:
    for name, step in pipeline.steps.items():
        if name in pipeline.references:
            also = (pipeline.references[name].at,)
            message = f'"{name}" is the name of a set and of a step; a reference to it could mean either'
            yield Problem(code="E-NAME", place=step.at, message=message, also=also)
    for named in (pipeline.steps.get("prev"), pipeline.references.get("prev")):
        if named is not None:
            message = 'nothing can be called "prev": in references it means the task before'
            yield Problem(code="E-NAME", place=named.at, message=message)


def _former_names(pipeline: Pipeline) -> Iterator[Problem]:
    """`was` says whose pictures a step has: a name that nobody else has, or had."""
    taken: dict[str, tuple[str, Place]] = {}
    for name, step in pipeline.steps.items():
        for old in step.was:
            text = str(old.value)
            shown = escaped(text, limit=60)
            if text in pipeline.steps:
                there = pipeline.steps[text]
                message = f'step "{name}" was never "{shown}": there is a step of that name'
                hint = "its tasks hold their own pictures; delete the line, or the other step"
                yield Problem(code="E-NAME", place=old.at, message=message, hint=hint, also=(there.at,))
            elif text in taken:
                first, at = taken[text]
                what = "this step says so twice" if first == name else f'step "{first}" says so as well'
                message = f'only one step can have been "{shown}": {what}'
                yield Problem(code="E-NAME", place=old.at, message=message, also=(at,))
            taken.setdefault(text, (name, old.at))


def _set(named: NamedSet) -> Iterator[Problem]:
    for source in named.sources:
        text = _static(source)
        if text is None:
            continue
        try:
            parsed = refs.parse(text)
        except ValueError as error:
            yield Problem(code="E-REF", place=source.at, message=str(error))
            continue
        if isinstance(parsed, refs.Name | refs.Prev):
            message = f'the set "{named.name}" names "{text}"; a set holds files, globs, URLs and data URIs'
            yield Problem(code="E-REF", place=source.at, message=message, hint="a path has a / or a . in it")


def _step(pipeline: Pipeline, step: Step) -> Iterator[Problem]:
    if step.foreach:
        yield from _foreach(pipeline, step, step.foreach)
    if step.matrix:
        yield from _matrix(step.matrix)
    yield from _variables(step)
    for entry in _entries(step):
        yield from _reference(pipeline, step, entry)
    for need in step.needs:
        yield from _need(pipeline, step, need)
    match step:
        case Generate():
            yield from _fields(pipeline, step)
        case Transform(output=Field() as output):
            yield from _output(output)
        case Transform():
            pass
        case _:
            assert_never(step)


def _entries(step: Step) -> tuple[ReferenceEntry, ...]:
    """The pictures that a step takes, in their order."""
    return step.images if isinstance(step, Transform) else step.references


def _is_many(step: Step) -> bool:
    """Whether the step's tasks have keys."""
    return step.foreach is not None or step.matrix is not None


def _foreach(pipeline: Pipeline, step: Step, foreach: Foreach) -> Iterator[Problem]:
    if foreach.over is not None:
        yield from _over(pipeline, step, foreach.over)
        return
    known = [name for name in pipeline.data if not name.startswith(".")]
    if foreach.table not in pipeline.data and not _is_unsound(pipeline, foreach.table, "data"):
        hint = did_you_mean(foreach.table, known)
        if "/" in foreach.table or "." in foreach.table:
            hint = "give the file a name under `data:`, and write that name here"
        elif foreach.table in pipeline.steps:
            hint = f"to go over the pictures of that step, write {foreach.table}[*]"
        message = f'there is no table "{escaped(foreach.table, limit=60)}"'
        yield Problem(code="E-UNKNOWN", place=foreach.at, message=message, hint=hint)


def _over(pipeline: Pipeline, step: Step, entry: ReferenceEntry) -> Iterator[Problem]:
    """`foreach` over pictures: those of another step, all of them."""
    text = _static(entry.source)
    try:
        parsed = refs.parse(text) if text is not None else None
    except ValueError as error:
        yield Problem(code="E-REF", place=entry.at, message=str(error))
        return
    if isinstance(parsed, refs.Name) and parsed.index == "*" and parsed.name not in pipeline.references:
        yield from _named(pipeline, step, parsed, entry.at)
        return
    shown = escaped(str(entry.source.value), limit=60)
    message = f'foreach goes over a table, or over all pictures of a step; "{shown}" is neither'
    yield Problem(code="E-REF", place=entry.at, message=message, hint="for example turnaround[*]")


def _matrix(matrix: Matrix) -> Iterator[Problem]:
    for name, axis in matrix.axes.items():
        ids = [_axis_id(value) for value in axis.value] if isinstance(axis.value, list) else []
        twice = next((one for number, one in enumerate(ids) if one in ids[:number]), None)
        if twice is not None and not any(mark in twice for mark in _MARKS):
            message = f'"{escaped(twice, limit=60)}" stands twice in the axis "{name}"'
            yield Problem(code="E-VALUE", place=axis.at, message=message)
    for entry in matrix.exclude:
        for address, value in entry.value.items():
            yield from _excluded(matrix, entry, address, value)
    if not matrix.axes and not matrix.include:
        message = "the matrix has no axis, and no combination to include"
        yield Problem(code="E-VALUE", place=matrix.at, message=message, hint="for example market: [en, zh]")


def _axis_id(value: object) -> str:
    found = value["id"] if isinstance(value, dict) else value
    return str(found).lower() if isinstance(found, bool) else str(found)


def _excluded(matrix: Matrix, entry: Field, address: str, value: object) -> Iterator[Problem]:
    """What an entry of `exclude` addresses must be there: a typo would exclude nothing, and be paid."""
    name, dot, part = address.partition(".")
    if name not in matrix.axes:
        message = f'the matrix has no axis "{escaped(name, limit=60)}"'
        hint = did_you_mean(name, matrix.axes)
        yield Problem(code="E-UNKNOWN", place=entry.at, message=message, hint=hint)
        return
    values = matrix.axes[name].value
    if not isinstance(values, list) or not all(_is_static(item) for item in values):
        return
    maps = [item for item in values if isinstance(item, dict)]
    if dot and not any(part in item for item in maps):
        message = f'no value of the axis "{name}" has "{escaped(part, limit=60)}"'
        hint = did_you_mean(part, {key for item in maps for key in item})
        yield Problem(code="E-UNKNOWN", place=entry.at, message=message, hint=hint)
    elif not isinstance(value, dict | list) and _is_static(value):
        known = [_axis_id(item.get(part, "")) for item in maps] if dot else [_axis_id(v) for v in values]
        if _axis_id(value) not in known:
            message = f'"{escaped(_axis_id(value), limit=60)}" is no value of "{escaped(address, limit=60)}"'
            hint = did_you_mean(_axis_id(value), known)
            yield Problem(code="E-VALUE", place=entry.at, message=message, hint=hint)


def _variables(step: Step) -> Iterator[Problem]:
    """Names that the step gives to templates: each once, and none that means something already."""
    taken: dict[str, Place] = {}
    for name, place, what in _given_names(step):
        if name in RESERVED:
            message = f'{what} cannot be called "{name}": templates have something else of that name'
            yield Problem(code="E-NAME", place=place, message=message)
        elif name in taken:
            message = f'"{name}" is the name of two things in the templates of step "{step.name}"'
            yield Problem(code="E-NAME", place=place, message=message, also=(taken[name],))
        taken.setdefault(name, place)
    for entry in _entries(step):
        if entry.each is None:
            continue
        name, place = entry.each.variable, entry.each.variable_at
        if name in RESERVED:
            message = f'an item cannot be called "{name}": templates have something else of that name'
            yield Problem(code="E-NAME", place=place, message=message)
        elif name in taken:
            message = f'"{name}" is the name of two things in the templates of step "{step.name}"'
            yield Problem(code="E-NAME", place=place, message=message, also=(taken[name],))


def _given_names(step: Step) -> Iterator[tuple[str, Place, str]]:
    if step.foreach is not None:
        yield step.foreach.variable, step.foreach.variable_at or step.foreach.at, "a row"
    if step.matrix is not None:
        for name, axis in step.matrix.axes.items():
            yield name, axis.at, "an axis"
        added = {key: entry.at for entry in reversed(step.matrix.include) for key in entry.value}
        for name, place in added.items():
            if name not in step.matrix.axes:
                yield name, place, "a value of `include`"
    if isinstance(step, Generate):
        for name, given in step.arguments.items():
            yield name, given.at, "a value of `with`"


def _reference(pipeline: Pipeline, step: Step, entry: ReferenceEntry) -> Iterator[Problem]:
    place = entry.source.at
    text = _static(entry.source)
    if text is None:
        head = _head(entry.source)
        if head is not None:
            yield from _named(pipeline, step, refs.Name(name=head, index="*"), place)
        return
    try:
        parsed = refs.parse(text)
    except ValueError as error:
        yield Problem(code="E-REF", place=place, message=str(error))
        return
    if isinstance(parsed, refs.Prev) and not _is_many(step):
        message = f'"prev" needs foreach: step "{step.name}" is a single task'
        yield Problem(code="E-REF", place=place, message=message)
    if entry.within is not None and not isinstance(parsed, refs.Prev):
        message = f'"within" bounds "prev"; "{escaped(text, limit=60)}" is a reference of another kind'
        yield Problem(code="E-REF", place=entry.within.at, message=message)
    if entry.each is not None and isinstance(parsed, refs.Prev):
        message = '"each" repeats a reference; "prev" is the same for every item'
        yield Problem(code="E-REF", place=entry.each.at, message=message)
    if isinstance(parsed, refs.Name):
        yield from _named(pipeline, step, parsed, place)


def _named(pipeline: Pipeline, step: Step, parsed: refs.Name, place: Place) -> Iterator[Problem]:
    name = parsed.name
    if name in pipeline.references:
        if parsed.key is not None or isinstance(parsed.index, int):
            message = f'"{name}" is a set of references; it has neither keys nor indices'
            yield Problem(code="E-REF", place=place, message=message)
    elif name == step.name:
        message = f'step "{name}" refers to itself; the task before it is "prev"'
        yield Problem(code="E-CYCLE", place=place, message=message)
    elif name in pipeline.steps:
        yield from _of_step(pipeline.steps[name], parsed, place)
    elif not _is_unsound(pipeline, name, "steps") and not _is_unsound(pipeline, name, "references"):
        known = [*pipeline.steps, *pipeline.references, *pipeline.unsound]
        hint = did_you_mean(name, known)
        if parsed.key is not None and "." in parsed.key:
            hint = f"for a file, write ./{name}@{parsed.key}"
        message = f'there is no step or set "{name}"'
        yield Problem(code="E-UNKNOWN", place=place, message=message, hint=hint)


def _of_step(target: Step, parsed: refs.Name, place: Place) -> Iterator[Problem]:
    if parsed.key is not None and not _is_many(target):
        message = f'step "{target.name}" has no task "{parsed.key}"'
        hint = f'"{target.name}" is one task, without a key'
        yield Problem(code="E-UNKNOWN", place=place, message=message, hint=hint)
    elif parsed.key is None and _is_many(target) and parsed.index != "*":
        each = "row" if target.matrix is None else "combination"
        message = f'"{target.name}" does not say which: the step has a task for every {each}'
        hint = f"write {target.name}@KEY, or {target.name}[*] for all"
        yield Problem(code="E-REF", place=place, message=message, hint=hint)
    elif isinstance(parsed.index, int) and (pictures := _pictures(target)) and parsed.index >= pictures:
        made = "one picture" if pictures == 1 else f"at most {pictures} pictures, [0] to [{pictures - 1}]"
        message = f'there is no picture [{parsed.index}]: a task of "{target.name}" makes {made}'
        yield Problem(code="E-REF", place=place, message=message)


def _pictures(step: Step) -> int | None:
    """How many pictures a task of the step makes at most; None when only its parameters can say."""
    if isinstance(step, Transform):
        return None
    group = step.fields.get("group")
    if group is None:
        return 1
    return group.value if isinstance(group.value, int) else None


def _need(pipeline: Pipeline, step: Step, need: Field) -> Iterator[Problem]:
    text = _static(need)
    if text is None:
        return
    try:
        parsed = refs.parse(text)
    except ValueError as error:
        yield Problem(code="E-REF", place=need.at, message=str(error))
        return
    if not isinstance(parsed, refs.Name) or parsed.name in pipeline.references:
        message = f'"{escaped(text, limit=60)}" is not a step or a task; pictures belong under `references:`'
        yield Problem(code="E-REF", place=need.at, message=message)
        return
    wanted = refs.Name(name=parsed.name, key=parsed.key, index="*")
    yield from _named(pipeline, step, wanted, need.at)


def _fields(pipeline: Pipeline, step: Generate) -> Iterator[Problem]:
    fields = step.fields
    name = _static(fields["model"]) if "model" in fields else DEFAULT_MODEL
    if name is not None:
        profile = profiles.model(name)
        if profile is None and not profiles.is_raw_id(name):
            known = [model.name for model in profiles.models()]
            message = f'unknown model "{escaped(name, limit=60)}"'
            hint = did_you_mean(name, known)
            yield Problem(code="E-MODEL", place=fields["model"].at, message=message, hint=hint)
        else:
            yield from _size(fields, profile or name)
        if profile is not None:
            yield from _group(pipeline, step, profile)
    yield from _pick(fields)
    if "output" in fields:
        yield from _output(fields["output"])


def _size(fields: Mapping[str, Field], model: str | profiles.ModelProfile) -> Iterator[Problem]:
    size = fields.get("size")
    if size is None or not _is_static(size.value):
        return
    try:
        profiles.resolve_size(model, size.value)
    except profiles.SizeError as error:
        yield Problem(code="E-SIZE", place=size.at, message=error.message, hint=error.hint)


def _group(pipeline: Pipeline, step: Generate, profile: profiles.ModelProfile) -> Iterator[Problem]:
    """R30 and R36, for the references that are certain: globs and templates are counted later."""
    group = step.fields.get("group")
    if group is None or not isinstance(group.value, int) or isinstance(group.value, bool):
        return
    if not profile.group:
        message = f"{profile.name} makes no groups"
        hint = "use takes, or another model"
        yield Problem(code="E-MODEL-OPTION", place=group.at, message=message, hint=hint)
        return
    count = sum(_times(entry) * _least(pipeline, entry.source) for entry in step.references)
    room = profile.pictures_per_call - count
    if count and group.value > room > 0:
        message = (
            f"{count} references and a group of {group.value}: "
            f"together at most {profile.pictures_per_call} (R30)"
        )
        place = step.references[0].at
        yield Problem(code="E-REFERENCES", place=place, message=message, hint=f"a group of {room} fits")


def _times(entry: ReferenceEntry) -> int:
    """How often an entry is surely repeated."""
    if entry.each is None:
        return 1
    return len(entry.each.items.value) if isinstance(entry.each.items.value, list) else 0


def _least(pipeline: Pipeline, source: Field) -> int:
    """How many pictures a reference is at least."""
    text = _static(source)
    try:
        parsed = refs.parse(text) if text is not None else None
    except ValueError:
        return 0
    match parsed:
        case refs.Path() | refs.Url() | refs.DataUri():
            return 1
        case refs.Name(name=name) if name in pipeline.references:
            return sum(_least(pipeline, item) for item in pipeline.references[name].sources)
        case refs.Name(name=name, key=None, index="*") if name in pipeline.steps:
            return _least_tasks(pipeline, pipeline.steps[name])
        case refs.Name(name=name) if name in pipeline.steps:
            return 1
        case _:
            return 0


def _least_tasks(pipeline: Pipeline, step: Step) -> int:
    if step.matrix is not None or step.when is not None:
        return 0
    if step.foreach is None:
        return 1
    table = pipeline.data.get(step.foreach.table)
    return len(table.places) if isinstance(table, InlineTable) else 0


def _pick(fields: Mapping[str, Field]) -> Iterator[Problem]:
    pick = fields.get("pick")
    takes = fields["takes"].value if "takes" in fields else 1
    if pick is not None and isinstance(pick.value, int) and isinstance(takes, int) and pick.value > takes:
        there = "is one take" if takes == 1 else f"are {takes} takes"
        message = f"pick is {pick.value}, but there {there}"
        yield Problem(code="E-VALUE", place=pick.at, message=message)


def _output(output: Field) -> Iterator[Problem]:
    text = str(output.value)
    if "{%" in text:
        return
    # Whatever a template becomes, what stands around it stays.
    complaint = output_problem(_TEMPLATE.sub("x", text).strip())
    if complaint:
        yield Problem(code="E-OUTPUT", place=output.at, message=complaint)


def _cycles(pipeline: Pipeline) -> Iterator[Problem]:
    wants = {name: dict(_wants(pipeline, step)) for name, step in pipeline.steps.items()}
    needs = {name: list(found) for name, found in wants.items()}
    for _ in range(_MOST_CYCLES):
        cycle = graph.find_cycle(needs)
        if not cycle:
            return
        message = f"steps need each other: {_chain(cycle)}"
        yield Problem(code="E-CYCLE", place=wants[cycle[0]][cycle[1]], message=message)
        for name in cycle:
            needs[name] = []


def _wants(pipeline: Pipeline, step: Step) -> Iterator[tuple[str, Place]]:
    """The other steps that a step surely needs, and where it says so."""
    over = (step.foreach.over.source,) if step.foreach and step.foreach.over else ()
    for field in (*reversed(step.needs), *(entry.source for entry in reversed(_entries(step))), *over):
        name = _wanted(field)
        if name is not None and name in pipeline.steps and name != step.name:
            yield name, field.at


def _wanted(field: Field) -> str | None:
    text = _static(field)
    if text is None:
        return _head(field)
    try:
        parsed = refs.parse(text)
    except ValueError:
        return None
    return parsed.name if isinstance(parsed, refs.Name) else None


def _chain(names: list[str]) -> str:
    if len(names) > _LONGEST_CHAIN:
        hidden = len(names) - _LONGEST_CHAIN + 1
        names = [*names[: _LONGEST_CHAIN - 2], f"… {hidden} more …", names[-1]]
    return " → ".join(names)


def _static(field: Field) -> str | None:
    """The field's text when it holds no template."""
    return field.value if isinstance(field.value, str) and _is_static(field.value) else None


def _is_static(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_static(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_static(item) for item in value)
    return not isinstance(value, str) or not any(mark in value for mark in _MARKS)


def _head(field: Field) -> str | None:
    """The step that a reference names before its first template: ``sheet`` of ``sheet@{{ who }}``."""
    text = str(field.value)
    match = _HEAD.match(text)
    return match[1] if match and "/" not in _TEMPLATE.sub("", text) else None


def _is_unsound(pipeline: Pipeline, name: str, section: str) -> bool:
    return name in pipeline.unsound or section in pipeline.unsound
