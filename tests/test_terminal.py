"""What reaches the terminal: broken into lines where both languages allow, and harmless."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from assistant.terminal import clean, console, lines, shorten, show_answer, show_hits
from tests.samples import answer, hit


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("one two", 7, ["one two"]),
        ("internationalisation", 8, ["internat", "ionalisa", "tion"]),
        ("产教融合", 4, ["产教", "融合"]),
        ("产教融合。", 8, ["产教融", "合。"]),
        ("产教（融合）", 6, ["产教", "（融", "合）"]),
        ("文号2025年 [1]", 10, ["文号2025年", "[1]"]),
        ("", 8, [""]),
    ],
)
def test_lines(text: str, width: int, expected: list[str]) -> None:
    assert [line.plain for line in lines(Text(text), width)] == expected


@given(st.text(alphabet="ab 产教，。（）1%", max_size=60), st.integers(min_value=4, max_value=30))
def test_lines_lose_nothing_and_fit(text: str, width: int) -> None:
    broken = [line.plain for line in lines(Text(text), width)]
    assert "".join("".join(broken).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in broken)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mred\x1b[0m", "a[31mred[0m"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("one\r\n  two\tthree\x00", "one two three"),
        ("\x9b2J[bold]x[/]", "2J[bold]x[/]"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text())
def test_clean_leaves_no_control_character(text: str) -> None:
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in clean(text))


@pytest.mark.parametrize(("text", "width", "expected"), [("abc", 3, "abc"), ("abcd", 3, "abc…"), ("产教融合", 5, "产教…"), ("a b c", 2, "a…")])
def test_shorten(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected


def test_document_cannot_write_markup_or_escape_codes() -> None:
    file = io.StringIO()
    show_hits(console(file), [hit("\x1b[2J[red]ignore[/red] :smile:")], zh=False)
    assert file.getvalue().splitlines()[1] == "    [2J[red]ignore[/red] :smile:"


def test_nothing_is_wrapped_in_a_pipe() -> None:
    file = io.StringIO()
    show_answer(console(file), answer("x" * 500))
    show_hits(console(file), [hit("word " * 60)], zh=False)
    assert max(map(len, file.getvalue().splitlines())) > 250
