"""How many gaps of agreements the check finds, and how often it raises a false alarm: agreements written with known gaps, half of them held out.

A gap is a requirement of the agreement's kind that a careful reader of the text does not find settled. What the check does
not call ``found`` counts as raised; all other requirements of the kind are kept, and raising one of them is a false alarm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assistant.benefits.basis import Basis, Force
from assistant.config import shipped
from assistant.reading.loading import load
from assistant.tools.agreement import AgreementCheck, Status, check_agreement, kind_of
from assistant.tools.agreement_rules import AgreementKind, read_agreement_rules

FOLDER = Path(__file__).parent / "agreements"
SETS = ("dev", "held_out", "fresh", "unseen", "tuning", "blind")
MOST_FALSE_ALARMS, FEWEST_FOUND = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement with what it lacks: requirement and status."""

    path: Path
    kind: AgreementKind
    language: str
    gaps: Mapping[str, Status]


@dataclass
class Score:
    """Counts over agreements."""

    gaps: int = 0
    found: int = 0
    as_labelled: int = 0
    kept: int = 0
    alarms: int = 0
    kinds: int = 0
    agreements: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the gaps that were raised."""
        return self.found / self.gaps if self.gaps else 1.0

    @property
    def false_alarms(self) -> float:
        """Share of the kept requirements that were raised."""
        return self.alarms / self.kept if self.kept else 0.0


def read_agreements(half: str) -> Iterator[Agreement]:
    """Yield the agreements of one of the sets."""
    for name, entry in yaml.safe_load((FOLDER / f"{half}.yaml").read_text(encoding="utf-8")).items():
        gaps = {requirement: Status(status) for requirement, status in entry["gaps"].items()}
        path = next((FOLDER / half).glob(f"{name}.*"))
        yield Agreement(path, AgreementKind(entry["kind"]), entry["language"], gaps)


def count(score: Score, agreement: Agreement, check: AgreementCheck) -> None:
    """Add what a check made of an agreement to a score."""
    raised = {f.requirement.id: f.status for f in check.findings if f.status is not Status.FOUND}
    known = {f.requirement.id for f in check.findings} | set(agreement.gaps)
    score.agreements += 1
    score.kinds += kind_of(check.source) is agreement.kind
    score.gaps += len(agreement.gaps)
    score.found += len(raised.keys() & agreement.gaps.keys())
    score.as_labelled += sum(raised.get(name) is status for name, status in agreement.gaps.items())
    score.kept += len(known - agreement.gaps.keys())
    score.alarms += len(raised.keys() - agreement.gaps.keys())
    score.misses += [f"{agreement.path.stem}: {name}: missed" for name in sorted(agreement.gaps.keys() - raised.keys())]
    score.misses += [f"{agreement.path.stem}: {name}: false alarm, {raised[name]}" for name in sorted(raised.keys() - agreement.gaps.keys())]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--half", choices=(*SETS, "all"), default="all", help="which agreements to check")
    parser.add_argument("--list", action="store_true", help="name each gap missed and each false alarm")


def main(args: argparse.Namespace) -> int:
    """Check the agreements and print how it went; 1 if an aim is missed."""
    rules = read_agreement_rules(shipped("corpus") / "tools" / "agreement.yaml")
    good = True
    for half in SETS if args.half == "all" else (args.half,):
        by: dict[str, Score] = {}
        for agreement in read_agreements(half):
            check = check_agreement(load(agreement.path), rules, lambda _: Basis(Force.BINDING, ()), "en", agreement.kind)
            for key in ("all", agreement.language, agreement.kind.value):
                count(by.setdefault(key, Score()), agreement, check)
        for key, score in by.items():
            print(
                f"{half:<9} {key:<15} {score.agreements:>3} agreements  gaps found {score.found}/{score.gaps} = {score.recall:.3f}  "
                f"false alarms {score.alarms}/{score.kept} = {score.false_alarms:.3f}  status as labelled {score.as_labelled}/{score.gaps}  "
                f"kind told {score.kinds}/{score.agreements}"
            )
        if args.list:
            print("\n".join(by["all"].misses))
        good &= by["all"].recall >= FEWEST_FOUND and by["all"].false_alarms <= MOST_FALSE_ALARMS
    return 0 if good else 1
