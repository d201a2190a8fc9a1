"""What tabs share that compute something and hand it out as files: where the files lie, and how a result comes to be shown."""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from assistant.errors import AssistantError
from assistant.filling import Filling
from assistant.page.page_words import words
from assistant.page.rendering import render_error, render_filling
from assistant.page.troubles import readable

_T = TypeVar("_T")
POLL = 0.5
"""Seconds between two looks at how far the library is filled."""
_KEPT = 600.0
"""Seconds after which a file goes; the page takes it over at once."""


class Exports:
    """A folder for files until the page takes them over; it goes with its owner."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._made: dict[Path, float] = {}  # not by the files' own times: a clock set ahead would take away what was just made
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def new_folder(self) -> Path:
        """Return an empty folder for the files of one result; those of old ones go."""
        now = time.monotonic()
        for old in [path for path, made in list(self._made.items()) if now - made > _KEPT]:
            shutil.rmtree(old, ignore_errors=True)
            self._made.pop(old, None)
        folder = self.folder / secrets.token_hex(4)
        folder.mkdir()
        self._made[folder] = now
        return folder


def hidden() -> dict[str, Any]:
    """Return the update that hides a download."""
    return gr.update(visible=False)


def show_result(
    filling: Filling, language: str, compute: Callable[[], tuple[str, _T, Any, Any]], worded: Callable[[AssistantError], str] = str
) -> Iterator[tuple[str, _T | None, Any, Any]]:
    """Yield how far the library is filled, and then a result as HTML with what it was made from and its two downloads, or what went wrong.

    Args:
        worded: gives the words of an error as the page may show them.
    """
    while filling.running:
        yield render_filling(filling.done, filling.total, filling.name, language), None, hidden(), hidden()
        time.sleep(POLL)
    try:
        yield compute()
    except AssistantError as error:
        told = readable(error, language)
        yield render_error(worded(error) if told == str(error) else told, language), None, hidden(), hidden()
    except Exception:  # the page must say something; the trace is for the log
        logging.getLogger(__name__).exception("a result failed on the page")
        yield render_error(words(language).internal, language), None, hidden(), hidden()
