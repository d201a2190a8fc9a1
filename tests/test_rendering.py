"""What answers, refusals and sources look like as HTML, and that nothing from outside gets in unescaped."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.language.glossary import Glossary, Term
from assistant.page.page_words import EN, ZH, preferred_language, words
from assistant.page.rendering import badges, glossary_terms, mark, render, render_empty, render_error, render_filling, render_header, render_looking
from assistant.types import (
    Abstention,
    Answer,
    Authority,
    Citation,
    Conflict,
    Hit,
    Kind,
    Metadata,
    Passage,
    PassageKind,
    Reason,
    Span,
    Standing,
    Statement,
    Status,
    Verdict,
)

EVIL = """<script>alert("x")</script>&'"""
EVIL_ESCAPED = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#x27;"
NONE = Glossary()
TEXT = "The fund is set up. An enterprise may offset 30% of its investment. Nothing else."
QUOTE = Span(20, 67)
META = Metadata(
    id="mof.en",
    title_en="Notice",
    language="en",
    authority=Authority.NORMATIVE_DOCUMENT,
    status=Status.IN_FORCE,
    jurisdiction="CN",
    document_number="No 46",
    issued=dt.date(2019, 2, 13),
    url="https://example.org/46",
    note="Only Item 3 was read.",
)
PASSAGE = Passage("p1", "mof.en", Span(100, 100 + len(TEXT)), TEXT, "Item 3", "", PassageKind.PARAGRAPH, 2, 2, ())
HIT = Hit(PASSAGE, META, 1.0)
CITATION = Citation(
    n=1,
    passage_id="p1",
    source_id="mof.en",
    title="Notice",
    document_number="No 46",
    authority=Authority.NORMATIVE_DOCUMENT,
    status=Status.IN_FORCE,
    jurisdiction="CN",
    standing=Standing.TEXT,
    label="normative document; in force; national",
    note="",
    locator="Item 3",
    page=2,
    quote=TEXT[QUOTE.start : QUOTE.end],
    span=Span(100 + QUOTE.start, 100 + QUOTE.end),
)
ANSWER = Answer(
    question="How much?",
    language="en",
    statements=(Statement("30%: An enterprise may offset 30% of its investment.", Verdict.SUPPORTED, "", (1,)),),
    citations=(CITATION,),
    conflicts=(),
    hits=(HIT,),
    as_of=dt.date(2025, 1, 2),
    revision=7,
    fingerprint="abc",
)
REFUSAL = Abstention(
    question="What of 2031?",
    language="en",
    reason=Reason.EVIDENCE_TOO_WEAK,
    missing=("2031", "<b>"),
    message="Not covered. Missing: 2031, <b>.",
    hits=tuple(replace(HIT, passage=replace(PASSAGE, id=f"p{i}", text=f"Near {i}.")) for i in range(5)),
    as_of=dt.date(2025, 1, 2),
    revision=7,
    fingerprint="abc",
)


def test_an_answer_is_exactly_this_html() -> None:
    assert render(ANSWER, "en", NONE) == (
        '<div class="result"><section class="answer" id="answer" lang="en"><h2 lang="en">Answer</h2><p class="asked">How much?</p>'
        '<ol class="statements"><li><p class="said">30%: An enterprise may offset 30% of its investment. '
        '<a class="chip" href="#source-1" aria-label="Source 1">[1]</a></p>'
        '<p class="force">normative document; in force; national</p></li></ol>'
        '<p class="checked" lang="en">✓ Every sentence above was checked against the words it cites.</p>'
        '<p class="footer" lang="en">As of 2025-01-02 · library revision 7 · fingerprint abc</p></section>'
        '<section class="sources"><h2>Sources</h2><article class="source"><h3><a class="back" href="#answer">[1]</a> Notice</h3>'
        '<p class="where">No. No 46 · Item 3 · p. 2 · issued 2019-02-13 · '
        '<a href="https://example.org/46" target="_blank" rel="noopener noreferrer">original</a></p>'
        '<p class="badges"><span class="badge authority-rule">normative document</span><span class="badge status-in_force">● in force</span>'
        '<span class="badge place">national</span></p>'
        '<blockquote lang="en"><p class="quote">The fund is set up. <sup id="source-1">[1]</sup>'
        '<mark data-source="1">An enterprise may offset 30% of its investment.</mark> Nothing else.</p></blockquote>'
        '<p class="note">Only Item 3 was read.</p></article></section></div>'
    )


