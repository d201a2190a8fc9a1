"""Holding an agreement against law and advice: each requirement is found, missing, unclear or contradicted, with the words and the page.

Nothing is judged by resemblance. A requirement names what has to come together in one clause (``agreement_rules``); here the
clauses are looked through, figures are measured, and denials and hedges are read as the package's other judges read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from assistant.benefits.basis import DECLARED, Basis, Force
from assistant.benefits.profile_fields import Said
from assistant.benefits.provisions import Clause
from assistant.documents import Source, Span
from assistant.language.text import fold
from assistant.tools.agreement_rules import AgreementKind, Pattern, Requirement, Role
from assistant.tools.commitment import is_ban, is_denied, is_prohibition, weakness
from assistant.tools.measures import measure
from assistant.tools.parties import read_parties, read_signatories, with_roles
from assistant.tools.segments import Segment, read_segments


class Status(StrEnum):
    """What an agreement makes of a requirement."""

    FOUND = "found"
    CONTRADICTING = "contradicting"
    UNCLEAR = "unclear"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the agreement and where they stand."""

    text: str
    locator: str
    page: int
    span: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement and what the agreement makes of it."""

    requirement: Requirement
    status: Status
    reason: Said
    quotes: tuple[Quote, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class AgreementCheck:
    """An agreement held against all requirements of its kind: law first, then what papers advise."""

    source: Source
    kind: AgreementKind
    language: str
    law: tuple[Finding, ...]
    advice: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, law first."""
        return (*self.law, *self.advice)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A segment in folded letters, its parties named by role."""

    segment: Segment
    body: str
    above: str
    lead: str
    before: str
    parties: frozenset[Role]


_KIND_WORDS = {
    AgreementKind.APPRENTICESHIP: re.compile(r"学徒|\bapprentic\w+"),
    AgreementKind.INTERNSHIP: re.compile(
        r"实习|顶岗|见习|\bintern(?:ship)?s?\b|\bplacement\b|\bon-the-job\b|\bwork experience\b|\bstudent (?:practice|workers?)\b"
    ),
    AgreementKind.COOPERATION: re.compile(
        r"合作|共建|联合|订单班?|产业学院|\bcooperat\w+|\bpartnership\b|\bjoint(?:ly)?\b|\b(?:industry|industrial) college\b|\border class\b|memorandum"
    ),
}


def kind_of(source: Source) -> AgreementKind:
    """Return what an agreement is about: what its title says, else whether a student is a party to it, else what it speaks of most."""
    folded = fold(source.text)
    lines = [line.strip(" #*") for line in folded.splitlines() if line.strip()]
    title = next(iter(lines), "") + " " + fold(source.title)
    for kind, words in _KIND_WORDS.items():
        if words.search(title):
            return kind
    if Role.STUDENT in read_signatories(source.text):
        return AgreementKind.INTERNSHIP
    return max(AgreementKind, key=lambda kind: len(_KIND_WORDS[kind].findall(folded)))


def check_agreement(
    source: Source, requirements: Sequence[Requirement], rest: Callable[[Requirement], Basis], language: str, kind: AgreementKind | None = None
) -> AgreementCheck:
    """Return what an agreement makes of each requirement of its kind.

    Args:
        rest: what a requirement rests on.
        language: in which reasons are given.
        kind: of the agreement; found out where not given.
    """
    kind = kind or kind_of(source)
    clauses = _clauses(source)
    findings = []
    for requirement in requirements:
        if kind in requirement.kinds and _applies(requirement, clauses):
            findings.append(_finding(requirement, clauses, rest(requirement)))
        elif kind in requirement.kinds | requirement.watched:
            found = _finding(requirement, clauses, rest(requirement))
            if found.status is Status.CONTRADICTING:
                findings.append(found)
    law = tuple(f for f in findings if f.requirement.is_law)
    return AgreementCheck(source, kind, language, law, tuple(f for f in findings if not f.requirement.is_law))


def resting(rest: Callable[[Sequence[Clause], Force], Basis]) -> Callable[[Requirement], Basis]:
    """Return what looks up the basis of a requirement, given what looks up clauses."""
    return lambda requirement: rest(requirement.basis, DECLARED[requirement.standing])


def _clauses(source: Source) -> list[_Clause]:
    parties, signatories, language = read_parties(source.text), read_signatories(source.text), source.metadata.language

    def named(text: str) -> str:
        return with_roles(fold(text), parties, language)

    return [_Clause(s, named(s.text), named(s.above), named(s.lead or _forbidding(s.above)), named(s.before), signatories) for s in read_segments(source)]


def _forbidding(above: str) -> str:
    """Return the innermost heading where it forbids what stands under it (Prohibited practices)."""
    words = above.rpartition(" › ")[2]
    return words if is_ban(fold(words)) else ""


def _applies(requirement: Requirement, clauses: Iterable[_Clause]) -> bool:
    """Whether an agreement speaks of what a requirement is for, other than to rule it out."""
    when = requirement.when
    return when is None or any(not is_denied(c.body, Span(*m.span()), c.lead) for c in clauses for m in when.finditer(c.body))


_REFERS = re.compile(
    r"该(?=[项笔款等费协])|上述|前[款述项]|此[项款]|^(?:it|this|they)\b"
    r"|\b(?:this|such|that|the(?: said)?) (?:sum|amount|payment|pay|money|insurance|agreement|contract|allowance|course|training)\b"
)
"""What points back to the sentence before."""
_TOUCHES = Said("提到了，但没有写明所要求的内容", "is spoken of, but what is asked for is not said")
_SETTLED, _ABSENT = Said("已写明", "is settled"), Said("没有找到相关约定", "no clause on it was found")


def _finding(requirement: Requirement, clauses: Sequence[_Clause], basis: Basis) -> Finding:
    for pattern in requirement.breaks:
        broken = [clause for clause in clauses if _matches(pattern, clause, every=True)]
        if broken:
            return Finding(requirement, Status.CONTRADICTING, pattern.why, _quotes(broken), basis)
    weak: list[tuple[Said, _Clause]] = []
    for group in requirement.keeps:
        kept = [sorted((c for c in clauses if _matches(pattern, c)), key=partial(_distance, pattern)) for pattern in group]
        if not all(kept):
            continue
        firm = [next((c for c in found if not weakness(c.body, pattern.all, pattern.soft)), None) for pattern, found in zip(group, kept, strict=True)]
        if all(firm):
            return Finding(requirement, Status.FOUND, _SETTLED, _quotes([c for c in firm if c]), basis)
        weak += [(weakness(found[0].body, pattern.all, pattern.soft) or _TOUCHES, found[0]) for pattern, found in zip(group, kept, strict=True)]
    if weak:
        reason, clause = weak[0]
        return Finding(requirement, Status.UNCLEAR, reason, _quotes([clause]), basis)
    touched = [clause for clause in clauses if not clause.segment.heading and any(_matches(pattern, clause) for pattern in requirement.touches)]
    if touched:
        weak_reason = next((why for c in touched if (why := weakness(c.body, (), soft=True))), _TOUCHES)
        return Finding(requirement, Status.UNCLEAR, weak_reason, _quotes(touched[:2]), basis)
    return Finding(requirement, Status.MISSING, _ABSENT, (), basis)


def _distance(pattern: Pattern, clause: _Clause) -> int:
    """Return how many things of a pattern a clause does not say in its own words; a heading says nothing."""
    return len(pattern.all) + 1 if clause.segment.heading else sum(not thing.search(clause.body) for thing in pattern.all)


def _quotes(clauses: Sequence[_Clause]) -> tuple[Quote, ...]:
    found = {c.segment.span: Quote(c.segment.text, c.segment.locator, c.segment.page, c.segment.span) for c in clauses}
    return tuple(found[span] for span in sorted(found))[:3]


def _matches(pattern: Pattern, clause: _Clause, every: bool = False) -> bool:
    """Whether the things of a pattern come together in a clause, one of them at least in its own words.

    Args:
        every: whether each figure of the clause must be as the pattern says, not one of them only.
    """
    body, around = clause.body, f"{clause.above} {clause.lead}"
    if not every and (pattern.limit is not None or _REFERS.search(body)):  # a figure, or "this sum", belongs to what the sentence before it speaks of
        around += f" {clause.before}"
    places = [thing.search(body) for thing in pattern.all]
    if not any(places) or not all(place or thing.search(around) for place, thing in zip(places, pattern.all, strict=True)):
        return False
    if not pattern.parties <= clause.parties or any(thing.search(body) for thing in pattern.none):
        return False
    if pattern.denied is not None:
        spans = [Span(*m.span()) for m in pattern.all[0].finditer(body)] or [Span(*place.span()) for place in places if place][:1]
        states = {is_denied(body, span, clause.lead) for span in spans}
        if pattern.denied not in states or (every and len(states) > 1 and pattern.denied is False and clause.lead and is_prohibition(clause.lead)):
            return False
    if pattern.limit is None:
        return True
    values = measure(body, pattern.limit.measure)
    kept = [pattern.limit.holds(value) for value in values]
    return bool(kept) and (all(kept) if every or pattern.limit.is_ceiling else any(kept))
