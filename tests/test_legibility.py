"""A text layer that says something else than the page shows is told from text in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading.legibility import illegible


@pytest.mark.parametrize(
    "text",
    [
        "第一条　为了推动职业教育高质量发展，提高劳动者素质和技术技能水平，促进就业创业，制定本法。",
        "The enterprise invested 10 million yuan in equipment, accounting for 40 % of the shares of the college.",
        "Portez ce vieux whisky au juge blond qui fume sur son île intérieure, à côté de l'alcôve ovoïde",
        "코로나-19 관련 보험약관상 재해보험금 지급문제 및 개선과제에 대하여 살펴본다 그리고 결론",
        "企业（Huawei）与深圳职业技术大学共建“5G产业学院”，年均培养2000余人，α≥0.05，就业率98%。",
        "Приказ Министерства образования о дуальном обучении в колледжах и на предприятиях региона",
        "短い文",
        "",
    ],
)
def test_text_is_text(text: str) -> None:
    assert illegible(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("".join(chr(0xE000 + i) for i in range(40)), "its characters have no meaning"),
        ("职业教育" + "\ufffd" * 40, "its characters have no meaning"),
        ("第一条为了推动职业教育高质量发展提高劳动者素质".encode("gb18030").decode("latin-1"), "its characters are in the wrong encoding"),
        ("ӝ߸ࣿചীࠁېܲٮউӝࣿࠁݎҊࢲ" * 4, "its letters are of many scripts at once"),
    ],
)
def test_what_only_looks_like_text(text: str, reason: str) -> None:
    assert illegible(text) == reason


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=200))
def test_chinese_is_never_illegible(text: str) -> None:
    assert illegible(text) == ""
