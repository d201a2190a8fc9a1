"""What a tool has to say, as one record that terminal, HTML and Word draw alike: sections of paragraphs, tables and charts, with what they cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.benefits.basis import Force
from assistant.benefits.profile_fields import Said
from assistant.benefits.worksheet import FORCES
from assistant.results import Citation


class Tone(StrEnum):
    """How a row is meant: fine, a problem, open, or neither."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    PLAIN = "plain"


class ChartKind(StrEnum):
    """How values are drawn."""

    RADAR = "radar"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one name, one for each label of the chart; ``None`` where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Values to draw. A radar goes from 0 to ``top``; lines take the range of their values."""

    kind: ChartKind
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    top: float = 100.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, the numbers of what it cites, and how it is meant."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN
    cited: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. ``cited`` are the numbers of what its paragraphs rest on."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    cited: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a tool has to say, in the reader's language."""

    title: str
    language: str
    head: tuple[tuple[str, str], ...]
    """For whom, when, by which rules: labels and texts."""
    warning: str
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]


PAPER = Said("论文建议，不是规定", "a paper's proposal, not a rule")
OWN = Said("本校自定规则", "the college's own rule")
CITED = Said("依据与原文", "Basis and quoted words")


def standing_text(force: Force, language: str) -> str:
    """Return how far what a rule rests on binds, in words."""
    return (PAPER if force is Force.PROPOSAL else FORCES[force]).in_(language)


class Cited:
    """The citations of a report, numbered as they are first used; the same words are numbered once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int], Citation] = {}

    def numbers(self, citations: Sequence[Citation]) -> tuple[int, ...]:
        """Return the numbers of ``citations`` in the report."""
        out = []
        for citation in citations:
            key = citation.passage_id, citation.span.start
            if key not in self._numbers:
                self._numbers[key] = replace(citation, n=len(self._numbers) + 1)
            out.append(self._numbers[key].n)
        return tuple(dict.fromkeys(out))

    @property
    def all(self) -> tuple[Citation, ...]:
        """Everything cited, by number."""
        return tuple(self._numbers.values())
