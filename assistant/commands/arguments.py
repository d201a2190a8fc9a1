"""What can be said on the command line, and the one line that comes back where it is wrong."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from assistant.documents import Audience, Kind
from assistant.errors import AssistantError, MetadataError


class Language(StrEnum):
    """The languages that the product writes."""

    ZH = "zh"
    EN = "en"


def fail(message: str, code: int = 1) -> int:
    """Print ``message`` as one line on standard error and return the exit code."""
    print(" ".join(message.split()), file=sys.stderr)
    return code


def usage_error(ctx: typer.Context, what: str, message: str) -> typer.BadParameter:
    """Return the error that says what is wrong with an argument."""
    return typer.BadParameter(message, ctx=ctx, param_hint=what)


class Commands(TyperGroup):
    """Turns every foreseeable error into one line on standard error and an exit code."""

    def main(self, *args: Any, **options: Any) -> Any:
        options |= {"prog_name": "assistant", "standalone_mode": False}
        try:
            code = super().main(*args, **options)
        except TyperException as error:
            context = getattr(error, "ctx", None)
            name = context.command_path if context else "assistant"
            message = error.format_message().replace("Value error, ", "").rstrip(". ")
            code = fail(f"{name}: {message}. See: {name} --help", error.exit_code)
        except AssistantError as error:
            code = fail(str(error))
        except OSError as error:
            code = fail(f"{error.filename or 'assistant'}: {error.strerror or error}. Check the path, its rights and the disk.")
        sys.exit(code if isinstance(code, int) else 0)


def _known_place(value: str) -> str:
    from assistant.reading.metadata import parse_metadata  # reads YAML: help must not wait for it

    try:
        parse_metadata({"jurisdiction": value}, "--jurisdiction")
    except MetadataError as error:
        raise typer.BadParameter(f"{value!r} is not an ISO 3166 code such as CN, CN-50 or CN-33-ningbo.") from error
    return value


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is not a day such as 2025-01-31.") from error


Question = Annotated[str | None, typer.Argument(help="The question, in Chinese or English.", show_default=False)]
Batch = Annotated[
    Path | None,
    typer.Option(metavar="FILE.jsonl", exists=True, dir_okay=False, help="Take questions from a file with the fields id and question; print JSONL."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[dt.date | None, typer.Option(parser=_day, metavar="DATE", help="Answer as of this day (YYYY-MM-DD).", show_default="today")]
Place = Annotated[str, typer.Option(metavar="CODE", callback=_known_place, help="Where the asker is, as ISO 3166-2 (CN-50).", show_default=False)]
For = Annotated[Audience | None, typer.Option(help="Use only what this audience may see: what is public, and its own.", show_default="all")]
OfKind = Annotated[Kind | None, typer.Option(help="Use only sources of this kind.", show_default="both")]
Bare = Annotated[bool, typer.Option("--no-corpus", help="Leave an empty library empty.")]
NoModel = Annotated[bool, typer.Option("--no-model", help="Answer from the texts alone, whatever chat model is set.")]
Conversation = Annotated[str, typer.Option(metavar="ID", help="Go on with this conversation.", show_default=False)]
