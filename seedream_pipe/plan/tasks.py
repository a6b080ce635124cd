"""The tasks of one generating step: its templates are compiled once, for all of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe.plan import values
from seedream_pipe.plan.around import Around, compiled_fields, rendered
from seedream_pipe.plan.decisions import decided
from seedream_pipe.plan.model import Recipe, Task
from seedream_pipe.plan.outputs import Shape
from seedream_pipe.plan.prompts import Prompts
from seedream_pipe.plan.rows import former

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.makers import MakerId
    from seedream_pipe.picks.model import Picks
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Absent, Attached, Inputs
    from seedream_pipe.plan.model import Address, Files
    from seedream_pipe.plan.rows import Seed
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.spec.model import Generate

__all__ = ["Draft", "StepTasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A task whose references are known, and not yet how many pictures they are."""

    seed: Seed
    attached: list[Attached]
    absent: Absent
    options: values.Options


class StepTasks:
    """Builds the tasks of a step, row by row: first a draft of each, then the whole."""

    def __init__(
        self,
        step: Generate,
        context: Context,
        inputs: Inputs,
        *,
        files: Files,
        maker: MakerId,
        provider: ProviderProfile | None,
        picks: Picks,
    ) -> None:
        self._picks = picks
        self._step, self._context, self._inputs = step, context, inputs
        self._maker, self._provider = maker, provider
        self._prompts = Prompts(step, context, files)
        fields = dict(step.fields)
        self._around = Around(step, fields.pop("output", None), context, inputs)
        self._fields = compiled_fields(context, fields)
        self._extra = compiled_fields(context, step.extra)
        self._entries = inputs.entries(step.references)
        self._places = {name: given.at for name, given in step.fields.items()}
        self._places["prompt"] = self._prompts.at.at
        if step.extra:
            self._places["extra"] = next(iter(step.extra.values())).at
        if step.references:
            self._places["references"] = step.references[0].at

    def draft(self, seed: Seed) -> Draft:
        """The options of a row and its references."""
        options = decided(self._options(seed.scope), self._picks.of(seed.address))
        attached, absent = self._inputs.of(self._entries, seed, unique=options.unique_references)
        return Draft(seed=seed, attached=attached, absent=absent, options=options)

    def most(self, draft: Draft, _pictures: int) -> int:
        """How many pictures the task makes at most."""
        return draft.options.series or 1

    def task(self, draft: Draft, pictures: Callable[[Address], int]) -> Task:
        """The task of a row. With an error among the findings, as much of it as can be made."""
        seed, options = draft.seed, draft.options
        prompt = self._prompts.of(seed.scope, draft.attached, draft.absent, options, pictures)
        generation = options.generation(prompt, self._extras(seed.scope))
        return Task(
            address=seed.address,
            step=self._step.name,
            key=seed.key,
            recipe=Recipe(maker=self._maker, generation=generation, salt=options.salt),
            inputs=tuple(each.given for each in draft.attached),
            most=generation.ceiling,
            is_series=generation.is_series,
            picture_of=seed.picture_of,
            takes=options.takes,
            pick=options.pick,
            image=options.image,
            is_choice=options.manual or options.takes > 1,
            is_picked=self._is_picked(seed.address),
            outputs=self._around.outputs(seed, _shape(options)),
            meta=self._around.meta(seed.scope),
            tags=self._around.tags(seed.scope),
            needs=self._around.needs(seed.scope),
            was=former(self._step, seed.key),
            at=self._step.at,
            row=seed.scope.row,
            places=self._places,
        )

    def _is_picked(self, address: Address) -> bool:
        given = self._picks.of(address)
        return given is not None and given.pick is not None

    def _options(self, scope: Scope) -> values.Options:
        given = {name: rendered(self._context, pair, scope) for name, pair in self._fields.items()}
        options, complaints = values.options(given, provider=self._provider)
        for complaint in complaints:
            at = self._places.get(complaint.field, self._step.at)
            self._context.complain(complaint.code, at, complaint.message, hint=complaint.hint, row=scope.row)
        return options

    def _extras(self, scope: Scope) -> dict[str, values.Json]:
        found: dict[str, values.Json] = {}
        for name, pair in self._extra.items():
            value = rendered(self._context, pair, scope)
            complaint = values.extra_problem(name, value)
            if complaint:
                self._context.complain("E-EXTRA", pair[1].at, complaint, row=scope.row)
                continue
            found[name] = value
            message = f'"{name}" is sent as it is: nobody here knows whether the model takes it'
            hint = "an unknown field is ignored and the picture billed all the same (R22)"
            self._context.advise("W-EXTRA", pair[1].at, message, hint=hint, row=scope.row)
        return found


def _shape(options: values.Options) -> Shape:
    return Shape(
        maker=options.model,
        series=options.series,
        takes=options.takes,
        pick=options.pick,
        is_choice=options.manual or options.takes > 1,
        formats=_formats(options),
    )


def _formats(options: values.Options) -> tuple[str, ...]:
    # Nobody knows what a model without a profile makes when it is not told; layers are PNG,
    # and the picture that they were taken from is not (R39).
    if options.output_format and not options.layer_decomposition:
        return (options.output_format,)
    if options.profile is None or options.layer_decomposition:
        return ("jpeg", "png")
    return ("png",) if options.background == "transparent" else ("jpeg",)
