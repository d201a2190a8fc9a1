"""Charts: what they show in words, and that nothing of them is cut off."""

from __future__ import annotations

import re

import pytest

from assistant.tools.charts import svg
from assistant.tools.report import Chart, ChartKind, Series

LONG = "How well the graduates of three years fit the posts that they were trained for"


@pytest.mark.parametrize("first", ["Short", LONG, "企业参与课程开发的比例与授课时数之和以及其他"])
def test_no_label_of_a_radar_leaves_the_picture(first: str) -> None:
    drawn = svg(Chart(ChartKind.RADAR, "Radar", (first, "b", "c", LONG), (Series("Scores", (80.0, 60.0, 40.0, 20.0)),), top=100))
    height = int(re.findall(r'viewBox="0 0 640 (\d+)"', drawn)[0])
    lines = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([-\d.]+)" class="label', drawn)]
    assert 12 <= min(lines) < max(lines) <= height


def test_the_values_are_said_in_words() -> None:
    drawn = svg(Chart(ChartKind.LINES, "Trend", ("May", "June"), (Series("Rate & share", (1.5, None)),)))
    assert "<desc" in drawn
    assert "Rate &amp; share: May 1.5, June –" in drawn
