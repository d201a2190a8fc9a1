"""Keys and sentences: parsing is the inverse of formatting, whatever the brackets, and however the stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.chat.citations import Keyed, format_keys, format_sentence, parse, split, without_keys

WORDS = st.sampled_from(
    [
        "企业应当支付劳动报酬",
        "Enterprises shall pay interns",
        "抵免比例为30%",
        "See Art. 27 for the U.S. rule",
        "it rose by 2.5 percent",
        "《职业教育法》第二十七条规定",
    ]
)
STOPS = st.sampled_from(["。", ".", "!", "？", "；", ""])
SENTENCES = st.builds(lambda words, stop, keys: Keyed(words + stop, tuple(dict.fromkeys(keys))), WORDS, STOPS, st.lists(st.integers(1, 60), max_size=4))


@given(SENTENCES)
def test_parsing_is_the_inverse_of_formatting(sentence: Keyed) -> None:
    assert parse(format_sentence(sentence)) == [sentence]


@given(st.lists(SENTENCES, max_size=4), st.sampled_from([" ", "\n"]), st.data())
@example([Keyed("It is 30%.", (1,)), Keyed("Next.", (2,))], " ", None)
def test_the_cuts_of_a_stream_make_no_difference(written: list[Keyed], between: str, data: st.DataObject | None) -> None:
    text = between.join(format_sentence(s) for s in written)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8))) if data else range(len(text))
    chunks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert list(split(chunks)) == parse(text)


@given(st.text("[K12]【】 -,、k", max_size=30))
def test_nothing_that_reads_as_a_key_is_left(text: str) -> None:
    assert [key for sentence in parse(f"Words {without_keys(text)}") for key in sentence.keys] == []


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("Pay them [K1][K2].", (1, 2)),
        ("Pay them. [K1] [K2]", (1, 2)),
        ("Pay them [K1, K2].", (1, 2)),
        ("Pay them [K1，2].", (1, 2)),
        ("Pay them [K1、K2].", (1, 2)),
        ("Pay them [K1 and K2].", (1, 2)),
        ("Pay them [K2-K4].", (2, 3, 4)),
        ("Pay them [K1-K400].", (1, 400)),
        ("Pay them【K1】.", (1,)),
        ("Pay them［Ｋ１］.", (1,)),
        ("Pay [k12] them [K3] [K12].", (12, 3)),
        ("- **Pay** them. [K1]", (1,)),
        ("Pay them [1] (K2).", ()),
    ],
)
def test_what_models_write(written: str, keys: tuple[int, ...]) -> None:
    (sentence,) = parse(written)
    assert sentence.keys == keys
    assert sentence.text == ("Pay them [1] (K2)." if not keys else "Pay them.")


def test_keys_behind_the_stop_belong_to_the_sentence_before() -> None:
    assert parse("企业应当付酬。[K1]学生可以拒绝。【K2】\n下一段。") == [Keyed("企业应当付酬。", (1,)), Keyed("学生可以拒绝。", (2,)), Keyed("下一段。", ())]


def test_a_sentence_comes_before_the_stream_ends() -> None:
    stream = iter(["Enterprises shall pay. [K", "1] Students may leave when", None])
    chunks = (chunk for chunk in stream if chunk is not None or pytest.fail("the whole stream was awaited"))
    assert next(split(chunks)) == Keyed("Enterprises shall pay.", (1,))


def test_format() -> None:
    assert format_keys((3, 1)) == "[K3][K1]"
    assert format_sentence(Keyed("A.", ())) == "A."
