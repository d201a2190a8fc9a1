"""Who asks, what they may see, and what they may do. Nothing here knows how they signed in."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.documents import Audience


class Role(StrEnum):
    """What a person is to the library, from the least rights to the most."""

    READER = "reader"
    ENTERPRISE = "enterprise"
    STAFF = "staff"
    """Of the college: reads what is for staff, without being able to change the library as a librarian can."""
    LIBRARIAN = "librarian"
    ADMIN = "admin"


class Right(StrEnum):
    """What a role may do besides asking and reading."""

    CURATE = "curate"
    """Take in, replace and remove sources."""
    REVIEW = "review"
    """Read what others have asked, and how the answers were judged."""
    OBSERVE = "observe"
    """Read the metrics, which count the whole library."""


_AUDIENCES = {
    Role.READER: frozenset({Audience.PUBLIC}),
    Role.ENTERPRISE: frozenset({Audience.PUBLIC, Audience.ENTERPRISE}),
    Role.STAFF: frozenset({Audience.PUBLIC, Audience.STAFF}),
    Role.LIBRARIAN: frozenset(Audience),
    Role.ADMIN: frozenset(Audience),
}
_RIGHTS = {Role.LIBRARIAN: frozenset({Right.CURATE, Right.REVIEW}), Role.ADMIN: frozenset(Right)}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: the name they sign in with, and their role."""

    name: str
    role: Role

    @property
    def audiences(self) -> frozenset[Audience]:
        """The audiences whose sources they see."""
        return _AUDIENCES[self.role]

    def may(self, right: Right) -> bool:
        """Whether they have a right."""
        return right in _RIGHTS.get(self.role, frozenset())


LOCAL = Person("", Role.ADMIN)
"""Whoever sits at the machine, where nobody signs in: may do what the command line may."""
_KEY = "person"


def remember(scope: MutableMapping[str, Any], person: Person) -> None:
    """Write into the scope of an ASGI connection who has made it."""
    scope.setdefault("state", {})[_KEY] = person


def person_of(scope: Mapping[str, Any]) -> Person:
    """Return who made an ASGI connection.

    Raises:
        PermissionError: nobody has checked. That is a defect of the server, and the request must not be served.
    """
    person = scope.get("state", {}).get(_KEY)
    if not isinstance(person, Person):
        raise PermissionError("a request reached a handler without passing the guard")
    return person
