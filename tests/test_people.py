"""What each role sees and may do."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.access.people import LOCAL, Person, Right, Role, person_of, remember
from assistant.documents import Audience

P, S, E = Audience.PUBLIC, Audience.STAFF, Audience.ENTERPRISE


@pytest.mark.parametrize(
    ("role", "audiences", "rights"),
    [
        (Role.READER, {P}, set()),
        (Role.ENTERPRISE, {P, E}, set()),
        (Role.STAFF, {P, S}, set()),
        (Role.LIBRARIAN, {P, S, E}, {Right.CURATE, Right.REVIEW}),
        (Role.ADMIN, {P, S, E}, {Right.CURATE, Right.REVIEW, Right.OBSERVE}),
    ],
)
def test_roles(role: Role, audiences: set[Audience], rights: set[Right]) -> None:
    person = Person("x", role)
    assert person.audiences == audiences
    assert {right for right in Right if person.may(right)} == rights


def test_a_connection_that_nobody_checked_is_not_served() -> None:
    scope: dict[str, Any] = {"type": "http"}
    forged: list[dict[str, Any]] = [scope, {"state": {}}, {"state": {"person": "admin"}}]
    for unchecked in forged:
        with pytest.raises(PermissionError):
            person_of(unchecked)
    remember(scope, LOCAL)
    assert person_of(scope) is LOCAL
