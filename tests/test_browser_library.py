"""The library and quality tabs in a real browser, for a librarian and a reader, in both languages: files good and bad, metadata, removal, what is hidden."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import journal
from assistant.language.glossary import Dictionary
from assistant.results import Reason
from tests.api_server import PASSWORD, SECRETS, Running, running
from tests.chromium import barriers, choose, new_page

EVIL = "<img src=x onerror='window.taken = 1'>"
REPORT = "<!doctype html><title>Report</title><p>Grounding 0.97</p><script>parent.taken = 1; window.top.taken = 1</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("library"), dictionary, "accounts", rate_limit=100_000) as server:
        home = server.assistant.settings.home
        (home / "reports").mkdir()
        (home / "reports" / "report.html").write_text(REPORT, encoding="utf-8")
        now = dt.datetime.now(dt.UTC).isoformat()
        declined = journal.Entry("1", f"What of 2031? {EVIL}", "en", now, now[:10], "abstention", Reason.EVIDENCE_TOO_WEAK, thumbs="down")
        for entry in (declined, dataclasses.replace(declined, id="2", question="What share?", outcome="answer", reason="", thumbs="up")):
            journal.append(home, entry)
        yield server


def enter(browser: Browser, server: Running, name: str, tab: str, language: str = "en", width: int = 1280) -> Page:
    """Return the page after somebody has signed in and chosen a tab."""
    page = new_page(browser, language, width)
    page.goto(server.url)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    choose(page, tab)
    return page


def open_document(page: Page, title: str) -> None:
    page.locator(".documents button", has_text=title).first.click()
    expect(page.locator("#document-title")).to_have_text(title)
    expect(page.locator("#document-title")).to_be_focused()


def send(page: Page, folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    page.set_input_files("#library-files input[type=file]", [str(folder / name) for name in files])
    expect(page.locator("#library-files .file-preview tr")).to_have_count(len(files))


def test_a_librarian_takes_in_corrects_and_removes(browser: Browser, server: Running, tmp_path: Path) -> None:
    page = enter(browser, server, "librarian", "Library")
    page.locator("#library-upload > button").click()
    send(page, tmp_path, {"办法 (1).md": f"# 实习办法\n\n第一条 学徒每年有十五天假期。{EVIL}\n".encode(), "bad.pdf": b"no pdf", "x.exe": b"MZ"})
    page.locator("#library-take").click()
    expect(page.locator("#library-report .count")).to_have_text("3 files: 1 taken in, 0 unchanged, 2 refused")
    assert page.locator(".file.bad").count() == 2
    assert "Print it to a new PDF" in page.locator(".file.bad").first.inner_text()
    expect(page.locator("#library-files .file-preview")).to_have_count(0)
    assert barriers(page, "#library-report") == []

    open_document(page, "实习办法")
    assert EVIL in page.locator(".passages").inner_text()
    assert page.evaluate("window.taken") is None
    page.fill("#library-find input, #library-find textarea", "nothing of the sort")
    expect(page.locator("#library-document")).to_contain_text("No passage of this document holds these words.")
    page.fill("#library-find input, #library-find textarea", "十五")
    expect(page.locator(".passages .passage")).to_have_count(1)

    page.locator("#library-amend > button").click()
    issued = page.locator("#known-issued input, #known-issued textarea")
    page.wait_for_timeout(1_000)  # what was drawn for the search may still set the form
    issued.fill("soon")
    issued.blur()
    expect(issued).to_have_value("soon")
    page.locator("#library-save").click()
    expect(page.locator("#library-done")).to_contain_text('"Issued" cannot be \'soon\'. Write a full date')
    issued.fill("2024-05-01")
    page.locator("#known-status input").click()
    page.get_by_role("option", name="on trial").click()
    page.locator("#library-save").click()
    expect(page.locator("#library-done")).to_contain_text("Saved, and the index follows it.")
    expect(page.locator("#library-document .where").first).to_contain_text("issued 2024-05-01")
    assert barriers(page, "#library-columns") == []

    page.locator("#library-reindex").click()
    expect(page.locator("#library-done")).to_contain_text("Read and indexed anew")
    page.locator("#library-remove").click()
    page.locator("#library-keep").click()
    expect(page.locator("#library-confirm")).to_have_count(0)
    page.locator("#library-remove").click()
    page.locator("#library-confirm").click()
    expect(page.locator(".proof tbody td").first).to_be_visible()
    assert set(page.locator(".proof tbody td").all_inner_texts()) == {"✓ 0"}
    assert page.locator(".proof tbody tr").count() >= 6
    expect(page.locator(".documents")).not_to_contain_text("实习办法")
    expect(page.locator("#library-manage")).to_have_count(0)
    page.context.close()


def test_what_was_sent_stays_in_no_cache(browser: Browser, server: Running, tmp_path: Path) -> None:
    from assistant.page.ui import uploads_folder

    page = enter(browser, server, "librarian", "资料库", "zh")
    page.locator("#library-upload > button").click()
    send(page, tmp_path, {"canary-of-the-cache.md": "# 测试文件\n\n一段文字。".encode(), "empty.md": b""})
    page.locator("#library-take").click()
    expect(page.locator("#library-report .count")).to_have_text("共 2 个文件：收入 1，未变 0，未收入 1")
    expect(page.locator(".file.bad")).to_contain_text("文件中没有文字")
    assert [path for path in uploads_folder().rglob("canary-of-the-cache.md") if path.is_file()] == []

    open_document(page, "测试文件")
    page.locator("#library-replace > button").click()
    (tmp_path / "new.md").write_text("# 另一个标题\n\n新的文字。", encoding="utf-8")
    page.set_input_files("#library-version input[type=file]", str(tmp_path / "new.md"))
    expect(page.locator("#library-version .file-preview tr")).to_have_count(1)
    page.locator("#library-replace-now").click()
    expect(page.locator("#library-done")).to_contain_text("已替换旧版本")
    expect(page.locator(".passages")).to_contain_text("新的文字")
    expect(page.locator("#document-title")).to_have_text("测试文件")
    page.context.close()


def test_a_reader_sees_no_controls_and_nothing_hidden(browser: Browser, server: Running) -> None:
    page = enter(browser, server, "reader", "Library", width=390)
    open_document(page, "Bonus Regulation")
    expect(page.locator(".documents li")).to_have_count(page.locator(".documents button").count())
    for control in ("upload", "maintenance", "manage", "take", "save", "remove", "reindex", "files"):
        assert page.locator(f"#library-{control}").count() == 0, control
    expect(page.get_by_role("tab", name="Quality")).to_have_count(0)
    text = page.locator("body").inner_text()
    assert [secret for secret in SECRETS if secret in text] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page, "#library-columns") == []
    page.fill("#library-query input, #library-query textarea", "zebra")
    expect(page.locator("#library-list")).to_contain_text("No document matches.")
    page.get_by_text("中文", exact=True).click()
    expect(page.locator("#library-list")).to_contain_text("没有符合条件的文件")
    expect(page.locator("#library-query")).to_contain_text("查找文件")
    page.context.close()


def test_an_event_that_only_librarians_have_is_refused_to_a_reader(server: Running) -> None:
    with server.client("reader") as client, server.client("librarian") as other:
        config = other.get("/config").json()
        names = {"amend", "replace", "reindex", "remove", "check", "rebuild", "take"}
        before = other.get("/api/v1/sources/zebra").json()
        for place, event in enumerate(config["dependencies"]):
            if event["api_name"] in names:
                data = ["en", None if event["api_name"] == "take" else "zebra", *[None] * len(event["inputs"])][: len(event["inputs"])]
                session = f"hostile-{place}"
                joined = client.post("/gradio_api/queue/join", json={"data": data, "fn_index": event["id"], "session_hash": session})
                assert joined.status_code == 200
                names.discard(event["api_name"])
                with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
                    told = next(line for line in stream.iter_lines() if "process_completed" in line)
                assert "Your role may not change the library" in told
                assert [secret for secret in SECRETS if secret in told] == []
        assert other.get("/api/v1/sources/zebra").json() == before
        assert names == set(), "each of these events was tried"


def test_the_last_weeks_and_the_report(browser: Browser, server: Running) -> None:
    page = enter(browser, server, "librarian", "Quality")
    expect(page.locator("#quality-plots .count")).to_have_text("2 questions, 1 declined (50%)")
    assert page.locator(".plot svg rect.first").count() == 24
    assert "What of 2031?" in page.locator(".refusals").inner_text()
    expect(page.frame_locator(".report iframe").locator("p")).to_have_text("Grounding 0.97")
    assert page.evaluate("window.taken") is None
    assert barriers(page, "#quality-tab") == []
    page.get_by_text("last 4 weeks").click()
    expect(page.locator(".plot svg rect.first")).to_have_count(8)
    page.get_by_text("中文", exact=True).click()
    expect(page.locator("#quality-plots .count")).to_have_text("共 2 个问题，未回答 1 个（50%）")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
