"""`completion bash|zsh|fish`: the shell's completion script."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from seedream_pipe.cli.terminal import out

_PROGRAM: Final = "seedream-pipe"
_VARIABLE: Final = "_SEEDREAM_PIPE_COMPLETE"
# Bash would take a task's address for two words and end the first at the @, and tag:night at the colon.
_BEFORE: Final = {"bash": "COMP_WORDBREAKS=${COMP_WORDBREAKS//[@:]/}\n"}


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the completion script of a shell.

    It goes where that shell looks for such scripts, and is there in the next shell:

    \b
    seedream-pipe completion bash \\
      > ~/.local/share/bash-completion/completions/seedream-pipe
    seedream-pipe completion zsh \\
      > ~/.zfunc/_seedream-pipe
    seedream-pipe completion fish \\
      > ~/.config/fish/completions/seedream-pipe.fish

    zsh looks into ~/.zfunc when fpath+=~/.zfunc stands before compinit in ~/.zshrc.
    """  # noqa: D301 - click wants the backspace itself
    found = get_completion_class(shell)
    if found is None:
        ctx.fail(f"no completion for {shell}")
    out(_BEFORE.get(shell, "") + found(ctx.find_root().command, {}, _PROGRAM, _VARIABLE).source())
    return 0
