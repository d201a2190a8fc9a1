"""What of a source gets a vector: the passages that the model can read, their units, the words that the library has not met yet, its known questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.documents import SILENT, Passage, Source
from assistant.library.embedding import READABLE, Embedder, PassageVectors, Vectors
from assistant.library.thesaurus import Lexicon


@dataclass(frozen=True, slots=True)
class Encoding:
    """The vectors of one source."""

    passages: Mapping[str, PassageVectors]
    """Those of each passage that has any, by id."""
    words: Mapping[str, Vectors]
    """The vector of each new word, English ones by stem."""
    questions: Vectors
    """Those of the questions that are known of it, shape ``(questions, dimension of the model for questions)``."""


def encode(
    source: Source, passages: Sequence[Passage], embedder: Embedder, lexicon: Lexicon, new_words: Callable[[Iterable[str]], Iterable[str]]
) -> Encoding:
    """Return the vectors of a source that was cut into ``passages``; ``new_words`` gives those of some words that have no vector yet."""
    spoken = [p for p in passages if p.kind not in SILENT]
    readable = [p for p in spoken if embedder.reads(p.text) >= READABLE]
    words = encode_words([p.text for p in spoken], lexicon, new_words)
    return Encoding(encode_passages(source, readable, embedder), words, _embed([q.text for q in source.questions], embedder.of_questions))


def encode_words(texts: Iterable[str], lexicon: Lexicon, new_words: Callable[[Iterable[str]], Iterable[str]]) -> dict[str, Vectors]:
    """Return the vectors of those words of ``texts`` that ``new_words`` says have none yet."""
    found = lexicon.words_of(texts)
    new = list(new_words(found))
    return dict(zip(new, lexicon.embed([found[word] for word in new]), strict=True))


def encode_passages(source: Source, passages: Sequence[Passage], embedder: Embedder) -> dict[str, PassageVectors]:
    """Return the vectors of passages of a source, by id."""
    if not passages:
        return {}
    own = _embed([embedded_text(source, p) for p in passages], embedder)
    units = _embed([text for p in passages for text in (*(source.text[u.span.start : u.span.end] for u in p.units), *p.asked)], embedder)
    ends = np.cumsum([len(p.units) + len(p.asked) for p in passages])[:-1]
    return {p.id: PassageVectors(mine, parts) for p, mine, parts in zip(passages, own, np.split(units, ends), strict=True)}


def embedded_text(source: Source, passage: Passage) -> str:
    """Return what is embedded for a passage: its headings (nearest last), then its words."""
    heading = passage.heading.rsplit(" › ", 1)[-1] if passage.heading else source.title
    return f"{heading}\n{passage.text}" if not passage.text.startswith(heading) else passage.text


def _embed(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return vectors in half precision, as the library keeps them: a vector store that is filled from it again is then the same."""
    vectors = embedder.embed(texts) if texts else np.zeros((0, embedder.dimension), np.float32)
    return vectors.astype(np.float16).astype(np.float32)
