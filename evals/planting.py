"""Faithful answers, and the same with one thing changed: how many changes the judge catches, how many faithful ones it withholds.

Sentences are drawn from real texts with a fixed seed (``plain_sentences``). What is planted comes from lists of its own (``plants``).
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.config import shipped
from assistant.judge.responses import Verifier
from assistant.language.text import language_of
from evals.library import shipped_judge
from evals.metrics import Ratio
from evals.options import ROOT
from evals.plain_sentences import Sentence, read_sentences
from evals.plants import HARD, SOFT
from evals.rewrites import FAITHFUL

SEED = 20261125
PER_KIND = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """One answer to be judged: what was done to it (``copy`` or a rewrite, or what was planted), and whether it is faithful."""

    id: str
    kind: str
    group: str
    """``faithful``, ``hard`` or ``soft``."""
    language: str
    context: str
    response: str


# -- drawing ----------------------------------------------------------------------------------------------------------


def trials(pool: Sequence[Sentence], language: str, per_group: int = PER_KIND, seed: int = SEED) -> Iterator[Trial]:
    """Yield, for a language, ``per_group`` trials of each group, shared as evenly among its kinds as the texts allow."""
    rng = random.Random(f"{seed}{language}")
    own = [s for s in pool if language_of(s.text) == language]
    rng.shuffle(own)
    for group, kinds in (("faithful", FAITHFUL), ("hard", HARD), ("soft", SOFT)):
        made = {kind: [(s, new) for s in own if (new := change(s, rng)) is not None] for kind, change in kinds.items()}
        for number, (kind, sentence, response) in enumerate(_even(made, per_group)):
            yield Trial(f"{language}-{group}-{number}", kind, group, language, sentence.context, response)


def _even(made: dict[str, list[tuple[Sentence, str]]], wanted: int) -> Iterator[tuple[str, Sentence, str]]:
    """Yield rounds of one from each kind until enough are drawn or none is left."""
    queues = {kind: list(rows) for kind, rows in made.items()}
    drawn = 0
    while drawn < wanted and any(queues.values()):
        for kind, rows in queues.items():
            if rows and drawn < wanted:
                yield kind, *rows.pop()
                drawn += 1


# -- measuring --------------------------------------------------------------------------------------------------------


def pools(texts: Path | None, corpus: Path) -> dict[str, list[Sentence]]:
    """Return the sentences of each language: of the statutes and papers below ``texts``, where given, and of the corpus."""
    files = {"zh": sorted(corpus.glob("*/*.zh.md")), "en": sorted(corpus.glob("*/*.en.md"))}
    if texts is not None:
        files["zh"] += sorted((texts / "laws").glob("*.md"))
        files["en"] += sorted((texts / "seeds").glob("*.txt"))
    return {language: read_sentences(paths) for language, paths in files.items()}


def withheld(drawn: Iterable[Trial], judge: Verifier) -> dict[tuple[str, str, str], Ratio]:
    """Return the share of trials in which a sentence is withheld, by language, group and kind; kind ``all`` is the whole group."""
    out: dict[tuple[str, str, str], Ratio] = defaultdict(lambda: Ratio(0.0, 0.0))
    for trial in drawn:
        caught = bool(judge.respond(trial.context, trial.response).unsupported)
        for kind in (trial.kind, "all"):
            key = (trial.language, trial.group, kind)
            out[key] = Ratio(out[key].part + caught, out[key].of + 1)
    return dict(out)


def measure_set(folder: Path, sample: int) -> Mapping[str, float]:
    """Return, for the gate, the worse language's share caught and withheld; ``folder`` holds ``laws/`` and ``seeds/``."""
    with shipped_judge() as judge:
        drawn = (t for language, pool in pools(folder, shipped("corpus")).items() for t in trials(pool, language, sample or PER_KIND))
        shares = withheld(drawn, judge)
    groups = {group: [r.part / r.of for (_, g, kind), r in shares.items() if g == group and kind == "all"] for group in ("hard", "soft", "faithful")}
    return {"hard_caught": min(groups["hard"]), "soft_caught": min(groups["soft"]), "faithful_withheld": max(groups["faithful"])}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m evals planting``."""
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="draws other sentences and other changes")
    parser.add_argument("--sample", type=int, default=PER_KIND, metavar="N", help="answers of each group and language")
    parser.add_argument("--show", action="store_true", help="print each answer that is judged wrongly, with the reason")


def main(args: argparse.Namespace) -> int:
    """Print the share withheld by language, group and kind, and return 0."""
    texts = args.texts if (args.texts / "laws").is_dir() else None
    if texts is None:
        print(f"{args.texts}: holds no laws/, so sentences are drawn from the corpus alone")
    with shipped_judge() as judge:
        for language, pool in pools(texts, shipped("corpus")).items():
            for (_, group, kind), share in withheld(_told(trials(pool, language, args.sample, args.seed), judge, args.show), judge).items():
                print(f"{language}  {group:<9}{kind:<20}withheld {share.part:4.0f} of {share.of:4.0f}  {share.part / share.of:.3f}")
    return 0


def _told(drawn: Iterable[Trial], judge: Verifier, show: bool) -> Iterator[Trial]:
    """Yield the trials; where wished, print each that goes wrong, with its context and the judge's reason."""
    for trial in drawn:
        if show:
            unsupported = judge.respond(trial.context, trial.response).unsupported
            if bool(unsupported) == (trial.group == "faithful"):
                reasons = "; ".join(s.judgement.reason for s in unsupported) or "nothing found"
                print(f"{trial.id} {trial.kind} ({reasons})\n    said: {trial.response}\n    from: {trial.context}")
        yield trial
