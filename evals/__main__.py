"""``python -m evals run | gate | accept | bench | facts | refusal | retrieval | chat | follow-ups``. Exit codes: 0 done, 1 failed or gate not met, 2 usage."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.setdefault(name, "1")  # nothing may be fetched
    args = _parser().parse_args(argv)
    from assistant.types import AssistantError

    module, function = ("gate", "accept") if args.command == "accept" else (args.command.replace("-", "_"), "main")
    try:
        code: int = getattr(importlib.import_module(f"evals.{module}"), function)(args)
    except (AssistantError, OSError) as error:
        print(f"evals: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure the assistant, offline.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="ask the cases of suites and print how it went")
    run.add_argument("--suite", action="append", metavar="NAME", help="a file of evals/cases without its suffix; may be repeated")
    run.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", help="the day on which is asked; today if not given")
    run.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/SUITE.json if not given")
    gate = commands.add_parser("gate", help="compare with evals/baseline.toml; exit 1 if a floor is broken or a case crashed")
    gate.add_argument("--results", type=Path, metavar="FILE", help="results that `run` wrote, instead of running the suites now")
    gate.add_argument("--baseline", type=Path, default=ROOT / "evals" / "baseline.toml", metavar="FILE", help="the values and floors")
    gate.add_argument("--out", type=Path, metavar="FILE", help="where to write the results as well")
    accept = commands.add_parser("accept", help="store which cases pass in results, as what later runs are compared with")
    accept.add_argument("results", type=Path, metavar="FILE", help="results that `run` wrote")
    bench = commands.add_parser("bench", help="measure times and memory; not a test")
    bench.add_argument("--out", type=Path, metavar="FILE", help="where to write the measurements; evals/results/bench.json if not given")
    facts = commands.add_parser("facts", help="compare the corpus with the texts that it digests; exit 1 if anything is not borne out")
    shared = ROOT.parent / "shared"
    facts.add_argument("--texts", type=Path, default=shared / "laws", metavar="FOLDER", help="the laws and regulations in full")
    facts.add_argument("--cases", type=Path, default=shared / "seeds", metavar="FOLDER", help="the papers")
    facts.add_argument("--notes", type=Path, default=shared / "facts", metavar="FOLDER", help="documents.tsv, and excerpts/ of what was read in part")
    refusal = commands.add_parser("refusal", help="measure false answers and false refusals on public sets")
    refusal.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set, with dev/items.jsonl")
    refusal.add_argument("--split", choices=("dev", "heldout"), default="dev", help="which part of the set")
    refusal.add_argument("--limit", type=int, default=0, metavar="N", help="only N items, drawn by hash of the id; all if not given")
    refusal.add_argument("--out", type=Path, metavar="FILE", help="where to write the results")
    retrieval = commands.add_parser("retrieval", help="measure on public sets what is found, with words and meaning together and alone")
    retrieval.add_argument("sets", type=Path, nargs="+", metavar="DIR", help="folder of a set, or of several")
    retrieval.add_argument("--split", choices=("dev", "heldout"), default="dev", help="which part of the set")
    retrieval.add_argument("--sample", type=int, default=0, metavar="N", help="only N questions a set, drawn by hash of the id; all if not given")
    retrieval.add_argument("--home", type=Path, metavar="FOLDER", help="where to keep libraries and vectors for the next run")
    retrieval.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/retrieval-SPLIT.json if not given")
    chat = commands.add_parser("chat", help="ask a suite of a chat model, and say how much of what it writes holds")
    chat.add_argument("--model", metavar="PROVIDER:MODEL", help="the model; its provider's variables must be set")
    chat.add_argument("--replay", type=Path, metavar="FILE", help="a recording, instead of a model")
    chat.add_argument("--record", type=Path, metavar="FILE", help="where to write down what the model says")
    chat.add_argument("--suite", default="corpus-precedence-dev", metavar="NAME", help="a file of evals/cases without its suffix")
    chat.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", help="the day on which is asked; today, or that of the recording")
    chat.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/chat-SUITE.json if not given")
    follow_ups = commands.add_parser("follow-ups", help="say whether follow-ups find their evidence without a model")
    follow_ups.add_argument("--suite", default="follow-ups-dev", metavar="NAME", help="a file of evals/turns without its suffix")
    for command in (run, gate, bench, chat, follow_ups):
        command.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with seeds/ and laws/")
        command.add_argument("--home", type=Path, metavar="FOLDER", help="where to keep the libraries for the next run; a temporary folder if not given")
    return parser


if __name__ == "__main__":
    sys.exit(main())
