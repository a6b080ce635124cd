"""The rows that a step is made concrete for: `foreach`, `matrix` and `when`, nested in this order.

A task's key is the row's, the combination's, or both with a ``-`` between. Tasks that
`when:` leaves out keep their address, so that who refers to one can be told why it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from seedream_pipe.plan.blanks import complain_of_key
from seedream_pipe.plan.context import FAILED, Scope, as_text
from seedream_pipe.plan.matrix import Combination, MatrixError, combinations
from seedream_pipe.plan.model import PictureOf
from seedream_pipe.problems import Place, escaped
from seedream_pipe.spec import refs
from seedream_pipe.spec.model import Generate
from seedream_pipe.spec.names import RESERVED

if TYPE_CHECKING:
    from seedream_pipe.plan.context import Context
    from seedream_pipe.plan.model import Address, TableRows
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.spec.model import Field, Matrix, Pipeline, ReferenceEntry, Step

__all__ = ["MOST_TASKS", "Rows", "Seed", "former", "has_keys"]

MOST_TASKS: Final = 250_000
"""Tasks of one step: more are a mistake in a matrix, and would not fit the memory."""
_MOST_GROUP: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A task that has its address and nothing else yet. `lane` is the key of its combination."""

    address: Address
    key: str
    scope: Scope
    lane: str = ""
    picture_of: PictureOf | None = None


class _Row(NamedTuple):
    key: str
    scope: Scope
    picture_of: PictureOf | None = None


def former(step: Step, key: str) -> tuple[Address, ...]:
    """The addresses that a task of a step had under the step's former names."""
    return tuple(f"{old.value}@{key}" if key else str(old.value) for old in step.was)


def has_keys(step: Step) -> bool:
    """Whether the step's tasks have keys: one a row, or one a combination."""
    return step.foreach is not None or step.matrix is not None


