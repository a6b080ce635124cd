"""The prompts of a step: rendered, mentions bound to the references, advice given."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from seedream_pipe.plan.advice import advice
from seedream_pipe.plan.around import compiled_fields, rendered
from seedream_pipe.plan.bind import bind
from seedream_pipe.plan.inputs import beside
from seedream_pipe.plan.model import FilesError, FromTask
from seedream_pipe.problems import Place, escaped
from seedream_pipe.spec.model import Generate, PromptFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedream_pipe.plan.bind import Bound, Called, Finding
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.inputs import Absent, Attached
    from seedream_pipe.plan.model import Address, Files
    from seedream_pipe.plan.values import Options
    from seedream_pipe.spec.model import Field

__all__ = ["Prompts", "inside"]


class _Prompt(NamedTuple):
    """A rendered prompt, and the path of the file that it came from; empty for one in the pipeline."""

    text: str
    file: str = ""


class Prompts:
    """Compiled once for a step, asked for each of its tasks."""

    def __init__(self, step: Generate, context: Context, files: Files) -> None:
        self._context, self._files = context, files
        self._given = step.prompt.file if isinstance(step.prompt, PromptFile) else step.prompt
        self._in_file = isinstance(step.prompt, PromptFile)
        self._folder = step.prompt.folder if isinstance(step.prompt, PromptFile) else ""
        self._compiled = context.compiled(self._given)
        self._arguments = compiled_fields(context, step.arguments)
        self._references_at = step.references[0].at if step.references else step.at
        self._entries_at = [entry.at for entry in step.references]

    @property
    def at(self) -> Field:
        """The field that has the prompt, or names its file."""
        return self._given

    def of(
        self,
        scope: Scope,
        attached: Sequence[Attached],
        absent: Absent,
        options: Options,
        pictures: Callable[[Address], int],
    ) -> str:
        """The prompt as it is sent: the text that is keyed.

        Args:
            scope: the names of the row.
            attached: the task's references.
            absent: names that have no picture in this task.
            options: the task's.
            pictures: how many pictures a task makes at most.

        """
        prompt = self._rendered(scope)
        if prompt is None:
            return ""
        if not prompt.text:
            self._context.complain("E-PROMPT", self._given.at, "the prompt is empty", row=scope.row)
            return ""
        called, sure = _called(attached, pictures)
        bound = bind(prompt.text, called, absent=absent.names, told=absent.told, pictures=options.series)
        for finding in bound.findings:
            self._tell(finding, prompt, scope)
        if sure < len(called):
            self._expect_sure(bound, called, sure, scope)
        self._advise(bound, options, len(called), scope)
        return bound.text

    def _rendered(self, scope: Scope) -> _Prompt | None:
        if not self._in_file:
            text = self._context.text(self._compiled, self._given, scope)
            return None if text is None else _Prompt(text)
        named = self._context.text(self._compiled, self._given, scope)
        if named is None:
            return None
        path = beside(self._folder, named)
        compiled = self._context.compiled_file(path, self._given, scope.row)
        if compiled is None:
            return None
        if self._arguments:
            given = {name: rendered(self._context, pair, scope) for name, pair in self._arguments.items()}
            scope = scope.with_values(**given)
        text = self._context.text(compiled, self._given, scope)
        return None if text is None else _Prompt(text, path)

    def _expect_sure(self, bound: Bound, called: Sequence[Called], sure: int, scope: Scope) -> None:
        """A group may come short, and every picture behind it would then have another number."""
        late = [
            name
            for each in called[sure:]
            for name in (each.name, *each.ids)
            if unicodedata.normalize("NFC", name) in bound.used
        ]
        if not late:
            return
        message = f'the place of "@{escaped(late[0], limit=60)}" is only known when the group has come'
        hint = "put references to a whole group last, and speak of its pictures in words"
        self._context.complain("E-MENTION-UNSURE", self._given.at, message, hint=hint, row=scope.row)

    def _advise(self, bound: Bound, options: Options, references: int, scope: Scope) -> None:
        for found in advice(
            bound.text,
            size=options.size,
            group=options.group,
            references=references,
            mentioned=bound.mentioned,
        ):
            at = self._references_at if found.field == "references" else self._given.at
            self._context.advise(found.code, at, found.message, hint=found.hint, row=scope.row)

    def _tell(self, finding: Finding, prompt: _Prompt, scope: Scope) -> None:
        at = self._place(finding, prompt)
        if finding.severity == "error":
            self._context.complain(finding.code, at, finding.message, hint=finding.hint, row=scope.row)
        else:
            if finding.entry is not None:
                at = self._entries_at[finding.entry]
            self._context.advise(finding.code, at, finding.message, hint=finding.hint, row=scope.row)

    def _place(self, finding: Finding, prompt: _Prompt) -> Place:
        """Where the mention stands as it was written, in the prompt's file or in the pipeline."""
        if not finding.line:
            return self._given.at
        line = prompt.text.split("\n")[finding.line - 1]
        written = line[finding.column - 1 : finding.column - 1 + finding.length]
        if not prompt.file:
            return inside(self._given, written)
        try:
            source = self._files.text(prompt.file)
        except FilesError:
            return self._given.at
        at = source.find(written)
        if at < 0:
            return self._given.at
        shown = self._files.shown(prompt.file)
        return Place(shown, *_position(source, at), len(written))


def _called(attached: Sequence[Attached], pictures: Callable[[Address], int]) -> tuple[list[Called], int]:
    """What each picture can be called, and how many of them, from the first, are sure of their place."""
    called: list[Called] = []
    sure: int | None = None
    for each in attached:
        given, count = each.given, 1
        if isinstance(given, FromTask) and given.index is None:
            count = pictures(given.task)
        if sure is None and isinstance(given, FromTask) and (count > 1 or given.optional):
            # One picture at least comes, or the task cannot be made.
            sure = len(called) + (not given.optional)
        called += [each.called] * count
    return called, len(called) if sure is None else sure


def inside(given: Field, written: str) -> Place:
    """Where a text stands inside a field, as far as the file's own lines are those of the value."""
    value = given.value if isinstance(given.value, str) else ""
    at = value.find(written)
    is_block = given.first_line > given.at.line
    if at < 0 or ("\n" in value and not is_block):
        return given.at
    line, column = _position(value, at)
    if not is_block:
        # A quoted text starts behind its quote; escapes before the mention may move it.
        return Place(given.at.file, given.at.line, given.indent + column, len(written))
    return Place(given.at.file, given.first_line + line - 1, given.indent + column, len(written))


def _position(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
