"""An embedder that never computes a vector twice: what it has embedded is kept in a file, by model and text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from assistant.library.embedding import Embedder, Vectors
from assistant.library.joining import JoinedEmbedder, open_embedder

_BATCH = 512
"""Texts embedded between two writes: what is lost when a run is cut off."""


@contextmanager
def kept_embedder(model: str, path: Path) -> Iterator[Embedder]:
    """Give the embedder of the settings' ``model``; what sentence-transformers embed is kept in ``path``, the bilingual model needs no keeping."""
    embedder = open_embedder(model)
    with closing(KeptEmbedder(embedder.of_words, path)) as kept:
        yield JoinedEmbedder(kept, embedder.second) if isinstance(embedder, JoinedEmbedder) else kept


class KeptEmbedder(Embedder):
    """Another embedder, with its vectors kept on disk in half precision, as the library keeps those of units.

    Args:
        embedder: computes what is not there yet.
        path: the file; one may serve several models.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self._embedder = embedder
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=60)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def reads(self, text: str) -> float:
        return self._embedder.reads(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha256(f"{self.name}\0{text}".encode()).digest()[:16] for text in texts]
        known = dict(self._known(keys))
        # longest first: texts of like length share a batch with little padding
        new = sorted({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(), key=lambda pair: -len(pair[1]))
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            vectors = self._embedder.embed([text for _, text in part]).astype(np.float16)
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(part, vectors, strict=True)]
            self._db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
            known.update(rows)
        return np.frombuffer(b"".join(known[key] for key in keys), dtype=np.float16).astype(np.float32).reshape(len(texts), self.dimension)

    def _known(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        for start in range(0, len(keys), _BATCH):
            part = keys[start : start + _BATCH]
            yield from self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({', '.join('?' * len(part))})", part)
