"""Deliberately bad assistants, each of which the gate must catch by the measure that is there for it.

``python -m evals canaries`` asks a few cases over the corpus that ships, of the honest assistant first, and holds each to
the floors of ``evals/baseline.toml``. It exits 1 if the honest one breaks a floor, or a bad one keeps those named for it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.config import shipped
from assistant.documents import Span, Status
from assistant.pipeline import Assistant
from assistant.results import Hit, Judgement, Scope, Verdict
from evals.bounds import BaselineError
from evals.cases import Case, load_cases, suite_path
from evals.gate import check, read_baseline
from evals.library import Library, open_library
from evals.options import ROOT
from evals.run import SuiteRun, run_suite

SUITE = "corpus-precedence-dev"
CASES = tuple(f"precedence-{n:03d}" for n in (1, 3, 4, 7, 9, 10, 11, 13, 28, 30, 31, 33, 48, 50))
"""Figures, duties, permissions and laws with a repealed forerunner in both languages, and two questions to decline.

They are asked of a part of the corpus, so that the canaries are quick."""

_PAST = re.compile(r"^status: (?:repealed|expired)$", re.MULTILINE)
_FLIPS = ((re.compile(r"\b(?:shall|must)\b", re.IGNORECASE), "may"), (re.compile("应当|必须|不得"), "可以"))


class _Part:
    """A part of an assistant that does all that the honest one does, but for what a subclass spoils."""

    def __init__(self, honest: Any) -> None:
        self.honest = honest

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)


class ConstantScores(_Part):
    """Finds a hundred passages and scores them all alike."""

    def search(self, query: Any, scope: Scope, k: int = 10) -> list[Hit]:
        """Return the first ``k`` by id."""
        hits = [replace(hit, score=1.0) for hit in self.honest.search(query, scope, 100)]
        return sorted(hits, key=lambda hit: hit.passage.id)[:k]


class RepealedTexts(_Part):
    """Finds passages of repealed texts, and others only where there are none."""

    def search(self, query: Any, scope: Scope, k: int = 10) -> list[Hit]:
        """Return what a search among repealed texts finds."""
        repealed: list[Hit] = self.honest.search(query, replace(scope, status=Status.REPEALED), k)
        return repealed or list(self.honest.search(query, scope, k))


class _Redrafted(_Part, ABC):
    """Answers as the honest answerer does, then changes its draft."""

    def answer(self, query: Any, hits: Sequence[Hit], *rest: Any) -> Any:
        """Return the honest draft, spoilt."""
        draft = self.honest.answer(query, hits, *rest)
        return replace(draft, pieces=tuple(self.pieces(draft)))

    @abstractmethod
    def pieces(self, draft: Any) -> Sequence[Any]:
        """Return what the draft's pieces become."""


class CitesEverything(_Redrafted):
    """Pins every passage found in its source on every statement."""

    def pieces(self, draft: Any) -> Sequence[Any]:
        """Return the same words, resting on all units that were weighed."""
        return [replace(p, spans=tuple(dict.fromkeys([*p.spans, *self._others(draft, p)]))) for p in draft.pieces]

    def _others(self, draft: Any, piece: Any) -> list[Span]:
        return [c.unit.span for c in draft.candidates if c.hit.source.id == piece.candidate.hit.source.id]


class AlwaysRefuses(_Redrafted):
    """Never finds anything to say."""

    def pieces(self, draft: Any) -> Sequence[Any]:
        """Return nothing."""
        return []


class FlipsDuties(_Redrafted):
    """Turns what must be done into what may be."""

    def pieces(self, draft: Any) -> Sequence[Any]:
        """Return the pieces with shall and must, 应当, 必须 and 不得 changed."""
        return [replace(p, text=_flipped(p.text)) for p in draft.pieces]


class ChangesFigures(_Redrafted):
    """Adds one to the first figure of every statement."""

    def pieces(self, draft: Any) -> Sequence[Any]:
        """Return the pieces with another figure."""
        return [replace(p, text=re.sub(r"\d+", lambda m: str(int(m[0]) + 1), p.text, count=1)) for p in draft.pieces]


def _flipped(text: str) -> str:
    for pattern, other in _FLIPS:
        text = pattern.sub(other, text)
    return text


