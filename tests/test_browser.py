"""The page in a real browser: Debian's Chromium, driven by Playwright, which brings no browser of its own here."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import docx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from assistant.page.ask_words import EN, ZH, ask_words
from tests.chromium import barriers, new_page
from tests.page_server import EN_QUESTION, EN_WORDS, EVIL, PDF_QUESTION, PDF_WORDS, UNANSWERABLE, ZH_QUESTION, ZH_WORDS, serving


@dataclass(frozen=True)
class Server:
    address: str
    home: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("browser")
    with serving(folder) as address:
        yield Server(address, folder / "home")


@pytest.fixture(autouse=True)
def closed(browser: Browser) -> Iterator[None]:
    """Close what a test opened: each open page keeps a stream from the server."""
    yield
    for context in browser.contexts:
        context.close()


class Page:
    """One tab on the page, which writes down the hosts it asks and the errors it meets."""

    def __init__(self, browser: Browser, server: Server, language: str, width: int = 1280, dark: bool = False) -> None:
        self.words = ask_words(language)
        self.tab = new_page(browser, language, width, dark, ["clipboard-read", "clipboard-write"])
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.tab.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.goto(server.address)
        expect(self.tab.locator("#ask")).to_have_text(self.words.ask)

    def ask(self, question: str) -> None:
        """Ask, and wait until what might be asked next is there too."""
        self.tab.fill("#question textarea", question)
        self.tab.press("#question textarea", "Enter")
        self.wait_for(question)

    def wait_for(self, question: str) -> None:
        last = self.tab.locator("#result .turn")
        expect(last.locator(".asked")).to_have_text(question)
        expect(last.locator(".footer")).to_be_visible(timeout=180_000)
        expect(self.tab.locator("#ask")).to_be_visible()


@pytest.fixture
def english(browser: Browser, server: Server) -> Page:
    return Page(browser, server, "en")


@pytest.mark.parametrize(("language", "question", "quoted"), [("en", EN_QUESTION, EN_WORDS), ("zh", ZH_QUESTION, ZH_WORDS)])
def test_the_quoted_words_are_marked_in_their_passage(browser: Browser, server: Server, language: str, question: str, quoted: str) -> None:
    page = Page(browser, server, language)
    page.ask(question)
    passage = page.tab.locator("#viewer .passage.cited")
    expect(passage.locator("mark[data-source='1']")).to_have_text([quoted])
    assert len(passage.locator(".quote").inner_text()) > len(quoted)
    assert page.tab.locator(".sources mark").first.inner_text() == quoted
    assert page.tab.locator("#result .checked").inner_text() == f"✓ {page.words.checked}"


def test_a_number_opens_the_source_and_the_keyboard_comes_back(browser: Browser, server: Server) -> None:
    page = Page(browser, server, "en", width=390)
    page.ask(EN_QUESTION)
    expect(page.tab.locator("#viewer")).to_be_hidden()
    chip = page.tab.locator(".statements .chip").first
    chip.focus()
    expect(page.tab.locator("#export-word")).to_be_visible()
    expect(chip).to_be_focused()  # though what might be asked next was drawn since
    page.tab.keyboard.press("Enter")
    expect(page.tab.locator("#viewer-title")).to_be_focused()
    expect(page.tab.locator("#viewer .passages mark").first).to_be_in_viewport()
    page.tab.keyboard.press("Escape")
    expect(page.tab.locator("#viewer")).to_be_hidden()
    expect(chip).to_be_focused()


def test_a_page_of_a_pdf_is_shown_with_the_quoted_words_marked(english: Page) -> None:
    english.ask(PDF_QUESTION)
    picture = english.tab.locator("#viewer .printed img")
    assert "2,000 yuan" in (picture.get_attribute("alt") or "")
    assert english.tab.locator("#viewer figcaption").inner_text() == EN.printed.format(page=2, pages=2)
    data = (picture.get_attribute("src") or "").removeprefix("data:image/png;base64,")
    points = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)
    rows, columns = np.nonzero(points[..., 2] < points[..., 0] - 60)
    height, width = points.shape[:2]
    assert rows.size > 500
    assert 0.48 < rows.min() / height < rows.max() / height < 0.52, "the line in the middle of the page, and no other"
    assert columns.min() / width > 0.09
    assert PDF_WORDS in english.tab.locator("#viewer .passages mark").first.inner_text()
    expect(picture).to_be_in_viewport()


def test_one_click_changes_the_language_and_it_is_remembered(english: Page) -> None:
    english.ask(EN_QUESTION)
    english.tab.get_by_text("中文", exact=True).click()
    expect(english.tab.locator("#ask")).to_have_text(ZH.ask)
    expect(english.tab.locator(".sources h3")).to_have_text(ZH.sources)
    expect(english.tab.locator("html")).to_have_attribute("lang", "zh-CN")
    assert english.tab.locator("#viewer mark").first.inner_text() == EN_WORDS
    english.tab.reload()
    expect(english.tab.locator("#ask")).to_have_text(ZH.ask)
    expect(english.tab.locator("html")).to_have_attribute("lang", "zh-CN")


def test_an_example_asks_itself(browser: Browser, server: Server) -> None:
    page = Page(browser, server, "zh")
    example = page.tab.locator(".role button").first
    text = example.inner_text()
    example.click()
    page.wait_for(text)
    assert page.tab.locator("#result .asked").inner_text() == text


def test_filters_are_seen_in_the_form_and_in_the_turn_and_removed_one_by_one(english: Page) -> None:
    tab = english.tab
    tab.locator("#filters > button").click()
    tab.locator("#as-of input, #as-of textarea").first.fill("soon")
    tab.fill("#question textarea", EN_QUESTION)
    tab.locator("#ask").click()
    expect(tab.locator("#result .state.error")).to_contain_text("'soon' is not a date")
    tab.locator("#as-of input, #as-of textarea").first.fill("2024-05-01")
    tab.locator("#kind").get_by_text(EN.cases, exact=True).click()
    expect(tab.locator("button.filter")).to_have_text([f"{EN.cases} ×", "as of 2024-05-01 ×"])
    english.ask(EN_QUESTION)
    assert tab.locator("#result .within").inner_text() == "Filters: cases and papers · as of 2024-05-01"
    tab.locator("button.filter").first.click()
    expect(tab.locator("button.filter")).to_have_text(["as of 2024-05-01 ×"])
    tab.locator("#clear").click()
    expect(tab.locator("button.filter")).to_have_count(0)


def test_a_refusal_says_what_is_missing_and_offers_a_question_that_is_answered(browser: Browser, server: Server) -> None:
    page = Page(browser, server, "zh")
    page.ask(UNANSWERABLE)
    assert "2031年" in page.tab.locator("#result .missing").all_inner_texts()
    near = page.tab.locator(".near .source").first
    near.get_by_role("button", name=ZH.open).click()
    expect(page.tab.locator("#viewer .passage.cited")).to_contain_text("本条规定抵免办法")
    better = page.tab.locator(".next button").first
    question = better.inner_text()
    better.click()
    page.wait_for(question)
    expect(page.tab.locator("#result .statements")).to_be_visible()
    assert page.tab.locator("#earlier .asked").all_inner_texts() == [UNANSWERABLE]


def test_a_conversation_goes_on_and_is_taken_along(english: Page, tmp_path: Path) -> None:
    english.ask(EN_QUESTION)
    english.ask(PDF_QUESTION)
    assert english.tab.locator("#earlier .asked").all_inner_texts() == [EN_QUESTION]
    english.tab.locator("#result [data-act='copy']").click()
    expect(english.tab.locator("#result .acts [role='status']")).to_have_text(EN.copied)
    assert PDF_WORDS in english.tab.evaluate("navigator.clipboard.readText()")
    english.tab.wait_for_timeout(2_000)  # the files are written anew after each answer
    for kind in ("markdown", "word"):
        with english.tab.expect_download() as download:
            english.tab.locator(f"#export-{kind}").click()
        download.value.save_as(tmp_path / kind)
    text = (tmp_path / "markdown").read_text(encoding="utf-8")
    paragraphs = "\n".join(p.text for p in docx.Document(str(tmp_path / "word")).paragraphs)
    for shown in (EN_QUESTION, EN_WORDS, PDF_QUESTION, PDF_WORDS):
        assert shown in text
        assert shown in paragraphs
    english.tab.locator("#new").click()
    expect(english.tab.locator(".welcome")).to_be_visible()
    expect(english.tab.locator("#earlier .turn")).to_have_count(0)


def test_what_readers_say_is_written_into_the_journal(english: Page, server: Server) -> None:
    english.ask(EN_QUESTION)
    english.tab.get_by_role("button", name=EN.wrong).click()
    expect(english.tab.locator(".source .noted")).to_have_text(EN.noted_wrong)
    english.tab.get_by_role("button", name=EN.should_decline).click()
    expect(english.tab.locator(".acts [role='status']")).to_have_text(EN.noted_decline)
    last = json.loads((server.home / "journal.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["question"], last["thumbs"], last["expected"]) == (EN_QUESTION, "down", "evidence_too_weak")
    assert [w["quote"] for w in last["wrong"]] == [EN_WORDS]


def test_nothing_in_a_document_or_a_question_runs(english: Page) -> None:
    english.ask(EN_QUESTION)
    assert "{{7*7}}" in english.tab.locator("#viewer .passage .quote").first.inner_text()
    english.ask(EVIL)
    english.ask(UNANSWERABLE + EVIL)
    assert english.tab.evaluate("window.taken") is None
    assert english.errors == []


def test_a_phone_stacks_all_and_asks_no_other_host(browser: Browser, server: Server) -> None:
    page = Page(browser, server, "zh", width=390)
    page.ask(UNANSWERABLE)
    page.ask(ZH_QUESTION)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.hosts == {urlsplit(server.address).netloc}


@pytest.mark.parametrize(("language", "dark"), [("zh", False), ("en", True)])
def test_axe_finds_no_barrier(browser: Browser, server: Server, language: str, dark: bool) -> None:
    page = Page(browser, server, language, dark=dark)
    assert barriers(page.tab) == [], "welcome"
    page.tab.locator("#filters > button").click()
    page.ask(ZH_QUESTION)
    page.ask(UNANSWERABLE)
    page.tab.locator("#earlier .chip").first.click()
    expect(page.tab.locator("#viewer-title")).to_be_focused()
    assert barriers(page.tab) == [], "answer, refusal and viewer"
    for other in page.tab.get_by_role("tab").all()[1:]:
        other.click()
        page.tab.wait_for_timeout(300)
        assert barriers(page.tab) == [], other.inner_text()
