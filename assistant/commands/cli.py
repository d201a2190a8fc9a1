"""The command line. Results go to standard output, all else (progress, errors, what libraries print) to standard error.

Exit codes: 0 done (a refusal is an answer too), 1 failed, 2 wrong usage. An error is one line, without a traceback.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import assistant
from assistant import wire
from assistant.commands import terminal
from assistant.commands.arguments import (
    AsJson,
    AsOf,
    Bare,
    Batch,
    Commands,
    Conversation,
    For,
    Language,
    NoModel,
    OfKind,
    Place,
    Question,
    fail,
    usage_error,
)
from assistant.commands.opening import begin, open_library, print_json
from assistant.commands.people_commands import tokens, users
from assistant.commands.tool_commands import tools
from assistant.config import load_settings
from assistant.errors import AssistantError, RowError

if TYPE_CHECKING:
    from rich.console import Console


# The pipeline, the registry, the judge and the page are imported by the commands that need them: help answers at once.


app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(tools)
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


# -- the library ----------------------------------------------------------------------------------------------


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    metadata: Annotated[Path | None, typer.Option(metavar="FILE", help="YAML with what is known of the files.", show_default=False)] = None,
    as_json: AsJson = False,
    no_corpus: Bare = False,
) -> None:
    """Take in files and folders; exit 1 if any failed."""
    from assistant.curation import outcomes

    out = begin(ctx)
    library = open_library(ctx, no_corpus)
    reports = []
    screen = out if out.is_terminal and not as_json else terminal.console(sys.stderr)
    with terminal.progress(screen, "Reading") as step:
        for report in library.ingest(paths, metadata, step):
            reports.append(report)
            if not as_json:
                terminal.show_report(out, report)
    summary = outcomes(reports)
    if as_json:
        print_json(out, {"files": [wire.report_to_dict(r) for r in reports], "summary": summary})
    else:
        terminal.show_summary(out, summary)
    if summary.get("failed"):
        raise typer.Exit(1)


@app.command()
def sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List what is in the library."""
    from assistant.library.registry import Registry

    out = begin(ctx)
    home = load_settings().home
    rows = Registry(home).sources() if (home / "library.sqlite").exists() else []
    if as_json:
        print_json(out, [wire.source_to_dict(row) for row in rows])
    elif rows:
        terminal.show_sources(out, rows)
    else:
        out.print(f"{home}: the library is empty. Ask a question to fill it from the corpus that ships, or run: assistant ingest PATH")


@app.command()
def remove(ctx: typer.Context, source_id: Annotated[str, typer.Argument(help="An id as listed by: assistant sources")]) -> None:
    """Remove a source, and prove that nothing of it is left."""
    out = begin(ctx)
    left = open_library(ctx, bare=True).remove(source_id)
    proof = ", ".join(f"{number} {what}" for what, number in left.items())
    if any(left.values()):
        raise typer.Exit(fail(f"{source_id}: not all of it could be removed ({proof} left). Run: assistant doctor, then remove it again."))
    out.print(f"removed {source_id}: {proof} left")


@app.command()
def doctor(ctx: typer.Context, rebuild: Annotated[bool, typer.Option("--rebuild", help="Make all vectors again.")] = False) -> None:
    """Check the library, put right what is out of step, and say whether the chat model answers."""
    out = begin(ctx)
    library = open_library(ctx, bare=True)
    found = library.doctor(rebuild)
    count = terminal.count
    index, held = library.index, count(len(library.sources()), "source")
    out.print(f"{index.home}: {held}, revision {index.registry.revision()}, made with {index.fingerprint}")
    if rebuild:
        out.print(f"Made again: {count(len(found.missing), 'vector')}.")
    elif found.in_step:
        out.print("Words, vectors and originals are in step.")
    else:
        orphans, missing, strays = count(len(found.orphans), "vector"), count(len(found.missing), "passage"), count(len(found.strays), "original")
        out.print(f"Put right: {orphans} without a passage deleted, {missing} without a vector embedded, {strays} without a source deleted.")
    if found.quoting:
        out.print(f"Words of removed sources taken out of {count(found.quoting, 'answer')} in conversations.")
    if found.lost:
        out.print(f"{count(len(found.lost), 'original')} not in {index.originals.folder} any more: pages cannot be shown. Ingest the files again.")
    if library.settings.chat_model:
        from assistant.commands.talking import check

        if not check(out, library):
            raise typer.Exit(1)


@app.command()
def backup(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write, such as library.zip.")]) -> None:
    """Write everything that the library's folder holds into one file; the library may be in use."""
    from assistant.library.backup import write_backup

    out = begin(ctx)
    library = open_library(ctx, bare=True)
    made = write_backup(library.index, file)
    out.print(f"{file}: {terminal.count(len(library.sources()), 'source')}, revision {made.revision}, {terminal.count(len(made.files), 'file')}")
    if library.settings.database_url.get_secret_value():
        out.print("Conversations and accounts are in the database of ASSISTANT_DATABASE_URL: back that up with its own tools.")


@app.command()
def restore(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A backup.")]) -> None:
    """Put a backup into ASSISTANT_HOME, which must be empty or new, and check it."""
    from assistant.library.backup import restore_backup

    out = begin(ctx)
    home = load_settings().home
    made = restore_backup(file, home)
    library = open_library(ctx, bare=True)
    found = library.doctor()
    again = "" if found.clean else f", {terminal.count(len(found.missing), 'vector')} made again"
    out.print(f"{home}: {terminal.count(len(library.sources()), 'source')}, revision {made.revision}, as of {made.made}{again}")


# -- questions ------------------------------------------------------------------------------------------------


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def verify(
    ctx: typer.Context,
    batch: Annotated[Path, typer.Option(metavar="FILE.jsonl", exists=True, dir_okay=False, help="Rows with the fields id, context and response.")],
) -> None:
    """Check responses, sentence by sentence, against their contexts; print JSONL."""
    out = begin(ctx)
    judge = open_library(ctx, bare=True).judge
    _answer_rows(out, batch, ("context", "response"), lambda row: wire.response_to_dict(row["id"], judge.respond(row["context"], row["response"])))


@app.command()
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


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.", show_default="7860")] = None,
    no_corpus: Bare = False,
) -> None:
    """Open the page and the HTTP API; an empty library is filled meanwhile."""
    from assistant import serving

    library = open_library(ctx, no_corpus, fill=False)
    serving.launch(library, host or library.settings.host, library.settings.port if port is None else port)


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
