"""Commands of the tools: a college's own records in, a report out, as text, JSON, HTML or Word."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.arguments import AsOf, Bare, Language, Place, usage_error
from assistant.commands.opening import begin, open_library, print_json
from assistant.config import shipped
from assistant.types import Scope

if TYPE_CHECKING:
    from assistant.benefits.basis import Grounds
    from assistant.tools.report import Report

# The tools, the pipeline and the libraries behind them are imported by the commands that need them: help answers at once.

tools = typer.Typer()


class Format(StrEnum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    DOCX = "docx"


class KindOfAgreement(StrEnum):
    """What an agreement is about."""

    COOPERATION = "cooperation"
    APPRENTICESHIP = "apprenticeship"
    INTERNSHIP = "internship"


Rules = Annotated[Path | None, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="The college's own rules instead of those that ship.")]
As = Annotated[Format, typer.Option("--format", help="What to write.")]
Into = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; needed for docx.", show_default="standard output")]
In = Annotated[Language, typer.Option(help="Language of the report.")]


@tools.command("check-agreement")
def check_agreement(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The agreement: docx, pdf, md and all else that can be read.")],
    kind: Annotated[KindOfAgreement | None, typer.Option(help="What it is about.", show_default="found out")] = None,
    rules: Rules = None,
    format: As = Format.TEXT,
    out: Into = None,
    language: Annotated[Language | None, typer.Option(help="Language of the report.", show_default="the agreement's")] = None,
    as_of: AsOf = None,
    jurisdiction: Place = "",
    no_corpus: Bare = False,
) -> None:
    """Hold a cooperation, apprenticeship or internship agreement against law and advice, clause by clause.

    The Word document carries the findings as comments where the words stand.
    """
    from assistant.reading.loading import load
    from assistant.tools import agreement, agreement_docx, agreement_report
    from assistant.tools.agreement_rules import AgreementKind, read_agreement_rules

    console = begin(ctx)
    requirements = read_agreement_rules(rules_file(rules, "agreement"))
    source = load(file)
    said = (language.value if language else source.metadata.language) or "zh"
    grounds = _grounds(ctx, no_corpus, Scope(as_of=as_of, jurisdiction=jurisdiction), said)
    check = agreement.check_agreement(source, requirements, agreement.resting(grounds.rest), said, AgreementKind(kind.value) if kind else None)
    if format is Format.DOCX:
        agreement_docx.write_commented(check, _needed(ctx, out))
    else:
        _write(ctx, console, format, out, agreement_report.agreement_report(check), agreement_report.agreement_value(check))


# -- what the commands share ----------------------------------------------------------------------------------


def rules_file(own: Path | None, name: str) -> Path:
    """Return the file of rules: the college's own, or the one that ships."""
    return own or shipped("corpus") / "tools" / f"{name}.yaml"


def _grounds(ctx: typer.Context, bare: bool, scope: Scope, language: str) -> Grounds:
    return open_library(ctx, bare, no_model=True).grounds(scope, language)


def _needed(ctx: typer.Context, out: Path | None) -> Path:
    if out is None:
        raise usage_error(ctx, "--out", "a Word document needs a file. Give --out FILE.docx.")
    return out


def _write(ctx: typer.Context, console: Any, format: Format, out: Path | None, report: Report, value: object) -> None:
    """Write a report as ``format``, to a file or to standard output."""
    if format is Format.DOCX:
        from assistant.tools.report_docx import write_report

        write_report(report, _needed(ctx, out))
    elif format is Format.HTML:
        from assistant.tools.report_html import to_html

        _print(console, to_html(report), out)
    elif format is Format.JSON and out is None:
        print_json(console, value)
    elif format is Format.JSON:
        import json

        _print(console, json.dumps(value, ensure_ascii=False, indent=2) + "\n", out)
    else:
        _show(console, report, out)


def _show(console: Any, report: Report, out: Path | None) -> None:
    from assistant.commands.report_terminal import show_report

    if out is None:
        show_report(console, report)
        return
    from assistant.commands.terminal import console as console_for

    with out.open("w", encoding="utf-8") as file:
        show_report(console_for(file), report)


def _print(console: Any, text: str, out: Path | None) -> None:
    if out is None:
        console.file.write(text)
    else:
        out.write_text(text, encoding="utf-8")
