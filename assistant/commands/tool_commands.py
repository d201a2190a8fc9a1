"""Commands of the tools: a college's own records in, a report out, as text, JSON, HTML or Word."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.arguments import AsOf, Bare, Language, Place, fail, usage_error
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


@tools.command()
def index(
    ctx: typer.Context,
    scores: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="Scores of indicators and evaluators; see docs/tools.md.")],
    rules: Rules = None,
    format: As = Format.TEXT,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Compute the quality index: indicators and evaluators by weight, with a radar chart."""
    from assistant.tools import quality
    from assistant.tools.plain import plain_value
    from assistant.tools.quality_report import quality_report

    console = begin(ctx)
    known = quality.read_quality_rules(rules_file(rules, "quality"))
    computed = quality.compute_index(known, quality.read_scores(scores, known))
    report = quality_report(computed, known, _grounds(ctx, no_corpus, Scope(), language.value))
    _write(ctx, console, format, out, report, quality.index_value(computed, language.value) | {"citations": plain_value(report.citations, language.value)})


@tools.command()
def monitor(
    ctx: typer.Context,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Monthly values as CSV or Excel; see docs/tools.md.")],
    period: Annotated[str, typer.Option(metavar="2025Q3|2025", help="A quarter or a year to report on.", show_default="all months")] = "",
    rules: Rules = None,
    format: As = Format.TEXT,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Report on monthly values: how far indicators are met, which keep falling, and who the data come from."""
    from assistant.tools import monitoring
    from assistant.tools.monitoring_report import monitoring_report
    from assistant.tools.plain import plain_value
    from assistant.tools.quality import read_quality_rules

    console = begin(ctx)
    known = monitoring.read_monitoring_rules(rules_file(rules, "monitoring"))
    values, wrong = monitoring.read_values(data)
    _stop_at(wrong)
    found = monitoring.monitor(values, known, read_quality_rules(rules_file(None, "quality"))["indicators"], period)
    report = monitoring_report(found, known, _grounds(ctx, no_corpus, Scope(), language.value))
    _write(ctx, console, format, out, report, monitoring.monitoring_value(found) | {"citations": plain_value(report.citations, language.value)})


@tools.command("map")
def map_(
    ctx: typer.Context,
    search: Annotated[str, typer.Option(metavar="WORDS", help="A major, chain, link, post or skill to look for.", show_default=False)] = "",
    demand: Annotated[str, typer.Option(metavar="TEXT|FILE", help="What an enterprise needs, or a text file that says it.", show_default=False)] = "",
    table: Annotated[list[Path] | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The college's own groups as CSV or Excel.")] = None,
    rules: Rules = None,
    format: As = Format.TEXT,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Show which professional groups serve which industry chains, and which fit an enterprise's demand."""
    from assistant.tools import chains
    from assistant.tools.chains_report import chains_report, demand_report

    if search and demand:
        raise usage_error(ctx, "--demand", "search for words or match a demand, not both.")
    console = begin(ctx)
    known, groups, wrong = chains.read_chains(rules_file(rules, "chains"), table or ())
    _stop_at(wrong)
    grounds = _grounds(ctx, no_corpus, Scope(), language.value)
    if demand:
        matches = chains.match_demand(groups, _text_of(demand))
        _write(ctx, console, format, out, demand_report(matches, known, grounds), chains.matches_value(matches, language.value))
    else:
        report = chains_report(groups, known, grounds, search)
        _write(ctx, console, format, out, report, chains.groups_value(groups, search, language.value))


@tools.command()
def majors(
    ctx: typer.Context,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Majors by year as CSV or Excel; see docs/tools.md.")],
    thresholds: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="The college's thresholds; there are no others.")],
    rules: Rules = None,
    format: As = Format.TEXT,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Say which majors to suspend, reduce or keep, by the college's own thresholds."""
    from assistant.tools import majors as assessing
    from assistant.tools.majors_report import majors_report

    console = begin(ctx)
    known, limits = assessing.read_major_rules(rules_file(rules, "majors")), assessing.read_thresholds(thresholds)
    found, wrong = assessing.read_majors(data)
    _stop_at(wrong)
    assessed = assessing.assess_majors(found, limits)
    report = majors_report(assessed, limits, known, _grounds(ctx, no_corpus, Scope(), language.value))
    _write(ctx, console, format, out, report, assessing.majors_value(assessed))


@tools.command()
def costs(
    ctx: typer.Context,
    damaged_part: Annotated[str, typer.Option(metavar="YUAN", help="Value of a part that a student damaged.", show_default=False)] = "",
    fund_total: Annotated[str, typer.Option(metavar="YUAN", help="Total of a fund to be set up.", show_default=False)] = "",
    income: Annotated[str, typer.Option(metavar="YUAN", help="Yearly income of the industry college.", show_default=False)] = "",
    share: Annotated[str, typer.Option(metavar="PERCENT", help="Share that the enterprise holds.", show_default=False)] = "",
    format: As = Format.TEXT,
    out: Into = None,
    language: In = Language.ZH,
    no_corpus: Bare = False,
) -> None:
    """Compute the risk compensation fund and the income by shares, as a paper describes them."""
    from assistant.tools import costs as sharing

    console = begin(ctx)
    library = open_library(ctx, no_corpus, no_model=True)
    given = {"damaged_part": damaged_part, "fund_total": fund_total, "industry_college_income": income, "share_held": share}
    grounds = library.grounds(Scope(), language.value)
    profile, rows = sharing.share_costs(library.provisions, given, grounds)
    _write(ctx, console, format, out, sharing.costs_report(profile, rows, grounds), sharing.costs_value(rows, language.value))


# -- what the commands share ----------------------------------------------------------------------------------


def rules_file(own: Path | None, name: str) -> Path:
    """Return the file of rules: the college's own, or the one that ships."""
    return own or shipped("corpus") / "tools" / f"{name}.yaml"


def _stop_at(wrong: list[str]) -> None:
    """Print what is wrong with a table, a line for each cell, and fail if there is anything."""
    for line in wrong:
        fail(line)
    if wrong:
        raise typer.Exit(1)


def _text_of(given: str) -> str:
    """Return a text, or what is in the file that it names."""
    path = Path(given) if len(given) < 256 and "\n" not in given else None
    if path is not None and path.is_file():
        from assistant.reading.loading import load

        return load(path).text
    return given


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
