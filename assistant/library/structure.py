"""Seeing the structure of a text: headings, articles, list items, table rows, references and boilerplate.

A text is read as a sequence of blocks, each one or more whole lines. Nothing is lost: every non-blank character belongs
to exactly one block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assistant.documents import Span, Standing
from assistant.language.facts import han_number

_NUMERAL = "[零〇一二两三四五六七八九十百千0-9０-９]{1,9}"
_MD_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ATTRIBUTE = re.compile(r'\b(\w+)=("[^"]*"|\S+)')
_DIVISION = re.compile(rf"第{_NUMERAL}(?P<kind>[编分章节])(?:[\s　]+\S.{{0,40}}|\s*)$")
_DIVISION_EN = re.compile(r"(?P<kind>Part|Chapter|Section|PART|CHAPTER|SECTION)\s+(?:[IVXLC]+|\d{1,3})\b[.:]?(?:\s+[^\s.;]?[^.;。]{0,80})?$")
_ARTICLE_ZH = re.compile(rf"第(?P<number>{_NUMERAL})条(?:之[一二三四五])?(?=[\s　：:]|$)")
_ARTICLE_EN = re.compile(  # but not "Article 12 of the Law says"
    r"(?:Article|Art\.|ARTICLE)\s+(?P<number>\d{1,4})(?:[.:](?=\s|$)|(?=\s*$|\s+[^a-z\s]))"
)
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?[\s　]+(?=[\"“A-Z㐀-鿿])(?![个名年月日人家所项万亿元岁天次倍])")
_ITEM = re.compile(r"\s*(?:[-*•·]\s+|[（(](?:[一二三四五六七八九十]+|\d{1,2}|[a-z])[）)]|\d{1,2}[.、)]\s|[一二三四五六七八九十]+、|[a-z]\)\s)")
_CAPTION = re.compile(r"\s*(?:Table|TABLE|Tab\.|表)\s*(?P<number>\d+(?:[-.]\d+)?)[.:：\s　]")
_PIPE_RULE = re.compile(r"\s*(?:\|\s*)?(?::?-{2,}:?\s*\|\s*)+(?::?-{2,}:?\s*)?$")
_REFERENCES = re.compile(r"(?:\d+\.?\s+)?(?:references?|bibliography|works cited|参考文献|引用文献)\s*(?:[:：]\s*)?$", re.IGNORECASE)
_BACK_MATTER = re.compile(
    r"(?:\d+\.?\s+)?(?:acknowledge?ments?|fund(?:ing)? projects?|funding|conflicts? of interest|author contributions|致谢|基金项目)\s*(?:[:：]\s*)?$",
    re.IGNORECASE,
)
_FRONT_HEADING = re.compile(r"\*{0,2}(?P<name>abstracts?|key\s?words|摘要|关键词|summary)\*{0,2}\s*[:：]", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"^\s*(?:<!--|copyright\s*(?:©|\(c\)|:|\d{4})|©|received:|revised:|accepted:|published:|\*?\s?corresponding author|\*?\s?correspondence:|funding:|"
    r"disclaimer|loading\.\.\.|building similarity graph|analyzing shared references|article$|https?://\S+$|doi:|www\.\S+|"
    r"page \d+|第\s*\d+\s*页|版权所有|收稿日期|通讯作者|作者简介|基金项目\s*[:：])|studied this question\.?$|all rights reserved",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.。!！?？;；:：][\"”’)\]）*]*\s*(?:\[\d+(?:[-,]\d+)*\][.。]?\s*|[.。]\s*)?$")
LONGEST_HEADING = 1000
"""Characters of a heading, which every passage below it carries; a longer line with the mark of one is text."""


_DIVISION_DEPTH = {"编": 2, "分": 3, "章": 4, "节": 5, "part": 2, "chapter": 4, "section": 5}
_ORDINAL = re.compile(r"\s*(?P<number>\d{1,2})(?:[.、)]\s|\s+[A-Z㐀-鿿])")


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


class Attributes(NamedTuple):
    """What a heading says of the text below it: ``Targets {standing=secondary by="Xinhua" asked="what is aimed at; how many schools"}``."""

    standing: Standing | None = None
    reported_by: str = ""
    asked: tuple[str, ...] = ()


_PLAIN = Attributes()


@dataclass(frozen=True, slots=True)
class Block:
    """One or more whole lines that belong together.

    ``level`` is the depth of a heading (1 is the title); ``number`` its printed number (``3.2.1``) or, for an article,
    the article number; ``label`` its words without marks and attributes; ``cells`` are those of a table row, or of the
    rule below its header, which is boilerplate.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    number: str = ""
    label: str = ""
    cells: tuple[str, ...] = ()
    attributes: Attributes = _PLAIN


def article_number(text: str) -> str:
    """Return the article number with which ``text`` begins, in digits, or an empty string."""
    zh = _ARTICLE_ZH.match(text)
    if zh:
        value = int(zh["number"]) if zh["number"].isdigit() else han_number(zh["number"])
        return "" if value is None else str(value)
    en = _ARTICLE_EN.match(text)
    return en["number"] if en else ""


