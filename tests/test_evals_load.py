"""The load test's texts, its table and the peers behind their servers, on a handful of documents; the assistant is measured by hand."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.load import measure, plan_of, table, under_load
from evals.load_peers import LoadPeerError, groups, serving_peer
from evals.load_texts import questions, write_texts


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    sets: dict[str, list[dict[str, Any]]] = {
        "stard_lecoqa": [{"id": f"{law}第{n}条", "title": law, "text": f"{law}的第{n}项\n内容。"} for law in ("甲法", "乙法") for n in "一二三"],
        "obliqa": [{"id": f"r{n}", "doc": n % 2, "title": "1", "text": f"A person\tmust {n}."} for n in range(4)],
    }
    for name, rows in sets.items():
        (tmp_path / name / "dev").mkdir(parents=True)
        (tmp_path / name / "corpus.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        queries = [{"id": f"q{n}", "text": f"{name} {n}?"} for n in range(3)]
        (tmp_path / name / "dev" / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
        gold = "".join(f"q{n}\t{rows[n]['id']}\t1\n" for n in range(3))
        (tmp_path / name / "dev" / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + gold, encoding="utf-8")
    return tmp_path


def test_statutes_then_rules_then_further_editions_until_there_are_enough(bench: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    assert write_texts(bench, folder, 11) == (5, 13)
    assert sorted(p.name for p in folder.iterdir()) == [
        "rules-0000.md", "rules-0001.md", "statute-1-0000.md", "statute-1-0001.md", "statute-2-0000.md",
    ]  # fmt: skip
    assert (folder / "statute-1-0000.md").read_text() == "# 乙法\n\n第一条　乙法的第一项 内容。\n\n第二条　乙法的第二项 内容。\n\n第三条　乙法的第三项 内容。\n"
    assert (folder / "statute-2-0000.md").read_text().startswith("# 乙法（第2版）\n")
    assert (folder / "rules-0001.md").read_text() == "# Rulebook 1\n\n## Rule 1\n\nA person must 1.\n\n## Rule 2\n\nA person must 3.\n"


def test_questions_of_both_languages_in_turn(bench: Path) -> None:
    assert questions(bench, 3) == ["stard_lecoqa 0?", "obliqa 0?", "stard_lecoqa 1?"]


def row(kind: str, clients: int, p50_s: float, p95_s: float, errors: int = 0) -> dict[str, Any]:
    return {"kind": kind, "clients": clients, "p50_s": p50_s, "p95_s": p95_s, "errors": errors, "unfairness": 1.25}


def test_the_table() -> None:
    ours = [row(kind, clients, 0.0401 * clients, 0.1 * clients) for kind in ("search", "ask") for clients in (1, 32)]
    theirs = [row(kind, clients, 0.0123, 0.05, errors=clients // 32) for kind in ("search", "ask") for clients in (1, 32)]
    peer = {"system": "langchain", "texts": "rules", "files": 3, "characters": 9000, "cpu_s": 3.0, "passages": 40, "served": theirs, "peak_mib": 612.0}
    found = {
        "fill": {"sources": 2, "passages": 1300, "taken": 300, "seconds": 10.0, "cpu_s": 5.0},
        "disk_mib": 12.4,
        "cold_s": {"ask": 6.0, "bare": 4.0},
        "embedding_s": 0.0087,
        "systems": [{"system": "assistant", "texts": "all files", "passages": 1300, "served": ours, "peak_mib": 800.0}, peer],
    }
    assert table(found) == [
        "2 sources, 1300 passages, 12 MiB on disk",
        "taken in: 300 passages, 30 a second, 60 a processor second",
        "embedding of one question: 8.7 ms",
        "cold: first answer 6.0 s, import and load of the model 4.0 s, 1.50 x",
        "taken in by langchain: 3 files (rules), 3,000 characters a processor second",
        "",
        "over HTTP: p50 / p95 in ms, and how many times as long as the fastest client the slowest waits; what a peer's ask is: evals/load_peers.py",
        "                                holds               clients: 1              clients: 32  errors  peak MiB",
        "search assistant, all files     1,300           40 / 100 1.2 x      1,283 / 3,200 1.2 x       0       800",
        "search langchain, rules            40            12 / 50 1.2 x            12 / 50 1.2 x       1       612",
        "ask assistant, all files        1,300           40 / 100 1.2 x      1,283 / 3,200 1.2 x       0       800",
        "ask langchain, rules               40            12 / 50 1.2 x            12 / 50 1.2 x       1       612",
    ]


def test_each_system_is_put_the_same_questions_and_none_twice() -> None:
    plan = plan_of((str(n) for n in itertools.count()), 10)
    assert [(kind, clients, len(asked)) for kind, clients, asked in plan] == [
        ("search", 1, 10), ("search", 8, 32), ("search", 32, 128), ("ask", 1, 10), ("ask", 8, 32), ("ask", 32, 128),
    ]  # fmt: skip
    assert [*itertools.chain(*(asked for _, _, asked in plan))] == [str(n) for n in range(340)]


def test_what_is_compared(tmp_path: Path) -> None:
    for name, text in (("rules-0000", "long"), ("rules-0001", "s"), *((f"statute-1-000{n}", "x") for n in range(4))):
        (tmp_path / f"{name}.md").write_text(text)
    files = sorted(tmp_path.iterdir())
    rules, statutes = [files[1]], files[2:4]
    assert groups(files, 3) == [
        ("ours", "rules", rules), ("langchain", "rules", rules), ("ours", "statutes", statutes), ("langchain", "statutes", statutes),
        ("bm25", "all files", files),
    ]  # fmt: skip


PLAN = [("search", 1, ["What must a person pay?"]), ("search", 8, ["第三条说什么？"] * 16), ("ask", 32, ["Who must pay a fee?"] * 64)]


def write_two(folder: Path) -> list[Path]:
    (folder / "rules-0000.md").write_text("# Rulebook 0\n\n## Rule 1\n\nA person must pay a fee of 50 dollars.\n")
    (folder / "statute-1-0000.md").write_text("# 甲法\n\n第三条　申请人应当缴纳费用。\n")
    return sorted(folder.glob("*.md"))


def test_plain_bm25_behind_http_asked_by_many_clients(tmp_path: Path) -> None:
    files = write_two(tmp_path)
    with serving_peer("bm25", files) as (peer, process):
        assert {name: peer[name] for name in ("system", "files", "passages", "characters")} == {
            "system": "bm25", "files": 2, "passages": 2, "characters": sum(len(f.read_text()) for f in files),
        }  # fmt: skip
        rows = under_load(peer["url"], PLAN)
        (found,) = httpx.post(f"{peer['url']}/api/v1/search", json={"question": "fee"}).json()
        said = httpx.post(f"{peer['url']}/api/v1/ask", json={"question": "fee"}).json()
        wrong = measure(peer["url"], "nothing", 1, ["fee"])
    assert [(row["kind"], row["clients"], row["errors"]) for row in rows] == [("search", 1, 0), ("search", 8, 0), ("ask", 32, 0)]
    assert all(0 < row["p50_s"] <= row["p95_s"] and row["unfairness"] >= 1 for row in rows)
    assert (found["source"], found["text"], said) == (str(files[0]), files[0].read_text().strip(), {"text": files[0].read_text().strip()})
    assert wrong["errors"] == 1, "an error is counted, not passed over"
    assert not Path(f"/proc/{process}").exists(), "it ended with its measurement"


def test_langchain_behind_http_gives_the_filled_prompt(tmp_path: Path) -> None:
    with serving_peer("langchain", write_two(tmp_path)) as (peer, _):
        assert [row["errors"] for row in under_load(peer["url"], PLAN[:2])] == [0, 0]
        found = httpx.post(f"{peer['url']}/api/v1/search", json={"question": "Who must pay?"}).json()
        said = httpx.post(f"{peer['url']}/api/v1/ask", json={"question": "Who must pay?"}, timeout=60).json()["text"]
    assert [hit["source"].rpartition("/")[2] for hit in found] == ["rules-0000.md", "statute-1-0000.md"]
    shown = "\n\n".join(hit["text"] for hit in found)
    assert said == f"Human: Answer the question with the context alone.\n\nContext:\n{shown}\n\nQuestion: Who must pay?"


def test_a_system_that_does_not_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadPeerError, match=r"^pigeon: did not start \(KeyError: 'pigeon'\)\."), serving_peer("pigeon", write_two(tmp_path)):
        pass
