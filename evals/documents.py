"""The table of documents that were found, and whether the metadata of a digest agree with it."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from assistant.documents import Authority, Metadata, Status
from assistant.language.facts import FactKind, read_facts
from evals.digests import Original

_UNVERIFIED = "UNVERIFIED"
_AUTHORITIES = {
    "1 law": Authority.LAW,
    "2 regulation": Authority.ADMINISTRATIVE_REGULATION,
    "3 local regulation": Authority.LOCAL_REGULATION,
    "4 normative": Authority.NORMATIVE_DOCUMENT,
    "central opinion": Authority.NORMATIVE_DOCUMENT,
}
_JURISDICTIONS = {
    "national": "CN",
    "Beijing": "CN-11",
    "Chongqing": "CN-50",
    "Henan": "CN-41",
    "Ningbo": "CN-33-ningbo",
    "Qingdao": "CN-37-qingdao",
    "Shanghai": "CN-31",
    "Sichuan": "CN-51",
}
_STATUSES = (
    (r"superseded", Status.REPEALED),
    (r"plan period ended|first round ended|time-limited", Status.EXPIRED),
    (r"not checked|UNVERIFIED", Status.UNKNOWN),
    (r"in force", Status.IN_FORCE),
)
_ISSUERS = {
    "NDRC": "National Development and Reform Commission",
    "MOE": "Ministry of Education",
    "MOF": "Ministry of Finance",
    "MOHRSS": "Ministry of Human Resources and Social Security",
    "STA": "State Taxation Administration",
    "SASAC": "State-owned Assets Supervision and Administration Commission",
    "ACFTU": "All-China Federation of Trade Unions",
    "ACFIC": "All-China Federation of Industry and Commerce",
    "DRC": "Development and Reform Commission",
    "HRSS": "Human Resources and Social Security",
    "NPC": "NPC",
}
_SMALL_WORDS = frozenset("and of the s other others for on in a to signatures eight".split())


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the table, each cell as written."""

    slug: str
    title_zh: str
    title_en: str
    issuer: str
    number: str
    issued_or_adopted: str
    effective: str
    status: str
    jurisdiction: str
    level: str
    coverage: str
    file: str

    @property
    def was_read(self) -> bool:
        """Whether words of the instrument itself were read, and not only what others report."""
        return not re.match(r"press|cited", self.coverage)

    @property
    def verified(self) -> str:
        """The cells that somebody verified, as a text in which facts can be read."""
        cells = (self.title_zh, self.title_en, self.number, self.issued_or_adopted, self.effective, self.status)
        return "\n".join(cell for cell in cells if _UNVERIFIED not in cell)


def read_rows(path: Path) -> dict[str, Row]:
    """Return the rows of the table, a tab-separated file, by slug."""
    names = [field.name for field in fields(Row)]
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Row(**{name: row[name] or "" for name in names}) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return {row.slug: row for row in rows}


def unverified(row: Row | None) -> list[str]:
    """Return numbers and dates of a row that nobody verified."""
    cells = [row.number, row.issued_or_adopted] if row else []
    return [cell.partition(" (")[0] for cell in cells if _UNVERIFIED in cell]


def disagreements(metadata: Metadata, row: Row, original: Original | None) -> Iterator[str]:
    """Yield what the metadata of a digest say otherwise than the table, or than the text where the table is silent."""
    text = original.text if original else ""
    if not _shortens(_plain(row.title_zh), _plain(metadata.title_zh)):
        yield f"title_zh {metadata.title_zh!r}, in the table {row.title_zh!r}"
    yield from _document_number(metadata.document_number, row, text)
    yield from _date("issued", metadata.issued, row.issued_or_adopted, text)
    yield from _date("effective", metadata.effective, row.effective, text)
    status = next((s for pattern, s in _STATUSES if re.search(pattern, row.status)), Status.UNKNOWN)
    if metadata.status is not status and not (metadata.status is Status.TRIAL and "试行" in row.title_zh and status is Status.IN_FORCE):
        yield f"status {metadata.status}, in the table {row.status!r}"
    if metadata.authority is not _AUTHORITIES[row.level]:
        yield f"authority {metadata.authority}, in the table {row.level!r}"
    if metadata.jurisdiction != _JURISDICTIONS[row.jurisdiction]:
        yield f"jurisdiction {metadata.jurisdiction}, in the table {row.jurisdiction!r}"
    if metadata.language == "en" and (missing := _issuer_words(row.issuer) - _issuer_words(metadata.issuing_body)):
        yield f"issuing_body {metadata.issuing_body!r} lacks {sorted(missing)} of the table"


def _document_number(given: str, row: Row, text: str) -> Iterator[str]:
    known = row.number.partition(" (")[0]
    if _UNVERIFIED in row.number:
        if given:
            yield f"document_number {given!r}, unverified in the table"
    elif known and _plain(known).removeprefix("公告") not in _plain(given):
        yield f"document_number {given!r}, in the table {known!r}"
    elif given and not known and not _numbers(given) <= _numbers(text):
        yield f"document_number {given!r} is neither in the table nor in the text"


def _numbers(text: str) -> set[str]:
    return {fact.value for fact in read_facts(text) if fact.kind is FactKind.DOCUMENT}


def _date(key: str, given: dt.date | None, cell: str, text: str) -> Iterator[str]:
    days = {fact.value for fact in read_facts(cell if _UNVERIFIED not in cell else "") if fact.kind is FactKind.DATE and len(fact.value) == 10}
    if given is None:
        if days and not re.search("released|public", cell) and len(days) == 1:
            yield f"{key} is empty, in the table {cell!r}"
    elif given.isoformat() not in days | {fact.value for fact in read_facts(text) if fact.kind is FactKind.DATE}:
        yield f"{key} {given}, in the table {cell!r}, and not in the text"


def _shortens(short: str, full: str) -> bool:
    """Whether all characters of one title come in that order in another: the table shortens some titles."""
    rest = iter(full)
    return all(c in rest for c in short)


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _issuer_words(issuer: str) -> set[str]:
    full = re.sub(r"\b[A-Z]{3,6}\b", lambda m: _ISSUERS.get(m.group(), m.group()), issuer.partition(" (")[0])
    words = {w.rstrip("s") for w in re.findall(r"[a-z]+", full.casefold())}
    return {w for w in words if w not in _SMALL_WORDS}
