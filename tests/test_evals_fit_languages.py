"""Fitting which language of a library leads."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.pipeline import Assistant
from assistant.search.languages import Promise, weights
from evals import fit_languages
from evals.fit_languages import Example, Posed, examples, fit, lines, read_posed
from evals.near_misses import read_questions
from tests.fakes import HashEmbedder

DAY = dt.date(2026, 11, 20)
POOR, RICH = Promise(0.2, 0.2, 1.0, 0.0), Promise(0.2, 0.8, 1.0, 0.0)


def example(asked: str, told: str, *, held: bool = False) -> Example:
    """Return a question where the language that tells it is the nearer one."""
    promises = {language: (RICH if language == told else POOR)._replace(own=float(language == asked)) for language in ("en", "zh")}
    return Example(Posed("?", asked, told, held), promises)


EACH = [example(asked, told) for asked in ("en", "zh") for told in ("en", "zh")] * 25


def test_the_part_that_tells_is_the_one_that_counts() -> None:
    fitted = fit(EACH)
    assert fitted.across > 1.0
    assert (fitted.covered, fitted.lead, fitted.own) == (0.0, 0.0, 0.0)


def test_a_pair_of_languages_weighs_alike_however_many_questions_it_has() -> None:
    assert fit([*EACH, *[EACH[0]] * 40]).own == pytest.approx(fit(EACH).own, abs=0.02)


def test_rates_are_told_apart_by_what_is_fitted_on() -> None:
    told = list(lines([EACH[1], example("en", "zh", held=True)], Promise(0.0, -1.0, 0.0, 0.0)))
    assert [line.split("n=")[0].rstrip() for line in told] == ["asked in en, told in zh  fitted on", "asked in en, told in zh  held out"]
    assert all(line.endswith("now 0.000") for line in told)


def test_what_languages_promise_is_read_from_a_library(tmp_path: Path) -> None:
    (tmp_path / "pears.md").write_text("# Pears\n\n## 1 Rebate\n\nGrowers get a rebate of 12 % on pears.\n", encoding="utf-8")
    (tmp_path / "hay.md").write_text("# 干草\n\n## 1 价格\n\n干草每吨售价八百元，由农户自行运输。\n", encoding="utf-8")
    library = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    assert [r.outcome for r in library.ingest([tmp_path / "pears.md", tmp_path / "hay.md"])] == ["added", "added"]
    [found] = examples([Posed("How much is the rebate on pears?", "en", "en", held=False)], library, DAY)
    assert list(found.gold) == [language == "en" for language in found.promises]
    assert found.promises["en"].covered > found.promises["zh"].covered
    assert {language: p.own for language, p in found.promises.items()} == {"en": 1.0, "zh": 0.0}


def test_questions_are_read_with_the_language_of_their_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "hay.md").write_text("干草每吨售价八百元。", encoding="utf-8")
    line = {"text": "laws/hay.md", "at": "", "language": "en", "kind": "answered", "question": "What does a ton of hay cost?"}
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "laws.jsonl").write_text("".join(json.dumps(line | {"kind": kind}) + "\n" for kind in ("answered", "premise")), encoding="utf-8")
    monkeypatch.setattr(fit_languages, "read_questions", lambda: read_questions(folder))
    monkeypatch.setattr(fit_languages, "CASES", tmp_path / "none")
    [posed] = read_posed(tmp_path)
    assert dataclasses.replace(posed, held=False) == Posed("What does a ton of hay cost?", "en", "zh", held=False)


def test_what_ships_lets_an_english_question_find_a_chinese_text() -> None:
    assert weights().across > 0 < weights().covered
    assert weights().own < weights().across
