"""What a visitor reads of an error, in both languages. Where a folder or an address of the server stands in it, they read a sentence instead, and the
log gets the whole."""

from __future__ import annotations

import logging

from assistant.errors import ConversationError, DiskFull, IndexMismatch, IndexUnavailable
from assistant.page.page_words import words


def readable(error: Exception, language: str) -> str:
    """Return an error as a visitor may read it; what is kept from them is logged."""
    told = reworded(error, language)
    if told != str(error):
        logging.getLogger(__name__).warning("%s", error)
    return told


def reworded(error: Exception, language: str) -> str:
    """Return an error as a visitor may read it."""
    if isinstance(error, DiskFull):
        return words(language).disk_full
    if isinstance(error, IndexUnavailable | IndexMismatch | ConversationError):
        return words(language).unavailable
    return str(error)
