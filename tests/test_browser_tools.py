"""The tab of the tools in a real browser, in both languages: samples run, reports are shown and downloaded, and what is wrong is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pytest
from playwright.sync_api import Browser, expect

from assistant.page.tools_form import FIELDS, TAB, TOOLS
from tests.catalogue import CORPUS
from tests.chromium import barriers, choose, new_page
from tests.page_server import serving

TITLES = {
    "agreement": ("协议审查", "Agreement check"),
    "index": ("产教融合质量指数", "Quality index of industry-education integration"),
    "monitor": ("产教融合动态监测季度报告", "Monitoring of industry-education integration: quarterly report"),
    "map": ("专业群与产业链对照", "Professional groups and industry chains"),
    "majors": ("专业预警与退出", "Early warning and exit of majors"),
    "costs": ("成本分担测算", "Cost-sharing calculator"),
}
SEEN = {
    "agreement": ("与要求相抵触 6", "contradicting 6"),
    "index": ("指标加权得分 74.49", "Index of indicators 74.49"),
    "monitor": ("企业数据占比 40%", "Share of enterprise data 40%"),
    "map": ("数字内容专业群", "Digital Content Professional Group"),
    "majors": ("停止招生 1", "Suspend enrolment 1"),
    "costs": ("学生实训损坏零部件的金额 12,000", "Value of a part that a student damaged in training 12,000"),
}
"""What the sample of each tool comes to."""


SETTLED = "Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 10000).map(a => a.finished.catch(() => 0)))"
"""Waits until nothing fades in any more: a report that is half drawn has half its contrast."""


def write_few(folder: Path) -> Path:
    """Return ``folder`` filled with one of the texts that the rules rest on, and with the provisions that costs are shared by."""
    (folder / "policies").mkdir(parents=True)
    shutil.copy(CORPUS / "policies" / "vel-2022.zh.md", folder / "policies")
    shutil.copytree(CORPUS / "provisions", folder / "provisions")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("tools"), write_few) as address:
        yield address


@pytest.fixture(autouse=True)
def closed(browser: Browser) -> Iterator[None]:
    """Close what a test opened: each open page keeps a stream from the server."""
    yield
    for context in browser.contexts:
        context.close()


class Tools:
    """The tab, opened in a language."""

    def __init__(self, browser: Browser, server: str, language: str, width: int = 1280, dark: bool = False) -> None:
        self.language = language
        self.page = new_page(browser, language, width, dark)
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(server)
        choose(self.page, TAB.in_(language))
        expect(self.page.locator("#tools-run")).to_be_visible()

    def choose(self, tool: str) -> None:
        self.page.locator(f"#tools-tool input[value='{tool}']").check()
        expect(self.page.locator(f"#tools-{tool}").first).to_be_visible()  # Gradio gives the id to a group and to its frame
        expect(self.page.locator("#tools-about")).to_have_text(TOOLS[tool][1].in_(self.language))

    def try_sample(self, tool: str) -> None:
        """Fill in the sample and run it once it is there."""
        self.choose(tool)
        self.page.locator("#tools-sample").click()
        first = next(f for f in FIELDS[tool] if f.entry == "file") if tool in ("agreement", "monitor", "majors", "map") else FIELDS[tool][0]
        field = self.page.locator(f"#tools-field-{first.key}")
        if first.entry == "file":
            expect(field.locator(".file-preview tr")).to_have_count(1)
        else:
            expect(field.locator("input, textarea").first).not_to_have_value("")
        self.run()

    def run(self) -> None:
        self.page.locator("#tools-run").click()

    def report(self) -> str:
        """Wait for a report and return its words."""
        expect(self.page.locator("#tools-report article.report")).to_be_visible()
        return self.page.locator("#tools-report").inner_text()

    def give(self, field: str, path: Path) -> None:
        self.page.set_input_files(f"#tools-field-{field} input[type=file]", str(path))
        expect(self.page.locator(f"#tools-field-{field} .file-preview tr")).to_have_count(1)

    def download(self, kind: str, into: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.locator(f"#tools-{kind}").click()
        path = into / download.value.suggested_filename
        download.value.save_as(path)
        return path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sample_of_each_tool_becomes_a_report_that_can_be_taken_away(browser: Browser, server: str, language: str, tmp_path: Path) -> None:
    tools = Tools(browser, server, language)
    for tool in TOOLS:
        tools.try_sample(tool)
        expect(tools.page.locator("#tools-report article.report h2")).to_contain_text(TITLES[tool][language == "en"])
        assert SEEN[tool][language == "en"] in tools.report()
        word = tools.download("docx", tmp_path)
        assert word.suffix == ".docx"
        assert docx.Document(str(word)).paragraphs
    page = tools.download("html", tmp_path).read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert tools.errors == []
    assert tools.hosts == {urlsplit(server).netloc}


def test_each_bad_cell_is_told_in_a_line_of_its_own(browser: Browser, server: str, tmp_path: Path) -> None:
    table = tmp_path / "monthly.csv"
    table.write_text("月份,指标,数值\n2025-01,参与课程开发的企业占比,很多\n2025-13,参与课程开发的企业占比,3\n", encoding="utf-8")
    tools = Tools(browser, server, "zh")
    tools.choose("monitor")
    tools.give("table", table)
    tools.run()
    error = tools.page.locator("#tools-report .state.error")
    expect(error).to_contain_text("monthly.csv: row 2")
    expect(error).to_contain_text("monthly.csv: row 3")
    expect(tools.page.locator("#tools-docx")).to_be_hidden()


def test_nothing_given_is_asked_for_in_the_language_of_the_page(browser: Browser, server: str) -> None:
    tools = Tools(browser, server, "en")
    tools.run()
    error = tools.page.locator("#tools-report .state.error")
    expect(error).to_contain_text("No file is chosen. Upload one, or try the sample.")
    tools.choose("costs")
    tools.run()
    expect(error).to_contain_text("No figure is given. Fill in at least one, or try the sample.")


def test_a_report_changes_its_language_with_the_page(browser: Browser, server: str) -> None:
    tools = Tools(browser, server, "en")
    tools.try_sample("costs")
    tools.report()
    tools.page.get_by_text("中文", exact=True).click()
    expect(tools.page.locator("#tools-report article.report h2")).to_contain_text("成本分担测算")
    expect(tools.page.locator("#tools-run")).to_have_text("运行")
    assert tools.page.locator("#tools-field-damaged_part").locator("input, textarea").first.input_value() == "12000"


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_barrier_in_any_tool(browser: Browser, server: str, dark: bool) -> None:
    tools = Tools(browser, server, "zh", dark=dark)
    for tool in TOOLS:
        tools.try_sample(tool)
        expect(tools.page.locator("#tools-report article.report h2")).to_contain_text(TITLES[tool][0])
        tools.page.evaluate(SETTLED)
        assert barriers(tools.page) == []


def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, server: str) -> None:
    tools = Tools(browser, server, "zh", width=390)
    for tool in ("agreement", "monitor", "majors"):
        tools.try_sample(tool)
        expect(tools.page.locator("#tools-report article.report h2")).to_contain_text(TITLES[tool][0])
        assert tools.page.evaluate("document.documentElement.scrollWidth") <= 390
