"""``python -m evals near-misses``: are questions that a text answers told from those that it only seems to answer?

``evals/questions/*.jsonl`` has thousands of questions, each written for one text: some that it answers, and some for what it does not
say though nearly all their words are there. One in eight is held out and asked here; of the others, ``fit-expectation`` learns what the
kind of a question lets expect, ``fit-choice`` which unit answers, and ``fit-reader`` to read them beside a text. (Most questions on the corpus stand
beside its documents, as their known questions.) The suites are too few to tell a better refusal from a lucky one; these are not. Evidence is a whole
text and not a span, and whether an answer states the right facts is not asked, so they measure the refusal and nothing else. Their writers wrote the
known ones too (those of ``talked.jsonl`` as well), which flatters it, but for those of ``asked.jsonl``, whose writers saw the digests and nothing
else. That a question is not answered was judged by its own text, and in the corpus by a search of the others (for ``talked.jsonl`` of a sixth of
them); of statutes, another article may answer some.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.pipeline import Assistant
from assistant.results import Scope
from evals.judging import Judged, auroc
from evals.library import LibraryNotReady, library_paths, open_library, write_json
from evals.options import library_options

FOLDER = Path(__file__).parent / "questions"
KINDS = ("answered", "attribute", "premise", "elsewhere")
"""Answered; asks for what the text does not say of a thing that it speaks of; takes for granted what it does not say; of another place,
year, actor or programme than the text's."""
LIBRARIES = {"corpus": "corpus", "laws": "texts", "seeds": "texts"}
"""The library that the questions on a folder's texts are asked of."""


class QuestionError(AssistantError):
    """A line is no question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the text that it was written for."""

    text: str
    """The file: of a digest ``corpus/FOLDER/WORK``, of another text its path below the folder of texts."""
    at: str
    """A heading, an article, or where a paragraph begins."""
    language: str
    kind: str
    question: str
    file: str = ""
    """The list that it stands in."""

    @property
    def work(self) -> str:
        """The work that the text is of."""
        return Path(self.text).name.split(".")[0]

    @property
    def answered(self) -> bool:
        """Whether the text answers it."""
        return self.kind == "answered"


def is_held_out(question: Question) -> bool:
    """Return whether nothing is fitted on a question, and no document of the corpus knows it: one in eight, by hash."""
    return hashlib.sha256(question.question.encode()).digest()[0] % 8 == 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question."""

    question: Question
    answered: bool
    confidence: float
    found: bool
    """Whether its text is the source of one of the first five passages."""


def read_questions(folder: Path = FOLDER, files: str = "*.jsonl") -> list[Question]:
    """Return the questions of those ``files`` of a folder, in their order.

    Raises:
        QuestionError: a line is no question.
    """
    out = []
    for path in sorted(folder.glob(files)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                question = Question(**json.loads(line), file=path.stem)
            except (ValueError, TypeError) as error:
                raise QuestionError(f"{path}:{number}: is no question ({error}). Give text, at, language, kind and question.") from error
            if question.kind not in KINDS:
                raise QuestionError(f"{path}:{number}: kind {question.kind!r}. Write one of {', '.join(KINDS)}.")
            if question.text.split("/")[0] not in LIBRARIES:
                raise QuestionError(f"{path}:{number}: text {question.text!r}. Name a file below {', '.join(LIBRARIES)}.")
            out.append(question)
    return out


def draw(questions: Sequence[Question], number: int) -> list[Question]:
    """Return the first ``number`` questions by hash."""
    return sorted(questions, key=lambda q: hashlib.sha256(q.question.encode()).digest())[:number]


def ask(questions: Sequence[Question], libraries: Mapping[str, Assistant], day: dt.date) -> Iterator[Asked]:
    """Yield what becomes of each question whose library is there."""
    for question in questions:
        library = libraries.get(LIBRARIES[question.text.split("/")[0]])
        if library is not None:
            finding = library.find(question.question, Scope(as_of=day))
            found = any(Path(library.source(h.source.id).path).name.split(".")[0] == question.work for h in finding.hits[:5])
            yield Asked(question, finding.answers, finding.sufficiency.confidence, found)


def rates(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the share answered of each kind, of the answerable the share whose text was found, and the AUROC of the confidence."""
    shares = {kind: [a.answered for a in asked if a.question.kind == kind] for kind in KINDS}
    out = {f"{kind}_answered": sum(told) / len(told) for kind, told in shares.items() if told}
    answerable = [a.found for a in asked if a.question.answered]
    out |= {"found": sum(answerable) / len(answerable)} if answerable else {}
    if 0 < len(answerable) < len(asked):
        out["auroc"] = auroc([Judged(a.confidence, a.answered, a.question.answered) for a in asked])
    return out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``near-misses``."""
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="N questions, drawn by hash; all if not given")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the figures as JSON")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Ask, print a line for each list and language, and return 0."""
    held = [q for q in read_questions() if is_held_out(q)]
    questions = draw(held, args.sample) if args.sample else held
    with tempfile.TemporaryDirectory(prefix="evals-near-misses-", ignore_cleanup_errors=True) as temporary:
        libraries = dict(open_libraries(args.texts, args.home or Path(temporary)))
        asked = list(ask(questions, libraries, args.as_of))
    if not asked:
        raise LibraryNotReady(f"{args.texts}: has none of the texts that are asked about. Name the folder with laws/ and seeds/ by --texts.")
    figures = {}
    for file in sorted({q.file for q in questions}):
        for language in ("zh", "en"):
            if mine := [a for a in asked if (a.question.file, a.question.language) == (file, language)]:
                figures[f"{file}/{language}"] = rates(mine) | {"n": len(mine)}
    figures["all"] = rates(asked) | {"n": len(asked)}
    for name, row in figures.items():
        print(f"{name:10}", "  ".join(f"{measure} {value:.3f}" if measure != "n" else f"n {value}" for measure, value in row.items()))
    if args.out:
        write_json(args.out, figures)
    return 0


def open_libraries(texts: Path, home: Path) -> Iterator[tuple[str, Assistant]]:
    """Yield the name of each library whose texts are there, and the library; one whose texts are not is named on stderr."""
    for name in dict.fromkeys(LIBRARIES.values()):
        if paths := library_paths(name, texts):
            asker = open_library(paths, home / name).asker
            assert isinstance(asker, Assistant)
            yield name, asker
        else:
            print(f"skipped: questions on statutes and papers, for {texts} has none", file=sys.stderr)
