"""A real server in a thread, over a small library with public, staff and enterprise documents, and people of every role."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from assistant.access.accounts import Accounts
from assistant.access.people import Role
from assistant.config import load_settings
from assistant.language.glossary import Dictionary
from assistant.pipeline import Assistant
from assistant.questions.query import QueryReader
from assistant.serving import make_server
from tests.fakes import HashEmbedder

PASSWORD = "a long enough password"
SECRETS = ("zebra", "Zebra", "斑马", "quagga", "45%", "百分之四十五", "财税〔2031〕77号")
"""Words of the hidden documents, none of which anybody without the right may ever see."""
QUESTION = "What share of its investment does a pilot enterprise receive as a bonus?"
HIDDEN_QUESTION = "What share of its investment does a quagga enterprise receive as a bonus?"

_HEAD = """---
id: {id}
work: {id}
title_en: {title}
title_zh: {zh}
language: en
authority: law
status: in_force
jurisdiction: CN
audience: {audience}
{more}---

"""


def document(source_id: str, text: str, title: str = "Bonus Regulation", zh: str = "奖金规定", audience: str = "public", more: str = "") -> str:
    """Return a document with front matter."""
    return _HEAD.format(id=source_id, title=title, zh=zh, audience=audience, more=more) + text


def write_documents(folder: Path, hidden: bool = True) -> Path:
    """Return ``folder`` filled as a corpus; with the hidden documents, or as it would be if there were none."""
    policies = folder / "policies"
    policies.mkdir(parents=True)
    shown = {
        "bonus": document("bonus", "# Bonus\n\n## Article 1\n\nA pilot enterprise receives a bonus of 30% of its investment each year.\n"),
        "leave": document("leave", "# Leave\n\n## Article 1\n\nAn apprentice has 10 days of leave a year.\n", "Leave Regulation", "假期规定"),
    }
    secret = {
        "zebra": document(
            "zebra",
            "# Zebra\n\n## Article 1\n\nA pilot enterprise receives a zebra bonus of 45% of its investment each year, and so does a quagga enterprise.\n",
            "Zebra Bonus Regulation",
            "斑马奖金规定",
            "staff",
            "document_number: 财税〔2031〕77号\nsupersedes: [bonus]\n",
        ),
        "quagga": document(
            "quagga", "# Quagga\n\n## Article 1\n\nThe quagga apprentice has 百分之四十五 more leave.\n", "Quagga Leave", "斑马假期", "enterprise"
        ),
    }
    for name, text in {**shown, **(secret if hidden else {})}.items():
        (policies / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


@dataclass
class Running:
    """A server that answers, with a token for each role."""

    url: str
    assistant: Assistant
    accounts: Accounts | None
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, role: str = "", **options: Any) -> httpx.Client:
        """Return a client that sends the token of ``role``, or none."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, **options)


@contextmanager
def running(folder: Path, dictionary: Dictionary, sign_in: str = "off", hidden: bool = True, extra: Sequence[Path] = (), **settings: Any) -> Iterator[Running]:
    """Yield a server over a new library under ``folder``, with ``extra`` documents; where people sign in, each role is the name of somebody."""
    given = load_settings(home=folder / "home", corpus=str(write_documents(folder / "corpus", hidden)), sign_in=sign_in, **settings)
    assistant = Assistant(given, HashEmbedder())
    assistant.reader = QueryReader(assistant.glossary, dictionary)
    assistant.curator.fill()
    assert all(report.outcome == "added" for report in assistant.ingest(extra))
    accounts, tokens = None, {}
    if sign_in != "off":
        accounts = Accounts(given.accounts_file)
        for role in Role:
            accounts.add(role.value, role, PASSWORD if role in (Role.READER, Role.LIBRARIAN) else None)
            tokens[role.value] = accounts.add_token(role.value)[1]
    server = make_server(assistant, accounts)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        yield Running(f"http://127.0.0.1:{listener.getsockname()[1]}", assistant, accounts, tokens)
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
        assistant.index.close()
        if accounts:
            accounts.close()
    assert not thread.is_alive()
