"""The process that reads files, and draws their pages, for ``assistant.reading.sandbox``: frames of bytes in, JSON out, and nothing else it may do.

Run as ``python -m assistant.reading.reading_process MEMORY``. A frame is its length in eight bytes, then that many bytes; a
request is two frames (JSON with ``task``, ``suffix`` and ``where``, then the file), a reply is one, with a ``tick`` before it
for each page of a long file.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from assistant.documents import Box
from assistant.errors import LoadError, MetadataError, UnreadableFile
from assistant.reading.canonical import lines_to_rows
from assistant.reading.formats import READERS
from assistant.reading.page_drawing import Mark, draw
from assistant.reading.pdf_reader import read_pdf
from assistant.reading.sandbox import MOST_CHARACTERS

_FRAME = struct.Struct(">Q")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.kill",
    "shutil.",
    "ftplib.",
    "urllib.",
    "http.",
    "smtplib.",
    "webbrowser.",
)


def main() -> None:
    """Read files until the pipe closes."""
    memory = int(sys.argv[1])
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not reach the pipe
    _limit(memory)
    sys.addaudithook(_forbid)
    while (head := _frame(incoming)) is not None:
        data = _frame(incoming)
        if data is None:
            return
        _reply(outgoing, _answered(json.loads(head), data, lambda: _reply(outgoing, {"tick": True})))


def _reply(stream: BinaryIO, message: dict[str, Any]) -> None:
    frame = json.dumps(message).encode()
    stream.write(_FRAME.pack(len(frame)) + frame)
    stream.flush()


def _answered(request: dict[str, Any], data: bytes, tick: Callable[[], None]) -> dict[str, Any]:
    where = request["where"]
    try:
        return _drawn(request, data) if request["task"] == "draw" else _read(request["suffix"], data, where, tick)
    except (LoadError, MetadataError) as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        return {"error": "UnreadableFile", "message": f"{where}: needs more memory than a document may. Split or simplify the file."}
    except Exception as error:  # a reader's own mistake is one file's misfortune, not the others'
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        return {"error": "UnreadableFile", "message": f"{where}: cannot be read ({reason}). Save it anew and ingest it again."}


def _read(suffix: str, data: bytes, where: str, tick: Callable[[], None]) -> dict[str, Any]:
    reading = read_pdf(data, where, tick) if suffix == ".pdf" else READERS[suffix](data, where)
    if len(reading.text) > MOST_CHARACTERS:
        raise UnreadableFile(f"{where}: holds {len(reading.text):,} characters, more than {MOST_CHARACTERS:,}. Split the file.")
    return {
        "text": reading.text,
        "title": reading.title,
        "given": reading.given,
        "pages": [(p.number, *p.span) for p in reading.pages],
        "lines": lines_to_rows(reading.lines),
        "warnings": list(reading.warnings),
    }


def _drawn(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    marks = [Mark(words, Box(*box)) for words, box in request["marks"]]
    drawing = draw(request["suffix"], data, request["page"], request["width"], marks)
    return {"png": base64.b64encode(drawing.png).decode(), "boxes": drawing.boxes}


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    (size,) = _FRAME.unpack(head)
    data = stream.read(size)
    return data if len(data) == size else None


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows: there the time limit alone holds
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # macOS has the name, but refuses
        return


def _forbid(event: str, args: tuple[Any, ...]) -> None:
    """Refuse what no reader needs: writing, running programs, reaching the network."""
    writes = event == "open" and len(args) == 3 and isinstance(args[2], int) and args[2] & _WRITES and args[0] != os.devnull
    if writes or event.startswith(_FORBIDDEN):
        raise PermissionError(f"a document may not cause {event}")


if __name__ == "__main__":
    main()
