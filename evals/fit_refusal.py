"""Fit the model that decides whether evidence is enough: on the development suites and one half of public sets.

Questions that a demand decides are not fitted on, for the model is not asked about them, but count in the error rates. What the
fit is worth is measured in cross-validation: each question is judged by a model that has not seen its fold. No held-out suite is read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from assistant.answers.composing import Finding
from assistant.answers.cross_encoder import excerpt_of, open_cross_encoder
from assistant.answers.rereading import believed
from assistant.answers.sufficiency import Model
from assistant.config import shipped
from assistant.pipeline import Assistant
from assistant.results import Scope
from evals.cases import CASES, is_held_out, load_cases
from evals.judging import Judged, auroc
from evals.library import library_name, library_paths, open_library, write_json
from evals.options import ROOT, library_options
from evals.refusal import load_items, taken_in

SHIPPED = ROOT / "assistant" / "answers" / "sufficiency.json"
PUBLIC = 0.8
"""What a question of a public set counts for beside one of a suite: its passages are few, and its unanswerable questions of other kinds."""
ANSWERABLE = 1.8
"""What refusing an answerable question of the suites counts for beside answering an unanswerable one."""
FOLDS = 8
RIDGE = 1.0
FOR, EITHER = frozenset({"matched", "fits", "few_cosine", "reads"}), frozenset({"few", "kind", "known"})
"""Features that can only speak for an answer, and those that may speak for either; the others only speak against one."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question as the model sees it, and whether it can be answered."""

    group: str
    """The suite or set."""
    id: str
    features: Mapping[str, float]
    """Empty where a demand, or the article that it names, decides."""
    answerable: bool
    share: float = 1.0
    """What it counts for."""
    answered: bool = False
    """What is decided without the model."""

    @property
    def fold(self) -> int:
        """The fold on which it is judged and not fitted."""
        return hashlib.sha256(self.id.encode()).digest()[0] % FOLDS


def suite_examples(suites: Sequence[str], texts: Path, home: Path, as_of: dt.date) -> list[Example]:
    """Return the questions of suites.

    Raises:
        AssistantError: a suite or its texts are not as they must be.
    """
    libraries: dict[str, Assistant] = {}
    out = []
    for suite in suites:
        name = library_name(suite)
        if name not in libraries:
            libraries[name] = _opened(library_paths(name, texts), home / name)
        for case in load_cases(CASES / f"{suite}.jsonl", texts, shipped("corpus")):
            finding = libraries[name].find(case.question, Scope(as_of=as_of))
            out.append(Example(suite, case.id, weighed(finding), case.answerable, answered=finding.answers))
    return out


def weighed(finding: Finding) -> Mapping[str, float]:
    """Return the features of a question; read is what the assistant leaves unread because it could change nothing by the weights of today."""
    features = finding.sufficiency.features
    if not features or "reads" in features:
        return features
    odds = open_cross_encoder().odds(finding.query.text, excerpt_of(finding.draft.candidates[0]))
    return {**features, "reads": believed(odds)}


def _opened(paths: Sequence[Path], home: Path) -> Assistant:
    asker = open_library(paths, home).asker
    assert isinstance(asker, Assistant)
    return asker


def set_examples(folders: Sequence[Path], limit: int, home: Path) -> list[Example]:
    """Return the questions of the half of each public set on which thresholds are fitted, each asked of its own passages."""
    out = []
    for folder in folders:
        items = load_items(folder, "dev", limit)
        library, ids = taken_in(items, home / folder.name)
        for item in (item for item in items if item.fits):
            finding = library.find(item.question, Scope(sources=frozenset(ids[p] for p in item.passages)))
            out.append(Example(folder.name, item.id, weighed(finding), item.answerable, PUBLIC, finding.answers))
    return out


