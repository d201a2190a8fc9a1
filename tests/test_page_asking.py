"""What happens at the tab of questions: answers that come sentence by sentence, the viewer, and what readers say."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from assistant import journal
from assistant.access.people import LOCAL, Person, Role
from assistant.config import load_settings
from assistant.curation import Curator
from assistant.documents import Audience, Kind, Status
from assistant.errors import ConfigError, ConversationError, DiskFull, IndexMismatch, IndexUnavailable
from assistant.events import Done, Event, Shown
from assistant.filling import Filling
from assistant.page.ask_tab import _Tab, build
from assistant.page.ask_words import EN, ZH
from assistant.page.asking import Asking, scope_of
from assistant.page.page_words import EN as FRAME
from assistant.page.page_words import words
from assistant.page.turns import Talk
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope
from tests.chat_library import FRAGE, QUESTION, UNANSWERABLE
from tests.visits import visit


@pytest.fixture
def library(talker: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    monkeypatch.setitem(vars(talker), "settings", load_settings(home=tmp_path, corpus=""))
    monkeypatch.setitem(vars(talker), "chat_model", None)
    return talker


@pytest.fixture
def asking(library: Assistant) -> Iterator[Asking]:
    asking = Asking(library, Filling(library))
    yield asking
    asking.conversations.close()


def ask(asking: Asking, talk: Talk, question: str, scope: Scope = Scope(), person: Person = LOCAL) -> list[str]:  # noqa: B008  frozen
    return list(asking.ask(visit(person), talk, question, scope))


def entries(asking: Asking) -> list[journal.Entry]:
    return journal.read(asking.assistant.settings.home / journal.JOURNAL)


def test_each_sentence_is_drawn_when_it_holds(asking: Asking) -> None:
    talk = Talk("en")
    drawn = ask(asking, talk, QUESTION)
    outcome = talk.turns[0].outcome
    assert isinstance(outcome, Answer)
    said = [s.text for s in outcome.statements]
    assert EN.looking in drawn[0]
    for count, html in enumerate(drawn[1:-1], start=1):
        assert [text in html for text in said] == [place < count for place in range(len(said))]
        assert EN.looking in html
    assert all(text in drawn[-1] for text in said)
    assert EN.checked in drawn[-1]


def test_a_follow_up_is_understood_and_both_turns_stand(asking: Asking) -> None:
    talk = Talk("en")
    ask(asking, talk, QUESTION)
    (*_, last) = ask(asking, talk, "Can what is not used be carried forward?")
    assert "may be carried forward" in last
    assert "Taken as: " in last
    assert 'data-turn="1"' in last
    assert QUESTION in asking.earlier(talk)
    assert [turn.number for turn in talk.turns] == [1, 2]
    assert len(asking.conversations.turns(talk.id)) == 2


def test_a_visitor_is_answered_from_what_they_may_see(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(self: Assistant, audiences: frozenset[Audience]) -> Assistant:
        seen.append(audiences)
        return self

    monkeypatch.setattr(Assistant, "seen_by", look)
    ask(asking, Talk("en"), QUESTION, person=Person("anna", Role.STAFF))
    assert seen == [Person("anna", Role.STAFF).audiences]


@pytest.mark.parametrize(("error", "shown"), [(ConfigError("x.yaml: wrong. Mend <b>."), "x.yaml: wrong. Mend &lt;b&gt;."), (RuntimeError("secret"), "")])
def test_an_error_is_one_clear_line(asking: Asking, monkeypatch: pytest.MonkeyPatch, error: Exception, shown: str) -> None:
    def fail(*arguments: object) -> Any:
        raise error

    monkeypatch.setattr(Assistant, "stream", fail)
    (*_, last) = ask(asking, Talk("en"), QUESTION)
    assert (shown or FRAME.internal.replace("'", "&#x27;")) in last
    assert 'role="alert"' in last
    assert "secret" not in last


@pytest.mark.parametrize("kind", [IndexUnavailable, IndexMismatch, ConversationError, DiskFull])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reader_is_not_told_where_the_library_lies_and_the_log_is(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: type[Exception], language: str
) -> None:
    whole = f"{asking.assistant.settings.home}: locked by another process. Wait for it."

    def fail(*arguments: object) -> Any:
        raise kind(whole)

    monkeypatch.setattr(Assistant, "stream", fail)
    (*_, last) = ask(asking, Talk(language), QUESTION)
    w = words(language)
    assert (w.disk_full if kind is DiskFull else w.unavailable).replace("'", "&#x27;") in last
    assert str(asking.assistant.settings.home) not in last
    assert [record.getMessage() for record in caplog.records if record.name == "assistant.page.troubles"] == [whole]


def test_what_is_stopped_stays_and_nothing_is_added(asking: Asking, library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = library.ask(QUESTION)
    assert isinstance(whole, Answer)

    def stream(*arguments: object) -> Iterator[Event]:
        yield Shown(0, replace(whole.statements[0], text="So far."), whole.citations)
        yield Shown(1, replace(whole.statements[0], text="Too late."), whole.citations)
        yield Done(whole)

    monkeypatch.setattr(Assistant, "stream", stream)
    talk = Talk("en")
    events = asking.ask(visit(), talk, QUESTION, Scope())
    next(events)
    assert "So far." in next(events)
    stopped = asking.stop(talk)
    assert list(events) == []
    assert stopped == asking.last(talk)
    assert "So far." in stopped
    assert "Too late." not in stopped
    assert EN.stopped in stopped
    assert asking.conversations.turns(talk.id) == []


def test_what_is_answered_while_the_language_changes_is_drawn_in_the_new_one(asking: Asking) -> None:
    talk = Talk("en")
    events = asking.ask(visit(), talk, QUESTION, Scope())
    assert EN.looking in next(events)
    talk.language = "zh"
    (*_, last) = events
    assert ZH.checked in last
    assert EN.checked not in last
    assert ZH.checked in (asking.offer(visit(), talk) or "")


def test_questions_wait_for_the_first_filling(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    filling = Filling(library)

    def fill(self: Curator, note: Callable[[int, int, str], None]) -> None:
        note(3, 10, "a.md")
        time.sleep(0.3)

    monkeypatch.setattr(Curator, "fill", fill)
    filling.start()
    asking = Asking(library, filling)
    first, *rest = asking.ask(visit(), Talk("en"), QUESTION, Scope())
    assert "3 of 10" in first
    assert EN.checked in rest[-1]
    asking.conversations.close()


def test_the_viewer_opens_citations_and_passages_found_and_nothing_else(asking: Asking) -> None:
    talk = Talk("en")
    ask(asking, talk, QUESTION)
    assert '<mark data-source="1">' in asking.view(visit(), talk, (0, "n", 1))
    assert EN.cited_here in asking.view(visit(), talk, (0, "hit", 0))
    for opened in (None, (0, "n", 9), (0, "hit", 999), (0, "hit", -1), (7, "n", 1), (-1, "n", 1)):
        assert EN.viewer_empty in asking.view(visit(), talk, opened)


def test_what_might_be_asked_next_is_offered_after_the_answer(asking: Asking) -> None:
    talk = Talk("en")
    ask(asking, talk, UNANSWERABLE)
    assert EN.better in (asking.offer(visit(), talk) or "")
    ask(asking, talk, QUESTION, Scope(kind=Kind.CASE))
    assert EN.unfiltered in (asking.offer(visit(), talk) or "")
    assert asking.offer(visit(), talk) is None, "once is enough"
    assert asking.offer(visit(), Talk("en")) is None


def test_thumbs_and_wrong_sources_are_one_entry_of_the_journal(asking: Asking) -> None:
    talk = Talk("en")
    ask(asking, talk, QUESTION)
    asking.judge(talk, 0, "up", "")
    assert [(e.question, e.thumbs) for e in entries(asking)] == [(QUESTION, "up")]
    asking.wrong(talk, 0, 1)
    asking.wrong(talk, 0, 99)
    (entry,) = entries(asking)
    outcome = talk.turns[0].outcome
    assert isinstance(outcome, Answer)
    assert (entry.thumbs, [w["quote"] for w in entry.wrong]) == ("down", [outcome.citations[0].quote])
    asking.judge(talk, 0, "down", "evidence_too_weak")
    assert entries(asking)[0].expected == "evidence_too_weak"
    assert asking.conversations.turns(talk.id)[0].feedback == -1
    assert EN.noted_wrong in asking.last(talk)
    assert EN.noted_decline in asking.last(talk)


def test_a_passage_that_answers_becomes_evidence(asking: Asking) -> None:
    talk = Talk("en")
    ask(asking, talk, UNANSWERABLE)
    asking.holds(talk, 0, 0)
    outcome = talk.turns[0].outcome
    assert isinstance(outcome, Abstention)
    assert [(e["source"], e["quote"]) for e in entries(asking)[0].evidence] == [(outcome.hits[0].source.id, outcome.hits[0].passage.text)]


def test_a_conversation_is_exported_once_there_is_an_answer(asking: Asking) -> None:
    talk = Talk("zh")
    assert asking.export(talk) is None
    ask(asking, talk, FRAGE)
    files = asking.export(talk)
    assert files is not None
    assert [f.suffix for f in files] == [".md", ".docx"]
    assert FRAGE in files[0].read_text(encoding="utf-8")


def test_blank_filters_do_not_filter_and_a_day_that_is_none_is_told() -> None:
    assert scope_of({"as_of": " ", "kind": "", "status": None, "jurisdiction": ""}, "zh") == Scope()
    full = {"as_of": "2024-05-01", "kind": "case", "status": "repealed", "jurisdiction": "CN-50"}
    assert scope_of(full, "en") == Scope(as_of=dt.date(2024, 5, 1), jurisdiction="CN-50", kind=Kind.CASE, status=Status.REPEALED)
    with pytest.raises(ConfigError, match="'soon' is not a date"):
        scope_of({"as_of": "soon"}, "en")


# -- the tab ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tab(library: Assistant) -> Iterator[_Tab]:
    with gr.Blocks() as blocks:
        language = gr.Radio(["zh", "en"])
        with gr.Tabs():
            build(library, Filling(library), language)
    found = next(f.fn.__self__ for f in blocks.fns.values() if isinstance(getattr(f.fn, "__self__", None), _Tab))
    yield found
    found.asking.conversations.close()


def clicked(**data: object) -> gr.EventData:
    return gr.EventData(None, {key: str(value) for key, value in data.items()})


def test_a_blank_question_is_put_right_without_asking(tab: _Tab) -> None:
    talk = Talk("zh")
    (only,) = tab.ask(visit(), talk, "  ", "", "", "", "")
    assert ZH.no_question in only[tab.parts.last]
    assert talk.turns == []
    assert tab.offer(visit(), talk) == gr.skip(), "the error stays in sight"


def test_what_might_be_asked_next_is_looked_for_once(tab: _Tab) -> None:
    talk = Talk("en")
    list(tab.ask(visit(), talk, UNANSWERABLE, "", "", "", ""))
    assert EN.better in tab.offer(visit(), talk)
    (only,) = tab.ask(visit(), talk, QUESTION, "", "", "", "soon")
    assert "is not a date" in only[tab.parts.last]
    assert tab.offer(visit(), talk) == gr.skip()


def test_the_button_to_stop_stands_while_a_question_is_answered_and_the_source_opens_after(tab: _Tab) -> None:
    talk = Talk("en")
    first, *_, last = tab.ask(visit(), talk, QUESTION, "", "", "", "")
    assert (first[tab.parts.stop]["visible"], first[tab.parts.question]) == (True, "")
    assert (last[tab.parts.stop]["visible"], last[tab.parts.opened]) == (False, (0, "n", 1))
    assert "<mark" in last[tab.parts.viewer]


def test_asking_again_takes_the_last_turn_back_with_its_filters(tab: _Tab) -> None:
    talk = Talk("en")
    for filters in (("CN-50", "policy", "", ""), ("", "", "", "2024-05-01")):
        list(tab.ask(visit(), talk, QUESTION, *filters))
    assert tab.again(clicked(turn=0), talk) == (QUESTION, "CN-50", "policy", "", "")
    assert len(talk.turns) == 2
    assert tab.again(clicked(turn=1), talk) == (QUESTION, "", "", "", "2024-05-01")
    assert len(talk.turns) == 1


def test_offered_questions_keep_the_filters_unless_they_are_to_be_left_out(tab: _Tab) -> None:
    filters = ("CN-50", "policy", "in_force", "2024-05-01")
    assert tab.pose(clicked(question="Q?"), *filters) == ("Q?", *filters)
    assert tab.pose(clicked(question="Q?", plain=1), *filters) == ("Q?", "", "", "", "")
    assert tab.drop(clicked(filter="status"), *filters) == ("CN-50", "policy", "", "2024-05-01")
    assert tab.chosen("en", *filters).count("<li>") == 4
    assert tab.chosen("en", "", "", "", "soon") == ""


def test_what_a_click_brings_is_checked(tab: _Tab) -> None:
    talk = Talk("en")
    list(tab.ask(visit(), talk, QUESTION, "", "", "", ""))
    for data in (clicked(turn=5, thumbs="up"), clicked(turn="x", n="1"), clicked()):
        assert tab.judge(data, talk) == {tab.parts.last: tab.asking.last(talk)}
        assert tab.again(data, talk)[0] == ""
        assert EN.viewer_empty in tab.show_source(visit(), data, talk)[1]
    with pytest.raises(gr.Error, match="'sideways'"):
        tab.judge(clicked(turn=0, thumbs="sideways"), talk)


def test_another_language_shows_all_in_it(tab: _Tab) -> None:
    talk = Talk("en")
    list(tab.ask(visit(), talk, QUESTION, "", "", "", ""))
    shown = tab.switch(visit(), "zh", talk, (0, "n", 1), "CN-50", "", "", "")
    assert ZH.checked in shown[tab.parts.last]
    assert ZH.cited_here in shown[tab.parts.viewer]
    assert "重庆" in shown[tab.parts.chosen]
    begun = tab.begin(talk)
    assert ZH.empty[0] in begun[tab.parts.last]
    assert (talk.id, talk.turns) == ("", [])
