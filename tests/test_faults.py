"""What the machine may do to a library: full disks, clocks that jump, a vector server that goes and comes back, much at once."""

from __future__ import annotations

import collections
import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assistant import pipeline
from assistant.config import load_settings
from assistant.errors import IndexUnavailable, SourceNotFound
from assistant.language.glossary import Dictionary, Glossary
from assistant.library.index import Change, Index
from assistant.pipeline import Assistant
from assistant.questions.query import QueryReader
from assistant.results import Answer, Scope
from assistant.search.retrieval import Retriever
from tests.commands import outcome, run
from tests.fakes import HashEmbedder
from tests.libraries import chroma_server, make_source, many_passages

ROOT = Path(__file__).parents[1]
PAY = make_source("pay", "# Pay\n\n## Article 1\n\nA mentor is paid 500 yuan a month.\n")

# -- a full disk ----------------------------------------------------------------------------------------------------------

FILL = """
import resource, signal, sys
from dataclasses import replace
from pathlib import Path
from assistant.reading.loading import original_name
from assistant.library.index import Index
from assistant.errors import AssistantError
from tests.fakes import HashEmbedder
from tests.libraries import many_passages
home, room, file = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
index = Index(home, HashEmbedder())
index.vectors.ids()
largest = max(p.stat().st_size for p in home.rglob("*") if p.is_file())
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, resource.RLIM_INFINITY))  # a file that would grow further cannot
try:
    index.take(replace(many_passages("big", 800), original=original_name(file.read_bytes(), ".md")), file=file)
except AssistantError as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.parametrize("room", [0, 500_000])
def test_a_full_disk_costs_the_new_source_only(room: int, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "big.md"
    file.write_text("x" * 2_000_000)
    with closing(Index(home, HashEmbedder())) as index:
        index.take(PAY)
    command = [sys.executable, "-c", FILL, str(home), str(room), str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.stdout.startswith("IndexUnavailable: "), done.stdout + done.stderr
    assert str(home) in done.stdout
    assert done.stdout.count("\n") == 1
    with closing(Index(home, HashEmbedder())) as index:  # there is room again
        assert index.registry.source("pay").text == PAY.text
        with pytest.raises(SourceNotFound):
            index.registry.source("big")
        index.repair()
        assert index.diagnose().clean
        assert index.take(many_passages("big", 800)) is Change.ADDED
        assert index.diagnose().clean


# -- a clock that jumps ---------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dictionary: Dictionary) -> None:
    """What is newer is told by revisions, never by the clock."""
    days = iter([dt.datetime(2031, 5, 1, tzinfo=dt.UTC), dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2999, 12, 31, tzinfo=dt.UTC)])

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return next(days)

    monkeypatch.setattr("assistant.library.registry.dt.datetime", Clock)
    with closing(Index(tmp_path, HashEmbedder())) as index:
        for rate, change in ((500, Change.ADDED), (600, Change.REPLACED), (700, Change.REPLACED)):
            assert index.take(make_source("pay", f"# Pay\n\n## Article 1\n\nA mentor is paid {rate} yuan a month.\n")) is change
        (row,) = index.registry.sources()
        assert (row.revision, row.taken_at) == (3, "2999-12-31T00:00:00+00:00")
        (hit,) = Retriever(index).search(QueryReader(Glossary([]), dictionary).read("What is a mentor paid a month?"), Scope(), 1)
        assert "700 yuan" in hit.passage.text
        assert index.diagnose().clean


JUMP = """
import time
ahead, real = [0.0], (time.time, time.monotonic)
time.time = lambda: real[0]() + ahead[0]
import datetime as dt
from assistant.api.limits import Window
from assistant.api.sign_in import Throttle
from assistant.chat.budget import Budget
from assistant.config import load_settings
window, throttle, budget = Window(1, 60.0), Throttle(), Budget(load_settings(chat_model="openai:m"))
window.take("a")
for _ in range(10):
    throttle.fail("anna", "1.2.3.4")
budget.reply_tokens("x")
for days in (0, 400, -400):
    ahead[0] = days * 86_400.0
    print(round(window.wait("a") / 60), round(throttle.wait("anna", "1.2.3.4") / 900), round(budget.seconds() / load_settings().chat_timeout))
