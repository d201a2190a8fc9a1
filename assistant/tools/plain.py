"""Results of the tools as plain values for JSON: records by field name, numbers as numbers, words in one language."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from assistant.benefits.profile_fields import Said
from assistant.results import Citation


def plain_value(value: object, language: str) -> Any:
    """Return a value as JSON knows it."""
    match value:
        case Said():
            return value.in_(language)
        case Enum():
            return value.value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.date():
            return value.isoformat()
        case Citation():
            fields = {f.name: plain_value(getattr(value, f.name), language) for f in dataclasses.fields(value) if f.name not in ("passage_id", "span")}
            return {**fields, "start": value.span.start, "end": value.span.end}
        case Mapping():
            return {str(plain_value(key, language)): plain_value(item, language) for key, item in value.items()}
        case frozenset() | set():
            return sorted(plain_value(item, language) for item in value)
        case tuple() | list():
            return [plain_value(item, language) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain_value(getattr(value, f.name), language) for f in dataclasses.fields(value)}
        case _:
            return value
