"""Compare results with ``evals/baseline.toml``: fail if a floor is broken, a case crashed, or nothing was asked at all."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bounds import BaselineError, Bound, read_bound
from evals.cases import CASES, PAIRS
from evals.library import library_name, library_paths, write_json
from evals.metrics import Estimate
from evals.options import ROOT, library_options
from evals.public_sets import PublicSet, measure_sets, read_sets
from evals.records import LOWER_IS_BETTER, MEASURES, TOTAL, summary
from evals.report import MADE
from evals.run import ResultsError, SuiteRun, print_run, read_results, run_suites, run_to_dict

BASELINES = CASES.parent / "baselines"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The suites that are gated."""

    as_of: dt.date | None
    """The day on which is asked, so that a text's expiry does not flip cases; today where not set."""
    suites: Mapping[str, tuple[Bound, ...]]
    sets: tuple[PublicSet, ...] = ()
    """The public sets that are gated."""


def read_baseline(path: Path) -> Baseline:
    """Return the baseline of a file.

    Raises:
        BaselineError: it holds an unknown key or measure, or a limit that its own value does not keep.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path}: is not TOML ({error}). Correct it there.") from error
    as_of, suites = given.pop("as_of", None), given.pop("suites", {})
    scalars = [key for key, value in given.items() if not isinstance(value, dict)]
    if scalars or not (as_of is None or type(as_of) is dt.date) or not isinstance(suites, dict):
        raise BaselineError(f"{path}: holds {sorted(scalars)}, as_of {as_of!r}. Write as_of as a date, and tables [suites.NAME] and [MODULE.SET].")
    return Baseline(as_of, {name: _bounds(f"{path}: suite {name}", rows) for name, rows in suites.items()}, read_sets(str(path), given))


def _bounds(where: str, rows: Any) -> tuple[Bound, ...]:
    if not isinstance(rows, dict) or not rows:
        raise BaselineError(f"{where}: gates nothing. Give it at least one measure with value and floor.")
    return tuple(_bound(f"{where}: {key!r}", key, row) for key, row in rows.items())


def _bound(where: str, key: str, row: Any) -> Bound:
    group, _, measure = key.rpartition("/")
    if measure not in MEASURES or group not in ("", *PAIRS):
        raise BaselineError(f"{where}: is no measure. Name one of {', '.join(MEASURES)}, after PAIR/ if it is of one language pair.")
    kind = "ceiling" if measure in LOWER_IS_BETTER else "floor"
    return read_bound(where, group or TOTAL, measure, row, (kind,))


# -- comparing ------------------------------------------------------------------------------------------------


def check(run: SuiteRun, bounds: Sequence[Bound]) -> list[tuple[bool, str]]:
    """Return for each bound whether it is kept, and a line that says so. A measure that no case took part in is not kept."""
    rows = summary(run.records)
    return [_checked(bound, rows.get(bound.group, {}).get(bound.measure)) for bound in bounds]


def _checked(bound: Bound, now: Estimate | None) -> tuple[bool, str]:
    if now is None:
        return False, f"BROKEN {bound.name}: no case took part"
    return bound.kept_by(now.value), bound.line(now.value, f", n {now.cases}")


def flips(run: SuiteRun, stored: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the ids of cases that went otherwise than stored: with few cases, means mislead."""
    passed, failed = set(stored["passing"]), set(stored["failing"])
    now = {r.id: r.passed for r in run.records}
    return {
        "now fail": [i for i, ok in now.items() if i in passed and not ok],
        "now pass": [i for i, ok in now.items() if i in failed and ok],
        "new": [i for i in now if i not in passed | failed],
        "gone": sorted((passed | failed) - set(now)),
    }


