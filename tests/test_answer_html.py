"""What answers, refusals and conversations look like as HTML, and that nothing from outside gets in unescaped."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from assistant.documents import Authority, Kind, Metadata, Passage, PassageKind, Span, Standing, Status
from assistant.events import Shown
from assistant.exchange import Fault, Notice, Trouble, Usage, Withheld
from assistant.language.glossary import Glossary, Term
from assistant.page.answer_html import filters_of, glossary_terms, render_filters, render_turn, render_welcome
from assistant.page.ask_words import EN, ZH
from assistant.page.turns import Turn
from assistant.results import Abstention, Answer, Citation, Conflict, Hit, Reason, Scope, Statement, Verdict

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


def html_of(outcome: Answer | Abstention, language: str = "en", glossary: Glossary = NONE) -> str:
    return render_turn(Turn(outcome.question, Scope(), outcome=outcome), 0, language, glossary)


def test_a_sentence_has_its_numbers_as_buttons_that_open_the_source() -> None:
    assert (
        '<ol class="statements"><li><p class="said">30%: An enterprise may offset 30% of its investment. '
        '<button type="button" class="chip" data-act="show_source" data-turn="0" data-n="1" aria-label="Source 1: Notice Item 3, open">[1]</button></p>'
        '<p class="force">normative document; in force; national</p></li></ol>'
        '<p class="checked">✓ Every sentence above was checked against the words it cites.</p>'
    ) in html_of(ANSWER)


def test_a_source_is_a_card_with_its_force_its_place_and_the_quoted_words() -> None:
    assert (
        '<article class="source"><h4>[1] Notice</h4><p class="where">No. No 46 · Item 3 · p. 2 · issued 2019-02-13 · '
        '<a href="https://example.org/46" target="_blank" rel="noopener noreferrer">original</a></p>'
        '<p class="badges"><span class="badge authority-rule">normative document</span><span class="badge status-in_force">● in force</span>'
        '<span class="badge place">national</span></p>'
        '<blockquote lang="en"><p class="quote"><sup>[1]</sup><mark data-source="1">An enterprise may offset 30% of its investment.</mark></p></blockquote>'
    ) in html_of(ANSWER)


def test_a_refusal_says_what_is_missing_and_shows_three_passages() -> None:
    html = html_of(REFUSAL)
    assert (
        '<h3>The library does not answer this question</h3><p class="message" lang="en">Not covered. Missing: <b class="missing">2031</b>, '
        '<b class="missing">&lt;b&gt;</b>.</p>'
    ) in html
    assert re.findall(r'<p class="quote">(.*?)</p>', html) == ["Near 0.", "Near 1.", "Near 2."]
    assert html.count(f">{EN.holds}</button>") == 3
    assert "sources" not in html_of(replace(REFUSAL, hits=()), "zh")


def test_better_questions_and_asking_without_filters_are_one_click_away() -> None:
    turn = Turn("Q?", Scope(jurisdiction="CN-50"), outcome=REFUSAL, offered=("What does Item 3 say?",), unfiltered=True)
    html = render_turn(turn, 2, "en", NONE)
    assert f'<h3>{EN.better}</h3><ul><li><button type="button" class="example" data-act="pose" data-question="What does Item 3 say?">' in html
    assert f'data-act="pose" data-question="Q?" data-plain="1">{EN.unfiltered}</button>' in html
    assert '<p class="within">Filters: Chongqing</p>' in html


def test_the_page_speaks_its_own_language_around_an_answer_in_another() -> None:
    html = html_of(ANSWER, "zh")
    assert '<section class="answer" lang="en" aria-label="回答">' in html
    assert "● 现行有效" in html
    assert "30%: An enterprise may offset" in html


def test_what_the_model_did_is_told_and_what_did_not_hold_is_folded_away() -> None:
    withheld = (Withheld("It is 60%.", Fault.FIGURE, "60 is not in the source"), Withheld("It is 70%.", Fault.FIGURE, ""))
    usage = Usage("qwen", 2, 900, 100, 1.25, 0.5, True)
    html = html_of(replace(ANSWER, withheld=withheld, notices=(Notice(Trouble.WITHHELD, "Two sentences & more"),), usage=usage))
    assert '<ul class="notices"><li>Two sentences &amp; more</li></ul>' in html
    assert f"<details class=\"withheld\"><summary>{EN.withheld.format(count=2)}</summary><ul><li><q>It is 60%.</q> <span>60 is not in the source</span>" in html
    assert "qwen: 2 calls, ≈1000 tokens, 1.2 s, cost 0.5000" in html


def test_sentences_stand_in_order_while_more_may_come_and_after_a_stop() -> None:
    late, early = Shown(1, replace(ANSWER.statements[0], text="Second."), (CITATION,)), Shown(0, replace(ANSWER.statements[0], text="First."), (CITATION,))
    turn = Turn("Q?", Scope()).after(late).after(early).after(Notice(Trouble.PART, "Half.")).after(Withheld("Bad.", Fault.FIGURE, "no"))
    html = render_turn(turn, 0, "en", NONE)
    assert html.index("First.") < html.index("Second.") < html.index("Half.") < html.index("Bad.") < html.index(EN.looking)
    stopped = render_turn(replace(turn, stopped=True), 0, "en", NONE)
    assert EN.stopped in stopped
    assert EN.looking not in stopped
    assert 'data-act="again"' in stopped


def test_an_error_can_be_tried_again() -> None:
    html = render_turn(Turn("Q?", Scope(), error="home: <locked>."), 1, "zh", NONE)
    assert "home: &lt;locked&gt;." in html
    assert f'data-act="again" data-turn="1">{ZH.again}</button>' in html


def test_filters_are_told_with_a_button_each() -> None:
    scope = Scope(as_of=dt.date(2024, 5, 1), jurisdiction="CN-50", kind=Kind.CASE, status=Status.REPEALED)
    assert filters_of(scope, "zh") == {"jurisdiction": "重庆", "kind": "案例与论文", "status": "已废止", "as_of": "截至 2024-05-01"}
    assert re.findall(r'data-filter="(\w+)" aria-label="取消筛选：', render_filters(scope, "zh")) == ["jurisdiction", "kind", "status", "as_of"]
    assert render_filters(Scope(), "zh") == ""


@pytest.mark.parametrize("w", [ZH, EN])
def test_the_welcome_has_examples_for_each_role(w: object) -> None:
    html = render_welcome("zh" if w is ZH else "en")
    for role, questions in (ZH if w is ZH else EN).roles:
        assert f"<h3>{role}</h3>" in html
        assert all(f'data-question="{question}"' in html for question in questions)


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
        html_of(answer, "en", Glossary([Term("脚本", EVIL, en_variants=("script",))])),
        html_of(replace(REFUSAL, question=EVIL, message=EVIL, missing=(EVIL,), hits=(hit,)), "zh"),
        render_turn(Turn(EVIL, Scope(), error=EVIL, offered=(EVIL,)), 0, "zh", NONE),
    ]
    for page in pages:
        assert EVIL_ESCAPED in page
        assert "<script" not in page
        assert "javascript:" not in page


def test_a_sentence_that_its_source_does_not_carry_says_so() -> None:
    html = html_of(replace(ANSWER, statements=(Statement("No.", Verdict.UNSUPPORTED, "", (1,)),)))
    assert '<p class="doubt">✕ not supported by its source</p>' in html
    assert "checked against" not in html


def test_citations_of_one_passage_share_a_card() -> None:
    second = replace(CITATION, n=2, quote="Nothing else.", span=Span(168, 181), page=3)
    html = html_of(replace(ANSWER, citations=(CITATION, second)))
    assert html.count('<article class="source">') == 1
    assert "<h4>[1] [2] Notice</h4>" in html
    assert '<sup>[2]</sup><mark data-source="2">Nothing else.</mark>' in html
    assert "pp. 2–3" in html


def test_conflicts_stand_side_by_side_with_their_rule() -> None:
    other = replace(CITATION, n=2, passage_id="p2", source_id="other", title="Other", quote="It is 20%.", span=Span(0, 10))
    answer = replace(ANSWER, citations=(CITATION, other), conflicts=(Conflict("How much?", (1, 2), ("30", "20"), "the later prevails"),), notes=("Mind this.",))
    html = html_of(answer)
    assert html.count('<div class="side">') == 2
    assert 'aria-label="Source 2: Other Item 3, open">[2]</button></p><p class="from">Other</p><p class="force">' in html
    assert "<p>It is 20%.</p></div>" in html
    assert '<p class="rule">Rule that applies: the later prevails</p>' in html
    assert '<div class="notes"><h3>⚠ Please note</h3><ul><li>Mind this.</li></ul></div>' in html


def test_terms_in_an_english_quote_are_given_in_chinese() -> None:
    glossary = Glossary([Term("产教融合", "industry-education integration", (), ("integration of industry and education",)), Term("实习", "internship")])
    quote = "The integration of industry and education covers Internships."
    assert glossary_terms([quote], "zh", glossary) == [("integration of industry and education", "产教融合"), ("Internships", "实习")]
    assert glossary_terms([quote], "en", glossary) == []
    assert glossary_terms(["深化产教融合。"], "en", glossary) == [("产教融合", "industry-education integration")]
    html = html_of(replace(ANSWER, language="zh", citations=(replace(CITATION, quote=quote),)), "zh", glossary)
    assert '<div class="terms"><b>术语对照</b><ul><li><span>integration of industry and education</span> <b>产教融合</b></li>' in html
