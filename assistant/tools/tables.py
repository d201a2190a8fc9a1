"""Tables that a college keeps: rows of a CSV or Excel file by the names of their columns, each cell with its place for messages.

A workbook is opened by the package's reader, which runs apart (``reading.sandbox``). A wrong cell never stops the others:
problems are collected, one line each, so that a file can be put right in one go.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from assistant.errors import ToolError
from assistant.library.chunking import row_cells
from assistant.reading.loading import load

MOST_ROWS = 50_000


@dataclass
class Problems:
    """What is wrong with a table, one line for each cell."""

    where: str
    lines: list[str] = field(default_factory=list)

    def add(self, row: int, column: str, value: str, wanted: str) -> None:
        """Note a cell that is not what is wanted there."""
        self.lines.append(f"{self.where}: row {row}, column {column!r}: {value[:40]!r} is not {wanted}. Correct the cell.")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number in the file, counting from the header as 1, and its cells by the tool's own names of columns."""

    number: int
    cells: Mapping[str, str]
    heads: Mapping[str, str]
    """How the file calls the columns."""

    def text(self, name: str, problems: Problems) -> str:
        """Return a cell that must not be empty."""
        value = self.cells.get(name, "")
        if not value:
            problems.add(self.number, self.heads.get(name, name), value, "filled in")
        return value

    def number_in(self, name: str, problems: Problems, low: Decimal | None = None, high: Decimal | None = None) -> Decimal | None:
        """Return the number in a cell, or ``None`` where it is empty; anything else is a problem. ``85%`` is 85."""
        given = self.cells.get(name, "")
        if not given:
            return None
        try:
            value = Decimal(given.replace(",", "").replace("，", "").removesuffix("%").removesuffix("％").strip())
            if not value.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            problems.add(self.number, self.heads.get(name, name), given, "a number")
            return None
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"a number from {low} to {high}" if high is not None else f"a number of at least {low}"
            problems.add(self.number, self.heads.get(name, name), given, bounds)
            return None
        return value


def read_table(path: Path, columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> tuple[list[TableRow], Problems]:
    """Return the rows of a table, and where to note what is wrong with them.

    Args:
        columns: the names under which the file may head each column, in both languages.
        needed: columns that must be there.

    Raises:
        ToolError: the file is no table, or lacks a column.
        LoadError: it cannot be read.
    """
    lines = list(_lines(path))
    if not lines:
        raise ToolError(f"{path}: holds no table. Give a CSV or Excel file whose first row names the columns.")
    known = {alias.casefold(): name for name, aliases in columns.items() for alias in (name, *aliases)}
    heads = [known.get(" ".join(cell.split()).casefold(), "") for cell in lines[0][1]]
    for name in needed:
        if name not in heads:
            legal = " or ".join(repr(alias) for alias in columns[name])
            raise ToolError(f"{path}: row 1: no column is called {legal}. Add it, or rename the column that holds it.")
    called = {name: cell for name, cell in zip(heads, lines[0][1], strict=True) if name}
    rows = [
        TableRow(number, {name: cell.strip() for name, cell in zip(heads, cells, strict=False) if name}, called)
        for number, cells in lines[1:]
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise ToolError(f"{path}: has a header but no rows. Fill it in.")
    return rows, Problems(str(path))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        text = load(path).text
        table = (line for line in text.splitlines() if line.startswith("|") and line.strip("|-: "))
        yield from enumerate((row_cells(line) for line in table), start=1)
        return
    if suffix not in (".csv", ".tsv", ".txt"):
        raise ToolError(f"{path}: suffix {path.suffix!r} is not one of .csv, .tsv, .xlsx. Save the table as one of these.")
    try:
        text = _decoded(path.read_bytes(), path)
    except OSError as error:
        raise ToolError(f"{path}: cannot be read ({error.strerror or error}). Check the path and its rights.") from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        if number > MOST_ROWS:
            raise ToolError(f"{path}: has more than {MOST_ROWS} rows. Split the file.")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _decoded(data: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ToolError(f"{path}: is neither UTF-8 nor GB 18030 text. Save it as CSV UTF-8.")
