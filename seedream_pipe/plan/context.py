"""What expansion carries along: compiled templates, and the findings with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedream_pipe.plan.model import FilesError
from seedream_pipe.plan.template import TemplateError, Templates, place
from seedream_pipe.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.plan.model import Files
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Field, PromptFile

__all__ = ["Context", "Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names a template sees, and the row they came from."""

    values: Mapping[str, Any]
    row: Place | None = None

    def with_values(self, **values: Any) -> Scope:
        """The same row with more names."""
        return Scope(values={**self.values, **values}, row=self.row)


class Context:
    """Compiles and renders; what fails becomes a finding and the value None."""

    def __init__(self, files: Files) -> None:
        self._templates = Templates(files)
        self.problems: list[Problem] = []

    def complain(
        self, code: str, at: Place, message: str, *, hint: str = "", scope: Scope | None = None
    ) -> None:
        """Add an error; the scope's row is told beside the place."""
        row = scope.row if scope else None
        self.problems.append(
            Problem(code=code, place=at, message=message, hint=hint, also=(row,) if row else ())
        )

    def compiled(self, given: Field) -> Rendering | None:
        """A field's templates, compiled once; None when they cannot be."""
        try:
            return self._templates.field(given.value)
        except TemplateError as error:
            self._fail(error, given, None)
            return None

    def compiled_file(self, given: PromptFile) -> Rendering | None:
        """A prompt file, compiled once; None when it cannot be."""
        try:
            return self._templates.file(str(given.file.value))
        except TemplateError as error:
            self._fail(error, given.file, None)
        except FilesError as error:
            self.complain(error.code, given.file.at, str(error), hint=error.hint)
        return None

    def render(self, rendering: Rendering | None, given: Field, scope: Scope) -> Any:
        """The field's value in this scope; None when its template fails."""
        if rendering is None:
            return None
        try:
            return rendering.render(scope.values)
        except TemplateError as error:
            self._fail(error, given, scope)
            return None

    def _fail(self, error: TemplateError, given: Field, scope: Scope | None) -> None:
        self.complain(error.code, place(error, given), error.message, hint=error.hint, scope=scope)
