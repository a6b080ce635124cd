"""What is chosen beside a pipeline file: profiles, single values, files of vars.

Imports nothing of ours: the up-to-date check asks for its mark before anything is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Variant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Overlays in their order, ``path=value`` texts in their order, paths of YAML files."""

    profiles: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    vars_files: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        profiles: Sequence[str] = (),
        overrides: Sequence[str] = (),
        vars_files: Sequence[str | os.PathLike[str]] = (),
    ) -> Variant:
        """The variant that a caller's words name."""
        return cls(
            profiles=tuple(profiles),
            overrides=tuple(overrides),
            vars_files=tuple(os.fspath(file) for file in vars_files),
        )

    @property
    def mark(self) -> str:
        """All of it as one text, for telling one variant from another; empty for the file as it stands."""
        if not (self.profiles or self.overrides or self.vars_files):
            return ""
        files = [os.path.abspath(file) for file in self.vars_files]
        return json.dumps([self.profiles, self.overrides, files])
