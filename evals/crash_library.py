"""The libraries that are killed: bare, and without the model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.config import load_settings
from assistant.errors import AssistantError
from assistant.library.embedding import Embedder
from assistant.pipeline import Assistant


class CrashError(AssistantError):
    """What was left after a kill is not as it must be."""


class WordHashes(Embedder):
    """Stands in for the model, which has no part in what is tested: bags of hashed words, the same in every process."""

    name, dimension = "word-hashes", 32

    def embed(self, texts: Sequence[str]) -> Any:
        """Return unit vectors of shape ``(len(texts), dimension)``."""
        vectors = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % self.dimension] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def reads(self, text: str) -> float:
        """Return the share of the words that it knows: all."""
        return 1.0


def open_library(home: Path) -> Assistant:
    """Return the library in ``home``."""
    return Assistant(load_settings(home=home, corpus=""), WordHashes())


def open_kept(home: Path) -> Assistant:
    """Return the library of an older version, whose vectors another embedder made: to be rebuilt before anything is asked."""
    return Assistant(load_settings(home=home, corpus=""), WordHashes(), remake=True)


def demand(holds: object, otherwise: str) -> None:
    """Raise ``CrashError`` with ``otherwise`` unless something holds."""
    if not holds:
        raise CrashError(otherwise)
