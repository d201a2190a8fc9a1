"""Early warning and exit of majors: reduce, suspend or keep, by thresholds that the college sets and by nothing else.

A major is suspended if enough measures were below their lower mark in each of the last ``years`` years; its enrolment is
reduced if enough are below their upper mark in the last year. While a value is missing that could change the outcome, the
outcome is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import MetadataError, ProvisionError, ToolError
from assistant.reading.metadata import read_metadata_file
from assistant.tools.plain import plain_value
from assistant.tools.rules import Rules, read_rules
from assistant.tools.tables import read_table

SECTIONS: Mapping[str, Sequence[str]] = {"measures": (), "actions": ()}
COLUMNS = {
    "major": ("专业", "major"),
    "year": ("年份", "年度", "year"),
    "enrolment": ("招生完成率", "招生完成率（%）", "enrolment", "enrollment"),
    "employment": ("就业率", "就业率（%）", "employment"),
    "cooperation": ("校企合作深度", "合作深度", "cooperation"),
}
_HIGHEST = {"cooperation": Decimal(100), "employment": Decimal(100), "enrolment": Decimal(1000)}


class Action(StrEnum):
    """What becomes of a major."""

    SUSPEND = "suspend"
    REDUCE = "reduce"
    OPEN = "open"
    """A value is missing that could change it."""
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Marks:
    """Below which value a measure speaks for reducing, and for suspending."""

    reduce_below: Decimal
    suspend_below: Decimal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the college set."""

    marks: Mapping[str, Marks]
    years: int
    to_suspend: int
    to_reduce: int


@dataclass(frozen=True, slots=True)
class Major:
    """A major with its values by year and measure."""

    name: str
    years: Mapping[int, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Assessed:
    """A major with what becomes of it, the measures that speak for it in the last year, and what is missing."""

    major: Major
    action: Action
    low: tuple[str, ...]
    missing: tuple[tuple[int, str], ...]


def read_major_rules(path: Path) -> Rules:
    """Return the measures and actions of a file.

    Raises:
        ProvisionError: an entry is wrong, or one is missing.
    """
    rules = read_rules(path, SECTIONS)
    for name in (*_HIGHEST, *(action for action in Action if action is not Action.OPEN)):
        if name not in rules["measures"] and name not in rules["actions"]:
            raise ProvisionError(f"{path}: {str(name)!r} is missing. Write it there, as in the file that ships.")
    return rules


def read_thresholds(path: Path) -> Thresholds:
    """Return the thresholds in a YAML file.

    Raises:
        ToolError: it cannot be read, or lacks one.
    """
    try:
        return parse_thresholds(read_metadata_file(path), str(path))
    except MetadataError as error:
        raise ToolError(str(error)) from error


def parse_thresholds(given: Mapping[str, object], where: str) -> Thresholds:
    """Return the thresholds that a mapping holds; every one must be there, for none has a default."""
    legal = ("years", "measures_to_suspend", "measures_to_reduce", *_HIGHEST)
    for key in given:
        if key not in legal:
            raise ToolError(f"{where}: key {key!r} is not one of {', '.join(legal)}. Remove or rename it there.")
    for key in legal:
        if key not in given:
            raise ToolError(f"{where}: {key!r} is missing. The college sets it; no paper does. Write it there.")
    marks = {name: _marks(given[name], f"{where}: {name}") for name in _HIGHEST}
    whole = [_whole(given[key], f"{where}: {key}", len(_HIGHEST) if key != "years" else 10) for key in legal[:3]]
    return Thresholds(marks, *whole)


def _marks(given: object, where: str) -> Marks:
    if not isinstance(given, Mapping) or set(given) != {"reduce_below", "suspend_below"}:
        raise ToolError(f"{where}: write {{reduce_below: …, suspend_below: …}} there.")
    try:
        marks = Marks(Decimal(str(given["reduce_below"])), Decimal(str(given["suspend_below"])))
    except InvalidOperation:
        raise ToolError(f"{where}: {given['reduce_below']!r} and {given['suspend_below']!r} are not two numbers. Correct them there.") from None
    if marks.suspend_below > marks.reduce_below:
        raise ToolError(f"{where}: suspend_below {marks.suspend_below} is above reduce_below {marks.reduce_below}. Correct them there.")
    return marks


def _whole(given: object, where: str, most: int) -> int:
    text = str(given)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise ToolError(f"{where}: {text[:20]!r} is not a number from 1 to {most}. Correct it there.")
    return int(text)


def read_majors(path: Path) -> tuple[list[Major], list[str]]:
    """Return the majors of a table, and one line for each cell that is wrong.

    Raises:
        ToolError: the file is no table, or lacks a column.
    """
    rows, problems = read_table(path, COLUMNS, tuple(COLUMNS))
    found: dict[str, dict[int, dict[str, Decimal]]] = {}
    for row in rows:
        name = row.text("major", problems)
        year = row.number_in("year", problems, Decimal(1990), Decimal(2100))
        values = {key: row.number_in(key, problems, Decimal(0), highest) for key, highest in _HIGHEST.items()}
        if not name or year is None:
            if name and not row.cells.get("year"):
                row.text("year", problems)
            continue
        years = found.setdefault(name, {})
        if int(year) in years:
            problems.lines.append(f"{path}: row {row.number}: {name!r} has a row for {int(year)} already. Remove one.")
            continue
        years[int(year)] = {key: value for key, value in values.items() if value is not None}
    return [Major(name, dict(sorted(years.items()))) for name, years in found.items()], problems.lines


def assess_majors(majors: Sequence[Major], thresholds: Thresholds) -> list[Assessed]:
    """Return what becomes of each major, those to suspend first."""
    order = list(Action)
    return sorted((_assess(major, thresholds) for major in majors), key=lambda a: (order.index(a.action), a.major.name))


def majors_value(assessed: Sequence[Assessed]) -> list[dict[str, Any]]:
    """Return assessed majors as plain values for JSON."""
    return [
        {
            "major": a.major.name,
            "action": a.action.value,
            "low": list(a.low),
            "missing": [{"year": year, "measure": name} for year, name in a.missing],
            "years": plain_value(a.major.years, "en"),
        }
        for a in assessed
    ]


def _assess(major: Major, thresholds: Thresholds) -> Assessed:
    last = max(major.years)
    years = range(last - thresholds.years + 1, last + 1)
    missing = tuple((year, name) for year in years for name in thresholds.marks if name not in major.years.get(year, {}))
    low = tuple(name for name, marks in thresholds.marks.items() if (v := major.years[last].get(name)) is not None and v < marks.reduce_below)
    sure, possible = (_outcome(major, thresholds, years, last, known) for known in (True, False))
    return Assessed(major, sure if sure is possible else Action.OPEN, low, missing)


def _outcome(major: Major, thresholds: Thresholds, years: Sequence[int], last: int, only_known: bool) -> Action:
    """Return the outcome where a missing value speaks for keeping (``only_known``), or else for suspending."""

    def below(year: int, lower: bool) -> int:
        count = 0
        for name, marks in thresholds.marks.items():
            value = major.years.get(year, {}).get(name)
            mark = marks.suspend_below if lower else marks.reduce_below
            count += (not only_known) if value is None else value < mark
        return count

    if all(below(year, lower=True) >= thresholds.to_suspend for year in years):
        return Action.SUSPEND
    return Action.REDUCE if below(last, lower=False) >= thresholds.to_reduce else Action.KEEP
