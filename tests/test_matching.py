"""How well the words of a question match a passage, against the definition written out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Span
from assistant.questions.query import Concept, ConceptKind, Form
from assistant.search.matching import CONTEXT_WEIGHT, K1, NEAR, PARTIAL, B, Wanted, Weighed

WORDS = ["law", "school", "fee", "insur", "paid"]
words = st.sampled_from(WORDS)
forms = st.builds(Form, st.lists(words, min_size=1, max_size=3).map(tuple), st.sampled_from([1.0, 0.8, 0.6]))
concepts = st.builds(lambda f: Concept("it", ConceptKind.TERM, Span(0, 2), tuple(f)), st.lists(forms, max_size=4))
weighed = st.lists(st.builds(Weighed, concepts, st.floats(0.1, 5.0)), max_size=4)
own = st.dictionaries(words, st.floats(0.1, 5.0), max_size=4)
bodies = st.lists(st.sampled_from([*WORDS, "other", "word"]), max_size=12)


def by_definition(asked: list[Weighed], own: dict[str, float], mean: float, body: list[str], headed: set[str]) -> tuple[float, ...]:
    norm = K1 * (1 - B + B * len(body) / mean)
    saturated = {t: body.count(t) * (K1 + 1) / (body.count(t) + norm) for t in body}
    present = {t: max(saturated.get(t, 0.0), CONTEXT_WEIGHT if t in headed else 0.0) for t in {*body, *headed}}
    presence, coverage = 0.0, 0.0
    for w in asked:
        shares = [(f, [present[t] for t in f.terms if t in present]) for f in w.concept.forms]
        of_all = [(f, len(found) / len(f.terms), sum(found) / len(f.terms)) for f, found in shares if found]
        presence += w.idf * max((f.weight * mean_weight * (1 if share == 1 else PARTIAL * share) for f, share, mean_weight in of_all), default=0.0)
        coverage += w.idf * max((f.weight * (1 if share == 1 else share / 2) for f, share, _ in of_all), default=0.0)
    near = {pair for i, _ in enumerate(body) for pair in itertools.product([body[i]], body[i + 1 : i + NEAR])}
    pairs = {(a, b): min(own[a], own[b]) for a, b in itertools.pairwise(own)}
    return (
        presence,
        sum(idf * saturated.get(t, 0.0) for t, idf in own.items()),
        coverage / (sum(w.idf for w in asked) or 1.0),
        sum(weight for pair, weight in pairs.items() if pair in near) / (sum(pairs.values()) or 1.0),
        sum(idf for t, idf in own.items() if t in headed) / (sum(own.values()) or 1.0),
        len(body),
    )


@given(weighed, own, bodies, st.sets(words, max_size=2))
def test_a_match_is_what_its_definition_says(asked: list[Weighed], mine: dict[str, float], body: list[str], headed: set[str]) -> None:
    found = Wanted(asked, mine, 6.0).match(body, " ".join(sorted(headed)))
    assert found == pytest.approx(by_definition(asked, mine, 6.0, body, headed))


def test_words_of_half_the_library_find_no_candidates_unless_there_are_no_others() -> None:
    rare, common = (Weighed(Concept(t, ConceptKind.TERM, Span(0, 1), (Form((t,), 1.0),)), idf) for t, idf in (("insur", 3.0), ("law", 0.5)))
    assert Wanted([rare, common], {"law": 0.5, "fee": 2.0}, 6.0).words() == ["insur", "fee"]
    assert Wanted([common], {}, 6.0).words() == ["law"]
