"""Seeing the structure of a text: headings, articles, list items, table rows, references and boilerplate.

A text is read as a sequence of blocks, each one or more whole lines. Nothing is lost: every non-blank character belongs
to exactly one block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.facts import han_number
from assistant.types import Span, Standing

_NUMERAL = "[零〇一二两三四五六七八九十百千0-9０-９]+"
_MD_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ATTRIBUTES = re.compile(r"\s*\{([^{}]*)\}\s*$")
_DIVISION = re.compile(rf"第{_NUMERAL}(?P<kind>[编分章节])(?:[\s　]+\S.{{0,40}}|\s*)$")
_ARTICLE_ZH = re.compile(rf"第(?P<number>{_NUMERAL})条(?:之[一二三四五])?(?=[\s　：:]|$)")
_ARTICLE_EN = re.compile(r"(?:Article|Art\.|ARTICLE)\s+(?P<number>\d{1,4})\b[.:]?(?=\s|$)")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?[\s　]+(?=[\"“A-Z㐀-鿿])")
_ITEM = re.compile(r"\s*(?:[-*•·]\s+|[（(](?:[一二三四五六七八九十]+|\d{1,2}|[a-z])[）)]|\d{1,2}[.、)]\s|[一二三四五六七八九十]+、|[a-z]\)\s)")
_CAPTION = re.compile(r"\s*(?:Table|TABLE|Tab\.|表)\s*(?P<number>\d+(?:[-.]\d+)?)[.:：\s　]")
_PIPE_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_REFERENCES = re.compile(r"(?:\d+\.?\s+)?(?:references?|bibliography|works cited|参考文献|引用文献)\s*[:：]?\s*$", re.IGNORECASE)
_BACK_MATTER = re.compile(
    r"(?:\d+\.?\s+)?(?:acknowledge?ments?|fund(?:ing)? projects?|funding|conflicts? of interest|author contributions|致谢|基金项目)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_FRONT_HEADING = re.compile(r"\*{0,2}(?P<name>abstracts?|key\s?words|摘要|关键词|summary)\*{0,2}\s*[:：]", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"^\s*(?:<!--|copyright\b|©|received:|revised:|accepted:|published:|\*?\s?corresponding author|\*?\s?correspondence:|funding:|"
    r"disclaimer|loading\.\.\.|building similarity graph|analyzing shared references|article$|https?://\S+$|doi:|www\.\S+|"
    r"page \d+|第\s*\d+\s*页|版权所有|收稿日期|通讯作者|作者简介|基金项目)|studied this question\.?$|all rights reserved",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.。!！?？;；:：][\"”’)\]）*]*\s*(?:\[\d+(?:[-,]\d+)*\])?[.。]?\s*$")


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    CAPTION = "caption"
    FRONT = "front"
    REFERENCE = "reference"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Block:
    """One or more whole lines that belong together.

    ``level`` is the depth of a heading (1 is the title); ``number`` its printed number (``3.2.1``) or, for an article,
    the article number; ``label`` its words without marks and attributes; ``cells`` are those of a table row.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    number: str = ""
    label: str = ""
    cells: tuple[str, ...] = ()
    standing: Standing | None = None
    reported_by: str = ""


def article_number(text: str) -> str:
    """Return the article number with which ``text`` begins, in digits, or an empty string."""
    zh = _ARTICLE_ZH.match(text)
    if zh:
        value = int(zh["number"]) if zh["number"].isdigit() else han_number(zh["number"])
        return "" if value is None else str(value)
    en = _ARTICLE_EN.match(text)
    return en["number"] if en else ""


def _attributes(label: str) -> tuple[str, Standing | None, str]:
    """Split ``Targets {standing=secondary by="Xinhua"}`` into label, standing and reporter."""
    match = _ATTRIBUTES.search(label)
    if not match:
        return label, None, ""
    pairs = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', match[1]))
    standing = pairs.get("standing", "")
    return (
        label[: match.start()].strip(),
        Standing(standing) if standing in set(Standing) else None,
        pairs.get("by", "").strip('"'),
    )


def _heading(line: str, span: Span) -> Block | None:
    """Read a line as a heading, or return ``None``."""
    md = _MD_HEADING.match(line)
    label, standing, by = _attributes(md[2] if md else line.strip())
    level = len(md[1]) if md else 0
    article = article_number(label)
    if md and article:
        return Block(BlockKind.ARTICLE, span, level, article, label, standing=standing, reported_by=by)
    division = _DIVISION.match(label)
    if division:
        depth = "编分章节".index(division["kind"]) + 2
        return Block(BlockKind.HEADING, span, depth, "", label, standing=standing, reported_by=by)
    numbered = _NUMBERED.match(label)
    if numbered and len(label) <= 220 and (md or not _TERMINAL.search(label)):
        depth = 2 + numbered["number"].count(".")
        return Block(BlockKind.HEADING, span, level or depth, numbered["number"], label, standing=standing, reported_by=by)
    if md:
        return Block(BlockKind.HEADING, span, level, "", label, standing=standing, reported_by=by)
    return None


