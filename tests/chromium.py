"""Debian's Chromium, driven by Playwright, which brings no browser of its own here, and what axe finds on a page.

Where there is no Chromium, to import this module skips the tests of the module that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python import sync_playwright as axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists():
    pytest.skip("no /usr/bin/chromium: install it (apt-get install chromium) to test the page in a browser", allow_module_level=True)

expect.set_options(timeout=60_000)  # machines may be busy
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser; its contexts are the tests' own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def barriers(page: Page, within: str | None = None) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA on a page, or within what a selector names."""
    found = axe.Axe().run(page, context=within, options={"runOnly": list(_RULES)}).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]
