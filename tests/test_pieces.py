"""The layers below the bilingual model's vector, computed in torch: summed up, they give the vector that the package gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from assistant.library.bilingual import open_bilingual
from assistant.library.embedding import Vectors
from assistant.library.pieces import WIDTH, PieceFeatures

TEXTS = ["实习生的报酬不得低于试用期工资的百分之八十。", "Interns are paid at least 80 % of a probation wage.", "?"]


@pytest.fixture(name="features", scope="module")
def _features() -> PieceFeatures:
    return open_bilingual().features()


def alone(features: PieceFeatures, text: str) -> Tensor:
    pieces = torch.tensor([open_bilingual().encode(text)])
    return features(pieces, torch.ones_like(pieces, dtype=torch.bool))[0]


def vector(summed: Vectors, pieces: int) -> Vectors:
    """The layers above, from the paper's description: they are not in the product, which has the package for them."""
    w = open_bilingual().layers()
    mean = (summed @ w["cnn_W"] + pieces * w["cnn_b"]) / np.sqrt(pieces)
    first = np.maximum(mean @ w["p1"] + np.maximum(mean @ w["d0"], 0) @ w["d1"], 0)
    out: Vectors = np.tanh(first @ w["p3"] + np.maximum(first @ w["d2"], 0) @ w["d3"])
    return out / float(np.linalg.norm(out))


@pytest.mark.parametrize("text", TEXTS)
def test_the_sum_of_a_text_is_what_the_package_makes_its_vector_of(features: PieceFeatures, text: str) -> None:
    found = alone(features, text)
    assert found.shape == (len(open_bilingual().encode(text)), WIDTH)
    assert vector(found.sum(0).numpy(), len(found)) @ open_bilingual().embed([text])[0] == pytest.approx(1.0, abs=1e-4)


def test_a_text_is_read_alike_alone_and_beside_longer_ones(features: PieceFeatures) -> None:
    rows = [open_bilingual().encode(text) for text in TEXTS]
    longest = max(map(len, rows))
    pieces = torch.tensor([[*row, *[7] * (longest - len(row))] for row in rows])
    there = torch.tensor([[k < len(row) for k in range(longest)] for row in rows])
    together = features(pieces, there)
    for k, text in enumerate(TEXTS):
        assert torch.allclose(together[k, : len(rows[k])], alone(features, text), atol=1e-4)
        assert not together[k, len(rows[k]) :].any()
