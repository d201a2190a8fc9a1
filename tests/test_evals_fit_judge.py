"""Fitting the judge's weights: the solution is that of the equations, and the weights that ship are the ones that a fit writes."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.judge.wording import models
from evals.fit_judge import count_items, fit_logistic, fit_models
from evals.grounding import Item, load_items

CONTEXT = "The school signs an agreement with the enterprise. The enterprise appoints a supervisor who guides students."
CARRIED = "The enterprise appoints a supervisor."
INVENTED = "Housing, meals and commuting are sponsored by employers everywhere."


def item(number: int, response: str, grounded: bool) -> Item:
    start = response.find(INVENTED)
    return Item(f"i{number}", CONTEXT, response, grounded, () if start < 0 else ((start, start + len(INVENTED)),))


def test_a_fit_finds_the_side_on_which_the_label_lies() -> None:
    rows = [{"x": float(x), "constant": 1.0} for x in range(20)]
    model = fit_logistic(rows, np.array([x >= 10 for x in range(20)]))
    assert [model.odds(row) > 0 for row in rows] == [x >= 10 for x in range(20)]
    assert model.weights["constant"] == 0.0


def test_the_gradient_of_what_is_minimised_is_nought_at_the_solution() -> None:
    x = np.random.default_rng(1).normal(size=(60, 1))
    y = x[:, 0] + np.random.default_rng(2).normal(size=60) > 0
    model = fit_logistic([{"x": float(v)} for v in x[:, 0]], y)
    p = 1 / (1 + np.exp(-(model.bias + model.weights["x"] * x[:, 0])))
    assert float((p - y).sum()) == pytest.approx(0, abs=1e-6)
    assert float(((p - y) * x[:, 0]).sum()) == pytest.approx(-3.0 * model.weights["x"] * x[:, 0].std() ** 2, abs=1e-6)


def test_sentences_are_labelled_by_the_spans_and_responses_by_their_label() -> None:
    counted = count_items([item(1, f"{CARRIED} {INVENTED}", False), Item("e", "", CARRIED, True), Item("n", CONTEXT, CARRIED, True)])
    assert [c.carried for c in counted] == [(True, False), ()]
    fitted = fit_models([count_items([item(n, f"{CARRIED} {INVENTED}" if n % 2 else f"{CARRIED} The school signs.", not n % 2) for n in range(12)])])
    good, bad = count_items([item(1, CARRIED, True)])[0].sentences[0], count_items([item(2, INVENTED, False)])[0].sentences[0]
    assert fitted["sentence"].odds(good.features()) > fitted["sentence"].odds(bad.features())


def test_the_weights_that_ship_are_those_that_the_features_need() -> None:
    sentence, response = models()
    counted = count_items([item(1, CARRIED, True)])[0]
    assert set(sentence.weights) == set(counted.sentences[0].features())
    assert set(response.weights) == {"declines", "expected", "mean", "missing", "two_weakest", "unrelated"}


def test_spans_are_read_from_rows(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    row = {"id": "a", "context": CONTEXT, "response": INVENTED, "label": "ungrounded", "spans": [{"start": 0, "end": 7, "text": "Housing"}]}
    (tmp_path / "dev" / "items.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(row | {"id": "b", "spans": None}) + "\n", encoding="utf-8")
    assert {i.id: i.spans for i in load_items(tmp_path, "dev")} == {"a": ((0, 7),), "b": None}
