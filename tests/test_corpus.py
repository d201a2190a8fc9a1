"""The corpus that ships: complete in both languages, with every text that no longer applies labelled, and one glossary without doubles."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.config import shipped
from assistant.documents import Authority, Kind, Standing, Status
from assistant.language.glossary import read_terms
from assistant.library.chunking import chunk
from assistant.reading.loading import load
from evals.cases import CASES
from evals.digests import Digest, read_digest

CORPUS = shipped("corpus")
GLOSSARY = Path(__file__).resolve().parent.parent.parent / "shared" / "facts" / "glossary.tsv"
NO_LONGER = {
    "vel-1996": Status.REPEALED,
    "moe-2016-intern": Status.REPEALED,
    "cq-2019-1781": Status.REPEALED,
    "ndrc-2023-699": Status.EXPIRED,
    "cq-2020-261": Status.EXPIRED,
    "double-high-1": Status.EXPIRED,
    "moe-2020-quality-plan": Status.EXPIRED,
}


@pytest.fixture(scope="module")
def digests() -> list[Digest]:
    return [read_digest(path) for folder in ("policies", "cases") for path in sorted((CORPUS / folder).glob("*.md"))]


def test_every_work_is_there_in_both_languages_under_the_name_of_its_file(digests: list[Digest]) -> None:
    languages = Counter(digest.metadata.work for digest in digests)
    assert set(languages.values()) == {2}
    assert {d.metadata.id for d in digests} == {p.stem for folder in ("policies", "cases") for p in (CORPUS / folder).glob("*.md")}


def test_texts_that_no_longer_apply_are_labelled_and_no_others(digests: list[Digest]) -> None:
    ended = {d.metadata.work: d.metadata.status for d in digests if d.metadata.status in (Status.REPEALED, Status.EXPIRED)}
    assert ended == NO_LONGER


def test_what_a_work_replaces_says_so_as_well(digests: list[Digest]) -> None:
    works = {d.metadata.work: d.metadata for d in digests}
    for data in works.values():
        assert all(works[old].superseded_by == data.work for old in data.supersedes)
        assert not data.superseded_by or works[data.superseded_by].status in (Status.IN_FORCE, Status.TRIAL)


def test_papers_are_proposals_and_mark_every_section(digests: list[Digest]) -> None:
    for digest in (d for d in digests if d.metadata.kind is Kind.CASE):
        assert (digest.metadata.authority, digest.metadata.status) == (Authority.RESEARCH_PAPER, Status.PROPOSED)
        assert {s.standing for s in digest.sections} <= {Standing.OBSERVED, Standing.REPORTED, Standing.PROPOSAL}


def test_no_form_of_a_term_stands_in_two_entries() -> None:
    terms = read_terms(CORPUS / "glossary.yaml")
    for language in ("zh", "en"):
        forms = Counter(form.casefold() for term in terms for form in {f.casefold() for f in term.forms[language]})
        assert [form for form, count in forms.items() if count > 1] == []


@pytest.mark.skipif(not GLOSSARY.is_file(), reason="there is no ../shared/facts/glossary.tsv")
def test_the_glossary_holds_every_term_that_was_collected() -> None:
    forms = {form for term in read_terms(CORPUS / "glossary.yaml") for form in term.forms["zh"]}
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        collected = [row["zh"] for row in csv.DictReader(file, delimiter="\t")]
    assert len(collected) == 112
    assert set(collected) <= forms


SIDECARS = sorted(CORPUS.glob("*/*.questions.jsonl"))


def test_every_digest_has_known_questions_under_its_headings(digests: list[Digest]) -> None:
    assert {p.name.removesuffix(".questions.jsonl") for p in SIDECARS} == {d.metadata.id for d in digests}
    for sidecar in SIDECARS:
        headings = {p.heading for p in chunk(load(sidecar.with_name(sidecar.name.replace(".questions.jsonl", ".md"))))}
        for at in {json.loads(line)["at"] for line in sidecar.read_text(encoding="utf-8").splitlines()}:
            assert len([h for h in headings if f" › {h}".endswith(f" › {at}")]) == 1, f"{sidecar.name}: {at}"


def test_known_questions_are_of_both_sorts_and_stand_once_in_all_the_corpus_and_in_no_suite() -> None:
    known = [json.loads(line) for path in SIDECARS for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [q["question"] for q in known]
    assert len(known) > 15_000
    assert 0.35 < sum(q["answered"] for q in known) / len(known) < 0.5
    assert len(set(texts)) == len(texts)
    assert not {json.loads(line)["question"] for path in CASES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()} & set(texts)
