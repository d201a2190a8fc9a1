"""The command line. Results go to standard output, all else (progress, errors, what libraries print) to standard error.

Exit codes: 0 done (a refusal is an answer too), 1 failed, 2 wrong usage. An error is one line, without a traceback.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import assistant
from assistant.commands.arguments import Commands
from assistant.commands.library_commands import keeping
from assistant.commands.question_commands import asking
from assistant.commands.server_commands import serving, tokens, users
from assistant.commands.tool_commands import tools

app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
for family in (keeping, asking, serving, tools):
    app.add_typer(family)
app.add_typer(users, name="users")
app.add_typer(tokens, name="tokens")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"assistant {assistant.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    no_corpus: Annotated[bool, typer.Option("--no-corpus", help="Leave an empty library empty, whatever the command.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Answer questions about policies and cases from documents, each sentence pinned to the words that carry it.

    The library is kept in ASSISTANT_HOME (.assistant in the working folder). On first use it is filled from the corpus that ships.
    """
    ctx.obj = no_corpus
