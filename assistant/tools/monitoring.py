"""Dynamic monitoring: monthly values of indicators, warnings when one keeps falling, and who the data come from.

An indicator has fallen for three months in a row when each of three successive months is below the month before it, which
takes four monthly values without a gap. The number of months is a rule (``monitoring.yaml``), not a constant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import ProvisionError, ToolError
from assistant.tools.plain import plain_value
from assistant.tools.rules import Rule, Rules, read_rules
from assistant.tools.tables import Problems, TableRow, read_table

SECTIONS = {"rules": ("months",), "suggestions": ()}
COLUMNS = {
    "month": ("月份", "月", "month"),
    "indicator": ("指标", "indicator"),
    "value": ("数值", "值", "value"),
    "target": ("目标", "目标值", "target"),
    "origin": ("来源", "数据来源", "source", "origin"),
}
_MONTH = re.compile(r"(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>1[0-2]|0?[1-9])(?:\s?月)?(?:[-/.]\d{1,2}(?: 00:00:00)?)?")
_ORIGINS = {"企业": "enterprise", "企业反馈": "enterprise", "enterprise": "enterprise", "enterprises": "enterprise"}
_OWN = {"学校": "own", "本校": "own", "本校统计": "own", "院校": "own", "自行统计": "own", "own": "own", "college": "own", "school": "own"}
_OTHER = {"第三方": "other", "其他": "other", "other": "other", "third party": "other"}


class Month(NamedTuple):
    """A month; months are ordered and one follows the other."""

    year: int
    month: int

    def next(self) -> Month:
        """Return the month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def quarter(self) -> str:
        """Its quarter: ``2025Q3``."""
        return f"{self.year}Q{(self.month + 2) // 3}"

    def __str__(self) -> str:
        """Return it as ``2025-03``."""
        return f"{self.year}-{self.month:02d}"


