"""Cutting a source into passages along its structure: articles, headings, lists and table rows.

Every passage is one span of the source (``source.text[span] == passage.text``), no sentence is cut, and each passage
knows its units: the sentences, list items with their lead-in, or table row with its header, that an answer may quote.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.documents import Passage, PassageKind, Source, Span, Standing, Unit
from assistant.language.facts import to_han
from assistant.language.text import language_of, sentences
from assistant.library.structure import Block, BlockKind, read_blocks, run_in_heading

CHUNKER_VERSION = "2"
"""Raised whenever the same text would be cut differently, so that an index built before is recognised."""

MAX_LATIN = 1100
"""Characters of Latin text in a passage: about 170 words, what the default embedding model reads."""
MAX_HAN = 700
"""Characters of Chinese text in a passage: all but a few articles of a statute fit whole."""
MIN_PARAGRAPH = 300
"""Neighbouring blocks under one heading are joined until a passage has about this many characters."""
LONGEST_HEADER = 4000
"""Characters of a table's header that each of its rows carries: two hundred columns of twenty."""
LONGEST_TABLE_NOTE = 40
"""Characters of a line that may stand between a table and its caption."""

_ARTICLE_MARKER = re.compile(r"\s*(?:第[^条\s]{1,9}条(?:之[一二三四五])?|(?:Article|Art\.|ARTICLE)\s+\d+[.:]?)[\s　：:]*")
_TABLE_NUMBER = re.compile(r"(?:Table|Tab\.|表)\s*\d+(?:[-.]\d+)*", re.IGNORECASE)
_HEADING_JOIN = " › "
_UNANSWERING = {BlockKind.REFERENCE: PassageKind.REFERENCE, BlockKind.BOILERPLATE: PassageKind.BOILERPLATE}


@dataclass
class _Place:
    """Where the reader stands: the open headings and the attributes they carry."""

    path: list[Block] = field(default_factory=list)
    front: str = ""
    article: int = 0

    def enter(self, heading: Block) -> None:
        while self.path and self.path[-1].level >= heading.level:
            self.path.pop()
        self.path.append(heading)
        self.front = ""
        self.article = 0

    @property
    def heading(self) -> str:
        names = [block.label for block in self.path] + ([self.front] if self.front else [])
        return _HEADING_JOIN.join(names)

    @property
    def number(self) -> str:
        return next((block.number for block in reversed(self.path) if block.number), "")

    @property
    def asked(self) -> tuple[str, ...]:
        return self.path[-1].attributes.asked if self.path else ()

    def standing(self, default: Standing) -> tuple[Standing, str]:
        for block in reversed(self.path):
            if block.attributes.standing is not None:
                return block.attributes.standing, block.attributes.reported_by
        return default, ""


