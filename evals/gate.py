"""Compare results with ``evals/baseline.toml``: fail if a floor is broken, a case crashed, or nothing was asked at all."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.types import AssistantError
from evals.cases import CASES, PAIRS
from evals.library import library_name, library_paths, write_json
from evals.metrics import Estimate
from evals.options import ROOT, library_options
from evals.records import LOWER_IS_BETTER, MEASURES, TOTAL, summary
from evals.run import SuiteRun, print_run, read_results, run_suites, run_to_dict

BASELINES = CASES.parent / "baselines"
_SLACK = 1e-9


class BaselineError(AssistantError):
    """The baseline or a results file is wrong."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one measure of a suite had, and what it must keep."""

    group: str
    measure: str
    value: float
    limit: float
    """A ceiling where lower is better, else a floor."""

    def kept_by(self, value: float) -> bool:
        """Return whether a value is on the right side of the limit."""
        return value <= self.limit + _SLACK if self.measure in LOWER_IS_BETTER else value >= self.limit - _SLACK

    @property
    def kind(self) -> str:
        """``ceiling`` or ``floor``."""
        return "ceiling" if self.measure in LOWER_IS_BETTER else "floor"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The suites that are gated."""

    as_of: dt.date | None
    """The day on which is asked, so that a text's expiry does not flip cases; today where not set."""
    suites: Mapping[str, tuple[Bound, ...]]


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
    if given or not (as_of is None or type(as_of) is dt.date) or not isinstance(suites, dict):
        raise BaselineError(f"{path}: holds {sorted(given)}, as_of {as_of!r}. Write as_of as a date, and tables [suites.NAME].")
    return Baseline(as_of, {name: _bounds(f"{path}: suite {name}", rows) for name, rows in suites.items()})


def _bounds(where: str, rows: Any) -> tuple[Bound, ...]:
    if not isinstance(rows, dict) or not rows:
        raise BaselineError(f"{where}: gates nothing. Give it at least one measure with value and floor.")
    return tuple(_bound(f"{where}: {key!r}", key, row) for key, row in rows.items())


def _bound(where: str, key: str, row: Any) -> Bound:
    group, _, measure = key.rpartition("/")
    if measure not in MEASURES or group not in ("", *PAIRS):
        raise BaselineError(f"{where}: is no measure. Name one of {', '.join(MEASURES)}, after PAIR/ if it is of one language pair.")
    kind = "ceiling" if measure in LOWER_IS_BETTER else "floor"
    if not isinstance(row, dict) or set(row) != {"value", kind} or not all(type(v) in (int, float) and 0 <= v <= 1 for v in row.values()):
        raise BaselineError(f"{where}: {row!r} is not a value and a {kind}. Write {{ value = 0.9, {kind} = 0.8 }}, both from 0 to 1.")
    bound = Bound(group or TOTAL, measure, float(row["value"]), float(row[kind]))
    if not bound.kept_by(bound.value):
        raise BaselineError(f"{where}: the value {bound.value} does not keep its own {kind} {bound.limit}. Correct one of them.")
    return bound


# -- comparing ------------------------------------------------------------------------------------------------


def check(run: SuiteRun, bounds: Sequence[Bound]) -> list[tuple[bool, str]]:
    """Return for each bound whether it is kept, and a line that says so. A measure that no case took part in is not kept."""
    rows = summary(run.records)
    return [_checked(bound, rows.get(bound.group, {}).get(bound.measure)) for bound in bounds]


def _checked(bound: Bound, now: Estimate | None) -> tuple[bool, str]:
    name = bound.measure if bound.group == TOTAL else f"{bound.group}/{bound.measure}"
    if now is None:
        return False, f"BROKEN {name}: no case took part"
    kept = bound.kept_by(now.value)
    change = f"{now.value - bound.value:+.3f}"
    return kept, f"{'ok    ' if kept else 'BROKEN'} {name}: {now.value:.3f} ({change} on {bound.value:.3f}, {bound.kind} {bound.limit:.3f}, n {now.cases})"


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
    baseline = read_baseline(args.baseline)
    runs, skipped = _runs(args, baseline)
    met = bool(runs)
    for run in runs:
        print_run(run)
        kept, lines = report(run, baseline.suites[run.suite], _stored(run.suite))
        print("\n".join(["", *lines, ""]))
        met = met and kept
    for line in skipped:
        print(f"skipped: {line}")
    if not runs:
        print(f"gate NOT MET: no case was asked. {args.baseline} gates {', '.join(baseline.suites) or 'no suite'}.")
    if args.out:
        write_json(args.out, {"runs": [run_to_dict(run) for run in runs]})
    return int(not met)


def _runs(args: argparse.Namespace, baseline: Baseline) -> tuple[list[SuiteRun], list[str]]:
    if args.results:
        given = read_results(args.results)
        skipped = [f"{run.suite}: {args.baseline} sets nothing for it" for run in given if run.suite not in baseline.suites]
        missing = [f"{suite}: not in {args.results}" for suite in baseline.suites if suite not in {run.suite for run in given}]
        return [run for run in given if run.suite in baseline.suites], skipped + missing
    there = [suite for suite in baseline.suites if library_paths(library_name(suite), args.texts)]
    absent = [f"{suite}: its texts are not in {args.texts}" for suite in baseline.suites if suite not in there]
    return run_suites(there, args.texts, args.home, baseline.as_of or dt.date.today()), absent


def _stored(suite: str) -> Mapping[str, Sequence[str]] | None:
    path = BASELINES / f"{suite}.json"
    if not path.is_file():
        return None
    stored: dict[str, Sequence[str]] = json.loads(path.read_text(encoding="utf-8"))
    return stored
