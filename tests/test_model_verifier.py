"""Verifiers plugged in by name: real models of the two kinds, tiny and made on the spot, behind the same checks of hard facts."""

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertForTokenClassification, BertTokenizer, PreTrainedModel

from assistant.config import load_settings
from assistant.errors import ConfigError
from assistant.judge.model_verifier import PairScorer, open_verifier, windows
from assistant.judge.verification import LexicalVerifier
from assistant.results import Verdict

CITED = "An enterprise must pay interns at least 80% of the wage."
OWN_WORDS = "Those who intern receive most of what staff earn."
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] an enterprise must pay interns at least 80 % of the wage . those who intern receive most what staff earn".split()
KINDS = ("cross-encoder", "lettucedetect")


def tokenizer_in(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    BertTokenizer(vocab=str(folder / "words.txt"), model_max_length=128).save_pretrained(folder)


def config(*labels: str) -> BertConfig:
    torch.manual_seed(7)
    made = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=128
    )  # fmt: skip
    made.id2label = dict(enumerate(labels))
    made.label2id = {label: i for i, label in enumerate(labels)}
    return made


def saved(model: PreTrainedModel, folder: Path, bias: list[float]) -> str:
    """Save a model whose last layer leans to one side by ``bias``, and return its folder."""
    with torch.no_grad():
        model.classifier.bias.copy_(torch.tensor(bias))  # type: ignore[union-attr,operator]
    model.save_pretrained(folder)
    tokenizer_in(folder)
    return str(folder)


def model_in(folder: Path, kind: str, carries: bool) -> str:
    """Return the setting that names a model which finds everything carried, or nothing."""
    if kind == "cross-encoder":
        return f"{kind}:" + saved(BertForSequenceClassification(config("carried")), folder, [9.0 if carries else -9.0])
    return f"{kind}:" + saved(BertForTokenClassification(config("carried", "invented")), folder, [9.0, -9.0] if carries else [-9.0, 9.0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("carries", [True, False])
def test_the_model_decides_on_meaning(tmp_path: Path, kind: str, carries: bool) -> None:
    setting = model_in(tmp_path, kind, carries)
    judgement = open_verifier(setting, LexicalVerifier()).verify(OWN_WORDS, [CITED])
    assert judgement.verdict is (Verdict.SUPPORTED if carries else Verdict.UNSUPPORTED)
    assert (judgement.score > 0.99) is carries
    assert judgement.reason == f"{setting} gives it {judgement.score:.2f}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (CITED.replace("80%", "90%"), "number: '90%' is not in the cited words"),
        (CITED.replace("must", "may"), "modality: the sentence says 'permit', the cited words say 'oblige'"),
        (CITED.replace("at least", "at most"), "bound: the sentence says at most 80, the cited words at least"),
    ],
)
def test_hard_facts_are_checked_before_a_model_that_believes_everything(tmp_path: Path, kind: str, sentence: str, reason: str) -> None:
    verifier = open_verifier(model_in(tmp_path, kind, carries=True), LexicalVerifier())
    judgement = verifier.verify(sentence, [CITED])
    assert (judgement.verdict, judgement.reason) == (Verdict.UNSUPPORTED, reason)
    assert judgement == LexicalVerifier().verify(sentence, [CITED])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_copied_stands_and_what_cites_nothing_falls_whatever_the_model_says(tmp_path: Path, kind: str) -> None:
    assert open_verifier(model_in(tmp_path / "no", kind, carries=False), LexicalVerifier()).verify(CITED, [CITED]).verdict is Verdict.SUPPORTED
    assert open_verifier(model_in(tmp_path / "yes", kind, carries=True), LexicalVerifier()).verify(CITED, []).verdict is Verdict.UNSUPPORTED


@pytest.mark.parametrize("kind", KINDS)
def test_a_response_is_as_good_as_its_weakest_sentence(tmp_path: Path, kind: str) -> None:
    verifier = open_verifier(model_in(tmp_path, kind, carries=True), LexicalVerifier())
    good = verifier.respond(CITED, f"{CITED} {OWN_WORDS}")
    assert (good.grounded, [s.supported for s in good.sentences]) == (True, [True, True])
    bad = verifier.respond(CITED, f"{OWN_WORDS} An enterprise must pay interns at least 70% of the wage.")
    assert (bad.grounded, bad.score, [s.supported for s in bad.sentences]) == (False, 0.0, [True, False])


def test_entailment_is_read_by_its_label_wherever_it_stands(tmp_path: Path) -> None:
    model = BertForSequenceClassification(config("contradiction", "entailment", "neutral"))
    folder = saved(model, tmp_path, [-9.0, 9.0, -9.0])
    assert PairScorer(folder).score([CITED], OWN_WORDS) > 0.99


def test_a_long_context_is_read_in_windows_that_lose_nothing(tmp_path: Path) -> None:
    tokenizer_in(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    context = " ".join([CITED] * 40)
    pieces = windows(context, OWN_WORDS, tokenizer, 128)
    assert " ".join(pieces) == context
    assert len(pieces) > 1
    assert all(len(tokenizer(piece, OWN_WORDS)["input_ids"]) <= 128 for piece in pieces)
    assert windows(CITED, OWN_WORDS, tokenizer, 128) == [CITED]


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_cannot_be_loaded_is_one_clear_line(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ConfigError) as raised:
        open_verifier(f"{kind}:{tmp_path}", LexicalVerifier())
    said = str(raised.value)
    assert said.startswith(f"ASSISTANT_VERIFIER: '{kind}:{tmp_path}' cannot be loaded on this machine (")
    assert said.endswith("Give the folder of such a model, as docs/models.md says, or unset the variable.")
    assert "\n" not in said


@pytest.mark.parametrize("given", ["bert", "cross-encoder:", "judge:name"])
def test_the_setting_says_how_to_write_it(given: str) -> None:
    with pytest.raises(ConfigError, match=r"ASSISTANT_VERIFIER: '.*write it as cross-encoder:NAME or lettucedetect:NAME"):
        load_settings(verifier=given)


def test_no_setting_means_shared_words() -> None:
    lexical = LexicalVerifier()
    assert open_verifier("", lexical) is lexical
