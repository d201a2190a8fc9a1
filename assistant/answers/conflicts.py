"""Finding two live sources that give different values for the same question, and the rule that decides between them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answers.answering import Draft, reserves
from assistant.answers.candidates import Candidate
from assistant.answers.pieces import Piece
from assistant.documents import Authority
from assistant.language.facts import Fact, FactKind, figures
from assistant.language.text import tokens
from assistant.questions.asking import Asked
from assistant.questions.query import Query
from assistant.results import Citation, Conflict
from assistant.search.matching import Weighed

_RULES = {
    "reserved": (
        "the higher text itself leaves the figure to the finance and tax authorities, so the special rule applies",
        "上位法明文保留由主管部门另行规定，适用特别规定",
    ),
    "level": ("the higher level prevails", "上位法优于下位法"),
    "later": ("of the same issuer, the later text prevails", "同一机关制定的，新法优于旧法"),
    "paper": ("a rule prevails over a paper", "规定优于论文"),
    "none": ("no rule decides; both are shown", "没有规则可以决定，两者并列"),
}


def find_conflicts(query: Query, draft: Draft, citations: Sequence[Citation]) -> list[Conflict]:
    """Return a conflict for each pair of sources whose statements answer the same figure question differently."""
    if query.asked not in (Asked.FIGURE, Asked.DATE):
        return []
    numbers = {(c.source_id, c.span): c.n for c in citations}
    by_source: dict[str, Piece] = {}
    for piece in draft.pieces:
        by_source.setdefault(piece.candidate.hit.source.id, piece)
    pieces = list(by_source.values())
    out = []
    for i, one in enumerate(pieces):
        for other in pieces[i + 1 :]:
            a, b = (_asked_figure(query, p.candidate, draft.weighed[p.candidate.hit.source.language]) for p in (one, other))
            cited = tuple(n for p in (one, other) if (n := numbers.get((p.candidate.hit.source.id, p.spans[-1]))) is not None)
            if a and b and a.unit == b.unit and a.value != b.value and len(cited) == 2 and _same_subject(one.candidate, other.candidate):
                out.append(Conflict(query.text, cited, (_shown(a, one), _shown(b, other)), _rule(one.candidate, other.candidate, query.language)))
    return out


def _asked_figure(query: Query, c: Candidate, weighed: Sequence[Weighed]) -> Fact | None:
    """Return the figure of a unit that the question means: the one that stands nearest to the question's own words."""
    fitting = [f for f in figures(c.text) if (f.kind is FactKind.DATE) == (query.asked is Asked.DATE) and (not query.unit or f.unit == query.unit)]
    places: dict[str, list[int]] = {}
    for token in tokens(c.text):
        places.setdefault(token.term, []).append(token.start)

    def nearness(fact: Fact) -> float:
        total = 0.0
        for w in weighed:
            distances = [abs(p - fact.span.start) for form in w.concept.forms for t in form.terms for p in places.get(t, ())]
            if distances:
                total += w.idf / (1 + min(distances) / 12)
        return total

    return max(fitting, key=nearness, default=None)


def _same_subject(a: Candidate, b: Candidate) -> bool:
    """Two units speak of the same thing when they carry the same concepts of the question."""
    shared = a.found & b.found
    return bool(shared) and len(shared) >= 0.7 * max(len(a.found), len(b.found))


def _shown(figure: Fact, piece: Piece) -> str:
    """Return a figure as the source prints it, with its unit."""
    return piece.candidate.text[figure.span.start : figure.span.end].strip()


def _rule(one: Candidate, other: Candidate, language: str) -> str:
    a, b = one.hit.source, other.hit.source
    higher = one if a.authority.rank < b.authority.rank else other
    if Authority.RESEARCH_PAPER in (a.authority, b.authority) and a.authority is not b.authority:
        name = "paper"
    elif Authority.UNKNOWN in (a.authority, b.authority) or a.authority is Authority.RESEARCH_PAPER:
        name = "none"
    elif a.authority is not b.authority:
        name = "reserved" if reserves(higher) else "level"
    elif a.issuing_body and a.issuing_body == b.issuing_body and a.issued and b.issued and a.issued != b.issued:
        name = "later"
    else:
        name = "none"
    return _RULES[name][1 if language == "zh" else 0]
