"""All that training the reading network needs, in one file, so that it can be trained where nothing but torch and transformers is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pieces = list[list[int]]
_BIN = np.uint16


@dataclass(frozen=True, slots=True)
class Bundle:
    """Texts as numbers, and the models that read them."""

    meant: tuple[Pieces, Pieces]
    """Texts in the bilingual model's pieces, and what they mean in MiniLM's."""
    alike: int
    """The first so many of them are English and mean themselves."""
    guessed: Pieces
    """Chinese sentences."""
    questions: Pieces
    texts: Pieces
    pairs: npt.NDArray[np.float32]
    """A row a pair: question, text, label, weight, fold (-1 where there is none)."""
    words: npt.NDArray[np.int64]
    """Pieces and MiniLM words that are written alike, shape ``(n, 2)``."""
    layers: Mapping[str, npt.NDArray[Any]]
    """The bilingual model's layers, its ``table`` cut down to the pieces that occur, ``scale`` and ``low`` of each."""
    bert: Mapping[str, npt.NDArray[Any]]
    """MiniLM's weights, its word vectors cut down to the words that occur."""
    config: Mapping[str, Any]
    """MiniLM's configuration."""

    def write(self, path: Path) -> None:
        """Write it to a file."""
        arrays: dict[str, Any] = {"pairs": self.pairs, "words": self.words}
        texts = {"meant": self.meant[0], "meaning": self.meant[1], "guessed": self.guessed, "questions": self.questions, "texts": self.texts}
        for name, rows in texts.items():
            arrays[f"{name}.flat"] = np.array([i for row in rows for i in row], _BIN)
            arrays[f"{name}.sizes"] = np.array([len(row) for row in rows], _BIN)
        arrays |= {f"layers/{name}": _thin(a) for name, a in self.layers.items()}
        arrays |= {f"bert/{name}": _thin(a) for name, a in self.bert.items()}
        np.savez_compressed(path, about=json.dumps({"alike": self.alike, "config": dict(self.config)}), **arrays)


def _thin(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Halve matrices; what is of one dimension is small."""
    return array.astype(np.float16) if array.dtype == np.float32 and array.ndim > 1 else array


def read_bundle(path: Path) -> Bundle:
    """Return the bundle that ``Bundle.write`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        about = json.loads(str(data["about"]))

        def rows(name: str) -> Pieces:
            ends = np.cumsum(data[f"{name}.sizes"].astype(np.int64))
            return [part.tolist() for part in np.split(data[f"{name}.flat"].astype(np.int64), ends[:-1])]

        def below(prefix: str) -> dict[str, npt.NDArray[Any]]:
            return {name.removeprefix(prefix): data[name] for name in data.files if name.startswith(prefix)}

        return Bundle(
            meant=(rows("meant"), rows("meaning")),
            alike=about["alike"],
            guessed=rows("guessed"),
            questions=rows("questions"),
            texts=rows("texts"),
            pairs=data["pairs"],
            words=data["words"],
            layers=below("layers/"),
            bert=below("bert/"),
            config=about["config"],
        )


def renumbered(used: Sequence[Pieces], always: Iterable[int] = ()) -> tuple[npt.NDArray[np.int64], list[Pieces]]:
    """Return which numbers occur, in order, and the rows with each number replaced by its place among them."""
    numbers = np.array(sorted({i for rows in used for row in rows for i in row} | set(always)), np.int64)
    place = {int(n): k for k, n in enumerate(numbers)}
    return numbers, [[[place[i] for i in row] for row in rows] for rows in used]
