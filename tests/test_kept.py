"""What was read is kept until the library changes."""

from __future__ import annotations

import threading
import time

from assistant.library.kept import Kept


def test_made_once_for_each_revision() -> None:
    kept: Kept[list[int]] = Kept()
    first = kept.at(1, list)
    assert kept.at(1, list) is first
    assert kept.at(2, list) is not first


def test_threads_that_come_at_once_share_one() -> None:
    kept: Kept[object] = Kept()
    made: list[object] = []
    got: list[object] = []

    def make() -> object:
        time.sleep(0.02)
        made.append(object())
        return made[-1]

    threads = [threading.Thread(target=lambda: got.append(kept.at(1, make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert got == made * 8
