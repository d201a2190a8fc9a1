"""Take the pictures of ``docs/screenshots``: the states of every tab, over a few texts that ship and a page in print.

``make screenshots``, or ``python -m tests.screenshots [NAME …]``. Beside the name of each stands how soon the browser painted the page.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

from tests.chromium import choose, launched, new_page
from tests.page_server import PDF_QUESTION, ROOT, serving, write_rules

OUT = ROOT / "docs" / "screenshots"
TEXTS = (
    "moe-2021-4",
    "mof-2019-46",
    "mof-sta-2018-51",
    "education-surcharge",
    "eit-regs",
    "vel-2022",
    "chongqing-new-double-high-tang",
    "chongqing-integration-hrmars-li",
    "chongqing-consortia-li",
)
"""Works of the corpus, in both languages."""
DEPOSIT = "职业学校可以向学生收取实习押金吗？"
OFFSET = "What percentage of its investment can a certified industry-education integration enterprise offset?"
DEDUCTION = "What share of employee education expenses may an enterprise deduct?"
UNANSWERABLE = "2031年火星基地的实习补贴是多少？"


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
    page = new_page(browser, language, width, dark)
    page.goto(address)
    page.get_by_text({"zh": "提一个问题", "en": "Ask a question"}[language]).wait_for()
    page.wait_for_timeout(500)
    return page


def _ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.locator("#result .asked", has_text=question).wait_for()
    page.locator("#result .footer").wait_for()
    page.locator("#export-word").wait_for()
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


def _bad_day(page: Page) -> None:
    page.locator("#filters > button").click()
    page.locator("#as-of textarea, #as-of input").first.fill("2024-13-01")
    page.fill("#question textarea", DEPOSIT)
    page.press("#question textarea", "Enter")
    page.locator("#result [role=alert]").wait_for()


def _worksheet(page: Page) -> None:
    choose(page, "权益测算")
    for field, value in {"eligible_investment": "5,000,000", "education_surcharge_due": "60万", "local_surcharge_due": "400000"}.items():
        page.locator(f"#field-{field} input, #field-{field} textarea").first.fill(value)
    page.locator("#field-nurturing_scope input[value='yes']").check()
    page.locator("#benefits-compute").click()
    page.locator("#worksheet").wait_for()


def _document(page: Page) -> None:
    choose(page, "资料库")
    page.locator(".documents button", has_text="实习").first.click()
    page.locator("#document-title").wait_for()
    page.wait_for_timeout(500)


def _taking_in(page: Page) -> None:
    choose(page, "Library")
    page.locator("#library-upload > button").click()
    with tempfile.TemporaryDirectory() as folder:
        rules = b"# Rules on Apprentices\n\nArticle 1. Each apprentice has a mentor.\n"
        files = {"Apprentices.md": rules, "torn.pdf": b"%PDF-1.7 and no more", "setup.exe": b"MZ"}
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        page.set_input_files("#library-files input[type=file]", [str(Path(folder) / name) for name in files])
        page.locator("#library-files .file-preview tr").nth(2).wait_for()
        page.locator("#library-take").click()
        page.locator("#library-report .count").wait_for()


def _weeks(page: Page) -> None:
    for question in (DEPOSIT, UNANSWERABLE):
        _ask(page, question)
    choose(page, "质量")
    page.locator("#quality-plots svg, #quality-plots img").first.wait_for()
    page.wait_for_timeout(500)


def _tool(tab: str, tool: str) -> Callable[[Page], None]:
    def run(page: Page) -> None:
        choose(page, tab)
        page.locator(f"#tools-tool input[value='{tool}']").check()
        page.locator(f"#tools-{tool}").first.wait_for()
        page.locator("#tools-sample").click()
        page.wait_for_timeout(2_000)  # the sample stands in fields of several kinds
        page.locator("#tools-run").click()
        page.locator("#tools-report article.report").wait_for()

    return run


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
    "conflict-en": ("en", 1280, False, _asking(DEDUCTION)),
    "error-zh": ("zh", 1280, False, _bad_day),
    "benefits-zh": ("zh", 1280, False, _worksheet),
    "tools-agreement-zh": ("zh", 1280, False, _tool("工具", "agreement")),
    "tools-index-en": ("en", 1280, False, _tool("Tools", "index")),
    "library-zh": ("zh", 1280, False, _document),
    "library-en": ("en", 1280, False, _taking_in),
    "quality-zh": ("zh", 1280, False, _weeks),
    "phone-zh": ("zh", 390, False, _asking(DEPOSIT)),
    "phone-source-zh": ("zh", 390, False, _phone_source),
}
"""Language, width, whether it is dark, and what is done before the picture is taken."""


def main(names: list[str]) -> None:
    """Take the pictures of ``names``, or all."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), write_texts) as address, launched() as browser:
        while httpx.get(f"{address}/api/v1/health", timeout=60).json()["status"] == "filling":
            time.sleep(1)
        for name in names or STATES:
            language, width, dark, do = STATES[name]
            page = _open(browser, address, language, width, dark)
            painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            do(page)
            page.screenshot(path=OUT / f"{name}.png", full_page=not name.startswith("phone-source"))
            page.context.close()
            print(f"{name}: painted after {painted:.0f} ms", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
