"""Hard facts: one canonical value for one fact, in both languages and all styles of numerals, and none where there is none."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents import Span
from assistant.language.facts import Fact, FactKind, figures, han_number, read_facts, to_han

relaxed = settings(deadline=None)  # the first example loads the folding table
NOISE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *"零一二两三十百千万亿点分之第条款项年月日%‰.,:：-()[]〔〕《》 \n0123456789元人半号不未可应",
                "令第",
                "百分之",
                "May ",
                "five ",
                "hundred ",
                "third",
                "2025",
                "19",
                "Article ",
                "§",
                "٣",
                "²",
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=25,
).map("".join)


def values(text: str, *kinds: FactKind) -> list[str]:
    """Return value and unit of the facts of these kinds, or of all that are values."""
    wanted = kinds or tuple(k for k in FactKind if k not in (FactKind.MODAL, FactKind.NEGATION))
    return [f"{f.value} {f.unit}".strip() for f in read_facts(text) if f.kind in wanted]


def modals(text: str) -> list[str]:
    return values(text, FactKind.MODAL)


def negations(text: str) -> int:
    return len(values(text, FactKind.NEGATION))


# -- numerals -----------------------------------------------------------------------------------------------


@relaxed
@given(st.integers(1, 9999))
def test_han_numerals_are_written_and_read_back(number: int) -> None:
    assert han_number(to_han(number)) == number


@pytest.mark.parametrize(
    ("number", "han"),
    [
        (1, "一"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1258, "一千二百五十八"),
        (1010, "一千零一十"),
        (9001, "九千零一"),
    ],
)
def test_articles_are_numbered_as_in_statutes(number: int, han: str) -> None:
    assert to_han(number) == han


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三十", 30),
        ("一千二百", 1200),
        ("二〇二二", 2022),
        ("一百一十二", 112),
        ("一一二", 112),
        ("一亿二千万", 120_000_000),
        ("一万二千亿五千万", 1_200_050_000_000),
        ("十二亿三千四百万", 1_234_000_000),
        ("三万亿", 3_000_000_000_000),
        ("一百二", 120),
        ("一万五", 15_000),
        ("一万零五", 10_005),
        ("两千零二十五", 2025),
        ("叁佰", 300),
    ],
)
def test_a_han_numeral_is_read(text: str, value: int) -> None:
    assert han_number(text) == value


def test_a_han_decimal_is_read() -> None:
    assert han_number("三点一四") == Decimal("3.14")


@pytest.mark.parametrize("text", ["", "点五", "五点", "七八", "十四五", "三点十", "万", "甲", "一甲"])
def test_what_is_no_numeral_is_not_read(text: str) -> None:
    assert han_number(text) is None


# -- numbers: one value in all styles -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "30 %",
        "30％",
        "３０％",
        "百分之三十",
        "百分之30",
        "30 percent",
        "30 per cent",
        "thirty percent",
        "30个百分点",
        "三十个百分点",
        "百分之三十点零",
        "千分之三百",
        "300‰",
    ],
)
def test_thirty_percent_has_one_value(text: str) -> None:
    assert values(text) == ["30 percent"]


@pytest.mark.parametrize(
    "text", ["5 million yuan", "500万元", "五百万元", "5,000,000元", "５００万元", "5000000 yuan", "RMB 5 million", "￥5,000,000", "five million yuan"]
)
def test_five_million_yuan_has_one_value(text: str) -> None:
    assert values(text) == ["5000000 yuan"]


@pytest.mark.parametrize("text", ["5 million", "500万", "五百万", "five million"])
def test_five_million_of_anything_has_one_value(text: str) -> None:
    assert values(text) == ["5000000"]


@pytest.mark.parametrize("text", ["三分之二", "two-thirds", "two thirds of them"])
def test_two_thirds_has_one_value(text: str) -> None:
    assert [f.unit for f in read_facts(text)] == ["fraction"]
    assert read_facts(text)[0].value == read_facts("三分之二以上")[0].value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5亿元", ["150000000 yuan"]),
        ("3.2万亿元", ["3200000000000 yuan"]),
        ("20万元", ["200000 yuan"]),
        ("1亿2000万元", ["120000000 yuan"]),
        ("共3,000元，另1,234,567.5元", ["3000 yuan", "1234567.5 yuan"]),
        ("US$3 million", ["3000000 dollar"]),
        ("300万美元", ["3000000 dollar"]),
        ("¥2000", ["2000 yuan"]),
        ("three thousand two hundred and five students", ["3205 person"]),
        ("one hundred and twenty thousand", ["120000"]),
        ("twenty-one", ["21"]),
        ("十日内", ["10 day"]),
        ("三个工作日", ["3 day"]),
        ("15 working days", ["15 day"]),
        ("八小时", ["8 hour"]),
        ("未满十六周岁", ["16 year"]),
        ("16 years old", ["16 year"]),
        ("一年半", ["1.5 year"]),
        ("三个月", ["3 month"]),
        ("1500余人", ["1500 person"]),
        ("共12万余名", ["120000 person"]),
        ("2000多家企业", ["2000 item"]),
        ("3-fold", ["3 times"]),
    ],
)
def test_a_number_has_value_and_unit(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一倍以上五倍以下的罚款", ["1 times", "5 times"]),
        ("五万元以上十万元以下", ["50000 yuan", "100000 yuan"]),
        ("5 to 10 days", ["5", "10 day"]),
        ("1–2 years", ["1", "2 year"]),
        ("15%-20%", ["15 percent", "20 percent"]),
        ("2021-2025", ["2021", "2025"]),
        ("2021—2025年", ["2021", "2025"]),
    ],
)
def test_both_ends_of_a_range_are_read(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "word",
    [
        "统一",
        "一般",
        "万一",
        "千方百计",
        "一体化",
        "一律",
        "一切",
        "十分重要",
        "双一流",
        "三全育人",
        "三年级",
        "一次性补贴",
        "二元结构",
        "十大",
        "数十家",
        "几十万",
        "数百万人",
        "七八个",
        "三五年",
        "one of them",
        "three",
        "第一",
    ],
)
def test_numerals_inside_words_and_guesses_are_no_numbers(word: str) -> None:
    assert values(word) == []


@pytest.mark.parametrize("text", ["[6]", "[3,4]", "[12-15]", "COVID-19", "3.2.1 Design", "A4", "1.2.3.4"])
def test_references_names_and_section_numbers_are_no_numbers(text: str) -> None:
    assert values(text) == []


def test_the_five_year_plans_agree_across_languages() -> None:
    assert values("十四五") == values("14th Five-Year Plan") == ["14", "5 year"]


@relaxed
@given(st.integers(0, 10**8))
def test_digits_with_and_without_commas_agree(number: int) -> None:
    assert values(f"{number:,}元") == values(f"{number}元") == [f"{number} yuan"]


@relaxed
@given(st.integers(2, 9999))
def test_digits_and_han_numerals_agree(number: int) -> None:
    assert values(f"{number}元") == values(f"{to_han(number)}元") or to_han(number) in ("百", "千")


@relaxed
@given(st.integers(1, 100))
def test_percentages_agree_in_all_styles(number: int) -> None:
    assert values(f"{number} %") == values(f"{number}％") == values(f"百分之{to_han(number)}") == [f"{number} percent"]


# -- dates, ratios, clauses, documents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025年3月1日",
        "2025 年 3 月 1 日",
        "2025-03-01",
        "2025/3/1",
        "2025.3.1",
        "March 1, 2025",
        "March 1st, 2025",
        "1 March 2025",
        "1st of March 2025",
        "Mar. 1, 2025",
        "二〇二五年三月一日",
    ],
)
def test_one_day_has_one_value(text: str) -> None:
    assert [(f.kind, f.value) for f in read_facts(text)] == [(FactKind.DATE, "2025-03-01")]


@relaxed
@given(st.dates(min_value=dt.date(1949, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_a_day_agrees_across_languages(day: dt.date) -> None:
    chinese = f"{day.year}年{day.month}月{day.day}日"
    assert values(chinese) == values(f"{day.day} {day:%B} {day.year}") == values(day.isoformat()) == [day.isoformat()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022年5月", ["2022-05"]),
        ("May, 2022", ["2022-05"]),
        ("Sept. 2020", ["2020-09"]),
        ("2019年", ["2019"]),
        ("in 2019", ["2019"]),
        ("mid-2020", ["2020"]),
        ("二〇二二年", ["2022"]),
        ("2019级", ["2019"]),
    ],
)
def test_a_month_or_year_alone_is_a_date(text: str, expected: list[str]) -> None:
    assert values(text, FactKind.DATE) == values(text) == expected


@pytest.mark.parametrize("text", ["2000名学生", "2000 students", "2,019 people", "2000多家", "¥2000", "2000万元", "2000小时", "1998 hours"])
def test_a_quantity_that_looks_like_a_year_is_no_date(text: str) -> None:
    assert values(text, FactKind.DATE) == []
    assert len(values(text, FactKind.NUMBER)) == 1


@pytest.mark.parametrize("text", ["4:3:3", "4：3：3", "4∶3∶3", "4 : 3 : 3"])
def test_one_ratio_has_one_value(text: str) -> None:
    assert [(f.kind, f.value) for f in read_facts(text)] == [(FactKind.RATIO, "4:3:3")]


def test_a_colon_in_prose_makes_no_ratio() -> None:
    assert values("in 2019: 30 percent") == ["2019", "30 percent"]
    assert values("1.5:1") == ["1.5:1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第二十七条", ["article 27"]),
        ("第27条第二款第（三）项", ["article 27", "paragraph 2"]),
        ("第二十七条第二款第三项", ["article 27", "paragraph 2", "item 3"]),
        ("Article 27", ["article 27"]),
        ("Art. 27", ["article 27"]),
        ("paragraph 2 of Article 9", ["paragraph 2", "article 9"]),
        ("Articles 5, 6 and 27", ["article 5", "article 6", "article 27"]),
        ("第五、六条", ["article 5", "article 6"]),
        ("§3.2.1", ["section 3.2.1"]),
    ],
)
def test_a_clause_is_read(text: str, expected: list[str]) -> None:
    assert values(text, FactKind.CLAUSE) == expected


def test_a_number_after_a_clause_is_not_of_its_list() -> None:
    assert values("Under Article 5, 10 days") == ["article 5", "10 day"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("财税〔2019〕46号", "2019/46"),
        ("财税[2019]46号", "2019/46"),
        ("财税（2019）第46号", "2019/46"),
        ("Cai Shui [2019] No. 46", "2019/46"),
        ("国办发[2017]95号", "2017/95"),
        ("国务院令第364号", "order 364"),
        ("主席令第一一二号", "order 112"),
        ("State Council Order No. 364", "order 364"),
    ],
)
def test_a_document_number_is_canonical(text: str, expected: str) -> None:
    assert [(f.kind, f.value) for f in read_facts(text)] == [(FactKind.DOCUMENT, expected)]


# -- modality and negation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("must not", ["prohibit"]),
        ("may not", ["prohibit"]),
        ("cannot", ["prohibit"]),
        ("is strictly prohibited", ["prohibit"]),
        ("不得", ["prohibit"]),
        ("严禁", ["prohibit"]),
        ("must", ["oblige"]),
        ("shall", ["oblige"]),
        ("应当", ["oblige"]),
        ("必须", ["oblige"]),
        ("should", ["advise"]),
        ("建议", ["advise"]),
        ("may", ["permit"]),
        ("可以", ["permit"]),
        ("有权", ["permit"]),
        ("encourages", ["encourage"]),
        ("鼓励", ["encourage"]),
    ],
)
def test_modality_is_classed(text: str, expected: list[str]) -> None:
    assert modals(text) == expected


@pytest.mark.parametrize(
    "text", ["可能", "认可以及", "许可由", "适应在", "相应由", "无须", "须知", "适宜在", "in May", "May 2025", "May 1", "《禁止使用童工规定》"]
)
def test_what_only_looks_like_a_modal_is_none(text: str) -> None:
    assert modals(text) == []


@pytest.mark.parametrize(
    "text",
    ["is not paid", "no school", "without pay", "never", "doesn't", "need not", "不收费", "不超过", "未缴纳", "没有", "无效", "非法", "无须", "有不履行义务的"],
)
def test_a_negation_is_seen_once(text: str) -> None:
    assert negations(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "不同",
        "不仅",
        "不但",
        "不断",
        "不论",
        "未来",
        "未成年",
        "无论",
        "非常",
        "无偿",
        "不动产",
        "不良",
        "不可或缺",
        "包括但不限于",
        "not only",
        "whether or not",
        "no doubt",
        "No. 46",
        "除非",
    ],
)
def test_a_word_that_only_looks_negative_is_no_negation(text: str) -> None:
    assert negations(text) == 0


def test_a_prohibition_is_not_a_negation_besides() -> None:
    assert [f.kind for f in read_facts("Schools must not charge.")] == [FactKind.MODAL]


# -- the whole ----------------------------------------------------------------------------------------------


@relaxed
@given(NOISE)
def test_spans_point_into_the_text_and_values_do_not_overlap(text: str) -> None:
    facts = read_facts(text)
    assert all(0 <= f.span.start < f.span.end <= len(text) for f in facts)
    assert list(facts) == sorted(facts, key=lambda f: (f.span, f.kind))
    hard = [f for f in facts if f.kind not in (FactKind.MODAL, FactKind.NEGATION)]
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(hard))


@relaxed
@given(NOISE)
def test_only_figures_are_figures(text: str) -> None:
    assert figures(text) == tuple(f for f in read_facts(text) if f.kind in (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE))


def test_a_sentence_gives_its_facts_in_reading_order() -> None:
    text = "自2019年1月1日起，企业可以按投资额的30%抵免，不得超过500万元。"
    assert read_facts(text) == (
        Fact(FactKind.DATE, "2019-01-01", "", Span(1, 10)),
        Fact(FactKind.MODAL, "permit", "", Span(14, 16)),
        Fact(FactKind.NUMBER, "30", "percent", Span(21, 24)),
        Fact(FactKind.MODAL, "prohibit", "", Span(27, 29)),
        Fact(FactKind.NUMBER, "5000000", "yuan", Span(31, 36)),
    )
    assert [text[f.span.start : f.span.end] for f in read_facts(text)] == ["2019年1月1日", "可以", "30%", "不得", "500万元"]
