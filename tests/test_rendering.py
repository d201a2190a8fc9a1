"""What all tabs show alike: badges, marks, the states of the page, its words and its colours."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.documents import Authority, Kind, Metadata, Span, Standing, Status
from assistant.page import ask_words, page_words
from assistant.page.page_words import ZH, chosen_language, preferred_language, words
from assistant.page.rendering import badges, mark, render_error, render_filling, render_header


def test_marks_that_overlap_name_both_citations_and_what_is_outside_is_left_out() -> None:
    assert mark("abcdef", [(1, Span(-3, 4)), (2, Span(2, 9)), (3, Span(6, 8))]) == (
        '<sup>[1]</sup><mark data-source="1">ab</mark><sup>[2]</sup><mark data-source="1 2">cd</mark><mark data-source="2">ef</mark>'
    )


@given(st.text(alphabet="ab<>&\"'产教 \n", min_size=1), st.data())
def test_marks_land_on_exactly_the_cited_words(text: str, data: st.DataObject) -> None:
    spans = []
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text) - 1))
        spans.append(Span(start, data.draw(st.integers(start + 1, len(text)))))
    html = mark(text, list(enumerate(spans, start=1)))
    plain = re.sub(r"<sup[^>]*>.*?</sup>", "", html)
    assert _unescaped(re.sub(r"<[^>]*>", "", plain)) == text
    for n, span in enumerate(spans, start=1):
        marked = "".join(inner for numbers, inner in re.findall(r'<mark data-source="([^"]*)">(.*?)</mark>', plain, re.DOTALL) if str(n) in numbers.split())
        assert _unescaped(marked) == text[span.start : span.end]
        assert html.count(f"<sup>[{n}]</sup>") <= 1


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


def test_a_paper_has_no_status_badge_but_says_how_far_it_speaks() -> None:
    assert badges(Authority.RESEARCH_PAPER, Status.PROPOSED, "CN-50", Standing.PROPOSAL, "", "zh") == (
        '<p class="badges"><span class="badge authority-paper">研究论文，无约束力</span><span class="badge place">重庆</span>'
        '<span class="badge standing-proposal">作者建议</span></p>'
    )


@pytest.mark.parametrize(("authority", "status", "language"), list(product(Authority, Status, ("zh", "en"))))
def test_every_badge_says_in_words_what_its_colour_says(authority: Authority, status: Status, language: str) -> None:
    texts = re.findall(r"<span[^>]*>([^<]*)</span>", badges(authority, status, "CN", Standing.SECONDARY, "the press", language))
    assert len(texts) == (3 if authority is Authority.RESEARCH_PAPER else 4)
    assert all(re.search(r"\w", text) for text in texts)


def test_states_and_header() -> None:
    assert "<b>✕ No answer could be given</b> &lt;b&gt;" in render_error("<b>", "en")
    assert '<progress max="168" value="3" aria-label="First start: taking documents into the library, 3 of 168">' in render_filling(3, 168, "a.md", "en")
    assert '<progress max="1" value="0" ' in render_filling(0, 0, "", "zh")
    assert 'href="/sign-in">Signed in as &lt;anna&gt;</a>' in render_header([], "en", "<anna>")
    assert "2 documents (1 policies, 1 cases)" in render_header([Metadata(), Metadata(kind=Kind.CASE)], "en", "")


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "zh"), ("fr", "zh"), ("en-GB,en;q=0.9", "en"), ("zh-TW,en;q=0.5", "zh"), ("fr, en;q=0.4, zh;q=0.8", "zh"), ("en;q=x, zh", "zh"), ("*", "zh")],
)
def test_the_page_opens_in_the_browsers_language(header: str, language: str) -> None:
    assert preferred_language(header) == chosen_language("fr", header) == language
    assert chosen_language("en", header) == "en"


@pytest.mark.parametrize("module", [page_words, ask_words])
def test_both_languages_have_the_same_blanks_to_fill(module: Any) -> None:
    assert words("fr") is ZH
    for name in module.ZH.__slots__:
        zh, en = getattr(module.ZH, name), getattr(module.EN, name)
        assert type(zh) is type(en)
        assert zh
        assert set(re.findall(r"{\w+", str(zh))) == set(re.findall(r"{\w+", str(en))), name


def _schemes() -> list[tuple[str, dict[str, str]]]:
    css = Path(assistant.__file__).with_name("page").joinpath("page.css").read_text(encoding="utf-8")
    light, dark = re.search(r":root, \.light {(.*?)}", css, re.DOTALL), re.search(r"\.dark {(.*?)}", css, re.DOTALL)
    assert light
    assert dark
    return [(name, dict(re.findall(r"--([\w-]+): (#\w{6})", match[1]))) for name, match in (("light", light), ("dark", dark))]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *[(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "ground")],
        *[(f"{name}-ink", name) for name in ("rule", "plain", "good", "warn", "bad", "idea", "mark")],
        ("link", "plain"),
    ],
)
def test_text_stands_out_from_its_ground(ink: str, ground: str) -> None:
    for scheme, colours in _schemes():
        dark, light = sorted((_luminance(colours[ink]), _luminance(colours[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, scheme


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
