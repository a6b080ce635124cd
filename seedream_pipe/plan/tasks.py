"""The tasks of one step: its templates are compiled once, for all of its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.plan import values
from seedream_pipe.plan.context import FAILED, as_text
from seedream_pipe.plan.model import Recipe, Task
from seedream_pipe.plan.outputs import names
from seedream_pipe.spec.model import PromptFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.makers import MakerId
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Inputs
    from seedream_pipe.plan.model import Address
    from seedream_pipe.plan.outputs import Render
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.spec.model import Field, Step

__all__ = ["Seed", "StepTasks"]


_MANY_CHARACTERS: Final = 300
_MANY_WORDS: Final = 600
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LONG: Final = (
    f"the prompt is long: beyond {_MANY_CHARACTERS} Chinese characters or {_MANY_WORDS} English words "
    "for a picture the model may lose details (R27)"
)


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
        self._in_file = isinstance(step.prompt, PromptFile)
        self._prompt_at = step.prompt.file if isinstance(step.prompt, PromptFile) else step.prompt
        self._prompt = context.compiled(self._prompt_at)
        self._fields = _compiled(context, step.fields)
        self._output = self._fields.pop("output", None)
        self._meta = _compiled(context, step.meta)
        self._tags = [(context.compiled(given), given) for given in step.tags]
        self._needs = [(context.compiled(given), given) for given in step.needs]
        self._entries = inputs.entries(step.references)
        self._places = {name: given.at for name, given in step.fields.items()}
        self._places["prompt"] = self._prompt_at.at
        if step.references:
            self._places["references"] = step.references[0].at

    def task(self, seed: Seed) -> Task:
        """The task of a row. With an error among the findings, as much of it as can be made."""
        scope = seed.scope
        options = self._options(scope)
        return Task(
            address=seed.address,
            step=self._step.name,
            key=seed.key,
            recipe=Recipe(
                maker=self._maker,
                generation=options.generation(self._prompt_text(scope, options.group or 1)),
                salt=options.salt,
            ),
            inputs=self._inputs.of(self._entries, seed.address, scope),
            takes=options.takes,
            pick=options.pick,
            outputs=self._outputs(seed, options),
            meta={name: self._value(pair, scope) for name, pair in self._meta.items()},
            tags=tuple(text for pair in self._tags for text in self._tag(pair, scope)),
            needs=tuple(address for pair in self._needs for address in self._inputs.needed(*pair, scope)),
            at=self._step.at,
            row=scope.row,
            places=self._places,
        )

    def _value(self, pair: tuple[Rendering | None, Field], scope: Scope) -> Any:
        value = self._context.render(*pair, scope)
        return None if value is FAILED else value

    def _tag(self, pair: tuple[Rendering | None, Field], scope: Scope) -> list[str]:
        value = self._value(pair, scope)
        tags = [as_text(item) for item in (value if isinstance(value, list) else [value])]
        if None in tags:
            message = "a tag is a text, or a list of texts"
            self._context.complain("E-TEMPLATE-VALUE", pair[1].at, message, row=scope.row)
        return [tag for tag in tags if tag]

    def _options(self, scope: Scope) -> values.Options:
        rendered = {name: self._value(pair, scope) for name, pair in self._fields.items()}
        options, complaints = values.options(rendered)
        for complaint in complaints:
            at = self._places.get(complaint.field, self._step.at)
            self._context.complain(complaint.code, at, complaint.message, hint=complaint.hint, row=scope.row)
        return options

    def _prompt_text(self, scope: Scope, pictures: int) -> str:
        given, compiled = self._prompt_at, self._prompt
        if self._in_file:
            path = self._context.text(compiled, given, scope)
            if path is None:
                return ""
            compiled = self._context.compiled_file(path, given, scope.row)
            if compiled is None:
                return ""
        text = self._context.text(compiled, given, scope)
        if text == "":
            self._context.complain("E-PROMPT", given.at, "the prompt is empty", row=scope.row)
        elif text and len(text) > _MANY_CHARACTERS and _is_long(text, pictures):
            self._context.advise("W-PROMPT", given.at, _LONG, row=scope.row)
        return text or ""

    def _outputs(self, seed: Seed, options: values.Options) -> tuple[tuple[str, ...], ...]:
        compiled, given = self._output or (None, None)
        own = f"{self._step.name}/{seed.key}" if seed.key else self._step.name

        def render(*, take: int, index: int) -> str | None:
            if given is None:
                return own
            return self._context.text(compiled, given, seed.scope.with_values(take=take, index=index))

        made, complaint, hint = names(render, _naming(compiled, render), options)
        if complaint:
            at = given.at if given else self._step.at
            self._context.complain("E-OUTPUT", at, complaint, hint=hint, row=seed.scope.row)
        return made


def _is_long(prompt: str, pictures: int) -> bool:
    """Beyond the service's advice; the prompt of a series describes several pictures."""
    characters, words = len(_HAN.findall(prompt)), len(prompt.split())
    return characters > _MANY_CHARACTERS * pictures or words > _MANY_WORDS * pictures


def _naming(compiled: Rendering | None, render: Render) -> frozenset[str]:
    """Which of `index` and `take` the author's own names use."""
    if compiled is None or compiled.constant:
        return frozenset()
    if not compiled.open_ended:
        return compiled.names & {"index", "take"}
    # A file that only a value names may use anything: what it gives tells.
    plain = render(take=1, index=0)
    others = {"index": render(take=1, index=1), "take": render(take=2, index=0)}
    return frozenset(name for name, other in others.items() if other != plain)


def _compiled(context: Context, fields: Mapping[str, Field]) -> dict[str, tuple[Rendering | None, Field]]:
    return {name: (context.compiled(given), given) for name, given in fields.items()}
