"""What a server does beside answering: the first filling of an empty library, then reading ahead what questions need."""

from __future__ import annotations

import contextlib
import logging
import threading

from assistant.answers.cross_encoder import open_cross_encoder
from assistant.errors import AssistantError
from assistant.pipeline import Assistant


class Filling:
    """Fills an empty library in a thread of its own, and says how far it is."""

    def __init__(self, assistant: Assistant) -> None:
        self.done, self.total, self.name = 0, 0, ""
        self.error = ""
        self.trouble: AssistantError | None = None
        """The error itself, where it is one that somebody can put right."""
        self._assistant = assistant
        self._filled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filling", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether documents are still being taken in."""
        return self._thread.is_alive() and not self._filled.is_set()

    def _run(self) -> None:
        try:
            self._assistant.curator.fill(self._note)
        except AssistantError as error:
            logging.getLogger(__name__).warning("filling the library failed: %s", error)
            self.error, self.trouble = str(error), error
        except Exception as error:  # a thread's exception reaches nobody else
            logging.getLogger(__name__).exception("filling the library failed")
            self.error = f"{type(error).__name__}, see the log"
        finally:
            self._filled.set()
        if not self.error:
            with contextlib.suppress(AssistantError):  # whoever asks is told
                self._assistant.index.registry.read_ahead()
                open_cross_encoder().load()

    def _note(self, done: int, total: int, name: str) -> None:
        self.done, self.total, self.name = done, total, name
