"""What ``python -m evals fit-reader`` learns from: questions beside texts, each pair with whether the text answers the question.

- **Questions** that were written for one section: the known ones of the corpus and those of ``evals/questions``. Beside each stand its own section, in both
  languages, and, of as many as are drawn, the first passages that the library finds: of a question that is not answered none answers; of one that is, the
  same text does, another section of its work does not, and of other works nothing is known. It is theirs to be told by the text: one whose answer is plain
  from the question alone (``fit_expectation``, cross-validated by work) counts less, and one that goes against its looks counts more.
- **Phrases** in which headings of the corpus say that people ask for them, beside their section and two others of the work.
- **Public sets** whose licence lets weights that are made of them ship: the questions of STARD with LeCoQA and of PolicyQA (both MIT) beside the texts that
  answer them and some of those that come next by meaning, and the fitting halves of ClapNQ and MTRAG (both Apache-2.0) beside their passages.

Never learned from: questions that are held out (``near_misses.is_held_out``; those of lists come with weight 0, to be measured on), the held-out halves and
splits of sets, and any suite of ``evals/cases``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.answers.candidates import Candidate
from assistant.answers.cross_encoder import Excerpt, excerpt_of
from assistant.config import shipped
from assistant.documents import SILENT, PassageKind
from assistant.library.bilingual import BilingualEmbedder
from assistant.pipeline import Assistant
from assistant.results import Scope
from evals.fit_expectation import fit
from evals.near_misses import LIBRARIES, Question, is_held_out, open_libraries, read_questions
from evals.packed_pairs import Pair, fold_of
from evals.public_pairs import public_pairs

LANGUAGES = ("zh", "en")
PASSAGES = 3
"""So many of the passages that are found are read."""
ACROSS, LATER, NEAR = 0.5, 0.5, 0.5
"""What counts for so much of a question's weight: its section in the other language, a passage behind the first, another section of its work."""
LEAST, MOST = 0.3, 4.0
"""The weight of a question."""
PHRASE, BESIDE = 0.5, 0.4
"""The weights of a phrase with its section and with another one."""
BESIDES = 2
"""So many others."""
_SAME = 40
"""Characters with which a text begins, by which it is known again within another one."""

Show = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and out of how much."""


# -- questions ------------------------------------------------------------------------------------------------


def known(corpus: Path) -> list[Question]:
    """Return the known questions of a corpus, each with the heading that it was put to."""
    out = []
    for path in sorted(corpus.glob("*/*.questions.jsonl")):
        work, language = path.name.split(".")[:2]
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            if line.strip():
                row = json.loads(line)  # the library has taken it in: it is as it must be
                kind = "answered" if row["answered"] else "attribute"
                out.append(Question(f"corpus/{path.parent.name}/{work}", row.get("at", ""), language, kind, " ".join(row["question"].split()), "known"))
    return out


def questions_of(corpus: Path, listed: Sequence[Question]) -> list[Question]:
    """Return the ``listed`` questions and the known ones of a corpus, each wording once; those known by the corpus that are held out are left out."""
    out: dict[str, Question] = {}
    for question in (*listed, *(q for q in known(corpus) if not is_held_out(q))):
        out.setdefault(question.question, question)
    return list(out.values())


def weights_of(questions: Sequence[Question], vectors: npt.NDArray[np.float32]) -> list[float]:
    """Return what each question counts for: half of what others like it would lead one to expect of its label, turned upside down; 0 if held out.

    Args:
        questions: of all works.
        vectors: theirs, shape ``(questions, dimension)``.
    """
    folds, answered = np.array([fold_of(q.work) for q in questions]), np.array([q.answered for q in questions])
    held = np.array([is_held_out(q) for q in questions])
    expected = np.full(len(questions), 0.5)
    for fold in set(folds.tolist()):
        others = (folds != fold) & ~held
        if len(set(answered[others].tolist())) == 2:
            kinds = fit(vectors[others], answered[others], "")
            odds = vectors[folds == fold].astype(np.float64) @ np.array(kinds.weights) + kinds.bias
            expected[folds == fold] = 1 / (1 + np.exp(-odds))
    weights = np.clip(0.5 / np.where(answered, expected, 1 - expected), LEAST, MOST)
    return [float(w) for w in np.where(held, 0.0, weights)]


# -- sections -------------------------------------------------------------------------------------------------


class Sections:
    """What stands below each heading of texts that are there in two languages.

    Args:
        library: holds them, each in a file ``WORK.LANGUAGE.md``.
    """

    def __init__(self, library: Assistant) -> None:
        self._below: dict[tuple[str, str], dict[str, Excerpt]] = {}
        self._named: dict[tuple[str, str, str], Excerpt] = {}
        self.phrases: list[tuple[str, str, str, str]] = []
        """Phrases that ask for a heading, each with the work, the language and the heading."""
        for row in library.sources():
            text = (Path(row.path).name.split(".")[0], row.metadata.language)
            told = defaultdict(list)
            for passage in library.index.registry.passages_of(row.metadata.id):
                if passage.kind is not PassageKind.TITLE and passage.kind not in SILENT:
                    told[passage.heading].append(passage.text)
                    self.phrases += [(phrase, *text, passage.heading) for phrase in passage.asked]
            self._below[text] = {heading: Excerpt(row.metadata.title, heading, "\n".join(parts)) for heading, parts in told.items()}
            self._named |= {(*text, heading): section for heading, section in self._below[text].items()}
            for heading, section in self._below[text].items():
                parts = heading.split(" › ")
                for count in (1, 2, 3):
                    self._named.setdefault((*text, " › ".join(parts[-count:])), section)

    def of(self, question: Question) -> dict[str, Excerpt]:
        """Return the section that a question was written for, by language; the other language's is the one in the same place."""
        for language, other in zip(LANGUAGES, LANGUAGES[::-1], strict=True):
            if section := self._named.get((question.work, language, question.at)):
                here, there = (self._below.get((question.work, name), {}) for name in (language, other))
                same = {other: list(there.values())[list(here).index(section.heading)]} if len(here) == len(there) else {}
                return {language: section} | same
        return {}

    def phrase_pairs(self) -> Iterator[Pair]:
        """Yield each phrase with its section and with two others of the work, drawn by hash."""
        for phrase, work, language, heading in self.phrases:
            below = self._below[work, language]
            yield Pair(phrase, below[heading], True, PHRASE, work, "phrase")
            others = sorted((h for h in below if h != heading), key=lambda h: hashlib.sha256(f"{phrase}\0{h}".encode()).digest())
            for other in others[:BESIDES]:
                yield Pair(phrase, below[other], False, BESIDE, work, "phrase")


