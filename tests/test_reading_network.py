"""The network that reads question and text together: what is kept of training, and that padding changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers.cross_encoder import TRAINED
from assistant.answers.reading_network import RANK, ReadingNetwork, changed, changes_between
from assistant.library.multilingual_e5 import WIDTH, MultilingualE5


@pytest.fixture(name="network", scope="module")
def _network() -> Iterator[ReadingNetwork]:
    with np.load(TRAINED) as changes:
        network = ReadingNetwork(changed(MultilingualE5().weights(), changes))
    with torch.inference_mode():
        yield network.eval()


def test_a_pair_is_read_alike_alone_and_beside_longer_ones(network: ReadingNetwork) -> None:
    words = torch.from_numpy(MultilingualE5().words(range(5, 45)))
    short = torch.zeros(2, 40, WIDTH)
    short[0, :12], short[1] = words[:12], words
    there = torch.arange(40)[None] < torch.tensor([[12], [40]])
    together = network(short, there)
    alone = network(words[None, :12], torch.ones(1, 12, dtype=torch.bool))
    assert together[0].item() == pytest.approx(alone[0].item(), abs=1e-3)


def test_what_ships_covers_every_weight_and_nothing_else(network: ReadingNetwork) -> None:
    with np.load(TRAINED) as shipped:
        names = {n.removesuffix(".scales").removesuffix(".up").removesuffix(".down") for n in shipped.files}
        thin = {n for n in shipped.files if n.endswith((".up", ".down"))}
        assert all(shipped[n].dtype == np.int8 and shipped[n].shape[0] == RANK for n in thin)
    assert names == set(network.weights())
    assert len(thin) == 2 * 12 * 6


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_a_change_of_low_rank_ships_nearly_whole(rank: int, seed: int) -> None:
    draws = np.random.default_rng(seed)
    before = {"layer.weight": draws.normal(size=(96, 80)).astype(np.float32), "layer.bias": np.zeros(96, np.float32)}
    change = (draws.normal(size=(96, rank)) @ draws.normal(size=(rank, 80))).astype(np.float32)
    after = {"layer.weight": before["layer.weight"] + change, "layer.bias": np.full(96, 0.5, np.float32), "head.0.weight": np.eye(3, dtype=np.float32)}
    again = changed(before, changes_between(before, after))
    assert set(again) == set(after)
    assert np.abs(again["layer.weight"] - after["layer.weight"]).max() < 0.03 * np.abs(change).max()
    assert (again["layer.bias"] == 0.5).all()
    assert (again["head.0.weight"] == np.eye(3)).all()


def test_a_part_that_is_missing_is_an_error() -> None:
    changes = changes_between({"layer.weight": np.zeros((70, 70), np.float32)}, {"layer.weight": np.ones((70, 70), np.float32)})
    del changes["layer.weight.down"]
    with pytest.raises(KeyError, match=r"layer\.weight\.down"):
        changed({"layer.weight": np.zeros((70, 70), np.float32)}, changes)
