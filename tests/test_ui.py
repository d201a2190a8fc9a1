"""The page as Gradio sees it, and over real HTTP."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from html import escape
from typing import Any, cast

import gradio as gr
import httpx
import pytest
from fastapi import Request

from assistant.access.people import LOCAL, Person, Role
from assistant.config import load_settings
from assistant.filling import Filling
from assistant.language.glossary import Glossary
from assistant.page.page_words import EN, ENTERPRISE_EXAMPLES, STAFF_EXAMPLES, ZH
from assistant.page.ui import build
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.serving import launch
from assistant.types import Abstention, Audience, ConfigError, IndexUnavailable, Kind, Reason, Scope
from tests.page_server import EN_QUESTION, EN_WORDS, UNANSWERABLE, ZH_QUESTION, ZH_WORDS, serving
from tests.visits import visit


class FakeAssistant:
    """Declines every question, or raises; fills when told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[str, Scope]] = []
        self.may_fill = threading.Event()
        self.seen: frozenset[Audience] = frozenset()
        self.settings = load_settings()
        self.glossary = Glossary()
        self.settings = load_settings()

    def ask(self, question: str, scope: Scope) -> Abstention:
        self.asked.append((question, scope))
        if self.error:
            raise self.error
        return Abstention(question, "en", Reason.NOTHING_FOUND, (), "Nothing.", (), dt.date(2025, 1, 2), 1, "abc")

    def seen_by(self, audiences: frozenset[Audience]) -> FakeAssistant:
        self.seen = audiences
        return self

    def sources(self) -> list[Any]:
        return []

    def fill(self, progress: Callable[[int, int, str], None]) -> None:
        progress(3, 10, "a.md")
        self.may_fill.wait(60)
        if self.error:
            raise self.error


def as_assistant(fake: FakeAssistant) -> Assistant:
    return cast(Assistant, fake)


def asking(fake: FakeAssistant, *inputs: str | None, filling: Filling | None = None, person: Person = LOCAL) -> Iterator[str]:
    """Yield all that the page shows, in order, for a question, jurisdiction, kind, date and language of the page."""
    function = next(f for f in build(as_assistant(fake), filling).fns.values() if f.api_name == "ask").fn
    assert function is not None
    return (html for html, _ in function(visit(person), *inputs))


def ask(fake: FakeAssistant, *inputs: str | None) -> list[str]:
    return list(asking(fake, *inputs))


def test_the_page_has_the_examples_and_loads_nothing_from_elsewhere() -> None:
    blocks = build(as_assistant(FakeAssistant()))
    values = {block.value for block in blocks.blocks.values() if isinstance(block, gr.Button)}
    assert {*STAFF_EXAMPLES, *ENTERPRISE_EXAMPLES, ZH.ask} <= values
    assert blocks.analytics_enabled is False


def test_asking_shows_that_it_is_looking_and_then_the_outcome() -> None:
    fake = FakeAssistant()
    looking, outcome = ask(fake, " Who pays? ", "CN-50", "case", "2024-05-01", "en")
    assert EN.looking in looking
    assert EN.refusal in outcome
    assert fake.asked == [("Who pays?", Scope(as_of=dt.date(2024, 5, 1), jurisdiction="CN-50", kind=Kind.CASE))]


def test_the_page_asks_the_library_as_its_visitor_sees_it() -> None:
    fake = FakeAssistant()
    list(asking(fake, "Who pays?", "", "", "", "en", person=Person("anna", Role.STAFF)))
    assert fake.seen == {Audience.PUBLIC, Audience.STAFF}
    with pytest.raises(PermissionError):
        library_for(as_assistant(fake), gr.Request(Request({"type": "http"})))
    with pytest.raises(PermissionError):
        library_for(as_assistant(fake), gr.Request())


def test_empty_filters_do_not_filter() -> None:
    fake = FakeAssistant()
    ask(fake, "Who pays?", "", "", None, "zh")
    assert fake.asked == [("Who pays?", Scope())]


@pytest.mark.parametrize(
    ("error", "shown"),
    [(IndexUnavailable("home: locked. Wait <b>."), "home: locked. Wait &lt;b&gt;."), (RuntimeError("secret"), escape(EN.internal))],
)
def test_an_error_is_one_clear_line(error: Exception, shown: str) -> None:
    last = ask(FakeAssistant(error), "Who pays?", "", "", "", "en")[-1]
    assert shown in last
    assert 'role="alert"' in last
    assert "secret" not in last


def test_a_blank_question_and_a_bad_date_are_put_right_without_asking() -> None:
    fake = FakeAssistant()
    assert ZH.no_question in ask(fake, "  ", "", "", "", "zh")[-1]
    assert "not a date" in ask(fake, "Who pays?", "", "", "yesterday", "en")[-1]
    assert fake.asked == []


def test_questions_wait_for_the_first_filling() -> None:
    fake = FakeAssistant()
    filling = Filling(as_assistant(fake))
    filling.start()
    shown = asking(fake, "Who pays?", "", "", "", "en", filling=filling)
    assert "3 of 10" in next(shown)
    fake.may_fill.set()
    assert EN.refusal in list(shown)[-1]
    assert not filling.running
    assert filling.error == ""


@pytest.mark.parametrize(("error", "said"), [(IndexUnavailable("disk is full"), "disk is full"), (ValueError("x"), "ValueError, see the log")])
def test_a_filling_that_fails_says_so(error: Exception, said: str) -> None:
    fake = FakeAssistant(error)
    fake.may_fill.set()
    filling = Filling(as_assistant(fake))
    filling.start()
    deadline = time.monotonic() + 10
    while filling.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert filling.error == said


def test_a_port_in_use_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}: cannot listen there .*assistant serve --port {port + 1}"):
            launch(as_assistant(FakeAssistant()), "127.0.0.1", port)


# -- over real HTTP -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("page")) as address:
        yield address


def call(server: str, *inputs: str) -> str:
    """Return the last thing that the page's endpoint shows."""
    event = httpx.post(f"{server}/gradio_api/call/ask", json={"data": inputs}, timeout=60).raise_for_status().json()["event_id"]
    lines = httpx.get(f"{server}/gradio_api/call/ask/{event}", timeout=60).text.splitlines()
    at = lines.index("event: complete")
    return str(json.loads(lines[at + 1].removeprefix("data: "))[0])


def test_health_answers(server: str) -> None:
    response = httpx.get(f"{server}/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_page_answers_and_names_no_other_host(server: str) -> None:
    response = httpx.get(server)
    assert response.status_code == 200
    assert "fonts.googleapis.com" not in response.text
    assert "fonts.googleapis.com" not in httpx.get(f"{server}/theme.css").text


@pytest.mark.parametrize(("question", "quoted"), [(EN_QUESTION, EN_WORDS), (ZH_QUESTION, ZH_WORDS)])
def test_a_question_over_http_brings_the_quoted_words(server: str, question: str, quoted: str) -> None:
    html = call(server, question, "", "", "", "en")
    assert f'<mark data-source="1">{quoted}</mark>' in html
    assert "<script" not in html


def test_a_question_without_an_answer_is_declined_over_http(server: str) -> None:
    assert ZH.refusal in call(server, UNANSWERABLE, "", "", "", "zh")