def found(question: Question, library: Assistant, works: Mapping[str, str], day: dt.date) -> list[tuple[str, Excerpt]]:
    """Return the first passages that a library finds, best first: of which work each is, and what is read of it.

    Args:
        question: asked of the library.
        library: the one that holds its text.
        works: the work of each source, by id.
        day: on which is asked.
    """
    best: dict[str, Candidate] = {}
    for candidate in library.find(question.question, Scope(as_of=day)).draft.candidates:
        best.setdefault(candidate.hit.passage.id, candidate)
    return [(works[c.hit.source.id], excerpt_of(c)) for c in list(best.values())[:PASSAGES]]


def question_pairs(question: Question, weight: float, own: Mapping[str, Excerpt], passages: Sequence[tuple[str, Excerpt]]) -> Iterator[Pair]:
    """Yield a question with its own section and with passages that were found.

    Args:
        question: with its label.
        weight: what it counts for.
        own: its section by language; empty where its text has no headings that it could name.
        passages: as ``found`` gives them.
    """
    for language, section in own.items():
        yield Pair(question.question, section, question.answered, weight * (1.0 if language == question.language else ACROSS), question.work)
    for rank, (work, passage) in enumerate(passages):
        if not question.answered:
            yield Pair(question.question, passage, False, weight * (LATER if rank else 1.0), question.work)
        elif any(_is_same(passage, section) for section in own.values()) or (not own and rank == 0 and work == question.work):
            yield Pair(question.question, passage, True, weight, question.work)
        elif own and work == question.work:
            yield Pair(question.question, passage, False, weight * NEAR, question.work, "near")


def _is_same(one: Excerpt, other: Excerpt) -> bool:
    """Whether one of the texts begins within the other."""
    a, b = ("".join(excerpt.passage.split()) for excerpt in (one, other))
    return a[:_SAME] in b or b[:_SAME] in a


# -- all of it ------------------------------------------------------------------------------------------------


def gather(texts: Path, home: Path, looked_up: int, day: dt.date, show: Show) -> Iterator[Pair]:
    """Yield all pairs.

    Args:
        texts: the folder with seeds/, laws/ and bench/.
        home: where the libraries are kept.
        looked_up: for so many questions, drawn by hash, passages are looked up.
        day: on which is asked.
        show: is told how far it is.
    """
    embed = BilingualEmbedder().embed
    libraries = dict(open_libraries(texts, home))
    works = {row.metadata.id: Path(row.path).name.split(".")[0] for library in libraries.values() for row in library.sources()}
    sections, questions = Sections(libraries["corpus"]), questions_of(shipped("corpus"), read_questions())
    show("weighing questions", 0, len(questions))
    weights = weights_of(questions, embed([q.question for q in questions]))
    drawn = set(sorted((q.question for q in questions), key=lambda text: hashlib.sha256(f"found {text}".encode()).digest())[:looked_up])
    for number, (question, weight) in enumerate(zip(questions, weights, strict=True)):
        show("asking", number, len(questions))
        library = libraries.get(LIBRARIES[question.text.split("/")[0]]) if question.question in drawn else None
        yield from question_pairs(question, weight, sections.of(question), found(question, library, works, day) if library else [])
    held = {q.question for q in questions if is_held_out(q)}
    yield from (pair for pair in sections.phrase_pairs() if pair.question not in held)
    show("reading public sets", 0, 1)
    yield from public_pairs(texts / "bench", embed)
