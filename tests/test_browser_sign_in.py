"""Signing in at the page in a real browser, with the headers of security that the page must survive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from assistant.language.glossary import Dictionary
from assistant.page.page_words import EN
from tests.api_server import HIDDEN_QUESTION, PASSWORD, QUESTION, Running, running
from tests.chromium import new_page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("sign-in"), dictionary, "accounts", rate_limit=100_000) as server:
        yield server


class Visit:
    """A browser of somebody's own, which writes down what the page's policy forbade and which hosts were asked."""

    def __init__(self, browser: Browser, server: Running, language: str = "en") -> None:
        self.tab = new_page(browser, language)
        self.refused: list[str] = []
        self.hosts: set[str] = set()
        self.tab.on("console", self._note)
        self.tab.on("pageerror", lambda error: self.refused.append(str(error)))
        self.tab.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.tab.goto(server.url)

    def _note(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.tab.fill("#name", name)
        self.tab.fill("#password", password)
        self.tab.press("#password", "Enter")

    def ask(self, question: str) -> str:
        self.tab.wait_for_selector("#question textarea")
        self.tab.fill("#question textarea", question)
        self.tab.press("#question textarea", "Enter")
        turn = self.tab.locator("#result .turn").last
        expect(turn.locator(".asked")).to_have_text(question)
        expect(turn.locator(".footer")).to_be_visible()  # stands under a whole answer, not under one in the making
        return str(turn.inner_text()).replace(question, "")


@pytest.fixture
def visit(browser: Browser, server: Running) -> Iterator[Visit]:
    visit = Visit(browser, server)
    yield visit
    visit.tab.context.close()


def test_somebody_signs_in_asks_and_signs_out(visit: Visit, server: Running) -> None:
    assert urlsplit(visit.tab.url).path == "/sign-in"
    visit.sign_in("reader", "a wrong password")
    expect(visit.tab.get_by_role("alert")).to_have_text("The name or the password is not right.")
    visit.sign_in("reader")
    assert "30%" in visit.ask(QUESTION)
    assert visit.tab.evaluate("document.cookie") == "", "no script can read the session"
    visit.tab.goto(f"{server.url}/sign-in")
    expect(visit.tab.locator("main")).to_contain_text("Signed in as reader (reader)")
    visit.tab.get_by_role("button", name="Sign out").click()
    expect(visit.tab.locator("#name")).to_be_visible()
    visit.tab.goto(server.url)
    assert urlsplit(visit.tab.url).path == "/sign-in"
    assert visit.refused == []
    assert visit.hosts == {urlsplit(server.url).netloc}


def test_the_page_shows_what_its_visitor_may_see(browser: Browser, server: Running) -> None:
    shown = {}
    for name in ("reader", "librarian"):
        visit = Visit(browser, server)
        visit.sign_in(name)
        shown[name] = visit.ask(HIDDEN_QUESTION) + visit.tab.locator("#head").inner_text()
        assert visit.refused == []
        visit.tab.context.close()
    assert "45%" in shown["librarian"]
    assert "45%" not in shown["reader"]
    assert "zebra" not in shown["reader"].lower()
    assert EN.library.format(sources=2, policies=2, cases=0) in shown["reader"]
    assert EN.library.format(sources=4, policies=4, cases=0) in shown["librarian"]


def test_the_form_speaks_the_browsers_language_and_the_other_one(browser: Browser, server: Running) -> None:
    visit = Visit(browser, server, "zh")
    expect(visit.tab.get_by_role("button")).to_have_text("登录")
    visit.tab.get_by_role("link", name="English").click()
    expect(visit.tab.get_by_role("button")).to_have_text("Sign in")
    assert visit.tab.evaluate("document.documentElement.lang") == "en"
    visit.tab.context.close()


def test_the_form_is_used_with_the_keyboard_and_fits_a_phone(browser: Browser, server: Running) -> None:
    visit = Visit(browser, server)
    visit.tab.set_viewport_size({"width": 390, "height": 700})
    assert visit.tab.evaluate("document.activeElement.id") == "name"
    visit.tab.keyboard.type("librarian")
    visit.tab.keyboard.press("Tab")
    visit.tab.keyboard.type(PASSWORD)
    assert visit.tab.evaluate("document.documentElement.scrollWidth") <= 390
    visit.tab.keyboard.press("Tab")
    visit.tab.keyboard.press("Enter")
    visit.tab.wait_for_selector("#question textarea")
    visit.tab.context.close()
