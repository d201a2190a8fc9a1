"""The tools in one place: what each takes, and the report and plain values that come back. Commands, API and page all ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from assistant.benefits.basis import Grounds
from assistant.benefits.provisions import Provision
from assistant.config import shipped
from assistant.documents import Source
from assistant.errors import ToolError
from assistant.tools import chains, costs, majors, monitoring, quality
from assistant.tools.agreement import AgreementCheck, check_agreement, resting
from assistant.tools.agreement_report import agreement_report, agreement_value
from assistant.tools.agreement_rules import AgreementKind, read_agreement_rules
from assistant.tools.chains_report import chains_report, demand_report
from assistant.tools.majors_report import majors_report
from assistant.tools.monitoring_report import monitoring_report
from assistant.tools.plain import plain_value
from assistant.tools.quality_report import quality_report
from assistant.tools.report import Report

_T = TypeVar("_T")


class BadCells(ToolError):
    """Cells of a table that are wrong, one line each; ``str(error)`` has the first."""

    def __init__(self, lines: Sequence[str]) -> None:
        more = f" And {len(lines) - 1} more." if len(lines) > 1 else ""
        super().__init__(lines[0] + more)
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool came to, for people and for programs."""

    report: Report
    value: Any

    def as_json(self) -> dict[str, Any]:
        """Return it for programs, with everything cited."""
        value = self.value if isinstance(self.value, dict) else {"results": self.value}
        return {**value, "citations": plain_value(self.report.citations, self.report.language)}


@dataclass(frozen=True)
class Desk:
    """The tools over one library.

    Args:
        grounds: where clauses are looked up, in the language of the reports.
        rules: the college's own file of rules by tool, instead of the one that ships.
    """

    grounds: Grounds
    rules: Mapping[str, Path] = field(default_factory=dict)

    def _file(self, name: str) -> Path:
        return self.rules.get(name) or shipped("corpus") / "tools" / f"{name}.yaml"

    def agreement(self, source: Source, kind: AgreementKind | None = None) -> tuple[Result, AgreementCheck]:
        """Hold an agreement against law and advice.

        Raises:
            ProvisionError: a rule is wrong.
        """
        requirements = read_agreement_rules(self._file("agreement"))
        check = check_agreement(source, requirements, resting(self.grounds.rest), self.grounds.language, kind)
        return Result(agreement_report(check), agreement_value(check)), check

    def index(self, scores: Path | Mapping[str, object]) -> Result:
        """Compute the quality index from a file of scores, or from what it would hold.

        Raises:
            ProvisionError: a rule is wrong.
            ToolError: a score is wrong.
        """
        rules = quality.read_quality_rules(self._file("quality"))
        read = quality.read_scores(scores, rules) if isinstance(scores, Path) else quality.parse_scores(scores, rules, "scores")
        index = quality.compute_index(rules, read)
        return Result(quality_report(index, rules, self.grounds), quality.index_value(index, self.grounds.language))

    def monitor(self, table: Path, period: str = "") -> Result:
        """Report on a table of monthly values.

        Raises:
            ProvisionError: a rule is wrong.
            ToolError: the table or the period is wrong; ``BadCells`` for cells.
        """
        rules = monitoring.read_monitoring_rules(self._file("monitoring"))
        indicators = quality.read_quality_rules(self._file("quality"))["indicators"]
        values = _whole(monitoring.read_values(table))
        found = monitoring.monitor(values, rules, indicators, period)
        return Result(monitoring_report(found, rules, self.grounds), monitoring.monitoring_value(found))

    def map(self, tables: Sequence[Path] = (), search: str = "", demand: str = "") -> Result:
        """Show the groups that have some words, or those that fit a demand.

        Raises:
            ProvisionError: a rule is wrong.
            ToolError: a table or the demand is wrong; ``BadCells`` for cells.
        """
        rules, groups, wrong = chains.read_chains(self._file("chains"), tables)
        _whole((groups, wrong))
        language = self.grounds.language
        if demand:
            matches = chains.match_demand(groups, demand)
            return Result(demand_report(matches, rules, self.grounds), chains.matches_value(matches, language))
        return Result(chains_report(groups, rules, self.grounds, search), chains.groups_value(groups, search, language))

    def majors(self, table: Path, thresholds: Path | Mapping[str, object]) -> Result:
        """Say which majors to suspend, reduce or keep.

        Raises:
            ProvisionError: a rule is wrong.
            ToolError: the table or a threshold is wrong; ``BadCells`` for cells.
        """
        rules = majors.read_major_rules(self._file("majors"))
        limits = majors.read_thresholds(thresholds) if isinstance(thresholds, Path) else majors.parse_thresholds(thresholds, "thresholds")
        assessed = majors.assess_majors(_whole(majors.read_majors(table)), limits)
        return Result(majors_report(assessed, limits, rules, self.grounds), majors.majors_value(assessed))

    def costs(self, provisions: Sequence[Provision], given: Mapping[str, object]) -> Result:
        """Compute the risk compensation fund and the income by shares.

        Raises:
            ToolError: nothing is given.
            ProfileError: a value is no legal one.
        """
        profile, rows = costs.share_costs(provisions, given, self.grounds)
        return Result(costs.costs_report(profile, rows, self.grounds), costs.costs_value(rows, self.grounds.language))


def _whole(read: tuple[_T, Sequence[str]]) -> _T:
    found, wrong = read
    if wrong:
        raise BadCells(wrong)
    return found
