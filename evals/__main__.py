"""``python -m evals COMMAND``. Exit codes: 0 done, 1 failed or gate not met, 2 usage.

To add a command, add one line to ``COMMANDS``: its name, the module of ``evals`` that holds it, and its help. The module has
``add_arguments(parser)``, which declares its options (``library_options`` of ``evals.options`` gives the usual two), and
``main(args)``, which returns the exit code. Only the module of the command that was asked for is imported.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run", "ask the cases of suites and print how it went"),
    "gate": ("gate", "compare with evals/baseline.toml; exit 1 if a floor is broken or a case crashed"),
    "accept": ("accept", "store which cases pass in results, as what later runs are compared with"),
    "canaries": ("canaries", "hold deliberately bad assistants to the gate; exit 1 if one is not caught by name"),
    "facts": ("facts", "compare the corpus with the texts that it digests; exit 1 if anything is not borne out"),
    "refusal": ("refusal", "measure false answers and false refusals on public sets"),
    "near-misses": ("near_misses", "ask thousands of questions, some that a text answers and some that it only seems to"),
    "fit-choice": ("fit_choice", "fit which unit is chosen to answer"),
    "fit-languages": ("fit_languages", "fit which language of a library leads"),
    "fit-expectation": ("fit_expectation", "fit what the kind of a question lets expect"),
    "fit-reader": ("fit_reader", "train the network that reads question and text together"),
    "fit-refusal": ("fit_refusal", "fit the model that decides whether to answer"),
    "retrieval": ("retrieval", "measure on public sets what is found, with words and meaning together and alone"),
    "ranking": ("ranking", "fit the order of candidates on one half of public sets, and measure it on the other"),
    "grounding": ("grounding", "measure the judge on public sets of labelled responses"),
    "fit-judge": ("fit_judge", "fit the weights by which the judge weighs wording"),
    "planting": ("planting", "plant changes in faithful answers, and count how many the judge catches"),
    "chat": ("chat", "ask a suite of a chat model, and say how much of what it writes holds"),
    "follow-ups": ("follow_ups", "say whether follow-ups find their evidence without a model"),
    "agreements": ("agreement_gaps", "check agreements with known gaps; exit 1 if too few are found or too many alarms are false"),
    "report": ("html_report", "write one self-contained HTML page of results"),
    "peers": ("peers", "compare with other systems on the same questions and texts, with the same embedding weights and as it ships"),
    "adopt": ("adopt", "turn recorded questions with corrected evidence into cases of a suite"),
    "files": ("real_files", "read files that people really have, and say what became of each; exit 1 if one crashed or is read otherwise"),
    "crashes": ("crashes", "kill the assistant at random moments and check what is left; exit 1 if anything is lost or mixed up"),
    "load": ("load", "fill a library with 100,000 passages and measure it under load; not a test"),
    "bench": ("bench", "measure times and memory; not a test"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ.setdefault(name, "1")  # nothing may be fetched
    given = list(sys.argv[1:] if argv is None else argv)
    args = _parser(given).parse_args(given)
    from assistant.errors import AssistantError

    try:
        code: int = _module(args.command).main(args)
    except (AssistantError, OSError) as error:
        print(f"evals: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return code


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the options of the one that is given."""
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure the assistant, offline.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == next(iter(given), ""):
            _module(name).add_arguments(command)
    return parser


def _module(command: str) -> Any:
    return importlib.import_module(f"evals.{COMMANDS[command][0]}")


if __name__ == "__main__":
    sys.exit(main())
