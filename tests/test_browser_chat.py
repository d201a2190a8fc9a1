"""An answer that a slow chat model writes, in a real browser: sentence by sentence, stopped in the midst, with what was withheld."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.page.ask_words import EN, ZH, AskWords
from tests.chat_server import chat_server
from tests.chromium import barriers, new_page
from tests.page_server import EN_QUESTION, EN_WORDS, ZH_QUESTION, ZH_WORDS, serving

KEY = "sk-canary-of-the-page"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chat_server() as model:
        variables = {"ASSISTANT_CHAT_MODEL": "openai:wavers", "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": KEY}
        with serving(tmp_path_factory.mktemp("chat-page"), variables=variables) as address:
            yield address


def begin(browser: Browser, address: str, words: AskWords, question: str) -> Page:
    """Return the page once the first sentence of an answer stands there, and the second is being written."""
    page = new_page(browser, "en" if words is EN else "zh")
    page.goto(address)
    expect(page.locator("#ask")).to_have_text(words.ask)
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(page.locator("#result .statements > *")).to_have_count(1)
    return page


def test_a_sentence_is_read_while_the_next_is_written_and_what_does_not_hold_is_counted(browser: Browser, address: str) -> None:
    page = begin(browser, address, EN, EN_QUESTION)
    assert EN_WORDS in page.locator("#result .statements").inner_text()
    assert page.locator("#result .footer").count() == 0
    assert page.locator("#stop").is_visible()
    expect(page.locator("#result .footer")).to_be_visible()
    expect(page.locator("#result .withheld summary")).to_have_text(EN.withheld.format(count=1))
    expect(page.locator("#result .withheld q")).to_be_hidden()
    page.locator("#result .withheld summary").click()
    expect(page.locator("#result .withheld q")).to_contain_text("47%")
    assert page.locator("#result .statements > *").count() == 1
    assert "47%" not in page.locator("#result .statements").inner_text()
    assert barriers(page) == []
    assert KEY not in page.content()


def test_what_was_said_stays_when_an_answer_is_stopped_and_the_next_question_is_taken(browser: Browser, address: str) -> None:
    page = begin(browser, address, ZH, ZH_QUESTION)
    with page.expect_request("**/reset"):  # the last that Gradio says of an event that is cancelled; until then it takes no other of its kind
        page.locator("#stop").click()
    expect(page.locator("#result")).to_contain_text(ZH.stopped)
    expect(page.locator("#ask")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()
    assert ZH_WORDS in page.locator("#result").inner_text()
    page.fill("#question textarea", EN_QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#result .asked")).to_have_text(EN_QUESTION)
    expect(page.locator("#result .footer")).to_be_visible()
    assert ZH.stopped in page.locator("#earlier").inner_text()
