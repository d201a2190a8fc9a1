"""Whether a follow-up finds its evidence when it is made complete without a model, against two ways that need no thought.

Each row of ``evals/turns/follow-ups-*.jsonl`` is a question, the one before it, and where the answer stands: a source of the corpus, and words
(a regular expression) that the passage must have.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.exchange import Turn
from assistant.pipeline import Assistant
from evals.cases import CASES, CaseError
from evals.library import library_paths, open_library
from evals.options import library_options

TURNS = CASES.parent / "turns"
DEPTH = 5


def full_questions(assistant: Assistant) -> Mapping[str, Callable[[str, str], str]]:
    """Return the ways to make a follow-up complete, from the question before and itself."""

    def condensed(before: str, question: str) -> str:
        return assistant.condenser.condense(question, [Turn(before)]) if assistant.condenser.leans(question) else question

    return {"as it is": lambda before, question: question, "both questions": lambda before, question: f"{before} {question}", "condensed": condensed}


def found(assistant: Assistant, question: str, source: str, words: str) -> bool:
    """Return whether the evidence is among the first hits for a question."""
    return any(h.passage.source_id == source and re.search(words, h.passage.text) for h in assistant.search(question, DEPTH))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``follow-ups``."""
    parser.add_argument("--suite", default="follow-ups-dev", metavar="NAME", help="a file of evals/turns without its suffix")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Print how many follow-ups find their evidence in each way, and what they were completed to unless they are held out."""
    path = TURNS / f"{args.suite}.jsonl"
    if not path.is_file():
        raise CaseError(f"{path}: there is no such suite. Name one of {', '.join(sorted(p.stem for p in TURNS.glob('*.jsonl')))}.")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True) as folder:
        asker = open_library(library_paths("corpus", args.texts), (args.home or Path(folder)) / "corpus").asker
        assert isinstance(asker, Assistant)
        ways = full_questions(asker)
        results = {name: [found(asker, way(r["before"], r["question"]), r["source"], r["words"]) for r in rows] for name, way in ways.items()}
        if not args.suite.endswith("-test"):
            for row, hit in zip(rows, results["condensed"], strict=True):
                print(f"{'found ' if hit else 'missed'} {row['id']}  {row['question']}  →  {ways['condensed'](row['before'], row['question'])}")
    print(f"{args.suite}: evidence in the top {DEPTH}")
    for name, hits in results.items():
        print(f"  {name:<16}{sum(hits)} of {len(hits)}")
    return 0
