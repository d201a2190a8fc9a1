"""Readers for tables: Excel workbooks and comma-separated files. Each sheet is a section, each row a row with its header."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl

from assistant.errors import EncryptedFile, UnreadableFile
from assistant.reading.canonical import Reading, canonical, clean, decode
from assistant.reading.readers import join_blocks, pipe_rows

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",;\t|"
MOST_COLUMNS = 200
"""A row with more cells is a data file, not a table that somebody reads."""


def read_csv(data: bytes, where: str) -> Reading:
    """A comma-, semicolon- or tab-separated file as one table whose first row is the header.

    Raises:
        UnreadableFile: the bytes are no text, or no rows can be made of them.
    """
    text = clean(decode(data, where))
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=_DELIMITERS)
    except csv.Error:  # one column, or too little to tell
        dialect = csv.excel
    try:
        rows = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        raise UnreadableFile(f"{where}: not readable as comma-separated values, {error}. Save it anew and ingest it again.") from error
    _check_width(rows, where)
    return Reading(canonical("\n\n".join(_tables(rows))))


def read_xlsx(data: bytes, where: str) -> Reading:
    """The visible sheets of a workbook: values as last computed, merged cells repeated, blank rows between tables.

    Raises:
        EncryptedFile: it asks for a password.
        UnreadableFile: it is no .xlsx file, or damaged.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.")
        raise UnreadableFile(f"{where}: an old Excel file under a new suffix. Save it as .xlsx and ingest it again.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        sheets = [(sheet, _grid(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        uncomputed = [s.title for s, grid in sheets if _has_uncomputed(formulas[s.title], grid)]
        declared = (book.properties.title or "").strip()
    except Exception as error:  # openpyxl, zipfile and the XML parser each raise kinds of their own on damage
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise UnreadableFile(f"{where}: not readable as .xlsx, {reason}. Save it anew and ingest it again.") from error
    blocks: list[str] = []
    for sheet, grid in sheets:
        _check_width(grid, where)
        tables = list(_tables(grid))
        blocks += [f"## {' '.join(sheet.title.split())}", *tables] if tables else []
    warnings = [f"hidden sheet left out: {', '.join(hidden)}"] * bool(hidden)
    warnings += [f"formulas without a stored value on sheet {', '.join(uncomputed)}: open and save the file in Excel to keep them"] * bool(uncomputed)
    return Reading(canonical(join_blocks(blocks)), title=declared, warnings=tuple(warnings))


def _grid(sheet: Any) -> list[list[str]]:
    """The cells of a sheet as text. A cell merged downwards is repeated, so that each row can stand alone."""
    grid = [[_text(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows()]
    for merged in sheet.merged_cells.ranges:
        value = grid[merged.min_row - 1][merged.min_col - 1]
        for row in range(merged.min_row, merged.max_row):
            grid[row][merged.min_col - 1] = value
    return grid


def _text(value: object, number_format: str) -> str:
    """A value as the sheet shows it, as far as that decides what it says: 0.3 under a per cent format is 30%."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        percent = "%" in number_format.split(";")[0]
        shown = f"{round(value * (100 if percent else 1), 10):.10f}".rstrip("0").rstrip(".")
        return shown + "%" if percent else shown
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def _has_uncomputed(sheet: Any, grid: Sequence[Sequence[str]]) -> bool:
    """Whether a formula has no stored value: it would read as an empty cell."""
    for row, cells in enumerate(sheet.iter_rows(values_only=True)):
        for column, value in enumerate(cells):
            if isinstance(value, str) and value.startswith("=") and row < len(grid) and column < len(grid[row]) and not grid[row][column]:
                return True
    return False


def _tables(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Blocks of rows between blank ones: a single cell in a row of its own is a line above its table."""
    block: list[Sequence[str]] = []
    for row in [*rows, ()]:
        if any(cell.strip() for cell in row):
            block.append(row)
        elif block:
            yield from _table(block)
            block = []


def _table(block: list[Sequence[str]]) -> Iterator[str]:
    while block and sum(bool(cell.strip()) for cell in block[0]) == 1 and len(block[0]) > 1:
        yield next(" ".join(cell.split()) for cell in block[0] if cell.strip())
        block = block[1:]
    width = max((n for row in block for n, cell in enumerate(row, start=1) if cell.strip()), default=0)
    padded = [[*row[:width], *[""] * (width - len(row))] for row in block]
    if width == 1:
        yield from (" ".join(row[0].split()) for row in padded)
    elif padded:
        yield pipe_rows(padded)


def _check_width(rows: Iterable[Sequence[str]], where: str) -> None:
    widest = max((n for row in rows for n, cell in enumerate(row, start=1) if cell.strip()), default=0)
    if widest > MOST_COLUMNS:
        raise UnreadableFile(f"{where}: has rows of {widest} cells, more than {MOST_COLUMNS}. Ingest the part that people read.")
