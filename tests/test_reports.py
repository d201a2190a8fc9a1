"""The page shows the newest report there is."""

import os
from pathlib import Path

import pytest

import assistant.reports
from assistant.reports import latest_report


def test_the_newest_report_of_home_or_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.reports, "shipped", lambda name: tmp_path / "checkout" / name)
    home = tmp_path / "home"
    assert latest_report(home) is None
    made = [tmp_path / "checkout" / "evals" / "results" / "report.html", home / "reports" / "a.html", home / "reports" / "b.txt"]
    for age, path in enumerate(made):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000 + age, 1000 + age))
        assert latest_report(home) == made[min(age, 1)]
