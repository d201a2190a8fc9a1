"""Reading a question and a text together: does the text answer it, or is it only about the same thing?

What is measured elsewhere are likenesses of words and of vectors, and a question for the fine is as like a rule without one as a
question for the rule. ``reading_network`` says what is computed, ``python -m evals fit-reader`` taught it.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from assistant.answers.candidates import Candidate
from assistant.errors import ConfigError
from assistant.library.embedding import precision, threads
from assistant.library.multilingual_e5 import BEGIN, END, MultilingualE5

if TYPE_CHECKING:
    from assistant.answers.reading_network import ReadingNetwork

TRAINED = Path(__file__).with_name("cross_encoder.npz")
QUESTION_PIECES, TEXT_PIECES, PIECES = 48, 176, 256
"""Pieces of a question, of a text with what stands above it, and of both together, that are read: a section of a digest, most articles,
the middle of a paper's passage."""
_ABOVE, _TITLE_ALONE = 32, 40
"""Pieces of a title and of the headings that are read, and of a title without headings."""
_HEADINGS = 2
_BEFORE = 3
"""Of a text that is too long, what stands before the unit may take one part in so many."""
_ASKED, _READ = "query:", "passage:"
"""What E5 was taught to see before a question and before a text."""
_BETWEEN, _BEHIND = " · ", ","
"""What stands between headings, and between them and the text."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text to be read."""

    title: str
    heading: str
    """The headings above it, joined by `` › ``."""
    passage: str
    start: int = 0
    """Where the unit begins that may answer, within ``passage``."""

    def pieces(self, encode: Callable[[str], list[int]]) -> list[int]:
        """Return the pieces that are read: what stands above, and as much around the unit as there is room for."""
        headings = [part for part in map(str.strip, self.heading.split("›")) if part and part != self.title][-_HEADINGS:]
        above = encode(self.title)[:_ABOVE] + encode(_BETWEEN.join(headings))[:_ABOVE] if headings else encode(self.title)[:_TITLE_ALONE]
        room = TEXT_PIECES - len(above)
        before, body = encode(self.passage[: self.start]), encode(self.passage[self.start :])
        if len(before) + len(body) > room and before:
            before = before[-max(room - len(body), room // _BEFORE) :]
        return [*above, *encode(_BEHIND)[-1:], *(before + body)[:room]]


def excerpt_of(candidate: Candidate) -> Excerpt:
    """Return a candidate's passage, to be read."""
    source, passage = candidate.hit.source, candidate.hit.passage
    return Excerpt(source.title, passage.heading, passage.text, max(0, candidate.unit.span.start - passage.span.start))


def joined(question: str, excerpt: Excerpt, encode: Callable[[str], list[int]]) -> list[int]:
    """Return the pieces of a question and a text behind it, as the network reads them."""
    first = [BEGIN, *encode(_ASKED), *encode(question)[:QUESTION_PIECES], END]
    return [*first, *encode(_READ), *excerpt.pieces(encode), END][:PIECES]


class CrossEncoder:
    """The network that ships, loaded when it is first used.

    Args:
        trained: what training changed of the packaged model.
    """

    def __init__(self, trained: Path = TRAINED) -> None:
        self._trained = trained
        self._network: ReadingNetwork | None = None
        self._model = MultilingualE5()
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load what the first question would wait a second for.

        Raises:
            ConfigError: the package of the model, or the file of what was trained, is missing or another one.
        """
        with self._lock:
            self._load()

    def odds(self, question: str, excerpt: Excerpt) -> float:
        """Return the log-odds that a text answers a question.

        Raises:
            ConfigError: as for ``load``.
        """
        with self._lock, threads(1):  # two seldom win, and lose much where other work keeps the cores busy
            network = self._load()
            import torch

            pieces = joined(question, excerpt, self._model.encode)
            words = torch.from_numpy(self._model.words(pieces))[None].to(precision())
            with torch.inference_mode():
                return float(network(words, torch.ones(1, len(pieces), dtype=torch.bool))[0])

    def reader(self, question: str) -> Callable[[Candidate], float]:
        """Return what reads the passages of candidates for one question: their log-odds, each read once.

        Raises:
            ConfigError: when it first reads, as for ``load``.
        """
        read = functools.cache(lambda excerpt: self.odds(question, excerpt))
        return lambda candidate: read(excerpt_of(candidate))

    def _load(self) -> ReadingNetwork:
        if self._network is None:
            from assistant.answers.reading_network import ReadingNetwork, changed

            try:
                with self._trained.open("rb") as file, np.load(file, allow_pickle=False) as changes:
                    network = ReadingNetwork(changed(self._model.weights(), changes))
            except (OSError, EOFError, KeyError, ValueError, RuntimeError, BadZipFile) as error:
                raise ConfigError(f"{self._trained}: is not what this version trained ({error}). Reinstall the assistant.") from error
            self._network = network.to(precision()).eval()
        return self._network


@functools.cache
def open_cross_encoder() -> CrossEncoder:
    """Return the network that ships, one a process."""
    return CrossEncoder()