def believe(sentence: str, evidence: Sequence[str], /) -> Judgement:
    """Support whatever is said: a verifier that lets lies through, for the gate has to see what the assistant does not."""
    return Judgement(Verdict.SUPPORTED, "believed", 1.0)


@dataclass(frozen=True, slots=True)
class Canary:
    """A bad assistant, what it replaces, and the measures one of which must break."""

    name: str
    spoil: Callable[[Assistant], Mapping[str, Any]]
    caught_by: tuple[str, ...]


CANARIES = (
    Canary("constant-score retriever", lambda a: {"retriever": ConstantScores(a.retriever)}, ("evidence@5",)),
    Canary("cites everything", lambda a: {"answerer": CitesEverything(a.answerer)}, ("citation_precision",)),
    Canary("always refuses", lambda a: {"answerer": AlwaysRefuses(a.answerer)}, ("false_refusals",)),
    Canary("flips shall to may", lambda a: {"answerer": FlipsDuties(a.answerer), "verifier": believe}, ("modality_kept",)),
    Canary("changes a figure", lambda a: {"answerer": ChangesFigures(a.answerer), "verifier": believe}, ("figures_kept",)),
    Canary("cites the repealed law", lambda a: {"retriever": RepealedTexts(a.retriever)}, ("stale_citations",)),
)


def broken(run: SuiteRun, baseline: Path) -> set[str]:
    """Return the measures whose floor or ceiling in the baseline a run breaks."""
    bounds = read_baseline(baseline).suites.get(run.suite)
    if bounds is None:
        raise BaselineError(f"{baseline}: sets nothing for {run.suite}, which the canaries are held to. Add [suites.{run.suite}] there.")
    return {bound.measure for bound, (kept, _) in zip(bounds, check(run, bounds), strict=True) if not kept}


def ask_canary(canary: Canary, library: Library, cases: Sequence[Case], as_of: dt.date) -> SuiteRun:
    """Ask cases of a canary that shares the library of the honest assistant."""
    honest = library.asker
    if not isinstance(honest, Assistant):
        raise TypeError(f"a canary needs an Assistant to spoil, not {type(honest).__name__}")
    spoilt = Assistant(honest.settings, honest.embedder, **canary.spoil(honest))
    return run_suite(SUITE, cases, replace(library, asker=spoilt), as_of)


def few_cases() -> list[Case]:
    """Return the cases that canaries are asked."""
    return [case for case in load_cases(suite_path(SUITE), ROOT, shipped("corpus")) if case.id in CASES]


def few_paths(cases: Sequence[Case]) -> list[Path]:
    """Return the files of the corpus that the cases need, and all that are repealed or expired, which are there to mislead."""
    needed = {evidence.path for case in cases for evidence in case.evidence}
    past = {p for p in (shipped("corpus") / "policies").glob("*.md") if _PAST.search(p.read_text(encoding="utf-8"))}
    return sorted(needed | past)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``canaries``."""
    parser.add_argument("--baseline", type=Path, default=ROOT / "evals" / "baseline.toml", metavar="FILE", help="the values and floors")


def main(args: argparse.Namespace) -> int:
    """Hold the honest assistant and each canary to the gate, print how it went, and return 0 if the gate told them apart."""
    as_of, cases = read_baseline(args.baseline).as_of or dt.date.today(), few_cases()
    with tempfile.TemporaryDirectory(prefix="canaries-", ignore_cleanup_errors=True) as home:
        library = open_library(few_paths(cases), Path(home))
        honest = broken(run_suite(SUITE, cases, library, as_of), args.baseline)
        print(f"honest assistant: {'kept every floor' if not honest else 'BROKE ' + ', '.join(sorted(honest))}")
        missed = bool(honest)
        for canary in CANARIES:
            found = broken(ask_canary(canary, library, cases, as_of), args.baseline)
            caught = sorted(found & set(canary.caught_by))
            others = ", ".join(sorted(found - set(canary.caught_by))) or "none"
            print(f"{'caught' if caught else 'MISSED'} {canary.name}: {', '.join(caught or canary.caught_by)}; others broken: {others}")
            missed = missed or not caught
    return int(missed)
