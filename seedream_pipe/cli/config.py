"""`config`: the settings, and where each comes from."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.configuration import configuration
from seedream_pipe.cli import options
from seedream_pipe.cli.terminal import columns, out, padded, paint
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.api.configuration import Configuration


@click.command()
@options.user
@options.as_json
def config(*, as_json: bool, **flags: Any) -> int:
    """Show each setting and where it comes from: a flag, a variable or the configuration file.

    API keys come from variables; that they are set is shown, and nothing of them.
    """
    found = configuration(options.settings(**flags), os.environ)
    out(json.dumps(asdict(found), ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(found)))
    return 0


def _lines(found: Configuration) -> Iterator[str]:
    rows = [(one.name, escaped(one.value) or "-", escaped(one.origin)) for one in found.settings]
    rows += [
        (one.variable, "set" if one.is_set else "not set", f"key of {one.provider}") for one in found.keys
    ]
    wide = [max(columns(row[index]) for row in rows) for index in (0, 1)]
    for name, value, origin in rows:
        yield f"{padded(name, wide[0])}  {padded(value, wide[1])}  {paint(origin, dim=True)}"
    state = "" if found.file_exists else "  (not there)"
    yield f"{padded('file', wide[0])}  {escaped(found.file)}{state}"
