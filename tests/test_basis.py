"""What a provision rests on: force on a day and in a place, decided by the cited texts and never by the catalogue alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from assistant.benefits.basis import Force, Grounds
from assistant.benefits.profile_fields import Said
from assistant.benefits.provisions import Clause, Declared, Provision, ProvisionKind, Words
from assistant.documents import Authority, Passage, Source, Standing, Status
from assistant.library.chunking import chunk
from tests.catalogue import shipped_provisions, shipped_texts
from tests.libraries import make_source

DAY = dt.date(2026, 6, 1)
SAID = Said("一", "one")
QUOTE = "Enterprises receive 10 yuan."


class Texts:
    """A few sources, chunked."""

    def __init__(self, *sources: Source) -> None:
        self.sources = {source.id: source for source in sources}

    def metadata(self) -> list[object]:
        return [source.metadata for source in self.sources.values()]

    def passages_of(self, source_id: str) -> list[Passage]:
        return chunk(self.sources[source_id])

    def source(self, source_id: str) -> Source:
        return self.sources[source_id]


def provision(standing: Declared = Declared.LAW, **more: object) -> Provision:
    clause = Clause("notice", {"en": Words("Item 1", QUOTE)})
    return replace(Provision("subsidy", ProvisionKind.INCENTIVE, standing, SAID, SAID, SAID, (clause,)), **more)  # type: ignore[arg-type]


def force(source: Source, *others: Source, day: dt.date = DAY, place: str = "CN-50", of: Provision | None = None) -> Force:
    return Grounds(Texts(source, *others), day, place, "en").of(of or provision()).force  # type: ignore[arg-type]


def notice(heading: str = "Item 1", **metadata: object) -> Source:
    return make_source("notice.en", f"# Notice\n\n## {heading}\n\nWho pays. {QUOTE}\n", work="notice", **metadata)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, Force.BINDING),
        ({"status": Status.TRIAL}, Force.BINDING),
        ({"status": Status.UNKNOWN}, Force.UNCONFIRMED),
        ({"status": Status.PROPOSED}, Force.UNCONFIRMED),
        ({"status": Status.REPEALED}, Force.ENDED),
        ({"status": Status.EXPIRED}, Force.ENDED),
        ({"expires": dt.date(2026, 5, 31)}, Force.ENDED),
        ({"expires": DAY}, Force.BINDING),
        ({"effective": dt.date(2026, 6, 2)}, Force.NOT_YET),
        ({"effective": DAY}, Force.BINDING),
        ({"document_number": "财税〔2027〕1号"}, Force.NOT_YET),
        ({"jurisdiction": "CN-50"}, Force.BINDING),
        ({"jurisdiction": "CN-51"}, Force.ELSEWHERE),
        ({"jurisdiction": "CN-33-ningbo"}, Force.ELSEWHERE),
        ({"standing": Standing.SECONDARY}, Force.REPORTED),
        ({"authority": Authority.RESEARCH_PAPER}, Force.CASE),
    ],
)
def test_force_follows_the_text(metadata: dict[str, Any], expected: Force) -> None:
    assert force(notice(**metadata)) is expected


@pytest.mark.parametrize("place", ["", "CN"])
def test_a_local_rule_needs_to_know_where_the_enterprise_is(place: str) -> None:
    assert force(notice(jurisdiction="CN-50"), place=place) is Force.PLACE_UNKNOWN
    assert force(notice(), place=place) is Force.BINDING


def test_a_rule_of_the_province_holds_in_its_cities_and_not_the_other_way_round() -> None:
    assert force(notice(jurisdiction="CN-33"), place="CN-33-ningbo") is Force.BINDING
    assert force(notice(jurisdiction="CN-33-ningbo"), place="CN-33") is Force.ELSEWHERE


def test_a_text_that_another_one_replaces_has_ended() -> None:
    later = make_source("later.en", "# Later\n\n## Item 1\n\nOther.\n", effective=dt.date(2026, 1, 1), supersedes=("notice",))
    assert force(notice(), later) is Force.ENDED
    assert force(notice(), later, day=dt.date(2025, 12, 31)) is Force.BINDING


def test_headings_say_that_a_passage_is_a_proposal_or_a_report() -> None:
    assert force(notice("Item 1 {standing=proposal}")) is Force.PROPOSAL
    assert force(notice("Item 1 {standing=observed}")) is Force.CASE
    assert force(notice('Item 1 {standing=secondary by="press"}')) is Force.REPORTED


@pytest.mark.parametrize("declared", list(Declared))
def test_what_the_catalogue_declares_can_only_lower_the_force(declared: Declared) -> None:
    assert force(notice("Item 1 {standing=proposal}"), of=provision(declared)) is Force.PROPOSAL
    expected = {Declared.LAW: Force.BINDING, Declared.REPORTED: Force.REPORTED, Declared.CASE: Force.CASE, Declared.PROPOSAL: Force.PROPOSAL}
    assert force(notice(), of=provision(declared)) is expected[declared]


def test_days_of_the_provision_narrow_those_of_its_text() -> None:
    assert force(notice(), of=provision(since=dt.date(2027, 1, 1))) is Force.NOT_YET
    assert force(notice(), of=provision(until=dt.date(2026, 5, 31))) is Force.ENDED


def test_words_at_another_place_or_no_longer_there_are_missing() -> None:
    assert force(notice("Item 2")) is Force.MISSING
    assert force(make_source("notice.en", "# Notice\n\n## Item 1\n\nEnterprises receive 12 yuan.\n", work="notice")) is Force.MISSING


def test_a_citation_is_pinned_to_the_very_words() -> None:
    source = notice(document_number="财税〔2019〕46号")
    (citation,) = Grounds(Texts(source), DAY, "", "en").of(provision()).citations  # type: ignore[arg-type]
    assert source.text[citation.span.start : citation.span.end] == citation.quote == QUOTE
    assert (citation.n, citation.locator, citation.document_number) == (1, "Item 1", "财税〔2019〕46号")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_catalogue_quotes_the_language_that_is_asked_for(language: str) -> None:
    grounds = Grounds(shipped_texts(), DAY, "CN-50", language)
    cited = [c for p in shipped_provisions() for c in grounds.of(p).citations]
    assert len(cited) > 150
    assert {c.source_id.rpartition(".")[2] for c in cited} == {language}