class _Cutter:
    """Turns the blocks of one source into passages."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.place = _Place()
        self.passages: list[Passage] = []
        self.pending: list[Block] = []
        self.size = 0
        self.table: list[Block] = []
        self.caption: Block | None = None
        self.tables = 0
        self.header = ""
        self.group = ""
        self.seen_body = False

    def cut(self) -> list[Passage]:
        for block in read_blocks(self.text):
            self._take(block)
        self._end_table()
        self._flush()
        return self.passages

    def _take(self, block: Block) -> None:
        if block.kind is BlockKind.ROW:
            if not self.table:
                self._flush()
            self._row(block)
            return
        if block.cells and self.table:
            return  # the rule below a header
        self._end_table(block)
        if block.kind in _UNANSWERING:
            self._flush()
            self._emit(block.span, _UNANSWERING[block.kind], (), locator="")
        elif block.kind is BlockKind.HEADING or (block.kind is BlockKind.ARTICLE and block.level):
            self._flush()
            self.place.enter(block)
            self.place.article = int(block.number) if block.kind is BlockKind.ARTICLE else 0
            self.seen_body = self.seen_body or block.level > 1
        elif block.kind is BlockKind.CAPTION:
            self._flush()
            self.caption = block
        elif block.kind is BlockKind.ARTICLE:
            self._flush()
            self.place.article = int(block.number)
            self.place.front = ""
            self.seen_body = True
            self._hold(block)
        elif block.kind is BlockKind.FRONT and block.label.casefold().replace(" ", "") in ("keywords", "关键词"):
            self._flush()
            self._emit(block.span, PassageKind.BOILERPLATE, (), locator=block.label)
        elif block.kind is BlockKind.FRONT:
            self._flush()
            self.place.front = block.label
            self.seen_body = True
            self._hold(block)
            self._flush()
            self.place.front = ""
        else:
            self._paragraph(block)

    def _paragraph(self, block: Block) -> None:
        number, label = run_in_heading(self.text[block.span.start : block.span.end])
        if number and not self.place.article:
            self._flush()
            self.place.enter(Block(BlockKind.HEADING, block.span, 2 + number.count("."), number, f"{number} {label}"))
        item = block.kind is BlockKind.ITEM
        full = self.size >= MIN_PARAGRAPH and not item and not self.place.article
        if self.pending and full and not self._introduces(self.pending[-1]):
            self._flush()
        self._hold(block)

    def _hold(self, block: Block, place: int | None = None) -> None:
        self.pending.insert(len(self.pending) if place is None else place, block)
        self.size += len_of(block)

    def _introduces(self, block: Block) -> bool:
        return self.text[block.span.start : block.span.end].rstrip().endswith((":", "："))

    # -- passages ---------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        if not self.pending:
            return
        blocks, self.pending, self.size = self.pending, [], 0
        units = list(self._units(blocks))
        if not units:
            self._emit(Span(blocks[0].span.start, blocks[-1].span.end), PassageKind.BOILERPLATE, (), locator="")
            return
        kind = self._kind(blocks)
        start = blocks[0].span.start
        for group in self._groups(units):
            end = blocks[-1].span.end if group[-1] is units[-1] else group[-1].span.end
            self._emit(_trimmed(self.text, Span(start, end)), kind, tuple(group), self._locator())
            start = end  # a list mark before the next unit belongs to the next passage

    def _kind(self, blocks: list[Block]) -> PassageKind:
        if self.place.article:
            return PassageKind.ARTICLE
        if not self.seen_body and blocks[-1].span.end - blocks[0].span.start < MIN_PARAGRAPH * 2:
            return PassageKind.TITLE
        return PassageKind.LIST if any(b.kind is BlockKind.ITEM for b in blocks) else PassageKind.PARAGRAPH

    def _units(self, blocks: list[Block]) -> Iterable[Unit]:
        """Sentences of the blocks; list items are kept whole when short and carry the sentence that introduces them."""
        lead: Span | None = None
        for block in blocks:
            spans = sentences(self.text, block.span.start + marker_length(self.text, block), block.span.end)
            if block.kind is BlockKind.ITEM:
                for span in spans:
                    yield Unit(span, lead)
                continue
            for span in spans:
                yield Unit(span)
            last = self.text[spans[-1].start : spans[-1].end] if spans else ""
            lead = spans[-1] if last.endswith((":", "：")) else None

    def _groups(self, units: list[Unit]) -> Iterable[list[Unit]]:
        """Split units into passages of bounded, even size."""
        sample = self.text[units[0].span.start : units[-1].span.end]
        limit = MAX_HAN if language_of(sample) == "zh" else MAX_LATIN
        parts = -(-len(sample) // limit)
        target = len(sample) / parts
        group: list[Unit] = []
        for unit in units:
            if group and unit.span.end - group[0].span.start > target * 1.15:
                yield group
                group = []
            group.append(unit)
        yield group

    def _locator(self) -> str:
        if self.place.article:
            number = self.place.article
            return f"第{to_han(number) if number < 10_000 else number}条" if self.source.metadata.language == "zh" else f"Art. {number}"
        if self.place.number:
            return f"§{self.place.number}"
        if self.place.front:
            return self.place.front
        return self.place.path[-1].label if self.place.path and self.place.path[-1].level > 1 else ""

    # -- tables -----------------------------------------------------------------------------------------------

    def _end_table(self, block: Block | None = None) -> None:
        """Close the table; one of a single row has no header, and a caption without a table is text like any other."""
        if len(self.table) == 1:
            span = _trimmed(self.text, self.table[0].span)
            self._emit(span, PassageKind.ROW, (Unit(span),), self._table_name()[1])
        elif self.caption and not self.table:
            if block and block.kind is BlockKind.PARAGRAPH and len_of(block) < LONGEST_TABLE_NOTE:
                return  # 单位：万元
            self._hold(self.caption, 0)  # what pends came after it: it was flushed when the caption was read
        self.table, self.caption = [], None

    def _table_name(self) -> tuple[str, str]:
        """Return the caption of the table, or a name made up for it, and the short form for locators."""
        name = self.caption.label if self.caption else f"Table {self.tables}"
        numbered = _TABLE_NUMBER.match(name)
        return name, numbered.group() if numbered else name

    def _row(self, block: Block) -> None:
        if not self.table:
            self.tables += 1
            self.header, self.group = " | ".join(block.cells)[:LONGEST_HEADER], ""
        self.table.append(block)
        header = self.table[0]
        if block is header or not any(block.cells):
            return
        group = "" if block.cells[0] else self.group
        self.group = block.cells[0] or self.group
        name, label = self._table_name()
        start = block.span.start
        while self.text[start] in " \u3000":  # a leading tab stays: it is an empty first cell
            start += 1
        span = Span(start, block.span.end)
        heading = _HEADING_JOIN.join(part for part in (self.place.heading, name, self.header, group) if part)
        self._emit(span, PassageKind.ROW, (Unit(span, header.span),), f"{label}, row {len(self.table) - 1}", heading)

    def _emit(self, span: Span, kind: PassageKind, units: tuple[Unit, ...], locator: str, heading: str | None = None) -> None:
        text = self.text[span.start : span.end]
        standing, by = self.place.standing(self.source.metadata.standing)
        self.passages.append(
            Passage(
                id=passage_id(self.source.id, span, text),
                source_id=self.source.id,
                span=span,
                text=text,
                locator=locator,
                heading=self.place.heading if heading is None else heading,
                kind=kind,
                page_from=page_of(self.source, span.start),
                page_to=page_of(self.source, span.end - 1),
                units=units,
                article=self.place.article,
                standing=standing,
                reported_by=by or self.source.metadata.reported_by,
                asked=self.place.asked,
            )
        )


def _trimmed(text: str, span: Span) -> Span:
    start = span.start
    while start < span.end and text[start].isspace():
        start += 1
    return Span(start, span.end)


def marker_length(text: str, block: Block) -> int:
    """Return the length of the article number with which a block begins: it locates the words, it is not among them."""
    if block.kind is not BlockKind.ARTICLE:
        return 0
    marker = _ARTICLE_MARKER.match(text, block.span.start, block.span.end)
    return marker.end() - block.span.start if marker else 0


def len_of(block: Block) -> int:
    """Return the length of a block in characters."""
    return block.span.end - block.span.start


def passage_id(source_id: str, span: Span, text: str) -> str:
    """Return the stable id of a passage: a hash of source id, span and text."""
    return hashlib.sha256(f"{source_id}\0{span.start}\0{span.end}\0{text}".encode()).hexdigest()[:20]


def page_of(source: Source, position: int) -> int:
    """Return the number of the page that holds a position, 1 where a source has no pages."""
    if not source.pages:
        return 1
    index = bisect_right([page.span.start for page in source.pages], position) - 1
    return source.pages[max(index, 0)].number


def chunk(source: Source) -> list[Passage]:
    """Return the passages of a source in reading order; their spans do not overlap."""
    return _Cutter(source).cut()


def row_cells(text: str) -> list[str]:
    """Return the cells of a table row or header as quoted."""
    if "\t" in text:
        return [cell.strip() for cell in text.split("\t")]
    return [cell.strip() for cell in text.strip().removeprefix("|").removesuffix("|").split("|")]
