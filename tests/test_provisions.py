"""The catalogue: its format, and that every clause of what ships stands word for word in the shipped texts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.benefits.basis import Force, Grounds
from assistant.benefits.profile_fields import fields
from assistant.benefits.provisions import Declared, Provision, ProvisionKind, Role, read_catalogue
from assistant.documents import Authority, Standing
from assistant.errors import ProvisionError
from tests.catalogue import TODAY, shipped_provisions, shipped_texts

_HAN = re.compile("[\u4e00-\u9fff]")
_NUMBER = re.compile("[\u4e00-\u9fff]+〔[0-9]{4}〕[0-9]+号")
MINIMAL = """
short-course:
  kind: incentive
  standing: law
  title: {zh: 短训补贴, en: Short course subsidy}
  summary: {zh: 概要, en: Summary}
  who: {zh: 企业, en: Enterprises}
  basis:
    - work: notice
      en: {at: Item 1, quote: "An enterprise receives 10 yuan for each apprentice."}
  conditions:
    - {zh: 有学徒, en: It has apprentices, test: {field: apprentices, more_than: 0}}
  amounts:
    - {id: subsidy, zh: 补贴, en: Subsidy, role: now, unit: yuan, formula: 10 * apprentices}
"""


def read(tmp_path: Path, text: str) -> tuple[Provision, ...]:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return read_catalogue([tmp_path])


# -- the format ---------------------------------------------------------------------------------------------------


def test_a_provision_is_read_with_its_formula_predicate_and_clause(tmp_path: Path) -> None:
    (provision,) = read(tmp_path, MINIMAL + "  since: 2020-01-01\n")
    assert provision.id == "short-course"
    assert provision.kind is ProvisionKind.INCENTIVE
    assert provision.title.in_("zh") == "短训补贴"
    assert provision.basis[0].words["en"].at == "Item 1"
    assert provision.amounts[0].formula.names == ("apprentices",)
    assert provision.since == dt.date(2020, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  kind: incentive", "  kind: incentive\n  colour: red", "key 'colour' is not one of kind, standing,"),
        ("  kind: incentive", "  kind: bribe", "kind: 'bribe' is not one of obligation, incentive, pathway"),
        ("standing: law", "standing: rumour", "standing: 'rumour' is not one of law, reported, proposal, case"),
        ("  who: {zh: 企业, en: Enterprises}\n", "", "'who' is missing"),
        ("{zh: 概要, en: Summary}", "{zh: 概要}", "summary: 'en' is missing"),
        ("quote:", "words:", "key 'words' is not one of at, quote"),
        ("field: apprentices", "field: pupils", "'pupils' is not a field of a profile"),
        ("more_than: 0", "exceeds: 0", "must have one of is, at_least"),
        ("10 * apprentices", "10 ** apprentices", "formula '10 ** apprentices'"),
        ("10 * apprentices", "10 * pupils", "'pupils' is neither a number of the profile nor a figure above it"),
        ("10 * apprentices", "10 * takes_interns", "'takes_interns' is neither a number"),
        ("id: subsidy", "id: apprentices", "'apprentices' names two things"),
        ("role: now", "role: gift", "'gift' is not one of entitlement"),
        ("      en: {at: Item 1, quote: \"An enterprise receives 10 yuan for each apprentice.\"}\n", "", "'notice' is cited without words"),
        ("  basis:\n    - work: notice\n      en:", "  basis:\n    work: notice\n    en:", "basis: "),
    ],
)
def test_a_wrong_entry_names_file_provision_and_what_is_legal(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MINIMAL
    with pytest.raises(ProvisionError) as error:
        read(tmp_path, MINIMAL.replace(old, new, 1))
    assert f"{tmp_path / 'own.yaml'}: short-course" in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_provision_to_yield_to_a_bad_day_and_an_id_used_twice_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="yields_to 'nothing' is not a provision"):
        read(tmp_path, MINIMAL + "  yields_to: nothing\n")
    with pytest.raises(ProvisionError, match="since: 'soon' is not a day"):
        read(tmp_path, MINIMAL + "  since: soon\n")
    (tmp_path / "other.yaml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(ProvisionError, match="'short-course' is also in"):
        read(tmp_path, MINIMAL)


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert read_catalogue([tmp_path / "none"]) == ()


# -- what ships ---------------------------------------------------------------------------------------------------


def clauses() -> Iterator[tuple[Provision, str, str, str, str]]:
    for provision in shipped_provisions():
        for clause in provision.basis:
            for language, words in clause.words.items():
                yield provision, clause.work, language, words.at, words.quote


def test_every_clause_is_quoted_from_a_live_passage_in_both_languages() -> None:
    texts = shipped_texts()
    by_work = {(m.work, m.language): m for m in texts.metadata()}
    lost = []
    for provision, work, language, at, quote in clauses():
        m = by_work.get((work, language))
        if m is None or not any(p.locator == at and quote in p.text for p in texts.passages_of(m.id)):
            lost.append(f"{provision.id}: {work}.{language}: {at}: {quote}")
    assert lost == []
    assert all(set(clause.words) == {"zh", "en"} for provision in shipped_provisions() for clause in provision.basis)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_catalogue_declares_of_each_provision_what_its_texts_are(language: str) -> None:
    """A proposal is never filed as law, and what was only reported never as read; either would be shown without its label."""
    grounds = Grounds(shipped_texts(), TODAY, "", language)
    for provision in shipped_provisions():
        citations = grounds.of(provision).citations
        paper = any(c.authority is Authority.RESEARCH_PAPER for c in citations)
        proposed = any(c.standing is Standing.PROPOSAL for c in citations)
        reported = any(c.standing is Standing.SECONDARY for c in citations)
        expected = Declared.PROPOSAL if proposed else Declared.CASE if paper else Declared.REPORTED if reported else Declared.LAW
        assert provision.standing is expected, provision.id


def test_papers_promise_nothing_now() -> None:
    papers = [p for p in shipped_provisions() if p.standing in (Declared.PROPOSAL, Declared.CASE)]
    assert len(papers) >= 5
    assert {amount.role for p in papers for amount in p.amounts} == {Role.FIGURE}


def test_every_field_of_the_form_is_used_and_every_kind_is_there() -> None:
    used = {name for p in shipped_provisions() for c in (*p.conditions, *p.checks) for name in c.test.names()}
    used |= {name for p in shipped_provisions() for a in p.amounts for name in (*a.formula.names, *(a.when.names() if a.when else ()))}
    assert set(fields()) - used == {"name", "place"}
    assert {p.kind for p in shipped_provisions()} == set(ProvisionKind)


def test_words_stand_in_the_language_that_they_claim() -> None:
    for p in shipped_provisions():
        told = (p.period, p.carries, p.pays_back, p.handled_by, *p.notes, *(a.label for a in p.amounts), *(c.text for c in (*p.conditions, *p.checks)))
        for said in (p.title, p.summary, p.who, *told):
            assert bool(said.zh) == bool(said.en), said
            assert not said.zh or _HAN.search(said.zh), said
            assert not _HAN.search(_NUMBER.sub("", said.en)), said


def test_a_quote_that_no_longer_stands_in_the_text_supports_nothing() -> None:
    donations = next(p for p in shipped_provisions() if p.id == "donations")
    texts = shipped_texts()

    class Changed:
        def metadata(self) -> object:
            return texts.metadata()

        def passages_of(self, source_id: str) -> object:
            return [p for p in texts.passages_of(source_id) if p.locator not in ("第九条", "Art. 9")]

        def source(self, source_id: str) -> object:
            return texts.source(source_id)

    basis = Grounds(Changed(), TODAY, "", "zh").of(donations)  # type: ignore[arg-type]
    assert basis.force is Force.MISSING
    assert not basis.force.binds