def test_a_refusal_is_exactly_this_html() -> None:
    near = (
        '<article class="source near"><h3>Notice</h3><p class="where">No. No 46 · Item 3 · p. 2 · issued 2019-02-13 · '
        '<a href="https://example.org/46" target="_blank" rel="noopener noreferrer">original</a></p>'
        '<p class="badges"><span class="badge authority-rule">normative document</span><span class="badge status-in_force">● in force</span>'
        '<span class="badge place">national</span></p><blockquote lang="en"><p class="quote">Near {}.</p></blockquote></article>'
    )
    assert render(REFUSAL, "en", NONE) == (
        '<div class="result"><section class="answer refusal" id="answer"><h2>The library does not answer this question</h2>'
        '<p class="asked">What of 2031?</p><p class="message" lang="en">Not covered. Missing: <b class="missing">2031</b>, '
        '<b class="missing">&lt;b&gt;</b>.</p><ul class="hints">'
        + "".join(f"<li>{hint}</li>" for hint in EN.hint)
        + '</ul><p class="footer" lang="en">As of 2025-01-02 · library revision 7 · fingerprint abc</p></section>'
        '<section class="sources"><h2>The nearest passages (they do not cover what is asked: not an answer)</h2>'
        + "".join(near.format(i) for i in range(3))
        + "</section></div>"
    )


def test_a_refusal_without_hits_has_no_second_column() -> None:
    assert "sources" not in render(replace(REFUSAL, hits=()), "zh", NONE)


def test_the_page_speaks_its_own_language_around_an_answer_in_another() -> None:
    html = render(ANSWER, "zh", NONE)
    assert '<h2 lang="zh-CN">回答</h2>' in html
    assert "● 现行有效" in html
    assert "30%: An enterprise may offset" in html


def test_nothing_from_outside_reaches_the_page_unescaped() -> None:
    meta = replace(META, title_en=EVIL, note=EVIL, document_number=EVIL, url="javascript:alert(1)", jurisdiction=EVIL)
    passage = replace(PASSAGE, text=EVIL, span=Span(0, len(EVIL)), locator=EVIL, reported_by=EVIL, standing=Standing.SECONDARY)
    citation = replace(
        CITATION,
        title=EVIL,
        document_number=EVIL,
        locator=EVIL,
        label=EVIL,
        note="",
        quote=EVIL,
        jurisdiction=EVIL,
        standing=Standing.SECONDARY,
        span=Span(0, len(EVIL)),
    )
    hit = Hit(passage, meta, 1.0)
    answer = replace(
        ANSWER,
        question=EVIL,
        statements=(Statement(EVIL, Verdict.UNSUPPORTED, EVIL, (1,)),),
        citations=(citation, replace(citation, n=2, passage_id="elsewhere")),
        conflicts=(Conflict(EVIL, (1, 2), (EVIL, EVIL), EVIL),),
        hits=(hit,),
        notes=(EVIL,),
        fingerprint=EVIL,
    )
    pages = [
        render(answer, "en", Glossary([Term("脚本", EVIL, en_variants=("script",))])),
        render(replace(REFUSAL, question=EVIL, message=EVIL, missing=(EVIL,), hits=(hit,)), "zh", NONE),
        render_error(EVIL, "en"),
        render_looking(EVIL, "zh"),
        render_filling(1, 2, EVIL, "en"),
    ]
    for page in pages:
        assert EVIL_ESCAPED in page
        assert "<script" not in page
        assert "javascript:" not in page


def test_a_sentence_that_its_source_does_not_carry_says_so() -> None:
    html = render(replace(ANSWER, statements=(Statement("No.", Verdict.UNSUPPORTED, "", (1,)),)), "en", NONE)
    assert '<p class="doubt" lang="en">✕ not supported by its source</p>' in html
    assert "checked against" not in html


def test_citations_of_one_passage_share_a_card() -> None:
    second = replace(CITATION, n=2, quote="Nothing else.", span=Span(168, 181), page=3)
    html = render(replace(ANSWER, citations=(CITATION, second)), "en", NONE)
    assert html.count("<article") == 1
    assert '<a class="back" href="#answer">[1] [2]</a>' in html
    assert '<sup id="source-2">[2]</sup><mark data-source="2">Nothing else.</mark>' in html
    assert "pp. 2–3" in html


def test_a_quote_outside_its_passage_is_shown_by_itself() -> None:
    lead = replace(CITATION, span=Span(10, 20), quote="Who pays:")
    shown = '<p class="quote">… <sup id="source-1">[1]</sup><mark data-source="1">Who pays:</mark> …</p>'
    assert shown in render(replace(ANSWER, citations=(lead,)), "en", NONE)


