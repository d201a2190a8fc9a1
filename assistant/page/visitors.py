"""Who is at the page when one of its events happens."""

from __future__ import annotations

import gradio as gr

from assistant.access.people import Person, person_of
from assistant.pipeline import Assistant


def visitor(request: gr.Request) -> Person:
    """Return who has sent an event of the page.

    Raises:
        PermissionError: the event did not come through the guard.
    """
    if request.request is None:
        raise PermissionError("an event reached the page without a request")
    return person_of(request.request.scope)


def library_for(assistant: Assistant, request: gr.Request) -> Assistant:
    """Return the library as who has sent an event may see it."""
    return assistant.seen_by(visitor(request).audiences)
