"""The lines that a run prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics import Estimate, mean_risk
from evals.records import TOTAL, Record, latency, risk_curve, summary

_COLUMNS = {
    "evidence@1": "ev@1",
    "evidence@5": "ev@5",
    "evidence@10": "ev@10",
    "recall@5": "rec@5",
    "ndcg@10": "nDCG",
    "mrr@10": "MRR",
    "facts": "facts",
    "quotes_exact": "quote",
    "cited_any": "cited",
    "cited_share": "share",
    "false_refusals": "refus",
    "false_answers": "f.ans",
    "reason_right": "reason",
    "passed": "passed",
}
_WIDTH = 7
MADE = ("model", "code", "texts", "passages", "as_of")
"""What ``made`` of a run must hold, for its table to say what made the numbers."""


def table(suite: str, records: Sequence[Record], made: Mapping[str, Any]) -> list[str]:
    """Return a suite's results in per cent, a line for each language pair and for all, with 95 % intervals for all."""
    rows = summary(records)
    crashed = sum(bool(r.crash) for r in records)
    answerable = sum(r.answerable for r in records)
    head = f"{suite}: {len(records)} cases ({answerable} answerable, {len(records) - answerable} not), {crashed} crashed"
    lines = [head, f"{made['model']}, code {made['code']}, texts {made['texts']} ({made['passages']} passages), as of {made['as_of']}", ""]
    lines.append(" " * 8 + "n".rjust(5) + "".join(c.rjust(_WIDTH) for c in _COLUMNS.values()))
    for group, row in rows.items():
        lines.append(_line(group, str(row["passed"].cases), [_percent(row.get(name), "value") for name in _COLUMNS]))
    for bound in ("low", "high") if TOTAL in rows else ():
        lines.append(_line(f"  {bound}", "", [_percent(rows[TOTAL].get(name), bound) for name in _COLUMNS]))
    risk, times = mean_risk(risk_curve(records)), latency(records)
    lines.append("")
    lines.append(" ".join(f"{k} {v * 1000:.0f} ms" for k, v in times.items()) + (f"; mean risk over coverage {risk:.3f}" if risk is not None else ""))
    return lines


def _line(name: str, count: str, cells: Sequence[str]) -> str:
    return name.ljust(8) + count.rjust(5) + "".join(c.rjust(_WIDTH) for c in cells)


def _percent(estimate: Estimate | None, part: str) -> str:
    return "-" if estimate is None else f"{100 * getattr(estimate, part):.1f}"


def failures(records: Sequence[Record], held_out: bool) -> list[str]:
    """Return the cases that failed: their ids by kind if held out, else a line for each with its question."""
    failed = [r for r in records if not r.passed]
    if not failed:
        return ["no failures"]
    if held_out:
        kinds = {
            "crashed": [r.id for r in failed if r.crash],
            "declined": [r.id for r in failed if not r.crash and r.answerable and not r.answered],
            "answered, should decline": [r.id for r in failed if not r.crash and not r.answerable],
            "facts or quotes": [r.id for r in failed if not r.crash and r.answerable and r.answered],
        }
        return [f"{kind} ({len(ids)}): {' '.join(ids)}" for kind, ids in kinds.items() if ids]
    return [f"{r.id}  {r.pair}  {r.wrong}  | {(r.detail or {}).get('question', '')}" for r in failed]
