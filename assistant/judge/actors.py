"""Who does what: the actors a text names, and whether a sentence gives an act to the one who has it in the cited words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from assistant.documents import Span
from assistant.judge.alignment import Alignment, Line
from assistant.language.facts import FactKind

_KINDS = {
    "ministry": r"ministr(?:y|ies)|教育部|财政部|人力资源社会保障部|[工商科]\w?信?息?化?部(?=[门、，])",
    "council": r"state council|国务院",
    "state": r"(?<!united )(?:the )?states?(?= (?:shall|encourages?|supports?|takes?|establish\w*|protects?|implements?|promotes?|may|must))|国家(?![级标机])",
    "government": r"governments?|政府",
    "department": r"departments?|bureaus?|authorit(?:y|ies)|agenc(?:y|ies)|administrations?(?= (?:shall|must|may))|部门|主管机关|税务机关|[税财教]\w?局",
    "committee": r"committees?|commissions?|委员会|常委会|congress(?:es)?|代表大会",
    "court": r"courts?|arbitrat\w+|法院|仲裁机构",
    "enterprise": r"enterprises?|compan(?:y|ies)|firms?|corporations?|business(?:es)?|factor(?:y|ies)|企业(?!家)|公司|厂商|工厂",
    "employer": r"employers?|用人单位|雇主|用工单位|实习单位|接收单位",
    "college": r"colleges?|universit(?:y|ies)|高等学校|高校|大学|学院|高职院校|高等院校",
    "school": r"schools?|学校|院校|幼儿园",
    "institution": r"institutions?|institutes?|机构|科研院所",
    "association": r"associations?|chambers?|unions?|organi[sz]ations?|协会|商会|学会|工会|组织(?![实开落领编协参建生各有力])|团体",
    "student": r"students?|pupils?|learners?|trainees?|interns?|apprentices?|graduates?|学生|学员|实习生|学徒工?|毕业生|受教育者",
    "teacher": r"teachers?|instructors?|lecturers?|mentors?|facult(?:y|ies)|masters?(?= (?:shall|must|may))|教师|导师|师傅|教职工|辅导员",
    "worker": r"workers?|employees?|staff|labou?rers?|劳动者|职工|员工|工人|从业人员|雇员|工作人员",
    "guardian": r"parents?|guardians?|家长|监护人|父母",
    "minor": r"minors?|child(?:ren)?|未成年人|儿童|童工",
    "women": r"wom[ea]n|妇女|女职工",
    "disabled": r"disabled (?:people|persons)|persons with disabilities|残疾人",
    "veteran": r"veterans?|退役军人|军人",
    "head": r"principals?|directors?|headmasters?|presidents?|校长|董事(?!会)|监事(?!会)|法定代表人|负责人|院长|园长",
    "board": r"boards?|董事会|监事会|理事会",
    "shareholder": r"shareholders?|investors?|股东|投资者|举办者|出资人|founders?|organi[sz]ers?",
    "expert": r"experts?|scholars?|researchers?|专家|学者|研究人员",
    "taxpayer": r"taxpayers?|纳税人",
    "bank": r"banks?|financial institutions?|银行|金融机构",
    "citizen": r"citizens?|公民|individuals?|个人",
}
_ACTOR = re.compile("|".join(rf"(?P<{kind}>(?<![a-z])(?:{pattern})(?![a-z]))" for kind, pattern in _KINDS.items()))
_QUALIFIED = frozenset(
    {"ministry", "department", "government", "committee", "school", "college", "institution", "association", "enterprise", "student", "teacher", "bank"}
)
"""Kinds of which there are many, so that their first words tell them apart: education departments and tax departments."""
_LIKE = {"college": "school", "school": "college", "employer": "enterprise", "enterprise": "employer", "ministry": "department", "department": "ministry"}
"""Kinds that one text may call by either name."""
_BEFORE_ACTOR = re.compile(
    r"[、，,；;。.：:（）()]|\b(?:and|or|the|of|by|to|with|for|from|as|like|including|example|that|which|between)\b"
    r"|[和与及或的对向由为被让使令将把在]"
)
_JOINED = re.compile(r"\s*(?:[、,，和与及或]|以及|and|or|,? and)?\s*(?:the |其他|有关|相关|other |relevant )?")
_PASSIVE = re.compile(r"\b(?:is|are|be|been|being|was|were)\b(?: \w+){0,2} \w+(?:ed|en|aid|ade|ent)\b|[由被受]")
_SAME_ACT = 0.6
_ALIGNED = 0.4


class Actor(NamedTuple):
    """Someone who can act: the kind, the words that tell which, and the place."""

    kind: str
    which: frozenset[str]
    span: Span


class Act(NamedTuple):
    """What a clause says is done: by whom, and its content words."""

    by: tuple[Actor, ...]
    words: frozenset[str]
    passive: bool
    modal: bool


@functools.lru_cache(maxsize=20_000)
def actors_of(line: Line) -> tuple[Actor, ...]:
    """Return the actors that a line names, in reading order."""
    out = []
    for match in _ACTOR.finditer(line.folded):
        reach = max(0, match.start() - (30 if match.group().isascii() else 10))
        cut = max((m.end() for m in _BEFORE_ACTOR.finditer(line.folded, reach, match.start())), default=reach)
        which = frozenset(w.term for w in line.words if cut <= w.start and w.end <= match.start())
        out.append(Actor(match.lastgroup or "", which, Span(*match.span())))
    return tuple(out)


@functools.lru_cache(maxsize=20_000)
def acts_of(line: Line) -> tuple[Act, ...]:
    """Return the acts of a line, one a clause: who stands before its modal (or its first actors), and the words behind.

    A clause that names nobody is done by those of the clause before it.
    """
    modals = [f.span for f in line.facts if f.kind is FactKind.MODAL]
    actors, out = actors_of(line), []
    by: tuple[Actor, ...] = ()
    for clause in line.clauses:
        inside = [a for a in actors if clause.span.start <= a.span.start < clause.span.end]
        turn = next((m.start for m in modals if clause.span.start <= m.start < clause.span.end), None)
        modal = turn is not None
        if turn is None:
            leading = _leading(line, inside, clause.span)
            turn = leading[-1].span.end if leading else clause.span.start
        own = tuple(a for a in inside if a.span.end <= turn)
        by = own or by
        words = frozenset(w.term for w in line.words if turn <= w.start < clause.span.end)
        out.append(Act(by, words, bool(_PASSIVE.search(line.folded, clause.span.start, clause.span.end)), modal))
    return tuple(out)


def _leading(line: Line, inside: list[Actor], clause: Span) -> list[Actor]:
    """Return the actors with which a clause opens: its first, and those joined to it."""
    out: list[Actor] = []
    for actor in inside:
        if not out and sum(clause.start <= w.start < actor.span.start for w in line.words) > 4:
            break
        if out:
            between = line.folded[out[-1].span.end : actor.span.start]
            joint = _JOINED.match(between)
            if joint is None or not joint.group().strip() or len(between) > 24:
                break
        out.append(actor)
    return out


def changed_actor(alignment: Alignment) -> str:
    """Return a reason if the sentence names an actor that the cited words lack, or gives an act to another than they do."""
    if alignment.share_near < _ALIGNED:
        return ""
    return _unknown_actor(alignment) or _other_doer(alignment)


def _unknown_actor(alignment: Alignment) -> str:
    known = [a for line in alignment.evidence.lines for a in actors_of(line)]
    near = [a for line in alignment.around for a in actors_of(line)]
    if not known:
        return ""
    for actor in actors_of(alignment.sentence):
        name = alignment.sentence.text[actor.span.start : actor.span.end]
        if not any(_alike(actor.kind, k.kind) for k in known) and not _rendered(alignment, actor.span):
            return f"actor: the cited words do not speak of {name!r}"
        alike = [k for k in near if _alike(actor.kind, k.kind)]
        if actor.kind in _QUALIFIED and actor.which and alike and all(k.which for k in alike):
            said = {i for i, w in enumerate(alignment.sentence.words) if w.term in actor.which}
            lost = said - alignment.found_near
            if lost == said and not any(_overlap(actor.which, k.which) for k in alike):
                return f"actor: the cited words do not speak of these {name!r} but of others"
    return ""


def _alike(one: str, other: str) -> bool:
    return one == other or _LIKE.get(one) == other


def _overlap(one: Iterable[str], other: frozenset[str]) -> bool:
    return any(w in other for w in one)


def _rendered(alignment: Alignment, span: Span) -> bool:
    """Whether the words at ``span`` stand in the evidence by another name."""
    places = [i for i, w in enumerate(alignment.sentence.words) if span.start < w.end and w.start < span.end]
    return bool(places) and alignment.found.issuperset(places)


def _other_doer(alignment: Alignment) -> str:
    """Return a reason if the act is in the cited words, but all who do it there are others."""
    known = [act for line in alignment.around for act in acts_of(line) if act.by]
    also = _renderings(alignment) if known else {}
    for act in acts_of(alignment.sentence):
        if not act.by or len(act.words) < 2:
            continue
        fits = [(_share(act, k, also), k) for k in known]
        best = max((fit for fit, _ in fits), default=0.0)
        if best < _SAME_ACT:
            continue
        doers = {a.kind for fit, k in fits if fit >= best - 0.1 for a in k.by}
        if any(k.passive != act.passive or k.modal != act.modal for fit, k in fits if fit >= best - 0.1):
            continue
        strangers = [a for a in act.by if not any(_alike(a.kind, d) for d in doers)]
        if strangers and len(strangers) == len(act.by):
            span = strangers[0].span
            return f"actor: {alignment.sentence.text[span.start : span.end]!r} does in the sentence what another does in the cited words"
    return ""


def _renderings(alignment: Alignment) -> dict[str, set[str]]:
    """Return the words of the sentence that have renderings, each with the terms of all of them."""
    out: dict[str, set[str]] = {}
    for rendering in alignment.renderings:
        terms = {term for form in rendering.forms for term in form}
        for word in alignment.sentence.words:
            if rendering.span.start <= word.start < rendering.span.end:
                out.setdefault(word.term, set()).update(terms)
    return out


def _share(act: Act, known: Act, also: Mapping[str, Set[str]]) -> float:
    """Return the share of an act's words that another has, be it in other words."""
    return sum(word in known.words or not known.words.isdisjoint(also.get(word, ())) for word in act.words) / len(act.words)
