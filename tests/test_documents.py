"""What is known of a source, apart from its text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from assistant.documents import Metadata


@pytest.mark.parametrize(
    ("known", "years"),
    [
        ({}, set()),
        ({"issued": dt.date(2021, 12, 31), "effective": dt.date(2022, 1, 21)}, {"2021", "2022"}),
        ({"document_number": "教职成〔2018〕1号"}, {"2018"}),
        ({"title_zh": "关于收集2020-2021年度培训计划的通知"}, {"2020", "2021"}),
        ({"title_en": "Provisions on Internships (2016)", "aliases": ("the 2016 rules",)}, {"2016"}),
        ({"title_en": "Plan 12019", "document_number": "No. 20201"}, set()),
    ],
)
def test_a_text_is_called_by_the_years_of_its_dates_number_and_titles(known: dict[str, Any], years: set[str]) -> None:
    assert Metadata(**known).years == years
