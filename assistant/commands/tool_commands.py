"""Commands of the tools: a college's own records in, a report out, as text, JSON, HTML or Word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.arguments import AsJson, AsOf, Bare, Language, Place, fail, usage_error
from assistant.commands.opening import begin, open_library, print_json
from assistant.types import Scope

if TYPE_CHECKING:
    from assistant.tools.desk import Desk, Result
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
    as_json: AsJson = False,
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
    from assistant.tools.agreement_docx import write_commented
    from assistant.tools.agreement_rules import AgreementKind

    console = begin(ctx)
    source = load(file)
    said = (language.value if language else source.metadata.language) or "zh"
    desk = _desk(ctx, no_corpus, said, {"agreement": rules}, Scope(as_of=as_of, jurisdiction=jurisdiction))
    result, check = desk.agreement(source, AgreementKind(kind.value) if kind else None)
    if format is Format.DOCX:
        write_commented(check, _needed(ctx, out))
    else:
        _write(ctx, console, Format.JSON if as_json else format, out, result)


@tools.command()
def index(
    ctx: typer.Context,
    scores: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="Scores of indicators and evaluators; see docs/tools.md.")],
    rules: Rules = None,
    format: As = Format.TEXT,
    as_json: AsJson = False,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Compute the quality index: indicators and evaluators by weight, with a radar chart."""
    console = begin(ctx)
    _write(ctx, console, Format.JSON if as_json else format, out, _desk(ctx, no_corpus, language.value, {"quality": rules}).index(scores))


@tools.command()
def monitor(
    ctx: typer.Context,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Monthly values as CSV or Excel; see docs/tools.md.")],
    period: Annotated[str, typer.Option(metavar="2025Q3|2025", help="A quarter or a year to report on.", show_default="all months")] = "",
    rules: Rules = None,
    format: As = Format.TEXT,
    as_json: AsJson = False,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Report on monthly values: how far indicators are met, which keep falling, and who the data come from."""
    console = begin(ctx)
    desk = _desk(ctx, no_corpus, language.value, {"monitoring": rules})
    _write(ctx, console, Format.JSON if as_json else format, out, _whole(lambda: desk.monitor(data, period)))


@tools.command("map")
def map_(
    ctx: typer.Context,
    search: Annotated[str, typer.Option(metavar="WORDS", help="A major, chain, link, post or skill to look for.", show_default=False)] = "",
    demand: Annotated[str, typer.Option(metavar="TEXT|FILE", help="What an enterprise needs, or a text file that says it.", show_default=False)] = "",
    table: Annotated[list[Path] | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The college's own groups as CSV or Excel.")] = None,
    rules: Rules = None,
    format: As = Format.TEXT,
    as_json: AsJson = False,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Show which professional groups serve which industry chains, and which fit an enterprise's demand."""
    if search and demand:
        raise usage_error(ctx, "--demand", "search for words or match a demand, not both.")
    console = begin(ctx)
    desk = _desk(ctx, no_corpus, language.value, {"chains": rules})
    _write(ctx, console, Format.JSON if as_json else format, out, _whole(lambda: desk.map(table or (), search, _text_of(demand))))


@tools.command()
def majors(
    ctx: typer.Context,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Majors by year as CSV or Excel; see docs/tools.md.")],
    thresholds: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="The college's thresholds; there are no others.")],
    rules: Rules = None,
    format: As = Format.TEXT,
    as_json: AsJson = False,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Say which majors to suspend, reduce or keep, by the college's own thresholds."""
    console = begin(ctx)
    desk = _desk(ctx, no_corpus, language.value, {"majors": rules})
    _write(ctx, console, Format.JSON if as_json else format, out, _whole(lambda: desk.majors(data, thresholds)))


@tools.command()
def costs(
    ctx: typer.Context,
    damaged_part: Annotated[str, typer.Option(metavar="YUAN", help="Value of a part that a student damaged.", show_default=False)] = "",
    fund_total: Annotated[str, typer.Option(metavar="YUAN", help="Total of a fund to be set up.", show_default=False)] = "",
    income: Annotated[str, typer.Option(metavar="YUAN", help="Yearly income of the industry college.", show_default=False)] = "",
    share: Annotated[str, typer.Option(metavar="PERCENT", help="Share that the enterprise holds.", show_default=False)] = "",
    format: As = Format.TEXT,
    as_json: AsJson = False,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Compute the risk compensation fund and the income by shares, as a paper describes them."""
    console = begin(ctx)
    from assistant.tools.desk import Desk

    library = open_library(ctx, no_corpus, no_model=True)
    given = {"damaged_part": damaged_part, "fund_total": fund_total, "industry_college_income": income, "share_held": share}
    _write(ctx, console, Format.JSON if as_json else format, out, Desk(library.grounds(Scope(), language.value)).costs(library.provisions, given))


# -- what the commands share ----------------------------------------------------------------------------------


def _desk(ctx: typer.Context, bare: bool, language: str, rules: Mapping[str, Path | None], scope: Scope = Scope()) -> Desk:  # noqa: B008  frozen
    """Return the tools over the library, with the college's own rules where it gives some."""
    from assistant.tools.desk import Desk

    own = {name: path for name, path in rules.items() if path is not None}
    return Desk(open_library(ctx, bare, no_model=True).grounds(scope, language), own)


def _whole(compute: Callable[[], Result]) -> Result:
    """Return a result, or print what is wrong with a table, a line for each cell, and fail."""
    from assistant.tools.desk import BadCells

    try:
        return compute()
    except BadCells as error:
        for line in error.lines:
            fail(line)
        raise typer.Exit(1) from error


def _text_of(given: str) -> str:
    """Return a text, or what is in the file that it names."""
    path = Path(given) if len(given) < 256 and "\n" not in given else None
    if path is not None and path.is_file():
        from assistant.reading.loading import load

        return load(path).text
    return given


def _needed(ctx: typer.Context, out: Path | None) -> Path:
    if out is None:
        raise usage_error(ctx, "--out", "a Word document needs a file. Give --out FILE.docx.")
    return out


def _write(ctx: typer.Context, console: Any, format: Format, out: Path | None, result: Result) -> None:
    """Write a result as ``format``, to a file or to standard output."""
    if format is Format.DOCX:
        from assistant.tools.report_docx import write_report

        write_report(result.report, _needed(ctx, out))
    elif format is Format.HTML:
        from assistant.tools.report_html import to_html

        _print(console, to_html(result.report), out)
    elif format is Format.JSON and out is None:
        print_json(console, result.as_json())
    elif format is Format.JSON:
        import json

        _print(console, json.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n", out)
    else:
        _show(console, result.report, out)


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
