"""The bodies of responses, described for the OpenAPI file; `assistant.wire` makes most of them. Further fields may come."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from assistant.api.examples import ANSWER, HITS, INGESTED, REMOVED, SOURCE
from assistant.documents import Audience, Authority, Kind, Standing, Status
from assistant.results import Reason, Verdict


class _Out(BaseModel):
    model_config = ConfigDict(extra="allow")


class ErrorBody(_Out):
    """What is wrong, for programs (`code`, `type`) and for people (`message`); `param` names the field."""

    code: str
    message: str
    type: str
    param: str | None


class ErrorOut(_Out):
    """What every error looks like."""

    error: ErrorBody


class StatementOut(_Out):
    """One sentence, and the numbers of the citations that carry it."""

    text: str
    verdict: Verdict
    citations: list[int]
    reason: str


class CitationOut(_Out):
    """The exact words that carry a sentence, and where they stand."""

    n: int
    source_id: str
    title: str
    document_number: str
    authority: Authority
    status: Status
    jurisdiction: str
    locator: str
    page: int
    quote: str
    start: int
    end: int
    standing: Standing
    label: str
    note: str


class ConflictOut(_Out):
    """Sources that give different values, and the rule that decides, if one does."""

    subject: str
    citations: list[int]
    values: list[str]
    rule: str


class HitOut(_Out):
    """A passage found."""

    source_id: str
    passage_id: str
    locator: str
    page: int
    score: float
    text: str


class AnswerOut(_Out):
    """An answer or a refusal."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [ANSWER]})
    question: str
    language: str
    outcome: Literal["answer", "abstention"]
    reason: Reason | None
    statements: list[StatementOut]
    citations: list[CitationOut]
    conflicts: list[ConflictOut]
    hits: list[HitOut]
    as_of: dt.date
    revision: int
    fingerprint: str
    missing: list[str]
    message: str
    notes: list[str]
    confidence: float
    condensed: str
    answered_by: str | None
    withheld: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    usage: dict[str, Any] | None
    tool: dict[str, str] | None


class SearchOut(_Out):
    """The passages found, best first."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [HITS]})
    question: str
    hits: list[HitOut]


class SourceOut(_Out):
    """A source as listed. Where its file lies on the server is not said."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [SOURCE]})
    id: str
    work: str
    title_en: str
    title_zh: str
    aliases: list[str]
    language: str
    kind: Kind
    authority: Authority
    status: Status
    jurisdiction: str
    issuing_body: str
    document_number: str
    issued: dt.date | None
    effective: dt.date | None
    expires: dt.date | None
    supersedes: list[str]
    superseded_by: str
    url: str
    audience: Audience
    standing: Standing
    reported_by: str
    note: str
    passages: int
    characters: int
    taken_at: str
    sha256: str


class SourcesOut(_Out):
    """One part of the list; `total` counts all that match."""

    total: int
    sources: list[SourceOut]


class PageOut(_Out):
    """A page, as a range of the text."""

    number: int
    start: int
    end: int


class PassageOut(_Out):
    """A passage, as a range of the text."""

    passage_id: str
    locator: str
    heading: str
    kind: str
    page_from: int
    page_to: int
    start: int
    end: int
    text: str


class SourceTextOut(_Out):
    """One source with its text; all offsets are characters of ``text``."""

    source: SourceOut
    text: str
    pages: list[PageOut]
    passages: list[PassageOut]
    warnings: list[str]


class RemovedOut(_Out):
    """What is left of a removed source, by where it was looked for: zeros."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [REMOVED]})
    id: str
    left: dict[str, int]


class FileOut(_Out):
    """What became of one file."""

    name: str
    outcome: Literal["added", "unchanged", "replaced", "failed"]
    source_id: str
    title: str
    passages: int
    warnings: list[str]
    error: str
    fault: str


class IngestOut(_Out):
    """One report for each file, and how many had each outcome."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [INGESTED]})
    files: list[FileOut]
    summary: dict[str, int]


class WorksheetOut(_Out):
    """What an enterprise may claim and what it owes; each row is pinned to its clauses by number."""

    profile: dict[str, Any]
    language: str
    as_of: dt.date
    jurisdiction: str
    revision: int
    fingerprint: str
    benefits: list[dict[str, Any]]
    obligations: list[dict[str, Any]]
    proposals: list[dict[str, Any]]
    apart: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    citations: list[CitationOut]


class FeedbackOut(_Out):
    """The id under which it is kept."""

    id: str


class HealthOut(_Out):
    """`filling` while an empty library is filled for the first time."""

    status: Literal["ok", "filling"]


class MeOut(_Out):
    """Who asks, what they see and what they may do."""

    name: str
    role: str
    audiences: list[Audience]
    rights: list[str]


class ToolOut(_Out):
    """What a tool came to; its other fields are described in docs/tools.md."""

    citations: list[CitationOut]
