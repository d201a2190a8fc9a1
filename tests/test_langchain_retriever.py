"""The library inside LangChain chains."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from pydantic import ValidationError

from assistant.config import load_settings
from assistant.documents import Status
from assistant.langchain_retriever import PolicyRetriever
from assistant.language.glossary import Dictionary
from assistant.pipeline import Assistant
from assistant.questions.query import QueryReader
from assistant.results import Scope
from tests.fakes import HashEmbedder
from tests.libraries import make_source

LAW = make_source(
    "internship-law",
    "# Internship Law\n\nArticle 1\n\nInterns receive a wage each month.\n\nArticle 2\n\nAn internship lasts six months at most.",
    title_en="Internship Law",
    document_number="Order No. 12",
)
RULE = make_source("sichuan-rule", "# Sichuan Rule\n\nInterns in Sichuan receive a bonus each month.", title_en="Sichuan Rule", jurisdiction="CN-51")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Assistant]:
    library = Assistant(load_settings(home=tmp_path_factory.mktemp("home"), corpus=""), HashEmbedder())
    library.reader = QueryReader(library.glossary, dictionary)  # another takes seconds to build
    with closing(library.index):
        library.index.take(LAW)
        library.index.take(RULE)
        yield library


def test_documents_are_the_hits(assistant: Assistant) -> None:
    hits = assistant.search("How long may an internship last?", 3)
    documents = PolicyRetriever(assistant=assistant, k=3).invoke("How long may an internship last?")
    assert [(d.id, d.page_content, d.metadata["score"]) for d in documents] == [(h.passage.id, h.passage.text, h.score) for h in hits]


def test_each_document_says_where_it_stands(assistant: Assistant) -> None:
    document = PolicyRetriever(assistant=assistant).invoke("How long may an internship last?")[0]
    score = document.metadata.pop("score")
    start, end = document.metadata.pop("start"), document.metadata.pop("end")
    assert score > 0
    assert LAW.text[start:end] == document.page_content
    assert document.metadata == {
        "source_id": "internship-law",
        "title": "Internship Law",
        "locator": "Art. 2",
        "page": 1,
        "authority": "law",
        "status": "in_force",
        "jurisdiction": "CN",
        "document_number": "Order No. 12",
        "passage_id": document.id,
    }


def test_k_and_scope_are_kept_to(assistant: Assistant) -> None:
    question = "What do interns receive each month?"
    assert len(PolicyRetriever(assistant=assistant, k=1).invoke(question)) == 1
    found = PolicyRetriever(assistant=assistant, scope=Scope(jurisdiction="CN-50")).invoke(question)
    assert {d.metadata["source_id"] for d in found} == {"internship-law"}
    assert PolicyRetriever(assistant=assistant, scope=Scope(status=Status.REPEALED)).invoke(question) == []


def test_it_serves_in_a_chain(assistant: Assistant) -> None:
    def quote(documents: list[Document]) -> str:
        return documents[0].page_content

    retriever = PolicyRetriever(assistant=assistant, k=2)
    chain = {"context": retriever | RunnableLambda(quote), "question": RunnablePassthrough()} | RunnableLambda(lambda x: f"{x['question']} {x['context']}")
    question = "How long may an internship last?"
    assert chain.invoke(question) == f"{question} {retriever.invoke(question)[0].page_content}"
    assert "six months" in chain.invoke(question)
    assert (retriever | RunnableLambda(quote)).batch([question, question]) == [retriever.invoke(question)[0].page_content] * 2


def test_it_serves_asynchronously(assistant: Assistant) -> None:
    retriever = PolicyRetriever(assistant=assistant, k=2)
    assert asyncio.run(retriever.ainvoke("How long may an internship last?")) == retriever.invoke("How long may an internship last?")


def test_none_is_not_a_number_of_documents(assistant: Assistant) -> None:
    with pytest.raises(ValidationError):
        PolicyRetriever(assistant=assistant, k=0)