@dataclass(slots=True)
class Rows:
    """Makes the seeds of the steps, each once.

    `partial` are steps of which some rows could not be had, for a finding that is told;
    `left_out` are the tasks that `when:` left out, with the place that says so.
    """

    pipeline: Pipeline
    tables: Mapping[str, TableRows]
    base: Scope
    context: Context
    partial: set[str] = field(default_factory=set)
    left_out: dict[Address, Place] = field(default_factory=dict)
    _made: dict[str, list[Seed]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def of(self, name: str) -> list[Seed]:
        """The seeds of a step, in the order of its rows."""
        self._begin(name)
        return self._made[name]

    def _begin(self, name: str) -> None:
        """Makes a step's seeds after those of the step whose pictures it goes over. No recursion."""
        waiting = [name]
        while waiting:
            step = self.pipeline.steps[waiting[-1]]
            over = self._over(step)
            if over is not None and over in self.pipeline.steps and over not in self._made:
                if over in waiting:
                    self._complain_cycle(step, [*waiting[waiting.index(over) :], over])
                    self._made[step.name] = []
                    waiting.pop()
                else:
                    waiting.append(over)
                continue
            waiting.pop()
            if step.name not in self._made:
                tracker = self.context.tracker
                if tracker is not None:
                    tracker.begin_row()
                self._made[step.name] = list(self._seeds(step))

    def _complain_cycle(self, step: Step, chain: list[str]) -> None:
        assert step.foreach is not None  # noqa: S101 - who goes over pictures has one
        self.partial.add(step.name)
        message = f"steps go over each other's pictures: {' → '.join(chain)}"
        self.context.complain("E-CYCLE", step.foreach.at, message)

    def _over(self, step: Step) -> str | None:
        if step.foreach is None or step.foreach.over is None:
            return None
        try:
            parsed = refs.parse(str(step.foreach.over.source.value))
        except ValueError:
            return None
        return parsed.name if isinstance(parsed, refs.Name) else None

    def _seeds(self, step: Step) -> Iterator[Seed]:
        lanes = _Lanes(step.matrix, self.context, step.foreach.variable if step.foreach else None)
        when = self.context.compiled(step.when) if step.when else None
        told: set[str] = set()
        count = 0
        for row in self._rows(step):
            for lane in lanes.of(row.scope):
                key = "-".join(part for part in (row.key, lane.key) if part)
                address = f"{step.name}@{key}" if has_keys(step) else step.name
                scope = row.scope.with_values(**lane.values) if lane.values else row.scope
                if lanes.given and not self._is_sound(step, key, address in told, scope):
                    continue
                told.add(address)
                count += 1
                if count > MOST_TASKS:
                    message = f'step "{step.name}" has more than {MOST_TASKS:,} tasks'
                    self.context.complain("E-LIMIT", step.at, message)
                    self.partial.add(step.name)
                    return
                wanted = step.when is None or self._wanted(when, step.when, scope)
                if self.context.tracker is not None:
                    self.context.tracker.row_is(address, scope.row)
                if step.when is not None and not wanted:
                    self.left_out[address] = step.when.at
                    continue
                yield Seed(address=address, key=key, scope=scope, lane=lane.key, picture_of=row.picture_of)
            if self.context.tracker is not None:
                self.context.tracker.begin_row()
        if lanes.failed:
            self.partial.add(step.name)

    def _is_sound(self, step: Step, key: str, known: bool, scope: Scope) -> bool:  # noqa: FBT001
        """Whether a key that a matrix is part of is one, and no other's."""
        assert step.matrix is not None  # noqa: S101 - asked for those only
        complaint = refs.key_problem(key)
        if complaint is None and known:
            complaint = f'step "{step.name}": two combinations have the key "{key}"'
        if complaint is None:
            return True
        self.partial.add(step.name)
        hint = "give the values of the axes an `id` of their own" if known else ""
        self.context.complain("E-KEY", step.matrix.at, complaint, hint=hint, row=scope.row)
        return False

    def _wanted(self, compiled: Rendering | None, given: Field, scope: Scope) -> bool:
        value = self.context.render(compiled, given, scope)
        match value:
            case None | bool() | int() | float() | list() | dict():
                return bool(value)
            case str() if value.strip() in {"true", "false", ""}:
                return value.strip() == "true"
            case str():
                message = f'when is "{escaped(value.strip(), limit=60)}"; true or false is expected'
                hint = 'compare: {{ shot.kind == "wide" }}'
                self.context.complain("E-VALUE", given.at, message, hint=hint, row=scope.row)
                return True
            case _:
                # It could not be rendered: the task is looked at all the same.
                return True

    def _rows(self, step: Step) -> Iterator[_Row]:
        base = self.base.with_values(step=step.name)
        if step.foreach is None:
            yield _Row("", base)
            return
        if step.foreach.over is not None:
            yield from self._keyed(step, self._pictures(step, step.foreach.over, base))
            return
        table = self.tables.get(step.foreach.table)
        if table is None:
            self.partial.add(step.name)
            return
        if not table.rows:
            named = "its table" if table.name.startswith(".") else f'table "{table.name}"'
            message = f'{named} has no rows; step "{step.name}" makes nothing'
            self.context.advise("W-EMPTY-TABLE", step.foreach.at, message)
        variable = step.foreach.variable
        found = (
            _Row("", Scope(values={**base.values, variable: row.value}, row=row.at)) for row in table.rows
        )
        yield from self._keyed(step, found)

    def _keyed(self, step: Step, rows: Iterator[_Row]) -> Iterator[_Row]:
        assert step.foreach is not None  # noqa: S101 - the caller looked
        given = step.foreach.key
        compiled = self.context.compiled(given)
        first: dict[str, Place] = {}
        if compiled is None:
            self.partial.add(step.name)
            return
        for row in rows:
            at = row.scope.row or given.at
            key = self.context.text(compiled, given, row.scope)
            complaint = refs.key_problem(key) if key is not None else ""
            if key is None or complaint is not None:
                self.partial.add(step.name)
                if complaint and key is not None:
                    complain_of_key(self.context, given, complaint, key=key, scope=row.scope)
            elif key in first:
                self.partial.add(step.name)
                message = f'step "{step.name}": key "{key}" is also the key of the row at {first[key]}'
                hint = "a key must name one row; add a column to it"
                self.context.complain("E-KEY", at, message, hint=hint, same=f"{given.at} is twice")
            else:
                first[key] = at
                yield row._replace(key=key)

    def _pictures(self, step: Step, over: ReferenceEntry, base: Scope) -> Iterator[_Row]:
        """A row for each picture that the tasks gone over can have at most."""
        assert step.foreach is not None  # noqa: S101 - the caller looked
        for source, index, pictures in self._gone_over(step, over):
            number = f"{index:02d}"
            picture = {
                "id": f"{source.key}-{number}" if source.key else number,
                "index": index,
                "number": index + 1,
                "key": source.key,
                "task": source.address,
                "ref": f"{source.address}[{index}]" if pictures > 1 else source.address,
            }
            scope = Scope(values={**base.values, step.foreach.variable: picture})
            yield _Row("", scope, PictureOf(task=source.address, index=index))

    def _gone_over(self, step: Step, over: ReferenceEntry) -> Iterator[tuple[Seed, int, int]]:
        text, at = str(over.source.value).strip(), over.source.at
        try:
            parsed = refs.parse(text)
        except ValueError as error:
            self._wrong(step, at, str(error))
            return
        target = self.pipeline.steps.get(parsed.name) if isinstance(parsed, refs.Name) else None
        if target is None or not isinstance(parsed, refs.Name):
            if not (isinstance(parsed, refs.Name) and parsed.name in self.pipeline.unsound):
                message = f'"{escaped(text, limit=60)}" is not a step whose pictures can be gone over'
                self._wrong(step, at, message, hint="write STEP[*]; files go into a table")
            self.partial.add(step.name)
            return
        if not isinstance(target, Generate) and target.foreach is None:
            message = f'how many pictures "{target.name}" makes is not known before it ran'
            self._wrong(step, at, message, hint="go over the pictures that it is made of")
            return
        found = [seed for seed in self._made[target.name] if parsed.key in (None, seed.key)]
        if not found and parsed.key is not None and target.name not in self.partial:
            self._wrong(step, at, f'step "{target.name}" has no task "{parsed.key}"', code="E-UNKNOWN")
        if target.name in self.partial:
            self.partial.add(step.name)
        for seed in found:
            pictures = self._group(target, seed)
            for index in range(pictures):
                yield seed, index, pictures

    def _group(self, target: Step, seed: Seed) -> int:
        """How many pictures a task makes at most; what is wrong with `group` is told with its own step."""
        if not isinstance(target, Generate):
            return 1
        if "layer_decomposition" in target.fields:
            return _MOST_GROUP + 2
        given = target.fields.get("group")
        if given is None:
            return 1
        before, failures = len(self.context.problems), self.context.failures
        value = self.context.text(self.context.compiled(given), given, seed.scope) or ""
        del self.context.problems[before:]
        self.context.failures = failures
        return min(int(value), _MOST_GROUP) if value.isdecimal() and value.isascii() else 1

    def _wrong(self, step: Step, at: Place, message: str, *, hint: str = "", code: str = "E-REF") -> None:
        self.partial.add(step.name)
        self.context.complain(code, at, message, hint=hint)


class _Lanes:
    """The combinations of a step's matrix for a row: the same for all rows unless it looks at them."""

    def __init__(self, given: Matrix | None, context: Context, variable: str | None) -> None:
        self.given, self._context = given, context
        self.failed = False
        self._same: list[Combination] | None = [Combination(values={}, key="")] if given is None else None
        if given is None:
            return
        compiled = context.compiled
        self._axes = {name: (compiled(axis), axis) for name, axis in given.axes.items()}
        self._include = [(compiled(entry), entry) for entry in given.include]
        self._exclude = [(compiled(entry), entry) for entry in given.exclude]
        fields = [pair[0] for pair in (*self._axes.values(), *self._include, *self._exclude)]
        self._by_row = variable is not None and any(
            each is not None and (each.open_ended or variable in each.names) for each in fields
        )

    def of(self, scope: Scope) -> Sequence[Combination]:
        """The combinations; none when something is wrong with the matrix, which is told."""
        if self._same is not None:
            return self._same
        tracker = self._context.tracker
        if tracker is None or self._by_row:
            found = self._combinations(scope)
        else:
            # They are made once, for the first row, and belong to all.
            before, tracker.reader = tracker.reader, ("step", str(scope.values["step"]))
            found = self._combinations(scope)
            tracker.reader = before
        if not self._by_row:
            self._same = found
        return found

    def _combinations(self, scope: Scope) -> list[Combination]:
        assert self.given is not None  # noqa: S101 - else there is one for all
        before = self._context.failures
        axes = {name: self._axis(name, *pair, scope) for name, pair in self._axes.items()}
        include = [self._entry(*pair, scope) for pair in self._include]
        exclude = [self._entry(*pair, scope) for pair in self._exclude]
        if self._context.failures > before:
            self.failed = True
            return []
        try:
            found, idle = combinations(axes, include, exclude)
        except MatrixError as error:
            self.failed = True
            at = self._place(error)
            self._context.complain("E-MATRIX", at, str(error), hint=error.hint, row=scope.row)
            return []
        taken = sorted({name for one in found for name in one.values if name in RESERVED})
        if taken:
            self.failed = True
            message = (
                f'nothing in a matrix can be called "{taken[0]}": templates have something else of that name'
            )
            self._context.complain("E-NAME", self.given.at, message)
            return []
        for position in idle:
            at = self.given.exclude[position].at
            message = "no combination is like this, so that nothing is taken out"
            self._context.advise("W-MATRIX-EXCLUDE", at, message, row=scope.row)
        return found

    def _place(self, error: MatrixError) -> Place:
        assert self.given is not None  # noqa: S101 - else there is one for all
        if error.part == "axes":
            return self.given.axes[str(error.which)].at
        entries = self.given.include if error.part == "include" else self.given.exclude
        return entries[int(error.which)].at

    def _axis(self, name: str, compiled: Rendering | None, given: Field, scope: Scope) -> Sequence[Any]:
        value = self._context.render(compiled, given, scope)
        if value is FAILED:
            return ()
        if isinstance(value, Mapping):
            value = [
                {"id": key, **row} if isinstance(row, Mapping) else {"id": key, "value": row}
                for key, row in value.items()
            ]
        if isinstance(value, str) or as_text(value) is not None:
            message = f'the axis "{name}" is one value; a list is expected'
            self._context.complain("E-MATRIX", given.at, message, row=scope.row)
            return ()
        if not value and compiled is not None and compiled.constant:
            self._context.complain("E-MATRIX", given.at, f'the axis "{name}" has no values')
        return list(value)

    def _entry(self, compiled: Rendering | None, given: Field, scope: Scope) -> Mapping[str, Any]:
        value = self._context.render(compiled, given, scope)
        if isinstance(value, Mapping):
            return {str(name): part for name, part in value.items()}
        if value is not FAILED:
            self._context.complain("E-MATRIX", given.at, "an entry is a map of axes", row=scope.row)
        return {}
