"""The benefits tab in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.catalogue import write_benefits_corpus
from tests.chromium import choose, new_page
from tests.page_server import EVIL, serving

NUMBERS = {"eligible_investment": "5,000,000", "education_surcharge_due": "60万", "local_surcharge_due": "400000", "damaged_part": "8000"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("benefits"), write_benefits_corpus) as address:
        yield address


class Form:
    """The tab, opened in a language."""

    def __init__(self, browser: Browser, server: str, language: str = "en", width: int = 1280) -> None:
        self.tab = new_page(browser, language, width)
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.tab.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.goto(server)
        choose(self.tab, {"en": "Benefits", "zh": "权益测算"}[language])
        expect(self.tab.locator("#benefits-compute")).to_be_visible()

    def fill(self, name: str = "") -> None:
        self.tab.locator("#section-papers > button").click()
        for field, value in NUMBERS.items():
            self.input(field).fill(value)
        self.input("name").fill(name)
        self.choose("nurturing_scope", "yes")

    def input(self, field: str) -> Any:
        return self.tab.locator(f"#field-{field} input, #field-{field} textarea").first

    def choose(self, field: str, value: str) -> None:
        self.tab.locator(f"#field-{field} input[value='{value}']").check()

    def compute(self) -> None:
        self.tab.locator("#benefits-compute").click()
        expect(self.tab.locator("#worksheet")).to_be_visible()

    def row(self, provision: str) -> Any:
        return self.tab.locator(f"[data-provision='{provision}']")


def test_the_form_becomes_a_worksheet_with_both_downloads(browser: Browser, server: str, tmp_path: Path) -> None:
    form = Form(browser, server)
    form.fill(EVIL)
    form.compute()
    expect(form.row("surcharge-offset").locator(".role-now .value")).to_have_text("1,000,000 yuan")
    expect(form.row("surcharge-offset").locator(".role-carried .value")).to_have_text("500,000 yuan")
    expect(form.tab.locator(".part-proposals [data-provision='risk-compensation-fund']")).to_contain_text("6,400 yuan")
    for name in ("csv", "docx"):
        with form.tab.expect_download() as download:
            form.tab.locator(f"#benefits-{name}").click()
        saved = tmp_path / f"sheet.{name}"
        download.value.save_as(saved)
        assert download.value.suggested_filename.endswith(f".{name}")
        assert saved.stat().st_size > 1000
    assert form.tab.evaluate("window.taken") is None
    assert form.errors == []
    assert form.hosts == {urlsplit(server).netloc}


def test_unknown_is_a_choice_that_is_asked_about(browser: Browser, server: str) -> None:
    form = Form(browser, server)
    form.fill()
    form.choose("nurturing_scope", "unknown")
    form.compute()
    expect(form.tab.locator(".part-open [data-provision='surcharge-offset']")).to_have_count(1)
    expect(form.tab.locator("[data-field='nurturing_scope']")).to_have_count(1)


def test_the_worksheet_changes_its_language_with_the_page(browser: Browser, server: str) -> None:
    form = Form(browser, server)
    form.fill()
    form.compute()
    form.tab.get_by_text("中文", exact=True).click()
    expect(form.tab.locator("#worksheet > h2")).to_have_text("权益测算表")
    expect(form.tab.locator("#benefits-compute")).to_have_text("测算")
    expect(form.tab.locator("#field-eligible_investment")).to_contain_text("当年符合条件的职业教育投资")
    assert form.input("eligible_investment").input_value() == NUMBERS["eligible_investment"]
    assert form.tab.locator("#field-nurturing_scope input[value='yes']").is_checked()


def test_a_profile_is_saved_and_loaded_again(browser: Browser, server: str) -> None:
    form = Form(browser, server)
    form.fill("Acme")
    form.tab.locator("#benefits-store > button").click()
    form.tab.locator("#benefits-name input, #benefits-name textarea").first.fill("Acme 2026")
    form.tab.locator("#benefits-save").click()
    expect(form.tab.locator("#benefits-profiles input")).to_have_value("Acme 2026")
    form.tab.locator("#benefits-clear").click()
    expect(form.input("eligible_investment")).to_have_value("")
    form.tab.locator("#benefits-load").click()
    expect(form.input("eligible_investment")).to_have_value("5000000")
    expect(form.tab.locator("#field-nurturing_scope input[value='yes']")).to_be_checked()


def test_a_wrong_entry_is_said_in_the_language_of_the_page(browser: Browser, server: str) -> None:
    form = Form(browser, server, "zh")
    form.input("total_wages").fill("很多")
    form.tab.locator("#benefits-compute").click()
    expect(form.tab.locator("#benefits-sheet .state.error")).to_contain_text("“工资薪金总额”不能填 '很多'")


def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, server: str) -> None:
    form = Form(browser, server, "zh", width=390)
    form.fill()
    form.compute()
    assert form.tab.evaluate("document.documentElement.scrollWidth") <= 390
