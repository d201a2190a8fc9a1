"""The library as a LangChain retriever, for use in any chain.

For example, with an assistant over a library that has been filled::

    retriever = PolicyRetriever(assistant=Assistant(), k=5, scope=Scope(jurisdiction="CN-50"))
    chain = retriever | RunnableLambda(lambda documents: [d.metadata["locator"] for d in documents])
    chain.invoke("How long may an internship last?")
"""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from assistant.pipeline import Assistant
from assistant.results import Hit, Scope


class PolicyRetriever(BaseRetriever):
    """Finds passages as ``assistant search`` does; each document is one passage, and says where it stands and how far it binds."""

    assistant: Assistant
    k: int = Field(default=10, ge=1)
    """Most documents returned."""
    scope: Scope = Scope()
    """What may answer: day, place, audience, kind and status."""

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(hit) for hit in self.assistant.search(query, self.k, self.scope)]


def _document(hit: Hit) -> Document:
    """Return a passage as LangChain knows it. ``start`` and ``end`` are positions in the source's text."""
    passage, source = hit.passage, hit.source
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "source_id": source.id,
            "title": source.title,
            "locator": passage.locator,
            "page": passage.page_from,
            "authority": source.authority.value,
            "status": source.status.value,
            "jurisdiction": source.jurisdiction,
            "document_number": source.document_number,
            "passage_id": passage.id,
            "score": hit.score,
            "start": passage.span.start,
            "end": passage.span.end,
        },
    )
