"""What happened to each case, and what a suite's cases come to together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from assistant import wire
from assistant.documents import Status
from assistant.results import Abstention, Answer, Hit, Scope
from evals import metrics, statements
from evals.cases import PAIRS, Case
from evals.library import Asker
from evals.matching import squeeze
from evals.metrics import Estimate, Found, Gold, Place, Ratio
from evals.statements import Cited

NONE = Ratio(0.0, 0.0)
TOTAL = "all"


@dataclass(frozen=True, slots=True)
class Record:
    """One case as it went."""

    id: str
    pair: str
    tags: tuple[str, ...]
    answerable: bool
    seconds: float
    crash: str = ""
    """The exception, if there was one; then nothing below says anything."""
    answered: bool = False
    reason: str = ""
    """Why the assistant declined."""
    expected_reason: str = ""
    ranks: tuple[int | None, ...] = ()
    """For each gold piece, how many hits it takes to hold it."""
    facts: tuple[bool, ...] = ()
    quotes: Ratio = NONE
    cited_any: Ratio = NONE
    cited_share: Ratio = NONE
    within_400: Ratio = NONE
    within_800: Ratio = NONE
    citation_recall: Ratio = NONE
    citation_precision: Ratio = NONE
    figures_kept: Ratio = NONE
    modality_kept: Ratio = NONE
    stale_citations: Ratio = NONE
    """Citations of repealed or expired texts that neither hold gold of the case nor are named by number in its question."""
    confidence: float = 0.0
    """How likely the evidence answers the question, as the result itself says."""
    detail: Mapping[str, Any] | None = None
    """Question, gold and result in wire form, without the result where there was a crash; never for a held-out suite."""

    @property
    def passed(self) -> bool:
        """Whether the outcome is the expected one, with all facts, and all quotes exact."""
        if self.crash or self.answered != self.answerable:
            return False
        return all(self.facts) and self.quotes.part == self.quotes.of

    @property
    def wrong(self) -> str:
        """What is wrong with it, in a few words; empty if it passed."""
        if self.crash:
            return f"crashed: {self.crash}"
        if self.answered != self.answerable:
            return "answered, should decline" if self.answered else f"declined: {self.reason}"
        if self.quotes.part != self.quotes.of:
            return "a quote is not exact"
        return "" if all(self.facts) else f"facts {sum(self.facts)} of {len(self.facts)}{self._seen()}"

    def _seen(self) -> str:
        return ", evidence not in the hits" if None in self.ranks else ""


def record_of(row: Mapping[str, Any]) -> Record:
    """Return a record as read from JSON.

    Raises:
        TypeError: the row lacks a field or has one too many.
    """
    ratios = {field.name: Ratio(*row[field.name]) for field in fields(Record) if field.default is NONE and field.name in row}
    lists = {k: tuple(row[k]) for k in ("tags", "ranks", "facts") if k in row}
    return Record(**{**row, **ratios, **lists})


def record_to_dict(record: Record) -> dict[str, Any]:
    """Return a record for JSON."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


# -- one case -------------------------------------------------------------------------------------------------


def ask_case(case: Case, gold: Sequence[Gold], asker: Asker, scope: Scope, held_out: bool) -> Record:
    """Ask one question and return what came of it. A crash is recorded as one, whatever was raised."""
    expected = case.reason.value if case.reason else ""
    started = time.perf_counter()
    try:
        result = asker.ask(case.question, scope)
        seconds = time.perf_counter() - started
        scored = _scored(case, gold, asker, result)
        detail = None if held_out else _detail(case, result)
    except Exception as error:
        crash = type(error).__name__ if held_out else f"{type(error).__name__}: {error}"  # a message may quote the question
        seconds, detail = time.perf_counter() - started, None if held_out else _asked(case)
        return Record(case.id, case.pair, case.tags, case.answerable, seconds, crash, expected_reason=expected, detail=detail)
    return Record(case.id, case.pair, case.tags, case.answerable, seconds, expected_reason=expected, detail=detail, **scored)


def _scored(case: Case, gold: Sequence[Gold], asker: Asker, result: Answer | Abstention) -> dict[str, Any]:
    hits = [_found(h) for h in result.hits]
    found = {
        "ranks": tuple(metrics.found_at(gold, hits)),
        "within_400": metrics.evidence_within(gold, hits, 400),
        "within_800": metrics.evidence_within(gold, hits, 800),
        "confidence": result.confidence,
    }
    if isinstance(result, Abstention):
        return {**found, "reason": result.reason.value, "facts": (False,) * len(case.facts)}
    places = [Place(c.source_id, c.locator, c.span) for c in result.citations]
    quotes = {c.n: c.quote for c in result.citations}
    cited = [Cited(s.text, tuple(quotes[n] for n in s.citations)) for s in result.statements]
    figures, modality = statements.kept(cited)
    return {
        **found,
        "answered": True,
        "facts": tuple(metrics.facts_found(case.facts, [s.text for s in result.statements])),
        "quotes": metrics.exact_quotes([(c.quote, c.span, asker.source(c.source_id).text) for c in result.citations]),
        "cited_any": metrics.cited_any(places, gold),
        "cited_share": metrics.cited_share(places, gold),
        "citation_recall": statements.citation_recall(cited),
        "citation_precision": statements.citation_precision(cited),
        "figures_kept": figures,
        "modality_kept": modality,
        "stale_citations": _stale(case, result, gold),
    }