def report(run: SuiteRun, bounds: Sequence[Bound], stored: Mapping[str, Sequence[str]] | None) -> tuple[bool, list[str]]:
    """Return whether a suite meets the gate, and the lines that say how."""
    checked = check(run, bounds)
    lines = [line for _, line in checked]
    lines += [f"crashed: {' '.join(run.crashed)}"] if run.crashed else []
    if stored is None:
        lines.append(f"flipped: not known, there is no baselines/{run.suite}.json. Make it with: python -m evals accept RESULTS")
    else:
        changed = {kind: ids for kind, ids in flips(run, stored).items() if ids}
        lines += [f"{kind} ({len(ids)}): {' '.join(ids)}" for kind, ids in changed.items()] or ["flipped: none"]
    met = bool(run.records) and not run.crashed and all(kept for kept, _ in checked)
    return met, [f"gate {run.suite}: {'met' if met else 'NOT MET'}", *(f"  {line}" for line in lines)]


# -- commands -------------------------------------------------------------------------------------------------


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``gate``."""
    parser.add_argument("--results", type=Path, metavar="FILE", help="results that `run` wrote, instead of running the suites now")
    parser.add_argument("--baseline", type=Path, default=ROOT / "evals" / "baseline.toml", metavar="FILE", help="the values and floors")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the results as well")
    library_options(parser)


def main(args: argparse.Namespace) -> int:
    """Run the gate and return the exit code: 0 if every suite that could be asked meets its floors, and one could."""
    started = time.perf_counter()
    baseline = read_baseline(args.baseline)
    runs, skipped = _runs(args, baseline)
    sets, absent = ([], []) if args.results else measure_sets(baseline.sets, args.texts)
    met = bool(runs or sets)
    for run in runs:
        print_run(run)
        kept, lines = report(run, baseline.suites[run.suite], stored_outcomes(run.suite))
        print("\n".join(["", *lines, ""]))
        met = met and kept
    for measured in sets:
        print("\n".join([*measured.lines(), ""]))
    met = met and all(measured.met for measured in sets)
    for line in skipped + absent:
        print(f"skipped: {line}")
    if not (runs or sets):
        gated = ", ".join([*baseline.suites, *(s.title for s in baseline.sets)]) or "nothing"
        print(f"gate NOT MET: no case was asked and no set measured. {args.baseline} gates {gated}.")
    if args.out:
        write_json(args.out, {"runs": [run_to_dict(run) for run in runs], "sets": [dataclasses.asdict(measured) for measured in sets]})
    print(f"gate {'met' if met else 'NOT MET'} in {time.perf_counter() - started:.0f} s")
    return int(not met)


def _runs(args: argparse.Namespace, baseline: Baseline) -> tuple[list[SuiteRun], list[str]]:
    if args.results:
        given = read_made(args.results)
        skipped = [f"{run.suite}: {args.baseline} sets nothing for it" for run in given if run.suite not in baseline.suites]
        missing = [f"{suite}: not in {args.results}" for suite in baseline.suites if suite not in {run.suite for run in given}]
        return [run for run in given if run.suite in baseline.suites], skipped + missing
    there = [suite for suite in baseline.suites if library_paths(library_name(suite), args.texts)]
    absent = [f"{suite}: its texts are not in {args.texts}" for suite in baseline.suites if suite not in there]
    return run_suites(there, args.texts, args.home, baseline.as_of or dt.date.today()), absent


def read_made(path: Path) -> list[SuiteRun]:
    """Return the runs that a results file holds, each with what made its numbers.

    Raises:
        ResultsError: it is not what ``python -m evals run`` writes, or does not say what made its numbers.
    """
    runs = read_results(path)
    for run in runs:
        missing = [key for key in MADE if not isinstance(run.made, dict) or key not in run.made]
        if missing:
            again = f"Write it again: python -m evals run --suite {run.suite} --out {path}"
            raise ResultsError(f"{path}: made of suite {run.suite} lacks {', '.join(missing)}. {again}")
    return runs


def stored_outcomes(suite: str) -> Mapping[str, Sequence[str]] | None:
    """Return which cases of a suite passed and failed when that was accepted, or ``None``."""
    path = BASELINES / f"{suite}.json"
    if not path.is_file():
        return None
    stored: dict[str, Sequence[str]] = json.loads(path.read_text(encoding="utf-8"))
    return stored
