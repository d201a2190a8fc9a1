"""What the routes share: the library as the asker may see it, and the parts of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from assistant.access.accounts import Accounts
from assistant.access.people import Person, Right, person_of
from assistant.api.errors import ApiError
from assistant.api.guard import Guard
from assistant.api.metrics import Metrics
from assistant.api.workers import Workers
from assistant.config import Settings
from assistant.filling import Filling
from assistant.pipeline import Assistant


class SignInThrottle(Protocol):
    """Holds up whoever guesses passwords."""

    def wait(self, name: str, address: str) -> float: ...

    def fail(self, name: str, address: str) -> None: ...

    def succeed(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one server."""

    assistant: Assistant
    filling: Filling
    guard: Guard
    workers: Workers
    metrics: Metrics
    throttle: SignInThrottle
    accounts: Accounts | None

    @property
    def settings(self) -> Settings:
        return self.assistant.settings

    def library_for(self, person: Person) -> Assistant:
        """Return the library as ``person`` may see it.

        Raises:
            ApiError: it is being filled for the first time.
        """
        if self.filling.running:
            wait = f"The library is being filled ({self.filling.done} of {self.filling.total} documents). Try again in some seconds."
            raise ApiError(503, "filling", wait, headers={"Retry-After": "10"})
        return self.assistant.seen_by(person.audiences)

    def demand(self, person: Person, right: Right) -> None:
        """Refuse who lacks a right.

        Raises:
            ApiError: they do.
        """
        if not person.may(right):
            raise ApiError(403, "forbidden", f"The role {person.role.value} may not do this. Ask a librarian or an administrator.")


def service_of(request: Request) -> Service:
    """Return the parts of the server that serves ``request``."""
    service: Service = request.app.state.service
    return service


def asker(request: Request) -> Person:
    """Return who makes ``request``."""
    return person_of(request.scope)


Serving = Annotated[Service, Depends(service_of)]
Who = Annotated[Person, Depends(asker)]
