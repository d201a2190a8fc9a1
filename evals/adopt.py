"""Turn recorded questions whose evidence a person corrected into cases of a suite.

The suite that would come of it is loaded as any suite is, so a case whose evidence is not where it says, or that is there
already, is refused. The difference is printed; ``--write`` makes it.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.config import shipped
from assistant.journal import Entry, read
from assistant.results import Reason
from evals.cases import CASES, OUT_OF_SCOPE, CaseError, hash_of, is_held_out, key_of, load_cases, suite_lines
from evals.library import library_name
from evals.options import ROOT

_HAN = re.compile(r"[㐀-鿿]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``adopt``."""
    parser.add_argument("journal", type=Path, metavar="FILE", help="recorded questions: journal.jsonl of a home folder, or a file like it")
    parser.add_argument("--suite", required=True, metavar="NAME", help="a file of evals/cases without its suffix, not a held-out one; made if not there")
    parser.add_argument("--entry", action="append", metavar="ID", help="adopt only this entry; may be repeated. All that were corrected if not given")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a tag for the cases; may be repeated")
    parser.add_argument("--write", action="store_true", help="write the suite, after the difference was reviewed")
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/")


def main(args: argparse.Namespace) -> int:
    """Print what adopting would add to the suite, write it if asked to, and return 0."""
    path = _suite(args.suite)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    entries = corrected(read(args.journal), args.entry)
    rows = [case_of(entry, args.suite, args.texts, args.tag) for entry in entries]
    after = before + "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    check(args.suite, after, rows, args.texts)
    print("\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), f"{path.name} as it is", f"{path.name} to be", lineterm="", n=1)))
    if args.write:
        path.write_text(after, encoding="utf-8")
        print(f"written: {path} ({len(rows)} cases added)")
    else:
        print(f"{len(rows)} cases may be added. Review them, then run this again with --write.")
    return 0


def _suite(name: str) -> Path:
    library_name(name)  # says what is wrong with a name that does not say what is asked
    if is_held_out(name):
        raise CaseError(f"--suite {name}: is held out, and these questions were read. Name a suite that does not end in -test.")
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        raise CaseError(f"--suite {name}: is no name for a suite. Write small letters, digits and hyphens.")
    return CASES / f"{name}.jsonl"


def corrected(entries: Sequence[Entry], ids: Sequence[str] | None) -> list[Entry]:
    """Return the entries to adopt: those of ``ids``, or all for which somebody said what was expected.

    Raises:
        CaseError: an id is not there or was not corrected, or there is nothing to adopt.
    """
    ready = {entry.id: entry for entry in entries if entry.expected}
    for missing in [i for i in ids or () if i not in ready]:
        known = "has nothing in `expected`" if any(e.id == missing for e in entries) else "is not in the file"
        raise CaseError(f"--entry {missing}: {known}. Say there what was expected, with evidence and facts for an answer.")
    chosen = [ready[i] for i in ids] if ids else list(ready.values())
    if not chosen:
        raise CaseError("no entry has `expected` filled. Say there what was expected, with evidence and facts for an answer.")
    return chosen


def case_of(entry: Entry, suite: str, texts: Path, tags: Sequence[str] = ()) -> dict[str, Any]:
    """Return the case of an entry, as a row of a suite.

    Raises:
        CaseError: evidence is not in the file it names, or stands there more than once.
    """
    where = f"entry {entry.id}"
    evidence = [_evidence(where, given, suite, texts) for given in entry.evidence]
    answered = entry.expected == "answer"
    if answered and not (evidence and entry.facts):
        raise CaseError(f"{where}: has {len(evidence)} evidence and {len(entry.facts)} facts for an answer. Correct it in the file: it needs both.")
    languages = {"zh" if _HAN.search(given["quote"]) else "en" for given in entry.evidence} or {entry.language}
    pair = "out-of-scope" if entry.expected == Reason.OUT_OF_SCOPE else f"{entry.language}-{min(languages)}"
    row: dict[str, Any] = {"id": f"adopted-{entry.id}", "question": entry.question, "language": entry.language}
    row |= {"outcome": "answer"} if answered else {"outcome": "abstention", "reason": entry.expected}
    return row | {"evidence": evidence, "facts": list(entry.facts), "tags": ["adopted", pair, *(t for t in tags if t != OUT_OF_SCOPE)]}


def _evidence(where: str, given: Mapping[str, str], suite: str, texts: Path) -> dict[str, Any]:
    wanted = "source" if library_name(suite) == "corpus" else "file"
    if wanted not in given:
        raise CaseError(f"{where}: evidence names {'file' if wanted == 'source' else 'source'}, but {suite} is asked of {wanted}s. Choose another suite.")
    if wanted == "source":
        return dict(given)
    path = (texts / given["file"]).resolve()
    if not path.is_relative_to(texts.resolve()) or not path.is_file():
        raise CaseError(f"{where}: evidence file {given['file']!r} is not in {texts}. Correct it, or say where the texts are with --texts.")
    text = path.read_text(encoding="utf-8")
    if text.count(given["quote"]) != 1:
        raise CaseError(f"{where}: evidence stands {text.count(given['quote'])} times in {given['file']}. Quote words that stand there once.")
    start = text.index(given["quote"])
    return {"file": given["file"], "start": start, "end": start + len(given["quote"]), "locator": given.get("locator", ""), "sha256": hash_of(given["quote"])}


def check(suite: str, after: str, rows: Sequence[Mapping[str, Any]], texts: Path) -> None:
    """Load the suite as it would be, and see that no other suite asks the same.

    Raises:
        CaseError: the loader refuses it, or a question is asked in another suite.
    """
    with tempfile.TemporaryDirectory(prefix="adopt-") as folder:
        trial = Path(folder) / f"{suite}.jsonl"
        trial.write_text(after, encoding="utf-8")
        load_cases(trial, texts, shipped("corpus"))
    new = {key_of(row["question"]): row["id"] for row in rows}
    for path in sorted(CASES.glob("*.jsonl")):
        if path.stem != suite:
            for line in suite_lines(path):
                known = json.loads(line)
                if (name := new.get(key_of(known["question"]))) is not None:
                    raise CaseError(f"{name}: is asked in {path.name} already, as {known['id']}. Leave it out.")
