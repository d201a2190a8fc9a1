"""What can be said of an enterprise: every field of a profile, with its kind, its wording in both languages and what it means.

The table is ``corpus/profile.yaml``. The form on the page, the loader, the predicates and the worksheet all read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import yaml

from assistant.config import shipped


class Said(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the words in ``language``: Chinese for ``zh``, else English."""
        return self.zh if language == "zh" else self.en


class FieldKind(StrEnum):
    """What a field may hold."""

    TEXT = "text"
    PLACE = "place"
    """An ISO 3166 code."""
    FLAG = "flag"
    """Yes or no."""
    COUNT = "count"
    """Whole number of people or things, zero or more."""
    MONEY = "money"
    """Yuan, zero or more."""
    RESULT = "result"
    """Yuan, below zero for a loss."""
    SHARE = "share"
    """Percent, from 0 to 100."""

    @property
    def is_number(self) -> bool:
        """Whether formulas and comparisons may use it."""
        return self in (FieldKind.COUNT, FieldKind.MONEY, FieldKind.RESULT, FieldKind.SHARE)


class Field(NamedTuple):
    """One fact of a profile."""

    name: str
    kind: FieldKind
    section: str
    label: Said
    help: Said


@cache
def sections() -> Mapping[str, Said]:
    """Return the headings of the form, by section, in order."""
    return {name: Said(part["zh"], part["en"]) for name, part in _table().items()}


@cache
def fields() -> Mapping[str, Field]:
    """Return the fields by name, in the order of the form."""
    out = {}
    for section, part in _table().items():
        for name, given in part["fields"].items():
            label, told = Said(given["zh"], given["en"]), Said(given.get("help_zh", ""), given.get("help_en", ""))
            out[name] = Field(name, FieldKind(given["kind"]), section, label, told)
    return out


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((shipped("corpus") / "profile.yaml").read_text(encoding="utf-8"))
    return table
