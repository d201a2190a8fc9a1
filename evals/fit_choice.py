"""Fit which unit is chosen to answer: a softmax regression over the candidates of each question.

Gold are, in the development suites, the units that hold the evidence, and of questions that were written for one section of the corpus
(``evals/questions/asked.jsonl``) the units of that section. What is maximised is the log of the probability mass of the gold candidates; it is
measured on the questions that are held out (one in eight by hash). No held-out suite is read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.answers.candidates import FEATURES, Candidate, weights
from assistant.config import shipped
from assistant.pipeline import Assistant
from assistant.results import Scope
from evals.cases import CASES, Case, is_held_out, load_cases
from evals.library import Library, LibraryNotReady, gold_of, library_name, library_paths, open_library, write_json
from evals.matching import squeeze
from evals.metrics import Gold
from evals.near_misses import Question, read_questions
from evals.near_misses import is_held_out as is_question_held_out
from evals.options import ROOT, library_options
from evals.ranking import fit_softmax

SHIPPED = ROOT / "assistant" / "answers" / "choice.json"
CASE, SECTION = 3.0, 0.5
"""What a case of a suite counts for, of which the very unit is known, and a question of which only the section is."""
REACH = 3.6
"""How much less than the first the fifth candidate of the median case scores: the unit in which ``answering`` says how near is near enough."""

Table = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question."""

    group: str
    """The suite, or the list and language of a question on a section."""
    table: Table
    """What speaks for each, shape ``(candidates, FEATURES)``."""
    gold: Marks
    """Which of them answer, shape ``(candidates,)``."""
    share: float
    """What it counts for in the fit; 0 where it is held out."""

    def is_right(self, by: Table) -> bool:
        """Whether the best by these weights, shape ``(FEATURES,)``, is gold."""
        return bool(self.gold[np.argmax(self.table @ by)])


def suite_examples(suite: str, library: Library, cases: Sequence[Case], day: dt.date) -> Iterator[Example]:
    """Yield the answerable cases of a suite that have candidates."""
    assert isinstance(library.asker, Assistant)
    for case in (case for case in cases if case.answerable):
        pieces = [one for piece in gold_of(case, library) for one in (piece, *piece.also)]
        candidates = library.asker.find(case.question, Scope(as_of=day)).draft.candidates
        if candidates:
            yield Example(suite, _table(candidates), np.array([_holds(c, pieces) for c in candidates]), CASE)


def question_examples(questions: Sequence[Question], library: Assistant, day: dt.date) -> Iterator[Example]:
    """Yield the questions that have candidates."""
    for question in questions:
        candidates = library.find(question.question, Scope(as_of=day)).draft.candidates
        if candidates:
            gold = np.array([_is_of(c, question) for c in candidates])
            yield Example(f"{question.file}/{question.language}", _table(candidates), gold, 0.0 if is_question_held_out(question) else SECTION)


def _table(candidates: Sequence[Candidate]) -> Table:
    return np.array([[float(getattr(c, name)) for name in FEATURES] for c in candidates])


def _holds(candidate: Candidate, pieces: Sequence[Gold]) -> bool:
    """Whether a unit holds a piece of evidence, or is part of one."""
    words = squeeze(candidate.text)
    return any(p.source == candidate.hit.source.id and (squeeze(p.text) in words or words in squeeze(p.text)) for p in pieces)


def _is_of(candidate: Candidate, question: Question) -> bool:
    return candidate.hit.source.work == question.work and f" › {candidate.hit.passage.heading}".endswith(f" › {question.at}")


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """Return the weight of each feature, so that ``REACH`` holds of the cases of suites."""
    fitted_on = [e for e in examples if e.share and e.gold.any() and not e.gold.all()]
    raw = fit_softmax([(e.table, e.gold, e.share) for e in fitted_on], np.zeros(len(FEATURES)))
    gaps = [scores[-1] - scores[-5] for e in examples if e.share == CASE and len(scores := np.sort(e.table @ raw)) >= 5]
    return {name: round(float(w), 2) for name, w in zip(FEATURES, raw * REACH / float(np.median(gaps)), strict=True)}


def lines(examples: Sequence[Example], chosen: Mapping[str, float]) -> Iterator[str]:
    """Yield for each group how often the first candidate is gold, by the weights that ship and those ``chosen``."""
    ways = [np.array([by[name] for name in FEATURES]) for by in (weights(), chosen)]
    for group in dict.fromkeys(e.group for e in examples):
        mine = [e for e in examples if e.group == group]
        for told, part in (("fitted on", [e for e in mine if e.share]), ("held out", [e for e in mine if not e.share])):
            if part:
                rates = [sum(e.is_right(by) for e in part) / len(part) for by in ways]
                yield f"{group:24} {told:9} n={len(part):<5} shipped {rates[0]:.3f}  now {rates[1]:.3f}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-choice``."""
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the weights; those that ship if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Fit, print how often the right unit comes first, write the weights and return 0."""
    suites = sorted(p.stem for p in CASES.glob("*.jsonl") if not is_held_out(p.stem))
    questions = [q for q in read_questions(files="asked.jsonl") if q.answered]
    with tempfile.TemporaryDirectory(prefix="evals-fit-choice-", ignore_cleanup_errors=True) as temporary:
        libraries = dict(_libraries({library_name(suite) for suite in suites}, args.texts, args.home or Path(temporary)))
        examples = [e for suite in suites for e in _of_suite(suite, libraries, args)]
        corpus = libraries["corpus"].asker
        assert isinstance(corpus, Assistant)
        examples += question_examples(questions, corpus, args.as_of)
    chosen = fit(examples)
    print("\n".join(lines(examples, chosen)))
    write_json(args.out, chosen)
    print(f"{args.out}: fitted on {sum(e.share > 0 for e in examples)} questions")
    return 0


def _libraries(names: set[str], texts: Path, home: Path) -> Iterator[tuple[str, Library]]:
    for name in sorted(names):
        if not (paths := library_paths(name, texts)):
            raise LibraryNotReady(f"{texts}: has none of the texts that suites are asked of. Name the folder with laws/ and seeds/ by --texts.")
        yield name, open_library(paths, home / name)


def _of_suite(suite: str, libraries: Mapping[str, Library], args: argparse.Namespace) -> Iterator[Example]:
    cases = load_cases(CASES / f"{suite}.jsonl", args.texts, shipped("corpus"))
    return suite_examples(suite, libraries[library_name(suite)], cases, args.as_of)
