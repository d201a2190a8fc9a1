"""Organisations that a question names in full: *Chongqing Industrial Vocational and Technical College*, 重庆交通职业学院.

Their words are common ones, which texts on other colleges have too; it is their standing together that names one.
"""

from __future__ import annotations

import re

from assistant.questions.query import Concept, ConceptKind, Query

_BODY_EN = frozenset("college colleges university institute institution school academy company corporation group bank bureau commission center centre".split())
_JOINT_EN = re.compile(r"\s+(?:(?:of|and|the|for|&)\s+)*")
_BODY_ZH = re.compile("(?:学院|大学|学校|公司|集团|研究院|医院|基金会|银行)$")
_LEAST = 3
"""Words of a full name; fewer are caught one by one."""


def organisations(query: Query) -> list[tuple[int, ...]]:
    """Return each organisation named in full, as the places of its words among the question's concepts."""
    return _chinese(query) if query.language == "zh" else _english(query)


def _english(query: Query) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = []
    run: list[int] = []
    for i, concept in enumerate(query.concepts):
        between = query.text[query.concepts[run[-1]].span.end : concept.span.start] if run else ""
        joint = _JOINT_EN.fullmatch(between) and not ("and" in between and concept.kind is ConceptKind.PLACE)  # Huawei and Shenzhen College are two
        run = ([*run, i] if joint else [i]) if _capital(query, concept) else []
        if run and query.text[: concept.span.end].split()[-1].lower() in _BODY_EN:
            if len(run) >= _LEAST:
                out.append(tuple(run))
            run = []
    return out


def _capital(query: Query, concept: Concept) -> bool:
    return concept.kind in (ConceptKind.NAME, ConceptKind.PLACE, ConceptKind.TERM) and query.text[concept.span.start].isupper()


def _chinese(query: Query) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = []
    run: list[int] = []
    for i, concept in enumerate(query.concepts):
        if concept.kind is ConceptKind.PLACE:
            run = [i]
        elif run and query.concepts[run[-1]].span.end == concept.span.start:
            run.append(i)
        else:
            run = []
        if len(run) >= _LEAST and _BODY_ZH.search(query.text[: concept.span.end]):
            out.append(tuple(run))
            run = []
    return out
