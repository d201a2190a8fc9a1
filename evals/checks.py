"""Whether the corpus that ships is true to the texts it digests: every figure, date and article number, both languages, every label.

Texts that were only read in part, or only reported, count for what was read and reported. What policy notes say from memory
is no source here, so nothing unverified can pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from assistant.documents import Kind, Standing
from assistant.language.facts import Fact, FactKind, figures, read_facts
from assistant.language.text import fold
from evals.copying import copied
from evals.digests import Digest, Original, Section
from evals.documents import Row, disagreements, unverified

FIGURES = (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE, FactKind.DOCUMENT)
_LOOSE = {"", "item", "person", "times"}
"""Units that languages count with in different words: 8 bodies, 8个单位."""
_QUOTES = str.maketrans("", "", '“”"《》〈〉')
_RANGE = re.compile(r"(\d+)-(\d+) (million|billion)")  # 30-50 million yuan
_HAN = "零一二三四五六七八九十"
_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a digest that its text does not bear out."""

    check: str
    digest: str
    heading: str
    what: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.check}: {self.digest}: {self.heading + ': ' if self.heading else ''}{self.what}"


@dataclass(frozen=True)
class Shelf:
    """All digests with what each rests on."""

    digests: Mapping[str, Digest]
    originals: Mapping[str, Original]
    """By the id of the work."""
    rows: Mapping[str, Row]
    terms: frozenset[str]
    """Set terms of the field, which no digest can do without."""
    never: Mapping[str, re.Pattern[str]]
    """What must not be said anywhere, by the reason."""
    notes: str
    """Notes of facts in English, whose sentences are not to be taken over either."""

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        names: dict[str, set[str]] = {}
        for digest in self.digests.values():
            names.setdefault(digest.metadata.work, set()).update(name.translate(_QUOTES) for name in digest.names)
        return names

    def original(self, digest: Digest) -> Original | None:
        """The text a digest rests on, if it is there."""
        return self.originals.get(digest.metadata.work)

    def named(self, text: str, digest: Digest) -> list[Original]:
        """The originals of the works that a section names, and of those that its own work replaced or was replaced by."""
        plain = text.translate(_QUOTES)
        works = {work for work, names in self._names.items() if any(name in plain for name in names)}
        works |= {digest.metadata.superseded_by, *digest.metadata.supersedes}
        return [self.originals[work] for work in sorted(works & set(self.originals))]


# -- the checks -----------------------------------------------------------------------------------------------


def check_articles(shelf: Shelf) -> Iterator[Finding]:
    """Yield article numbers that the instrument does not have, in headings and in sentences."""
    for name, digest in shelf.digests.items():
        own = shelf.original(digest)
        if digest.metadata.kind is Kind.CASE or own is None:
            continue
        for section in digest.sections:
            if section.is_article and section.place not in own.articles:
                yield Finding("articles", name, section.heading, f"{own.path.name} has no article {section.place}")
            known = {number for text in (own, *shelf.named(section.text, digest)) for number in text.articles}
            for fact in read_facts(section.text):
                kind, _, number = fact.value.partition(" ")
                if fact.kind is FactKind.CLAUSE and kind == "article" and number not in known:
                    yield Finding("articles", name, section.heading, f"article {number} is in no instrument named there")


def check_figures(shelf: Shelf) -> Iterator[Finding]:
    """Yield numbers, rates, amounts, dates and document numbers that the article or section digested does not have."""
    for name, digest in shelf.digests.items():
        own = shelf.original(digest)
        if own is None:
            yield Finding("figures", name, "", "has no text to compare with")
            continue
        for section in digest.sections:
            texts = [_RANGE.sub(r"\1 \3 to \2 \3", text) for text in _grounds(section, digest, own, shelf)]
            grounds = [fact for text in texts for fact in read_facts(text)]
            for fact in _figures(section.text):
                if not any(supports(ground, fact) for ground in grounds) and not any(_spelt_out(fact, text) for text in texts):
                    yield Finding("figures", name, section.heading, _shown(fact))


