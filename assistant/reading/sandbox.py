"""Reading files that may be hostile in a process of its own, with limits on time, memory and output.

A document is somebody else's program for our parser. It is therefore read in a child process that may not write, run
programs or reach the network (``assistant.reading.reading_process``), and that is ended when it takes too long or too much.
What comes back is JSON, never a pickle: a child that was taken over can lie about one text, but cannot act here.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import assistant
from assistant.documents import Box, Page, Span
from assistant.errors import LoadError, MetadataError, UnreadableFile
from assistant.reading.canonical import Reading, lines_from_rows
from assistant.reading.page_drawing import Drawing, Mark

SECONDS = 120.0
"""How long a file, or one page of it where pages are read one by one, may take: pypdf reads some 50 a second, OCR one in 2 to 10 s."""
SECONDS_IN_ALL = 3600.0
"""How long a file of however many pages may take: the scans of a book of some 400 at 9 s each. Meanwhile no other file is read, so that without an
end a few thousand slow pages would keep everybody waiting for days."""
MEMORY = 4 * 1024**3
"""Bytes of address space of the reading process, of which the libraries of OCR reserve up to 2 GB."""
MOST_CHARACTERS = 20_000_000
"""Characters that one file may yield: some 10,000 pages of prose. What yields more was made to."""

_FRAME = struct.Struct(">Q")


class Sandbox:
    """A process that reads files, started with the first one and again after it had to be ended. Safe for several threads."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY, in_all: float = SECONDS_IN_ALL) -> None:
        self.seconds = seconds
        self.in_all = in_all
        self.memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def read(self, suffix: str, data: bytes, where: str) -> Reading:
        """Return what the reader for ``suffix`` takes from ``data``.

        Raises:
            LoadError: as the reader says.
        MetadataError: as the reader says.
            UnreadableFile: reading took too long, too much memory, or brought the process down.
        """
        return _reading(self._answer({"task": "read", "suffix": suffix, "where": where}, data, where), where)

    def draw(self, suffix: str, data: bytes, where: str, page: int, width: int, marks: Sequence[Mark]) -> Drawing:
        """Return a page of a PDF or a picture, drawn ``width`` pixels wide with marks on it.

        Raises:
            UnreadableFile: it cannot be drawn, or not within the limits.
        """
        answer = self._answer({"task": "draw", "suffix": suffix, "where": where, "page": page, "width": width, "marks": marks}, data, where)
        return _drawing(answer, where)

    def _answer(self, request: dict[str, Any], data: bytes, where: str) -> dict[str, Any]:
        with self._lock:
            end = time.monotonic() + self.in_all
            try:
                return self._ask(request, data, end)
            except TimeoutError as error:
                self._end()
                after = f"{self.in_all:,.0f} s in all" if time.monotonic() >= end else f"{self.seconds:.0f} s"
                raise UnreadableFile(f"{where}: still not read after {after}, so it was given up. Split or simplify the file.") from error
            except (OSError, EOFError, ValueError) as error:
                code = self._end()
                what = "needs more memory than a document may" if code in (-9, 137) else "brings the reader down"
                raise UnreadableFile(f"{where}: {what}. Save it anew, in another format if need be, and ingest that.") from error

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, Any], data: bytes, end: float) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        head = json.dumps(request).encode()
        deadline = min(time.monotonic() + self.seconds, end)
        writer = threading.Thread(target=_send, args=(process, head, data), daemon=True)  # a child that hangs does not read
        writer.start()
        reply: dict[str, Any] = {"tick": True}
        while "tick" in reply:
            (size,) = _FRAME.unpack(_receive(process, _FRAME.size, deadline))
            if size > 8 * MOST_CHARACTERS:
                raise ValueError("the reply is longer than any document")
            reply = json.loads(_receive(process, size, deadline))
            deadline = min(time.monotonic() + self.seconds, end)
        writer.join()
        return reply

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            package = Path(assistant.__file__).resolve().parent.parent
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assistant.reading.reading_process", str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(package), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},  # no secret is inherited
                cwd=os.sep,
            )
        return self._process

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        code = process.poll()
        if code is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # unsent bytes have nowhere to go
                    continue
        return code


def _send(process: subprocess.Popen[bytes], *frames: bytes) -> None:
    assert process.stdin is not None
    try:
        for frame in frames:
            process.stdin.write(_FRAME.pack(len(frame)) + frame)
        process.stdin.flush()
    except OSError:  # the child is gone; whoever waits for its reply learns it there
        return


def _receive(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    """Return exactly ``size`` bytes of the child's output.

    Raises:
        TimeoutError: the deadline passed.
        EOFError: the child is gone.
    """
    assert process.stdout is not None
    out = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(out) < size:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            part = os.read(process.stdout.fileno(), min(size - len(out), 1 << 20))
            if not part:
                process.wait()
                raise EOFError
            out += part
    return bytes(out)


def _reading(answer: dict[str, Any], where: str) -> Reading:
    _refuse(answer)
    try:
        given = answer["given"]
        if not isinstance(given, dict):
            raise TypeError("front matter is a mapping")
        pages = tuple(Page(int(number), Span(int(start), int(end))) for number, start, end in answer["pages"])
        lines = tuple(lines_from_rows(answer["lines"]))
        return Reading(str(answer["text"]), title=str(answer["title"]), pages=pages, given=given, warnings=tuple(map(str, answer["warnings"])), lines=lines)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile(f"{where}: brings the reader down. Save it anew and ingest that.") from error


def _drawing(answer: dict[str, Any], where: str) -> Drawing:
    _refuse(answer)
    try:
        return Drawing(base64.b64decode(answer["png"], validate=True), tuple(Box(*map(float, box)) for box in answer["boxes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile(f"{where}: brings the reader down. Save it anew and ingest that.") from error


def _refuse(answer: dict[str, Any]) -> None:
    if "error" in answer:
        kinds = {kind.__name__: kind for kind in (*LoadError.__subclasses__(), MetadataError)}
        raise kinds.get(answer["error"], UnreadableFile)(str(answer["message"]))
