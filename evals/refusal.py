"""Refusal on public sets: is what is answered answerable, where a question's own passages are the library?

Every passage of a set is taken into one temporary library as a source of its own, and each question is asked of its own
passages alone (``Scope.sources``), through the path that a user's question takes. Layouts read: ``items.jsonl`` whose rows
have ``id``, ``question``, ``label`` and ``context`` or ``contexts``, under ``dev`` or ``heldout``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.config import load_settings
from assistant.errors import AssistantError
from assistant.pipeline import Assistant
from assistant.results import Answer, Scope
from evals import metrics
from evals.judging import Judged, auroc
from evals.library import LibraryNotReady, set_fingerprints, write_json

ANSWERABLE = {"answerable", "yesno"}
UNANSWERABLE = {"unanswerable", "must_refuse"}
"""Rows with other labels (partly answerable, underspecified, annotators at odds) are left out: neither outcome is wrong."""
TARGET = 0.15
"""Both error rates should be at most this."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its own passages, each a title (which may be empty) and a text."""

    id: str
    question: str
    passages: tuple[tuple[str, str], ...]
    answerable: bool

    @property
    def fits(self) -> bool:
        """Whether it belongs to the half on which the threshold is fitted."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: whether it was answered, and how confident the assistant was that it can be, from 0 to 1."""

    item: Item
    answered: bool
    confidence: float
    crash: str = ""
    """What went wrong, where it did: such an item takes no part in any rate."""


class SetError(AssistantError):
    """A set's folder is not laid out as it must be."""


def load_items(folder: Path, split: str, limit: int = 0) -> list[Item]:
    """Return the items of a set with a clear label; the first ``limit`` by hash of the id, if given.

    Raises:
        SetError: the file is not there, or a row lacks what it needs.
    """
    path = folder / split / "items.jsonl"
    if not path.is_file():
        raise SetError(f"{path}: is not there. Name the folder of a set that has {split}/items.jsonl.")
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            label = str(row["label"]).casefold()
            if label in ANSWERABLE | UNANSWERABLE:
                if not isinstance(row["question"], str) or not row["question"].strip():
                    raise TypeError(f"question {row['question']!r} is not a text")
                items.append(Item(str(row["id"]), row["question"], tuple(_passages(row)), label in ANSWERABLE))
        except (ValueError, KeyError, TypeError) as error:
            raise SetError(f"{path}:{number}: lacks id, question, label or contexts ({error!r}). Correct the row.") from error
    if not items:
        raise SetError(f"{path}: has no row labelled {', '.join(sorted(ANSWERABLE | UNANSWERABLE))}. Choose another set.")
    ordered = sorted(items, key=lambda i: hashlib.sha256(i.id.encode()).hexdigest())
    return ordered[:limit] if limit else ordered


