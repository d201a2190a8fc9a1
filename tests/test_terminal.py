"""What reaches the terminal: broken into lines where both languages allow, and harmless."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from assistant.commands.terminal import clean, console, lines, preview, shorten, show_answer, show_hits
from assistant.exchange import Notice, Trouble, Usage
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
        ("1。。1产）。", 5, ["1。。", "1", "产）", "。"]),
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


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Taken as: Since when is the law in force?",
                "Model",
                "    1 sentence withheld.",
                "    openai:m: 1 call, about 1000 tokens read and 50 written, 1.5 s, cost 0.0020",
            ],
        ),
        (
            "zh",
            [
                "理解为：Since when is the law in force?",
                "模型",
                "    1 sentence withheld.",
                "    openai:m：调用1次，约读入1000、写出50个词元，1.5秒，费用0.0020",
            ],
        ),
    ],
)
def test_the_models_part_of_an_answer(language: str, expected: list[str]) -> None:
    usage = Usage("openai:m", 1, 1000, 50, 1.5, 0.002, True)
    notices = (Notice(Trouble.WITHHELD, "1 sentence withheld."),)
    out = io.StringIO()
    show_answer(console(out), replace(answer(language=language), condensed="Since when is the law in force?", notices=notices, usage=usage))
    printed = out.getvalue().splitlines()
    assert [line for line in printed if line in expected] == expected


def test_sentences_are_previewed_on_a_terminal_only() -> None:
    statement = answer().statements[0]
    for is_terminal in (True, False):
        out = io.StringIO()
        with preview(Console(file=out, force_terminal=is_terminal, width=80, markup=False)) as show:
            show(replace(statement, text="It is \x1b[31min force."))
        assert ("It is [31min force." in out.getvalue()) == is_terminal