def _attributes(heading: str) -> tuple[str, Attributes]:
    """Split a heading into its label and its attributes."""
    bare = heading.rstrip()
    start = bare.rfind("{") if bare.endswith("}") else -1
    if start < 0 or "}" in bare[start:-1]:
        return heading, _PLAIN
    pairs = {name: value.strip('"') for name, value in _ATTRIBUTE.findall(bare[start + 1 : -1])}
    standing = pairs.get("standing", "")
    asked = tuple(phrase for part in re.split("[;；]", pairs.get("asked", "")) if (phrase := part.strip()))
    return heading[:start].strip(), Attributes(Standing(standing) if standing in set(Standing) else None, pairs.get("by", ""), asked)


def _heading(line: str, span: Span) -> Block | None:
    """Read a line as a heading, or return ``None``."""
    md = _MD_HEADING.match(line)
    if md and len(md[2]) > LONGEST_HEADING:
        return None
    label, attributes = _attributes(md[2] if md else line.strip())
    level = len(md[1]) if md else 0
    article = article_number(label)
    if md and article:
        return Block(BlockKind.ARTICLE, span, level, article, label, attributes=attributes)
    division = _DIVISION.match(label) or _DIVISION_EN.match(label)
    if division:
        depth = _DIVISION_DEPTH[division["kind"].lower()]
        return Block(BlockKind.HEADING, span, depth, "", label, attributes=attributes)
    numbered = _NUMBERED.match(label)
    if numbered and len(label) <= 220 and (md or not _TERMINAL.search(label)):
        depth = 2 + numbered["number"].count(".")
        return Block(BlockKind.HEADING, span, level or depth, numbered["number"], label, attributes=attributes)
    if md:
        return Block(BlockKind.HEADING, span, level, "", label, attributes=attributes)
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
        self.paper = any(_REFERENCES.match(line.strip().strip("#* ")) for line in text.split("\n"))

    def read(self) -> list[Block]:
        for span in _lines(self.text):
            line = self.text[span.start : span.end]
            if not line.strip():
                self._close()
            else:
                self._line(line, span)
        self._close()
        first = next((i for i, block in enumerate(self.blocks) if block.kind is BlockKind.ARTICLE), len(self.blocks))
        return [self._in_context(i, i > first) for i in range(len(self.blocks))]

    def _in_context(self, i: int, among_articles: bool) -> Block:
        """The block at ``i``, read again in the light of its neighbours.

        What looks like a numbered heading is a list item where the block before or after it counts on; a short line
        between two articles is the name of a chapter that has lost its number.
        """
        block, number = self.blocks[i], self._ordinal(i)
        if block.kind is BlockKind.HEADING and number > 0 and {self._ordinal(i - 1) + 1, self._ordinal(i + 1) - 1} & {number}:
            return Block(BlockKind.ITEM, block.span)
        label = self.text[block.span.start : block.span.end].strip()
        if block.kind is BlockKind.PARAGRAPH and among_articles and len(label) <= 20 and not _TERMINAL.search(label):
            after = self.blocks[i + 1 : i + 2]
            if after and after[0].kind is BlockKind.ARTICLE and _TERMINAL.search(self._before(block)):
                return Block(BlockKind.HEADING, block.span, _DIVISION_DEPTH["章"], "", label)
        return block

    def _before(self, block: Block) -> str:
        """The last three characters before a block and the space above it."""
        end = block.span.start
        while end and self.text[end - 1].isspace():
            end -= 1
        return self.text[max(end - 3, 0) : end]

    def _ordinal(self, i: int) -> int:
        """The whole number with which the block at ``i`` begins, if it may be an item of a list; else a negative one."""
        if not 0 <= i < len(self.blocks) or self.blocks[i].kind not in (BlockKind.HEADING, BlockKind.ITEM):
            return -9
        mark = _ORDINAL.match(self.text, *self.blocks[i].span)
        return int(mark["number"]) if mark else -9

    def _line(self, line: str, span: Span) -> None:
        bare = line.strip().strip("#* ")
        references = _REFERENCES.match(bare)
        if references or (self.paper and _BACK_MATTER.match(bare)):  # a policy has a section on funding, too
            self._close()
            self.zone = BlockKind.REFERENCE if references else BlockKind.BOILERPLATE
            self._add(Block(self.zone, span))
            return
        cells = _cells(line)
        if len(cells) >= 2 and self.zone is None:
            self._close()
            rule = _PIPE_RULE.match(line)
            self._add(Block(BlockKind.BOILERPLATE if rule else BlockKind.ROW, span, cells=cells))
            return
        heading = _heading(line, span) if self._may_open(line) else None
        if heading and self._opens_section(heading, line):
            self._close()
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

    def _may_open(self, line: str) -> bool:
        """Whether a heading may stand here: first in its block, or below a finished sentence and unmistakable."""
        if not self.open or _MD_HEADING.match(line):
            return True
        last = self.text[self.open[-1].start : self.open[-1].end]
        return bool(_TERMINAL.search(last) and (_DIVISION.match(line.strip()) or _DIVISION_EN.match(line.strip())))

    def _opens_section(self, heading: Block, line: str) -> bool:
        """Numbered lines in a reference list are references, not headings."""
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
