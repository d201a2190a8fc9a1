"""Records, closed vocabularies and errors that every other module speaks.

The exception tree::

    AssistantError                 anything a user can put right; its text is one line: what, where, what to do
    ├── ConfigError                a setting or prompt file is wrong
    ├── MetadataError              front matter, sidecar or --metadata holds an unknown key or value
    ├── ProfileError               a field of an enterprise profile is unknown or holds a wrong value
    ├── ProvisionError             an entry of the catalogue of provisions is wrong
    ├── ToolError                  a table, scores file or setting that a tool was given is wrong
    ├── RowError                   a row of a batch file lacks a field or holds a wrong one
    ├── AccountError               an account, session or token cannot be made, found or kept
    ├── ChatError                  a chat model does not answer
    ├── ConversationError          conversations cannot be read or written
    ├── LoadError                  a file cannot be taken
    │   ├── UnknownSuffix          no reader for this kind of file
    │   ├── EmptyFile              nothing in it
    │   ├── NoTextLayer            pages, but no text on them
    │   ├── EncryptedFile          a password is needed
    │   └── UnreadableFile         damaged, or not what its suffix says
    ├── BackupError                a backup cannot be written, read or put in place
    └── LibraryError                the stored index cannot serve
        ├── IndexMismatch          built with another embedder or chunker
        ├── IndexUnavailable       locked, missing rights, or the vector server is away
        ├── SourceNotFound         no source with that id
        └── NoPicture              a source whose pages cannot be shown
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from assistant.exchange import Notice, Trouble, Usage, Withheld


class AssistantError(Exception):
    """Anything a user can put right. ``str(error)`` is one line: what, where, what to do."""


class ConfigError(AssistantError):
    """A setting or a prompt file is wrong."""


class MetadataError(AssistantError):
    """A metadata key or value is not one of the legal ones."""


class ProfileError(AssistantError):
    """A field of an enterprise profile is not one of the known ones, or its value is not legal."""


class ProvisionError(AssistantError):
    """An entry of the catalogue of provisions holds an unknown key or field, or a formula that is none."""


class ToolError(AssistantError):
    """A table, a file of scores or a setting that a tool was given is wrong."""


class RowError(AssistantError):
    """A row of a batch file lacks a field or holds a wrong one."""


class AccountError(AssistantError):
    """An account, session or token cannot be made, found or kept."""


class ChatError(AssistantError):
    """A chat model does not answer, or what it says is of no use. The text never quotes the provider: that may hold a key."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class ConversationError(AssistantError):
    """Conversations cannot be read or written, or there is none with that id."""


class LoadError(AssistantError):
    """A file cannot be taken into the library."""


class UnknownSuffix(LoadError):
    """There is no reader for this kind of file."""


class EmptyFile(LoadError):
    """The file holds no text at all."""


class NoTextLayer(LoadError):
    """The file has pages, but no text on them (a scan)."""


class EncryptedFile(LoadError):
    """The file needs a password."""


class UnreadableFile(LoadError):
    """The file is damaged, or not what its suffix says."""


class BackupError(AssistantError):
    """A backup cannot be written, is damaged, or cannot be put in place."""


class LibraryError(AssistantError):
    """The stored index cannot serve this request."""


class IndexMismatch(LibraryError):
    """The index was built with another embedder, dimension or chunker."""


class IndexUnavailable(LibraryError):
    """The index is locked, may not be written, or its vector server is away."""


class SourceNotFound(LibraryError):
    """No source has that id."""


class NoPicture(LibraryError):
    """The pages of a source cannot be shown: it has none, or its file is not kept."""


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


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Hits are ordered by ``(-score, passage.id)``."""

    passage: Passage
    source: Metadata
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    """The 1-based rank in each leg that found it, by leg name."""


class Verdict(StrEnum):
    """What verification says of a sentence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason and a score in [0, 1], 1 being certain support."""

    verdict: Verdict
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that carry a statement, resolved when the source was taken in."""

    n: int
    passage_id: str
    source_id: str
    title: str
    document_number: str
    authority: Authority
    status: Status
    jurisdiction: str
    standing: Standing
    label: str
    """One line on how far this text binds, in the answer's language."""
    note: str
    """What is uncertain about the source, from its metadata."""
    locator: str
    page: int
    """The page, from 1; a text without pages is one page."""
    quote: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and the numbers of the citations that carry it."""

    text: str
    verdict: Verdict
    reason: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two live sources that give different values, and the rule that decides, if one does."""

    subject: str
    citations: tuple[int, ...]
    values: tuple[str, ...]
    rule: str


class Reason(StrEnum):
    """Why the assistant declined."""

    NOTHING_FOUND = "nothing_found"
    EVIDENCE_TOO_WEAK = "evidence_too_weak"
    UNSUPPORTED = "unsupported"
    OUT_OF_SCOPE = "out_of_scope"
    FALSE_PREMISE = "false_premise"


EXTRACTIVE = "extractive"
"""Who answered, where no chat model did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified statements in reading order, with everything needed to check and to reproduce them."""

    question: str
    language: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]
    hits: tuple[Hit, ...]
    as_of: dt.date
    revision: int
    fingerprint: str
    notes: tuple[str, ...] = ()
    """Cautions about the answer as a whole, such as that only a paper's proposal was found."""
    confidence: float = 1.0
    """How likely the evidence answers the question, from 0 to 1."""
    condensed: str = ""
    """The full question that a follow-up was taken for; empty where it was asked in full."""
    answered_by: str = EXTRACTIVE
    """``extractive``, or the chat model whose sentences these are."""
    withheld: tuple[Withheld, ...] = ()
    """Sentences that the model wrote and that did not hold."""
    notices: tuple[Notice, ...] = ()
    """What went wrong while the model was asked."""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Abstention:
    """A refusal: why, what is missing, and the nearest passages."""

    question: str
    language: str
    reason: Reason
    missing: tuple[str, ...]
    message: str
    hits: tuple[Hit, ...]
    as_of: dt.date
    revision: int
    fingerprint: str
    confidence: float = 0.0
    """How likely the evidence answers the question all the same, from 0 to 1."""
    condensed: str = ""
    notices: tuple[Notice, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from. Empty fields do not filter."""

    as_of: dt.date | None = None
    jurisdiction: str = ""
    audiences: frozenset[Audience] = frozenset(Audience)
    kind: Kind | None = None
    status: Status | None = None
    sources: frozenset[str] | None = None
    """The ids of the sources that may answer; ``None`` for all. The empty set answers nothing."""
