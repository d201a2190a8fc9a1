"""Train the network that reads question and text together (``assistant.answers.cross_encoder``), and write what ships of it.

It learns from pairs of a question and a text: all layers of multilingual-e5-small and a head above them, by cross-entropy. The pairs are of the known
questions of the corpus and those of ``evals/questions``, of phrases in headings of the corpus, and of public sets whose licence lets weights made of them ship
(STARD with LeCoQA and PolicyQA, MIT; ClapNQ and MTRAG, Apache-2.0). Never learned from: held-out questions, held-out halves and splits of sets, the suites
of ``evals/cases``. ``reading_pairs`` says all that in full. What is written is the change to each matrix, cut to its first singular vectors
(``reading_network.changes_between``).

The weights that ship were made by the script that this command was written from, with the passages found for 12,000 questions. Where both
pair a question with a text, they label the pair alike; phrases and public sets are drawn otherwise, and no two runs give the same bits.

    python -m evals fit-reader --held-out                train without one fold of works, and say how well it does on that; nothing is written
    python -m evals fit-reader                           train on all, and write the weights

Training takes minutes on a GPU and more than a day without one. A machine that has a GPU, but not the library, needs this repository with numpy, torch,
transformers and rich, and a file of pairs that was written where the library is (which takes half an hour or more):

    python -m evals fit-reader --pairs-to FILE.npz       here
    python -m evals fit-reader --pairs FILE.npz          there
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor, nn

from assistant.answers.reading_network import ReadingNetwork, changes_between
from assistant.library.multilingual_e5 import MultilingualE5
from evals.judging import Judged, auroc
from evals.options import ROOT, library_options
from evals.packed_pairs import Packed, PairsError, pack, read_packed, write_packed

SHIPPED = ROOT / "assistant" / "answers" / "cross_encoder.npz"
FOUND = 12_000
HELD_FOLD = 0
PASSES, SIZE, RATE, DECAY = 3, 128, 1e-4, 0.01
"""How often all pairs are read, so many at once, and by how much weights change at most and fade."""
WARMING, LEAST_RATE = 0.06, 0.02
"""The share of steps in which the rate rises, and the share of it that it falls to, along a cosine."""
SMOOTHING, STEEPEST = 0.04, 1.0
"""By how much labels are drawn together, and the greatest norm of a gradient."""
_CHUNK = 32
"""So many batches are sorted by length at a time, so that those who are read together are of like length, and yet never the same."""
_ROUND = 16
"""Lengths are rounded up to a multiple of this: devices compute faster so."""
_ALONE = 512
"""So many pairs are read at once where nothing is learned."""

Chosen = npt.NDArray[np.int64]
"""Places of pairs."""
Step = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and out of how much."""


