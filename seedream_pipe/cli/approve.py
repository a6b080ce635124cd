"""`approve FILE TARGET…`: hold tasks at the pictures that they have, or let them go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api import picking
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.deciding import look_only, meant, tell

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@meant
@click.option("--release", is_flag=True, help="Let approved tasks go: they follow the pipeline again.")
@look_only
@options.variant
@options.user
@options.as_json
def approve(
    file: str,
    meant: tuple[str, ...],
    *,
    release: bool,
    look_only: bool,
    variant: Variant,
    as_json: bool,
    **flags: Any,
) -> int:
    """Hold tasks at the pictures that they have, whatever becomes of the pipeline.

    Later edits make them stale but approved: plan, status and why say so, and they are
    never made anew until --release. Other clones know by the .picks.yaml file which
    pictures are meant.
    """
    made = options.settings(**flags)
    project = opened(file, variant)
    if release:
        decision = picking.release(project, meant, settings=made)
        return tell(decision, made, word="released", said={}, look_only=look_only, as_json=as_json)
    decision = picking.approve(project, meant, settings=made)
    return tell(decision, made, word="approved", said={}, look_only=look_only, as_json=as_json)