"""


def test_a_clock_that_jumps_neither_lets_anybody_through_nor_locks_anybody_out() -> None:
    """Limits on requests, on attempts to sign in and on the time of a chat model go by a clock that nobody sets."""
    done = subprocess.run([sys.executable, "-c", JUMP], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.stdout.split("\n") == ["1 1 1", "1 1 1", "1 1 1", ""], done.stderr


# -- a server that goes ---------------------------------------------------------------------------------------------------


def commands_without_the_server(home: Path, url: str, file: Path, dictionary: Dictionary, patch: pytest.MonkeyPatch) -> dict[str, tuple[int, str, str]]:
    """Return what each command says in a process that begins while the server is away: exit code, standard output, standard error."""
    patch.setattr(pipeline, "open_embedder", lambda name: HashEmbedder())
    for name, value in (("HOME", str(home)), ("CHROMA_URL", url), ("CORPUS", "")):
        patch.setenv(f"ASSISTANT_{name}", value)
    shutil.copy(dictionary.path, home)  # seconds to make
    question = "What is a mentor paid?"
    given = {"ask": [question], "search": [question], "ingest": [str(file)], "doctor": [], "doctor --rebuild": [], "remove": ["pay"]}
    return {command: outcome(run(*command.split(), *more)) for command, more in given.items()}


def test_a_vector_server_that_goes_and_comes_back(tmp_path: Path, dictionary: Dictionary, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = QueryReader(Glossary([]), dictionary)
    with chroma_server(tmp_path) as url:
        if url is None:
            pytest.skip("no `chroma` executable beside this Python")
        index = Index(tmp_path / "home", HashEmbedder(), url)
        index.take(PAY)
        assert Retriever(index).search(reader.read("What is a mentor paid?"), Scope(), 1)
    later = make_source("later", "# Later\n\n## Article 1\n\nAn intern is paid 300 yuan a month.\n")
    away = f"The vector server at {url} cannot be reached. Start it, or unset ASSISTANT_CHROMA_URL."
    asked = reader.read("What is a mentor paid?")
    acts: list[Callable[[], object]] = [lambda: index.take(later), lambda: index.remove("pay"), index.repair, index.diagnose, index.rebuild]
    acts += [lambda: Retriever(index).search(asked, Scope(), 1), lambda: index.vectors.lost(["p"])]
    for act in acts:
        with pytest.raises(IndexUnavailable) as caught:
            act()
        assert str(caught.value) == away
    file = tmp_path / "later.md"
    file.write_text(later.text, encoding="utf-8")
    said = commands_without_the_server(tmp_path / "home", url, file, dictionary, monkeypatch)
    assert said.pop("ingest") == (1, f"failed    {away}\n1 file: 1 failed\n", "")
    assert said == dict.fromkeys(("ask", "search", "doctor", "doctor --rebuild", "remove"), (1, "", f"{away}\n"))
    assert [row.metadata.id for row in index.registry.sources()] == ["pay"]
    with chroma_server(tmp_path, urlsplit(url).port or 0) as again:
        assert again == url
        assert index.take(later) is Change.ADDED
        assert {h.source.id for h in Retriever(index).search(reader.read("What is an intern paid?"), Scope(), 2)} == {"pay", "later"}
        assert index.diagnose().clean
        index.close()


# -- much at once ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path, dictionary: Dictionary) -> Iterator[Assistant]:
    found = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    found.reader = QueryReader(found.glossary, dictionary)
    yield found
    found.index.close()


def versions(folder: Path, word: str) -> Path:
    folder.mkdir()
    for name in ("alpha", "beta", "gamma"):
        sections = (f"## Part {i}\n\nClause {i} of {name} counts {i * 7919} {word} oranges." for i in range(30))
        (folder / f"{name}.md").write_text(f"# {name}\n\n" + "\n\n".join(sections) + "\n", encoding="utf-8")
        (folder / f"{name}.meta.yaml").write_text(f"id: {name}\n")  # so that one folder's replaces the other's
    return folder


def test_a_hundred_questions_while_files_are_taken_in(library: Assistant, tmp_path: Path) -> None:
    old, new = versions(tmp_path / "old", "mouldering"), versions(tmp_path / "new", "ripe")
    collections.deque(library.ingest([old]), maxlen=0)
    texts = {word: {p.stem: p.read_text().strip() for p in folder.glob("*.md")} for word, folder in (("mouldering", old), ("ripe", new))}
    stop, wrong, answered = threading.Event(), list[str](), list[Answer]()

    def write() -> None:
        while not stop.is_set():
            for folder in (new, old):
                wrong.extend(r.error for r in library.ingest([folder]) if r.outcome == "failed")

    def ask(start: int) -> None:
        for n in range(start, 100, 4):
            name = ("alpha", "beta", "gamma")[n % 3]
            result = library.ask(f"How many oranges does clause {n % 30} of {name} count?")
            if isinstance(result, Answer):
                answered.append(result)

    writer = threading.Thread(target=write)
    askers = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in (writer, *askers):
        thread.start()
    for thread in askers:
        thread.join()
    stop.set()
    writer.join()
    assert wrong == []
    assert len(answered) > 50
    for result in answered:
        for citation in result.citations:
            word = "ripe" if "ripe" in citation.quote else "mouldering"
            assert texts[word][citation.source_id][slice(*citation.span)] == citation.quote, "words of one whole version"
    assert library.doctor().clean


def test_two_commands_take_in_the_same_folder_at_once(tmp_path: Path) -> None:
    folder = versions(tmp_path / "files", "ripe")
    code = (
        "import sys; from pathlib import Path; from assistant.pipeline import Assistant; from assistant.config import load_settings; "
        "from tests.fakes import HashEmbedder; a = Assistant(load_settings(home=Path(sys.argv[1]), corpus=''), HashEmbedder()); "
        "print(*(r.outcome for r in a.ingest([Path(sys.argv[2])])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "home"), str(folder)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}) for _ in range(2)]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert sorted(said[0] + said[1]) == ["added"] * 3 + ["unchanged"] * 3
    with closing(Index(tmp_path / "home", HashEmbedder())) as index:
        assert index.registry.revision() == 3
        assert index.diagnose().clean
