"""Words: folding keeps positions, sentences are never cut, tokens point into the text, in both languages."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.text import (
    Segmenter,
    count_words,
    fold,
    is_stop_word,
    know_words,
    language_of,
    parts_of,
    plain_words,
    sentences,
    squeeze,
    stem,
    terms,
    tokens,
)

relaxed = settings(deadline=None)  # the first example loads the dictionaries
MIXED = st.text(st.one_of(st.sampled_from('。！？；.!?;\n ”"）)]（[-1一甲aA3'), st.characters(codec="utf-8")), max_size=60)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


# -- folding ------------------------------------------------------------------------------------------------


@relaxed
@given(MIXED)
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@relaxed
@given(MIXED)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ　１２３％", "abc 123%"),
        ("職業教育", "职业教育"),
        ("“Quoted”—Text", '"quoted"-text'),
        ("〔2019〕", "[2019]"),
        ("Xi’an\u00a0City", "xi'an city"),
    ],
)
def test_width_script_case_and_quotes_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_squeezing_collapses_white_space() -> None:
    assert squeeze("  A\n\tB　C ") == "a b c"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("职业教育法", "zh"),
        ("Vocational education", "en"),
        ("学校可以使用 AI 和 IT 系统", "zh"),
        ("The term 产教融合 means industry-education integration in the law of China", "en"),
        ("", "en"),
        ("123", "en"),
    ],
)
def test_language_follows_the_script_of_most_words(text: str, language: str) -> None:
    assert language_of(text) == language


# -- sentences ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一句。第二句！第三句？", ["第一句。", "第二句！", "第三句？"]),
        ("真的吗？！不。", ["真的吗？！", "不。"]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("甲；乙；丙。", ["甲；乙；丙。"]),
        ("（一）甲；\n（二）乙；\n（三）丙。", ["（一）甲；", "（二）乙；", "（三）丙。"]),
        ("(1) teach; and (2) learn.", ["(1) teach; and (2) learn."]),
        ("等等……好的。下一句", ["等等……好的。", "下一句"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
    ],
)
def test_sentences_end_at_their_marks(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "According to Art. 5 of the Law, e.g. No. 3, it costs 3.5 million yuan.",
        "Prof. Li and J. Smith et al. 2020 wrote it.",
        "U.S. policy on the P.R.C. market is clear.",
        "It took effect in Jan. 2020 for Acme Co. Ltd. and others.",
        "Classes end at 5 p.m. and resume later.",
        "See Fig. S1, Sec. IV and pp. 3–5 for details.",
        'He asked "why?" and left.',
        "Wait... what is this?",
        "Growth was 12.5% in version 2.0 of www.example.com/a.b pages.",
        "按照规定（见附件。）执行。",
        "见《为什么？》一书。",
    ],
)
def test_what_only_looks_like_an_end_cuts_no_sentence(text: str) -> None:
    assert cut(text) == [text]
    if text[-1] == ".":
        assert cut(f"{text} Next one.") == [text, "Next one."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The answer is no. Next question.", ["The answer is no.", "Next question."]),
        ("No. It is not.", ["No.", "It is not."]),
        ("Books, maps etc. The rest is free.", ["Books, maps etc.", "The rest is free."]),
        ("It applies in the U.S. The rule is old.", ["It applies in the U.S.", "The rule is old."]),
        ("(See below.) Next one.", ["(See below.)", "Next one."]),
    ],
)
def test_an_abbreviation_may_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C is D.[2] E is F.[3,4] G.", ["C is D.[2]", "E is F.[3,4]", "G."]),
        ("甲。[1]乙。", ["甲。[1]", "乙。"]),
        ("A is B [1]. C.", ["A is B [1].", "C."]),
    ],
)
def test_a_reference_mark_stays_with_its_sentence(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- goal one\n- goal two", ["goal one", "goal two"]),
        ("1. First item\n2. Second item", ["First item", "Second item"]),
        ("1）甲项\n2、 乙项", ["1）甲项", "乙项"]),
        ("A. Introduction\nText", ["A. Introduction", "Text"]),
        ("3.1. Design. The design is good.", ["3.1. Design.", "The design is good."]),
    ],
)
def test_a_list_mark_is_no_sentence(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_wrapped_line_goes_on() -> None:
    wrapped = "Enterprises that take part in the training of\nstudents may claim a credit."
    assert cut(wrapped) == [wrapped]
    assert cut("企业参与培训的，\n可以申请抵免。") == ["企业参与培训的，\n可以申请抵免。"]


def test_unmarked_short_lines_and_paragraphs_stay_apart() -> None:
    assert cut("goal one\ngoal two") == ["goal one", "goal two"]
    long = "enterprises that take part in the training of young students"
    assert cut(f"{long}\n\n{long}") == [long, long]


def test_marks_alone_are_no_sentence() -> None:
    assert cut("……\n---\n* * *\n  ") == []


@pytest.mark.parametrize(
    "text",
    [" " * 20_000 + "etc. and " * 5_000, "第一条 " + "1. \n" * 60_000, "x" + ".)a" * 60_000],
    ids=["spaces", "numbers", "brackets"],
)
def test_a_long_run_takes_no_time(text: str) -> None:
    start = time.process_time()
    sentences(text)
    assert time.process_time() - start < 2


def test_only_the_asked_range_is_read() -> None:
    text = "One. Two. Three."
    assert sentences(text, 5, 9) == [(5, 9)]


@relaxed
@given(MIXED)
def test_sentences_are_in_order_trimmed_and_lose_no_word(text: str) -> None:
    spans = sentences(text)
    position, outside = 0, ""
    for start, end in spans:
        assert position <= start < end
        assert text[start:end] == text[start:end].strip()
        outside += text[position:start]
        position = end
    outside += text[position:]
    assert not any(c.isalnum() and not c.isdecimal() for c in outside)  # of "1. First" only the number is a mark


# -- tokens -------------------------------------------------------------------------------------------------


@relaxed
@given(MIXED)
def test_tokens_point_into_the_text(text: str) -> None:
    folded = fold(text)
    for term, start, end in tokens(text):
        assert 0 <= start < end <= len(text)
        word = folded[start:end]
        assert term in (word, word.replace(",", ""), stem(word))


@relaxed
@given(MIXED)
def test_terms_are_the_words_of_tokens(text: str) -> None:
    assert terms(text) == [token.term for token in tokens(text)]


def test_english_words_are_stemmed_and_numbers_kept() -> None:
    assert terms("The schools' Training costs 1,200.5") == ["the", "school", "train", "cost", "1200.5"]


def test_both_scripts_of_chinese_share_terms() -> None:
    assert terms("職業教育") == terms("职业教育")


def test_full_width_words_share_terms_with_half_width_ones() -> None:
    assert terms("ＡＩ　２０２２") == terms("AI 2022") == ["ai", "2022"]


def test_each_character_is_in_one_plain_word() -> None:
    run = "职业学校应当建立健全教育质量评价制度"
    words = plain_words(run)
    assert "".join(word for word, _, _ in words) == run
    assert all(run[start:end] == word for word, start, end in words)


def test_a_known_word_is_kept_whole_and_its_parts_offered() -> None:
    word = "产教融合型企业"
    segmenter = Segmenter([word])
    assert [w for w, _, _ in segmenter.words(word)] == [word]
    assert {"企业", word} <= {w for w, _, _ in segmenter.cut(word)}


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("合作协议", ("合作", "协议")),  # and not 作协, which stands across both
        ("职业教育学校", ("职业", "教育", "学校")),
        ("协议", ()),
        ("甲乙丙协议", ()),
        ("", ()),
    ],
)
def test_a_compound_is_made_of_shorter_words_without_gap_or_overlap(word: str, parts: tuple[str, ...]) -> None:
    know_words([word] if word else [])
    assert parts_of(word) == parts
    know_words([])


def test_words_made_known_are_forgotten_with_the_next_set() -> None:
    know_words(["乙丙丁戊己庚"])
    assert [w for w, _, _ in plain_words("乙丙丁戊己庚")] == ["乙丙丁戊己庚"]
    know_words([])
    assert len(plain_words("乙丙丁戊己庚")) > 1


@pytest.mark.parametrize("word", ["the", "of", "的", "什么", "多少", stem("having")])
def test_function_words_are_stop_words(word: str) -> None:
    assert is_stop_word(word)


@pytest.mark.parametrize("word", ["school", "学校", "2022", "credit"])
def test_content_words_are_no_stop_words(word: str) -> None:
    assert not is_stop_word(word)


def test_three_characters_count_as_two_words() -> None:
    assert count_words("职业教育法律") == 4
    assert count_words("two words, 3.5%") == 3
    assert count_words("") == 0
