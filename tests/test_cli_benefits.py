"""``assistant benefits``: a profile goes in, the worksheet and its exports come out."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from assistant import pipeline
from tests.catalogue import write_benefits_corpus
from tests.commands import outcome, run
from tests.fakes import HashEmbedder

PROFILE = "name: 甲公司\nplace: CN-50\nnurturing_scope: yes\neligible_investment: 500万\neducation_surcharge_due: 60万\nlocal_surcharge_due: 40万\n"
OWN = """
own-grant:
  kind: incentive
  standing: law
  title: {zh: 本地资助, en: Local grant}
  summary: {zh: 资助, en: A grant}
  who: {zh: 企业, en: Enterprises}
  basis:
    - work: mof-2019-46
      en: {at: Reading note, quote: "The base of the 30% is the eligible investment, not the surcharges due."}
  amounts:
    - {id: grant, zh: 资助额, en: Grant, role: now, unit: yuan, formula: "min(1% * eligible_investment, 40_000)"}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home filled once from the texts that the worked examples rest on."""
    folder = tmp_path_factory.mktemp("benefits")
    write_benefits_corpus(folder / "corpus")
    return folder


@pytest.fixture(autouse=True)
def _library(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(library / "home"))
    monkeypatch.setenv("ASSISTANT_CORPUS", str(library / "corpus"))
    monkeypatch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder())


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "enterprise.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


def test_the_worksheet_comes_as_json_with_its_basis(profile: Path) -> None:
    code, text, _ = outcome(run("benefits", "--profile", str(profile), "--as-of", "2026-06-01", "--json"))
    sheet = json.loads(text)
    assert (code, sheet["as_of"], sheet["jurisdiction"], sheet["language"], sheet["revision"] > 0) == (0, "2026-06-01", "CN-50", "zh", True)
    offset = next(row for row in sheet["benefits"] if row["id"] == "surcharge-offset")
    assert {a["id"]: a["value"] for a in offset["amounts"]}["offset_now"] == 1_000_000
    apart = {row["id"]: row["force"] for row in sheet["apart"]}
    assert apart["intern-safety-training"] == "missing", "its text is not in this library"


def test_day_and_place_on_the_command_line_come_before_those_of_the_profile(profile: Path) -> None:
    result = run("benefits", "--profile", str(profile), "--as-of", "2018-12-31", "--jurisdiction", "CN-51", "--json")
    sheet = json.loads(result.stdout)
    assert (sheet["as_of"], sheet["jurisdiction"]) == ("2018-12-31", "CN-51")
    assert {row["id"]: row["force"] for row in sheet["apart"]}["surcharge-offset"] == "not_yet"


def test_the_terminal_and_both_exports_say_the_same(profile: Path, tmp_path: Path) -> None:
    out, word = tmp_path / "sheet.csv", tmp_path / "sheet.docx"
    code, text, errors = outcome(run("benefits", "--profile", str(profile), "--language", "en", "--csv", str(out), "--docx", str(word)))
    assert (code, errors) == (0, "")
    assert "Offset now: 1,000,000 yuan  = the smaller of (Amount that may be offset; Cap for this year)" in text
    rows = {row["id"]: row for row in csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines(keepends=True))}
    assert rows["surcharge-offset"]["carried"] == "Carried to later years 500,000 yuan"
    assert word.read_bytes().startswith(b"PK")


def test_a_provision_of_ones_own_is_used_beside_those_that_ship(profile: Path) -> None:
    own = Path(os.environ["ASSISTANT_HOME"]) / "provisions"
    own.mkdir(parents=True, exist_ok=True)
    (own / "own.yaml").write_text(OWN, encoding="utf-8")
    try:
        sheet = json.loads(run("benefits", "--profile", str(profile), "--json").stdout)
        row = next(row for row in sheet["benefits"] if row["id"] == "own-grant")
        assert row["amounts"][0]["value"] == 40_000
        (own / "own.yaml").write_text(OWN.replace("role: now", "role: gift"), encoding="utf-8")
        code, text, errors = outcome(run("benefits", "--profile", str(profile)))
        assert (code, text) == (1, "")
        assert errors.startswith(f"{own / 'own.yaml'}: own-grant: amounts: 'gift' is not one of entitlement,")
        assert errors.count("\n") == 1
    finally:
        (own / "own.yaml").unlink()


@pytest.mark.parametrize(
    ("line", "said"),
    [("wages: 5", "'wages' is not one of the fields"), ("total_wages: lots", "total_wages 'lots' is not an amount of yuan")],
)
def test_a_wrong_profile_is_one_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(line, encoding="utf-8")
    code, text, errors = outcome(run("benefits", "--profile", str(path)))
    assert (code, text) == (1, "")
    assert said in errors
    assert errors.count("\n") == 1


def test_usage_is_checked(tmp_path: Path) -> None:
    assert outcome(run("benefits"))[0] == 2
    code, _, errors = outcome(run("benefits", "--profile", str(tmp_path / "none.yaml")))
    assert (code, "does not exist" in errors) == (2, True)


def test_the_profile_of_the_docs_can_be_used() -> None:
    example = Path(__file__).resolve().parents[1] / "docs" / "examples" / "profile.yaml"
    sheet = json.loads(run("benefits", "--profile", str(example), "--json").stdout)
    now = {a["id"]: a["value"] for row in sheet["benefits"] for a in row["amounts"] if a["role"] == "now"}
    assert (now["offset_now"], now["training_now"]) == (1_000_000, 2_400_000)
