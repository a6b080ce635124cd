"""`emulator`: a local server that speaks the API."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import click

from seedream_pipe.cli.terminal import out, say
from seedream_pipe.emulator import Options, serve
from seedream_pipe.errors import SeedreamError

_PATHS: Final = {"302ai": "/doubao", "ark": "/api/v3", "byteplus": "/api/v3"}
"""What a provider's clients put between the host and `/images/generations`."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one. [0]")
@click.option(
    "--ledger", metavar="FILE", type=click.Path(dir_okay=False), help="Write what is billed to a file."
)
@click.option(
    "--latency",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600),
    default=0.0,
    help="Time that a picture takes. [0]",
)
@click.option("--keys", metavar="KEY,…", help="API keys that are accepted. [any but invalid…]")
@click.option("--rate", metavar="N", type=click.IntRange(1), help="Pictures a minute, then 429. [no limit]")
@click.option(
    "--picture-bytes", metavar="N", type=click.IntRange(0), default=0, help="Pad picture files to this size."
)
@click.option("--strict", is_flag=True, help="Refuse fields that the service ignores.")
def emulator(
    *,
    host: str,
    port: int,
    ledger: str | None,
    latency: float,
    keys: str | None,
    rate: int | None,
    picture_bytes: int,
    strict: bool,
) -> int:
    """Run a local server that speaks the API of 302.AI, Ark and ModelArk. Costs nothing.

    Prints its address, and how to use it. Ctrl-C ends it. Pictures are test cards.

    Doors below /_emulator/, with `curl`: a GET of ledger tells what was received and billed; a
    POST to script adds faults for calls to come, as a JSON list such as
    [{"match": "pier", "cut": "before"}]; one to clock moves its clock, {"advance": 90000}, so that
    links die; one to reset begins anew. A fault that does not exist is answered with its name.
    """
    options = Options(
        keys=tuple(filter(None, (keys or "").split(","))),
        latency=latency,
        picture_bytes=picture_bytes,
        pictures_per_minute=rate,
        strict=strict,
        keep_bodies=False,
    )
    ledger_file = Path(ledger) if ledger else None
    try:
        serve(host, port, options=options, ledger_file=ledger_file, out=_Announcement(options))
    except OSError as error:
        raise SeedreamError(
            f"the emulator cannot listen on {host}:{port}: {error.strerror or error}",
            hint="--port 0 takes a free port",
        ) from None
    return 0


class _Announcement(io.StringIO):
    """Hears the address from the server; prints it, and what to type in the other terminal."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._key = options.keys[0] if options.keys else "any"

    def flush(self) -> None:
        url = self.getvalue().strip()
        self.seek(0)
        self.truncate()
        if not url:
            return
        out(url)
        say("the base URL of each provider:")
        for provider, path in _PATHS.items():
            say(f"  {provider:<8}  {url}{path}")
        say("for example, in another terminal:")
        say("  export SEEDREAM_PROVIDER=302ai")
        say(f"  export SEEDREAM_BASE_URL={url}{_PATHS['302ai']}")
        say(f"  export AI302_API_KEY={self._key}")
