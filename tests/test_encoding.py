"""What of a source gets a vector."""

from __future__ import annotations

import numpy as np

from assistant.documents import SILENT
from assistant.language.glossary import Dictionary
from assistant.library.chunking import chunk
from assistant.library.embedding import Vectors
from assistant.library.encoding import embedded_text, encode, encode_passages
from assistant.library.thesaurus import Lexicon
from tests.fakes import EnglishReader, HashEmbedder
from tests.libraries import APPLES, make_source

SOURCE = make_source("a", f"{APPLES}\n\n# References\n\n[1] Smith, J. Orchards. Nature, 2019.\n")


def halved(vectors: Vectors) -> Vectors:
    """As the library keeps them."""
    return vectors.astype(np.float16).astype(np.float32)


def test_passages_their_units_and_new_words_get_vectors_but_references_none(dictionary: Dictionary) -> None:
    embedder = HashEmbedder()
    passages = chunk(SOURCE)
    found = encode(SOURCE, passages, embedder, Lexicon(dictionary, embedder), lambda stems: sorted(set(stems) - {"appl"}))
    read = [p for p in passages if p.kind not in SILENT]
    assert not any("Smith" in p.text for p in read)
    assert list(found.passages) == [p.id for p in read] != [p.id for p in passages]
    for passage in read:
        own, units = found.passages[passage.id]
        assert np.array_equal(np.asarray(own), halved(embedder.embed([embedded_text(SOURCE, passage)])[0]))
        assert np.array_equal(units, halved(embedder.embed([SOURCE.text[slice(*unit.span)] for unit in passage.units])))
    assert {"autumn", "zyzzogeton"} <= found.words.keys()
    assert not {"appl", "smith", "the"} & found.words.keys()
    assert np.array_equal(found.words["autumn"], embedder.embed(["autumn"])[0])


def test_phrases_in_which_people_ask_stand_after_the_units() -> None:
    source = make_source("a", '# A\n\n## Fees {asked="what does it cost; who pays"}\n\nFive yuan. Each one.')
    (passage,) = chunk(source)
    embedder = HashEmbedder()
    expected = halved(embedder.embed(["Five yuan.", "Each one.", "what does it cost", "who pays"]))
    assert np.array_equal(encode_passages(source, [passage], embedder)[passage.id].units, expected)


def test_of_what_the_model_cannot_read_only_words_that_the_dictionary_explains_get_vectors(dictionary: Dictionary) -> None:
    source = make_source("zh", "# 规定\n\n实习生每年有十天假。")
    embedder = EnglishReader()
    found = encode(source, chunk(source), embedder, Lexicon(dictionary, embedder), sorted)
    assert found.passages == {}
    assert list(found.words) == ["实习生", "每年"]
    assert np.array_equal(found.words["实习生"], embedder.embed(["; ".join(dictionary.meanings("实习生"))])[0])


def test_the_nearest_heading_is_embedded_once() -> None:
    (first, *_) = (p for p in chunk(SOURCE) if "million" in p.text)
    assert embedded_text(SOURCE, first).startswith("Fees\n")
    assert embedded_text(SOURCE, first).count("Fees") == 1
