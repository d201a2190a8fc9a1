"""Reading a question and a text together: does the text answer it, or is it only about the same thing?

What is measured elsewhere are likenesses of words and of vectors, and a question for the fine is as like a rule without one as a
question for the rule. ``reading_network`` says what is computed, ``python -m evals fit-reader`` trained it.
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
from assistant.documents import Span
from assistant.errors import ConfigError
from assistant.library.bilingual import open_bilingual
from assistant.library.embedding import load_packaged_bert, precision

if TYPE_CHECKING:
    from assistant.answers.reading_network import ReadingNetwork
    from assistant.library.pieces import PieceFeatures

TRAINED = Path(__file__).with_name("reading_network.npz")
EXCERPT_PIECES = 144
"""Pieces of a text that are read: a section of a digest, most articles, the middle of a paper's passage."""
_HEAD_CHARACTERS, _LEAD_CHARACTERS = 160, 80
_BEFORE, _BEHIND = 40, 60
"""Characters that are taken in at once around a unit; more of what follows than of what stands before."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text to be read: what stands above it, the passage, and the unit in it that may answer."""

    title: str
    heading: str
    passage: str
    unit: Span
    """Within ``passage``."""
    lead: str = ""
    """What introduces the unit, where that stands elsewhere."""

    def pieces(self, encode: Callable[[str], list[int]]) -> list[int]:
        """Return the pieces that are read: all, or as many around the unit as fit; ``encode`` frames a text in two pieces of its own."""
        head = f"{self.title} › {self.heading}: "
        whole = encode(head + self.passage)
        if len(whole) <= EXCERPT_PIECES:
            return whole
        above = encode(head[:_HEAD_CHARACTERS])[:-1]
        start, end = self.unit
        body = encode(f"{self.lead[:_LEAD_CHARACTERS]} {self.passage[start:end]}")[1:]
        while len(above) + len(body) < EXCERPT_PIECES and (start > 0 or end < len(self.passage)):
            start, end = max(0, start - _BEFORE), min(len(self.passage), end + _BEHIND)
            body = encode(self.passage[start:end])[1:]
        return (above + body)[:EXCERPT_PIECES]


def excerpt_of(candidate: Candidate, text: str) -> Excerpt:
    """Return a candidate with its passage, to be read; ``text`` is its source's."""
    source, passage, unit = candidate.hit.source, candidate.hit.passage, candidate.unit
    lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
    within = Span(unit.span.start - passage.span.start, unit.span.end - passage.span.start)
    return Excerpt(source.title, passage.heading, passage.text, within, lead)


class CrossEncoder:
    """The network that ships, loaded when it is first used.

    Args:
        trained: what training changed of the packaged models.
    """

    def __init__(self, trained: Path = TRAINED) -> None:
        self._trained = trained
        self._network: ReadingNetwork | None = None
        self._features: PieceFeatures | None = None
        self._lock = threading.Lock()

    def odds(self, question: str, excerpt: Excerpt) -> float:
        """Return the log-odds that a text answers a question.

        Raises:
            ConfigError: a package of the models, or the file of what was trained, is missing or another one.
        """
        with self._lock:
            network, features = self._load()
            import torch

            from assistant.answers.reading_network import pair_up

            encode = open_bilingual().encode
            with torch.inference_mode():
                read, there, second = pair_up(features, [encode(question)], [excerpt.pieces(encode)])
                return float(network(read.to(network.map.weight.dtype), there, second)[0])

    def _load(self) -> tuple[ReadingNetwork, PieceFeatures]:
        if self._network is None or self._features is None:
            from assistant.answers.reading_network import ReadingNetwork

            network = ReadingNetwork(load_packaged_bert())
            try:
                with self._trained.open("rb") as file, np.load(file, allow_pickle=False) as trained:
                    network.take(trained)
            except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
                raise ConfigError(f"{self._trained}: is not what this version trained ({error}). Reinstall the assistant.") from error
            network.settle()
            self._features = open_bilingual().features()
            self._network = network.to(precision()).eval()
        return self._network, self._features


@functools.cache
def open_cross_encoder() -> CrossEncoder:
    """Return the network that ships, one a process."""
    return CrossEncoder()
