"""The cells of a sheet that hold a value and are seen, however far apart they lie.

openpyxl's own sheets hold every cell of the used range and of each merged one, up to 17 thousand million; its parser gives those
that are in the file. Left out are hidden rows and columns, white letters on no fill, letters of two points or less, and values
that their format does not show.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import WorkSheetParser

from assistant.reading.sight import LEAST_POINTS, WHITE, Sight, Unseen, alike, rgb

MOST_COLUMNS = 200
"""A row with more cells is a data file, not a table that somebody reads."""
_WHITE_THEME, _WHITE_INDEXES = 0, (1, 9)


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Passes over cells that have a style only, of which a column that somebody coloured has a million."""

    def parse_row(self, row: Any) -> Any:
        """Return the number and the cells of a row."""
        if any(not len(cell) and cell.get("r") for cell in row):
            row[:] = [cell for cell in row if len(cell) or not cell.get("r")]
        return super().parse_row(row)


class SheetCells:
    """The rows of one sheet as they are seen, and what is not."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.title = sheet, str(sheet.title)
        self.unseen = Unseen()
        self.found: set[tuple[int, int]] = set()
        """Where a value is stored, seen or not."""
        self.cells: dict[int, dict[int, str]] = {}
        self._pale: list[tuple[int, int, str]] = []
        self._styles: dict[tuple[int, bool], Sight] = {}
        with sheet._get_source() as source:
            self.parser = _parser(sheet, source)
            for _, row in self.parser.parse():
                self._take(row)
        self._settle_pale()
        merged = self.parser.merged_cells.mergeCell if self.parser.merged_cells else ()
        self.merged = [tuple(map(int, (m.min_row, m.min_col, m.max_row, m.max_col))) for m in merged]
        self._fill_merged()
        self.hidden_rows = self._drop_hidden()

    def _take(self, row: list[dict[str, Any]]) -> None:
        for given in row:
            if given["value"] is None:
                continue
            cell = ReadOnlyCell(self.sheet, **given)
            text = _text(cell.value, cell.number_format)
            self.found.add((cell.row, cell.column))
            numeric = isinstance(cell.value, (int, float, dt.date, dt.time, dt.timedelta))
            key = (int(given["style_id"]), numeric)
            if key not in self._styles:
                self._styles[key] = _sight(cell, numeric=numeric)
            if self._styles[key] is Sight.DOUBTFUL:
                self._pale.append((cell.row, cell.column, text))
            if self._styles[key] is Sight.HIDDEN:
                self.unseen.note(Sight.HIDDEN, text)
            elif text:
                self.cells.setdefault(cell.row, {})[cell.column] = text

    def _settle_pale(self) -> None:
        """Leave white letters out, but where a table's style or a condition may colour their ground: there they are told."""
        tinted = [bounds for rule in self.parser.formatting for bounds in (r.bounds for r in rule.cells.ranges)]
        styled = bool(self.parser.tables.tablePart)
        for row, column, text in self._pale:
            doubtful = styled or any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in tinted)
            self.unseen.note(Sight.DOUBTFUL if doubtful else Sight.HIDDEN, text)
            if not doubtful:
                del self.cells[row][column]
        self.cells = {row: cells for row, cells in self.cells.items() if cells}

    def _fill_merged(self) -> None:
        """A cell merged downwards is repeated in rows that hold something else, so that each can stand alone; what a merged cell covers goes."""
        numbers = sorted(self.cells)
        for top, left, bottom, right in self.merged:
            value = self.cells.get(top, {}).get(left, "")
            for number in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
                cells = self.cells[number]
                for column in [c for c in cells if left <= c <= right]:
                    del cells[column]
                if value and (cells or number == top):
                    cells[left] = value
        self.cells = {row: self.cells[row] for row in numbers if self.cells[row]}

    def _drop_hidden(self) -> list[int]:
        """Leave out hidden rows and columns; return which rows with values were."""
        rows = {int(number) for number, given in self.parser.row_dimensions.items() if _is_hidden(given, "ht")}
        columns = [(int(given["min"]), int(given["max"])) for given in self.parser.column_dimensions.values() if _is_hidden(given, "width")]
        dropped = sorted(rows & set(self.cells))
        for number in list(self.cells):
            cells = self.cells[number]
            gone = list(cells) if number in rows else [c for c in cells if any(first <= c <= last for first, last in columns)]
            self.unseen.note(Sight.HIDDEN if gone else Sight.SEEN, " ".join(cells[c] for c in gone))
            kept = {self._moved(c, columns): text for c, text in cells.items() if c not in gone}
            if kept:
                self.cells[number] = kept
            else:
                del self.cells[number]
        return dropped

    def _moved(self, column: int, hidden: list[tuple[int, int]]) -> int:
        return column - sum(min(last, column) - first + 1 for first, last in hidden if first < column)

    def rows(self) -> list[list[str]]:
        """Return the rows in order, with an empty one where blank rows part two tables."""
        numbers = sorted(self.cells)
        wide = max((c for cells in self.cells.values() for c in cells), default=0) > 1
        rows: list[list[str]] = []
        for block in self._blocks(numbers):
            rows += [[], *_dense([self.cells[number] for number in block], wide=wide)]
        return rows

    def _blocks(self, numbers: list[int]) -> Iterator[list[int]]:
        """Rows without a blank one between them; one that is hidden, or that a merged cell covers, is not blank."""
        covers = sorted((top, bottom) for top, left, bottom, _ in self.merged if bottom > top and left in self.cells.get(top, {}))
        block, reach, position = numbers[:1], 0, 0
        for number, following in pairwise(numbers):
            while position < len(covers) and covers[position][0] <= number:
                reach, position = max(reach, covers[position][1]), position + 1
            last = max(number, reach)
            hidden = bisect_left(self.hidden_rows, following) - bisect_right(self.hidden_rows, last)
            if following - last - 1 > max(hidden, 0):
                yield block
                block = []
            block.append(following)
        if block:
            yield block

    def lacks_values(self, formulas: Any) -> bool:
        """Whether a formula has no stored value: it would read as an empty cell."""
        with formulas._get_source() as source:
            if not any(b"<f" in part or b":f" in part for part in iter(lambda: source.read(1 << 20), b"")):
                return False
        with formulas._get_source() as source:
            parsed = _parser(formulas, source).parse()
            return any(c["data_type"] == "f" and (c["row"], c["column"]) not in self.found for _, row in parsed for c in row)


