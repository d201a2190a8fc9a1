"""A small OpenAI-compatible server on loopback that speaks the real wire protocol and behaves as its model's name says.

Run by hand: ``python -m tests.chat_server [PORT]``, then ``OPENAI_BASE_URL=http://127.0.0.1:PORT/v1`` and
``ASSISTANT_CHAT_MODEL=openai:paraphrase``. It reads nothing but the request, as a model would.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
_TASKS = {
    "repair": ("correct single", "改正"),
    "condense": ("follow-up", "追问"),
    "plan": ("split a question", "拆成"),
    "answer": ("careful colleague", "严谨的同事"),
}
_LINE = re.compile(r"^\[K(\d+)\] (.+)$", re.MULTILINE)
_WORD = re.compile(r"[a-z]{3,}|[㐀-鿿]{2}|\d+")
STALL = 3.0
"""Seconds for which a stalling model says nothing."""


@dataclass(frozen=True)
class Asked:
    """A request as a model sees it."""

    system: str
    user: str

    @property
    def zh(self) -> bool:
        """Whether the prompt is the Chinese one."""
        return "你" in self.system

    @property
    def task(self) -> str:
        """Which of the prompts it is."""
        return next((task for task, words in _TASKS.items() if any(w in self.system for w in words)), "other")

    @property
    def sentences(self) -> list[tuple[int, str]]:
        """The sentences of the passages with their keys."""
        return [(int(key), text) for key, text in _LINE.findall(self.user)]

    @property
    def question(self) -> str:
        return re.split(r"Question: |问题：", self.user)[-1].split("\n\n")[0].strip()

    def best(self, count: int = 2) -> list[tuple[int, str]]:
        """The sentences that share most with the question, the best first."""
        wanted = set(_grams(self.question))

        def share(pair: tuple[int, str]) -> float:
            words = _grams(pair[1])
            return float(len(wanted & set(words)) / (8 + len(words)) ** 0.5)

        return sorted(self.sentences, key=share, reverse=True)[:count]


def _grams(text: str) -> list[str]:
    text = text.lower()
    return re.findall(r"[a-z]{3,}|\d+", text) + [text[i : i + 2] for i in range(len(text) - 1) if all("㐀" <= c <= "鿿" for c in text[i : i + 2])]


class Fail(Exception):
    """What the server answers instead: a status and an error body."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


# -- behaviours: what a model writes, piece by piece; None breaks the stream off ----------------------------------


def _cite(pairs: list[tuple[int, str]]) -> str:
    return " ".join(f"{text} [K{key}]" for key, text in pairs)


def _loosely(text: str, zh: bool) -> str:
    """Say a sentence a little otherwise, keeping every hard fact."""
    chinese = (("本企业", "企业"), ("从", "自"), ("可以拿", "可以按"))
    english = (("From ", "Since "), ("that it owes for the year", "it owes for the year"), ("the eligible", "eligible"))
    for old, new in chinese if zh else english:
        text = text.replace(old, new)
    return text


def paraphrase(asked: Asked) -> str:
    """Behave well: the best sentences, a little otherwise, each with its key."""
    if asked.task == "condense":
        return condense(asked)
    if asked.task == "plan":
        return asked.user
    if asked.task == "repair":
        return "\n".join(f"S{n}: {_cite(asked.best(1))}" for n in re.findall(r"^S(\d+):", asked.user, re.MULTILINE))
    return _cite([(key, _loosely(text, asked.zh)) for key, text in asked.best()])


def condense(asked: Asked) -> str:
    """Put the last question of the conversation and the follow-up into one."""
    last = re.findall(r"^- (.+)$", asked.user, re.MULTILINE)[-1]
    follow_up = re.split(r"Follow-up: |追问：", asked.user)[-1].strip()
    return f"{last.rstrip('?？')}，{follow_up}" if asked.zh else f"{follow_up.rstrip('?')}, as to: {last}"


def _changed(change: Callable[[str], str]) -> Callable[[Asked], str]:
    """A model that writes the best sentence wrongly, and repeats the mistake when told."""

    def write(asked: Asked) -> str:
        key, text = asked.best(1)[0]
        wrong = f"{change(text)} [K{key}]"
        return f"S1: {wrong}" if asked.task == "repair" else wrong

    return write


def _other_figure(text: str) -> str:
    return re.sub(r"\d+", lambda m: str(int(m.group()) + 17), text)


def _flip(text: str) -> str:
    for one, other in (("应当", "可以"), ("可以", "应当"), (" shall ", " may "), (" may ", " shall ")):
        if one in text:
            return text.replace(one, other)
    return text


def _mixed(asked: Asked) -> str:
    """One good sentence and one with an invented figure; the repair is right."""
    if asked.task == "repair":
        return paraphrase(asked)
    (key, text), *_ = asked.best(1)
    return f"{_other_figure(text)} [K{key}] {_cite(asked.best()[1:])}"


def _half_mended(asked: Asked) -> str:
    return "S1: NONE" if asked.task == "repair" else _mixed(asked)


