"""The bodies of requests: what may come in, checked before anything is done with it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.api.examples import ASK, BENEFITS, COMPLETION, COSTS, FEEDBACK, INDEX, MAP, SEARCH
from assistant.documents import Audience, Kind
from assistant.errors import MetadataError
from assistant.reading.metadata import parse_metadata
from assistant.results import Reason, Scope

MAX_QUESTION = 2000


def _readable(value: str) -> str:
    """Return a text that can be stored and sent: no blank one, no half of a surrogate pair, no control characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not valid Unicode") from None
    plain = "".join(" " if ord(c) < 32 and c not in "\n\t" else c for c in value)
    if not plain.strip():
        raise ValueError("is blank")
    return plain.strip()


def _place(value: str) -> str:
    if value:
        try:
            parse_metadata({"jurisdiction": value}, "")
        except (MetadataError, UnicodeEncodeError):
            raise ValueError("is not an ISO 3166 code such as CN, CN-50 or CN-33-ningbo") from None
    return value


Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, description="In Chinese or English."), AfterValidator(_readable)]
Jurisdiction = Annotated[str, Field(max_length=64, description="Where the asker is, as ISO 3166-2 (`CN-50`)."), AfterValidator(_place)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ScopeIn(_In):
    """What a question may be answered from."""

    as_of: dt.date | None = Field(None, description="Answer as of this day; today if none is given.")
    jurisdiction: Jurisdiction = ""
    kind: Kind | None = Field(None, description="Use only sources of this kind.")
    audience: Audience | None = Field(None, description="Use only what this audience may see: what is public, and its own; never more than the asker may see.")

    def scope(self, seen: frozenset[Audience]) -> Scope:
        """Return it as a scope for somebody who sees ``seen``."""
        wanted = seen if self.audience is None else seen & {Audience.PUBLIC, self.audience}
        return Scope(as_of=self.as_of, jurisdiction=self.jurisdiction, audiences=wanted, kind=self.kind)


class AskRequest(ScopeIn):
    """A question and what it may be answered from."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASK]})
    question: Question


class SearchRequest(ScopeIn):
    """A question, and how many passages to return."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SEARCH]})
    question: Question
    k: int = Field(10, ge=1, le=100, description="Passages to return at most.")


class BenefitsRequest(_In):
    """An enterprise, the day and the place."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [BENEFITS]})
    profile: dict[str, str | int | float | bool] = Field(description="What is known of the enterprise, by field.", max_length=200)
    language: Literal["zh", "en"] = "zh"
    as_of: dt.date | None = None
    jurisdiction: Jurisdiction = ""


class ToolRequest(_In):
    """The language and form of a report."""

    language: Literal["zh", "en"] = "zh"
    format: Literal["json", "html", "docx"] = "json"


Score = str | float | dict[str, str | float]


class IndexRequest(ToolRequest):
    """Scores of indicators and evaluators from 0 to 100, and where the college's grades begin."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [INDEX]})
    name: str = Field("", max_length=200)
    scores: dict[str, Score] = Field(default_factory=dict, max_length=200, description="By indicator: a score, or `value`, `worst` and `best`.")
    evaluators: dict[str, str | float] = Field(default_factory=dict, max_length=20)
    grades: dict[str, str | float] = Field(default_factory=dict, max_length=4)


class MapRequest(ToolRequest):
    """Words to look for, or what an enterprise needs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [MAP]})
    search: str = Field("", max_length=200)
    demand: str = Field("", max_length=20_000)


class CostsRequest(ToolRequest):
    """What is known of a damage, a fund or an industry college; at least one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [COSTS]})
    damaged_part: float | None = Field(None, ge=0, le=1e12, description="Yuan.")
    fund_total: float | None = Field(None, ge=0, le=1e12, description="Yuan.")
    industry_college_income: float | None = Field(None, ge=0, le=1e12, description="Yuan a year.")
    share_held: float | None = Field(None, ge=0, le=100, description="Percent.")


class CitationIn(BaseModel):
    """A citation as the answer had it; what else it had may be sent and is not kept."""

    model_config = ConfigDict(extra="ignore")
    source_id: str = Field(max_length=255)
    locator: str = Field(max_length=500)
    quote: str = Field(max_length=10_000)


class EvidenceIn(_In):
    """The words that do answer, and the source in which they stand."""

    source: str = Field(max_length=255)
    quote: str = Field(min_length=1, max_length=10_000)


class FeedbackRequest(_In):
    """What somebody thinks of an answer: with the fields of the answer, and what would have been right."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FEEDBACK]})
    question: Question
    outcome: Literal["answer", "abstention"]
    thumbs: Literal["up", "down"]
    reason: Reason | None = Field(None, description="Why it declined, where it did.")
    citations: list[CitationIn] = Field(default_factory=list, max_length=100)
    as_of: dt.date | None = None
    fingerprint: str = Field("", max_length=64)
    expected: Literal["", "answer"] | Reason = Field("", description="What it should have done: `answer`, or the reason for which it should have declined.")
    evidence: list[EvidenceIn] = Field(default_factory=list, max_length=20)


class ContentPart(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(max_length=32)
    text: str = ""


class ChatMessage(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class CompletionRequest(BaseModel):
    """A request of a chat client. What only steers a language model (temperature and the like) is accepted and not used."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [COMPLETION]})
    model: str = Field(max_length=200)
    messages: list[ChatMessage] = Field(min_length=1, max_length=500)
    stream: bool = False
    as_of: dt.date | None = None
    jurisdiction: Jurisdiction = ""
    kind: Kind | None = None
