"""The network that reads question and text together: what is trained, what ships, and that padding changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from assistant.answers.cross_encoder import TRAINED
from assistant.answers.reading_network import PIECES, QUESTION_PIECES, ReadingNetwork, padded, pair_up
from assistant.library.bilingual import open_bilingual
from assistant.library.embedding import load_packaged_bert
from assistant.library.pieces import WIDTH, PieceFeatures

QUESTIONS = [open_bilingual().encode(q) for q in ("实习报酬最低是多少？", "Who approves the plan of the committee?")]
TEXTS = [open_bilingual().encode(t) for t in ("报酬不得低于百分之八十。", "The committee has at least nine members and decides by a majority of all of them.")]


@pytest.fixture(name="features", scope="module")
def _features() -> PieceFeatures:
    return open_bilingual().features()


@pytest.fixture(name="network", scope="module")
def _network() -> Iterator[ReadingNetwork]:
    network = ReadingNetwork(load_packaged_bert())
    with np.load(TRAINED) as trained:
        network.take(trained)
    with torch.inference_mode():
        yield network.eval()


def test_a_pair_is_the_question_and_behind_it_the_text(features: PieceFeatures) -> None:
    read, there, second = pair_up(features, QUESTIONS, TEXTS)
    lengths = [len(q) + len(t) for q, t in zip(QUESTIONS, TEXTS, strict=True)]
    assert read.shape == (2, max(lengths), WIDTH)
    assert there.sum(1).tolist() == lengths
    assert second.sum(1).tolist() == [len(t) for t in TEXTS]
    text = features(*padded([TEXTS[0]], "cpu"))[0]
    assert torch.allclose(read[0, len(QUESTIONS[0]) : lengths[0]], text, atol=1e-4)


def test_what_is_too_long_is_cut(features: PieceFeatures) -> None:
    _, there, second = pair_up(features, [[5] * 300], [[6] * 300])
    assert there.sum().item() == PIECES
    assert second.sum().item() == PIECES - QUESTION_PIECES


def test_a_pair_is_read_alike_alone_and_beside_longer_ones(network: ReadingNetwork, features: PieceFeatures) -> None:
    together = network(*pair_up(features, QUESTIONS, TEXTS))
    alone = [network(*pair_up(features, [q], [t]))[0] for q, t in zip(QUESTIONS, TEXTS, strict=True)]
    assert torch.allclose(together, torch.stack(alone), atol=1e-3)


def test_what_ships_is_what_training_changed_and_nothing_else(network: ReadingNetwork) -> None:
    trained = network.trained()
    assert all(name.startswith(("map.", "head.", "bert.embeddings.token_type", "bert.embeddings.LayerNorm", "bert.encoder.layer.")) for name in trained)
    assert sum(array.size for array in trained.values()) < 2_000_000
    with np.load(TRAINED) as shipped:
        assert {name: shipped[name].shape for name in shipped.files} == {name: array.shape for name, array in trained.items()}


def test_a_part_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"map\.weight"):
        ReadingNetwork(load_packaged_bert()).take({})


def test_settled_it_says_the_same(features: PieceFeatures) -> None:
    network = ReadingNetwork(load_packaged_bert()).eval()
    with np.load(TRAINED) as trained:
        network.take(trained)
    inputs = pair_up(features, QUESTIONS, TEXTS)
    with torch.inference_mode():
        before = network(*inputs)
        network.settle()
        assert torch.allclose(network(*inputs), before, atol=1e-3)
    assert not any("parametrizations" in name for name, _ in network.named_parameters())
