"""`schema [NAME]`: the JSON Schemas."""

from __future__ import annotations

import json

import click

from seedream_pipe.cli.terminal import out
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import did_you_mean
from seedream_pipe.spec import schema as schemas


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> int:
    """List the JSON Schemas, or print the one of that NAME.

    An editor that has the pipeline's schema completes and checks while you type:
    schema pipeline > pipeline.schema.json
    """
    known = schemas.names()
    if name is None:
        wide = max(map(len, known), default=0)
        out("\n".join(f"{one:<{wide}}  {schemas.schema(one).get('title', '')}".rstrip() for one in known))
        return 0
    if name not in known:
        raise UsageError(
            f'there is no schema "{name}"', hint=did_you_mean(name, known) or "known: " + ", ".join(known)
        )
    out(json.dumps(schemas.schema(name), ensure_ascii=False, indent=2))
    return 0
