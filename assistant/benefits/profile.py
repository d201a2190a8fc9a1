"""The enterprise as its manager describes it: facts with their kinds checked, and nothing assumed about the rest.

A profile file is YAML: field names with values; ``unknown`` or an empty value says that a fact is not known, as leaving
the field out does. ``docs/benefits.md`` lists the fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from assistant.benefits.profile_fields import Field, FieldKind, fields
from assistant.errors import AssistantError, MetadataError, ProfileError
from assistant.reading.metadata import parse_metadata, read_metadata_file

Value = Decimal | bool | str
"""A known fact: an amount, count or percentage; yes or no; a name or a code of a place."""

UNKNOWN = ("unknown", "未知", "不清楚", "")
LIMIT = Decimal(10) ** 13
"""No enterprise has ten trillion yuan or people; what is larger is a slip of the keyboard."""
_YES, _NO = ("yes", "true", "是"), ("no", "false", "否")
_NUMBER = re.compile(r"(?P<digits>-?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?)\s*(?P<scale>万|亿)?\s*(?:元|%|％)?")
_SCALES = {None: 1, "万": 10_000, "亿": 100_000_000}
_LEGAL = {
    FieldKind.TEXT: "a text",
    FieldKind.PLACE: "an ISO 3166 code such as CN-50",
    FieldKind.FLAG: "yes, no or unknown",
    FieldKind.COUNT: "a whole number of 0 or more, or unknown",
    FieldKind.MONEY: "an amount of yuan of 0 or more such as 5,000,000 or 500万, or unknown",
    FieldKind.RESULT: "an amount of yuan such as 5,000,000 or -20万, or unknown",
    FieldKind.SHARE: "a percentage from 0 to 100, or unknown",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The known facts, by field name. A field that is not there is not known."""

    facts: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the enterprise calls itself, or nothing."""
        return str(self.facts.get("name", ""))

    @property
    def place(self) -> str:
        """Where it is, as an ISO 3166 code, or nothing."""
        return str(self.facts.get("place", ""))

    @property
    def numbers(self) -> dict[str, Decimal]:
        """The known amounts, counts and percentages; a percentage of 40 counts 0.4."""
        known = {name: value for name, value in self.facts.items() if isinstance(value, Decimal)}
        return {name: value / 100 if fields()[name].kind is FieldKind.SHARE else value for name, value in known.items()}


def read_profile(path: Path) -> Profile:
    """Return the profile in a YAML file.

    Raises:
        ProfileError: it cannot be read, or a field or value is not a legal one.
    """
    try:
        return parse_profile(read_metadata_file(path), str(path))
    except MetadataError as error:
        raise ProfileError(str(error)) from error


def parse_profile(given: Mapping[str, object], where: str) -> Profile:
    """Return the profile that a mapping describes; values may be texts as people write them.

    Args:
        where: the file or form, for messages.

    Raises:
        ProfileError: a field or value is not a legal one.
    """
    facts: dict[str, Value] = {}
    for name, said in given.items():
        if name not in fields():
            raise ProfileError(f"{where}: {name!r} is not one of the fields {', '.join(fields())}. Remove or rename it there.")
        value = _value(fields()[name], said, where)
        if value is not None:
            facts[name] = value
    return Profile(facts)


def written(profile: Profile) -> dict[str, str]:
    """Return the facts as a profile file has them; ``parse_profile`` reads them back."""
    return {name: _written(value) for name, value in profile.facts.items()}


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _value(of: Field, said: object, where: str) -> Value | None:
    if isinstance(said, bool):
        said = "yes" if said else "no"
    if said is not None and not isinstance(said, str | int | float | Decimal):
        raise _wrong(of, said, where)
    text = "" if said is None else " ".join(str(said).split())
    if text.lower() in UNKNOWN:
        return None
    if of.kind is FieldKind.TEXT:
        return text
    if of.kind is FieldKind.PLACE:
        return _place(of, text, where)
    if of.kind is FieldKind.FLAG:
        if text.lower() not in (*_YES, *_NO):
            raise _wrong(of, said, where)
        return text.lower() in _YES
    return _number(of, text, where)


def _place(of: Field, text: str, where: str) -> str:
    try:
        parse_metadata({"jurisdiction": text}, where)
    except AssistantError as error:
        raise _wrong(of, text, where) from error
    return text


def _number(of: Field, text: str, where: str) -> Decimal:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _wrong(of, text, where)
    number = Decimal(re.sub("[,，]", "", found["digits"])) * _SCALES[found["scale"]]
    whole = number == number.to_integral_value()
    low = -LIMIT if of.kind is FieldKind.RESULT else Decimal(0)
    high = Decimal(100) if of.kind is FieldKind.SHARE else LIMIT
    if not low <= number <= high or (of.kind is FieldKind.COUNT and not whole):
        raise _wrong(of, text, where)
    return number


def _wrong(of: Field, said: object, where: str) -> ProfileError:
    return ProfileError(f"{where}: {of.name} {str(said)[:80]!r} is not {_LEGAL[of.kind]}. Correct it there.")
