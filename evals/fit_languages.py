"""Fit which language of a library holds what a question asks for: a softmax regression over the languages.

Fitted on questions that were written for one text of a library in two languages: the answered ones of ``evals/questions`` on statutes and papers,
and the development suites asked of the same texts. Each pair of languages, of question and text, weighs alike, however many questions it has.
Measured on the questions that are held out (one in eight by hash); no held-out suite is read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.config import shipped
from assistant.language.text import language_of
from assistant.pipeline import Assistant
from assistant.results import Scope
from assistant.search.languages import Promise, weights
from assistant.search.retrieval import Retriever
from evals.cases import CASES, is_held_out, load_cases
from evals.library import LibraryNotReady, library_name, library_paths, open_library, write_json
from evals.near_misses import is_held_out as is_question_held_out
from evals.near_misses import read_questions
from evals.options import ROOT, library_options
from evals.ranking import fit_softmax

SHIPPED = ROOT / "assistant" / "search" / "languages.json"
LISTS = ("laws", "papers")
"""The lists of questions on texts that are there in one language only."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question, and the text that answers it."""

    question: str
    asked: str
    """The language of the question."""
    told: str
    """The language of the text."""
    held: bool
    """Whether nothing is fitted on it."""


@dataclass(frozen=True, slots=True)
class Example:
    """What each language of a library promises for a question."""

    posed: Posed
    promises: dict[str, Promise]

    @property
    def table(self) -> npt.NDArray[np.float64]:
        """The promises, shape ``(languages, parts)``."""
        return np.array(list(self.promises.values()))

    @property
    def gold(self) -> npt.NDArray[np.bool_]:
        """Which language tells it, shape ``(languages,)``."""
        return np.array([language == self.posed.told for language in self.promises])


def read_posed(texts: Path) -> Iterator[Posed]:
    """Yield the questions on texts of one language."""
    for question in read_questions():
        if question.file in LISTS and question.answered:
            told = language_of((texts / question.text).read_text(encoding="utf-8"))
            yield Posed(question.question, question.language, told, is_question_held_out(question))
    for path in sorted(CASES.glob("*.jsonl")):
        if library_name(path.stem) == "texts" and not is_held_out(path.stem):
            for case in load_cases(path, texts, shipped("corpus")):
                if case.answerable:
                    told = language_of(case.evidence[0].path.read_text(encoding="utf-8"))
                    yield Posed(case.question, case.language, told, held=False)


def examples(posed: Sequence[Posed], library: Assistant, day: dt.date) -> Iterator[Example]:
    """Yield what the languages of a library promise for each question."""
    retriever, scope = Retriever(library.index), Scope(as_of=day)
    for one in posed:
        query = library.read(one.question)
        yield Example(one, {o.language: o.promise for o in retriever.orders(query, retriever.eligible(query, scope))})


def fit(learnt: Sequence[Example]) -> Promise:
    """Return what each part of a promise counts for, each pair of languages weighing alike."""
    pairs = Counter((e.posed.asked, e.posed.told) for e in learnt)
    each = len(learnt) / len(pairs)
    raw = fit_softmax([(e.table, e.gold, each / pairs[e.posed.asked, e.posed.told]) for e in learnt], np.zeros(len(Promise._fields)))
    return Promise(*(round(float(w), 2) for w in raw))


def lines(found: Sequence[Example], chosen: Promise) -> Iterator[str]:
    """Yield for each pair of languages how often the right one leads, by the weights that ship and those ``chosen``."""
    for asked, told in sorted({(e.posed.asked, e.posed.told) for e in found}):
        mine = [e for e in found if (e.posed.asked, e.posed.told) == (asked, told)]
        for name, part in (("fitted on", [e for e in mine if not e.posed.held]), ("held out", [e for e in mine if e.posed.held])):
            if part:
                now, then = (sum(bool(e.gold[np.argmax(e.table @ np.array(by))]) for e in part) / len(part) for by in (chosen, weights()))
                yield f"asked in {asked}, told in {told}  {name:9} n={len(part):<5} shipped {then:.3f}  now {now:.3f}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-languages``."""
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the weights; those that ship if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Fit, print how often the right language leads, write the weights and return 0."""
    if not (paths := library_paths("texts", args.texts)):
        raise LibraryNotReady(f"{args.texts}: has none of the texts that the questions are on. Name the folder with laws/ and seeds/ by --texts.")
    with tempfile.TemporaryDirectory(prefix="evals-fit-languages-", ignore_cleanup_errors=True) as temporary:
        library = open_library(paths, (args.home or Path(temporary)) / "texts").asker
        assert isinstance(library, Assistant)
        found = list(examples(list(read_posed(args.texts)), library, args.as_of))
    learnt = [e for e in found if not e.posed.held]
    chosen = fit(learnt)
    print("\n".join(lines(found, chosen)))
    write_json(args.out, chosen._asdict())
    print(f"{args.out}: fitted on {len(learnt)} questions")
    return 0
