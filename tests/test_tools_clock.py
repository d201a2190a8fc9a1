"""Clock times in agreements, in both languages: the hours of a day, and those of the night."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.text import fold
from assistant.tools.clock import hours_by_clock, night_hours


@pytest.mark.parametrize(
    ("text", "day", "night"),
    [
        ("每天8:00至17:00", [8], [0]),
        ("早八点至晚八点，中间用餐休息一小时", [11], [0]),
        ("7:40—11:40，14:30—17:30", [7], [0, 0]),
        ("上午八点半到中午十二点，下午两点到六点", ["7.5"], [0, 0]),
        ("22时至次日6时", [7], [8]),
        ("上班时间早7点，下班时间晚8点", [12], [0]),
        ("the day shift from 8:00 to 20:00 and the night shift from 20:00 to 8:00", [11, 11], [0, 8]),
        ("8:30-5:30", [8], [0]),
        ("from 9:00 to 17:30 with an hour's lunch break", ["7.5"], [0]),
        ("9 a.m. to noon and 1 p.m. to 6 p.m.", [8], [0, 0]),
        ("between 10 p.m. and 6 a.m.", [7], [8]),
        ("from 4 p.m. to midnight", [7], [2]),
        ("每日8小时，2025年9月至2026年1月", [], []),
        ("第3—5条; clauses 5.1 to 5.3; from 8 to 5", [], []),
    ],
)
def test_days_and_nights_are_read_from_the_clock(text: str, day: list[int | str], night: list[int]) -> None:
    assert hours_by_clock(fold(text)) == [Decimal(hours) for hours in day]
    assert night_hours(fold(text)) == [Decimal(hours) for hours in night]


@given(st.integers(0, 23), st.integers(1, 12))
def test_a_night_is_never_longer_than_the_stretch_or_than_eight_hours(start: int, length: int) -> None:
    (night,) = night_hours(f"{start}时至次日{start + length - 24}时" if start + length >= 24 else f"{start}时至{start + length}时")
    assert 0 <= night <= min(8, length)
