"""A source opens at the exact words of a citation, with what stands around them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.documents import Passage, PassageKind, Span
from assistant.page.ask_words import EN
from assistant.page.source_html import neighbours, render_citation, render_hit, render_viewer_empty
from assistant.page.turns import Turn
from assistant.pipeline import Assistant
from assistant.results import Answer, Scope
from tests.chat_library import QUESTION, answered


def passage(place: int, article: int) -> Passage:
    return Passage(f"p{place}", "s", Span(place * 10, place * 10 + 9), "words", "", "", PassageKind.ARTICLE, 1, 1, (), article)


@pytest.fixture(scope="module")
def answer(talker: Assistant) -> Answer:
    talker.chat_model = None
    return answered(talker.ask(QUESTION))


def test_neighbours_are_the_article_and_two_passages_more() -> None:
    passages = [passage(place, article) for place, article in enumerate((1, 2, 2, 2, 2, 3, 4, 5))]
    shown, here = neighbours(passages, Span(42, 45))
    assert ([p.id for p in shown], here) == (["p1", "p2", "p3", "p4", "p5", "p6"], 4)
    shown, here = neighbours(passages, Span(71, 79))
    assert ([p.id for p in shown], here) == (["p5", "p6", "p7"], 7)
    shown, here = neighbours(passages[:1], Span(0, 5))
    assert ([p.id for p in shown], here) == (["p0"], 0)


def test_the_quoted_words_are_marked_and_stand_among_their_neighbours(talker: Assistant, answer: Answer) -> None:
    html = render_citation(talker, Turn(QUESTION, Scope(), outcome=answer), 1, 0, "en")
    marked = re.findall(r'<mark data-source="1">(.*?)</mark>', html)
    assert marked == [answer.citations[0].quote]
    assert html.count('class="passage cited"') == 1
    assert "shall keep records" in html, "the next article"
    assert "<h2 id=\"viewer-title\" tabindex=\"-1\">Surcharge Act</h2>" in html
    assert "● in force" in html


def test_a_passage_that_was_found_opens_with_nothing_marked(talker: Assistant, answer: Answer) -> None:
    html = render_hit(talker, answer.hits[0], "zh")
    assert "<mark" not in html
    assert "所引段落" in html


def test_a_source_that_changed_or_went_is_not_shown_as_if_it_had_not(talker: Assistant, answer: Answer) -> None:
    (citation, *_) = answer.citations
    for other in (replace(citation, source_id="gone"), replace(citation, quote="other words")):
        turn = Turn(QUESTION, Scope(), outcome=replace(answer, citations=(other,)))
        assert EN.gone in render_citation(talker, turn, citation.n, 0, "en")
    hit = answer.hits[0]
    assert EN.gone in render_hit(talker, replace(hit, source=replace(hit.source, id="gone")), "en")
    assert EN.gone in render_hit(talker, replace(hit, passage=replace(hit.passage, text="other")), "en")


def test_a_number_that_is_not_there_opens_nothing(talker: Assistant, answer: Answer) -> None:
    assert render_citation(talker, Turn(QUESTION, Scope(), outcome=answer), 99, 0, "en") == render_viewer_empty("en")
    assert render_citation(talker, Turn(QUESTION, Scope()), 1, 0, "en") == render_viewer_empty("en")
