"""A conversation as Markdown and as a Word document."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import docx

from assistant.page.ask_words import EN, ZH
from assistant.page.conversation_export import to_markdown, write_word
from assistant.page.turns import Turn
from assistant.results import Conflict, Scope
from tests.test_answer_html import ANSWER, CITATION, REFUSAL

OTHER = replace(CITATION, n=2, source_id="other", quote="It is 20%.\x07")
CONFLICT = Conflict("x", (1, 2), ("30", "20"), "the later")
FULL = replace(ANSWER, citations=(CITATION, OTHER), conflicts=(CONFLICT,), notes=("Mind.",), condensed="Full?")
TURNS = [
    Turn("How *much*?", Scope(as_of=dt.date(2024, 5, 1)), outcome=FULL),
    Turn("What of 2031?", Scope(), outcome=REFUSAL),
    Turn("Not answered yet", Scope()),
]


def test_markdown_has_each_question_with_its_answer_and_references() -> None:
    text = to_markdown(TURNS, "en")
    assert text.startswith(f"# {EN.export_title}\n\n## How \\*much\\*?\n\nFilters: as of 2024-05-01\n\nTaken as: Full?\n\n30%: An enterprise may offset")
    assert "“An enterprise may offset 30% of its investment.”" in text
    assert "## What of 2031?\n\nNot covered. Missing: 2031, \\<b\\>." in text
    assert "Not answered yet" not in text


def test_word_has_the_same_and_no_character_that_it_cannot_hold(tmp_path: Path) -> None:
    write_word(TURNS, "zh", tmp_path / "a.docx")
    shown = [(p.style.name if p.style else "", p.text) for p in docx.Document(str(tmp_path / "a.docx")).paragraphs]
    assert shown[0] == ("Title", ZH.export_title)
    assert ("Heading 1", "How *much*?") in shown
    assert ("Normal", "30%: An enterprise may offset 30% of its investment. [1]") in shown
    assert ("Normal", "[1] Notice · No 46 · Item 3 · 第 2 页 · normative document; in force; national") in shown
    assert ("Quote", "“It is 20%.”") in shown
    assert ("Normal", f"{ZH.conflicts}: 30 [1] / 20 [2]. the later") in shown
    assert ("Normal", REFUSAL.message) in shown
    assert [text for style, text in shown if style == "Quote"][-1] == "Near 2."