def _cells(line: str) -> tuple[str, ...]:
    if "\t" in line:
        return tuple(cell.strip() for cell in line.rstrip("\n").split("\t"))
    stripped = line.strip()
    if stripped.startswith("|") and stripped.endswith("|") and stripped.count("|") >= 2:
        return tuple(cell.strip() for cell in stripped[1:-1].split("|"))
    return ()


def _lines(text: str) -> list[Span]:
    spans, start = [], 0
    for line in text.splitlines(keepends=True):
        spans.append(Span(start, start + len(line.rstrip("\n"))))
        start += len(line)
    return spans


class _Reader:
    """Reads lines into blocks, remembering whether it is in front matter, a table or the reference list."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.zone: BlockKind | None = None
        self.open: list[Span] = []

    def read(self) -> list[Block]:
        for span in _lines(self.text):
            line = self.text[span.start : span.end]
            if not line.strip():
                self._close()
            else:
                self._line(line, span)
        self._close()
        return self.blocks

    def _line(self, line: str, span: Span) -> None:
        bare = line.strip().strip("#* ")
        if _REFERENCES.match(bare) or _BACK_MATTER.match(bare):
            self._close()
            self.zone = BlockKind.REFERENCE if _REFERENCES.match(bare) else BlockKind.BOILERPLATE
            self._add(Block(self.zone, span))
            return
        cells = _cells(line)
        if len(cells) >= 2 and self.zone is None:
            self._close()
            if not _PIPE_RULE.match(line):
                self._add(Block(BlockKind.ROW, span, cells=cells))
            else:
                self._add(Block(BlockKind.BOILERPLATE, span))
            return
        heading = None if self.open else _heading(line, span)
        if heading and self._opens_section(heading, line):
            self.zone = None
            self._add(heading)
            return
        if _BOILERPLATE.search(line) and self.zone is None:
            self._close()
            self._add(Block(BlockKind.BOILERPLATE, span))
            return
        if self.zone is None and (_ITEM.match(line) or _ARTICLE_ZH.match(line.strip()) or _ARTICLE_EN.match(line.strip())):
            self._close()
        self.open.append(span)

    def _opens_section(self, heading: Block, line: str) -> bool:
        """Numbered lines in a reference list are references, not headings; so are numbered list items in a row."""
        if self.zone is BlockKind.REFERENCE:
            return line.startswith("#")
        return True

    def _close(self) -> None:
        if not self.open:
            return
        span = Span(self.open[0].start, self.open[-1].end)
        self.open = []
        self._add(self._classify(span))

    def _classify(self, span: Span) -> Block:
        body = self.text[span.start : span.end]
        bare = body.strip()
        if self.zone is not None:
            return Block(self.zone, span)
        front = _FRONT_HEADING.match(bare)
        if front:
            return Block(BlockKind.FRONT, span, label=front["name"].capitalize())
        if _CAPTION.match(bare) and len(bare) < 250:
            return Block(BlockKind.CAPTION, span, number=_CAPTION.match(bare)["number"], label=bare)  # type: ignore[index]
        number = article_number(bare)
        if number:
            return Block(BlockKind.ARTICLE, span, number=number)
        if _ITEM.match(body):
            return Block(BlockKind.ITEM, span)
        return Block(BlockKind.PARAGRAPH, span)

    def _add(self, block: Block) -> None:
        self.blocks.append(block)


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of ``text`` in order; their spans do not overlap and cover every non-blank character."""
    return _Reader(text).read()


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends with a mark that ends or introduces a sentence."""
    return bool(_TERMINAL.search(text.rstrip()))


def run_in_heading(text: str) -> tuple[str, str]:
    """Return number and words of a heading that runs into its paragraph (``3.4.1. Design ... quality. Construct``)."""
    match = _NUMBERED.match(text)
    if not match or "." not in match["number"]:
        return "", ""
    first = re.split(r"(?<=[a-z)])\.\s", text[match.end() :], maxsplit=1)
    return (match["number"], first[0].strip()) if len(first) == 2 and len(first[0]) <= 200 else ("", "")
