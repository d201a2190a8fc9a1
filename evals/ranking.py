"""Fitting the order of candidates: a softmax regression in two stages on one half of the development suites and of public sets, measured on the other half.

What is maximised is the log of the probability mass that a question's candidates give to its gold passages, so that several gold
passages share it as they like. Each set counts about as the square root of its questions, so that no large one decides alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from assistant.config import load_settings, shipped
from assistant.library.embedding import Embedder
from assistant.pipeline import Assistant
from assistant.results import Scope
from assistant.search.ranking import FIRST, SECOND, Column, Signals, Situation, Weights
from assistant.search.ranking import weights as shipped_weights
from assistant.search.retrieval import Pool
from evals.benchmark_library import fill
from evals.benchmarks import Question, Task, find_benchmarks, read_tasks
from evals.cases import CASES, Case, is_held_out, load_cases, suite_path
from evals.kept_vectors import kept_embedder
from evals.legs import retriever_of, scope_of
from evals.library import Library, gold_of, library_name, library_paths, open_library
from evals.matching import containment
from evals.metrics import FOUND, Found, Ratio, estimate
from evals.options import ROOT
from evals.retrieval import measure, ranks_of, sample

SHIPPED = ROOT / "assistant" / "search" / "ranking.json"
RIDGE = 2.0
"""Penalty on squared weights; a tenth and ten times as much changed no measure by more than .01."""


@dataclass(slots=True)
class Example:
    """One question's candidates in one language."""

    task: Task
    question: Question
    pool: Pool
    answers_by_id: Mapping[str, str]
    """What each candidate stands for, in the order of the pool's rows."""
    first: Signals
    second: Signals | None = None

    @property
    def gold(self) -> np.ndarray:
        """Which candidates are gold, shape ``(candidates,)``."""
        return np.array([a in self.question.gold for a in self.answers_by_id.values()])

    @property
    def fitted_on(self) -> bool:
        """Whether the question belongs to the half that is fitted on."""
        return int(hashlib.sha256(f"half {self.question.id}".encode()).hexdigest(), 16) % 2 == 0


def examples_of(task: Task, assistant: Assistant, questions: Sequence[Question]) -> list[Example]:
    """Return the candidates of questions with their signals."""
    answers = {d.id: d.answer for d in task.documents}
    retriever = retriever_of(assistant)
    out = []
    for question in questions:
        query = assistant.read(question.text)
        for pool in retriever.pools(query, retriever.eligible(query, scope_of(question))):
            out.append(Example(task, question, pool, {r.passage_id: answers[r.passage_id] for r in pool.rows}, pool.first()))
    return out


def suite_examples(suite: str, library: Library, cases: Sequence[Case]) -> list[Example]:
    """Return the candidates of a suite's answerable questions with their signals, where evidence is among them."""
    assistant = library.asker
    assert isinstance(assistant, Assistant)
    retriever = retriever_of(assistant)
    task = Task(suite, suite, ("hit@5",), (), ())
    out = []
    for case in (case for case in cases if case.answerable):
        pieces = [one for piece in gold_of(case, library) for one in (piece, *piece.also)]
        query = assistant.read(case.question)
        for pool in retriever.pools(query, retriever.eligible(query, Scope())):
            texts = assistant.index.registry.texts([r.passage_id for r in pool.rows])
            mine = {r.passage_id: [p.text for p in pieces if p.source == r.source_id] for r in pool.rows}
            gold = frozenset(i for i, said in mine.items() if any(containment(words, texts[i]) >= FOUND for words in said))
            if gold:
                out.append(Example(task, Question(case.id, case.question, gold), pool, {i: i for i in mine}, pool.first()))
    return out


