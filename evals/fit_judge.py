"""Fit the weights by which the judge weighs wording, on the halves of public sets that are not reported on.

Sentences are labelled where a set marks the spans that its contexts do not carry; responses by their labels. Both models are
logistic regressions with a ridge on standardised features, solved by Newton's method (Hastie, Tibshirani and Friedman,
The Elements of Statistical Learning, 4.4.1), so the same sets give the same weights. The bias of the response model is then
moved so that the threshold with the best balanced accuracy on the fitting half lies at 0.5.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.judge.alignment import read_evidence
from assistant.judge.responses import split
from assistant.judge.verification import LexicalVerifier
from assistant.judge.wording import Model, Wording, count, response_features
from evals.grounding import Item, fit_threshold, load_items
from evals.library import write_json
from evals.options import ROOT

_RIDGE = 3.0
_STEPS = 30
_SLACK = 2
"""Characters of a sentence that a marked span must cover besides its edges for the sentence to be labelled by it."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counted:
    """A labelled response, its sentences counted."""

    item: Item
    sentences: tuple[Wording, ...]
    carried: tuple[bool, ...]
    """Whether each sentence is outside the marked spans; empty where the set marks none."""


def count_items(items: Sequence[Item]) -> list[Counted]:
    """Return the responses counted; those without a context or a sentence are left out."""
    judge, out = LexicalVerifier(), []
    for item in items:
        cited, parts = read_evidence([item.context]), split(item.response)
        if not cited.lines or not parts:
            continue
        sentences = tuple(count(judge.examine(text, cited).alignment) for text, _ in parts)
        spans = item.spans or ()
        carried = tuple(not any(s.start < end - _SLACK and start + _SLACK < s.end for start, end in spans) for _, s in parts)
        out.append(Counted(item, sentences, carried if item.spans is not None else ()))
    return out


def fit_models(sets: Sequence[Sequence[Counted]]) -> dict[str, Model]:
    """Return the models of a sentence and of a response.

    Args:
        sets: the responses of each set; a set weighs by the square root of how many it has, so that a small one is heard.
    """
    counted = [c for rows in sets for c in rows]
    shares = np.concatenate([np.full(len(rows), len(rows) ** -0.5) for rows in sets])
    labelled = [(s.features(), carried) for c in counted for s, carried in zip(c.sentences, c.carried, strict=False)]
    sentence = fit_logistic([f for f, _ in labelled], np.array([carried for _, carried in labelled]))
    features = [response_features(c.sentences, [sentence.odds(s.features()) for s in c.sentences]) for c in counted]
    grounded = np.array([c.item.grounded for c in counted])
    response = fit_logistic(features, grounded, shares / shares.mean())
    threshold = fit_threshold(np.array([response.odds(f) for f in features]), grounded)
    return {"sentence": sentence, "response": Model(response.bias - threshold, response.weights)}


def fit_logistic(features: Sequence[Mapping[str, float]], positive: npt.NDArray[np.bool_], shares: Numbers | None = None) -> Model:
    """Return the logistic regression of a label on named features, with weights for the features as they are.

    Args:
        features: of each row, by name.
        positive: the label of each row.
        shares: how much each row counts; 1 each if not given.
    """
    names = sorted(features[0])
    table = np.array([[row[name] for name in names] for row in features])
    mean, scale = table.mean(0), table.std(0)
    scale[scale == 0] = 1.0
    x = np.hstack([(table - mean) / scale, np.ones((len(table), 1))])
    weights = _newton(x, positive.astype(float), np.ones(len(x)) if shares is None else shares, np.r_[np.full(len(names), _RIDGE), 0.0])
    own = weights[:-1] / scale
    return Model(float(weights[-1] - own @ mean), {name: float(w) for name, w in zip(names, own, strict=True)})


def _newton(x: Numbers, y: Numbers, shares: Numbers, ridge: Numbers) -> Numbers:
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        step = np.linalg.solve((x.T * (shares * p * (1 - p))) @ x + np.diag(ridge), x.T @ (shares * (p - y)) + ridge * weights)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals fit-judge``."""
    parser.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folders of sets of labelled responses; one at least marks spans")
    parser.add_argument("--out", type=Path, default=ROOT / "assistant" / "judge" / "wording.json", metavar="FILE", help="where to write the weights")


def main(args: argparse.Namespace) -> int:
    """Fit the weights, write them and return 0."""
    sets = [count_items([item for item in load_items(folder, "dev") if item.fits]) for folder in args.sets]
    models = fit_models(sets)
    write_json(args.out, {name: {"bias": round(m.bias, 4), "weights": {k: round(v, 4) for k, v in m.weights.items()}} for name, m in models.items()})
    print(f"{args.out}: fitted on {sum(map(len, sets))} responses of {', '.join(folder.name for folder in args.sets)}")
    return 0
