"""What is wrong with a template, told in the words of the person who wrote it."""

from __future__ import annotations

__all__ = ["TemplateError"]


class TemplateError(Exception):
    """A template cannot be read or rendered.

    `line` and `column` count from 1 inside the template's own text; 0 when unknown.
    `file` is the template file as the user would type it; None is the field's own text.
    The place is filled in where it becomes known, on the way out.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        line: int = 0,
        column: int = 0,
        file: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column
        self.file = file
