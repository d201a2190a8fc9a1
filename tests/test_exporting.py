"""Files that tabs hand out lie in folders of their own, and go after a while."""

from __future__ import annotations

import os
import time

import pytest

from assistant.page.exporting import Exports


def test_the_files_of_old_results_go_and_those_of_new_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    exports, begun = Exports("test"), time.monotonic()
    first = exports.new_folder()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 400)
    second = exports.new_folder()
    assert sorted(exports.folder.iterdir()) == sorted([first, second])
    monkeypatch.setattr(time, "monotonic", lambda: begun + 700)
    third = exports.new_folder()
    assert sorted(exports.folder.iterdir()) == sorted([second, third])


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_jumps_takes_nothing_away_and_keeps_nothing(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    exports, begun, now = Exports("test"), time.monotonic(), time.time()
    first = exports.new_folder()
    os.utime(first, (now + days * 86_400,) * 2)
    second = exports.new_folder()
    assert sorted(exports.folder.iterdir()) == sorted([first, second]), "the page has not taken it over yet"
    monkeypatch.setattr(time, "monotonic", lambda: begun + 700)
    third = exports.new_folder()
    assert list(exports.folder.iterdir()) == [third]
