"""Compare the corpus that ships with the texts it digests, print what was compared, and name everything that is not borne out."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from assistant.config import shipped
from assistant.errors import AssistantError
from evals import checks
from evals.checks import Finding, Shelf
from evals.digests import Original, paper_of, read_digest, read_instrument, read_paper
from evals.documents import read_rows
from evals.options import ROOT

LISTED = Path(__file__).with_name("facts.yaml")
"""What must never be said, and the findings that are known and have a reason."""

CHECKS: Mapping[str, Callable[[Shelf], Iterator[Finding]]] = {
    "articles": checks.check_articles,
    "figures": checks.check_figures,
    "languages": checks.check_languages,
    "labels": checks.check_labels,
    "phrases": checks.check_phrases,
    "inventions": checks.check_inventions,
    "metadata": checks.check_metadata,
    "copies": checks.check_copies,
}


class FactsNotReady(AssistantError):
    """The texts that the corpus is compared with are not there, or the list of exceptions is not as it must be."""


def read_shelf(texts: Path, cases: Path, notes: Path) -> Shelf:
    """Return all digests of the corpus with the texts that they rest on.

    Args:
        texts: the folder of the laws.
        cases: the folder of the papers.
        notes: the folder with ``documents.tsv`` and ``excerpts/``.

    Raises:
        FactsNotReady: one of them is not there.
    """
    table = notes / "documents.tsv"
    for path in (texts, cases, table, notes / "excerpts"):
        if not path.exists():
            raise FactsNotReady(f"{path}: is not there. Say where it is with --texts, --cases or --notes.")
    corpus = shipped("corpus")
    digests = {path.stem: read_digest(path) for folder in ("policies", "cases") for path in sorted((corpus / folder).glob("*.md"))}
    rows = read_rows(table)
    listed = _listed()
    originals: dict[str, Original] = {}
    for work in {*rows, *listed["rests_on"]}:
        row = [(texts if "laws/" in rows[work].file else notes / "excerpts") / Path(rows[work].file).name] if work in rows else []
        originals[work] = read_instrument(*row, *(notes / "excerpts" / name for name in listed["rests_on"].get(work, ())))
    papers = sorted(cases.glob("*.txt"))
    for digest in digests.values():
        if (work := digest.metadata.work) not in originals and (paper := paper_of(digest, papers)):
            originals[work] = read_paper(paper, digest)
    never = {why: re.compile(pattern, re.IGNORECASE) for why, pattern in listed["never"].items()}
    return Shelf(digests, originals, rows, _terms(corpus / "glossary.yaml"), never, _read(notes / "policy.md"))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _terms(glossary: Path) -> frozenset[str]:
    rows = yaml.safe_load(glossary.read_text(encoding="utf-8"))
    return frozenset(form for row in rows for form in (row["zh"], row["en"], *row.get("zh_variants", ()), *row.get("en_variants", ())))


def _listed() -> dict[str, Any]:
    listed = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    return {key: listed.get(key) or {} for key in ("rests_on", "never", "exceptions")}


def findings(shelf: Shelf) -> dict[str, list[Finding]]:
    """Return what each check finds."""
    return {name: list(check(shelf)) for name, check in CHECKS.items()}


def _excused(finding: Finding, exceptions: Mapping[str, Mapping[str, str]]) -> str:
    """Return the reason for which a finding is let pass, or nothing. Reasons are kept by work and hold for both languages."""
    return exceptions.get(finding.digest.rpartition(".")[0], {}).get(f"{finding.check}: {finding.what}", "")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``facts``."""
    shared = ROOT.parent / "shared"
    parser.add_argument("--texts", type=Path, default=shared / "laws", metavar="FOLDER", help="the laws and regulations in full")
    parser.add_argument("--cases", type=Path, default=shared / "seeds", metavar="FOLDER", help="the papers")
    parser.add_argument("--notes", type=Path, default=shared / "facts", metavar="FOLDER", help="documents.tsv, and excerpts/ of what was read in part")


def main(args: argparse.Namespace) -> int:
    """Print what was compared and what was found; return 1 if anything was found that no reason excuses, or a reason is idle."""
    shelf = read_shelf(args.texts, args.cases, args.notes)
    exceptions = _listed()["exceptions"]
    found = findings(shelf)
    sections = [section for digest in shelf.digests.values() for section in digest.sections]
    print(f"{len(shelf.digests)} digests of {len(shelf.originals)} works, {len(sections)} sections, {checks.count_figures(shelf)} figures")
    print(f"{'check':<12}{'found':>7}{'excused':>9}{'open':>6}")
    for name, some in found.items():
        excused = sum(bool(_excused(f, exceptions)) for f in some)
        print(f"{name:<12}{len(some):>7}{excused:>9}{len(some) - excused:>6}")
    everything = [f for some in found.values() for f in some]
    for reason in sorted({r for f in everything if (r := _excused(f, exceptions))}):
        print(f"excused: {reason}")
    unexcused = [str(f) for f in everything if not _excused(f, exceptions)]
    seen = {(f.digest.rpartition(".")[0], f"{f.check}: {f.what}") for f in everything}
    idle = [f"exception no longer needed: {work}: {key}" for work, keys in exceptions.items() for key in keys if (work, key) not in seen]
    print("\n".join([*unexcused, *idle]) or "everything is borne out")
    return int(bool(unexcused or idle))
