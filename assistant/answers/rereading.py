"""Reading passages whose best units answer about equally well by all that can be counted, to tell which of them answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answers.candidates import Candidate

Read = Callable[[Candidate], float]
"""Gives the log-odds that a candidate's passage answers the question, for a twentieth of a second."""
NEAR, MOST = 1.5, 3
"""Passages are read whose best unit scores at most so much less than the best of all, and at most so many."""
WEIGHT = 1.5
"""What the reading counts for in the score: from nothing said for a passage to all."""
SURE = 4.0
"""Log-odds of the reading network beyond which it is not believed more: 1 in 55."""


def believed(odds: float) -> float:
    """Return what the reading network says, from -1 (does not answer) to 1."""
    return max(-1.0, min(1.0, odds / SURE))


def reread(candidates: Sequence[Candidate], read: Read) -> list[Candidate]:
    """Return the candidates in order once more, those of each passage that was read lowered by what its reading is short of the best one's.

    Args:
        candidates: best first.
        read: asked of the best unit of each passage that is near the best one, where there are two at least.
    """
    best: dict[str, Candidate] = {}
    for c in candidates:
        best.setdefault(c.hit.passage.id, c)
    near = [c for c in list(best.values())[:MOST] if c.score >= candidates[0].score - NEAR]
    if len(near) < 2:
        return list(candidates)
    said = {c.hit.passage.id: believed(read(c)) for c in near}
    most = max(said.values())
    weighed = [replace(c, reading=WEIGHT * (said.get(c.hit.passage.id, most) - most)) for c in candidates]
    return sorted(weighed, key=lambda c: (-c.score, c.hit.passage.id, c.unit.span))
