"""The tasks of one transforming step: an operation on pictures, local and free."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.makers import MakerId, WrongParameter
from seedream_pipe.plan.around import Around, compiled_fields, rendered
from seedream_pipe.plan.model import FromTask, Task, TransformRecipe
from seedream_pipe.plan.outputs import Shape
from seedream_pipe.plan.rows import former
from seedream_pipe.problems import did_you_mean, escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.digest import Json
    from seedream_pipe.makers import Operation
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Attached, Inputs
    from seedream_pipe.plan.model import Address
    from seedream_pipe.plan.rows import Seed
    from seedream_pipe.spec.model import Transform

__all__ = ["TransformDraft", "TransformTasks", "plain"]

MOST_IMAGES: Final = 1000
"""Pictures of one task of an operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformDraft:
    """A task whose pictures are known, and not yet how many they are; `params` None when they are wrong."""

    seed: Seed
    attached: list[Attached]
    params: object | None


class TransformTasks:
    """Builds the tasks of a step, row by row: first a draft of each, then the whole."""

    def __init__(
        self, step: Transform, context: Context, inputs: Inputs, operations: Mapping[str, Operation[Any]]
    ) -> None:
        self._step, self._context, self._inputs = step, context, inputs
        self._operation = operations.get(step.use)
        self._around = Around(step, step.output, context, inputs)
        self._options = compiled_fields(context, step.options)
        self._constant = all(pair[0] is not None and pair[0].constant for pair in self._options.values())
        self._same: object | None = None
        self._entries = inputs.entries(step.images)
        self._places = {**step.places, "options": step.places.get("with", step.at)}
        if self._operation is None:
            message = f'there is no operation "{escaped(step.use, limit=60)}"'
            at = step.places.get("use", step.at)
            context.complain("E-UNKNOWN", at, message, hint=did_you_mean(step.use, operations))

    def draft(self, seed: Seed) -> TransformDraft:
        """The parameters of a row and its pictures."""
        attached, _ = self._inputs.of(self._entries, seed)
        return TransformDraft(seed=seed, attached=attached, params=self._params(seed.scope))

    def most(self, draft: TransformDraft, pictures: int) -> int:
        """How many pictures the operation makes of so many."""
        if self._operation is None or draft.params is None or pictures < 1:
            return 1
        return max(self._operation.ceiling(draft.params, pictures), 1)

    def task(self, draft: TransformDraft, pictures: Callable[[Address], int]) -> Task:
        """The task of a row. With an error among the findings, as much of it as can be made."""
        seed = draft.seed
        most = pictures(seed.address)
        self._expect_images(draft, pictures)
        is_series = most > 1 or (draft.params is not None and self._may_vary(draft, pictures))
        shape = Shape(
            maker=self._step.use, series=most if is_series else None, formats=_formats(draft.params)
        )
        recipe = TransformRecipe(
            maker=MakerId(
                name=self._step.use,
                version=self._operation.version if self._operation else 0,
                realm="local",
            ),
            options=plain(draft.params) if draft.params is not None else {},
            params=draft.params,
            labelled=getattr(draft.params, "labels", None) is True,
        )
        return Task(
            address=seed.address,
            step=self._step.name,
            key=seed.key,
            recipe=recipe,
            inputs=tuple(each.given for each in draft.attached),
            most=most,
            is_series=is_series,
            picture_of=seed.picture_of,
            outputs=self._around.outputs(seed, shape),
            meta=self._around.meta(seed.scope),
            tags=self._around.tags(seed.scope),
            needs=self._around.needs(seed.scope),
            was=former(self._step, seed.key),
            at=self._step.at,
            row=seed.scope.row,
            places=self._places,
        )

    def _expect_images(self, draft: TransformDraft, pictures: Callable[[Address], int]) -> None:
        count = _count(draft.attached, pictures)
        at = self._places.get("images", self._step.at)
        row = draft.seed.scope.row
        if not draft.attached:
            self._context.complain("E-IMAGES", at, f"{self._step.use} has no picture to work on", row=row)
        elif count > MOST_IMAGES:
            message = f"{count:,} pictures; an operation takes at most {MOST_IMAGES:,}"
            self._context.complain("E-IMAGES", at, message, row=row)

    def _may_vary(self, draft: TransformDraft, pictures: Callable[[Address], int]) -> bool:
        """Whether it depends on the number of pictures how many come of them."""
        return any(
            isinstance(each.given, FromTask) and each.given.index is None and pictures(each.given.task) > 1
            for each in draft.attached
        ) and self.most(draft, 2) > self.most(draft, 1)

    def _params(self, scope: Scope) -> object | None:
        if self._operation is None:
            return None
        if self._constant and self._same is not None:
            return self._same
        before = self._context.failures
        given = {name: rendered(self._context, pair, scope) for name, pair in self._options.items()}
        if self._context.failures > before:
            return None
        # What a row leaves empty is not given.
        given = {name: value for name, value in given.items() if value is not None and value != ""}
        try:
            found: object = self._operation.decode(given)
        except WrongParameter as wrong:
            top = str(wrong.path[0]) if wrong.path else ""
            at = self._step.options[top].at if top in self._step.options else self._places["options"]
            self._context.complain("E-OPTION", at, wrong.message, hint=wrong.hint, row=scope.row)
            return None
        self._same = found
        return found


def _count(attached: list[Attached], pictures: Callable[[Address], int]) -> int:
    return sum(
        pictures(each.given.task) if isinstance(each.given, FromTask) and each.given.index is None else 1
        for each in attached
    )


def _formats(params: object | None) -> tuple[str, ...]:
    told = getattr(params, "format", None)
    return (told,) if isinstance(told, str) else ("jpeg", "png", "webp")


def plain(params: object) -> Json:
    """An operation's parameters as the key holds them: what stands at its default is left out.

    So a parameter that a later version adds leaves every key of today as it is.
    """
    match params:
        case None | bool() | int() | float() | str():
            return params
        case Fraction():
            return str(params)
        case list() | tuple():
            return [plain(item) for item in params]
        case _ if is_dataclass(params):
            return {
                field.name: plain(getattr(params, field.name))
                for field in fields(params)
                if getattr(params, field.name) != _default(field)
            }
        case _:
            raise TypeError(f"a parameter is a {type(params).__name__}, which no key can hold")


def _default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
