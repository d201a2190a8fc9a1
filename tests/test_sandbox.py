"""Files are read in a process that may neither write, run programs nor reach the network, and that is ended in time."""

import io
import os
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from assistant.errors import EmptyFile, MetadataError, UnreadableFile
from assistant.reading import reading_process
from assistant.reading.canonical import Reading
from assistant.reading.loading import load
from assistant.reading.reading_process import _frame
from assistant.reading.sandbox import Sandbox, _reading


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def docx_of(*paragraphs: str) -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(stream)
    return stream.getvalue()


def test_a_reading_comes_back_whole(sandbox: Sandbox) -> None:
    reading = sandbox.read(".html", "<title>办法</title><h1>办法</h1><p>第一条　为了产教融合。</p>".encode(), "a.html")
    assert reading.text == "# 办法\n\n第一条　为了产教融合。"
    assert reading.title == "办法"


def test_front_matter_comes_back_with_its_errors(sandbox: Sandbox) -> None:
    assert sandbox.read(".md", b"---\nid: a\naliases: [b, c]\n---\n# A\n", "a.md").given == {"id": "a", "aliases": ["b", "c"]}
    with pytest.raises(MetadataError, match=r"^a\.md: front matter: holds 'x', not keys with values\."):
        sandbox.read(".md", b"---\nx\n---\n# A\n", "a.md")


@pytest.mark.parametrize("suffix", [".md", ".txt", ".csv"])
def test_plain_text_is_read_in_the_process_too(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(self: Sandbox, suffix: str, data: bytes, where: str) -> Reading:
        asked.append(suffix)
        return Reading(data.decode())

    monkeypatch.setattr(Sandbox, "read", read)
    path = tmp_path / f"a{suffix}"
    path.write_text("Some words.", encoding="utf-8")
    assert (load(path).text, asked) == ("Some words.", [suffix])


def test_a_text_longer_than_any_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MOST_CHARACTERS", 10)
    with pytest.raises(UnreadableFile, match=r"^a\.txt: holds 11 characters, more than 10\. Split the file\.$"):
        reading_process._read(".txt", b"Some words.", "a.txt", lambda: None)


def test_the_readers_own_errors_keep_their_kind_and_words(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.docx: not readable as \.docx, File is not a zip file"):
        sandbox.read(".docx", b"no zip", "a.docx")


def test_one_process_reads_many_files(sandbox: Sandbox) -> None:
    first = sandbox.read(".docx", docx_of("one"), "1.docx")
    process = sandbox._process
    assert (first.text, sandbox.read(".docx", docx_of("two"), "2.docx").text) == ("one", "two")
    assert sandbox._process is process


def test_a_zip_bomb_exhausts_its_own_process_only() -> None:
    small = Sandbox(seconds=60, memory=512 * 1024**2)
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_of("text"))) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                body = body.replace(b"text", b"t" * (400 * 1024**2))
            new.writestr(name, body)
    try:
        with pytest.raises(UnreadableFile, match=r"^bomb\.docx: .*(memory|brings the reader down|not readable)"):
            small.read(".docx", bomb.getvalue(), "bomb.docx")
        assert small.read(".docx", docx_of("still here"), "next.docx").text == "still here"
    finally:
        small.close()


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    slow = Sandbox(seconds=0.001)
    try:
        with pytest.raises(UnreadableFile, match=r"^slow\.docx: still not read after 0 s, so it was given up\."):
            slow.read(".docx", docx_of("x"), "slow.docx")
        slow.seconds = 60
        assert slow.read(".docx", docx_of("x"), "next.docx").text == "x"
    finally:
        slow.close()