def test_a_quote_is_shown_though_its_passage_is_not_among_the_hits() -> None:
    html = render(replace(ANSWER, hits=()), "en", NONE)
    assert '<mark data-source="1">An enterprise may offset 30% of its investment.</mark>' in html


def test_conflicts_stand_side_by_side_with_their_rule() -> None:
    other = replace(CITATION, n=2, passage_id="p2", source_id="other", title="Other", quote="It is 20%.", span=Span(0, 10))
    answer = replace(ANSWER, citations=(CITATION, other), conflicts=(Conflict("How much?", (1, 2), ("30", "20"), "the later prevails"),), notes=("Mind this.",))
    html = render(answer, "en", NONE)
    assert html.count('<div class="side">') == 2
    assert '<p class="value">20 <a class="chip" href="#source-2" aria-label="Source 2">[2]</a></p><p class="from">Other</p><p>It is 20%.</p>' in html
    assert '<p class="rule">Rule that applies: the later prevails</p>' in html
    assert '<aside class="notes"><h3 lang="en">⚠ Please note</h3><ul><li>Mind this.</li></ul></aside>' in html


def test_marks_that_overlap_name_both_citations() -> None:
    assert mark("abcdef", [(1, Span(0, 4)), (2, Span(2, 6))]) == (
        '<sup id="source-1">[1]</sup><mark data-source="1">ab</mark><sup id="source-2">[2]</sup><mark data-source="1 2">cd</mark>'
        '<mark data-source="2">ef</mark>'
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
        assert html.count(f'id="source-{n}"') == 1


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


def test_a_paper_has_no_status_badge_but_says_how_far_it_speaks() -> None:
    assert badges(Authority.RESEARCH_PAPER, Status.PROPOSED, "CN-50", Standing.PROPOSAL, None, "zh") == (
        '<p class="badges"><span class="badge authority-paper">研究论文，无约束力</span><span class="badge place">重庆</span>'
        '<span class="badge standing-proposal">作者建议</span></p>'
    )


@pytest.mark.parametrize(("authority", "status", "language"), list(product(Authority, Status, ("zh", "en"))))
def test_every_badge_says_in_words_what_its_colour_says(authority: Authority, status: Status, language: str) -> None:
    texts = re.findall(r"<span[^>]*>([^<]*)</span>", badges(authority, status, "CN", Standing.SECONDARY, PASSAGE, language))
    assert len(texts) == (3 if authority is Authority.RESEARCH_PAPER else 4)
    assert all(re.search(r"\w", text) for text in texts)


def test_terms_in_an_english_quote_are_given_in_chinese() -> None:
    glossary = Glossary([Term("产教融合", "industry-education integration", (), ("integration of industry and education",)), Term("实习", "internship")])
    quote = "The integration of industry and education covers Internships."
    assert glossary_terms([quote], "zh", glossary) == [("integration of industry and education", "产教融合"), ("Internships", "实习")]
    assert glossary_terms([quote], "en", glossary) == []
    assert glossary_terms(["深化产教融合。"], "en", glossary) == [("产教融合", "industry-education integration")]
    html = render(replace(ANSWER, language="zh", citations=(replace(CITATION, quote=quote),)), "zh", glossary)
    assert '<div class="terms"><h4>术语对照</h4><ul><li><span>integration of industry and education</span> <b>产教融合</b></li>' in html


def test_states_and_header() -> None:
    assert "<p>提一个问题" in render_empty("zh")
    assert '<progress max="168" value="3"></progress>' in render_filling(3, 168, "a.md", "en")
    assert '<progress max="1" value="0"></progress>' in render_filling(0, 0, "", "zh")
    assert 'href="/sign-in">Signed in as &lt;anna&gt;</a>' in render_header([], "en", "<anna>")
    assert "2 documents (1 policies, 1 cases)" in render_header([Metadata(), Metadata(kind=Kind.CASE)], "en", "")


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "zh"), ("fr", "zh"), ("en-GB,en;q=0.9", "en"), ("zh-TW,en;q=0.5", "zh"), ("fr, en;q=0.4, zh;q=0.8", "zh"), ("en;q=x, zh", "zh"), ("*", "zh")],
)
def test_the_page_opens_in_the_browsers_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_both_languages_have_the_same_blanks_to_fill() -> None:
    assert words("fr") is ZH
    for name in ZH.__slots__:
        zh, en = getattr(ZH, name), getattr(EN, name)
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
