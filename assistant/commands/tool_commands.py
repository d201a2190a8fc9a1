"""Commands of the tools: a college's own records in, a report out, as text, JSON, HTML or Word."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from assistant.commands.arguments import AsJson, AsOf, Bare, Language, Place, fail, usage_error
from assistant.commands.opening import begin, open_library, print_json
from assistant.results import Scope

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.tools.desk import Desk, Result
    from assistant.tools.report import Report

# The tools, the pipeline and the libraries behind them are imported by the commands that need them: help answers at once.

tools = typer.Typer()
Tool = TypeVar("Tool", bound="Callable[..., Result]")


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tool works with besides its own input."""

    ctx: typer.Context
    library: Assistant
    desk: Desk


_SHARED: dict[str, tuple[Any, Any]] = {
    "rules": (Rules, None),
    "format": (As, Format.TEXT),
    "as_json": (AsJson, False),
    "out": (Into, None),
    "language": (In, Language.ZH),
    "no_corpus": (Bare, False),
}
"""The options of all reports, with their defaults."""


def reporting(own_rules: str = "", name: str | None = None) -> Callable[[Tool], Tool]:
    """Return what makes a function a command: to its own options come those of all reports, and the result is written as they say.

    Args:
        own_rules: which rules ``--rules`` replaces; without them the command has no such option.
        name: of the command, where it is not the function's.
    """

    def made(tool: Tool) -> Tool:
        def command(ctx: typer.Context, **given: Any) -> None:
            console = begin(ctx)
            shared = {option: given.pop(option, default) for option, (_, default) in _SHARED.items()}
            library = open_library(ctx, shared["no_corpus"], no_model=True)
            asked = Asked(ctx, library, _desk(library, shared["language"].value, {own_rules: shared["rules"]}))
            _write(ctx, console, Format.JSON if shared["as_json"] else shared["format"], shared["out"], _whole(lambda: tool(asked, **given)))

        shared = {option: said for option, said in _SHARED.items() if own_rules or option != "rules"}
        own = list(inspect.signature(tool).parameters.values())[1:]
        command.__annotations__ = {"ctx": typer.Context, **{p.name: p.annotation for p in own}, **{option: kind for option, (kind, _) in shared.items()}}
        kinds = get_type_hints(command, include_extras=True)
        defaults = {"ctx": inspect.Parameter.empty, **{p.name: p.default for p in own}, **{option: default for option, (_, default) in shared.items()}}
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what typer reads
            [inspect.Parameter(p, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kinds[p]) for p, default in defaults.items()]
        )
        command.__doc__ = tool.__doc__
        tools.command(name or tool.__name__)(command)
        return tool

    return made


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
    library = open_library(ctx, no_corpus, no_model=True)
    desk = _desk(library, said, {"agreement": rules}, Scope(as_of=as_of, jurisdiction=jurisdiction))
    result, check = desk.agreement(source, AgreementKind(kind.value) if kind else None)
    if format is Format.DOCX:
        write_commented(check, _needed(ctx, out))
    else:
        _write(ctx, console, Format.JSON if as_json else format, out, result)


@reporting("quality")
def index(
    asked: Asked,
    scores: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="Scores of indicators and evaluators; see docs/tools.md.")],
) -> Result:
    """Compute the quality index: indicators and evaluators by weight, with a radar chart."""
    return asked.desk.index(scores)


@reporting("monitoring")
def monitor(
    asked: Asked,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Monthly values as CSV or Excel; see docs/tools.md.")],
    period: Annotated[str, typer.Option(metavar="2025Q3|2025", help="A quarter or a year to report on.", show_default="all months")] = "",
) -> Result:
    """Report on monthly values: how far indicators are met, which keep falling, and who the data come from."""
    return asked.desk.monitor(data, period)


@reporting("chains", name="map")
def map_(
    asked: Asked,
    search: Annotated[str, typer.Option(metavar="WORDS", help="A major, chain, link, post or skill to look for.", show_default=False)] = "",
    demand: Annotated[str, typer.Option(metavar="TEXT|FILE", help="What an enterprise needs, or a text file that says it.", show_default=False)] = "",
    table: Annotated[list[Path] | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The college's own groups as CSV or Excel.")] = None,
) -> Result:
    """Show which professional groups serve which industry chains, and which fit an enterprise's demand."""
    if search and demand:
        raise usage_error(asked.ctx, "--demand", "search for words or match a demand, not both.")
    return asked.desk.map(table or (), search, _text_of(demand))


@reporting("majors")
def majors(
    asked: Asked,
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Majors by year as CSV or Excel; see docs/tools.md.")],
    thresholds: Annotated[Path, typer.Option(metavar="FILE.yaml", exists=True, dir_okay=False, help="The college's thresholds; there are no others.")],
) -> Result:
    """Say which majors to suspend, reduce or keep, by the college's own thresholds."""
    return asked.desk.majors(data, thresholds)


@reporting()
def costs(
    asked: Asked,
    damaged_part: Annotated[str, typer.Option(metavar="YUAN", help="Value of a part that a student damaged.", show_default=False)] = "",
    fund_total: Annotated[str, typer.Option(metavar="YUAN", help="Total of a fund to be set up.", show_default=False)] = "",
    income: Annotated[str, typer.Option(metavar="YUAN", help="Yearly income of the industry college.", show_default=False)] = "",
    share: Annotated[str, typer.Option(metavar="PERCENT", help="Share that the enterprise holds.", show_default=False)] = "",
) -> Result:
    """Compute the risk compensation fund and the income by shares, as a paper describes them."""
    given = {"damaged_part": damaged_part, "fund_total": fund_total, "industry_college_income": income, "share_held": share}
    return asked.desk.costs(asked.library.provisions, given)


# -- what the commands share ----------------------------------------------------------------------------------


def _desk(library: Assistant, language: str, rules: Mapping[str, Path | None], scope: Scope = Scope()) -> Desk:  # noqa: B008  frozen
    """Return the tools over the library, with the college's own rules where it gives some."""
    from assistant.tools.desk import Desk

    return Desk(library.grounds(scope, language), {name: path for name, path in rules.items() if path is not None})


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
