"""The load test's texts and its table, on a handful of documents; what it measures is measured by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.load import table
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


def test_the_table() -> None:
    found = {
        "fill": {"sources": 2, "passages": 300, "taken": 300, "seconds": 10.0, "cpu_s": 5.0},
        "disk_mib": 12.4,
        "server_peak_mib": 800.0,
        "served": [{"kind": "search", "clients": 8, "p50_s": 0.0401, "p95_s": 0.1, "errors": 0, "unfairness": 1.25}],
        "cold_s": {"ask": 6.0, "bare": 4.0},
        "embedding_s": 0.0087,
        "peers": [{"system": "langchain", "texts": "rules", "files": 3, "characters": 9000, "cpu_s": 3.0, "p50_s": 0.0123}],
    }
    assert table(found) == [
        "2 sources, 300 passages, 12 MiB on disk; server at most 800 MiB",
        "taken in: 300 passages, 30 a second, 60 a processor second",
        "search   8 clients: p50 40 ms, p95 100 ms, 0 errors, slowest client 1.2 x",
        "embedding of one question: 8.7 ms",
        "cold: first answer 6.0 s, import and load of the model 4.0 s, 1.50 x",
        "langchain  3 rules: 3,000 characters a processor second, search p50 12.3 ms (no HTTP)",
    ]
