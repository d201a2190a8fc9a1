"""Ask the cases of suites, and say how it went: a table, the ids that failed, and JSON with everything that made the numbers."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.config import shipped
from assistant.errors import AssistantError
from assistant.results import Scope
from evals.cases import CASES, Case, is_held_out, load_cases, suite_path
from evals.library import Library, LibraryNotReady, cases_hash, gold_of, library_name, library_paths, open_library, peak_mib, write_json
from evals.metrics import mean_risk
from evals.options import library_options
from evals.records import Record, ask_case, latency, record_of, record_to_dict, risk_curve, summary
from evals.report import failures, table

RESULTS = CASES.parent / "results"


class ResultsError(AssistantError):
    """A results file is not what ``python -m evals run`` writes today."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One suite, asked."""

    suite: str
    records: list[Record]
    made: dict[str, Any]
    """Fingerprints of code, texts, settings, model and cases."""
    unlocated: list[str]
    """Cases whose gold words are not in the library's text as they are in the file; cited places then rest on locators alone."""

    @property
    def crashed(self) -> list[str]:
        """The ids of the cases that crashed."""
        return [r.id for r in self.records if r.crash]


def run_suite(suite: str, cases: Sequence[Case], library: Library, as_of: dt.date) -> SuiteRun:
    """Ask all cases of a suite.

    Raises:
        LibraryNotReady: evidence is not in the library.
    """
    gold = {case.id: gold_of(case, library) for case in cases}
    records = [ask_case(case, gold[case.id], library.asker, Scope(as_of=as_of), is_held_out(suite)) for case in cases]
    made = {**library.made, "as_of": as_of.isoformat(), "peak_mib": round(peak_mib())}
    return SuiteRun(suite, records, made, [i for i, pieces in gold.items() if any(p.span is None for p in pieces)])


def run_suites(suites: Sequence[str], texts: Path, home: Path | None, as_of: dt.date) -> list[SuiteRun]:
    """Ask several suites; each library is taken in once, in a folder of its own below ``home`` or in a temporary one.

    Raises:
        AssistantError: a suite, its texts or the library is not as it must be.
    """
    loaded = {}
    for suite in suites:
        if not library_paths(library_name(suite), texts):
            raise LibraryNotReady(f"--texts {texts}: holds none of the texts that {suite} is asked of. Say where they are with --texts.")
        loaded[suite] = load_cases(suite_path(suite), texts, shipped("corpus"))
    runs = []
    with _folder(home) as folder:
        libraries: dict[str, Library] = {}
        for suite, cases in loaded.items():
            name = library_name(suite)
            if name not in libraries:
                libraries[name] = open_library(library_paths(name, texts), Path(folder) / name)
            run = run_suite(suite, cases, libraries[name], as_of)
            run.made["cases"] = cases_hash(suite)
            runs.append(run)
    return runs


def _folder(home: Path | None) -> AbstractContextManager[str | os.PathLike[str]]:
    return tempfile.TemporaryDirectory(prefix="evals-", ignore_cleanup_errors=True) if home is None else nullcontext(home)


def run_to_dict(run: SuiteRun) -> dict[str, Any]:
    """Return a run for JSON."""
    curve = risk_curve(run.records)
    return {
        "suite": run.suite,
        "made": run.made,
        "cases": len(run.records),
        "crashed": run.crashed,
        "unlocated": run.unlocated,
        "metrics": {group: {k: v._asdict() for k, v in row.items()} for group, row in summary(run.records).items()},
        "latency_s": latency(run.records),
        "risk_coverage": {"mean_risk": mean_risk(curve), "curve": curve},
        "records": [{**record_to_dict(r), "passed": r.passed} for r in run.records],
    }


def run_from_dict(row: dict[str, Any]) -> SuiteRun:
    """Return a run as read from JSON; what can be counted again from its records is."""
    records = [record_of({k: v for k, v in r.items() if k != "passed"}) for r in row["records"]]
    return SuiteRun(row["suite"], records, row["made"], row["unlocated"])


def read_results(path: Path) -> list[SuiteRun]:
    """Return the runs that a results file holds.

    Raises:
        ResultsError: it is not what ``python -m evals run`` writes.
    """
    try:
        return [run_from_dict(row) for row in json.loads(path.read_text(encoding="utf-8"))["runs"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path}: is not what today's code writes ({error!r}). Write it again: python -m evals run --out {path}") from error


def print_run(run: SuiteRun) -> None:
    """Print a suite's table, and the cases that failed: ids only if it is held out."""
    print("\n".join([*table(run.suite, run.records, run.made), *failures(run.records, is_held_out(run.suite))]))
    if run.unlocated:
        print(f"gold words not in the library's text word for word: {' '.join(run.unlocated)}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``run``."""
    parser.add_argument("--suite", action="append", metavar="NAME", help="a file of evals/cases without its suffix; may be repeated")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", help="the day on which is asked; today if not given")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results; evals/results/SUITE.json if not given")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Run suites and return the exit code: 1 if a case crashed."""
    runs = run_suites(args.suite or ["library-plain-dev"], args.texts, args.home, args.as_of or dt.date.today())
    for run in runs:
        print_run(run)
    out: Path = args.out or RESULTS / f"{'+'.join(run.suite for run in runs)}.json"
    write_json(out, {"runs": [run_to_dict(run) for run in runs]})
    print(f"written: {out}")
    return int(any(run.crashed for run in runs))