def _parser(sheet: Any, source: Any) -> Any:
    book = sheet.parent
    return _Parser(
        source,
        sheet._shared_strings,
        data_only=book.data_only,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


def _dense(block: list[dict[int, str]], *, wide: bool) -> list[list[str]]:
    """Rows from the first column on; where few columns of very many are used, those alone."""
    used = sorted({column for cells in block for column in cells})
    columns = used if used[-1] > MOST_COLUMNS >= len(used) else range(1, used[-1] + 1)
    return [[cells.get(column, "") for column in columns] + [""] * (wide and len(columns) == 1) for cells in block]


def _is_hidden(given: dict[str, str], size: str) -> bool:
    return given.get("hidden") in ("1", "true") or given.get(size) in ("0", "0.0")


def _sight(cell: Any, *, numeric: bool) -> Sight:
    """Whether the style of a cell shows its value; doubtful where its letters are white and it has no fill."""
    sections = "".join(cell.number_format.split()).split(";")
    if (len(sections) > 3 or (numeric and len(sections) == 3)) and not any(sections):
        return Sight.HIDDEN
    font = cell.font
    if font.sz is not None and font.sz <= LEAST_POINTS:
        return Sight.HIDDEN
    fill = cell.fill
    kind = getattr(fill, "fill_type", "gradient")
    bare = kind in (None, "none") or (kind == "solid" and _is_white(fill.fgColor))
    return Sight.DOUBTFUL if bare and _is_white(font.color) else Sight.SEEN


def _is_white(color: Any) -> bool:
    if color is None:
        return False
    if color.type == "theme":
        return bool(color.theme == _WHITE_THEME and not color.tint)
    if color.type == "indexed":
        return color.indexed in _WHITE_INDEXES
    given = rgb(color.rgb) if color.type == "rgb" else None
    return given is not None and alike(given, WHITE)


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
