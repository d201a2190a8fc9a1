"""Debian's Chromium (or Chrome), driven by Playwright, which brings no browser of its own here, and what axe finds on a page.

Where there is no Chromium, to import this module skips the tests of the module that does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from axe_playwright_python import sync_playwright as axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
if not CHROMIUM:
    pytest.skip("no chromium or google-chrome: install one (apt-get install chromium) to test the page in a browser", allow_module_level=True)

SLOW = 180_000
"""How long anything may take, ms: machines may be busy, and a library that is asked first is filled first."""
expect.set_options(timeout=SLOW)
_LOCALES = {"en": "en-GB", "zh": "zh-CN"}
_CHOOSE = """name => {
    const found = [...document.querySelectorAll("[role=tab], .overflow-dropdown button")].find((tab) => tab.textContent.trim() === name);
    if (found?.classList.contains("selected")) return true;
    found?.click();
    return false;
}"""
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser; its contexts are the tests' own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def new_page(browser: Browser, language: str = "en", width: int = 1280, dark: bool = False, permissions: Sequence[str] = ()) -> Page:
    """Return a page of a context of its own, in a browser that speaks ``language``."""
    context = browser.new_context(
        locale=_LOCALES[language],
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
        permissions=permissions,
    )
    context.set_default_timeout(SLOW)
    return context.new_page()


def barriers(page: Page, within: str | None = None) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA on a page, or within what a selector names."""
    found = axe.Axe().run(page, context=within, options={"runOnly": list(_RULES)}).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


def choose(page: Page, tab: str) -> None:
    """Choose a tab by its name, in the row or in the menu of those that find no room there.

    Gradio lays the row out more than once, so that a tab can leave it between a look and a click: look and click are one step, taken until it is chosen.
    """
    page.wait_for_function(_CHOOSE, arg=tab)