def _stale(case: Case, result: Answer, gold: Sequence[Gold]) -> Ratio:
    """Return how many citations are of repealed or expired texts which the case does not ask about, by gold or by number."""
    asked, question = {p.source for piece in gold for p in (piece, *piece.also)}, squeeze(case.question)
    past = [c for c in result.citations if c.status in (Status.REPEALED, Status.EXPIRED) and c.source_id not in asked]
    stale = [c for c in past if not (c.document_number and squeeze(c.document_number) in question)]
    return Ratio(len(stale), len(result.citations))


def _found(hit: Hit) -> Found:
    return Found(hit.passage.id, hit.score, hit.passage.source_id, hit.passage.span.start, hit.passage.text)


def _asked(case: Case) -> dict[str, Any]:
    gold = [{"file": e.path.name, "locator": e.locator, "quote": e.text} for e in case.evidence]
    return {"gold": gold, "facts": [f.pattern for f in case.facts], "question": case.question, "language": case.language}


def _detail(case: Case, result: Answer | Abstention) -> dict[str, Any]:
    row = wire.answer_to_dict(result)
    hits = [{key: hit[key] for key in ("source_id", "locator", "score")} for hit in row["hits"]]
    return {**_asked(case), **row, "hits": hits}


# -- all cases ------------------------------------------------------------------------------------------------

MEASURES: Mapping[str, Callable[[Record], Ratio]] = {
    "evidence@1": lambda r: metrics.evidence_at(r.ranks, 1),
    "evidence@5": lambda r: metrics.evidence_at(r.ranks, 5),
    "evidence@10": lambda r: metrics.evidence_at(r.ranks, 10),
    "evidence@400w": lambda r: r.within_400,
    "evidence@800w": lambda r: r.within_800,
    "recall@5": lambda r: metrics.recall_at(r.ranks, 5),
    "recall@10": lambda r: metrics.recall_at(r.ranks, 10),
    "ndcg@10": lambda r: metrics.ndcg_at(r.ranks, 10),
    "mrr@10": lambda r: metrics.mrr_at(r.ranks, 10),
    "facts": lambda r: Ratio(float(all(r.facts)), float(r.answerable)),
    "fact_recall": lambda r: metrics.fact_recall(r.facts),
    "facts_if_answered": lambda r: Ratio(float(all(r.facts)), float(r.answerable and r.answered)),
    "quotes_exact": lambda r: r.quotes,
    "cited_any": lambda r: r.cited_any,
    "cited_share": lambda r: r.cited_share,
    "citation_recall": lambda r: r.citation_recall,
    "citation_precision": lambda r: r.citation_precision,
    "figures_kept": lambda r: r.figures_kept,
    "modality_kept": lambda r: r.modality_kept,
    "stale_citations": lambda r: r.stale_citations,
    "false_refusals": lambda r: metrics.false_refusal(r.answerable, r.answered),
    "false_answers": lambda r: metrics.false_answer(r.answerable, r.answered),
    "reason_right": lambda r: Ratio(float(r.reason == r.expected_reason), float(not r.answerable and not r.answered)),
    "passed": lambda r: Ratio(float(r.passed)),
}
"""Each measure over a case that did not crash. All are better when higher, but for ``LOWER_IS_BETTER``."""

LOWER_IS_BETTER = frozenset({"false_refusals", "false_answers", "stale_citations"})


def summary(records: Iterable[Record]) -> dict[str, dict[str, Estimate]]:
    """Return every measure for every language pair and in total. Crashed cases take no part; a measure without cases is left out."""
    whole = [r for r in records if not r.crash]
    groups = {TOTAL: whole} | {pair: [r for r in whole if r.pair == pair] for pair in PAIRS}
    out: dict[str, dict[str, Estimate]] = {}
    for group in (*PAIRS, TOTAL):
        estimates = {name: metrics.estimate([measure(r) for r in groups[group]]) for name, measure in MEASURES.items()}
        if groups[group]:
            out[group] = {name: value for name, value in estimates.items() if value is not None}
    return out


def latency(records: Iterable[Record]) -> dict[str, float]:
    """Return percentiles of the seconds that an answer or refusal took."""
    seconds = [r.seconds for r in records if not r.crash]
    return {f"p{q}": round(metrics.percentile(seconds, q), 4) for q in (50, 90, 95, 100)} if seconds else {}


def risk_curve(records: Sequence[Record]) -> list[tuple[float, float]]:
    """Return the risk-coverage curve of a suite: an answer is wrong if the case did not pass."""
    whole = [r for r in records if not r.crash]
    return metrics.risk_coverage([(r.confidence, not r.passed) for r in whole if r.answered], len(whole)) if whole else []