def test_a_file_of_many_pages_has_a_limit_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are each read in time, of which there is no end."""
    endless = "import json, struct, sys, time\nframe = json.dumps({'tick': True}).encode()\nwhile True:\n"
    endless += "    sys.stdout.buffer.write(struct.pack('>Q', len(frame)) + frame)\n    sys.stdout.buffer.flush()\n    time.sleep(0.02)\n"
    box, started = Sandbox(seconds=30, in_all=0.6), subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: started([sys.executable, "-c", endless], **options))
    begun = time.monotonic()
    with pytest.raises(UnreadableFile, match=r"^slow\.pdf: still not read after 1 s in all, so it was given up\. Split or simplify the file\.$"):
        box.read(".pdf", b"%PDF", "slow.pdf")
    assert 0.6 <= time.monotonic() - begun < 10
    monkeypatch.undo()
    box.in_all = 60
    assert box.read(".docx", docx_of("x"), "next.docx").text == "x"
    box.close()


def test_a_process_that_is_killed_costs_one_file(sandbox: Sandbox) -> None:
    sandbox.read(".docx", docx_of("x"), "a.docx")
    assert sandbox._process is not None
    sandbox._process.kill()
    sandbox._process.wait()
    assert sandbox.read(".docx", docx_of("y"), "b.docx").text == "y"


@pytest.mark.parametrize(
    "act",
    [
        "open('{file}', 'w')",
        "__import__('os').open('{file}', __import__('os').O_CREAT | __import__('os').O_WRONLY)",
        "__import__('os').remove('{file}')",
        "__import__('subprocess').run(['true'])",
        "__import__('os').system('true')",
        "__import__('socket').create_connection(('127.0.0.1', {port}))",
    ],
)
def test_what_a_document_may_not_cause(act: str, tmp_path: Path) -> None:
    """The hook of the reading process, put into a process that then tries: each attempt is refused by name."""
    victim = tmp_path / "victim.txt"
    victim.write_text("kept", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import sys, os, socket, subprocess\nfrom assistant.reading.reading_process import _forbid\nsys.addaudithook(_forbid)\n{act}"
        code = code.format(file=victim, port=server.getsockname()[1])
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False)
    assert done.returncode == 1
    assert "PermissionError: a document may not cause" in done.stderr
    assert victim.read_text(encoding="utf-8") == "kept"


def test_external_entities_are_not_followed(tmp_path: Path, sandbox: Sandbox) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET", encoding="utf-8")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_of("text"))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()
                head, rest = body.split(b"?>", 1)
                body = head + b"?>" + entity + rest.replace(b"text", b"before &e; after")
            new.writestr(name, body)
    try:
        assert "TOPSECRET" not in sandbox.read(".docx", stream.getvalue(), "xxe.docx").text
    except UnreadableFile as error:
        assert "TOPSECRET" not in str(error)


def test_no_secret_of_the_environment_reaches_the_process(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    box = Sandbox()
    try:
        box.read(".docx", docx_of("x"), "a.docx")
        assert box._process is not None
        environment = Path(f"/proc/{box._process.pid}/environ")
        if not environment.exists():
            pytest.skip("this system does not show the environment of a process")
        assert b"sk-secret" not in environment.read_bytes()
    finally:
        box.close()


def test_a_reply_that_is_no_reading_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile, match=r"^x\.pdf: brings the reader down"):
        _reading({"text": "t", "title": "", "given": {}, "pages": [["a"]], "warnings": []}, "x.pdf")


def test_a_file_too_large_to_be_a_document_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as stream:
        stream.truncate(201 * 1024**2)  # sparse: takes no room
    with pytest.raises(UnreadableFile, match=r"has 201 MB, more than 200\. Split the file\.$"):
        load(path)


def test_frames_are_length_and_bytes() -> None:
    whole = io.BytesIO(struct.pack(">Q", 3) + b"abc" + struct.pack(">Q", 9) + b"cut")
    assert _frame(whole) == b"abc"
    assert _frame(whole) is None


def test_empty_office_files_are_empty(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "empty.docx"
    path.write_bytes(docx_of(""))
    with pytest.raises(EmptyFile):
        load(path)
