"""Events of the page as Gradio hands them on, sent by somebody."""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import Request

from assistant.access.people import LOCAL, Person, remember


def visit(person: Person = LOCAL) -> gr.Request:
    """Return an event of the page sent by ``person``."""
    scope: dict[str, Any] = {"type": "http", "headers": []}
    remember(scope, person)
    return gr.Request(Request(scope))
