"""The library as HTML: nothing from outside reaches the page unescaped, and what could not be read is said in the reader's language."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.curation import FileReport
from assistant.documents import Audience, Metadata, Passage, PassageKind, Source, Span, Status
from assistant.errors import MetadataError
from assistant.library.registry import Coverage, SourceRow
from assistant.page.library_view import MOST_PASSAGES, FileState, render_files, render_list, render_removed, render_source
from assistant.page.library_words import told
from assistant.page.metadata_form import FIELDS, form_values, given_only, read_form

EVIL = "<script>taken()</script>\"'"
META = Metadata(id="x", title_en=EVIL, language="en", issuing_body=EVIL, document_number=EVIL, issued=dt.date(2022, 5, 1), audience=Audience.STAFF, note=EVIL)
ROW = SourceRow(META, 1, 1234, "2026-05-01T00:00:00+00:00", 1, "", "", ())


def passage(n: int, text: str) -> Passage:
    return Passage(str(n), "x", Span(0, len(text)), text, EVIL, EVIL, PassageKind.ARTICLE, 2, 3, (), asked=(EVIL, EVIL))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_from_outside_is_html(language: str) -> None:
    source = Source(META, EVIL, (), "", "", (f"hidden text was left out: {EVIL}", EVIL))
    report = FileReport(Path("x"), "added", EVIL, EVIL, 1, (EVIL,))
    failed = FileReport(Path("x"), "failed", error=EVIL, fault="EmptyFile")
    html = (
        render_list([ROW], {"x": Coverage(3, (2,))}, 1, "x", language)
        + render_source(ROW, source, Coverage(3, (2,)), [passage(1, EVIL)], "", language)
        + render_files([FileState(EVIL, "added", report), FileState(EVIL, "failed", failed)], language)
        + render_removed(EVIL, {"sources": 0, EVIL: 1}, language)
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 14


def test_a_list_says_how_far_each_document_was_read() -> None:
    html = render_list([ROW], {"x": Coverage(3, (2,))}, 7, "x", "en")
    assert "1 of 7 documents" in html
    assert 'data-source="x" aria-current="true"' in html
    assert '3 pages (<b class="blank">1 without text</b>) · 1 passage · 1,234 characters · English · taken in 2026-05-01' in html
    assert "staff only" in html
    assert "还没有文件" in render_list([], {}, 0, "", "zh")
    assert "没有符合条件" in render_list([], {"x": Coverage(1, ())}, 0, "", "zh")


def test_passages_are_found_and_no_more_are_shown_than_can_be_read() -> None:
    source, passages = Source(META, "", (), "", ""), [passage(n, f"number {n} ends") for n in range(MOST_PASSAGES + 20)]
    everything = render_source(ROW, source, Coverage(0, ()), passages, "", "en")
    assert everything.count('<li class="passage">') == MOST_PASSAGES
    assert "100 of 120 passages shown" in everything
    assert "All of it was read." in everything
    assert render_source(ROW, source, Coverage(0, ()), passages, "Number 119", "en").count('<li class="passage">') == 1
    assert "没有含这些词的段落" in render_source(ROW, source, Coverage(0, ()), passages, "nothing", "zh")


def test_librarians_see_in_which_words_a_passage_is_asked_for() -> None:
    source, plain = Source(META, "", (), "", ""), replace(passage(1, "Five yuan."), asked=())
    asked = replace(plain, asked=("who pays", "how much"))
    shown = [render_source(ROW, source, Coverage(0, ()), [p], "", language) for p, language in ((asked, "en"), (asked, "zh"), (plain, "en"))]
    assert "Also found by: who pays; how much</p>" in shown[0]
    assert "下列问法也能找到本段：who pays；how much</p>" in shown[1]
    assert "Also found by" not in shown[2]


def test_files_have_a_bar_until_they_are_read() -> None:
    html = render_files([FileState("a", "reading"), FileState("b", "waiting")], "zh")
    assert html.count("<progress") == 2
    assert 'class="count"' not in html
    done = render_files([FileState("a", "failed", FileReport(Path("a"), "failed", error="a: no.", fault="NoTextLayer"))], "zh")
    assert "<progress" not in done
    assert "共 1 个文件：收入 0，未变 0，未收入 1" in done
    assert "可能是扫描件" in done


@pytest.mark.parametrize(
    ("warning", "zh"),
    [
        ("page 3 has no text", "第 3 页没有文字"),
        ("pages 1-4, 7 have no text", "第 1-4、7 页没有文字"),
        ("page 2 read by OCR, certain to 91% or more: check", "第 2 页由文字识别（OCR）读取，可信度不低于 91%：请对照原件核对数字"),
        ("page 5 repeats page 2 and was left out", "第 5 页与第 2 页重复，未收入"),
        ("slide 3, 4: has speaker notes, which were left out", "第 3、4 张幻灯片的备注未收入"),
        ("slide 3: hidden and left out", "第 3 张幻灯片为隐藏，未收入"),
        ("slide 3 holds hidden text, which was left out: 'speaker notes'", "第 3 张幻灯片含有看不见的文字，未收入：'speaker notes'"),
        ("sheet 表 1 holds hidden text, which was left out: 'a'", "工作表 表 1 含有看不见的文字，未收入：'a'"),
        ("text that may be out of sight was taken in: 'a'", "可能看不见的文字已收入，请核对：'a'"),
        ("slide 3 holds text that may be out of sight, which was taken in: 'a'", "第 3 张幻灯片中可能看不见的文字已收入，请核对：'a'"),
        ("read as Big5, which the file itself does not say: look whether its characters are right", "文件没有注明编码，按 Big5 读取：请核对文字是否正确"),
        (
            "2 marks that turn the direction of writing were taken out: check that the words are the ones the file shows",
            "已去除 2 个改变书写方向的符号：请核对文字是否与文件所示一致",
        ),
        ("sheet 表 1 holds text that may be out of sight, which was taken in: 'a'", "工作表 表 1 中可能看不见的文字已收入，请核对：'a'"),
        ("something new", "something new"),
    ],
)
def test_warnings_are_told_in_chinese(warning: str, zh: str) -> None:
    assert told(warning, "zh") == zh
    assert told(warning, "en") == warning


# -- the form ---------------------------------------------------------------------------------------------------------


def test_the_form_says_what_the_metadata_say() -> None:
    metadata = Metadata(id="x", work="w", title_zh="办法", language="zh", status=Status.TRIAL, issued=dt.date(2022, 5, 1), aliases=("甲", "乙"))
    read = read_form(form_values(metadata), "en")
    assert (read["title_zh"], read["status"], read["issued"], read["aliases"]) == ("办法", "trial", "2022-05-01", ["甲", "乙"])
    assert set(read) == {field.name for field in FIELDS}
    assert given_only(read_form([""] * len(FIELDS), "en")) == {}


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("issued", "2022-02-30", "“公布日期”不能填 '2022-02-30'。请写完整日期"),
        ("url", "javascript:alert(1)", "“原文网址”不能填 'javascript:alert(1)'。请填以 http"),
        ("jurisdiction", "Chongqing", "“适用地区”不能填 'Chongqing'。请从列表选择"),
        ("supersedes", "a b", "“所替代文件的编号”不能填 'a b'。编号只能含"),
        ("status", "gone", "“时效性”不能填 'gone'。请从列表选择"),
    ],
)
def test_a_wrong_entry_is_named_as_the_form_names_it(name: str, value: str, zh: str) -> None:
    said = [value if field.name == name else "" for field in FIELDS]
    with pytest.raises(MetadataError) as error:
        read_form(said, "zh")
    assert str(error.value).startswith(zh)
