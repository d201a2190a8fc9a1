"""``python -m evals fit-reader``: train the reading network. Minutes on a large GPU, a day on two cores; needs torch and transformers alone.

First the layers learn to read Chinese: the pieces of the bilingual model, mapped to where MiniLM's words lie, shall give the vector
that MiniLM gives for the same meaning in English (Reimers and Gurevych 2020, *Making Monolingual Sentence Embeddings Multilingual
Using Knowledge Distillation*). Then they learn which texts answer which questions.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import BertConfig, BertModel

from assistant.answers.reading_network import ReadingNetwork, padded, pair_up
from assistant.library.pieces import WIDTH, PieceFeatures
from evals.reading_bundle import Bundle, Pieces, read_bundle

RATES = 1e-3, 6e-4
"""Highest learning rates of both parts, reached after a tenth of the steps."""
TEXTS, PAIRS = 384, 192
"""Of a step, in the first and in the second part."""
RIDGE_WORDS, RIDGE_SENTENCES = 30.0, 5.0
TEMPERATURE, CONTRAST, GUESSED = 0.05, 0.1, 0.5
"""Of the choice among a step's meanings; what that counts for beside the cosine; what a guessed meaning counts for beside a known one."""
_STARTED = time.monotonic()


class Training:
    """One network and what it learns from.

    Args:
        bundle: the texts and models.
        device: where torch computes.
    """

    def __init__(self, bundle: Bundle, device: str) -> None:
        torch.manual_seed(1)
        self.bundle, self.device = bundle, device
        self.random = np.random.default_rng(1)
        self.features = PieceFeatures(bundle.layers, device)
        self.words = torch.from_numpy(bundle.bert["embeddings.word_embeddings.weight"].astype(np.float32)).to(device)
        teacher = self._bert()
        self.meant = torch.cat([self._taught(teacher), self._guessed(teacher)])
        self.network = ReadingNetwork(self._bert().cpu()).to(device)
        self._map_words()

    def _bert(self) -> BertModel:
        bert = BertModel(BertConfig(**self.bundle.config), add_pooling_layer=False)
        bert.load_state_dict({name: torch.from_numpy(np.asarray(w, np.float32)) for name, w in self.bundle.bert.items()})
        bert.requires_grad_(False).to(self.device)  # type: ignore[arg-type]  # transformers hides the signature
        bert.eval()  # type: ignore[no-untyped-call]
        return bert

    def _taught(self, teacher: BertModel) -> Tensor:
        """Return MiniLM's vectors of what texts mean, shape ``(texts, width)``."""
        out = torch.zeros(len(self.bundle.meant[1]), self.words.shape[1], device=self.device)
        for places in self._batches(self.bundle.meant[1], TEXTS):
            ids, there = padded([self.bundle.meant[1][i] for i in places], self.device)
            with torch.inference_mode(), self._halved():
                out[places] = _mean(teacher(inputs_embeds=self.words[ids], attention_mask=there).last_hidden_state, there)
        return out

    def _guessed(self, teacher: BertModel) -> Tensor:
        """Return where the statutes' sentences would lie for MiniLM: a linear map from the sum of a text's features, learned from English texts."""
        known, asked = self._sums(self.bundle.meant[0][: self.bundle.alike]), self._sums(self.bundle.guessed)
        return F.normalize(asked @ _ridge(known, self._taught(teacher)[: self.bundle.alike], RIDGE_SENTENCES), dim=1)

    def _sums(self, rows: Pieces) -> Tensor:
        out = torch.zeros(len(rows), WIDTH + 1, device=self.device)
        for places in self._batches(rows, TEXTS):
            ids, there = padded([rows[i] for i in places], self.device)
            out[places, :-1] = F.normalize(self.features(ids, there).sum(1), dim=1)
        out[:, -1] = 1.0
        return out

    def _map_words(self) -> None:
        """Begin with the linear map that takes pieces to the MiniLM words written alike."""
        frame = self.bundle.questions[0]
        spelled = torch.from_numpy(self.bundle.words).to(self.device)
        rows = torch.stack([torch.full_like(spelled[:, 0], frame[0]), spelled[:, 0], torch.full_like(spelled[:, 0], frame[-1])], dim=1)
        parts = [self.features(part, torch.ones_like(part, dtype=torch.bool))[:, 1] for part in torch.split(rows, 2000)]
        ones = torch.ones(len(rows), 1, device=self.device)
        found = _ridge(torch.cat([torch.cat(parts), ones], dim=1), self.words[spelled[:, 1]], RIDGE_WORDS)
        self.network.map.weight.data, self.network.map.bias.data = found[:-1].T.contiguous(), found[-1]

    def _halved(self) -> torch.autocast:
        return torch.autocast(self.device, dtype=torch.bfloat16)

    def _batches(self, rows: Sequence[Sequence[int]], size: int) -> Iterator[list[int]]:
        """Yield the places of rows of like length, in random order of batches."""
        lengths = np.array([len(row) for row in rows]) + self.random.random(len(rows)) * 3
        order = np.argsort(lengths, kind="stable")
        batches = [order[start : start + size].tolist() for start in range(0, len(order), size)]
        self.random.shuffle(batches)
        yield from batches

    def learn_meanings(self, epochs: int) -> None:
        """Teach the layers the meanings of texts."""
        rows = [*self.bundle.meant[0], *self.bundle.guessed]
        counts = torch.cat([torch.ones(len(self.bundle.meant[0])), torch.full((len(self.bundle.guessed),), GUESSED)]).to(self.device)

        def loss(places: list[int]) -> Tensor:
            ids, there = padded([rows[i] for i in places], self.device)
            read = self.features(ids, there)
            with self._halved():
                states = self.network.states(read, there, torch.zeros_like(ids))
            vectors, meant = _mean(states.float(), there), self.meant[places]
            same = (meant @ meant.T > 0.98) & ~torch.eye(len(places), dtype=torch.bool, device=self.device)
            choice = (vectors @ meant.T / TEMPERATURE).masked_fill(same, -30.0)
            chosen = F.cross_entropy(choice, torch.arange(len(places), device=self.device), reduction="none")
            return (((1 - (vectors * meant).sum(1)) + CONTRAST * chosen) * counts[places]).mean()

        self.network.eval()  # what is imitated has no dropout
        self._descend(lambda: self._batches(rows, TEXTS), math.ceil(len(rows) / TEXTS), epochs, RATES[0], loss)

    def learn_answers(self, chosen: Sequence[int], epochs: int) -> None:
        """Teach the layers which texts answer which questions: the chosen pairs."""
        table = torch.from_numpy(self.bundle.pairs).to(self.device)
        sizes = [range(len(self._question(i)) + len(self._text(i))) for i in chosen]

        def loss(places: list[int]) -> Tensor:
            here = [chosen[i] for i in places]
            odds, counts = self._odds(here), table[here, 3]
            return (F.binary_cross_entropy_with_logits(odds, table[here, 2], reduction="none") * counts).sum() / counts.sum()

        self.network.train()
        self._descend(lambda: self._batches(sizes, PAIRS), math.ceil(len(chosen) / PAIRS), epochs, RATES[1], loss)

    def _descend(self, batches: Callable[[], Iterator[list[int]]], steps: int, epochs: int, rate: float, loss: Callable[[list[int]], Tensor]) -> None:
        parameters = [p for p in self.network.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps * epochs + 1, pct_start=0.1)
        for epoch in range(epochs):
            total = torch.zeros((), device=self.device)
            for places in batches():
                lost = loss(places)
                optimizer.zero_grad()
                lost.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                schedule.step()
                total += lost.detach()
            print(f"[{time.monotonic() - _STARTED:5.0f} s] epoch {epoch + 1} of {epochs}: loss {float(total) / steps:.3f}", flush=True)

    def odds(self, chosen: Sequence[int]) -> np.ndarray:
        """Return the log-odds of pairs, shape ``(chosen,)``."""
        self.network.eval()
        out = np.zeros(len(chosen), np.float32)
        for places in self._batches([range(len(self._question(i)) + len(self._text(i))) for i in chosen], PAIRS):
            with torch.inference_mode():
                out[places] = self._odds([chosen[i] for i in places]).cpu().numpy()
        return out

    def _odds(self, chosen: Sequence[int]) -> Tensor:
        inputs = pair_up(self.features, [self._question(i) for i in chosen], [self._text(i) for i in chosen])
        with self._halved():
            odds: Tensor = self.network(*inputs)
        return odds.float()

    def _question(self, pair: int) -> list[int]:
        return self.bundle.questions[int(self.bundle.pairs[pair, 0])]

    def _text(self, pair: int) -> list[int]:
        return self.bundle.texts[int(self.bundle.pairs[pair, 1])]


