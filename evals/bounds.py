"""What a measure had and what it must keep: one row of ``evals/baseline.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.errors import AssistantError

_SLACK = 1e-9


class BaselineError(AssistantError):
    """The baseline is wrong."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one measure had, and the limit that it must keep."""

    group: str
    """The language pair, or ``all``; empty where there are no groups."""
    measure: str
    value: float
    limit: float
    kind: str
    """``floor``, or ``ceiling`` where lower is better."""

    @property
    def name(self) -> str:
        """The measure, after its group where that is one language pair."""
        return self.measure if self.group in ("", "all") else f"{self.group}/{self.measure}"

    def kept_by(self, value: float) -> bool:
        """Return whether a value is on the right side of the limit; one that is no number is not."""
        return value <= self.limit + _SLACK if self.kind == "ceiling" else value >= self.limit - _SLACK

    def line(self, value: float, counted: str = "") -> str:
        """Return the line that says whether a value keeps the bound."""
        word = "ok    " if self.kept_by(value) else "BROKEN"
        return f"{word} {self.name}: {value:.3f} ({value - self.value:+.3f} on {self.value:.3f}, {self.kind} {self.limit:.3f}{counted})"


def read_bound(where: str, group: str, measure: str, row: Any, kinds: tuple[str, ...]) -> Bound:
    """Return the bound that a row of the baseline sets.

    Raises:
        BaselineError: it is not a value and a limit of one of ``kinds``, or the value does not keep the limit.
    """
    kind = next((k for k in kinds if isinstance(row, dict) and set(row) == {"value", k}), "")
    if not kind or not all(type(v) in (int, float) and 0 <= v <= 1 for v in row.values()):
        wanted = " or ".join(kinds)
        raise BaselineError(f"{where}: {row!r} is not a value and a {wanted}. Write {{ value = 0.9, {kinds[0]} = 0.8 }}, both from 0 to 1.")
    bound = Bound(group, measure, float(row["value"]), float(row[kind]), kind)
    if not bound.kept_by(bound.value):
        raise BaselineError(f"{where}: the value {bound.value} does not keep its own {kind} {bound.limit}. Correct one of them.")
    return bound