def fit_softmax(cases: Sequence[tuple[Signals, np.ndarray, float]], start: Column, ridge: float = RIDGE) -> Column:
    """Return weights that maximise the log probability of the gold candidates.

    Args:
        cases: signals of shape ``(candidates, n)``, which candidates are gold, and what the question counts.
        start: weights to begin with, shape ``(n,)``; the problem is convex where each question has one gold candidate.
        ridge: penalty on squared weights of signals of unit spread.
    """

    spread = np.concatenate([signals for signals, _, _ in cases]).std(0)
    spread[spread < 1e-9] = 1.0  # a signal that is always the same
    scaled = [(signals / spread, gold, count) for signals, gold, count in cases]

    def loss(weights: Column) -> tuple[float, Column]:
        total, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for signals, gold, count in scaled:
            scores = signals @ weights
            odds = np.exp(scores - scores.max())
            odds /= odds.sum()
            mass = float(odds[gold].sum()) + 1e-12
            total -= count * math.log(mass)
            slope -= count * ((np.where(gold, odds / mass, 0.0) - odds) @ signals)
        return total, slope

    fitted: Column = minimize(loss, start * spread, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    weights: Column = fitted / spread
    return weights


def fit(examples: Sequence[Example]) -> dict[Situation, Weights]:
    """Return the weights of each situation, fitted on the examples of the first half, and give every example its second signals."""
    out = {}
    for situation in sorted({e.pool.situation for e in examples}):
        all_of_it = [e for e in examples if e.pool.situation == situation]
        mine = [e for e in all_of_it if e.fitted_on and e.gold.any()]
        sizes = Counter(e.task.name for e in mine)
        counts = [math.sqrt(60 / sizes[e.task.name]) for e in mine]
        first = fit_softmax([(e.first, e.gold, c) for e, c in zip(mine, counts, strict=True)], np.zeros(len(FIRST)))
        for e in all_of_it:
            e.second = e.pool.second(e.first @ first)
        start = np.array([1.0] + [0.0] * (len(SECOND) - 1))
        second = fit_softmax([(e.second, e.gold, c) for e, c in zip(mine, counts, strict=True) if e.second is not None], start, RIDGE / 2)
        out[situation] = Weights(first, second)
    return out


def orders(e: Example, weights: Weights) -> dict[str, Sequence[float]]:
    """Return the scores of the candidates by each way to order them: the legs alone, their fusion by rank, and the model."""
    ranks = [e.pool.ranks.get(r.passage_id, {}) for r in e.pool.rows]
    legs = {leg: [-rank.get(leg, math.inf) for rank in ranks] for leg in ("words", "meaning")}
    fused = [sum(1 / (30 + place) for place in rank.values()) or -math.inf for rank in ranks]
    assert e.second is not None
    return {**legs, "fused by rank": fused, "model": (e.second @ weights.second).tolist()}


def table(examples: Iterable[Example], fitted: Mapping[Situation, Weights]) -> list[str]:
    """Return one line a set and half, in the measure that the set is known by."""
    found: dict[tuple[str, str, bool], dict[str, list[Ratio]]] = {}
    for e in examples:
        for name in e.task.measures:
            row = found.setdefault((e.task.name, name, e.fitted_on), {})
            for way, scores in orders(e, fitted[e.pool.situation]).items():
                hits = [Found(i, s, "", 0, "") for i, s in zip(e.answers_by_id, scores, strict=True) if s > -math.inf]
                row.setdefault(way, []).append(measure(name, ranks_of(e.question, hits, e.answers_by_id)))
    out = []
    for (task, name, seen), row in sorted(found.items()):
        cells = "".join(f"  {way} {rate.value:.3f}" for way, ratios in row.items() if (rate := estimate(ratios)))
        out.append(f"{task:22} {name:11} {'fitted' if seen else 'held'}  n={len(next(iter(row.values()))):<4}{cells}")
    return out


def write_weights(fitted: Mapping[Situation, Weights], path: Path) -> None:
    """Write the weights as the package reads them; a situation that no example was in keeps those that ship."""
    rows = [
        {
            **situation._asdict(),
            "first": {name: round(float(w), 3) for name, w in zip(FIRST, weights.first, strict=True)},
            "second": {name: round(float(w), 3) for name, w in zip(SECOND, weights.second, strict=True)},
        }
        for situation, weights in sorted({**shipped_weights(), **fitted}.items())
    ]
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def gather(folders: Sequence[Path], home: Path, embedder: Embedder, size: int) -> list[Example]:
    """Return the examples of all tasks in the development parts of sets."""
    out = []
    for folder in dict.fromkeys(found for path in folders for found in find_benchmarks(path)):
        for task in read_tasks(folder, "dev"):
            assistant = fill(task, home / task.corpus, embedder)
            out += examples_of(task, assistant, sample(task.questions, size))
            assistant.index.close()
            print(f"read: {task.name}", flush=True)
    return out


def gather_suites(texts: Path, home: Path) -> list[Example]:
    """Return the examples of all development suites.

    Raises:
        AssistantError: a suite or its texts are not as they must be.
    """
    libraries: dict[str, Library] = {}
    out = []
    for suite in sorted(path.stem for path in CASES.glob("*.jsonl") if not is_held_out(path.stem)):
        name = library_name(suite)
        if name not in libraries:
            libraries[name] = open_library(library_paths(name, texts), home / name)
        out += suite_examples(suite, libraries[name], load_cases(suite_path(suite), texts, shipped("corpus")))
        print(f"read: {suite}", flush=True)
    return out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals ranking``."""
    parser.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set, or of several")
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="N questions a set, drawn by hash of the id")
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/ that suites ask of")
    parser.add_argument("--home", type=Path, required=True, metavar="FOLDER", help="where libraries and vectors are kept for the next run")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the weights; those that ship if not given")


def main(args: argparse.Namespace) -> int:
    """Fit, print how it went on both halves, and return the exit code."""
    with kept_embedder(load_settings(home=args.home, corpus="").embedding_model, args.home / "vectors.sqlite") as embedder:
        examples = gather_suites(args.texts, args.home) + gather(args.sets, args.home, embedder, args.sample)
    fitted = fit(examples)
    print("\n".join(table(examples, fitted)))
    write_weights(fitted, args.out)
    print(f"written: {args.out}")
    return 0
