"""The quality index: indicators by weight, and evaluators by weight, as a paper proposes them or as a college lays down itself.

    index = Σ weight of indicator × score ÷ Σ weights      (Table 1 of the paper)
    composite = Σ weight of evaluator × score ÷ Σ weights  (its section 3.4.3)

The paper says neither how a measured value becomes a score nor where a grade begins. A score is given from 0 to 100, or as a
value with the college's own ``worst`` and ``best``; grades are named only where the college gives their boundaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from assistant.errors import MetadataError, ProvisionError, ToolError
from assistant.reading.metadata import read_metadata_file
from assistant.tools.plain import plain_value
from assistant.tools.rules import Rule, Rules, read_rules

SECTIONS = {"groups": (), "indicators": ("group", "weight", "sources"), "evaluators": ("weight", "example"), "notes": ("printed",)}
GRADES = ("excellent", "good", "qualified", "unqualified")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a college gives: a score from 0 to 100 for indicators and evaluators, and where its grades begin."""

    name: str
    indicators: Mapping[str, Decimal]
    evaluators: Mapping[str, Decimal]
    grades: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Part:
    """An indicator or evaluator with its weight in percent of all, its score, and what it adds; ``None`` while there is no score."""

    rule: Rule
    weight: Decimal
    score: Decimal | None

    @property
    def points(self) -> Decimal | None:
        """What it adds to the whole."""
        return None if self.score is None else self.weight * self.score / _HUNDRED


@dataclass(frozen=True, slots=True)
class Whole:
    """Parts and what they come to; ``None`` while a part has no score."""

    parts: tuple[Part, ...]
    value: Decimal | None

    @property
    def missing(self) -> tuple[Rule, ...]:
        """The rules of the parts without a score."""
        return tuple(part.rule for part in self.parts if part.score is None)


@dataclass(frozen=True, slots=True)
class QualityIndex:
    """The index of a college: by indicator, by group, and by evaluator."""

    name: str
    indicators: Whole
    groups: tuple[tuple[Rule, Decimal, Decimal | None], ...]
    """Each group with its weight and its score from 0 to 100."""
    evaluators: Whole
    grade: str
    """The grade of the composite of the evaluators, else of the index; empty without boundaries or value."""
    example: Decimal
    """The paper's example recomputed from its parts."""
    printed: Decimal | None
    """What the paper prints for it."""


def read_quality_rules(path: Path) -> Rules:
    """Return the indicators and evaluators of a file.

    Raises:
        ProvisionError: an entry is wrong, or weights are none.
    """
    rules = read_rules(path, SECTIONS)
    for section in ("indicators", "evaluators"):
        for rule in rules[section].values():
            if _decimal(rule.values.get("weight")) is None or weight(rule) <= 0:
                raise ProvisionError(f"{path}: {section}: {rule.id}: weight {rule.values.get('weight')!r} is not a number above 0. Correct it there.")
    for rule in rules["indicators"].values():
        if rule.values.get("group") not in rules["groups"]:
            raise ProvisionError(f"{path}: indicators: {rule.id}: group {rule.values.get('group')!r} is not one of the groups. Correct it there.")
    return rules


def weight(rule: Rule) -> Decimal:
    """Return the weight that a rule sets."""
    return _decimal(rule.values["weight"]) or Decimal(0)


def read_scores(path: Path, rules: Rules) -> Scores:
    """Return the scores in a YAML file.

    Raises:
        ToolError: it cannot be read, or an entry is wrong.
    """
    try:
        return parse_scores(read_metadata_file(path), rules, str(path))
    except MetadataError as error:
        raise ToolError(str(error)) from error


def parse_scores(given: Mapping[str, object], rules: Rules, where: str) -> Scores:
    """Return the scores that a mapping holds under ``name``, ``scores``, ``evaluators`` and ``grades``."""
    for key in given:
        if key not in ("name", "scores", "evaluators", "grades"):
            raise ToolError(f"{where}: key {key!r} is not one of name, scores, evaluators, grades. Remove or rename it there.")
    indicators = {
        name: _score(value, rules, f"{where}: scores: {name}") for name, value in _part(given, "scores", list(rules["indicators"]), where).items()
    }
    evaluators = {
        name: _plain(value, f"{where}: evaluators: {name}") for name, value in _part(given, "evaluators", list(rules["evaluators"]), where).items()
    }
    grades = {name: _plain(value, f"{where}: grades: {name}") for name, value in _part(given, "grades", GRADES[:-1], where).items()}
    ordered = [grades[name] for name in GRADES[:-1] if name in grades]
    if grades and (len(grades) < len(GRADES) - 1 or ordered != sorted(ordered, reverse=True)):
        raise ToolError(f"{where}: grades: give where excellent, good and qualified begin, each below the one before. Correct it there.")
    return Scores(str(given.get("name", "")), indicators, evaluators, grades)


