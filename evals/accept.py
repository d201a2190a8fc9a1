"""Store which cases pass, for later runs to be compared with. Floors are set by hand, in ``evals/baseline.toml``."""

from __future__ import annotations

import argparse
from pathlib import Path

from evals.bounds import BaselineError
from evals.gate import BASELINES
from evals.library import write_json
from evals.run import read_results


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``accept``."""
    parser.add_argument("results", type=Path, metavar="FILE", help="results that `run` wrote")


def main(args: argparse.Namespace) -> int:
    """Store which cases pass in a results file; a suite in which a case crashed is refused."""
    for run in read_results(args.results):
        if run.crashed:
            raise BaselineError(f"{args.results}: {len(run.crashed)} cases of {run.suite} crashed ({run.crashed[0]}). Mend them first.")
        by_outcome = {"passing": [r.id for r in run.records if r.passed], "failing": [r.id for r in run.records if not r.passed]}
        path = BASELINES / f"{run.suite}.json"
        write_json(path, {"suite": run.suite, "code": run.made["code"], "cases": run.made["cases"], **by_outcome})
        print(f"written: {path} ({len(by_outcome['passing'])} of {len(run.records)} pass)")
    return 0
