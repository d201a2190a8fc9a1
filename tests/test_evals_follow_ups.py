"""The turns that follow-ups are measured on: well-formed, and answerable from the corpus that ships."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.config import shipped
from assistant.pipeline import Assistant
from evals.follow_ups import TURNS, found, full_questions
from tests.chat_library import QUESTION

SUITES = sorted(TURNS.glob("*.jsonl"))


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_each_row_has_its_evidence_in_the_corpus(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == 12
    for row in rows:
        assert set(row) == {"id", "before", "question", "source", "words"}
        text = (shipped("corpus") / "policies" / f"{row['source']}.md").read_text(encoding="utf-8")
        assert re.search(row["words"], text), row["id"]


def test_the_ways_to_complete_a_follow_up(talker: Assistant) -> None:
    ways = full_questions(talker)
    assert {name: way(QUESTION, "And in Chongqing?") for name, way in ways.items()} == {
        "as it is": "And in Chongqing?",
        "both questions": f"{QUESTION} And in Chongqing?",
        "condensed": f"{QUESTION} (Chongqing)",
    }
    assert found(talker, "What is not used in a year?", "act.en", "carried forward")
    assert not found(talker, "What is not used in a year?", "act.zh", "carried forward")
