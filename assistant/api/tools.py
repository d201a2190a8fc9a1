"""Tools for language models over the Model Context Protocol, at ``/mcp`` (streamable HTTP, no sessions).

Who asks is decided by the guard, as for every other route: a tool shows a model only what its user may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette

import assistant
from assistant import wire
from assistant.access.people import Person, person_of
from assistant.api.errors import explain
from assistant.api.limits import MAX_BODY
from assistant.api.requests import Jurisdiction, Question
from assistant.api.service import Service
from assistant.benefits.profile import parse_profile
from assistant.documents import Kind
from assistant.results import Scope

T = TypeVar("T")
PATH = "/mcp"
INSTRUCTIONS = (
    "Answers questions about policies and cases of industry-education integration (产教融合) in China, in Chinese and English, from documents only. "
    "Every sentence of an answer has citations with the exact words; show them. An outcome of 'abstention' means that the library does not answer: "
    "say so, and do not answer from elsewhere as if the library had."
)
_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


class Tools:
    """The tools of one server."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.server: MCPServer[Any] = MCPServer("policy-case-assistant", instructions=INSTRUCTIONS, version=assistant.__version__, log_level="WARNING")
        for tool in (self.ask, self.search, self.benefits):
            self.server.add_tool(tool, annotations=_READ_ONLY)
        self.app: Starlette = self.server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard has done it
        )

    async def ask(
        self,
        question: Question,
        context: Context[Any, Any],
        as_of: dt.date | None = None,
        jurisdiction: Jurisdiction = "",
        kind: Kind | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the library, each sentence pinned to exact words, or decline and say what is missing."""
        person, scope = self._asked(context, as_of, jurisdiction, kind)
        result = await self._run(lambda: self._service.library_for(person).ask(question, scope))
        self._service.metrics.count_outcome(result)
        return wire.answer_to_dict(result)

    async def search(
        self,
        question: Question,
        context: Context[Any, Any],
        k: Annotated[int, Field(ge=1, le=50)] = 10,
        as_of: dt.date | None = None,
        jurisdiction: Jurisdiction = "",
        kind: Kind | None = None,
    ) -> dict[str, Any]:
        """Return the passages of the library nearest to a question, best first."""
        person, scope = self._asked(context, as_of, jurisdiction, kind)
        hits = await self._run(lambda: self._service.library_for(person).search(question, k, scope))
        return {"question": question, "hits": [wire.hit_to_dict(hit) for hit in hits]}

    async def benefits(
        self,
        profile: dict[str, str | int | float | bool],
        context: Context[Any, Any],
        as_of: dt.date | None = None,
        jurisdiction: Jurisdiction = "",
        language: Literal["zh", "en"] = "zh",
    ) -> dict[str, Any]:
        """Return what an enterprise may claim and what it owes, from the known fields of its profile; unknown fields are asked for in `questions`."""
        person, scope = self._asked(context, as_of, jurisdiction, None)
        return wire.worksheet_to_dict(
            await self._run(lambda: self._service.library_for(person).check_benefits(parse_profile(profile, "profile"), scope, language))
        )

    def _asked(self, context: Context[Any, Any], as_of: dt.date | None, jurisdiction: str, kind: Kind | None) -> tuple[Person, Scope]:
        request = context.request_context.request
        person = person_of(request.scope if request is not None else {})
        return person, Scope(as_of=as_of, jurisdiction=jurisdiction, audiences=person.audiences, kind=kind)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._service.workers.run(work)
        except Exception as error:
            raise ToolError(str(explain(error).detail)) from None
