"""Workbooks and comma-separated files: each row can stand alone under its header."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import EncryptedFile, UnreadableFile
from assistant.reading.table_reader import read_csv, read_xlsx


def xlsx(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_csv_is_one_table() -> None:
    assert read_csv("年度,指标,数值\n2024,留任率,30%\n".encode(), "a.csv").text == "| 年度 | 指标 | 数值 |\n| --- | --- | --- |\n| 2024 | 留任率 | 30% |"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_separator_is_seen(mark: str) -> None:
    text = "\n".join(mark.join(row) for row in (("a", "b", "c"), ("1", "2", "3"), ("4", "5", "6")))
    assert read_csv(text.encode(), "a.csv").text.split("\n")[2] == "| 1 | 2 | 3 |"


def test_gb18030_is_read() -> None:
    assert "重庆" in read_csv("城市,数\n重庆,45\n".encode("gb18030"), "a.csv").text


@given(st.lists(st.lists(st.text(alphabet="ab重庆1.%", min_size=1, max_size=6), min_size=2, max_size=4), min_size=2, max_size=5))
def test_no_cell_is_lost(rows: list[list[str]]) -> None:
    text = read_csv("\n".join(",".join(row) for row in rows).encode(), "a.csv").text
    assert all(cell in text for row in rows for cell in row)


def test_a_data_file_is_refused_with_its_width() -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.csv: has rows of 201 cells, more than 200\. Ingest the part that people read\.$"):
        read_csv(",".join(map(str, range(201))).encode() + b"\n" + ",".join(map(str, range(201))).encode(), "a.csv")


def test_sheets_values_dates_rates_and_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "抵免"
    sheet.append(["表1 抵免标准"])
    sheet.append(["类别", "比例", "起始日", "金额"])
    sheet.append(["试点企业", 0.3, dt.datetime(2019, 1, 1), 1500000])
    sheet["B3"].number_format = "0%"
    sheet.append([None, 0.125, None, 0.5])
    sheet["B4"].number_format = "0.0%"
    sheet.merge_cells("A3:A4")
    sheet.append([])
    sheet.append(["注：按年度计算"])
    hidden = book.create_sheet("草稿")
    hidden.sheet_state = "hidden"
    hidden.append(["秘密"])
    book.properties.title = "抵免表"
    reading = read_xlsx(xlsx(book), "a.xlsx")
    assert reading.text == (
        "## 抵免\n\n表1 抵免标准\n\n| 类别 | 比例 | 起始日 | 金额 |\n| --- | --- | --- | --- |\n"
        "| 试点企业 | 30% | 2019-01-01 | 1500000 |\n| 试点企业 | 12.5% |  | 0.5 |\n\n注：按年度计算"
    )
    assert reading.title == "抵免表"
    assert reading.warnings == ("hidden sheet left out: 草稿",)


def test_a_formula_without_a_stored_value_is_said() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "sum"])
    book.active.append([1, 2, "=A2+B2"])
    assert read_xlsx(xlsx(book), "a.xlsx").warnings == (
        "formulas without a stored value on sheet Sheet: open and save the file in Excel to keep them",
    )


def test_damage_and_passwords_have_their_sentences() -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.xlsx: not readable as \.xlsx, File is not a zip file\. Save it anew and ingest it again\.$"):
        read_xlsx(b"no zip", "a.xlsx")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    with pytest.raises(EncryptedFile, match=r"^a\.xlsx: needs a password\."):
        read_xlsx(ole + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")
    with pytest.raises(UnreadableFile, match=r"^a\.xlsx: an old Excel file"):
        read_xlsx(ole, "a.xlsx")
