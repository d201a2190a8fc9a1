"""The judge on public sets of responses that people labelled: balanced accuracy and AUROC, as ``assistant verify`` gives them.

Layout read: ``SPLIT/items.jsonl`` (or ``faithful_items.jsonl``) whose rows have ``id``, ``context``, ``response`` and ``label``
(``grounded`` or ``ungrounded``). The verdicts are those of ``verify_response``; beside its own threshold, one is fitted on the half
of the items and tried on the other half, so that a set's own share of ungrounded responses can be told apart from the judge's
ranking. The halves are parted by a hash of the context, so that no context is in both; ``fit-judge`` fits on the same half.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import AssistantError
from assistant.judge.responses import Verifier
from evals import metrics
from evals.library import set_fingerprints, shipped_judge, write_json
from evals.metrics import percentile

_FILES = ("items.jsonl", "faithful_items.jsonl")
Numbers = npt.NDArray[np.float64]


class GroundingError(AssistantError):
    """A set's folder is not laid out as it must be."""


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled response."""

    id: str
    context: str
    response: str
    grounded: bool
    spans: tuple[tuple[int, int], ...] | None = None
    """Where the response is not carried; ``None`` if the set does not mark that."""

    @property
    def fits(self) -> bool:
        """Whether it belongs to the half on which thresholds and models are fitted."""
        return is_fitted(self.context)


@dataclass(frozen=True, slots=True)
class Judged:
    """A response with the judge's score and label, and the seconds it took."""

    item: Item
    score: float
    grounded: bool
    seconds: float


def is_fitted(context: str) -> bool:
    """Return whether responses to a context are in the fitting half: its SHA-256 is even."""
    return hashlib.sha256(context.encode()).digest()[-1] % 2 == 0


