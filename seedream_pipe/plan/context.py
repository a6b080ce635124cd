"""What expansion carries along: compiled templates, and the findings with their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.plan.model import FilesError
from seedream_pipe.plan.template import TemplateError, Templates, place
from seedream_pipe.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from seedream_pipe.plan.model import Files
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.plan.tracking import Tracker
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Field

__all__ = ["FAILED", "Context", "Scope", "as_text"]


class _Failed:
    """The value of what could not be rendered; its finding is told already."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED: Final = _Failed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names a template sees, and the row they came from."""

    values: Mapping[str, Any]
    row: Place | None = None

    def with_values(self, **values: Any) -> Scope:
        """The same row with more names."""
        return Scope(values={**self.values, **values}, row=self.row)


class Context:
    """Compiles and renders; what fails becomes a finding.

    `lost` are names whose definition could not be read, which is a finding already:
    a template that misses one of them has none by that. `tracker` is told who reads what,
    when somebody wants to know.
    """

    def __init__(self, files: Files, lost: Collection[str] = (), *, tracker: Tracker | None = None) -> None:
        self.tracker = tracker
        self._templates = Templates(files, used=None if tracker is None else tracker.file)
        self._by_file: dict[str, Rendering | None] = {}
        self.lost = set(lost)
        self.problems: list[Problem] = []
        self._advice: dict[tuple[Place, str], Problem] = {}
        self.failures = 0
        """How often something could not be made, also where no finding says so."""

    def complain(
        self, code: str, at: Place, message: str, *, hint: str = "", row: Place | None = None, same: str = ""
    ) -> None:
        """Add an error; the row that it is about is told beside the place. For `same` see `Problem`."""
        also = (row,) if row else ()
        self.problems.append(Problem(code=code, place=at, message=message, hint=hint, also=also, same=same))
        self.failures += 1

    def advise(self, code: str, at: Place, message: str, *, hint: str = "", row: Place | None = None) -> None:
        """Add a warning; of a code it is told once a place, with how often."""
        known = self._advice.get((at, code))
        if known is not None:
            self._advice[at, code] = replace(known, count=known.count + 1)
            return
        also = (row,) if row else ()
        self._advice[at, code] = Problem(
            code=code, place=at, message=message, hint=hint, severity="warning", also=also
        )

    @property
    def findings(self) -> list[Problem]:
        """Everything that was found so far; no advice on what is wrong, and will change."""
        if self.failures or any(problem.is_error for problem in self.problems):
            return self.problems
        return [*self.problems, *self._advice.values()]

    def compiled(self, given: Field) -> Rendering | None:
        """A field's templates, compiled once; None when they cannot be."""
        try:
            return self._templates.field(given.value)
        except TemplateError as error:
            self._fail(error, given, None)
            return None

    def compiled_file(self, path: str, given: Field, row: Place | None = None) -> Rendering | None:
        """A prompt file that a field names, compiled once; None when it cannot be."""
        if self.tracker is not None:
            self.tracker.file(path)
        if path not in self._by_file:
            self._by_file[path] = None
            try:
                self._by_file[path] = self._templates.file(path)
            except TemplateError as error:
                self._fail(error, given, row)
            except FilesError as error:
                self.complain(error.code, given.at, str(error), hint=error.hint, row=row)
        return self._by_file[path]

    def render(self, rendering: Rendering | None, given: Field, scope: Scope) -> Any:
        """The field's value in this scope; FAILED when its template fails."""
        if rendering is None:
            return FAILED
        if self.tracker is not None:
            self.tracker.at = given.at
        try:
            return rendering.render(scope.values)
        except TemplateError as error:
            self._fail(error, given, scope.row)
            return FAILED

    def text(self, rendering: Rendering | None, given: Field, scope: Scope) -> str | None:
        """The field's value as a text without white space around it; nothing has an empty one.

        None when its template fails, or gives what has no text.
        """
        value = self.render(rendering, given, scope)
        if value is FAILED:
            return None
        text = as_text(value)
        if text is None:
            kind = "map" if isinstance(value, Mapping) else "list"
            self.complain("E-TEMPLATE-VALUE", given.at, f"a {kind} has no text of its own", row=scope.row)
        return text

    def _fail(self, error: TemplateError, given: Field, row: Place | None) -> None:
        if error.code == "E-TEMPLATE-NAME" and any(f'"{name}"' in error.message for name in self.lost):
            self.failures += 1
            return
        self.complain(error.code, place(error, given), error.message, hint=error.hint, row=row)


def as_text(value: Any) -> str | None:
    """A rendered scalar as text without white space around it, as YAML writes it; None of a list or map."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value).strip()
        case _:
            return None
