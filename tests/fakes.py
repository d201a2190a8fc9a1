"""Stand-ins for the parts that are slow or need a network; each satisfies the same protocol as the real one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from assistant.library.embedding import Embedder, Vectors

_WORD = re.compile(r"[a-z0-9]+|[㐀-鿿]")


class HashEmbedder(Embedder):
    """Bags of hashed words: texts that share words have near vectors, in microseconds and alike on every machine.

    Args:
        unknown: words that the model is to be taken not to know.
    """

    def __init__(self, dimension: int = 64, name: str = "hash", unknown: frozenset[str] = frozenset()) -> None:
        self._dimension = dimension
        self._name = name
        self._unknown = unknown

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _words(text) or [text]:  # no words: still a unit vector
                digest = hashlib.blake2b(word.encode(), digest_size=5).digest()
                row[int.from_bytes(digest[:4], "big") % self._dimension] += 1.0 if digest[4] & 1 else -1.0
            norm = float(np.linalg.norm(row))
            if norm == 0.0:  # every word met its opposite
                row[0] = norm = 1.0
            row /= norm
        return vectors

    def reads(self, text: str) -> float:
        words = _words(text)
        return sum(word not in self._unknown for word in words) / len(words) if words else 0.0


class EnglishReader(HashEmbedder):
    """Reads no Chinese."""

    def reads(self, text: str) -> float:
        return 1.0 if text and text.isascii() else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
