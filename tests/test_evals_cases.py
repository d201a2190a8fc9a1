"""Suites are read whole or refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.config import shipped
from assistant.results import Reason
from evals.cases import CASES, CaseError, hash_of, is_held_out, load_cases, suite_path

LAW = "# Pear Act\n\nArticle 1 Growers may claim a rebate of 12 % on pears.\n\nArticle 2 Growers may claim a rebate of 12 % on quinces.\n"
REBATE = "a rebate of 12 %"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    (tmp_path / "texts" / "laws").mkdir(parents=True)
    (tmp_path / "texts" / "laws" / "pears.md").write_text(LAW, encoding="utf-8")
    (tmp_path / "corpus" / "policies").mkdir(parents=True)
    (tmp_path / "corpus" / "policies" / "pear-act.en.md").write_text(f"---\nid: pear-act.en\nnote: on quinces\n---\n\n{LAW}", encoding="utf-8")
    return tmp_path


def row(**changes: Any) -> dict[str, Any]:
    start = LAW.index(REBATE)
    evidence = [{"file": "laws/pears.md", "start": start, "end": start + len(REBATE), "locator": "Art. 1", "sha256": hash_of(REBATE)}]
    given = {"id": "t-1", "question": "What rebate?", "language": "en", "outcome": "answer", "evidence": evidence, "facts": ["12 ?%"], "tags": ["en-en"]}
    return {k: v for k, v in {**given, **changes}.items() if v is not None}


def abstention(**changes: Any) -> dict[str, Any]:
    return row(**{"outcome": "abstention", "reason": "nothing_found", "evidence": [], "facts": [], **changes})


def load(root: Path, *rows: dict[str, Any] | str) -> list[Any]:
    path = root / "suite.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return load_cases(path, root / "texts", root / "corpus")


def test_a_case_is_read_with_its_evidence(texts: Path) -> None:
    case, refusal = load(texts, row(), abstention(id="t-2", question="What of figs?"))
    assert (case.id, case.language, case.pair, case.answerable, case.reason) == ("t-1", "en", "en-en", True, None)
    assert [(e.path, e.text, e.locator, e.occurrence) for e in case.evidence] == [((texts / "texts/laws/pears.md").resolve(), REBATE, "Art. 1", 0)]
    assert case.facts[0].search("12 % and more")
    assert (refusal.answerable, refusal.reason, refusal.evidence, refusal.facts) == (False, Reason.NOTHING_FOUND, (), ())


def test_words_that_stand_in_the_file_before_are_counted(texts: Path) -> None:
    start = LAW.rindex(REBATE)
    [case] = load(texts, row(evidence=[{"file": "laws/pears.md", "start": start, "end": start + len(REBATE), "locator": "Art. 2", "sha256": hash_of(REBATE)}]))
    assert case.evidence[0].occurrence == 1


def test_a_quote_is_found_in_the_file_of_the_corpus_whatever_its_line_breaks(texts: Path) -> None:
    [case] = load(texts, row(evidence=[{"source": "pear-act.en", "quote": "Growers may claim a\nrebate of 12 % on pears.", "locator": "Art. 1"}]))
    assert case.evidence[0].path == (texts / "corpus/policies/pear-act.en.md").resolve()


def test_other_places_of_the_same_rule_come_with_the_evidence(texts: Path) -> None:
    quinces = {"source": "pear-act.en", "quote": "a rebate of 12 % on quinces", "locator": "Art. 2"}
    pears = {"source": "pear-act.en", "quote": "a rebate of 12 % on pears"}
    [case] = load(texts, row(evidence=[{**pears, "also": [quinces]}]))
    assert [(e.text, e.locator) for e in case.evidence[0].also] == [("a rebate of 12 % on quinces", "Art. 2")]
    wrong: list[Any] = [{}, ["pears"], [{**quinces, "also": [pears]}], [{"file": "laws/pears.md", "start": 1, "end": 2, "locator": "", "sha256": "0"}]]
    for also in wrong:
        with pytest.raises(CaseError, match="evidence has also"):
            load(texts, row(evidence=[{**pears, "also": also}]))


def test_what_is_out_of_scope_has_a_group_of_its_own(texts: Path) -> None:
    [case] = load(texts, abstention(reason="out_of_scope", tags=["out-of-scope", "en"]))
    assert case.pair == "oos"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": []}, "has 0 evidence for outcome 'answer'"),
        ({"facts": []}, "has 0 facts for outcome 'answer'"),
        ({"facts": ["(12"]}, r"fact '\(12' is not a regular expression"),
        ({"facts": ["(12)?"]}, "matches the empty text"),
        ({"reason": "nothing_found"}, r"unknown \['reason'\]"),
        ({"answer": "12 %"}, r"unknown \['answer'\]"),
        ({"tags": None}, r"lacks \['tags'\]"),
        ({"tags": "en-en"}, "tags is not a list"),
        ({"tags": ["hard"]}, r"language pairs \[\]"),
        ({"tags": ["en-en", "en-zh"]}, "language pairs"),
        ({"tags": ["zh-en"]}, "for a question in 'en'"),
        ({"language": "fr"}, "language 'fr' is not one of en, zh"),
        ({"outcome": "reply"}, "outcome 'reply' is not one of answer, abstention"),
        ({"id": " "}, "id is blank"),
        ({"evidence": ["laws/pears.md"]}, "is not an object"),
        ({"evidence": [{"file": "laws/pears.md", "start": 0, "end": len(LAW) + 1, "locator": "", "sha256": "0"}]}, "is outside pears.md"),
        ({"evidence": [{"file": "laws/pears.md", "start": 5, "end": 5, "locator": "", "sha256": "0"}]}, "is outside pears.md"),
        ({"evidence": [{"file": "laws/pears.md", "start": -1, "end": 5, "locator": "", "sha256": "0"}]}, "is outside pears.md"),
        ({"evidence": [{"file": "laws/pears.md", "start": True, "end": 5, "locator": "", "sha256": "0"}]}, "is outside pears.md"),
        ({"evidence": [{"file": "laws/pears.md", "start": 10, "end": 12, "locator": "", "sha256": "0"}]}, "is blank"),
        ({"evidence": [{"file": "laws/pears.md", "start": 0, "end": 5}]}, r"lacks \['locator', 'sha256'\]"),
        ({"evidence": [{"file": "laws/pears.md", "start": 0, "end": 10, "locator": "", "sha256": "0"}]}, r"0 to 10 of pears\.md is not what it was "),
        ({"evidence": [{"file": "laws/plums.md", "start": 0, "end": 5, "locator": "", "sha256": "0"}]}, "'laws/plums.md' is not in"),
        ({"evidence": [{"file": "../suite.jsonl", "start": 0, "end": 5, "locator": "", "sha256": "0"}]}, "is not in"),
        ({"evidence": [{"source": "plum-act.en", "quote": "Growers"}]}, "'plum-act.en' is no file of"),
        ({"evidence": [{"source": "pear-act.en", "quote": "plums"}]}, "stands 0 times"),
        ({"evidence": [{"source": "pear-act.en", "quote": "note: on quinces"}]}, "stands 0 times"),
        ({"evidence": [{"source": "pear-act.en", "quote": REBATE}]}, "stands 2 times"),
        ({"evidence": [{"source": "pear-act.en", "quote": " "}]}, "stands 0 times"),
    ],
)
def test_a_wrong_case_is_refused(texts: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError, match=message) as caught:
        load(texts, row(**changes))
    assert str(caught.value).startswith("suite.jsonl:1: ")
    assert "What rebate?" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": None}, r"lacks \['reason'\]"),
        ({"reason": "dunno"}, "reason 'dunno' is not one of nothing_found"),
        ({"facts": ["12"]}, "has 1 facts for outcome 'abstention'"),
    ],
)
def test_a_wrong_refusal_is_refused(texts: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CaseError, match=message):
        load(texts, abstention(**changes))


@pytest.mark.parametrize("second", [row(question="Another?"), row(id="t-2", question="what  REBATE?")])
def test_a_second_case_with_the_same_id_or_question_is_refused(texts: Path, second: dict[str, Any]) -> None:
    with pytest.raises(CaseError, match=r"suite\.jsonl:2: has the same id or question as suite\.jsonl:1"):
        load(texts, row(), second)


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "is not JSON"), ("", "is not JSON"), ("[]", "is not an object"), ('{"id": "a", "id": "b"}', "a key is given twice")],
)
def test_a_line_that_is_no_object_is_refused(texts: Path, line: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        load(texts, row(), line, row(id="t-3"))


def test_an_empty_suite_is_refused(texts: Path) -> None:
    with pytest.raises(CaseError, match="holds no case"):
        load(texts)


def test_an_unknown_suite_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CaseError, match="library-paraphrased-dev, library-paraphrased-test, library-plain-dev, library-plain-test"):
        suite_path("library-prod")


@pytest.mark.parametrize("suite", sorted(p.stem for p in CASES.glob("*.jsonl")))
def test_every_suite_loads(shared: Path, suite: str) -> None:
    cases = load_cases(suite_path(suite), shared, shipped("corpus"))
    count = len(cases)  # a failing assertion must not show held-out cases
    assert count >= 17
    assert {len({"easy", "medium", "hard"} & set(c.tags)) for c in cases} == {1}


@pytest.mark.parametrize("suite", ["library-plain-dev", "library-plain-test"])
def test_the_plain_suites_have_each_pair_of_languages(shared: Path, suite: str) -> None:
    pairs = {c.pair for c in load_cases(suite_path(suite), shared, CASES)}
    assert pairs == {"en-en", "zh-en", "zh-zh", "en-zh", "oos"}


@pytest.mark.parametrize(
    ("beside", "refused"),
    [("library-b-dev", True), ("library-b-test", True), ("corpus-b-test", True), ("corpus-b-dev", False)],
)
def test_what_another_suite_asks_is_refused(texts: Path, beside: str, refused: bool) -> None:
    for name, given in ((beside, row(id="b-1", question="WHAT  rebate?")), ("library-a-dev", row())):
        (texts / f"{name}.jsonl").write_text(json.dumps(given), encoding="utf-8")
    if refused:
        with pytest.raises(CaseError, match=rf"library-a-dev\.jsonl:1: has the same id or question as {beside}\.jsonl:1"):
            load_cases(texts / "library-a-dev.jsonl", texts / "texts", texts / "corpus")
    else:
        assert len(load_cases(texts / "library-a-dev.jsonl", texts / "texts", texts / "corpus")) == 1


def test_only_test_suites_are_held_out() -> None:
    suites = ("library-plain-dev", "library-plain-test", "corpus-dev", "corpus-test", "library-tested")
    assert [s for s in suites if is_held_out(s)] == ["library-plain-test", "corpus-test"]
