"""The report is one page that shows what happened, escapes what cases bring, and keeps held-out cases to itself."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import evals.gate
from evals.__main__ import main
from evals.gate import Baseline
from evals.html_report import page
from evals.metrics import Ratio
from evals.plots import Bar, bars, curve, histogram
from evals.records import Record
from evals.run import SuiteRun, run_to_dict

VOID = {"meta", "input", "br", "hr", "link", "img"}
MADE = {"model": "m", "code": "c0de", "texts": "t", "passages": 1, "as_of": "2026-01-01", "settings": {"fingerprint": "f00d"}}
EVIL = "<script>alert('谁')</script>"
GOLD = [{"file": "pears.md", "locator": "Art. 2", "quote": "growers <b>pay</b> 8 %"}]
BOUND = {"group": "", "measure": "recall@10", "value": 0.8, "limit": 0.75, "kind": "floor"}
SET = {"module": "retrieval", "name": "pears", "folder": "x", "sample": 9, "bounds": [BOUND]}
BASELINE = '[suites.library-tiny]\n"facts" = {value = 0.9, floor = 0.8}\n"false_refusals" = {value = 0.1, ceiling = 0.2}\n'


class Checked(HTMLParser):
    """Every tag that is opened is closed, in order; ids are unique, and what is pointed at is there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        assert self.open == []
        assert len(set(self.ids)) == len(self.ids)
        assert set(self.pointed) <= set(self.ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        self.attributes += [(tag, k, v) for k, v in given.items()]
        self.ids += [given["id"]] if "id" in given else []
        self.pointed += given.get("aria-labelledby", "").split() + ([given["href"][1:]] if given.get("href", "").startswith("#") else [])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def record(case_id: str, passed: bool, **changes: Any) -> Record:
    statements = [{"text": f"It pays {EVIL}"}]
    citations = [{"title": "梨法", "locator": "第一条", "quote": "应当支付 & 报销"}]
    detail = {"question": f"谁付钱？{EVIL}", "language": "zh", "statements": statements, "citations": citations, "gold": GOLD, "facts": ["8 ?%"], "message": ""}
    given = {"answered": True, "facts": (passed,), "ranks": (1,), "quotes": Ratio(1, 1), "confidence": 0.7, "detail": detail}
    return Record(case_id, "zh-zh", (), True, 0.02, **{**given, **changes})


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with results of a suite, of its held-out twin and of a public set, and what passed before."""
    monkeypatch.setattr(evals.gate, "BASELINES", tmp_path / "baselines")
    (tmp_path / "baselines").mkdir()
    for suite in ("library-tiny", "library-tiny-test"):
        stored = {"passing": ["was-good", "good"], "failing": ["was-bad", "bad"]}
        (tmp_path / "baselines" / f"{suite}.json").write_text(json.dumps(stored), encoding="utf-8")
    records = [record("was-good", False), record("good", True), record("was-bad", True), record("bad", False), record("broke", False, crash="KeyError: 1")]
    hidden = [record("was-good", False, detail=None), record("good", True, detail=None)]
    runs = [SuiteRun("library-tiny", records, MADE, []), SuiteRun("library-tiny-test", hidden, MADE, [])]
    sets = [{"set": SET, "seconds": 1, "measures": {"recall@10": 0.7}, "crash": ""}]
    (tmp_path / "results.json").write_text(json.dumps({"runs": [run_to_dict(r) for r in runs], "sets": sets}), encoding="utf-8")
    (tmp_path / "baseline.toml").write_text(BASELINE, encoding="utf-8")
    return tmp_path


def report(folder: Path) -> str:
    out = folder / "report.html"
    assert main(["report", "--results", str(folder / "results.json"), "--baseline", str(folder / "baseline.toml"), "--out", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def test_the_page_is_whole_and_fetches_nothing(results: Path) -> None:
    text = report(results)
    page = Checked(text)
    assert "default-src 'none'" in text
    assert {tag for tag, _, _ in page.attributes} & {"script", "link", "img", "iframe"} == set()
    assert [v for _, k, v in page.attributes if k in ("src", "href") and not v.startswith("#")] == []
    assert [v for tag, k, v in page.attributes if tag == "svg" and k == "role"] == ["img"] * 6


def test_what_cases_bring_is_escaped(results: Path) -> None:
    text = report(results)
    assert "<script" not in text
    assert "谁付钱？&lt;script&gt;" in text
    assert "应当支付 &amp; 报销" in text


def test_the_flipped_cases_are_shown_with_question_answer_and_evidence(results: Path) -> None:
    text = report(results)
    part = text[text.index('<section id="library-tiny"') : text.index('<section id="library-tiny-test"')]
    assert part.index("now fail (1)") < part.index("now pass (1)") < part.index("new (1)") < part.index("Failing as before (1)")
    flipped = part[part.index("now fail (1)") : part.index("now pass (1)")]
    for shown in ("was-good", "谁付钱", "It pays", "梨法", "第一条", "8 ?%", "facts 0 of 1"):
        assert shown in flipped
    assert "broke" in part[part.index("new (1)") :]


def test_a_crash_takes_no_part_in_the_share_of_what_passed(results: Path) -> None:
    overview = report(results).split("<tbody>")[1].split("</tbody>")[0]
    assert "<td>5</td><td>2 (50% of 4)</td><td>1</td>" in overview
    assert "<td>2</td><td>1 (50% of 2)</td><td>0</td>" in overview
    broken = [record("broke", False, crash="KeyError: 1")]
    assert "<td>1</td><td>0 (of none)</td><td>1</td>" in page([SuiteRun("library-tiny", broken, MADE, [])], [], Baseline(None, {}))


@pytest.mark.parametrize("before", ["passing", "failing"])
def test_a_crashed_case_is_shown_apart_with_its_question(results: Path, before: str) -> None:
    stored: dict[str, list[str]] = {"passing": [], "failing": [], before: ["broke"]}
    (results / "baselines" / "library-tiny.json").write_text(json.dumps(stored), encoding="utf-8")
    part = report(results).split('<section id="library-tiny"')[1].split("</section>")[0]
    crashed, flipped = part.split("<h3>Crashed cases (1)</h3>")[1].split("<h3>Flipped cases</h3>")
    for shown in ("broke", "crashed: KeyError: 1", "谁付钱？&lt;script&gt;", "<li>pears.md Art. 2 <q>growers &lt;b&gt;pay&lt;/b&gt; 8 %</q></li>"):
        assert shown in crashed
    assert "broke" not in flipped


def test_the_words_of_the_evidence_are_shown_where_they_were_recorded(results: Path) -> None:
    assert "<q>growers &lt;b&gt;pay&lt;/b&gt; 8 %</q>" in report(results).split("now fail (1)")[1].split("now pass (1)")[0]
    bare = record("broke", False, crash="KeyError: 1", detail=None)
    assert "<li>not recorded</li>" in page([SuiteRun("library-tiny", [bare], MADE, [])], [], Baseline(None, {}))


@pytest.mark.parametrize(
    ("sets", "wrong"),
    [
        ([{}], "KeyError('set')"),
        ([{"set": SET, "seconds": 1, "measures": {}}], "KeyError('crash')"),
        ([{"set": SET | {"bounds": [BOUND | {"value": "x"}]}}], "ValueError(\"could not convert string to float: 'x'\")"),
        ([{"set": SET | {"module": 5}, "seconds": 1, "measures": {}, "crash": ""}], "TypeError('5 is not a text')"),
        (5, "TypeError(\"'int' object is not iterable\")"),
    ],
)
def test_sets_that_the_gate_does_not_write_are_one_line(results: Path, capsys: pytest.CaptureFixture[str], sets: Any, wrong: str) -> None:
    path = results / "results.json"
    path.write_text(json.dumps({"runs": [], "sets": sets}), encoding="utf-8")
    assert main(["report", "--results", str(path), "--baseline", str(results / "baseline.toml"), "--out", str(results / "out.html")]) == 1
    again = f"Write them again: python -m evals gate --out {path}"
    assert capsys.readouterr() == ("", f"evals: {path}: sets are not what today's code writes ({wrong}). {again}\n")
    assert not (results / "out.html").exists()


def test_of_a_held_out_suite_only_ids_are_shown(results: Path) -> None:
    part = report(results).split('<section id="library-tiny-test"')[1].split("</section>")[0]
    assert "was-good" in part
    assert "谁付钱" not in part


def test_broken_floors_and_public_sets_are_named(results: Path) -> None:
    text = report(results)
    overview = text[: text.index("</table>")]
    assert '<span class="state fail">not met</span>' in overview
    assert "<td>facts</td>" in overview
    assert '<span class="state none">no floors set</span>' in overview
    assert "retrieval.pears" in text[text.index('<section id="sets"') :]
    assert text.count('class="bar broken"') == 1


def test_the_newest_results_are_taken(results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("evals.html_report.RESULTS", results)
    (results / "bench.json").write_text("{}", encoding="utf-8")
    assert main(["report", "--baseline", str(results / "baseline.toml"), "--out", str(results / "out.html")]) == 0
    assert "(2 suites, 1 public sets)" in capsys.readouterr().out
    monkeypatch.setattr("evals.html_report.RESULTS", results / "baselines")
    assert main(["report", "--out", str(results / "out.html")]) == 1
    assert "holds no results. Write some: python -m evals gate --out" in capsys.readouterr().err


# -- plots ----------------------------------------------------------------------------------------------------


def test_a_bar_is_as_long_as_its_value() -> None:
    image = bars("T", [Bar("a", 0.0, 0.0, 0.0), Bar("b", 0.5, 0.4, 0.6, 0.7, False), Bar("c", 1.0, 1.0, 1.0)])
    Checked(image)
    assert [part.split('"')[0] for part in image.split('width="')[1:]] == ["0.5", "207.0", "414.0"]
    assert image.count("broken") == 1
    assert image.count('class="baseline"') == 1
    assert "b 0.500 (baseline 0.700)" in image


def test_a_curve_is_a_step_for_each_point() -> None:
    image = curve("T", [(0.5, 0.0), (1.0, 0.25)], "across", "up")
    Checked(image)
    assert image.split('d="M')[-1].split('"')[0] == "56.0 236.0L56.0 236.0L340.0 236.0L340.0 96.0L624.0 96.0"
    Checked(curve("T", [], "across", "up"))


def test_a_histogram_counts_every_time_once() -> None:
    image = histogram("T", [0.001, 0.015, 0.02, 0.5, 0.5, 1.0, 3.0])
    Checked(image)
    said = image.split("<desc")[1].split(">")[1].split("<")[0]
    assert said == "at most 16 ms: 2 questions; at most 31 ms: 1 questions; at most 500 ms: 2 questions; at most 1 s: 1 questions; at most 4 s: 1 questions"
    Checked(histogram("T", []))
