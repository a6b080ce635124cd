"""What stands around the recipe of a step's tasks: names of files, meta, tags, order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedream_pipe.plan.blanks import complain_of_output
from seedream_pipe.plan.context import FAILED, as_text
from seedream_pipe.plan.outputs import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Inputs
    from seedream_pipe.plan.model import Address
    from seedream_pipe.plan.outputs import Render, Shape
    from seedream_pipe.plan.rows import Seed
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.spec.model import Field, Step

__all__ = ["Around", "Compiled", "compiled_fields", "rendered"]

Compiled = tuple["Rendering | None", "Field"]


def compiled_fields(context: Context, fields: Mapping[str, Field]) -> dict[str, Compiled]:
    """Fields with their templates compiled, once for all rows."""
    return {name: (context.compiled(given), given) for name, given in fields.items()}


def rendered(context: Context, pair: Compiled, scope: Scope) -> Any:
    """A field's value; nothing when it fails, which is told."""
    value = context.render(*pair, scope)
    return None if value is FAILED else value


class Around:
    """Compiled once for a step, asked for each of its tasks."""

    def __init__(self, step: Step, output: Field | None, context: Context, inputs: Inputs) -> None:
        self._step, self._context, self._inputs = step, context, inputs
        self._output = (context.compiled(output), output) if output else None
        self._meta = compiled_fields(context, step.meta)
        self._tags = [(context.compiled(given), given) for given in step.tags]
        self._needs = [(context.compiled(given), given) for given in step.needs]

    def meta(self, scope: Scope) -> dict[str, Any]:
        """The task's meta."""
        return {name: rendered(self._context, pair, scope) for name, pair in self._meta.items()}

    def tags(self, scope: Scope) -> tuple[str, ...]:
        """The task's tags; an entry may give several, or none."""
        return tuple(text for pair in self._tags for text in self._tag(pair, scope))

    def needs(self, scope: Scope) -> tuple[Address, ...]:
        """The tasks that come first although no picture of theirs is wanted."""
        return tuple(address for pair in self._needs for address in self._inputs.needed(*pair, scope))

    def _tag(self, pair: Compiled, scope: Scope) -> list[str]:
        value = rendered(self._context, pair, scope)
        tags = [as_text(item) for item in (value if isinstance(value, list) else [value])]
        if None in tags:
            message = "a tag is a text, or a list of texts"
            self._context.complain("E-TEMPLATE-VALUE", pair[1].at, message, row=scope.row)
        return [tag for tag in tags if tag]

    def outputs(self, seed: Seed, shape: Shape) -> tuple[tuple[str, ...], ...]:
        """The names of the task's pictures."""
        compiled, given = self._output or (None, None)
        own = f"{self._step.name}/{seed.key}" if seed.key else self._step.name

        def render(*, take: int, index: int) -> str | None:
            if given is None:
                return own
            return self._context.text(compiled, given, seed.scope.with_values(take=take, index=index))

        made, complaint, hint = names(render, _naming(compiled, render), shape)
        if complaint:
            at = given.at if given else self._step.at
            name = render(take=1, index=0) or ""
            complain_of_output(self._context, at, given, (complaint, hint), name=name, scope=seed.scope)
        return made


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
