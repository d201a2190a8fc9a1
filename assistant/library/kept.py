"""What was read from a library is kept until the library changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """One thing made from a library, and made anew when the library has changed. Safe to use from several threads: one makes, the others wait."""

    def __init__(self) -> None:
        self._held: tuple[int, T] | None = None
        self._making = threading.Lock()

    def at(self, revision: int, make: Callable[[], T]) -> T:
        """Return what ``make`` returned at this revision."""
        held = self._held
        if held is not None and held[0] == revision:
            return held[1]
        with self._making:
            if self._held is None or self._held[0] != revision:
                self._held = (revision, make())
            return self._held[1]
