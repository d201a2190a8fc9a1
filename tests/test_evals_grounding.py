"""The judge on labelled responses: rows are read strictly, and the measures are those of the books."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.judge.verification import LexicalVerifier
from evals.grounding import GroundingError, auroc, balanced_accuracy, fit_threshold, is_fitted, judge_items, load_items, measure_set

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


def test_what_is_no_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(GroundingError, match=r"has neither items\.jsonl nor faithful_items\.jsonl"):
        load_items(tmp_path, "dev")
    folder = items_of(tmp_path / "bad", [{"id": "1", "context": "a", "response": "b", "label": "yes"}])
    with pytest.raises(GroundingError, match=r"items\.jsonl:1: is not a labelled response"):
        load_items(folder, "dev")
