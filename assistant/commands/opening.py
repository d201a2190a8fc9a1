"""Opening the library for a command, filled first where it is empty; and what results are printed with."""

from __future__ import annotations

import json
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.commands import terminal
from assistant.config import load_settings
from assistant.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.pipeline import Assistant


def begin(ctx: typer.Context) -> Console:
    """Return the console for results; from here on, whatever else is printed goes to standard error."""
    out = terminal.console(sys.stdout)
    ctx.with_resource(redirect_stdout(sys.stderr))
    return out


def open_library(ctx: typer.Context, bare: bool, fill: bool = True, no_model: bool = False, remake: bool = False) -> Assistant:
    """Return the library; an empty one is filled first unless it is to stay bare or is filled by somebody else.

    With ``remake`` one that another model or version made is opened too, to be rebuilt.
    """
    from assistant.pipeline import Assistant

    library = Assistant(load_settings(corpus="" if bare or ctx.obj else None, chat_model="" if no_model else None), remake=remake)
    folder = library.settings.corpus_folder
    if folder is None or not library.curator.is_empty():
        return library
    if not folder.is_dir():
        raise ConfigError(f"ASSISTANT_CORPUS: {str(folder)!r} is not a folder. Correct it, or start bare with --no-corpus.")
    if fill:
        _fill(library, folder)
    return library


def _fill(library: Assistant, folder: Path) -> None:
    screen, started = terminal.console(sys.stderr), time.monotonic()
    screen.print(f"{library.settings.home} is empty and is filled from {folder}. This is done once and takes some minutes.")
    with terminal.progress(screen, "Reading") as step:
        reports = library.curator.fill(step)
    for report in reports:
        if report.outcome == "failed":
            terminal.show_report(screen, report)
    screen.print(f"{sum(r.outcome != 'failed' for r in reports)} of {len(reports)} documents taken in, {time.monotonic() - started:.0f} s.")


def print_json(out: Console, value: object) -> None:
    """Print a value as JSON."""
    out.file.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
