"""The frame of the page: its tabs, the first filling, and what goes over real HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import gradio as gr
import httpx
import pytest
from fastapi import Request

from assistant.access.people import Person, Role
from assistant.config import load_settings
from assistant.documents import Audience
from assistant.errors import ConfigError, IndexUnavailable
from assistant.filling import Filling
from assistant.page.page_words import words
from assistant.page.ui import TABS, build
from assistant.page.visitors import library_for
from assistant.pipeline import Assistant
from assistant.serving import launch
from tests.page_server import serving
from tests.visits import visit


class FakeAssistant:
    """Fills when told to, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.may_fill = threading.Event()
        self.seen: frozenset[Audience] = frozenset()
        self.settings = load_settings()

    def seen_by(self, audiences: frozenset[Audience]) -> FakeAssistant:
        self.seen = audiences
        return self

    def sources(self) -> list[Any]:
        return []

    @property
    def curator(self) -> FakeAssistant:
        return self

    @property
    def index(self) -> FakeAssistant:
        return self

    @property
    def registry(self) -> FakeAssistant:
        return self

    def read_ahead(self) -> None:
        pass

    def fill(self, progress: Callable[[int, int, str], None]) -> None:
        progress(3, 10, "a.md")
        self.may_fill.wait(60)
        if self.error:
            raise self.error


def as_assistant(fake: FakeAssistant) -> Assistant:
    return cast(Assistant, fake)


def test_the_page_has_every_tab_and_sends_nothing_home() -> None:
    blocks = build(as_assistant(FakeAssistant()))
    assert sum(isinstance(block, gr.Tab) for block in blocks.blocks.values()) == len(TABS)
    assert blocks.analytics_enabled is False
    assert not [f for f in blocks.fns.values() if f.api_name and f.api_visibility == "public" and f.api_name != "benefits"]


def test_the_row_of_tabs_holds_tabs_and_nothing_else() -> None:
    """Gradio counts whatever stands among them: a tab behind it would be drawn twice when it is chosen."""
    blocks = build(as_assistant(FakeAssistant()))
    (tabs,) = (block for block in blocks.blocks.values() if isinstance(block, gr.Tabs))
    assert [type(child) for child in tabs.children] == [gr.Tab] * len(TABS)


def test_only_what_is_long_or_can_be_stopped_goes_through_the_queue() -> None:
    blocks = build(as_assistant(FakeAssistant()))
    queued = {getattr(f.fn, "__qualname__", "") for f in blocks.fns.values() if f.fn and f.queue}
    library = {f"LibraryTab.{name}" for name in ("take", "amend", "replace", "reindex", "remove", "check", "rebuild")}
    assert queued == {"_Tab.ask", "BenefitsTab.compute", "ToolsTab.run", *library}


def test_the_page_sees_the_library_as_its_visitor_does() -> None:
    fake = FakeAssistant()
    library_for(as_assistant(fake), visit(Person("anna", Role.STAFF)))
    assert fake.seen == {Audience.PUBLIC, Audience.STAFF}
    with pytest.raises(PermissionError):
        library_for(as_assistant(fake), gr.Request(Request({"type": "http"})))
    with pytest.raises(PermissionError):
        library_for(as_assistant(fake), gr.Request())


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_filling_that_fails_tells_readers_no_folder_and_the_log_does(language: str, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeAssistant(IndexUnavailable("/srv/home: locked. Wait for it."))
    fake.may_fill.set()
    filling = Filling(as_assistant(fake))
    filling.start()
    filling._thread.join(10)
    blocks = build(as_assistant(fake), filling)
    (draw,) = {f.fn for f in blocks.fns.values() if getattr(f.fn, "__name__", "") == "draw_head"}
    assert draw is not None
    head = str(draw(visit(), language))
    assert words(language).unavailable.replace("'", "&#x27;") in head
    assert "/srv/home" not in head
    assert "filling the library failed: /srv/home: locked. Wait for it." in [record.getMessage() for record in caplog.records]


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


def test_health_answers(server: str) -> None:
    response = httpx.get(f"{server}/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_the_page_answers_and_names_no_other_host(server: str) -> None:
    response = httpx.get(server)
    assert response.status_code == 200
    assert "fonts.googleapis.com" not in response.text
    assert "fonts.googleapis.com" not in httpx.get(f"{server}/theme.css").text
