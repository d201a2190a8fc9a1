"""This assistant, as it ships and with the others' embedding weights alone, beside what people build otherwise, on the same questions and texts.

Each system runs in a process of its own, so that its memory is its own, and takes in the same files. Evidence is counted by
spans of the files and within a number of words, so that chunk sizes do not decide. ``python -m evals.peers`` is the child.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from assistant.config import Settings, load_settings, shipped
from assistant.errors import AssistantError
from evals import metrics
from evals.cases import Case, load_cases, suite_path
from evals.library import LibraryNotReady, cases_hash, files_hash, fingerprints, library_name, library_paths, peak_mib, write_json
from evals.metrics import Gold, Ratio, estimate, percentile
from evals.options import ROOT, library_options
from evals.retrievers import MODEL, SYSTEMS, Document, Ours, Retriever, read_documents
from evals.run import RESULTS

K = 10
_COLUMNS = ("evidence@5", "evidence@400w", "evidence@800w", "recall@5", "mrr@10")
SHIPPED: str = Settings.model_fields["embedding_model"].default
ROWS: Mapping[str, Callable[[Sequence[Document], Path, dt.date], Retriever]] = {
    **{name: system for name, system in SYSTEMS.items() if system is not Ours},
    "ours-same-weights": partial(Ours, model=MODEL),
    "ours-as-shipped": partial(Ours, model=SHIPPED),
}
"""What is compared, by the name of its row; of the assistant, the name says with which weights."""


class PeersError(AssistantError):
    """A system could not be measured."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``peers``."""
    parser.add_argument("--suite", action="append", metavar="NAME", help="may be repeated; library-plain-dev and library-paraphrased-dev if not given")
    parser.add_argument("--system", action="append", choices=tuple(ROWS), help="may be repeated; all if not given")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date.today(), metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, default=RESULTS / "peers.json", metavar="FILE", help="where to write the results")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Measure every system on every suite, print a table and write JSON; the exit code is 0 whatever the numbers."""
    suites = args.suite or ["library-plain-dev", "library-paraphrased-dev"]
    for suite in suites:
        suite_path(suite)  # refuses one that is not there before anything is started
    names = {library_name(suite) for suite in suites}
    if len(names) > 1:
        raise PeersError(f"--suite {' '.join(suites)}: are asked of different texts. Name suites that begin alike.")
    folders = library_paths(names.pop(), args.texts)
    if not folders:
        raise LibraryNotReady(f"--texts {args.texts}: holds none of the texts that {suites[0]} is asked of. Say where they are with --texts.")
    measured, made = {}, _made(folders, suites, args.as_of)
    for system in args.system or ROWS:
        print(f"measuring {system}", file=sys.stderr)
        measured[system] = _child(system, suites, args.texts, args.as_of)
    for line in table(suites, measured):
        print(line)
    write_json(args.out, {"made": made, "k": K, "suites": suites, "systems": measured})
    print(f"written: {args.out}")
    return 0


def _made(folders: Sequence[Path], suites: Sequence[str], as_of: dt.date) -> dict[str, Any]:
    """Return the fingerprints; the model is that of the assistant as it ships, and each system says its own."""
    files = [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()]
    made = fingerprints(load_settings(corpus="", embedding_model=SHIPPED), SHIPPED)
    asked = {"files": files_hash(files, folders[0].parent), "cases": {suite: cases_hash(suite) for suite in suites}, "as_of": as_of.isoformat()}
    return made | asked


def table(suites: Sequence[str], measured: dict[str, Any]) -> list[str]:
    """Return the lines of the table: for each suite and system the measures, then the times and the memory of each system."""
    width = max(len(name) for name in measured)
    lines = []
    for suite in suites:
        lines += ["", f"{suite}: per cent, {next(iter(measured.values()))['suites'][suite]['cases']} cases with evidence"]
        lines.append(" " * width + "".join(c.rjust(17) for c in _COLUMNS))
        for name, row in measured.items():
            cells = (row["suites"][suite]["measures"][column] for column in _COLUMNS)
            lines.append(name.ljust(width) + "".join(f"{100 * c[0]:.1f} [{100 * c[1]:.0f} {100 * c[2]:.0f}]".rjust(17) for c in cells))
    lines += ["", " " * width + "".join(c.rjust(17) for c in ("build s", "chunks", "search p50 ms", "p90 ms", "peak MiB")) + "  model"]
    for name, row in measured.items():
        costs = (f"{row['build_s']:.1f}", str(row["chunks"]), f"{1000 * row['p50_s']:.1f}", f"{1000 * row['p90_s']:.1f}", f"{row['peak_mib']:.0f}")
        lines.append(name.ljust(width) + "".join(c.rjust(17) for c in costs) + f"  {row['model'] or 'none'}")
    return lines


def _child(system: str, suites: Sequence[str], texts: Path, as_of: dt.date) -> dict[str, Any]:
    command = [sys.executable, "-m", "evals.peers", system, str(texts.resolve()), as_of.isoformat(), *suites]
    quiet = {"ANONYMIZED_TELEMETRY": "False", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env={**os.environ, **quiet}, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PeersError(f"{system}: ended with {done.returncode} ({last}). Run by hand: {' '.join(command[1:])}")
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


# -- in the child ---------------------------------------------------------------------------------------------


def measure_system(system: str, documents: Sequence[Document], suites: Mapping[str, Sequence[Case]], home: Path, as_of: dt.date) -> dict[str, Any]:
    """Return what a system gets on suites: measures with intervals, seconds and memory."""
    started = time.perf_counter()
    retriever = ROWS[system](documents, home, as_of)
    build = time.perf_counter() - started
    seconds: list[float] = []
    rows = {}
    for suite, cases in suites.items():
        scored = [_scored(retriever, case, seconds) for case in cases if case.evidence]
        bounds = {name: estimate([row[name] for row in scored]) for name in _COLUMNS}
        rows[suite] = {"cases": len(scored), "measures": {name: bound[:3] for name, bound in bounds.items() if bound}}
    times = {f"p{q}_s": percentile(seconds, q) for q in (50, 90)}
    return {"model": retriever.model, "suites": rows, "build_s": build, "chunks": retriever.chunks, **times, "peak_mib": peak_mib()}


def _scored(retriever: Any, case: Case, seconds: list[float]) -> dict[str, Ratio]:
    started = time.perf_counter()
    hits = retriever.search(case.question, K)
    seconds.append(time.perf_counter() - started)
    gold = [_gold(evidence) for evidence in case.evidence]
    ranks = metrics.found_at(gold, hits)
    return {
        "evidence@5": metrics.evidence_at(ranks, 5),
        "evidence@400w": metrics.evidence_within(gold, hits, 400),
        "evidence@800w": metrics.evidence_within(gold, hits, 800),
        "recall@5": metrics.recall_at(ranks, 5),
        "mrr@10": metrics.mrr_at(ranks),
    }


def _gold(evidence: Any) -> Gold:
    return Gold(str(evidence.path), evidence.text, also=tuple(_gold(other) for other in evidence.also))


def _main(argv: Sequence[str]) -> None:
    system, texts, as_of, *suites = argv
    folders = library_paths(library_name(suites[0]), Path(texts))
    cases = {suite: load_cases(suite_path(suite), Path(texts), shipped("corpus")) for suite in suites}
    with tempfile.TemporaryDirectory(prefix="peers-", ignore_cleanup_errors=True) as home:
        print(json.dumps(measure_system(system, read_documents(folders), cases, Path(home), dt.date.fromisoformat(as_of))))


if __name__ == "__main__":
    _main(sys.argv[1:])