def _passages(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    contexts = row["contexts"] if "contexts" in row else [{"title": row.get("title", ""), "text": row["context"]}]
    if not isinstance(contexts, list):
        raise TypeError(f"contexts {contexts!r} is not a list")
    for context in contexts:
        title, text = (str(context.get("title") or ""), context["text"]) if isinstance(context, dict) else ("", context)
        if not isinstance(text, str):
            raise TypeError(f"context {text!r} is not a text")
        if text.strip():
            yield title, text


def taken_in(items: Sequence[Item], home: Path) -> tuple[Assistant, Mapping[tuple[str, str], str]]:
    """Take the items' passages into a library below ``home``; return it, and the source that each passage became.

    Raises:
        LibraryNotReady: a passage could not be taken in.
    """
    library = Assistant(load_settings(home=home / "home", corpus=""))
    ids = {passage: f"p{place:05d}" for place, passage in enumerate(dict.fromkeys(p for i in items for p in i.passages))}
    folder = home / "texts"
    folder.mkdir(parents=True, exist_ok=True)
    for (title, text), name in ids.items():
        head = json.dumps(title or name, ensure_ascii=False)
        (folder / f"{name}.md").write_text(f"---\nid: {name}\ntitle_en: {head}\n---\n\n{text}\n", encoding="utf-8")
    if failed := [r for r in library.ingest([folder]) if r.outcome == "failed"]:
        raise LibraryNotReady(f"{len(failed)} of {len(ids)} passages could not be taken in; the first: {failed[0].error}")
    return library, ids


def ask_items(items: Sequence[Item], home: Path) -> list[Outcome]:
    """Take in the items' passages, ask each item of its own, and return the outcomes in order; a crash is one of them.

    Raises:
        LibraryNotReady: a passage could not be taken in.
    """
    library, ids = taken_in(items, home)
    out = []
    for item in items:
        try:
            result = library.ask(item.question, Scope(sources=frozenset(ids[p] for p in item.passages)))
            out.append(Outcome(item, isinstance(result, Answer), result.confidence))
        except Exception as error:  # whatever it is, the others are asked
            out.append(Outcome(item, False, 0.0, f"{type(error).__name__}: {error}"))
    return out


# -- rates ----------------------------------------------------------------------------------------------------


def rates(outcomes: Sequence[Outcome], threshold: float) -> tuple[float, float]:
    """Return the rates of false answers and false refusals where confidence from ``threshold`` on is an answer."""
    wrong = [o.confidence >= threshold for o in outcomes if not o.item.answerable]
    refused = [o.confidence < threshold for o in outcomes if o.item.answerable]
    return sum(wrong) / max(1, len(wrong)), sum(refused) / max(1, len(refused))


def fit_threshold(outcomes: Sequence[Outcome]) -> float:
    """Return the threshold at which the greater of the two error rates is least; the lowest such."""
    levels = sorted({o.confidence for o in outcomes} | {0.0, 1.0})
    return min(levels, key=lambda t: (max(rates(outcomes, t)), t))


def _auroc(outcomes: Sequence[Outcome]) -> float | None:
    """Return the AUROC of confidence, or ``None`` where all outcomes are of one kind."""
    if len({o.item.answerable for o in outcomes}) < 2:
        return None
    return auroc([Judged(o.confidence, o.answered, o.item.answerable) for o in outcomes])


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of a set: the threshold fitted on one half, all rates measured on the other, with 95 % bootstrap intervals."""
    crashed = [o for o in outcomes if o.crash]
    outcomes = [o for o in outcomes if not o.crash]
    fitted = fit_threshold([o for o in outcomes if o.item.fits])
    other = [o for o in outcomes if not o.item.fits]
    false_answers, false_refusals = rates(other, fitted)
    own = [Outcome(o.item, o.answered, float(o.answered)) for o in other]
    own_answers, own_refusals = rates(own, 1.0)
    ranked = metrics.interval(lambda i: _auroc([other[n] for n in i]), range(len(other)))
    curve = metrics.risk_coverage([(o.confidence, not o.item.answerable) for o in other], len(other))
    return {
        "items": len(outcomes),
        "answerable": sum(o.item.answerable for o in outcomes),
        "reported_on": len(other),
        "threshold": fitted,
        "false_answers": false_answers,
        "false_refusals": false_refusals,
        "as_shipped": {"false_answers": own_answers, "false_refusals": own_refusals},
        "auroc": ranked.value if ranked else None,
        "intervals": _intervals(other, fitted) | {f"as_shipped.{name}": found for name, found in _intervals(own, 1.0).items()} | {"auroc": ranked},
        "crashed": [{"id": o.item.id, "error": o.crash} for o in crashed],
        "risk_coverage": {"mean_risk": metrics.mean_risk(curve), "curve": curve},
    }


def _intervals(outcomes: Sequence[Outcome], threshold: float) -> dict[str, metrics.Estimate | None]:
    said = [(o.item.answerable, o.confidence >= threshold) for o in outcomes]
    return {
        "false_answers": metrics.estimate([metrics.false_answer(*one) for one in said]),
        "false_refusals": metrics.estimate([metrics.false_refusal(*one) for one in said]),
    }


def measure_set(folder: Path, sample: int) -> dict[str, float]:
    """Return the measures that the gate holds, as shipped: error rates over all items drawn, and AUROC.

    Raises:
        SetError: an item crashed, so that nothing can be said of the set.
    """
    items = load_items(folder, "dev", sample)
    with tempfile.TemporaryDirectory(prefix="evals-refusal-", ignore_cleanup_errors=True) as home:
        outcomes = ask_items(items, Path(home))
    if crashed := [o for o in outcomes if o.crash]:
        raise SetError(f"{folder}: {len(crashed)} of {len(outcomes)} items crashed; the first, {crashed[0].item.id}: {crashed[0].crash}")
    false_answers, false_refusals = rates([Outcome(o.item, o.answered, float(o.answered)) for o in outcomes], 1.0)
    ranked = _auroc(outcomes)
    return {"false_answers": false_answers, "false_refusals": false_refusals} | ({} if ranked is None else {"auroc": ranked})


_TOLD = {
    "false_answers": "false answers at the fitted threshold {:.3f}",
    "false_refusals": "false refusals there",
    "as_shipped.false_answers": "false answers as shipped",
    "as_shipped.false_refusals": "false refusals as shipped",
    "auroc": "AUROC of the confidence",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``refusal``."""
    parser.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set, with dev/items.jsonl")
    parser.add_argument("--split", choices=("dev", "heldout"), default="dev", help="which part of the set")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="only N items, drawn by hash of the id; all if not given")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results")


def main(args: argparse.Namespace) -> int:
    """Measure the sets named, print the figures of each, write JSON, and return 0, or 1 where an item crashed."""
    results = {}
    for folder in args.sets:
        items, made = load_items(folder, args.split, args.limit), set_fingerprints(folder, args.split, args.limit)
        with tempfile.TemporaryDirectory(prefix="evals-refusal-", ignore_cleanup_errors=True) as home:
            outcomes = ask_items(items, Path(home))
        row = {"made": made, **report(outcomes)}
        results[folder.name] = {**row, "outcomes": [{"id": o.item.id, "answerable": o.item.answerable, "confidence": o.confidence} for o in outcomes]}
        met = "met" if max(row["false_answers"], row["false_refusals"]) <= TARGET else "not met"
        print(f"{folder.name}: {row['items']} items, {row['answerable']} answerable, {len(row['crashed'])} crashed; of the {row['reported_on']} not fitted on:")
        for name, told in _TOLD.items():
            found = row["intervals"][name]
            print(f"  {told.format(row['threshold']):44} " + (f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]" if found else "-"))
        print(f"  aim {TARGET} for both at the fitted threshold: {met}")
        for coverage, risk in row["risk_coverage"]["curve"][:: max(1, len(row["risk_coverage"]["curve"]) // 10)]:
            print(f"  answered {coverage:.2f}: of these unanswerable {risk:.3f}")
    if args.out:
        write_json(args.out, results)
        print(f"written: {args.out}")
    return int(any(row["crashed"] for row in results.values()))
