"""Take the pictures of ``docs/screenshots``: every state of the tab of questions, over a few texts that ship and a page in print.

``make screenshots``, or ``python -m tests.screenshots``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.page_server import PDF_QUESTION, ROOT, serving, write_rules

CHROMIUM = "/usr/bin/chromium"
OUT = ROOT / "docs" / "screenshots"
TEXTS = ("moe-2021-4", "mof-2019-46", "mof-sta-2018-51", "education-surcharge", "chongqing-new-double-high-tang")
"""Works of the corpus, in both languages."""
DEPOSIT = "职业学校可以向学生收取实习押金吗？"
OFFSET = "What percentage of its investment can a certified industry-education integration enterprise offset?"
UNANSWERABLE = "2031年火星基地的实习补贴是多少？"
_SLOW = 120_000


def write_texts(folder: Path) -> Path:
    """Return ``folder`` filled with the texts of the pictures."""
    for kind in ("policies", "cases"):
        (folder / kind).mkdir(parents=True)
        for file in sorted((ROOT / "corpus" / kind).glob("*.md")):
            if file.name.split(".")[0] in TEXTS:
                shutil.copy(file, folder / kind)
    shutil.copy(ROOT / "corpus" / "glossary.yaml", folder)
    write_rules(folder / "policies")
    return folder


def _open(browser: Browser, address: str, language: str, width: int = 1280, dark: bool = False) -> Page:
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    page = browser.new_context(locale=locale, viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light").new_page()
    page.goto(address, timeout=_SLOW)
    page.get_by_text({"zh": "提一个问题", "en": "Ask a question"}[language]).wait_for(timeout=_SLOW)
    page.wait_for_timeout(500)
    return page


def _ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.locator("#result .asked", has_text=question).wait_for(timeout=_SLOW)
    page.locator("#result .footer").wait_for(timeout=_SLOW)
    page.locator("#export-word").wait_for(timeout=_SLOW)
    page.wait_for_timeout(500)


def _filters(page: Page) -> None:
    page.locator("#filters > button").click()
    page.locator("#as-of textarea, #as-of input").first.fill("2024-05-01")
    page.locator("#kind input").nth(1).check()
    page.locator("button.filter").nth(1).wait_for()


def _wrong(page: Page) -> None:
    _ask(page, DEPOSIT)
    page.locator("[data-act='wrong']").first.click()
    page.locator(".noted").first.wait_for()


def _phone_source(page: Page) -> None:
    _ask(page, DEPOSIT)
    page.locator(".statements .chip").first.click()
    page.locator("#viewer-title").wait_for()
    page.wait_for_timeout(500)


def _asking(*questions: str) -> Callable[[Page], None]:
    def ask(page: Page) -> None:
        for question in questions:
            _ask(page, question)

    return ask


STATES: dict[str, tuple[str, int, bool, Callable[[Page], None]]] = {
    "welcome-zh": ("zh", 1280, False, lambda page: None),
    "welcome-en": ("en", 1280, False, lambda page: None),
    "answer-zh": ("zh", 1280, False, _asking(DEPOSIT)),
    "answer-en": ("en", 1280, False, _asking(OFFSET)),
    "answer-dark": ("zh", 1280, True, _asking(DEPOSIT)),
    "refusal-zh": ("zh", 1280, False, _asking(UNANSWERABLE)),
    "pdf-en": ("en", 1280, False, _asking(PDF_QUESTION)),
    "filters-en": ("en", 1280, False, _filters),
    "feedback-zh": ("zh", 1280, False, _wrong),
    "phone-zh": ("zh", 390, False, _asking(DEPOSIT)),
    "phone-source-zh": ("zh", 390, False, _phone_source),
}
"""Language, width, whether it is dark, and what is done before the picture is taken."""


def main(names: list[str]) -> None:
    """Take the pictures of ``names``, or all."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), write_texts) as address, sync_playwright() as driver:
        while httpx.get(f"{address}/api/v1/health", timeout=60).json()["status"] == "filling":
            time.sleep(1)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names or STATES:
            language, width, dark, do = STATES[name]
            page = _open(browser, address, language, width, dark)
            do(page)
            page.screenshot(path=OUT / f"{name}.png", full_page=not name.startswith("phone-source"))
            page.context.close()
            print(name, flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
