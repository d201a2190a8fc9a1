"""One vector out of two models: what a sharp model of one language says of a text, beside what a bilingual one says of every text.

A text that the first model cannot read lies in the second's part alone. The dot product of two vectors is then the weighted mean of
the cosines in both parts where both texts have both, and the cosine in the bilingual part alone, up to a factor, where one has not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.errors import ConfigError
from assistant.library.bilingual import BILINGUAL, BilingualEmbedder
from assistant.library.embedding import READABLE, Embedder, SentenceTransformerEmbedder, Vectors

SHARE = 0.7
"""What the first model counts for where it reads both texts: recall at 10 on three public English sets differs by at most .04 between 0.5 and 0.8."""


def open_embedder(name: str) -> Embedder:
    """Return the embedder that a setting names: one model, or ``MODEL+use-multilingual-3`` for two joined.

    Raises:
        ConfigError: the second of two is another one.
    """
    first, plus, second = name.partition("+")
    if not plus:
        return BilingualEmbedder() if name == BILINGUAL else SentenceTransformerEmbedder(name)
    if second != BILINGUAL or not first:
        raise ConfigError(f"ASSISTANT_EMBEDDING_MODEL: {name!r} joins what cannot be joined. Write it as MODEL+{BILINGUAL}, or name one model.")
    return JoinedEmbedder(SentenceTransformerEmbedder(first), BilingualEmbedder())


class JoinedEmbedder(Embedder):
    """Two models whose vectors stand side by side.

    Args:
        first: reads some texts, and those better.
        second: reads all.
    """

    def __init__(self, first: Embedder, second: Embedder) -> None:
        self.first = first
        self.second = second

    @property
    def name(self) -> str:
        return f"{self.first.name}+{self.second.name}"

    @property
    def dimension(self) -> int:
        return self.first.dimension + self.second.dimension

    @property
    def spaces(self) -> tuple[slice, ...]:
        return slice(0, self.first.dimension), slice(self.first.dimension, self.dimension)

    @property
    def of_words(self) -> Embedder:
        return self.first

    @property
    def of_questions(self) -> Embedder:
        return self.second

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._join([text if self.first.reads(text) >= READABLE else "" for text in texts], texts, SHARE)

    def embed_question(self, text: str, translation: str) -> Vectors | None:
        """Return the vector of a question, shape ``(dimension,)``, whose first part speaks for its translation if need be.

        A translation word by word is worth less than the question itself: the parts change their shares, so that both count alike.
        """
        if self.first.reads(text) >= READABLE:
            vectors = self.embed([text])
        else:
            vectors = self._join([translation if self.first.reads(translation) >= READABLE else ""], [text], 1 - SHARE)
        vector: Vectors = vectors[0]
        return vector

    def reads(self, text: str) -> float:
        return max(self.first.reads(text), self.second.reads(text))

    def _join(self, firsts: Sequence[str], seconds: Sequence[str], share: float) -> Vectors:
        """Return unit vectors of shape ``(texts, dimension)``; an empty text has no part in the first space."""
        out = np.zeros((len(seconds), self.dimension), np.float32)
        read = [place for place, text in enumerate(firsts) if text]
        own, other = self.spaces
        out[:, other] = self.second.embed(seconds)
        if read:
            out[read, other] *= math.sqrt(1 - share)
            out[read, own] = math.sqrt(share) * self.first.embed([firsts[place] for place in read])
        return out
