"""Questions that stand beside a document: read whole, or refused with the line that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.documents import KnownQuestion
from assistant.errors import MetadataError
from assistant.reading.known_questions import LONGEST, read_questions


def beside(folder: Path, text: str, name: str = "a.questions.jsonl") -> Path:
    """Write a sidecar; return the path of the document that it stands beside."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder / "a.pdf"


def test_questions_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = '{"question": "Who pays?", "answered": true, "at": "Article 3"}\n\n{"question": "  谁 来付？ ", "answered": false}\n'
    assert read_questions(beside(tmp_path, text)) == (KnownQuestion("Who pays?", True, "Article 3"), KnownQuestion("谁 来付？", False))


def test_both_names_of_a_sidecar_are_read(tmp_path: Path) -> None:
    beside(tmp_path, '{"question": "One?", "answered": true}')
    document = beside(tmp_path, '{"question": "Two?", "answered": true}', "a.pdf.questions.jsonl")
    assert [q.text for q in read_questions(document)] == ["One?", "Two?"]
    assert read_questions(tmp_path / "b.pdf") == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON. Write one object a line."),
        ("[1]", 'is no object. Write {"question": "…", "answered": true}.'),
        ('{"question": "Who?", "answered": true, "kind": "x"}', "key 'kind' is not one of question, answered, at. Remove or rename it there."),
        ('{"question": " ", "answered": true}', "question is not a text of 1 to 500 characters. Correct it there."),
        ('{"question": 3, "answered": true}', "question is not a text of 1 to 500 characters. Correct it there."),
        (f'{{"question": "{"a" * (LONGEST + 1)}", "answered": true}}', "question is not a text of 1 to 500 characters. Correct it there."),
        ('{"question": "Who?", "answered": "yes"}', "answered is not true or false. Correct it there."),
        ('{"question": "Who?"}', "answered is not true or false. Correct it there."),
        ('{"question": "Who?", "answered": true, "at": 3}', "at is not a heading. Correct it there."),
        ('{"question": "First?", "answered": false}', "this question stands above already. Remove one of them."),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    document = beside(tmp_path, f'{{"question": "First?", "answered": true}}\n{line}\n')
    with pytest.raises(MetadataError, match=f"^{re.escape(f'{tmp_path}/a.questions.jsonl, line 2: {message}')}$"):
        read_questions(document)


def test_a_sidecar_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.questions.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MetadataError, match=r"a\.questions\.jsonl: cannot be read, it is not UTF-8\."):
        read_questions(tmp_path / "a.md")