def _grounds(section: Section, digest: Digest, own: Original, shelf: Shelf) -> list[str]:
    """The texts on which a section may rest: its own article; for what stands outside the articles, all that was read.

    A remark may also rest on the works that it names, a report on what was reported.
    """
    place = own.articles.get(section.place, "")
    if place and (section.is_article or (digest.metadata.kind is Kind.CASE and not section.is_note)):
        return [place]
    data = digest.metadata
    read_only = section.standing is None and data.standing is Standing.TEXT and not section.is_note
    days = "\n".join(f"{day}" for day in (data.issued, data.effective, data.expires) if day)  # checked with the metadata
    row = shelf.rows.get(data.work)
    counts = "; ".join(f"{count} in all" for count in sorted(own.counts))
    return [own.read if read_only else own.text, days, row.verified if row else "", counts, *(o.text for o in shelf.named(section.text, digest))]


def _figures(text: str) -> list[Fact]:
    """The figures of a text, but for small counts in words: with "four obstacles" a digest counts what it lists itself."""
    return [fact for fact in read_facts(text) if fact.kind in FIGURES and not _counts_in_words(fact, text)]


def count_figures(shelf: Shelf) -> int:
    """Return how many figures the digests state."""
    return sum(len(_figures(section.text)) for digest in shelf.digests.values() for section in digest.sections)


def _counts_in_words(fact: Fact, text: str) -> bool:
    small = fact.kind is FactKind.NUMBER and fact.unit in _LOOSE and Decimal(fact.value) < len(_ENGLISH)
    return small and not any(map(str.isdigit, text[fact.span.start : fact.span.end]))


def _spelt_out(fact: Fact, text: str) -> bool:
    """Whether a small whole number stands in a text as a word: 第四级, one paper."""
    if fact.kind is not FactKind.NUMBER or not fact.value.isdigit() or int(fact.value) >= len(_ENGLISH):
        return False
    number = int(fact.value)
    han = _HAN[number] if number <= 10 else f"十{_HAN[number - 10]}"
    return bool(re.search(rf"\b(?:{_ENGLISH[number]}|{_ORDINALS[number]})\b|(?<![{_HAN}]){han}(?![{_HAN}])", text, re.IGNORECASE))


def supports(ground: Fact, fact: Fact) -> bool:
    """Return whether a fact of a text bears out one of a digest: the same value and unit; a date may be told less precisely."""
    if ground.kind is not fact.kind:
        return False
    if fact.kind is FactKind.DATE:
        return ground.value == fact.value or ground.value.startswith(f"{fact.value}-")
    if fact.kind is FactKind.NUMBER:
        return ground.value == fact.value and (ground.unit == fact.unit or bool({ground.unit, fact.unit} & _LOOSE))
    return ground.value == fact.value


def check_languages(shelf: Shelf) -> Iterator[Finding]:
    """Yield hard facts that one language version has and the other lacks, section by section."""
    for name, digest in shelf.digests.items():
        if not name.endswith(".en"):
            continue
        twin = shelf.digests.get(f"{name.removesuffix('.en')}.zh")
        if twin is None:
            yield Finding("languages", name, "", "has no Chinese version")
        elif len(twin.sections) != len(digest.sections):
            yield Finding("languages", name, "", f"has {len(digest.sections)} sections, the Chinese version {len(twin.sections)}")
        else:
            for mine, other in zip(digest.sections, twin.sections, strict=True):
                yield from (Finding("languages", name, mine.heading, what) for what in _differences(mine, other))
    for name in shelf.digests:
        if name.endswith(".zh") and f"{name.removesuffix('.zh')}.en" not in shelf.digests:
            yield Finding("languages", name, "", "has no English version")


def _differences(mine: Section, other: Section) -> Iterator[str]:
    if (mine.place, mine.standing, mine.is_note) != (other.place, other.standing, other.is_note) and mine.is_article:
        yield f"is {mine.place or mine.heading} ({mine.standing}), in Chinese {other.place or other.heading} ({other.standing})"
    if mine.standing is not other.standing:
        yield f"has standing {mine.standing}, in Chinese {other.standing}"
    ours, theirs = (_compared(section.text) for section in (mine, other))
    yield from (f"{_shown(fact)} only in English" for fact in ours if not any(_same(fact, o) for o in theirs))
    yield from (f"{_shown(fact)} only in Chinese" for fact in theirs if not any(_same(fact, o) for o in ours))


def _shown(fact: Fact) -> str:
    return f"{fact.kind} {fact.value}" + (f" {fact.unit}" if fact.unit not in _LOOSE else "")