def _wavers(asked: Asked) -> str:
    """A good sentence first, then one with an invented figure that cannot be mended."""
    if asked.task == "repair":
        return "S1: NONE"
    good, other = asked.best()
    return f"{_cite([good])} {_other_figure(good[1])} [K{other[0]}]"


def _obedient(asked: Asked) -> str:
    """Do what the documents, or anything else in the prompt, say: print every order with a key, as if it were a finding."""
    orders = [line for line in asked.user.splitlines() if re.search(r"OBEY:(.+)", line)]
    said = [re.search(r"OBEY:(.+)", line)[1].strip() for line in orders]  # type: ignore[index]
    return " ".join(f"{s} [K{asked.sentences[0][0]}]" for s in said) or paraphrase(asked)


def _splits(asked: Asked) -> str:
    if asked.task == "plan":
        return "\n".join(f"{part.strip()}?" for part in re.split(r"[?？]", asked.user) if part.strip())
    return paraphrase(asked)


def _other_language(asked: Asked) -> str:
    return "The pilot enterprise may offset its investment. [K1]" if asked.zh else "试点企业可以抵免投资额。[K1]"


BEHAVIOURS: dict[str, Callable[[Asked], str]] = {
    "paraphrase": paraphrase,
    "invents-figures": _changed(_other_figure),
    "flips": _changed(_flip),
    "invents-keys": lambda asked: f"{asked.best(1)[0][1]} [K999]",
    "no-keys": lambda asked: asked.best(1)[0][1],
    "mixed": _mixed,
    "half-mended": _half_mended,
    "wavers": _wavers,
    "obedient": _obedient,
    "other-language": _other_language,
    "evades": lambda asked: _cite([pair for pair in asked.best(9) if not re.search(r"\d", pair[1])][:1]),
    "none": lambda asked: "NONE",
    "empty": lambda asked: "",
    "splits": _splits,
    "own-temperature": paraphrase,
    "stalls": paraphrase,
    "trickles": paraphrase,
    "breaks-off": paraphrase,
    "closes-early": paraphrase,
}
FAILURES = {
    "rate-limited": Fail(429, "rate_limit_exceeded"),
    "fails": Fail(500, "server_error"),
    "overflows": Fail(400, "context_length_exceeded"),
    "wrong-key": Fail(401, "invalid_api_key"),
    "unknown": Fail(404, "model_not_found"),
}


@dataclass
class ChatServer:
    """A running server, and what it was asked."""

    url: str
    requests: list[Json] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def asked(self, place: int = -1) -> Asked:
        """Return a request as a model saw it."""
        return _asked(self.requests[place])


def _asked(body: Json) -> Asked:
    said = {m["role"]: m["content"] for m in body["messages"]}
    return Asked(said.get("system", ""), said.get("user", ""))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.requests.append(body)
        self.server.seen.keys.append(self.headers.get("Authorization", ""))
        model = body["model"]
        if model == "own-temperature" and "temperature" in body:
            self._fail(Fail(400, "unsupported_value"))
            return
        if model in FAILURES:
            self._fail(FAILURES[model])
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        if model == "breaks-off":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):  # the client has given up
            self._stream(model, body)

    def _fail(self, failure: Fail) -> None:
        key = self.headers.get("Authorization", "")
        words = {"invalid_api_key": f"Incorrect API key provided: {key}. ", "context_length_exceeded": "This model's maximum context length is 10 tokens. "}
        data = json.dumps({"error": {"message": f"{words.get(failure.code, '')}{failure.code} {key}", "type": failure.code, "code": failure.code}}).encode()
        self.send_response(failure.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, model: str, body: Json) -> None:
        asked = _asked(body)
        behave = BEHAVIOURS[model] if asked.task in ("answer", "repair") or model in ("splits", "empty") else paraphrase
        text = behave(asked) if asked.task != "other" else "ready"
        pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
        for place, piece in enumerate(pieces):
            if place == len(pieces) // 2 and model in ("breaks-off", "closes-early"):
                return  # in the midst of a chunk for one, at a clean end without a finish reason for the other
            if place == len(pieces) // 2 and model == "stalls":
                time.sleep(STALL)
            if model in ("trickles", "wavers"):
                time.sleep(0.2)
            self._event(model, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}]})
        self._event(model, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if body.get("stream_options", {}).get("include_usage"):
            tokens = {"prompt_tokens": 1000, "completion_tokens": len(text) // 4, "total_tokens": 1000 + len(text) // 4}
            self._event(model, {"choices": [], "usage": tokens})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, model: str, content: Json) -> None:
        data = {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": model, **content}
        line = f"data: {json.dumps(data)}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line) if model == "breaks-off" else line)
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    seen: ChatServer


@contextmanager
def chat_server(port: int = 0) -> Iterator[ChatServer]:
    """Yield a server that runs as long as the context."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.seen = ChatServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with chat_server(int(sys.argv[1]) if len(sys.argv) > 1 else 8765) as running:
        print(running.url, flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
