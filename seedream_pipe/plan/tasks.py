"""The tasks of one step: its templates are compiled once, for all of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedream_pipe.plan import values
from seedream_pipe.plan.inputs import count_problems, texts
from seedream_pipe.plan.model import Recipe, Task
from seedream_pipe.plan.outputs import names
from seedream_pipe.spec.model import PromptFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.makers import MakerId
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Inputs
    from seedream_pipe.plan.model import Address, Input
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.spec.model import Field, Step

__all__ = ["Seed", "StepTasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A task that has its address and nothing else yet."""

    address: Address
    key: str
    scope: Scope


class StepTasks:
    """Builds the tasks of a step, row by row."""

    def __init__(self, step: Step, context: Context, inputs: Inputs, maker: MakerId) -> None:
        self._step, self._context, self._inputs, self._maker = step, context, inputs, maker
        self._prompt_at: Field = step.prompt.file if isinstance(step.prompt, PromptFile) else step.prompt
        self._prompt = (
            context.compiled_file(step.prompt)
            if isinstance(step.prompt, PromptFile)
            else context.compiled(step.prompt)
        )
        self._fields = _compiled(context, step.fields)
        self._meta = _compiled(context, step.meta)
        self._tags = [(context.compiled(given), given) for given in step.tags]
        self._needs = [(context.compiled(given), given) for given in step.needs]
        self._entries = inputs.entries(step.references)
        self._places = {name: given.at for name, given in step.fields.items()}
        self._places["prompt"] = self._prompt_at.at
        if step.references:
            self._places["references"] = step.references[0].at

    def task(self, seed: Seed, ceilings: Callable[[Address], int]) -> Task | None:
        """The task of a row, or nothing when a finding keeps it from being one."""
        before = len(self._context.problems)
        options = self._options(seed)
        prompt = self._prompt_text(seed)
        inputs = self._inputs.of(self._entries, seed.address, seed.scope)
        self._count(options, inputs, ceilings, seed)
        made = Task(
            address=seed.address,
            step=self._step.name,
            key=seed.key,
            recipe=Recipe(maker=self._maker, generation=options.generation(prompt), salt=options.salt),
            inputs=inputs,
            takes=options.takes,
            pick=options.pick,
            outputs=self._outputs(seed, options),
            meta={name: self._context.render(*pair, seed.scope) for name, pair in self._meta.items()},
            tags=tuple(
                text for pair in self._tags for text in texts(self._context.render(*pair, seed.scope))
            ),
            needs=self._needed(seed),
            at=self._step.at,
            row=seed.scope.row,
            places=self._places,
        )
        return made if len(self._context.problems) == before else None

    def group_ceiling(self, seed: Seed) -> int:
        """How many pictures the task of this row makes at most; what is wrong is told elsewhere."""
        pair = self._fields.get("group")
        if pair is None or pair[0] is None:
            return 1
        rendered = pair[1].value if pair[0].constant else None
        return rendered if isinstance(rendered, int) else 1

    def _options(self, seed: Seed) -> values.Options:
        rendered = {
            name: self._context.render(*pair, seed.scope)
            for name, pair in self._fields.items()
            if name != "output"
        }
        options, complaints = values.options(rendered)
        for name, code, message, hint in complaints:
            at = self._places.get(name, self._step.at)
            self._context.complain(code, at, message, hint=hint, scope=seed.scope)
        return options

    def _prompt_text(self, seed: Seed) -> str:
        rendered = self._context.render(self._prompt, self._prompt_at, seed.scope)
        text = "" if rendered is None else str(rendered).strip()
        if not text and rendered is not None:
            self._context.complain("E-PROMPT", self._prompt_at.at, "the prompt is empty", scope=seed.scope)
        return text

    def _count(
        self,
        options: values.Options,
        inputs: tuple[Input, ...],
        ceilings: Callable[[Address], int],
        seed: Seed,
    ) -> None:
        for code, message, hint in count_problems(options, inputs, ceilings):
            at = self._places.get("references", self._step.at)
            self._context.complain(code, at, message, hint=hint, scope=seed.scope)

    def _needed(self, seed: Seed) -> tuple[Address, ...]:
        found: list[Address] = []
        for compiled, given in self._needs:
            for text in texts(self._context.render(compiled, given, seed.scope)):
                addresses = self._inputs.addresses(text)
                if not addresses:
                    message = f'there is no task "{text}"'
                    self._context.complain("E-UNKNOWN", given.at, message, scope=seed.scope)
                found += addresses
        return tuple(found)

    def _outputs(self, seed: Seed, options: values.Options) -> tuple[tuple[str, ...], ...]:
        compiled, given = self._fields.get("output", (None, None))

        def render(extra: Mapping[str, Any]) -> str | None:
            if given is None:
                return f"{self._step.name}/{seed.key}" if seed.key else self._step.name
            text = self._context.render(compiled, given, seed.scope.with_values(**extra))
            return None if text is None else str(text).strip()

        used = compiled.names if compiled is not None else frozenset[str]()
        made, complaint, hint = names(render, used, options)
        if complaint:
            at = given.at if given else self._step.at
            self._context.complain("E-OUTPUT", at, complaint, hint=hint, scope=seed.scope)
        return made


def _compiled(context: Context, fields: Mapping[str, Field]) -> dict[str, tuple[Rendering | None, Field]]:
    return {name: (context.compiled(given), given) for name, given in fields.items()}
