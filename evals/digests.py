"""The digests that ship, and the texts that they rest on, each cut into the sections whose facts are compared.

The texts are read here with an eye of their own and not by the assistant's chunker, so that a fault of the chunker cannot
hide a fault of a digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.documents import Kind, Metadata, Standing
from assistant.language.facts import han_number
from assistant.library.structure import Attributes, BlockKind, read_blocks
from assistant.reading.loading import load

_NUMERAL = "零〇一二三四五六七八九十百千"
_ARTICLE = re.compile(rf"^[#*\s　]*第(?P<zh>[{_NUMERAL}]+)条(?P<en>)", re.MULTILINE)
_EXCERPT = re.compile(rf"(?:^|(?<=[\s。…\[]))第(?P<zh>[{_NUMERAL}]+)条(?=[\s\]])|^(?:\* )?Art(?:icle |\.)(?P<en>\d+)|(?<=\. )Art\.(?P<en2>\d+)", re.MULTILINE)
_ITEM = re.compile(r"^(?P<zh>[一二三四五六七八九十]+)、(?P<en>)", re.MULTILINE)
_CHAPTER = re.compile(rf"^[#*\s　]*第[{_NUMERAL}]+章", re.MULTILINE)
_NAMED_ARTICLE = re.compile(rf"(?:Article|Item) (?P<en>\d+)|第(?P<zh>[{_NUMERAL}]+)条")
_PLACE = re.compile(r"\d+(?:\.\d+)*|[IVX]+(?:\(\d+\))?$|[一二三四五六七八九十]+(?:（[一二三四五六七八九十]+）)?$")
_NOTE = ("Reading note", "阅读说明", "关于保险的阅读说明")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REPORT = re.compile(r"^(?:---|\* (?!Article \d+ as quoted)|\[a public|(?:press|targets|interpretation|results|time-limited)\b)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """The text below one heading of a digest."""

    heading: str
    place: str
    """Where the instrument or paper has it: ``27`` for Article 27, ``3.2.1`` for a section of a paper; empty if it has none."""
    standing: Standing | None
    reporter: str
    text: str
    asked: tuple[str, ...] = ()
    """In which words people ask for it."""

    @property
    def is_article(self) -> bool:
        """Whether it digests one article or item of an instrument."""
        return bool(_NAMED_ARTICLE.match(self.heading))

    @property
    def is_note(self) -> bool:
        """Whether it is a remark of the digest's authors on what they read."""
        return self.heading.startswith(_NOTE)


@dataclass(frozen=True, slots=True)
class Digest:
    """One file of the corpus."""

    metadata: Metadata
    sections: tuple[Section, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What other digests call the work by."""
        data = self.metadata
        author = data.issuing_body.partition(",")[0].partition("，")[0] if data.kind is Kind.CASE else ""
        titles = (data.title_en, data.title_zh, data.title_zh.removeprefix("中华人民共和国"), data.document_number, author, *data.aliases)
        return tuple(name for name in titles if name)


@dataclass(frozen=True, slots=True)
class Original:
    """The text that a digest rests on: an instrument, excerpts of one with what was reported of it, or a paper."""

    path: Path
    text: str
    articles: Mapping[str, str]
    """The text of each article by its number, and of each section of a paper."""

    @property
    def read(self) -> str:
        """The words of the instrument itself: of excerpts, the Chinese lines before the English ones that report."""
        if self.is_whole:
            return self.text
        words = _COMMENT.sub("", self.text)
        report = _REPORT.search(words)
        quoted = [line for line in words.splitlines() if line.startswith("* Article ")]
        return "\n".join([words[: report.start()] if report else words, *quoted])

    @property
    def counts(self) -> set[int]:
        """How many articles and chapters it has."""
        return {len(self.articles), len(_CHAPTER.findall(self.text))}

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole instrument and not excerpts."""
        return self.path.parent.name != "excerpts"


def read_digest(path: Path) -> Digest:
    """Return a digest with its sections in order; headings without text are left out."""
    source = load(path)
    sections: list[Section] = []
    place, heading, attributes, body = "", "", Attributes(), ""
    for block in read_blocks(source.text):
        if block.kind in (BlockKind.HEADING, BlockKind.ARTICLE):
            if body.strip():
                sections.append(Section(heading, place, attributes.standing, attributes.reported_by, body.strip(), attributes.asked))
            found = _PLACE.match(block.number or block.label)
            named = _NAMED_ARTICLE.match(block.label)
            if named or found or source.metadata.kind is not Kind.CASE:
                place = _number(named) if named else found.group() if found else ""
            heading, attributes, body = block.label, block.attributes, ""
        elif block.kind is not BlockKind.BOILERPLATE:
            body += source.text[block.span.start : block.span.end] + "\n"
    if body.strip():
        sections.append(Section(heading, place, attributes.standing, attributes.reported_by, body.strip(), attributes.asked))
    return Digest(source.metadata, tuple(sections))


def _number(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("en") or groups.get("en2") or str(han_number(match["zh"]))


def read_instrument(path: Path, *more: Path) -> Original:
    """Return an instrument, or excerpts of one, by articles; ``more`` files report of it, too."""
    text = path.read_text(encoding="utf-8")
    whole = path.parent.name != "excerpts"
    found = list((_ARTICLE if whole else _EXCERPT).finditer(text)) or list(_ITEM.finditer(text))
    ends = [m.start() for m in found[1:]] + [len(text)] * bool(found)
    articles: dict[str, str] = {}
    for match, end in zip(found, ends, strict=True):
        articles[_number(match)] = articles.get(_number(match), "") + text[match.start() : end]
    reports = ["---\n" + file.read_text(encoding="utf-8") for file in more]
    return Original(path, "\n".join([text, *reports]), articles)


def read_paper(path: Path, digest: Digest) -> Original:
    """Return a paper by the sections that its digest names by number."""
    text = path.read_text(encoding="utf-8")
    starts: list[tuple[int, str]] = [(0, "")]
    for place in dict.fromkeys(s.place for s in digest.sections if s.place):
        heading = re.compile(rf"^[#*\s]*{re.escape(place)}\.?\s+[A-Z]", re.MULTILINE).search(text, starts[-1][0])
        if heading:
            starts.append((heading.start(), place))
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return Original(path, text, {place: text[start:end] for (start, place), end in zip(starts, ends, strict=True)})


def paper_of(digest: Digest, papers: Sequence[Path]) -> Path | None:
    """Return the paper whose opening has the digest's English title, in whatever case and spacing, or whose text has its address."""
    title, address = _letters(digest.metadata.title_en)[:80], digest.metadata.url or "\0"
    texts = ((path, path.read_text(encoding="utf-8")) for path in papers)
    return next((path for path, text in texts if title in _letters(text[:3000]) or address in text), None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
