"""Training the reading network, on a handful of pairs: it learns them, and what it writes is what ships."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from assistant.answers.cross_encoder import TRAINED, CrossEncoder, Excerpt
from assistant.documents import Span
from assistant.library.bilingual import open_bilingual
from evals.fit_reader import Training, main
from evals.reading_bundle import Bundle
from evals.reading_pack import LONGEST, pack
from evals.reading_questions import Pair
from evals.reading_texts import Meanings

ANSWERED = ("How many members must attend?", "Who approves the plan?", "罚款多少？", "谁负责登记？")
BODIES = ("Two thirds of the members must attend.", "The council approves the plan.", "处一万元罚款。", "由县级部门负责登记。")


def excerpt(body: str) -> Excerpt:
    return Excerpt("", "", body, Span(0, len(body)))


PAIRS = [Pair(q, excerpt(t), float(i == k), 1.0, i % 2) for i, q in enumerate(ANSWERED) for k, t in enumerate(BODIES)]
SENTENCES = ["The plan is approved.", "A fine is imposed.", "Members attend the meeting.", "The firm registers."]
LEARNED = Meanings([*((s, s) for s in SENTENCES), ("罚款", "fine"), ("登记", "to register"), ("批准" * 100, "approve")], ["应当登记。", "处罚款。"])


@pytest.fixture(name="bundle", scope="module")
def _bundle() -> Bundle:
    return pack([*PAIRS, PAIRS[0]], LEARNED, len(SENTENCES))


def test_what_is_packed_is_each_pair_once_in_the_models_own_pieces(bundle: Bundle) -> None:
    assert len(bundle.pairs) == 16
    assert bundle.pairs[:, 2].sum() == 4
    assert len(bundle.questions) == len(bundle.texts) == 4
    assert [len(row) for row in bundle.questions] == [len(open_bilingual().encode(q)) for q in ANSWERED]
    assert max(len(row) for row in bundle.meant[0]) == LONGEST
    read = [row for rows in (bundle.meant[0], bundle.guessed, bundle.questions, bundle.texts) for row in rows]
    assert len(bundle.layers["table"]) == 1 + max(i for row in read for i in row)
    assert len(bundle.words) > 5


def test_it_learns_its_pairs(bundle: Bundle) -> None:
    training = Training(bundle, "cpu")
    labels = bundle.pairs[:, 2] == 1
    everything = list(range(len(bundle.pairs)))
    training.learn_answers(everything, 25)
    odds = training.odds(everything)
    assert odds[labels].min() > odds[~labels].max()


def test_it_learns_what_texts_mean(bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    Training(bundle, "cpu").learn_meanings(8)
    losses = [float(line.rsplit(" ", 1)[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(losses) == 8
    assert losses[-1] < 0.6 * losses[0]


def test_the_command_writes_networks_that_the_assistant_takes(bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle.write(tmp_path / "bundle.npz")
    assert main(argparse.Namespace(bundle=tmp_path / "bundle.npz", out=tmp_path / "out", epochs=(1, 1))) == 0
    assert "fold 0, 8 pairs: AUROC" in capsys.readouterr().out
    with np.load(tmp_path / "out" / "all.npz") as written, np.load(TRAINED) as shipped:
        assert set(written.files) == set(shipped.files)
    assert isinstance(CrossEncoder(tmp_path / "out" / "held.npz").odds("What?", excerpt(BODIES[0])), float)
