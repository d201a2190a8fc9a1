"""Two models side by side: what each part of a vector says, and of which texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ConfigError
from assistant.library.bilingual import BilingualEmbedder
from assistant.library.embedding import SentenceTransformerEmbedder, nearness
from assistant.library.joining import SHARE, JoinedEmbedder, open_embedder
from tests.fakes import EnglishReader, HashEmbedder

FIRST, SECOND = EnglishReader(16, "first"), HashEmbedder(32, "second")
JOINED = JoinedEmbedder(FIRST, SECOND)


def cosines(a: Sequence[str], question: np.ndarray) -> np.ndarray:
    return nearness(JOINED.embed(a), question, JOINED.spaces)


def test_it_is_both() -> None:
    assert (JOINED.name, JOINED.dimension, JOINED.spaces) == ("first+second", 48, (slice(0, 16), slice(16, 48)))
    assert JOINED.of_words is FIRST
    assert (JOINED.reads("apples"), JOINED.reads("苹果")) == (1.0, 1.0)


@given(st.lists(st.text(max_size=20), max_size=6))
def test_vectors_are_units(texts: list[str]) -> None:
    vectors = JOINED.embed(texts)
    assert vectors.shape == (len(texts), 48)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


def test_a_text_that_both_read_has_both_parts_and_another_one() -> None:
    english, chinese = JOINED.embed(["ripe apples", "苹果"])
    assert english[:16] == pytest.approx(math.sqrt(SHARE) * FIRST.embed(["ripe apples"])[0])
    assert english[16:] == pytest.approx(math.sqrt(1 - SHARE) * SECOND.embed(["ripe apples"])[0])
    assert not chinese[:16].any()
    assert chinese[16:] == pytest.approx(SECOND.embed(["苹果"])[0])


def test_each_space_gives_the_cosine_of_its_model_or_none() -> None:
    question = JOINED.embed_question("red apples", "red apples")
    assert question is not None
    found = cosines(["green apples", "苹果 apples"], question)
    assert found[0, 0] == pytest.approx(float(FIRST.embed(["red apples"])[0] @ FIRST.embed(["green apples"])[0]), abs=1e-6)
    assert found[0, 1] == pytest.approx(float(SECOND.embed(["red apples"])[0] @ SECOND.embed(["green apples"])[0]), abs=1e-6)
    assert math.isnan(found[1, 0])
    assert found[1, 1] == pytest.approx(float(SECOND.embed(["red apples"])[0] @ SECOND.embed(["苹果 apples"])[0]), abs=1e-6)


def test_a_question_is_as_near_as_its_translation_and_itself_count_alike() -> None:
    question = JOINED.embed_question("苹果", "apples")
    assert question is not None
    assert np.linalg.norm(question) == pytest.approx(1.0)
    (text,) = JOINED.embed(["apples 苹"[:6]])
    apart = nearness(text[None], question, JOINED.spaces)[0]
    assert float(text @ question) == pytest.approx(math.sqrt(SHARE * (1 - SHARE)) * float(np.nansum(apart)), abs=1e-6)


def test_a_question_without_a_translation_is_still_looked_for() -> None:
    question = JOINED.embed_question("苹果", "")
    assert question is not None
    assert not question[:16].any()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("all-MiniLM-L6-v2", SentenceTransformerEmbedder), ("use-multilingual-3", BilingualEmbedder), ("some/model+use-multilingual-3", JoinedEmbedder)],
)
def test_a_setting_names_one_model_or_two(name: str, kind: type) -> None:
    opened = open_embedder(name)
    assert type(opened) is kind
    assert opened.name == name


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2+bge", "+use-multilingual-3", "a+use-multilingual-3+b"])
def test_what_cannot_be_joined_is_one_clear_line(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^ASSISTANT_EMBEDDING_MODEL: .* Write it as MODEL\+use-multilingual-3, or name one model\.$"):
        open_embedder(name)