def device() -> torch.device:
    """Return the device that this machine trains on."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _autocast() -> torch.autocast:
    """Return half precision where the device computes faster so, which few processors do."""
    return torch.autocast(device().type, torch.bfloat16, enabled=device().type != "cpu")


class _Inputs:
    """Pairs as the network takes them, on its device."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._words = torch.from_numpy(packed.words).to(device())

    def of(self, chosen: Chosen) -> tuple[Tensor, Tensor]:
        """Return the vectors of the pieces of pairs, and which places hold one."""
        rows = [self._packed.pieces(int(pair)) for pair in chosen]
        length = -(-max(map(len, rows)) // _ROUND) * _ROUND
        pieces, there = np.zeros((len(rows), length), np.int64), np.zeros((len(rows), length), np.bool_)
        for number, row in enumerate(rows):
            pieces[number, : len(row)], there[number, : len(row)] = row, True
        return self._words[torch.from_numpy(pieces).to(device())].float(), torch.from_numpy(there).to(device())


def batches(chosen: Chosen, lengths: npt.NDArray[np.int64], size: int, draws: np.random.Generator) -> list[Chosen]:
    """Return all pairs in a new order, ``size`` at a time, those of like length together."""
    mixed = draws.permutation(chosen)
    out = []
    for start in range(0, len(mixed), size * _CHUNK):
        chunk = mixed[start : start + size * _CHUNK]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        out += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    return [out[i] for i in draws.permutation(len(out))]


def rate(step: int, steps: int) -> float:
    """Return the share of the rate at a step: rising at first, then falling along a cosine."""
    return min(1.0, (step + 1) / (WARMING * steps)) * max(LEAST_RATE, 0.5 * (1 + math.cos(math.pi * step / steps)))


def train(packed: Packed, chosen: Chosen, passes: int = PASSES, size: int = SIZE, seed: int = 0, show: Step = lambda *_: None) -> ReadingNetwork:
    """Return a network that has learned from the ``chosen`` pairs, each counting by its weight.

    Args:
        packed: all pairs, and the weights that it begins with.
        chosen: those that it learns from.
        passes: how often it reads them.
        size: so many at a time.
        seed: of the head's first weights, the order of the pairs and what is left out by chance.
        show: is told how far it is, and what the loss was.
    """
    torch.manual_seed(seed)
    draws, inputs, lengths = np.random.default_rng(seed), _Inputs(packed), packed.lengths
    network = ReadingNetwork(packed.network).to(device()).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    each = sum(-(-min(size * _CHUNK, len(chosen) - start) // size) for start in range(0, len(chosen), size * _CHUNK))
    step, steps, told = 0, passes * each, "training"
    for number in range(passes):
        losses = []
        for batch in batches(chosen, lengths, size, draws):
            show(told, step, steps)
            for group in optimiser.param_groups:
                group["lr"] = RATE * rate(step, steps)
            loss = surprise(network, inputs.of(batch), packed, batch)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(network.parameters(), STEEPEST)
            optimiser.step()
            losses.append(loss.detach())
            step += 1
        told = f"training, loss {float(torch.stack(losses).mean()):.3f} in pass {number + 1} of {passes}"
    show(told, steps, steps)
    return network.eval()


def surprise(network: ReadingNetwork, inputs: tuple[Tensor, Tensor], packed: Packed, batch: Chosen) -> Tensor:
    """Return the mean cross-entropy of a batch, each pair counting by its weight."""
    labels = torch.from_numpy(packed.labels[batch]).to(device()).float() * (1 - SMOOTHING) + SMOOTHING / 2
    weights = torch.from_numpy(packed.weights[batch]).to(device())
    with _autocast():
        odds = network(*inputs)
    return (nn.functional.binary_cross_entropy_with_logits(odds.float(), labels, reduction="none") * weights).sum() / weights.sum()


def odds_of(network: ReadingNetwork, packed: Packed, chosen: Chosen, show: Step = lambda *_: None) -> npt.NDArray[np.float32]:
    """Return the log-odds of pairs, in their order."""
    inputs, out = _Inputs(packed), np.zeros(len(chosen), np.float32)
    order = np.argsort(packed.lengths[chosen], kind="stable")
    with torch.inference_mode(), _autocast():
        for start in range(0, len(order), _ALONE):
            show("measuring", start, len(order))
            batch = order[start : start + _ALONE]
            out[batch] = network(*inputs.of(chosen[batch])).float().cpu().numpy()
    return out


def lines(network: ReadingNetwork, packed: Packed, without_fold: bool, show: Step = lambda *_: None) -> Iterator[str]:
    """Yield how well the network tells pairs apart that it did not learn from: those of held-out questions, and of questions on the fold left out."""
    questions = (packed.kinds == "question") & (packed.weights > 0)
    parts = {"held-out questions": packed.weights == 0}
    if without_fold:
        parts["questions on works that were left out"] = questions & (packed.folds == HELD_FOLD)
    for told, part in parts.items():
        chosen = np.flatnonzero(part)
        labels = packed.labels[chosen].tolist()
        judged = [Judged(o, o >= 0, label) for o, label in zip(odds_of(network, packed, chosen, show).tolist(), labels, strict=True)]
        yield f"{told}: {len(judged)} pairs, AUROC {auroc(judged):.3f}" if len(set(labels)) == 2 else f"{told}: {len(judged)} pairs, not of both kinds"


def learned_from(packed: Packed, without_fold: bool) -> Chosen:
    """Return the pairs that count, without those of the fold that is held out.

    Raises:
        PairsError: there are none.
    """
    chosen = np.flatnonzero((packed.weights > 0) & ~(without_fold & (packed.folds == HELD_FOLD)))
    if not len(chosen):
        raise PairsError("There are no pairs to learn from: all are of questions or works that are held out. Give more questions.")
    return chosen


def write_changes(network: ReadingNetwork, packed: Packed, path: Path) -> None:
    """Write what ships of a network, making the folder."""
    changes: dict[str, Any] = changes_between(packed.network, network.weights())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **changes)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-reader``."""
    parser.add_argument("--found", type=int, default=FOUND, metavar="N", help="look up passages for N questions, drawn by hash; %(default)s if not given")
    parser.add_argument("--held-out", action="store_true", help="train without one fold of works, print how well it does on that, and write no weights")
    file = parser.add_mutually_exclusive_group()
    file.add_argument("--pairs", type=Path, metavar="FILE", help="learn from the pairs in this file, without the library")
    file.add_argument("--pairs-to", type=Path, metavar="FILE", help="write the pairs to this file, and train nothing")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the weights; those that ship if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Gather or read the pairs, train, print how well it does, write the weights and return 0."""
    with _bar() as show:
        packed = read_packed(args.pairs) if args.pairs else _gathered(args, show)
        if args.pairs_to:
            write_packed(packed, args.pairs_to)
            print(f"{args.pairs_to}: {len(packed)} pairs, {int((packed.weights == 0).sum())} of them of held-out questions")
            return 0
        chosen = learned_from(packed, args.held_out)
        network = train(packed, chosen, show=show)
        for line in lines(network, packed, args.held_out, show):
            print(line)
    if not args.held_out:
        write_changes(network, packed, args.out)
        print(f"{args.out}: learned from {len(chosen)} pairs")
    return 0


def _gathered(args: argparse.Namespace, show: Step) -> Packed:
    from evals.reading_pairs import gather  # not at the top: a machine with a file of pairs may have none of what it takes

    with tempfile.TemporaryDirectory(prefix="evals-fit-reader-", ignore_cleanup_errors=True) as temporary:
        return pack(gather(args.texts, args.home or Path(temporary), args.found, args.as_of, show), MultilingualE5())


@contextmanager
def _bar() -> Iterator[Step]:
    """Give a bar on stderr; where that is no terminal, a line for each thing that is done."""
    screen, told = Console(stderr=True), [""]
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        line = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(line, description=what, completed=done, total=total)
            if not screen.is_terminal and what != told[0]:
                told[0] = what
                screen.print(what, markup=False)

        yield show
