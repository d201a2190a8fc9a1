"""How the events of the page reach the server.

Gradio sends an event through its queue unless it is told not to, and the answers of all queued events of a page come back over
one stream, which the server closes once none is left. A browser that queues an event in the moment of the closing never opens the
stream again, and waits for that answer until another event is queued (Gradio 6.31). The page sends several short events at once,
when it opens and when its language changes, so these go by requests of their own; only what is long, is streamed or can be
stopped is queued.
"""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of a queued event: nothing blinks while it runs, and the description of the API does not name it."""
QUICK: dict[str, Any] = {**QUIET, "queue": False}
"""Of a short event: by a request of its own."""
