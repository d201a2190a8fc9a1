"""The judge on labelled responses: rows are read strictly, and the measures are those of the books."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.judge.verification import LexicalVerifier
from evals.__main__ import main
from evals.grounding import GroundingError, accuracy, auroc, balanced_accuracy, fit_threshold, is_fitted, judge_items, load_items, measure_set

CONTEXT = "An enterprise may offset 30% of its investment against the surcharge."


def items_of(folder: Path, rows: list[dict[str, str]]) -> Path:
    (folder / "dev").mkdir(parents=True)
    (folder / "dev" / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def row(number: int, response: str, label: str) -> dict[str, str]:
    return {"id": f"i{number}", "context": CONTEXT, "response": response, "label": label}


def test_measures() -> None:
    truth = np.array([True, True, False, False])
    assert auroc(np.array([0.9, 0.4, 0.4, 0.1]), truth) == 0.875
    assert balanced_accuracy(np.array([True, False, False, False]), truth) == 0.75
    skewed = np.array([True] * 9 + [False])
    assert (accuracy(np.array([True] * 10), skewed), balanced_accuracy(np.array([True] * 10), skewed)) == (0.9, 0.5)
    assert fit_threshold(np.array([0.9, 0.6, 0.5, 0.1]), truth) == 0.6


def test_the_halves_are_fixed_by_the_context() -> None:
    halves = [is_fitted(f"i{n}") for n in range(400)]
    assert 160 < sum(halves) < 240
    assert halves == [is_fitted(f"i{n}") for n in range(400)]


def test_a_figure_that_is_not_in_the_context_is_ungrounded(tmp_path: Path) -> None:
    rows = [row(n, CONTEXT, "grounded") for n in range(6)] + [row(10 + n, CONTEXT.replace("30", str(40 + n)), "ungrounded") for n in range(6)]
    folder = items_of(tmp_path / "set", rows)
    judged = judge_items(load_items(folder, "dev"), LexicalVerifier())
    assert [j.grounded for j in judged] == [j.item.grounded for j in judged]
    assert measure_set(folder, 0) == {"auroc": 1.0, "balanced_accuracy": 1.0}
    assert main(["grounding", str(folder), "--limit", "12", "--out", str(tmp_path / "out.json")]) == 0
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["set"]["made"]
    assert {"code", "weights", "evals", "corpus", "files", "settings", "model", "split", "sample", "on"} <= set(made)
    assert (made["split"], made["sample"]) == ("dev", 12)


def test_what_is_no_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(GroundingError, match=r"has neither items\.jsonl nor faithful_items\.jsonl"):
        load_items(tmp_path, "dev")
    folder = items_of(tmp_path / "bad", [{"id": "1", "context": "a", "response": "b", "label": "yes"}])
    with pytest.raises(GroundingError, match=r"items\.jsonl:1: is not a labelled response"):
        load_items(folder, "dev")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": is empty. It needs rows with id, context, response and label."),
        (
            '{"id": 1, "context": 5, "response": "b", "label": "grounded"}\n',
            ":1: is not a labelled response (TypeError('context 5 is not a text')). It needs id, context, response and label.",
        ),
        (
            '{"id": 1, "context": "a", "response": ["b"], "label": "grounded"}\n',
            ":1: is not a labelled response (TypeError(\"response ['b'] is not a text\")). It needs id, context, response and label.",
        ),
        ("[1]\n", ":1: is not a labelled response (TypeError('[1] is not an object')). It needs id, context, response and label."),
    ],
)
def test_rows_that_cannot_be_judged_are_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = items_of(tmp_path / "set", []) / "dev" / "items.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GroundingError) as refused:
        load_items(tmp_path / "set", "dev")
    assert str(refused.value) == f"{path}{message}"


def test_a_set_with_one_label_is_not_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = items_of(tmp_path / "set", [row(n, CONTEXT, "grounded") for n in range(3)])
    needed = "Both labels are needed, grounded and ungrounded.\n"
    assert main(["grounding", str(folder)]) == 1
    assert capsys.readouterr() == ("", f"evals: {folder / 'dev'}: all 3 responses are grounded. {needed}")
    assert main(["grounding", str(folder), "--limit", "2"]) == 1
    assert capsys.readouterr().err == f"evals: {folder / 'dev'}: all 2 responses are grounded, of those drawn with --limit 2. {needed}"
    with pytest.raises(GroundingError, match="all 3 responses are grounded"):
        measure_set(folder, 0)
