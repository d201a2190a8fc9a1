"""A verifier that lets a trained model weigh the meaning, after the hard facts: any that this machine can load.

``cross-encoder:NAME`` is a pair classifier as sentence-transformers loads it: one score of support, or entailment among other
labels. ``lettucedetect:NAME`` is a token classifier that marks the words which a context does not carry (Kovács and Recski,
"LettuceDetect", 2025). NAME is a folder, or a name that the machine's cache has.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import ConfigError
from assistant.judge.alignment import read_evidence
from assistant.judge.responses import Response, SentenceVerdict, Verifier, split, weakest
from assistant.judge.verification import LexicalVerifier
from assistant.language.text import sentences
from assistant.results import Judgement, Verdict

_FLOOR = 0.5
_MARKED = "Summarize the following text:\n{context}\noutput:"
"""How LettuceDetect's training data frame a context without a question."""
_SPECIAL = 32
"""Tokens of an input besides a context and a sentence."""
_SHORTEST_WINDOW = 64


class Scorer(Protocol):
    """Says how probable it is that a context carries a sentence."""

    def score(self, contexts: Sequence[str], sentence: str) -> float:
        """Return the probability, from 0 to 1, that one of the contexts does."""


class ModelVerifier:
    """Judges hard facts and claims as the lexical verifier does, and by a model's score instead of shared words.

    Args:
        name: what reasons call the model.
        scorer: the model.
        lexical: checks the hard facts first.
    """

    def __init__(self, name: str, scorer: Scorer, lexical: LexicalVerifier) -> None:
        self.name = name
        self._scorer = scorer
        self._lexical = lexical
        self._lock = threading.Lock()

    def verify(self, sentence: str, evidence: Sequence[str]) -> Judgement:
        """Return the verdict on ``sentence`` from ``evidence``; what a check objects to, the model is not asked."""
        certain = self._lexical.settled(sentence, evidence)
        if certain is not None:
            return certain
        with self._lock:  # tokenizers are not safe to share between threads
            score = self._scorer.score(read_evidence(evidence).texts, sentence)
        verdict = Verdict.SUPPORTED if score >= _FLOOR else Verdict.UNSUPPORTED
        return Judgement(verdict, f"{self.name} gives it {score:.2f}", score)

    def respond(self, context: str, response: str) -> Response:
        """Return the verdicts on a response: it is grounded if each sentence is, and scores as its weakest."""
        verdicts = tuple(SentenceVerdict(text, span, self.verify(text, [context])) for text, span in split(response))
        return Response(verdicts, weakest(verdicts), all(v.supported for v in verdicts))


class PairScorer:
    """A sequence classifier over (context, sentence)."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import CrossEncoder

        self._model: Any = CrossEncoder(name, device="cpu")
        labels = {str(label).lower(): int(i) for i, label in self._model.model.config.id2label.items()}
        self._entailment = labels.get("entailment", max(labels.values()))
        self._room = _room(self._model.tokenizer, self._model.model.config)

    def score(self, contexts: Sequence[str], sentence: str) -> float:
        """Return the score of the window that carries the sentence best."""
        import torch

        pairs = [(window, sentence) for context in contexts for window in windows(context, sentence, self._model.tokenizer, self._room)]
        logits = torch.as_tensor(self._model.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)).reshape(len(pairs), -1)
        carried = torch.sigmoid(logits[:, 0]) if logits.shape[1] == 1 else torch.softmax(logits, 1)[:, self._entailment]
        return float(carried.max())


class TokenScorer:
    """A token classifier over a framed context and a sentence: the last label marks a word that the context does not carry."""

    def __init__(self, name: str) -> None:
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._model: Any = AutoModelForTokenClassification.from_pretrained(name).eval()
        self._room = _room(self._tokenizer, self._model.config)

    def score(self, contexts: Sequence[str], sentence: str) -> float:
        """Return one less the highest probability that a word of the sentence is not carried, in the window where that is least."""
        return max(self._carried(window, sentence) for context in contexts for window in windows(context, sentence, self._tokenizer, self._room))

    def _carried(self, window: str, sentence: str) -> float:
        import torch

        pair = self._tokenizer(_MARKED.format(context=window), sentence, truncation="longest_first", max_length=self._room, return_tensors="pt")
        own = torch.tensor([part == 1 for part in pair.sequence_ids(0)])
        with torch.no_grad():
            marked = torch.softmax(self._model(**pair).logits[0], -1)[:, -1]
        return 1.0 - float(marked[own].max()) if own.any() else 1.0


def _room(tokenizer: Any, config: Any) -> int:
    """Return how many tokens an input may have."""
    return int(min(tokenizer.model_max_length, getattr(config, "max_position_embeddings", 512)))


def windows(context: str, sentence: str, tokenizer: Any, room: int) -> list[str]:
    """Return a context in pieces that fit beside a sentence, cut between its sentences; one that fits is one piece."""

    def length(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    free = max(room - length(sentence) - _SPECIAL, _SHORTEST_WINDOW)
    if length(context) <= free:
        return [context]
    out: list[str] = []
    start, end, used = 0, 0, 0
    for span in sentences(context):
        size = length(context[span.start : span.end])
        if used and used + size > free:
            out.append(context[start:end])
            start, used = span.start, 0
        end, used = span.end, used + size
    return [*out, context[start:end]]


_KINDS: Mapping[str, Callable[[str], Scorer]] = {"cross-encoder": PairScorer, "lettucedetect": TokenScorer}


def open_verifier(setting: str, lexical: LexicalVerifier) -> Verifier:
    """Return the verifier that the setting ``KIND:NAME`` names; the lexical one where it is empty.

    Raises:
        ConfigError: this machine cannot load the model.
    """
    if not setting:
        return lexical
    kind, _, name = setting.partition(":")
    if Path(name).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is fetched for a model that is on disk
    try:
        scorer = _KINDS[kind](name)
    except Exception as error:  # the libraries raise whatever the files of a model make them raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ConfigError(
            f"ASSISTANT_VERIFIER: {setting!r} cannot be loaded on this machine ({reason}). "
            "Give the folder of such a model, as docs/models.md says, or unset the variable."
        ) from error
    return ModelVerifier(setting, scorer, lexical)