def _part(given: Mapping[str, object], key: str, legal: Sequence[str], where: str) -> Mapping[str, object]:
    part = given.get(key) or {}
    if not isinstance(part, Mapping):
        raise ToolError(f"{where}: {key}: is not a mapping. Write lines such as '{legal[0]}: 80'.")
    for name in part:
        if name not in legal:
            raise ToolError(f"{where}: {key}: {name!r} is not one of {', '.join(legal)}. Remove or rename it there.")
    return {str(name): value for name, value in part.items() if value not in (None, "")}


def _score(given: object, rules: Rules, where: str) -> Decimal:
    """Return a score: plain, from a value on the college's scale, or of each evaluator."""
    if not isinstance(given, Mapping):
        return _plain(given, where)
    if set(given) == {"value", "worst", "best"}:
        value, worst, best = (_number(given[key], f"{where}: {key}") for key in ("value", "worst", "best"))
        if worst == best:
            raise ToolError(f"{where}: worst and best are both {worst}. Give two different values.")
        return max(Decimal(0), min(_HUNDRED, (value - worst) / (best - worst) * _HUNDRED))
    if set(given) == set(rules["evaluators"]):
        total = sum(weight(rule) for rule in rules["evaluators"].values())
        return sum((weight(rules["evaluators"][name]) * _plain(value, f"{where}: {name}") for name, value in given.items()), Decimal(0)) / total
    raise ToolError(f"{where}: give a score from 0 to 100; or value, worst and best; or one score of each of {', '.join(rules['evaluators'])}.")


def _plain(given: object, where: str) -> Decimal:
    value = _number(given, where)
    if not 0 <= value <= _HUNDRED:
        raise ToolError(f"{where}: {given!r} is not a score from 0 to 100. Correct it there.")
    return value


def _number(given: object, where: str) -> Decimal:
    value = _decimal(given)
    if value is None:
        raise ToolError(f"{where}: {str(given)[:40]!r} is not a number. Correct it there.")
    return value


def _decimal(given: object) -> Decimal | None:
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def compute_index(rules: Rules, scores: Scores) -> QualityIndex:
    """Return what the scores come to."""
    indicators = _whole(rules["indicators"].values(), scores.indicators)
    evaluators = _whole(rules["evaluators"].values(), scores.evaluators)
    groups = tuple((group, *_group(indicators, group.id)) for group in rules["groups"].values())
    judged = evaluators.value if evaluators.value is not None else indicators.value
    example = _whole(rules["evaluators"].values(), {r.id: d for r in rules["evaluators"].values() if (d := _decimal(r.values.get("example"))) is not None})
    printed = next((d for note in rules["notes"].values() if (d := _decimal(note.values.get("printed"))) is not None), None)
    return QualityIndex(scores.name, indicators, groups, evaluators, _grade(judged, scores.grades), example.value or Decimal(0), printed)


def index_value(index: QualityIndex, language: str) -> dict[str, Any]:
    """Return an index as plain values for JSON."""

    def whole(of: Whole) -> dict[str, Any]:
        parts = [{"id": p.rule.id, "title": p.rule.text.in_(language), "weight": p.weight, "score": p.score, "points": p.points} for p in of.parts]
        return {"value": of.value, "parts": parts, "missing": [rule.id for rule in of.missing]}

    value = {
        "name": index.name,
        "index": whole(index.indicators),
        "groups": [{"id": rule.id, "title": rule.text.in_(language), "weight": of, "score": score} for rule, of, score in index.groups],
        "evaluators": whole(index.evaluators),
        "grade": index.grade,
        "paper_example": {"recomputed": index.example, "printed": index.printed},
    }
    return dict(plain_value(value, language))


def _whole(rules: Iterable[Rule], scores: Mapping[str, Decimal]) -> Whole:
    listed = list(rules)
    total = sum((weight(rule) for rule in listed), Decimal(0))
    parts = tuple(Part(rule, weight(rule) / total * _HUNDRED, scores.get(rule.id)) for rule in listed)
    points = [part.points for part in parts]
    return Whole(parts, None if None in points else sum((p for p in points if p is not None), Decimal(0)))


def _group(whole: Whole, group: str) -> tuple[Decimal, Decimal | None]:
    parts = [part for part in whole.parts if part.rule.values["group"] == group]
    total = sum((part.weight for part in parts), Decimal(0))
    if any(part.score is None for part in parts) or not total:
        return total, None
    return total, sum((part.weight * (part.score or Decimal(0)) for part in parts), Decimal(0)) / total


def _grade(value: Decimal | None, grades: Mapping[str, Decimal]) -> str:
    if value is None or not grades:
        return ""
    return next((name for name in GRADES[:-1] if value >= grades[name]), GRADES[-1])