def _compared(text: str) -> list[Fact]:
    return [*_figures(text), *(fact for fact in read_facts(text) if fact.kind is FactKind.CLAUSE)]


def _same(one: Fact, other: Fact) -> bool:
    if one.kind is other.kind is FactKind.CLAUSE:  # a notice's 第三条 is its item 3
        return one.value.rpartition(" ")[2] == other.value.rpartition(" ")[2]
    return supports(one, other) and supports(other, one)


def check_labels(shelf: Shelf) -> Iterator[Finding]:
    """Yield reports without a reporter, and articles stated plainly that nobody read."""
    for name, digest in shelf.digests.items():
        if digest.metadata.standing is Standing.SECONDARY and not digest.metadata.reported_by:
            yield Finding("labels", name, "", "is secondary, but names no reporter")
        row, own = shelf.rows.get(digest.metadata.work), shelf.original(digest)
        if row and not row.was_read and digest.metadata.standing is not Standing.SECONDARY:
            yield Finding("labels", name, "", f"has standing {digest.metadata.standing}, but only {row.coverage} was read")
        for section in digest.sections:
            if section.standing is Standing.SECONDARY and not section.reporter:
                yield Finding("labels", name, section.heading, "is secondary, but names no reporter")
            plain = section.standing is None and digest.metadata.standing is Standing.TEXT and not section.is_note
            if plain and section.is_article and own and section.place in own.articles and own.articles[section.place].strip()[:20] not in own.read:
                yield Finding("labels", name, section.heading, "is stated plainly, but was only reported")


def check_phrases(shelf: Shelf) -> Iterator[Finding]:
    """Yield figures in the words in which people ask for a section that it does not have: nothing would answer them."""
    for name, digest in shelf.digests.items():
        named = " ".join(digest.names)
        for section in digest.sections:
            there = _digits(f"{named} {section.heading} {section.text}")
            for phrase in section.asked:
                if strange := _digits(phrase) - there:
                    yield Finding("phrases", name, section.heading, f"is asked for with {', '.join(sorted(strange))} in {phrase!r}")


def _digits(text: str) -> set[str]:
    """Return the runs of digits in the figures of a text that say something: *once a year* and the year of a plan do not."""
    runs = {run for figure in figures(fold(text)) for run in re.findall(r"\d+", figure.value)}
    return {run for run in runs if len(run) > 1 and not re.fullmatch("(?:19|20)[0-9]{2}", run)}


def check_inventions(shelf: Shelf) -> Iterator[Finding]:
    """Yield what is known to be invented, and cells of the table of documents that nobody verified."""
    for name, digest in shelf.digests.items():
        data = digest.metadata
        words = "\n".join([data.document_number, data.note, *(s.text for s in digest.sections)])
        for why, pattern in shelf.never.items():
            if found := pattern.search(words):
                yield Finding("inventions", name, "", f"says {found.group()!r}: {why}")
        yield from (Finding("inventions", name, "", f"says {cell!r}, which is unverified") for cell in unverified(shelf.rows.get(data.work)) if cell in words)


def check_metadata(shelf: Shelf) -> Iterator[Finding]:
    """Yield fields that disagree with the table of documents, and works of it that have no digest."""
    for name, digest in shelf.digests.items():
        if row := shelf.rows.get(digest.metadata.work):
            yield from (Finding("metadata", name, "", what) for what in disagreements(digest.metadata, row, shelf.originals.get(row.slug)))
    for slug in shelf.rows:
        yield from (Finding("metadata", f"{slug}.{lang}", "", "is not there") for lang in ("en", "zh") if f"{slug}.{lang}" not in shelf.digests)


def check_copies(shelf: Shelf) -> Iterator[Finding]:
    """Yield words taken over from a text in a run longer than names, figures and set terms account for."""
    terms = sorted(shelf.terms.union(*(digest.names for digest in shelf.digests.values())))
    for name, digest in shelf.digests.items():
        own = shelf.original(digest)
        if own is None:
            continue
        for section in digest.sections:
            language = digest.metadata.language
            runs = [run for text in (own.text, shelf.notes) for run in copied(section.text, text, language, terms)]
            yield from (Finding("copies", name, section.heading, run) for run in dict.fromkeys(runs))