def load_items(folder: Path, split: str, limit: int = 0) -> list[Item]:
    """Return the items of a set; the first ``limit`` by hash of the id, if given.

    Raises:
        GroundingError: no file is there, it is empty, or a row lacks what it needs.
    """
    path = next((folder / split / name for name in _FILES if (folder / split / name).is_file()), None)
    if path is None:
        raise GroundingError(f"{folder / split}: has neither {' nor '.join(_FILES)}. Name the folder of a set of labelled responses.")
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            items.append(_item(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise GroundingError(f"{path}:{number}: is not a labelled response ({error!r}). It needs id, context, response and label.") from error
    if not items:
        raise GroundingError(f"{path}: is empty. It needs rows with id, context, response and label.")
    items.sort(key=lambda item: hashlib.sha256(item.id.encode()).hexdigest())
    return items[:limit] if limit else items


def load_both_kinds(folder: Path, split: str, limit: int = 0) -> list[Item]:
    """Return the items of a set as ``load_items`` does, for measures that compare grounded responses with ungrounded ones.

    Raises:
        GroundingError: as ``load_items``, or all items have the same label.
    """
    items = load_items(folder, split, limit)
    if len({item.grounded for item in items}) < 2:
        label, drawn = "grounded" if items[0].grounded else "ungrounded", f", of those drawn with --limit {limit}" if limit else ""
        raise GroundingError(f"{folder / split}: all {len(items)} responses are {label}{drawn}. Both labels are needed, grounded and ungrounded.")
    return items


def _item(row: Any) -> Item:
    if not isinstance(row, dict):
        raise TypeError(f"{row!r} is not an object")
    for key in ("context", "response"):
        if not isinstance(row[key], str):
            raise TypeError(f"{key} {row[key]!r} is not a text")
    spans = None if row.get("spans") is None else tuple((s["start"], s["end"]) for s in row["spans"])
    return Item(str(row["id"]), row["context"], row["response"], {"grounded": True, "ungrounded": False}[row["label"]], spans)


def judge_items(items: Sequence[Item], verifier: Verifier) -> list[Judged]:
    """Return each response as judged."""
    out = []
    for item in items:
        started = time.perf_counter()
        judged = verifier.respond(item.context, item.response)
        out.append(Judged(item, judged.score, judged.grounded, time.perf_counter() - started))
    return out


def auroc(scores: Numbers, grounded: npt.NDArray[np.bool_]) -> float:
    """Return the probability that a grounded response scores above an ungrounded one, ties counting half (Mann and Whitney 1947)."""
    if grounded.all() or not grounded.any():
        return float("nan")
    ordered = np.sort(scores)
    ranks = (np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right") + 1) / 2
    ours = grounded.sum()
    return float((ranks[grounded].sum() - ours * (ours + 1) / 2) / (ours * (~grounded).sum()))


def accuracy(said: npt.NDArray[np.bool_], grounded: npt.NDArray[np.bool_]) -> float:
    """Return the share of responses whose verdict is the label."""
    return float((said == grounded).mean())


def balanced_accuracy(said: npt.NDArray[np.bool_], grounded: npt.NDArray[np.bool_]) -> float:
    """Return the mean of the shares of grounded and of ungrounded responses that are called so (Brodersen et al. 2010)."""
    if grounded.all() or not grounded.any():
        return float("nan")
    return float((said[grounded].mean() + (~said[~grounded]).mean()) / 2)


def fit_threshold(scores: Numbers, grounded: npt.NDArray[np.bool_]) -> float:
    """Return the score from which responses are best called grounded, by balanced accuracy; the lowest such where several tie, 0.5 of none."""
    return float(max(np.unique(scores), key=lambda t: (balanced_accuracy(scores >= t, grounded), -t), default=0.5))


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the measures over all items and over the half not fitted on, with 95 % bootstrap intervals (items drawn)."""
    scores = np.array([j.score for j in judged])
    grounded = np.array([j.item.grounded for j in judged])
    said = np.array([j.grounded for j in judged])
    fits = np.array([j.item.fits for j in judged])
    threshold = fit_threshold(scores[fits], grounded[fits])
    everyone, other = range(len(judged)), np.flatnonzero(~fits).tolist()
    return {
        "items": len(judged),
        "ungrounded": int((~grounded).sum()),
        "auroc": _interval(lambda i: auroc(scores[i], grounded[i]), everyone),
        "auroc_other_half": _interval(lambda i: auroc(scores[i], grounded[i]), other),
        "accuracy": _interval(lambda i: accuracy(said[i], grounded[i]), everyone),
        "balanced_accuracy": _interval(lambda i: balanced_accuracy(said[i], grounded[i]), everyone),
        "balanced_accuracy_other_half": _interval(lambda i: balanced_accuracy(said[i], grounded[i]), other),
        "threshold": float(threshold),
        "balanced_accuracy_fitted_threshold": _interval(lambda i: balanced_accuracy(scores[i] >= threshold, grounded[i]), other),
        "ms_per_response": {"median": 1000 * percentile([j.seconds for j in judged], 50), "p90": 1000 * percentile([j.seconds for j in judged], 90)},
    }


def _interval(measure: Callable[[metrics.Numbers], float], items: Sequence[int]) -> dict[str, float]:
    found = metrics.interval(lambda i: None if np.isnan(value := measure(i)) else value, items)
    return found._asdict() if found else dict.fromkeys(metrics.Estimate._fields, float("nan"))


def measure_set(folder: Path, sample: int) -> dict[str, float]:
    """Return the measures that the gate holds, as shipped: AUROC and balanced accuracy over all responses drawn."""
    with shipped_judge() as judge:
        row = report(judge_items(load_both_kinds(folder, "dev", sample), judge))
    return {"auroc": row["auroc"]["value"], "balanced_accuracy": row["balanced_accuracy"]["value"]}


_TOLD = {
    "auroc": "AUROC",
    "accuracy": "verdict accuracy",
    "balanced_accuracy": "balanced accuracy",
    "auroc_other_half": "AUROC, half not fitted on",
    "balanced_accuracy_other_half": "balanced accuracy, half not fitted on",
    "balanced_accuracy_fitted_threshold": "the same, with the set's own threshold",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals grounding``."""
    parser.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set of labelled responses, with dev/items.jsonl")
    parser.add_argument("--split", choices=("dev", "heldout"), default="dev", help="which part of the set")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="only N responses, drawn by hash of the id; all if not given")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results")


def main(args: argparse.Namespace) -> int:
    """Judge sets, print a line for each, and return 0."""
    rows = {}
    for folder in args.sets:
        made = set_fingerprints(folder, args.split, args.limit)
        with shipped_judge() as judge:
            judged = judge_items(load_both_kinds(folder, args.split, args.limit), judge)
        row = rows[folder.name] = {"made": made, **report(judged)}
        print(f"{folder.name} {args.split}: {row['items']} responses ({row['ungrounded']} ungrounded), {row['ms_per_response']['median']:.0f} ms a response")
        for name, told in _TOLD.items():
            print(f"  {told:52} {row[name]['value']:.3f} ({row[name]['low']:.3f} to {row[name]['high']:.3f})")
    if args.out:
        write_json(args.out, rows)
    return 0