def fit(examples: Sequence[Example], threshold: float = 0.5) -> Model:
    """Return the logistic regression of whether a question can be answered, which answers from ``threshold`` on.

    A ridge on standardised features, and weights held to the side on which a feature can speak: what is missing never speaks for
    an answer, however a few hundred questions happen to be written.
    """
    examples = [e for e in examples if e.features]
    names = list(examples[0].features)
    table = np.array([[e.features[name] for name in names] for e in examples])
    answerable, given = np.array([e.answerable for e in examples]), np.array([e.share for e in examples])
    shares = given.copy()
    for group in set(given.tolist()):  # suites and sets have different shares of unanswerable questions, which say nothing of those to come
        for label in (True, False):
            mine = (given == group) & (answerable == label)
            shares[mine] *= (given == group).sum() / 2 / max(1, mine.sum()) * (ANSWERABLE if label and group == 1.0 else 1.0)
    mean, scale = table.mean(0), table.std(0)
    scale[scale == 0] = 1.0
    x = np.hstack([(table - mean) / scale, np.ones((len(table), 1))])
    ridge = np.r_[np.full(len(names), RIDGE), 0.0]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = x @ weights
        p = 1 / (1 + np.exp(-odds))
        surprise = np.logaddexp(0, np.where(answerable, -odds, odds))
        return float(shares @ surprise + ridge @ weights**2 / 2), x.T @ (shares * (p - answerable)) + ridge * weights

    sides = [(0, None) if name in FOR else (None, None) if name in EITHER else (None, 0) for name in names]
    fitted = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=[*sides, (None, None)]).x
    own = fitted[:-1] / scale
    weights = {name: round(float(w), 3) + 0.0 for name, w in zip(names, own, strict=True)}
    return Model(round(float(fitted[-1] - own @ mean), 3), weights, threshold)


Held = Sequence[tuple[Example, float]]
"""Examples, each with the confidence of a model that was fitted without its fold, or 0 or 1 where no model is asked."""


def cross_validated(examples: Sequence[Example]) -> Held:
    """Return every example with the confidence of the model of the other folds."""
    models = [fit([e for e in examples if e.fold != fold]) for fold in range(FOLDS)]
    return [(e, models[e.fold].confidence(e.features) if e.features else float(e.answered)) for e in examples]


def rates(held: Held, threshold: float) -> tuple[float, float]:
    """Return the rates of false answers and false refusals where confidence from ``threshold`` on is an answer."""
    answered = [c >= threshold for e, c in held if not e.answerable]
    refused = [c < threshold for e, c in held if e.answerable]
    return sum(answered) / max(1, len(answered)), sum(refused) / max(1, len(refused))


def best_threshold(held: Held) -> float:
    """Return the threshold, in hundredths, at which the greater of the two error rates is least; the lowest such."""
    return min((t / 100 for t in range(5, 96)), key=lambda t: (max(rates(held, t)), t))


def lines(held: Held, threshold: float) -> Iterable[str]:
    """Yield one line a suite or set, and one for all suites: AUROC and both error rates in cross-validation."""
    for group in [*dict.fromkeys(e.group for e, _ in held), ""]:
        mine = [(e, c) for e, c in held if e.group == group or (not group and e.share == 1.0)]
        answers, refusals = rates(mine, threshold)
        judged = [Judged(c, c >= threshold, e.answerable) for e, c in mine]
        ranked = f"{auroc(judged):.3f}" if len({e.answerable for e, _ in mine}) == 2 else "-"
        yield f"{group or 'all suites':28} n={len(mine):<4} AUROC {ranked}  false answers {answers:.3f}  false refusals {refusals:.3f}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-refusal``."""
    parser.add_argument("sets", type=Path, nargs="*", metavar="DIR", help="folders of public sets, of which one half is fitted on too")
    parser.add_argument("--limit", type=int, default=240, metavar="N", help="N items a set, drawn by hash of the id")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--threshold", type=float, metavar="T", help="answer from this confidence on; where both error rates meet if not given")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the model; the one that ships if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Fit, print how it does in cross-validation, write the model and return 0."""
    suites = sorted(p.stem for p in CASES.glob("*.jsonl") if not is_held_out(p.stem))
    with tempfile.TemporaryDirectory(prefix="evals-fit-", ignore_cleanup_errors=True) as temporary:
        home = args.home or Path(temporary)
        examples = suite_examples(suites, args.texts, home, args.as_of)
        examples += set_examples(args.sets, args.limit, home / "sets")
    held = cross_validated(examples)
    threshold = args.threshold or best_threshold([(e, c) for e, c in held if e.share == 1.0])
    print("\n".join(lines(held, threshold)))
    write_json(args.out, asdict(fit(examples, threshold)))
    print(f"{args.out}: fitted on {len(examples)} questions; answers from {threshold:.2f} on")
    return 0