def _mean(states: Tensor, there: Tensor) -> Tensor:
    """Return the direction of the mean of the states, as sentence-transformers pools MiniLM."""
    mask = there[..., None].to(states.dtype)
    return F.normalize(((states * mask).sum(1) / mask.sum(1)).float(), dim=1)


def _ridge(x: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Return the matrix that takes rows of ``x`` to rows of ``y`` with least squares."""
    solved: Tensor = torch.linalg.solve(x.T @ x + penalty * torch.eye(x.shape[1], device=x.device), x.T @ y)
    return solved


def _save(network: ReadingNetwork, path: Path) -> None:
    arrays: dict[str, Any] = network.trained()
    np.savez(path, **arrays)


def _auroc(odds: np.ndarray, answers: np.ndarray) -> float:
    ranks = np.empty(len(odds))
    ranks[np.argsort(odds, kind="stable")] = np.arange(1, len(odds) + 1)
    positive = answers.sum()
    return float((ranks[answers].sum() - positive * (positive + 1) / 2) / (positive * (len(odds) - positive)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-reader``."""
    parser.add_argument("bundle", type=Path, metavar="FILE", help="what reading-texts wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write all.npz, and held.npz, which has not seen fold 0")
    parser.add_argument("--epochs", type=int, nargs=2, default=(3, 5), metavar=("M", "A"), help="passes over the meanings, and over the pairs")


def main(args: argparse.Namespace) -> int:
    """Train twice, on all, and without fold 0, on which that is measured; write both and return 0."""
    torch.set_float32_matmul_precision("high")  # the features are of eight bits anyway
    training = Training(read_bundle(args.bundle), "cuda" if torch.cuda.is_available() else "cpu")
    args.out.mkdir(parents=True, exist_ok=True)
    training.learn_meanings(args.epochs[0])
    began = training.network.trained()
    pairs = training.bundle.pairs
    training.learn_answers(list(range(len(pairs))), args.epochs[1])
    _save(training.network, args.out / "all.npz")
    training.network.take(began)
    training.learn_answers(np.flatnonzero(pairs[:, 4] != 0).tolist(), args.epochs[1])
    _save(training.network, args.out / "held.npz")
    held = np.flatnonzero(pairs[:, 4] == 0).tolist()
    print(f"fold 0, {len(held)} pairs: AUROC {_auroc(training.odds(held), pairs[held, 2] == 1):.3f}")
    return 0
