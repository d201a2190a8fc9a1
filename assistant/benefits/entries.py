"""Reading the entries of YAML files of rules, key by key: what is not understood is an error that names the file and the entry.

Each function takes ``where``, the file and the entry, for messages, and raises ``ProvisionError``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from assistant.benefits.profile_fields import Said
from assistant.errors import ProvisionError

LANGUAGES = ("zh", "en")
_Member = TypeVar("_Member", bound=StrEnum)


def read_mapping(given: object, where: str, legal: Sequence[str], needed: Sequence[str]) -> Mapping[str, object]:
    """Return a mapping whose keys are all ``legal`` and hold what is ``needed``."""
    if not isinstance(given, Mapping):
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not a mapping. Write the keys {', '.join(legal)}.")
    for key in given:
        if key not in legal:
            raise ProvisionError(f"{where}: key {key!r} is not one of {', '.join(legal)}. Remove or rename it there.")
    for key in needed:
        if given.get(key) in (None, "", []):
            raise ProvisionError(f"{where}: {key!r} is missing. Write it there.")
    return given


def read_list(given: object, where: str, least: int = 0) -> list[object]:
    """Return a list of at least ``least`` items."""
    if not isinstance(given, list) or len(given) < least:
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not a list. Start each item with '- '.")
    return given


def read_said(given: object, where: str) -> Said:
    """Return words given in both languages."""
    entry = read_mapping(given, where, LANGUAGES, LANGUAGES)
    return Said(read_text(entry["zh"], where), read_text(entry["en"], where))


def read_text(given: object, where: str) -> str:
    """Return a text with its white space collapsed."""
    if not isinstance(given, str):
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not a text. Correct it there.")
    return " ".join(given.split())


def read_member(kind: type[_Member], given: object, where: str) -> _Member:
    """Return the member of a closed vocabulary that a text names."""
    try:
        return kind(str(given))
    except ValueError:
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not one of {', '.join(kind)}. Correct it there.") from None


def read_day(given: object, where: str) -> dt.date | None:
    """Return a day, or nothing where none is given."""
    if given in (None, ""):
        return None
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        raise ProvisionError(f"{where}: {str(given)[:60]!r} is not a day such as 2018-01-01. Correct it there.") from None
