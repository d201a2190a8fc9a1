"""Recorded questions become cases, through the loader that reads every case."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

import evals.adopt
from assistant.journal import append, entry_of
from assistant.results import Abstention, Reason
from evals.__main__ import main
from evals.cases import hash_of

NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
ENTRY = entry_of(Abstention("What rebate do pear growers get?", "en", Reason.NOTHING_FOUND, (), "", (), NOW.date(), 1, "abc"), now=NOW)
CORRECTED = replace(
    ENTRY, thumbs="down", expected="answer", evidence=({"source": "pear-act.en", "quote": "a rebate of 12 % on pears", "locator": "Art. 1"},), facts=("12 ?%",)
)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cases").mkdir()
    (tmp_path / "corpus" / "policies").mkdir(parents=True)
    (tmp_path / "corpus" / "policies" / "pear-act.en.md").write_text("---\nid: pear-act.en\n---\n\nGrowers get a rebate of 12 % on pears.\n", encoding="utf-8")
    (tmp_path / "texts" / "laws").mkdir(parents=True)
    (tmp_path / "texts" / "laws" / "pears.md").write_text("Growers get a rebate of 12 % on pears.\n", encoding="utf-8")
    monkeypatch.setattr(evals.adopt, "CASES", tmp_path / "cases")
    monkeypatch.setattr(evals.adopt, "shipped", lambda name: tmp_path / name)
    return tmp_path


def adopt(places: Path, *more: str, suite: str = "corpus-feedback-dev") -> int:
    return main(["adopt", str(places / "home" / "journal.jsonl"), "--suite", suite, "--texts", str(places / "texts"), *more])


def test_a_corrected_question_is_shown_and_then_written(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    append(places / "home", CORRECTED)
    suite = places / "cases" / "corpus-feedback-dev.jsonl"
    assert adopt(places, "--tag", "hard") == 0
    assert f'+{{"id": "adopted-{ENTRY.id}"' in capsys.readouterr().out
    assert not suite.exists()
    assert adopt(places, "--tag", "hard", "--write") == 0
    assert [json.loads(line) for line in suite.read_text(encoding="utf-8").splitlines()] == [
        {
            "id": f"adopted-{ENTRY.id}",
            "question": "What rebate do pear growers get?",
            "language": "en",
            "outcome": "answer",
            "evidence": [{"source": "pear-act.en", "quote": "a rebate of 12 % on pears", "locator": "Art. 1"}],
            "facts": ["12 ?%"],
            "tags": ["adopted", "en-en", "hard"],
        }
    ]
    capsys.readouterr()
    assert adopt(places, "--write") == 1
    assert "corpus-feedback-dev.jsonl:2: has the same id or question as corpus-feedback-dev.jsonl:1" in capsys.readouterr().err


def test_evidence_in_a_text_becomes_offsets(places: Path) -> None:
    append(places / "home", replace(CORRECTED, evidence=({"file": "laws/pears.md", "quote": "12 % on pears"},)))
    assert adopt(places, "--write", suite="library-feedback-dev") == 0
    row = json.loads((places / "cases" / "library-feedback-dev.jsonl").read_text(encoding="utf-8"))
    assert row["evidence"] == [{"file": "laws/pears.md", "start": 24, "end": 37, "locator": "", "sha256": hash_of("12 % on pears")}]


def test_what_should_have_been_declined_becomes_a_case_too(places: Path) -> None:
    append(places / "home", replace(ENTRY, outcome="answer", reason="", expected="out_of_scope"))
    assert adopt(places, "--write") == 0
    row = json.loads((places / "cases" / "corpus-feedback-dev.jsonl").read_text(encoding="utf-8"))
    assert (row["outcome"], row["reason"], row["evidence"], row["tags"]) == ("abstention", "out_of_scope", [], ["adopted", "out-of-scope"])


@pytest.mark.parametrize(
    ("entry", "more", "message"),
    [
        (replace(CORRECTED, expected=""), [], "no entry has `expected` filled"),
        (replace(CORRECTED, expected=""), ["--entry", ENTRY.id], "has nothing in `expected`"),
        (CORRECTED, ["--entry", "nobody"], "--entry nobody: is not in the file"),
        (replace(CORRECTED, facts=()), [], "has 1 evidence and 0 facts for an answer"),
        (replace(CORRECTED, evidence=({"source": "pear-act.en", "quote": "a rebate of 13 %"},)), [], "stands 0 times in pear-act.en.md"),
        (replace(CORRECTED, evidence=({"file": "laws/pears.md", "quote": "12 %"},)), [], "is asked of sources. Choose another suite"),
        (replace(CORRECTED, expected="nothing_found"), [], "has 1 evidence for outcome 'abstention'"),
    ],
)
def test_what_is_not_right_is_refused(places: Path, capsys: pytest.CaptureFixture[str], entry: object, more: list[str], message: str) -> None:
    append(places / "home", entry)  # type: ignore[arg-type]
    assert adopt(places, "--write", *more) == 1
    assert message in capsys.readouterr().err
    assert list((places / "cases").iterdir()) == []


@pytest.mark.parametrize(
    ("suite", "message"), [("corpus-feedback-test", "is held out"), ("feedback", "does not say what it is asked of"), ("corpus-../x", "is no name for a suite")]
)
def test_a_suite_that_may_not_be_added_to_is_refused(places: Path, capsys: pytest.CaptureFixture[str], suite: str, message: str) -> None:
    append(places / "home", CORRECTED)
    assert adopt(places, suite=suite) == 1
    assert message in capsys.readouterr().err


def test_a_question_of_another_suite_is_refused(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (places / "cases" / "corpus-other-test.jsonl").write_text(json.dumps({"id": "o-1", "question": "what rebate do  Pear growers get?"}), encoding="utf-8")
    append(places / "home", CORRECTED)
    assert adopt(places, "--write") == 1
    assert "is asked in corpus-other-test.jsonl already, as o-1" in capsys.readouterr().err


def test_a_text_that_is_elsewhere_is_refused(places: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, message in (("../home/journal.jsonl", "is not in"), ("laws/plums.md", "is not in")):
        append(places / "home", replace(CORRECTED, evidence=({"file": name, "quote": "12 %"},)))
        assert adopt(places, suite="library-feedback-dev") == 1
        assert message in capsys.readouterr().err
