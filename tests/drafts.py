"""A little library in memory, for tests of what is chosen and judged: texts are cut, ranked and weighed as a library's are."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence

from assistant.answers.answering import Draft, ExtractiveAnswerer
from assistant.answers.candidates import Likeness
from assistant.documents import SILENT, Authority, Metadata, Source, Status
from assistant.language.glossary import Dictionary, Glossary
from assistant.library.chunking import chunk
from assistant.library.rows import index_terms
from assistant.questions.query import Query, QueryReader
from assistant.results import Hit
from assistant.search.matching import Weighed

PASSAGES = 100
"""How many passages the library is taken to have: a word that no text here has is rare among so many."""
LAW = Metadata(id="law", title_en="Internship Law", language="en", authority=Authority.LAW, status=Status.IN_FORCE)
PAPER = Metadata(id="paper", title_en="A Paper", language="en", authority=Authority.RESEARCH_PAPER)


class Shelf:
    """Texts with everything that an answerer needs of a library, found in the order given."""

    def __init__(self, dictionary: Dictionary, *texts: tuple[Metadata, str]) -> None:
        self._reader = QueryReader(Glossary(), dictionary)
        self._sources = {m.id: Source(m, text, (), "", "") for m, text in texts}
        found = [(p, s.metadata) for s in self._sources.values() for p in chunk(s) if p.kind not in SILENT]
        self.hits = [Hit(p, m, 1.0 / rank, {"words": rank}) for rank, (p, m) in enumerate(found, start=1)]

    def source(self, source_id: str) -> Source:
        return self._sources[source_id]

    def imprint(self, source_id: str) -> str:
        return ""

    def draft(self, question: str, hits: Sequence[Hit] | None = None, words: int = 120) -> tuple[Query, Draft]:
        """Return the question as read, and what the answerer makes of it."""
        query = self._reader.read(question)
        weighed = {language: self._weigh(query, language) for language in ("en", "zh")}
        return query, ExtractiveAnswerer(words).answer(query, self.hits if hits is None else hits, self, Likeness(weighed, {}, {}), lambda _: 0.0)

    def _weigh(self, query: Query, language: str) -> list[Weighed]:
        seen = Counter(t for hit in self.hits for t in set(index_terms(hit.passage.text)))
        out = []
        for concept in query.concepts:
            forms = tuple(f for f in concept.forms if all(t.isascii() for t in f.terms) is (language == "en") or all(t.isdigit() for t in f.terms))
            df = max((min(seen[t] for t in f.terms) for f in forms), default=0)
            idf = math.log(1 + (PASSAGES - df + 0.5) / (df + 0.5))
            out.append(Weighed(dataclasses.replace(concept, forms=forms), idf, df > 0))
        return out
