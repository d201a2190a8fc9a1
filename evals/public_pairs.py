"""Pairs of question and text out of public sets whose licence lets weights that are made of them ship: ``reading_pairs`` says the whole.

Only the development split of a set is read, and of a set whose passages people judged only the half on which thresholds are fitted.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.answers.cross_encoder import Excerpt
from evals.benchmarks import Task, read_tasks
from evals.packed_pairs import Pair
from evals.refusal import Item, load_items

RANKED = {"stard_lecoqa": slice(4, 7), "policyqa": slice(2, 4)}
"""Sets of documents (MIT), and which of those that come next by meaning are taken not to answer: the very next often do, though unmarked."""
JUDGED = ("clapnq", "mtrag_qa")
"""Sets of passages that people judged (Apache-2.0)."""
ANSWERING, BEHIND, EITHER = 0.4, 0.3, 0.5
"""The weights of a document that answers, of one that is ranked behind, and of a passage that was judged."""
_MANY, _SHARE = 9000, 0.12
"""Of a set with so many documents or more, this share of those that answer nothing is enough to rank."""
_OPENING = 300
"""Characters of a document by which its meaning is compared."""

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def ranked_pairs(task: Task, places: slice, embed: Embed) -> Iterator[Pair]:
    """Yield the questions of a set with the documents that answer, at most three, and with those at ``places`` of the others, nearest first."""
    gold = {answer for q in task.questions for answer in q.gold}
    documents = [d for d in task.documents if d.answer in gold or len(task.documents) < _MANY or _drawn(d.id)]
    vectors = embed([d.text[:_OPENING] for d in documents])
    groups = {name: np.array([i for i, d in enumerate(documents) if name in ("", d.group)]) for name in {q.group for q in task.questions}}
    for question, vector in zip(task.questions, embed([q.text for q in task.questions]), strict=True):
        inside = groups[question.group]
        ordered = [documents[i] for i in inside[np.argsort(-(vectors[inside] @ vector), kind="stable")]]
        answering = [d for d in documents if d.answer in question.gold][:3]
        for document in answering:
            yield Pair(question.text, Excerpt(document.title, "", document.text), True, ANSWERING, kind="public")
        for document in [d for d in ordered if d.answer not in question.gold][places] if answering else []:
            yield Pair(question.text, Excerpt(document.title, "", document.text), False, BEHIND, kind="public")


def _drawn(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] < _SHARE * 256


def judged_pairs(items: Iterable[Item]) -> Iterator[Pair]:
    """Yield the questions of the fitting half with their passages: the first of those that can be answered, three of the others."""
    for item in (item for item in items if item.fits):
        for title, text in item.passages[: 1 if item.answerable else 3]:
            yield Pair(item.question, Excerpt(title, "", text), item.answerable, EITHER, kind="public")


def public_pairs(folder: Path, embed: Embed) -> Iterator[Pair]:
    """Yield the pairs of the sets in a folder; one that is not there is named on stderr."""
    for name in (*RANKED, *JUDGED):
        if not (folder / name).is_dir():
            print(f"skipped: the set {name}, for {folder} has none", file=sys.stderr)
        elif name in JUDGED:
            yield from judged_pairs(load_items(folder / name, "dev"))
        else:
            for task in read_tasks(folder / name, "dev"):
                yield from ranked_pairs(task, RANKED[name], embed)
