"""Ways to rank a benchmark's documents: the assistant's search, its two legs alone, and plain BM25 to compare with.

Each way maps a question to ``Found`` passages; ``metrics.rank`` puts all of them into order.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence

from assistant.pipeline import Assistant
from assistant.results import Scope
from assistant.search.retrieval import Retriever
from evals.benchmark_library import source_id
from evals.benchmarks import Document, Question, Task
from evals.metrics import Found

SEARCH = "search"
"""The way of ranking that ships."""
DEPTH = 100
"""Passages asked for: the deepest cut-off of any measure."""

Leg = Callable[[Question], list[Found]]


def legs_of(task: Task, assistant: Assistant) -> dict[str, Leg]:
    """Return the ways to rank the documents of a task that ``assistant`` holds, by name; plain BM25 where bm25s is installed."""
    legs = {
        SEARCH: lambda q: _search(assistant, q),
        "words": lambda q: _words(assistant, q),
        "meaning": lambda q: _meaning(assistant, q),
    }
    if importlib.util.find_spec("bm25s"):
        legs["BM25"] = _plain_bm25(task.documents)
    return legs


def scope_of(question: Question) -> Scope:
    """Return where the answer to a question may lie: in its group, if it has one."""
    return Scope(sources=frozenset((source_id(question.group),)) if question.group else None)


def _search(assistant: Assistant, question: Question) -> list[Found]:
    hits = assistant.search(question.text, DEPTH, scope_of(question))
    return [Found(h.passage.id, h.score, h.source.id, 0, "") for h in hits]


def retriever_of(assistant: Assistant) -> Retriever:
    """Return the search of a benchmark's library."""
    assert isinstance(assistant.retriever, Retriever)  # the benchmark's library has the one that ships
    return assistant.retriever


def _words(assistant: Assistant, question: Question) -> list[Found]:
    query = assistant.read(question.text)
    retriever = retriever_of(assistant)
    sources = retriever.eligible(query, scope_of(question))
    languages = sorted({m.language for m in sources.values()})
    return [Found(r.passage_id, r.score, r.source_id, 0, "") for language in languages for r in retriever.words(query, sources, language)]


def _meaning(assistant: Assistant, question: Question) -> list[Found]:
    query = assistant.read(question.text)
    retriever = retriever_of(assistant)
    found = retriever.meaning(query, retriever.eligible(query, scope_of(question)))
    return [Found(i, cosine, "", 0, "") for i, cosine in found]


# -- plain BM25 -------------------------------------------------------------------------------------------------


def plain_words(text: str) -> list[str]:
    """Return words for plain BM25: runs of letters and digits in lower case, and pairs of neighbouring characters of Chinese.

    >>> plain_words("The 3rd Law, 职业教育")
    ['the', '3rd', 'law', '职业', '业教', '教育']
    """
    out: list[str] = []
    for run in re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]+", text.lower()):
        out += [run] if run.isascii() or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
    return out


def _plain_bm25(documents: Sequence[Document]) -> Leg:
    import bm25s

    ranker = bm25s.BM25()
    ranker.index([plain_words(f"{d.title} {d.text}") for d in documents], show_progress=False)

    def leg(question: Question) -> list[Found]:
        words = [w for w in plain_words(question.text) if w in ranker.vocab_dict]
        if not words:
            return []
        scored = zip(documents, ranker.get_scores(words).tolist(), strict=True)
        return [Found(d.id, s, d.group, 0, "") for d, s in scored if s > 0 and question.group in ("", d.group)]

    return leg
