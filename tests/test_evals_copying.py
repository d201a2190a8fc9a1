"""Words taken over from a text are found, names and figures are not counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.copying import LIMITS, copied

LAW = "国家鼓励企业利用资本技术知识设施设备和管理等要素参与举办果树栽培学校并给予适当的奖励。"
PAPER = "the growers of the valley keep their best pears in cool cellars until the first snow has fallen on the hills"


def test_a_sentence_of_the_text_is_found_whole() -> None:
    assert list(copied(f"按照规定，{LAW}", LAW, "zh", ())) == [LAW.rstrip("。")]
    assert list(copied(f"It says that {PAPER}.", PAPER, "en", ())) == [PAPER]


def test_white_space_and_punctuation_do_not_hide_it() -> None:
    assert list(copied("国家鼓励企业，利用 资本、技术、知识、设施、设备", LAW, "zh", ()))
    assert list(copied("The growers of the valley\nkeep their best pears, in cool cellars", PAPER, "en", ()))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_up_to_the_limit_passes_and_one_beyond_it_does_not(language: str) -> None:
    words = list("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往") if language == "zh" else PAPER.split()
    join = "" if language == "zh" else " "
    original = join.join(words)
    assert not list(copied(join.join(words[: LIMITS[language]]), original, language, ()))
    assert list(copied(join.join(words[: LIMITS[language] + 1]), original, language, ()))


def test_set_terms_names_figures_and_tables_are_not_counted() -> None:
    assert not list(copied("国家鼓励企业利用资本技术知识设施设备", LAW, "zh", ("利用资本技术知识设施设备",)))
    name = "Zhejiang Vocational and Technical College of Mechanical and Electrical Engineering"
    assert not list(copied(f"{name} grows pears", f"At {name} they grow", "en", ()))
    assert not list(copied(f"| {PAPER} | 15% |", PAPER, "en", ()))


@given(st.text(alphabet="梨杏桃李柿枣甲乙丙丁", max_size=60), st.text(alphabet="梨杏桃李柿枣甲乙丙丁", max_size=60))
def test_what_is_found_stands_in_the_digest(text: str, original: str) -> None:
    assert all(run in text and len(run) > LIMITS["zh"] for run in copied(text, original, "zh", ()))
