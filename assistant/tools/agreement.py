"""Holding an agreement against law and advice: each requirement is found, missing, unclear or contradicted, with the words and the page.

Nothing is judged by resemblance. A requirement names what has to come together in one clause (``agreement_rules``); here the
clauses are looked through, figures are measured, and denials and hedges are read as the package's other judges read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.benefits.basis import DECLARED, Basis, Force
from assistant.benefits.profile_fields import Said
from assistant.language.modality import read_modes
from assistant.language.text import fold
from assistant.tools.agreement_rules import AgreementKind, Pattern, Requirement
from assistant.tools.measures import measure
from assistant.tools.parties import read_parties, with_roles
from assistant.tools.segments import Segment, read_segments
from assistant.types import Source, Span


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


_KIND_WORDS = {
    AgreementKind.APPRENTICESHIP: re.compile(r"学徒|\bapprentic\w+"),
    AgreementKind.INTERNSHIP: re.compile(r"实习|\bintern(?:ship)?s?\b|\bplacement\b"),
    AgreementKind.COOPERATION: re.compile(r"合作|共建|联合办|\bcooperat\w+|\bpartnership\b|\bjoint(?:ly)?\b|\bindustry college\b|memorandum"),
}
_DEFERRED = re.compile(
    r"另行(?:协商|约定|商定|确定|商议)|另(?:议|定)(?![一-鿿]*(?:协议|合同))|待(?:定|商|确定)|再行?(?:商定|协商|约定)|由双方(?:届时|另行)|(?<!经)(?<!双方)协商(?:确定|解决|议定)"
    r"|\b(?:to be|will be|shall be) (?:agreed|settled|decided|determined|negotiated|discussed|specified)\b|\bagreed (?:separately|later|in due course)\b"
    r"|\b(?:settled|decided|determined|negotiated) (?:later|separately|in due course|at a later)\b|\btbd\b|_{2,}|\[\s*\]|\(\s{2,}\)"
)
_HEDGED = re.compile(
    r"视(?:情况|具体|效益|经营|科室|公司|企业|单位)|酌情|自行(?:决定|确定)|可以不|尽量|尽可能|力争|争取|原则上|一般(?:情况下|不)|如有(?:需要|必要|条件)|条件(?:允许|具备)(?:时|的)|适时|根据(?:实际)?(?:需要|情况)|除外|确有需要"
    r"|\bat (?:its|their|the) (?:own |sole )?discretion|\bdiscretion of\b|\bwhere (?:possible|appropriate|practicable)|\bas far as (?:possible|practicable)|\bin principle\b|\bas a rule\b"
    r"|\bendeavou?rs?\b|\bbest efforts\b|\bif (?:necessary|needed|required|conditions permit)\b|\bwhenever\b|\bfrom time to time\b|\bas (?:appropriate|needed|required)\b"
    r"|\bexcept(?:ing)? (?:where|when|if|as|in)\b|\bunless\b|\bneed not\b|\bdepending on\b"
)
_LAWFUL = re.compile(r"除法律法规另有规定外?|法律[、]?法规另有规定的除外|除国家另有规定外?|except (?:as|where) (?:otherwise )?(?:provided|permitted|allowed|required) by (?:law|regulations?|the state)|unless (?:the )?law (?:otherwise )?provides")
_DENIAL = re.compile(
    r"免(?:收|缴|交|除|费)|杜绝|谢绝|拒绝(?=安排|收)|严禁|禁止|不再|不予|不(?:收|向|安排|组织|扣|要求|得|可|能|应|许|准|允|委托|通过|接[收受])|均不|也不|亦不|无须|无需|"
    r"\bruled out\b|\brefrains? from\b|\bfree of charge\b|\bexcluded\b|\bprohibited\b|\bforbidden\b|\bneither\b|\bnor\b|\bnone\b|\bnever\b|\bunder no circumstances\b|\bavoid(?:s|ed)?\b"
)
_CONTRAST = re.compile(r"但(?!书)|而是|然而|\bbut\b|\bhowever\b|\binstead\b")
_RESTART = re.compile(
    r"(?:学校|企业|学生|[甲乙丙丁]方|双方|各方)(?!等|本人)|(?<![相供])应(?=[当按在向由为于])|须|必须|需(?=[要缴交支])|负责|\b(?:shall|must|will|has to|have to|pays?|is required|are required)\b"
)
_PIECE = re.compile(r"[,，;；。:：]|(?<!\d)\.(?!\d)")
_PERMITS = ("permit", "encourage")


def kind_of(source: Source) -> AgreementKind:
    """Return what an agreement is about: what its title says, else what it speaks of most."""
    folded = fold(source.text)
    lines = [line.strip(" #*") for line in folded.splitlines() if line.strip()]
    title = next(iter(lines), "") + " " + fold(source.title)
    for kind, words in _KIND_WORDS.items():
        if words.search(title):
            return kind
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


def resting(rest: Callable[[Sequence[object], Force], Basis]) -> Callable[[Requirement], Basis]:
    """Return what looks up the basis of a requirement, given what looks up clauses."""
    return lambda requirement: rest(requirement.basis, DECLARED[requirement.standing])


def _clauses(source: Source) -> list[_Clause]:
    parties, language = read_parties(source.text), source.metadata.language
    def named(text: str) -> str:
        return with_roles(fold(text), parties, language)
    return [_Clause(segment, named(segment.text), named(segment.above), named(segment.lead)) for segment in read_segments(source)]


def _applies(requirement: Requirement, clauses: Iterable[_Clause]) -> bool:
    return requirement.when is None or any(requirement.when.search(clause.body) for clause in clauses)


_DEFERS = Said("提到了，但留待另行商定，没有定下来", "is spoken of, but left to be settled later")
_HEDGES = Said("提到了，但措辞留有余地，不构成确定的义务", "is spoken of, but hedged, so that nobody is bound")
_TOUCHES = Said("提到了，但没有写明所要求的内容", "is spoken of, but what is asked for is not said")
_SETTLED, _ABSENT = Said("已写明", "is settled"), Said("没有找到相关约定", "no clause on it was found")


def _finding(requirement: Requirement, clauses: Sequence[_Clause], basis: Basis) -> Finding:
    for pattern in requirement.breaks:
        broken = [clause for clause in clauses if _matches(pattern, clause, every=True)]
        if broken:
            return Finding(requirement, Status.CONTRADICTING, pattern.why, _quotes(broken), basis)
    weak: list[tuple[Said, _Clause]] = []
    for group in requirement.keeps:
        kept = [[clause for clause in clauses if _matches(pattern, clause)] for pattern in group]
        if not all(kept):
            continue
        firm = [next((c for c in found if not _weakness(pattern, c)), None) for pattern, found in zip(group, kept, strict=True)]
        if all(firm):
            return Finding(requirement, Status.FOUND, _SETTLED, _quotes([c for c in firm if c]), basis)
        weak += [(_weakness(pattern, found[0]) or _TOUCHES, found[0]) for pattern, found in zip(group, kept, strict=True)]
    if weak:
        reason, clause = weak[0]
        return Finding(requirement, Status.UNCLEAR, reason, _quotes([clause]), basis)
    touched = [clause for clause in clauses if not clause.segment.heading and any(_matches(pattern, clause) for pattern in requirement.touches)]
    if touched:
        deferred = any(_DEFERRED.search(clause.body) for clause in touched)
        return Finding(requirement, Status.UNCLEAR, _DEFERS if deferred else _TOUCHES, _quotes(touched[:2]), basis)
    return Finding(requirement, Status.MISSING, _ABSENT, (), basis)


def _quotes(clauses: Sequence[_Clause]) -> tuple[Quote, ...]:
    found = {c.segment.span: Quote(c.segment.text, c.segment.locator, c.segment.page, c.segment.span) for c in clauses}
    return tuple(found[span] for span in sorted(found))[:3]


def _matches(pattern: Pattern, clause: _Clause, every: bool = False) -> bool:
    """Whether the things of a pattern come together in a clause, one of them at least in its own words.

    Args:
        every: whether each figure of the clause must be as the pattern says, not one of them only.
    """
    body, around = clause.body, f"{clause.above} {clause.lead}"
    places = [thing.search(body) for thing in pattern.all]
    if not any(places) or not all(place or thing.search(around) for place, thing in zip(places, pattern.all, strict=True)):
        return False
    if any(thing.search(body) for thing in pattern.none):
        return False
    if pattern.denied is not None:
        spans = [Span(*m.span()) for m in pattern.all[0].finditer(body)] or [Span(*place.span()) for place in places if place][:1]
        states = {_is_denied(clause, span) for span in spans}
        if pattern.denied not in states or (every and len(states) > 1 and pattern.denied is False and clause.lead and _is_prohibition(clause.lead)):
            return False
    if pattern.limit is None:
        return True
    values = measure(body, pattern.limit.measure)
    kept = [pattern.limit.holds(value) for value in values]
    return bool(kept) and (all(kept) if every else any(kept))


def _weakness(pattern: Pattern, clause: _Clause) -> Said | None:
    """Return why a clause that speaks of the thing binds nobody, if so."""
    body = _LAWFUL.sub("", clause.body)
    if _DEFERRED.search(body):
        return _DEFERS
    if pattern.soft:
        return None
    if _HEDGED.search(body):
        return _HEDGES
    place = next((place for thing in pattern.all if (place := thing.search(body))), None)
    if place is None:
        return None
    piece = _piece(body, place.start())
    modes = read_modes(body[piece.start : piece.end], [])
    permits = any(mode.value in _PERMITS and piece.start + mode.span.start < place.end() for mode in modes)
    denies = any(mode.value in ("prohibit", "not", "oblige") for mode in modes) or _DENIAL.search(body, piece.start, piece.end)
    return _HEDGES if permits and not denies else None


def _piece(body: str, place: int) -> Span:
    """Return the range between the marks of punctuation around a place."""
    start = max((m.end() for m in _PIECE.finditer(body, 0, place)), default=0)
    stop = _PIECE.search(body, place)
    return Span(start, stop.start() if stop else len(body))


def _is_prohibition(words: str) -> bool:
    modes = read_modes(words, [])
    return bool(_DENIAL.search(words)) or any(mode.value in ("prohibit", "not") for mode in modes)


def _is_denied(clause: _Clause, place: Span) -> bool:
    """Whether a thing is denied or forbidden: in its own part of the sentence, before it in a list, or in the list's lead-in."""
    body, piece = clause.body, _piece(clause.body, place.start)
    denials = sorted({m.start() for m in _DENIAL.finditer(body)} | {m.span.start for m in read_modes(body, []) if m.value in ("prohibit", "not")})
    inside = [d for d in denials if piece.start <= d < piece.end]
    if any(not _CONTRAST.search(body, min(d, place.start), max(d, place.start)) for d in inside):
        return True
    before = [d for d in denials if d < piece.start]
    if before and not _RESTART.search(body, piece.start, piece.end):
        between = body[before[-1] : place.start]
        later = [m for m in _PIECE.finditer(body, before[-1], piece.start)]
        restarted = any(_RESTART.search(body, a.end(), b.start()) for a, b in zip(later, later[1:], strict=False))
        if not _CONTRAST.search(between) and not restarted and not re.search(r"[。;；]", between):
            return True
    return bool(clause.lead) and _is_prohibition(_last_piece(clause.lead)) and not _RESTART.search(body, 0, place.start)


def _last_piece(lead: str) -> str:
    return re.split(r"[,，;；。]", lead.rstrip(":： "))[-1]
