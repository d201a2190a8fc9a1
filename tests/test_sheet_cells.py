"""Cells of a workbook: those with values, however far apart, and those that are seen."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table, TableStyleInfo

from assistant.reading.canonical import Reading
from assistant.reading.table_reader import read_xlsx

WHITE = Font(color="FFFFFFFF")
SEEN = "## Sheet\n\n| 项目 | 比例 |\n| --- | --- |\n| 抵免 | 30% |"


def workbook() -> Any:
    book = openpyxl.Workbook()
    for row in (["项目", "比例"], ["抵免", "30%"]):
        book.active.append(row)
    return book


def xlsx(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(book: Any) -> Reading:
    return read_xlsx(xlsx(book), "a.xlsx")


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """``data`` with a change in the XML of its first sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(old, new) if name.endswith("sheet1.xml") else part)
    return stream.getvalue()


@pytest.mark.parametrize("far", ["XFD1048576", "AA1048576", "XFD1"])
def test_a_style_far_away_is_nothing(far: str) -> None:
    book = workbook()
    book.active[far].font = Font(bold=True)
    assert (read(book).text, read(book).warnings) == (SEEN, ())


@pytest.mark.parametrize("far", ["XFD1048576", "AA1048576"])
def test_a_value_far_away_is_a_line(far: str) -> None:
    book = workbook()
    book.active[far] = "注"
    assert read(book).text == SEEN + "\n\n注"


def test_a_value_far_to_the_right_stands_beside_the_others() -> None:
    book = workbook()
    book.active["XFD1"] = "注"
    assert read(book).text == "## Sheet\n\n| 项目 | 比例 | 注 |\n| --- | --- | --- |\n| 抵免 | 30% |  |"


def test_a_merged_column_is_filled_where_rows_have_values() -> None:
    book = workbook()
    book.active["C2"] = "注"
    data = replaced(xlsx(book), b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:A1048576"/></mergeCells>')
    assert read_xlsx(data, "a.xlsx").text == "## Sheet\n\n| 项目 | 比例 |  |\n| --- | --- | --- |\n| 项目 | 30% | 注 |"
    data = replaced(xlsx(workbook()), b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:B1048576"/></mergeCells>')
    assert read_xlsx(data, "a.xlsx").text == "## Sheet\n\n项目"


def test_rows_that_are_merged_as_a_whole_do_not_part_a_table() -> None:
    book = openpyxl.Workbook()
    for row in (["项目", "比例"], ["甲", "1"], [], ["乙", "2"], [], ["丙", "3"]):
        book.active.append(row)
    for ref in ("A2:A3", "B2:B3"):
        book.active.merge_cells(ref)
    assert read(book).text == "## Sheet\n\n| 项目 | 比例 |\n| --- | --- |\n| 甲 | 1 |\n| 乙 | 2 |\n| 丙 | 3 |\n| --- | --- |"


def _row(sheet: Any) -> None:
    sheet.insert_rows(2)
    sheet["A2"] = "秘密"
    sheet.row_dimensions[2].hidden = True


def _columns(sheet: Any) -> None:
    sheet.insert_cols(2)
    sheet["B2"] = "秘密"
    sheet.column_dimensions["B"].hidden = True


def _white(sheet: Any) -> None:
    sheet["D1"] = "秘密"
    sheet["D1"].font = WHITE


def _white_on_white(sheet: Any) -> None:
    _white(sheet)
    sheet["D1"].fill = PatternFill("solid", fgColor="FFFFFFFF")


def _format(sheet: Any) -> None:
    sheet["D1"] = "秘密"
    sheet["D1"].number_format = ";;;"


def _tiny(sheet: Any) -> None:
    sheet["D1"] = "秘密"
    sheet["D1"].font = Font(sz=1)


@pytest.mark.parametrize("hide", [_row, _columns, _white, _white_on_white, _format, _tiny])
def test_what_nobody_sees_is_left_out_and_said(hide: Callable[[Any], None]) -> None:
    book = workbook()
    hide(book.active)
    assert (read(book).text, read(book).warnings) == (SEEN, ("sheet Sheet holds hidden text, which was left out: '秘密'",))


@pytest.mark.parametrize("how", [b'ht="0" customHeight="1"', b'hidden="true"'])
def test_a_row_without_height_is_hidden(how: bytes) -> None:
    book = workbook()
    book.active["A3"] = "秘密"
    reading = read_xlsx(replaced(xlsx(book), b'<row r="3"', b'<row r="3" ' + how), "a.xlsx")
    assert (reading.text, reading.warnings) == (SEEN, ("sheet Sheet holds hidden text, which was left out: '秘密'",))


def test_white_on_a_fill_and_formats_that_hide_a_zero_only_stay() -> None:
    book = workbook()
    for cell in book.active[1]:
        cell.font, cell.fill = WHITE, PatternFill("solid", fgColor="FF1F4E79")
    book.active["B2"].number_format = "0;-0;;@"
    book.active.row_dimensions[2].height = 30
    book.active.column_dimensions["B"].width = 3
    assert (read(book).text, read(book).warnings) == (SEEN, ())


@pytest.mark.parametrize("by", ["table", "condition"])
def test_white_where_a_table_or_a_condition_may_colour_the_ground_is_taken_in_and_told(by: str) -> None:
    book = workbook()
    for cell in book.active[1]:
        cell.font = WHITE
    if by == "table":
        table = Table(displayName="T", ref="A1:B2")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
        book.active.add_table(table)
    else:
        book.active.conditional_formatting.add("A1:B9", CellIsRule(operator="greaterThan", formula=["1"], fill=PatternFill(bgColor="FF0000")))
    assert (read(book).text, read(book).warnings) == (SEEN, ("sheet Sheet holds text that may be out of sight, which was taken in: '项目 比例'",))
