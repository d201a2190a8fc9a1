"""Retrieval on public benchmarks: the assistant's own search beside its two legs alone and plain BM25, in each set's known measure."""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from assistant.config import load_settings
from assistant.library.embedding import Embedder
from evals.benchmark_library import fill
from evals.benchmarks import Question, Task, find_benchmarks, read_tasks
from evals.kept_vectors import kept_embedder
from evals.legs import DEPTH, SEARCH, Leg, legs_of
from evals.library import set_fingerprints, write_json
from evals.metrics import Estimate, Found, Ratio, estimate, hit_at, mrr_at, ndcg_at, rank, recall_at
from evals.run import RESULTS

_MEASURES: Mapping[str, Callable[[Sequence[int | None], int], Ratio]] = {"recall": recall_at, "ndcg": ndcg_at, "mrr": mrr_at, "hit": hit_at}
EVERYWHERE = ("recall@5", "recall@10", "ndcg@10", "mrr@10")
"""Measured on every set, after the measure that the set is known by."""

Figures = dict[str, dict[str, Estimate]]
"""Estimates by way of ranking and measure."""


def sample(questions: Sequence[Question], size: int) -> list[Question]:
    """Return ``size`` questions drawn by hash of their id, so that two runs ask the same; all of them for 0."""
    drawn = sorted(questions, key=lambda q: (hashlib.sha256(q.id.encode()).hexdigest(), q.id))
    return drawn[:size] if size else drawn


def ranks_of(question: Question, hits: Sequence[Found], answers: Mapping[str, str]) -> list[int | None]:
    """Return the 1-based rank of each gold answer, ``None`` beyond the depth; a page counts where its first passage stands.

    Args:
        question: has the gold.
        hits: in any order; ``metrics.rank`` orders them, ties by id.
        answers: what each passage stands for, by its id.
    """
    order = list(dict.fromkeys(answers[h.id] for h in rank(hits)[:DEPTH]))
    place = {answer: i for i, answer in enumerate(order, start=1)}
    return [place.get(gold) for gold in sorted(question.gold)]


def measure(name: str, ranks: Sequence[int | None]) -> Ratio:
    """Return what one question adds to a measure such as ``recall@10``."""
    kind, _, k = name.partition("@")
    return _MEASURES[kind](ranks, int(k))


def measure_task(task: Task, legs: Mapping[str, Leg], questions: Sequence[Question], step: Callable[[], None] = lambda: None) -> Figures:
    """Ask ``questions`` of every leg and return the figures; ``step`` is called after each question."""
    answers = {d.id: d.answer for d in task.documents}
    names = tuple(dict.fromkeys((*task.measures, *EVERYWHERE)))
    found: dict[str, list[list[int | None]]] = {leg: [] for leg in legs}
    for question in questions:
        for leg, ask in legs.items():
            found[leg].append(ranks_of(question, ask(question), answers))
        step()
    out: Figures = {}
    for leg, rows in found.items():
        estimates = {name: estimate([measure(name, ranks) for ranks in rows]) for name in names}
        out[leg] = {name: e for name, e in estimates.items() if e}
    return out


def run_task(task: Task, home: Path, embedder: Embedder, size: int, ways: Sequence[str] = ()) -> Figures:
    """Take in a task's documents where they are not there yet, and measure the ``ways`` of ranking named; all of them if none is."""
    with _bar(task.name) as show:
        assistant = fill(task, home / task.corpus, embedder, lambda done, total: show("taking in", done, total))
        try:
            legs = {name: leg for name, leg in legs_of(task, assistant).items() if not ways or name in ways}
            questions = sample(task.questions, size)
            asked = iter(range(1, len(questions) + 1))
            return measure_task(task, legs, questions, lambda: show("asking", next(asked), len(questions)))
        finally:
            assistant.index.close()


@contextmanager
def _bar(name: str) -> Iterator[Callable[[str, int, int], None]]:
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        line = bar.add_task(name, total=None)
        yield lambda what, done, total: bar.update(line, description=f"{name}: {what}", completed=done, total=total)


def lines(task: Task, figures: Figures) -> list[str]:
    """Return a task's rows of the table: one a measure, the set's own first, with one column a way of ranking."""
    cases = next((e.cases for row in figures.values() for e in row.values()), 0)
    out = []
    for name in next(iter(figures.values()), {}):
        cells = "".join(f"  {leg} {row[name].value:.3f} [{row[name].low:.3f}, {row[name].high:.3f}]" for leg, row in figures.items())
        out.append(f"{task.name:24} {name + ('*' if name in task.measures else ''):11} n={cases:<5}{cells}")
    return out


def _to_dict(task: Task, figures: Figures) -> dict[str, Any]:
    rows = {leg: {name: e._asdict() for name, e in row.items()} for leg, row in figures.items()}
    return {"documents": len(task.documents), "questions": len(task.questions), "figures": rows}


def measure_set(folder: Path, sample: int) -> dict[str, float]:
    """Return what the gate holds: of each task of a set the measures that it is known by, of the search as it ships (``zh→en recall@5``)."""
    out: dict[str, float] = {}
    model = load_settings(corpus="").embedding_model
    with tempfile.TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True) as place, kept_embedder(model, Path(place) / "vectors.sqlite") as embedder:
        for task in read_tasks(folder, "dev"):
            found = run_task(task, Path(place), embedder, sample, (SEARCH,))[SEARCH]
            out |= {f"{task.name.removeprefix(folder.name)} {name}".strip(): found[name].value for name in task.measures}
    return out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals retrieval``."""
    parser.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set, or of several")
    parser.add_argument("--split", choices=("dev", "heldout"), default="dev", help="which part of the set")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only N questions a set, drawn by hash of the id; all if not given")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where to keep libraries and vectors for the next run")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/retrieval-SPLIT.json if not given")


def main(args: argparse.Namespace) -> int:
    """Measure sets and return the exit code."""
    folders = list(dict.fromkeys(found for path in args.sets for found in find_benchmarks(path)))
    results: dict[str, Any] = {}
    with nullcontext(args.home) if args.home else tempfile.TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True) as place:
        home = Path(place)
        with kept_embedder(load_settings(home=home, corpus="").embedding_model, home / "vectors.sqlite") as embedder:
            for folder in folders:
                for task in read_tasks(folder, args.split):
                    made = set_fingerprints(folder, args.split, args.sample, folder.parent / task.corpus / "corpus.jsonl")
                    figures = run_task(task, home, embedder, args.sample)
                    print("\n".join(lines(task, figures)), flush=True)
                    results[task.name] = {"made": made, **_to_dict(task, figures)}
    out: Path = args.out or RESULTS / f"retrieval-{args.split}.json"
    write_json(out, {"split": args.split, "sample": args.sample, "tasks": results})
    print(f"written: {out} (* the measure the set is known by)")
    return 0
