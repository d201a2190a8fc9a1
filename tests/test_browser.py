"""The page in a real browser: Debian's Chromium, driven by Playwright, which brings no browser of its own here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.page_server import EN_QUESTION, EN_WORDS, EVIL, UNANSWERABLE, ZH_QUESTION, ZH_WORDS, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists():
    pytest.skip("no /usr/bin/chromium: install it (apt-get install chromium) to test the page in a browser", allow_module_level=True)
playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the extra `dev` to test the page in a browser")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("browser")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Page:
    """One tab on the page, which writes down the hosts it asks and the errors it meets."""

    def __init__(self, browser: Browser, server: str, locale: str, width: int = 1280) -> None:
        self.tab = browser.new_context(locale=locale, viewport={"width": width, "height": 900}).new_page()
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.tab.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.goto(server)
        self.tab.wait_for_selector("#question textarea")

    def ask(self, question: str) -> None:
        self.tab.fill("#question textarea", question)
        self.tab.press("#question textarea", "Enter")
        playwright.expect(self.tab.locator(".result .asked")).to_have_text(question, timeout=60_000)


@pytest.fixture
def english(browser: Browser, server: str) -> Page:
    page = Page(browser, server, "en-GB")
    playwright.expect(page.tab.locator("#ask")).to_have_text("Ask")
    return page


@pytest.mark.parametrize(("question", "quoted"), [(EN_QUESTION, EN_WORDS), (ZH_QUESTION, ZH_WORDS)])
def test_the_quoted_words_are_marked_in_their_passage(english: Page, question: str, quoted: str) -> None:
    english.ask(question)
    assert english.tab.locator(".sources mark[data-source='1']").all_inner_texts() == [quoted]
    passage = english.tab.locator(".sources .quote").first.inner_text()
    assert quoted in passage
    assert len(passage) > len(quoted)


def test_a_chip_leads_to_its_source(english: Page) -> None:
    english.ask(EN_QUESTION)
    english.tab.locator(".statements .chip").first.click()
    assert urlsplit(english.tab.url).fragment == "source-1"
    playwright.expect(english.tab.locator(".source:has(:target)")).to_be_in_viewport()
    assert english.tab.locator(".result").count() == 1, "the page was loaded anew"


def test_one_click_changes_the_language_of_the_page_and_keeps_the_answer(english: Page) -> None:
    english.ask(EN_QUESTION)
    english.tab.get_by_text("中文", exact=True).click()
    playwright.expect(english.tab.locator("#ask")).to_have_text("提问")
    playwright.expect(english.tab.locator(".sources h2")).to_have_text("出处")
    assert english.tab.locator(".sources mark").first.inner_text() == EN_WORDS
    playwright.expect(english.tab.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_language_is_remembered(english: Page) -> None:
    english.tab.get_by_text("中文", exact=True).click()
    playwright.expect(english.tab.locator("#ask")).to_have_text("提问")
    english.tab.reload()
    playwright.expect(english.tab.locator("html")).to_have_attribute("lang", "zh-CN")
    playwright.expect(english.tab.locator("#ask")).to_have_text("提问")


def test_an_example_asks_itself(browser: Browser, server: str) -> None:
    page = Page(browser, server, "zh-CN")
    playwright.expect(page.tab.locator("#ask")).to_have_text("提问")
    example = page.tab.locator("button.example").first
    text = example.inner_text()
    example.click()
    playwright.expect(page.tab.locator(".result .asked")).to_have_text(text, timeout=60_000)
    assert page.tab.input_value("#question textarea") == text


def test_a_filter_is_set_and_cleared(english: Page) -> None:
    english.tab.locator("#filters > button").click()
    date = english.tab.locator("#as-of input, #as-of textarea")
    date.fill("soon")
    english.tab.fill("#question textarea", EN_QUESTION)
    english.tab.locator("#ask").click()
    playwright.expect(english.tab.locator(".state.error")).to_contain_text("'soon' is not a date")
    english.tab.locator("#clear").click()
    playwright.expect(date).to_have_value("")
    english.ask(EN_QUESTION)
    assert english.tab.locator(".sources mark").first.inner_text() == EN_WORDS


def test_nothing_in_a_document_or_a_question_runs(english: Page) -> None:
    english.ask(EN_QUESTION)
    assert "{{7*7}}" in english.tab.locator(".sources .quote").first.inner_text()
    english.ask(EVIL)
    english.ask(UNANSWERABLE + EVIL)
    assert english.tab.evaluate("window.taken") is None
    assert english.errors == []


def test_a_phone_stacks_the_columns_and_asks_no_other_host(browser: Browser, server: str) -> None:
    page = Page(browser, server, "zh-CN", width=390)
    page.ask(UNANSWERABLE)
    page.ask(ZH_QUESTION)
    answer, sources = (page.tab.locator(f".result > .{name}").bounding_box() for name in ("answer", "sources"))
    assert answer
    assert sources
    assert sources["y"] >= answer["y"] + answer["height"]
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.hosts == {urlsplit(server).netloc}
