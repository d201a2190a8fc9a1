"""Readers for tables: Excel workbooks and comma-separated files. Each sheet is a section, each row a row with its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl

from assistant.errors import EncryptedFile, UnreadableFile
from assistant.reading.canonical import Reading, canonical, turned
from assistant.reading.decoding import read_text
from assistant.reading.readers import join_blocks, pipe_rows, reason_of
from assistant.reading.sheet_cells import MOST_COLUMNS, SheetCells

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",;\t|"


def read_csv(data: bytes, where: str) -> Reading:
    """A comma-, semicolon- or tab-separated file as one table whose first row is the header.

    Raises:
        UnreadableFile: the bytes are no text, or no rows can be made of them.
    """
    text, warnings = read_text(data, where)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=_DELIMITERS)
    except csv.Error:  # one column, or too little to tell
        dialect = csv.excel
    try:
        rows = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error as error:
        raise UnreadableFile(f"{where}: not readable as comma-separated values, {error}. Save it anew and ingest it again.") from error
    _check_width(rows, where)
    return Reading(canonical("\n\n".join(_tables(rows))), warnings=warnings)


def read_xlsx(data: bytes, where: str) -> Reading:
    """The cells of a workbook that are seen (``sheet_cells``): values as last computed, merged cells repeated, blank rows between tables.

    Raises:
        EncryptedFile: it asks for a password.
        UnreadableFile: it is no .xlsx file, or damaged.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedFile(f"{where}: needs a password. Save it without one and ingest it again.")
        raise UnreadableFile(f"{where}: an old Excel file under a new suffix. Save it as .xlsx and ingest it again.")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [SheetCells(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        uncomputed = [s.title for s in sheets if s.lacks_values(formulas[s.title])]
        declared = (book.properties.title or "").strip()
    except Exception as error:  # openpyxl, zipfile and the XML parser each raise kinds of their own on damage
        raise UnreadableFile(f"{where}: not readable as .xlsx, {reason_of(error)}. Save it anew and ingest it again.") from error
    blocks: list[str] = []
    for sheet in sheets:
        grid = sheet.rows()
        _check_width(grid, where)
        tables = list(_tables(grid))
        blocks += [f"## {' '.join(sheet.title.split())}", *tables] if tables else []
    warnings = [f"hidden sheet left out: {', '.join(hidden)}"] * bool(hidden)
    warnings += [f"formulas without a stored value on sheet {', '.join(uncomputed)}: open and save the file in Excel to keep them"] * bool(uncomputed)
    warnings += [warning for sheet in sheets for warning in sheet.unseen.warnings(f"sheet {sheet.title}")]
    text = join_blocks(blocks)
    return Reading(canonical(text), title=declared, warnings=(*warnings, *turned(text)))


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
