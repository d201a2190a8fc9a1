"""What a document is: its text and pages, what is known of it, and the passages that it is cut into, with their closed vocabularies."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Kind(StrEnum):
    """What a source is used for."""

    POLICY = "policy"
    CASE = "case"


class Authority(StrEnum):
    """Who speaks, from the most binding to the least. The order of the members is the order of precedence."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    LOCAL_REGULATION = "local_regulation"
    DEPARTMENT_RULE = "department_rule"
    NORMATIVE_DOCUMENT = "normative_document"
    INSTITUTIONAL_RULE = "institutional_rule"
    RESEARCH_PAPER = "research_paper"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for a law, growing as the text binds less."""
        return list(Authority).index(self)


class Status(StrEnum):
    """Whether a text is in force. ``UNKNOWN`` is never treated as in force."""

    IN_FORCE = "in_force"
    TRIAL = "trial"
    AMENDED = "amended"
    REPEALED = "repealed"
    EXPIRED = "expired"
    PROPOSED = "proposed"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """Who may see a source."""

    PUBLIC = "public"
    STAFF = "staff"
    ENTERPRISE = "enterprise"


class Standing(StrEnum):
    """How the words of a passage came about; set for a whole source or by a heading attribute ``{standing=...}``."""

    TEXT = "text"
    """The instrument or paper itself, or a digest made from reading it."""
    SECONDARY = "secondary"
    """Reported by somebody else; the instrument was not read."""
    OBSERVED = "observed"
    """Something an author saw in a case."""
    REPORTED = "reported"
    """A figure that an author gives."""
    PROPOSAL = "proposal"
    """Something an author proposes."""


class PassageKind(StrEnum):
    """What a passage is, structurally. Boilerplate and references are stored but never answer."""

    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    LIST = "list"
    ROW = "row"
    TITLE = "title"
    REFERENCE = "reference"
    BOILERPLATE = "boilerplate"


SILENT = frozenset({PassageKind.REFERENCE, PassageKind.BOILERPLATE})
"""Passages that are kept and shown, but neither searched nor quoted."""


class Span(NamedTuple):
    """Half-open range of characters in a source's text."""

    start: int
    end: int


class Box(NamedTuple):
    """A rectangle on a page as it is shown: shares of the page's width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class PrintedLine(NamedTuple):
    """Where a stretch of a source's text is printed."""

    page: int
    span: Span
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source: its printed number (1-based) and the characters it covers."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a source apart from its text. Field names are the keys of front matter."""

    id: str = ""
    work: str = ""
    """The work of which this source is one language version or edition; the source's own id where none is given."""
    title_en: str = ""
    title_zh: str = ""
    aliases: tuple[str, ...] = ()
    """Other names that people use for it."""
    language: str = ""
    kind: Kind = Kind.POLICY
    authority: Authority = Authority.UNKNOWN
    status: Status = Status.UNKNOWN
    jurisdiction: str = ""
    """ISO 3166 code (``CN``, ``CN-50``, with a city slug after a further hyphen: ``CN-33-ningbo``); empty if unknown."""
    issuing_body: str = ""
    document_number: str = ""
    issued: dt.date | None = None
    effective: dt.date | None = None
    expires: dt.date | None = None
    supersedes: tuple[str, ...] = ()
    superseded_by: str = ""
    url: str = ""
    audience: Audience = Audience.PUBLIC
    standing: Standing = Standing.TEXT
    reported_by: str = ""
    """Who reported it, where ``standing`` is ``secondary``."""
    note: str = ""
    """One line for the reader, shown with each citation: what is uncertain about this source."""

    @property
    def title(self) -> str:
        """The title in the source's own language, or in the other one."""
        zh, en = self.title_zh, self.title_en
        return (zh or en) if self.language == "zh" else (en or zh)

    @property
    def years(self) -> frozenset[str]:
        """The years by which people call a text (*the 2016 rules*): of its dates, its document number and its titles."""
        written = _YEAR.findall(" ".join((self.document_number, self.title_zh, self.title_en, *self.aliases)))
        return frozenset(written) | {str(day.year) for day in (self.issued, self.effective) if day}


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question of which is known whether a document answers it; where not, it only looks as if it did."""

    text: str
    answered: bool
    at: str = ""
    """The heading that it was put to, with as many of those above it as tell it from others; empty where none is given."""


@dataclass(frozen=True, slots=True)
class Source:
    """One document as the library holds it. Every span in the system is a range of ``text``."""

    metadata: Metadata
    text: str
    pages: tuple[Page, ...]
    sha256: str
    path: str
    """Where the file was read from, for messages only."""
    warnings: tuple[str, ...] = ()
    original: str = ""
    """The name under which the library keeps the file itself; empty where it does not."""
    lines: tuple[PrintedLine, ...] = field(default=(), compare=False, repr=False)
    """Where the text is printed, as the reader found it; the library gives them back page by page."""
    questions: tuple[KnownQuestion, ...] = ()
    """Those that are known of it."""
    named: bool = field(default=False, compare=False)
    """Whether its id was given with it, and not made of its file's name; not kept."""

    @property
    def id(self) -> str:
        """The slug that names this source everywhere."""
        return self.metadata.id

    @property
    def title(self) -> str:
        """The title in the source's own language, or in the other one."""
        return self.metadata.title


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing an answer quotes: a sentence, a table row, or a list item with its lead-in."""

    span: Span
    lead: Span | None = None
    """The sentence that introduces the list or the header of the table."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrievable stretch of a source. ``source.text[span.start:span.end] == text``, always."""

    id: str
    source_id: str
    span: Span
    text: str
    locator: str
    heading: str
    """The headings above it, joined by `` › ``; searched, never quoted."""
    kind: PassageKind
    page_from: int
    page_to: int
    units: tuple[Unit, ...]
    article: int = 0
    """The article number, 0 where the text has none."""
    standing: Standing = Standing.TEXT
    reported_by: str = ""
    asked: tuple[str, ...] = ()
    """In which words people ask for it, where its heading says so (``{asked="…; …"}``); searched, never quoted."""
