"""Commands that keep the library: files in and out, its health, and backups."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import wire
from assistant.commands import terminal
from assistant.commands.arguments import AsJson, Bare, fail
from assistant.commands.opening import begin, open_library, print_json
from assistant.config import load_settings

# The pipeline and the registry are imported by the commands that need them: help answers at once.

keeping = typer.Typer()


@keeping.command()
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


@keeping.command()
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


@keeping.command()
def remove(ctx: typer.Context, source_id: Annotated[str, typer.Argument(help="An id as listed by: assistant sources")]) -> None:
    """Remove a source, and prove that nothing of it is left."""
    out = begin(ctx)
    left = open_library(ctx, bare=True).remove(source_id)
    proof = ", ".join(f"{number} {what}" for what, number in left.items())
    if any(left.values()):
        raise typer.Exit(fail(f"{source_id}: not all of it could be removed ({proof} left). Run: assistant doctor, then remove it again."))
    out.print(f"removed {source_id}: {proof} left")


@keeping.command()
def doctor(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Fill the vector index again; make a library of another model or version anew.")] = False,
) -> None:
    """Check the library, put right what is out of step, and say whether the chat model answers."""
    out = begin(ctx)
    library = open_library(ctx, bare=True, remake=rebuild)
    found = library.doctor(rebuild)
    count = terminal.count
    index, held = library.index, count(len(library.sources()), "source")
    out.print(f"{index.home}: {held}, revision {index.registry.revision()}, made with {index.fingerprint}")
    if rebuild:
        out.print(f"Indexed again: {count(len(found.missing), 'vector')}.")
    elif found.in_step:
        out.print("Words, vectors and originals are in step.")
    else:
        orphans, missing, strays = count(len(found.orphans), "vector"), count(len(found.missing), "passage"), count(len(found.strays), "original")
        out.print(f"Put right: {orphans} without a passage deleted, {missing} without a vector given one, {strays} without a source deleted.")
    if found.quoting:
        out.print(f"Words of removed sources taken out of {count(found.quoting, 'answer')} in conversations.")
    if found.lost:
        out.print(f"{count(len(found.lost), 'original')} not in {index.originals.folder} any more: pages cannot be shown. Ingest the files again.")
    if library.settings.chat_model:
        from assistant.commands.talking import check

        if not check(out, library):
            raise typer.Exit(1)


@keeping.command()
def backup(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write, such as library.zip.")]) -> None:
    """Write everything that the library's folder holds into one file; the library may be in use."""
    from assistant.library.backup import write_backup

    out = begin(ctx)
    library = open_library(ctx, bare=True)
    made = write_backup(library.index, file)
    out.print(f"{file}: {terminal.count(len(library.sources()), 'source')}, revision {made.revision}, {terminal.count(len(made.files), 'file')}")
    if library.settings.database_url.get_secret_value():
        out.print("Conversations and accounts are in the database of ASSISTANT_DATABASE_URL: back that up with its own tools.")


@keeping.command()
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