class Origin(StrEnum):
    """Who a value comes from."""

    ENTERPRISE = "enterprise"
    OWN = "own"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Value:
    """One monthly value of an indicator."""

    month: Month
    indicator: str
    value: Decimal
    target: Decimal | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Warned:
    """An indicator that kept falling: the months, from the one before the first fall, and the values."""

    indicator: str
    months: tuple[Month, ...]
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The values of an indicator by month, with what it is to reach."""

    indicator: str
    rule: str
    """The id of the indicator in the rules; empty for the college's own."""
    values: Mapping[Month, Decimal]
    target: Decimal | None

    @property
    def last(self) -> Month:
        """The last month with a value."""
        return max(self.values)

    @property
    def completion(self) -> Decimal | None:
        """The last value in percent of the target."""
        return None if not self.target else self.values[self.last] / self.target * 100


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What the values of some months come to."""

    period: str
    months: tuple[Month, ...]
    trends: tuple[Trend, ...]
    warnings: tuple[Warned, ...]
    origins: Mapping[Origin, int]
    gaps: tuple[tuple[str, Month], ...]
    """Months of the period in which an indicator has no value."""

    @property
    def enterprise_share(self) -> Decimal | None:
        """Percent of the values whose origin is known that come from enterprises."""
        known = sum(count for origin, count in self.origins.items() if origin is not Origin.UNKNOWN)
        return None if not known else Decimal(100 * self.origins.get(Origin.ENTERPRISE, 0)) / known


def read_monitoring_rules(path: Path) -> Rules:
    """Return the rules of a file.

    Raises:
        ProvisionError: an entry is wrong.
    """
    rules = read_rules(path, SECTIONS)
    for needed in ("decline", "enterprise-share", "quarterly", "yearly"):
        if needed not in rules["rules"]:
            raise ProvisionError(f"{path}: rules: {needed!r} is missing. Write it there, as in the file that ships.")
    falling_months(rules)
    return rules


def falling_months(rules: Rules) -> int:
    """Return after how many falls in a row a warning is raised."""
    given = str(rules["rules"]["decline"].values.get("months", ""))
    if not given.isdigit() or not 1 <= int(given) <= 24:
        raise ProvisionError(f"{rules.path}: rules: decline: months {given!r} is not a number from 1 to 24. Correct it there.")
    return int(given)


def read_values(path: Path) -> tuple[list[Value], list[str]]:
    """Return the monthly values of a table, and one line for each cell that is wrong.

    Raises:
        ToolError: the file is no table, or lacks a column.
    """
    rows, problems = read_table(path, COLUMNS, ("month", "indicator", "value"))
    values: list[Value] = []
    seen: dict[tuple[Month, str, Origin], int] = {}
    for row in rows:
        value = _value(row, problems)
        if value is None:
            continue
        key = value.month, value.indicator, value.origin
        if key in seen:
            problems.lines.append(f"{path}: row {row.number}: {value.indicator!r} has a value for {value.month} in row {seen[key]} already. Remove one.")
            continue
        seen[key] = row.number
        values.append(value)
    return values, problems.lines


def _value(row: TableRow, problems: Problems) -> Value | None:
    before = len(problems.lines)
    month = _month(row, problems)
    indicator = row.text("indicator", problems)
    if not row.cells.get("value"):
        row.text("value", problems)
    value, target = row.number_in("value", problems), row.number_in("target", problems)
    origin = _origin(row, problems)
    if len(problems.lines) > before or month is None or value is None:
        return None
    return Value(month, indicator, value, target, origin)


def _month(row: TableRow, problems: Problems) -> Month | None:
    given = row.text("month", problems)
    match = _MONTH.fullmatch(given)
    if match is None:
        if given:
            problems.add(row.number, row.heads["month"], given, "a month such as 2025-03")
        return None
    return Month(int(match["year"]), int(match["month"]))


def _origin(row: TableRow, problems: Problems) -> Origin:
    given = row.cells.get("origin", "").casefold()
    known = {**_ORIGINS, **_OWN, **_OTHER}
    if given and given not in known:
        problems.add(row.number, row.heads["origin"], given, "enterprise, own or other (企业、本校、其他)")
    return Origin(known[given]) if given in known else Origin.UNKNOWN


def monitor(values: Sequence[Value], rules: Rules, indicators: Mapping[str, Rule], period: str = "") -> Monitoring:
    """Return what the values come to.

    Args:
        indicators: the indicators of the quality index, so that suggestions are found for them by id or name.
        period: ``2025Q3`` or ``2025``; all months where empty. Warnings look back beyond the period's first month.

    Raises:
        ToolError: the period has another form, or no value.
    """
    inside = sorted({v.month for v in values if _is_in(v.month, period)})
    if not inside:
        known = ", ".join(sorted({v.month.quarter for v in values}))
        raise ToolError(f"{period or 'the table'}: has no values. Choose a year, or one of the quarters {known}.")
    months = _all_months(inside, period)
    names = dict.fromkeys(v.indicator for v in values if v.month in months)
    full = {name: _by_month(v for v in values if v.indicator == name) for name in names}
    trends = tuple(_trend(name, full[name], months, values, indicators) for name in names)
    falls = falling_months(rules)
    warnings = tuple(w for name in names for w in _declines(name, full[name], falls) if w.months[-1] in months)
    origins: dict[Origin, int] = {}
    for value in values:
        if value.month in months:
            origins[value.origin] = origins.get(value.origin, 0) + 1
    gaps = tuple((trend.indicator, month) for trend in trends for month in months if month not in trend.values)
    return Monitoring(period, tuple(months), trends, warnings, origins, gaps)


def monitoring_value(found: Monitoring) -> dict[str, Any]:
    """Return what was found as plain values for JSON."""
    value = {
        "period": found.period,
        "months": [str(month) for month in found.months],
        "indicators": [
            {
                "indicator": trend.indicator,
                "rule": trend.rule,
                "values": {str(month): value for month, value in trend.values.items()},
                "target": trend.target,
                "completion": trend.completion,
            }
            for trend in found.trends
        ],
        "warnings": [{"indicator": w.indicator, "months": [str(m) for m in w.months], "values": w.values} for w in found.warnings],
        "origins": found.origins,
        "enterprise_share": found.enterprise_share,
        "gaps": [{"indicator": name, "month": str(month)} for name, month in found.gaps],
    }
    return dict(plain_value(value, "en"))


def _is_in(month: Month, period: str) -> bool:
    if period and not re.fullmatch(r"20\d\d(?:Q[1-4])?", period):
        raise ToolError(f"{period!r} is neither a year such as 2025 nor a quarter such as 2025Q3. Correct it.")
    return not period or period in (month.quarter, str(month.year))


def _all_months(inside: Sequence[Month], period: str) -> list[Month]:
    """Return every month of a quarter; else the months from the first value to the last."""
    first, last = inside[0], inside[-1]
    if "Q" in period:
        first, last = Month(first.year, (first.month - 1) // 3 * 3 + 1), Month(first.year, (first.month - 1) // 3 * 3 + 3)
    out = [first]
    while out[-1] < last:
        out.append(out[-1].next())
    return out


def _by_month(values: Iterable[Value]) -> dict[Month, Decimal]:
    """Return one value a month: where several sources report, their mean."""
    given: dict[Month, list[Decimal]] = {}
    for value in values:
        given.setdefault(value.month, []).append(value.value)
    return {month: sum(several, Decimal(0)) / len(several) for month, several in sorted(given.items())}


def _trend(name: str, by_month: Mapping[Month, Decimal], months: Sequence[Month], values: Sequence[Value], indicators: Mapping[str, Rule]) -> Trend:
    targets = [v for v in values if v.indicator == name and v.target is not None and v.month <= months[-1]]
    target = max(targets, key=lambda v: v.month).target if targets else None
    rule = next((key for key, r in indicators.items() if name.casefold() in (key, r.text.zh.casefold(), r.text.en.casefold())), "")
    return Trend(name, rule, {month: by_month[month] for month in months if month in by_month}, target)


def _declines(name: str, by_month: Mapping[Month, Decimal], falls: int) -> list[Warned]:
    """Return each run of at least ``falls`` falls from month to month, as long as it is."""
    out, run = [], list(by_month)[:1]
    for before, after in pairwise(by_month):
        if after == before.next() and by_month[after] < by_month[before]:
            run.append(after)
            continue
        out.append(run)
        run = [after]
    out.append(run)
    return [Warned(name, tuple(run), tuple(by_month[m] for m in run)) for run in out if len(run) > falls]
