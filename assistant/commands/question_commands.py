"""Commands that ask something: of the library (search, questions, conversations, benefits), or of the judge."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant import wire
from assistant.commands import terminal
from assistant.commands.arguments import AsJson, AsOf, Bare, Batch, Conversation, For, Language, NoModel, OfKind, Place, Question, fail, usage_error
from assistant.commands.opening import begin, open_library, print_json
from assistant.errors import AssistantError, RowError

if TYPE_CHECKING:
    from rich.console import Console

# The pipeline and the judge are imported by the commands that need them: help answers at once.

asking = typer.Typer()


@asking.command()
def search(
    ctx: typer.Context,
    question: Question = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages to show at most.")] = 10,
    as_of: AsOf = None,
    jurisdiction: Place = "",
    audience: For = None,
    kind: OfKind = None,
    as_json: AsJson = False,
    batch: Batch = None,
    no_corpus: Bare = False,
) -> None:
    """Show the passages nearest to a question."""
    asked = _one_of(ctx, question, batch)
    out = begin(ctx)
    library = open_library(ctx, no_corpus)
    scope = wire.scope_of(as_of, jurisdiction, audience, kind)

    def found(text: str) -> dict[str, Any]:
        return {"question": text, "hits": [wire.hit_to_dict(hit) for hit in library.search(text, k, scope)]}

    if batch:
        _answer_rows(out, batch, ("question",), lambda row: {"id": row["id"], **found(row["question"])})
    elif as_json:
        print_json(out, found(asked))
    else:
        from assistant.language.text import language_of

        terminal.show_hits(out, library.search(asked, k, scope), language_of(asked) == "zh")


@asking.command()
def ask(
    ctx: typer.Context,
    question: Question = None,
    as_of: AsOf = None,
    jurisdiction: Place = "",
    audience: For = None,
    kind: OfKind = None,
    conversation: Conversation = "",
    as_json: AsJson = False,
    batch: Batch = None,
    no_model: NoModel = False,
    no_corpus: Bare = False,
) -> None:
    """Answer a question, each sentence with its source, or say why not."""
    asked = _one_of(ctx, question, batch)
    if batch and conversation:
        raise usage_error(ctx, "--conversation", "questions of a batch stand alone.")
    out = begin(ctx)
    library = open_library(ctx, no_corpus, no_model=no_model)
    scope = wire.scope_of(as_of, jurisdiction, audience, kind)
    if batch:
        _answer_rows(out, batch, ("question",), lambda row: {"id": row["id"], **wire.answer_to_dict(library.ask(row["question"], scope))})
        return
    from assistant.commands import talking

    asker = talking.open_dialogue(library, conversation) if conversation else library
    result = asker.ask(asked, scope) if as_json or not library.settings.chat_model else talking.watched(out, asker.stream(asked, scope))
    if as_json:
        print_json(out, wire.answer_to_dict(result))
    else:
        talking.show(out, result)


@asking.command()
def chat(
    ctx: typer.Context,
    as_of: AsOf = None,
    jurisdiction: Place = "",
    audience: For = None,
    kind: OfKind = None,
    conversation: Conversation = "",
    no_model: NoModel = False,
    no_corpus: Bare = False,
) -> None:
    """Answer one question after the other, follow-ups included; ends with :quit."""
    from assistant.commands import talking

    out = begin(ctx)
    library = open_library(ctx, no_corpus, no_model=no_model)
    talking.talk(out, sys.stdin, talking.open_dialogue(library, conversation), wire.scope_of(as_of, jurisdiction, audience, kind))


@asking.command()
def verify(
    ctx: typer.Context,
    batch: Annotated[Path, typer.Option(metavar="FILE.jsonl", exists=True, dir_okay=False, help="Rows with the fields id, context and response.")],
) -> None:
    """Check responses, sentence by sentence, against their contexts; print JSONL."""
    out = begin(ctx)
    judge = open_library(ctx, bare=True).judge
    _answer_rows(out, batch, ("context", "response"), lambda row: wire.response_to_dict(row["id"], judge.respond(row["context"], row["response"])))


@asking.command()
def benefits(
    ctx: typer.Context,
    profile: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="What is known of the enterprise; see docs/benefits.md.")],
    as_of: AsOf = None,
    jurisdiction: Place = "",
    language: Annotated[Language, typer.Option(help="Language of the worksheet.")] = Language.ZH,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the audit sheet for a spreadsheet.", show_default=False)] = None,
    docx: Annotated[Path | None, typer.Option(metavar="FILE.docx", help="Write the audit sheet as a Word document.", show_default=False)] = None,
    no_corpus: Bare = False,
) -> None:
    """Compute what an enterprise may claim and what it owes, each row with its conditions, formula and clause."""
    from assistant.benefits.profile import read_profile
    from assistant.commands.worksheet_terminal import show_worksheet

    out = begin(ctx)
    known = read_profile(profile)
    sheet = open_library(ctx, no_corpus).check_benefits(known, wire.scope_of(as_of, jurisdiction), language.value)
    if csv or docx:
        from assistant.benefits.worksheet_export import write_csv, write_docx

        for path, write in ((csv, write_csv), (docx, write_docx)):
            if path:
                write(sheet, path)
    if as_json:
        print_json(out, wire.worksheet_to_dict(sheet))
    else:
        show_worksheet(out, sheet)


# -- what the commands share ----------------------------------------------------------------------------------


def _one_of(ctx: typer.Context, question: str | None, batch: Path | None) -> str:
    """Return the question, or nothing where a file of questions is given instead."""
    if (question is None) == (batch is None):
        raise usage_error(ctx, "QUESTION", "give either a question or --batch FILE.jsonl.")
    if question is not None and not question.strip():
        raise usage_error(ctx, "QUESTION", "the question is blank.")
    return question or ""


def _answer_rows(out: Console, path: Path, keys: tuple[str, ...], answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Print one line of JSON for each row as soon as it is there; report bad rows, go on, and exit 1 at the end."""
    failed = False
    for row in wire.read_rows(path, keys):
        if isinstance(row, RowError):
            failed = bool(fail(str(row)))
            continue
        try:
            line = json.dumps(answer(row), ensure_ascii=False)
        except AssistantError as error:
            failed = bool(fail(f"{path}: row {row['id']!r}: {error}"))
            continue
        out.file.write(line + "\n")
        out.file.flush()
    if failed:
        raise typer.Exit(1)
