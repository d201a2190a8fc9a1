"""What ``Assistant.stream`` yields: each verified sentence as soon as it holds, what was withheld, notices, and last the whole."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.exchange import Notice, Withheld
from assistant.results import Abstention, Answer, Citation, Statement


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence that holds: where it stands in the answer, and the citations that carry it."""

    place: int
    """Sentences come in the order in which they hold; a repaired one may belong before one that was already shown."""
    statement: Statement
    citations: tuple[Citation, ...]
    mended: bool = False
    """Whether the model had to write it twice."""


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer or refusal. It replaces what was shown before, should the model have failed half-way."""

    result: Answer | Abstention


Event = Shown | Withheld | Notice | Done
