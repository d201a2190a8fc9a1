"""What the reading network learns from besides its own questions, from small sets laid out like the public ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.library.bilingual import open_bilingual
from evals.reading_questions import Texts
from evals.reading_texts import ANSWERS, JUDGED, NEAR, meanings, public_pairs
from evals.refusal import load_items


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(name="bench")
def _bench(tmp_path: Path) -> Path:
    laws = [{"id": f"梨法第{n}条", "title": "梨法", "text": f"种梨满{n}年的，应当登记；逾期不登记的，处罚款。", "version": "2020-01-01"} for n in range(9)]
    write(tmp_path / "stard_lecoqa" / "corpus.jsonl", laws)
    write(tmp_path / "stard_lecoqa" / "dev" / "queries.jsonl", [{"id": "0", "text": "种梨几年要登记？"}])
    (tmp_path / "stard_lecoqa" / "dev" / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n0\t梨法第3条\t1\n", encoding="utf-8")
    policies = [{"id": f"{site}#{n}", "title": site, "text": f"We keep data of kind {n} for {n} years."} for site in ("a.com", "b.com") for n in range(5)]
    write(tmp_path / "policyqa" / "corpus.jsonl", policies)
    write(tmp_path / "policyqa" / "dev" / "queries.jsonl", [{"id": "q", "text": "How long is data kept?", "scope": "a.com"}])
    (tmp_path / "policyqa" / "dev" / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta.com#2\t1\n", encoding="utf-8")
    for name in ("clapnq", "mtrag_qa"):
        labels = ["answerable", "unanswerable"] * 8
        rows = [{"id": f"{name}{n}", "question": f"Question {n}?", "label": label, "contexts": [f"Text {n}.", "Other."]} for n, label in enumerate(labels)]
        write(tmp_path / name / "dev" / "items.jsonl", rows)
    passage = "Short. A sentence that is long enough. Another that is long enough too."
    write(tmp_path / "mtrag_pool" / "corpus.jsonl", [{"id": "1", "title": "", "text": passage}])
    return tmp_path


def test_public_questions_come_with_what_answers_and_with_what_is_near(bench: Path) -> None:
    pairs = list(public_pairs(bench, open_bilingual().embed))
    law = [p for p in pairs if p.question == "种梨几年要登记？"]
    assert next((p.text.passage[:5], p.label, p.weight) for p in law) == ("种梨满3年", 1.0, ANSWERS)
    assert [p.label for p in law[1:]] == [0.0] * 3
    assert all(p.weight == NEAR and "满3年" not in p.text.passage for p in law[1:])
    policy = [p for p in pairs if p.question == "How long is data kept?"]
    assert [p.label for p in policy] == [1.0, 0.0, 0.0]
    assert {p.text.title for p in policy} == {"a.com"}
    assert all(p.fold is None for p in pairs)


def test_of_judged_questions_only_the_half_for_fitting_is_read(bench: Path) -> None:
    pairs = [p for p in public_pairs(bench, open_bilingual().embed) if p.weight == JUDGED]
    fits = {item.question: item.answerable for name in ("clapnq", "mtrag_qa") for item in load_items(bench / name, "dev") if item.fits}
    rest = {item.question for name in ("clapnq", "mtrag_qa") for item in load_items(bench / name, "dev")} - set(fits)
    assert rest
    assert {p.question for p in pairs} == set(fits)
    for question, answerable in fits.items():
        texts = [(p.text.passage, p.label) for p in pairs if p.question == question]
        assert {label for _, label in texts} == {float(answerable)}
        assert ("Other." in dict(texts)) is not answerable


def test_meanings_are_english_or_have_their_english(bench: Path) -> None:
    texts = Texts(bench)
    texts.sections = [s for s in texts.sections if s.work == "henan"]
    learned = meanings(bench, texts, statutes=5)
    known = dict(learned.known)
    assert known["A sentence that is long enough."] == "A sentence that is long enough."
    assert "Short." not in known
    assert known["登记"].startswith("to register")
    zh = [s.read for s in texts.sections if s.language == "zh"]
    en = [s.read for s in texts.sections if s.language == "en"]
    assert known[zh[0].passage[:400]] == en[0].passage[:900]
    assert len(learned.guessed) == 5
    assert all("种梨" in s or "登记" in s for s in learned.guessed)
