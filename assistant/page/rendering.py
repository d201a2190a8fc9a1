"""Answers, refusals and sources as HTML: pure functions, and the only place where text from outside enters the page.

Every string that comes from a document, a question or a setting passes through ``escape`` here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from assistant.answers.labels import AUTHORITY, STANDING, STATUS
from assistant.language.glossary import Glossary
from assistant.language.places import place_name
from assistant.language.text import fold, language_of, tokens
from assistant.page.page_words import Words, words
from assistant.tools.hints import hint_for
from assistant.types import Abstention, Answer, Authority, Citation, Conflict, Hit, Metadata, Passage, Span, Standing, Statement, Status, Verdict

NEAREST = 3
_JOINING = ("of", "the", "and")  # left out of the glossary's keys, so left out here
_STATUS_SIGN = {
    Status.IN_FORCE: "●",
    Status.TRIAL: "◐",
    Status.AMENDED: "◑",
    Status.REPEALED: "✕",
    Status.EXPIRED: "✕",
    Status.PROPOSED: "✎",
    Status.UNKNOWN: "?",
}


def render(outcome: Answer | Abstention, language: str, glossary: Glossary) -> str:
    """Return an answer or a refusal as HTML, with the page's own words in ``language``."""
    if isinstance(outcome, Answer):
        return _answer(outcome, words(language), language, glossary)
    return _refusal(outcome, words(language), language)


def _answer(answer: Answer, w: Words, language: str, glossary: Glossary) -> str:
    by_number = {c.n: c for c in answer.citations}
    statements = "".join(_statement(s, by_number, w) for s in answer.statements)
    left = (
        f'<section class="answer" id="answer" lang="{_tag(answer.language)}"><h2 lang="{w.tag}">{w.answer}</h2>'
        f'<p class="asked">{escape(answer.question)}</p><ol class="statements">{statements}</ol>'
        f"{_checked(answer, w)}{_notes(answer.notes, w)}{_conflicts(answer.conflicts, by_number, w)}{_footer(answer, w)}{_hint(answer, language)}</section>"
    )
    cards = "".join(_source(group, answer, language, glossary) for group in _by_passage(answer.citations))
    return f'<div class="result">{left}<section class="sources"><h2>{w.sources}</h2>{cards}</section></div>'


def _statement(statement: Statement, by_number: dict[int, Citation], w: Words) -> str:
    labels = dict.fromkeys(by_number[n].label for n in statement.citations if n in by_number)
    force = f'<p class="force">{" · ".join(map(escape, labels))}</p>'
    doubt = "" if statement.verdict is Verdict.SUPPORTED else f'<p class="doubt" lang="{w.tag}">✕ {w.not_checked}</p>'
    return f'<li><p class="said">{escape(statement.text)} {_chips(statement.citations, w)}</p>{force}{doubt}</li>'


def _chips(numbers: Iterable[int], w: Words) -> str:
    return "".join(f'<a class="chip" href="#source-{n}" aria-label="{w.source.format(n=n)}">[{n}]</a>' for n in numbers)


def _checked(answer: Answer, w: Words) -> str:
    sound = all(s.verdict is Verdict.SUPPORTED for s in answer.statements)
    return f'<p class="checked" lang="{w.tag}">✓ {w.checked}</p>' if sound else ""


def _hint(answer: Answer, language: str) -> str:
    hint = hint_for(answer.condensed or answer.question)
    return f'<p class="tool-hint">→ {escape(hint.text.in_(language))}</p>' if hint else ""


def _notes(notes: Sequence[str], w: Words) -> str:
    if not notes:
        return ""
    return f'<aside class="notes"><h3 lang="{w.tag}">⚠ {w.notes}</h3><ul>{"".join(f"<li>{escape(note)}</li>" for note in notes)}</ul></aside>'


def _conflicts(conflicts: Sequence[Conflict], by_number: dict[int, Citation], w: Words) -> str:
    if not conflicts:
        return ""
    shown = []
    for conflict in conflicts:
        sides = "".join(
            f'<div class="side"><p class="value">{escape(value)} {_chips([n], w)}</p><p class="from">{escape(by_number[n].title)}</p>'
            f"<p>{escape(by_number[n].quote)}</p></div>"
            for n, value in zip(conflict.citations, conflict.values, strict=True)
        )
        shown.append(f'<div class="sides">{sides}</div><p class="rule">{w.rule.format(rule=escape(conflict.rule))}</p>')
    return f'<aside class="conflicts"><h3 lang="{w.tag}">⇄ {w.conflicts}</h3>{"".join(shown)}</aside>'


def _footer(outcome: Answer | Abstention, w: Words) -> str:
    text = w.footer.format(as_of=outcome.as_of.isoformat(), revision=outcome.revision, fingerprint=escape(outcome.fingerprint))
    return f'<p class="footer" lang="{w.tag}">{text}</p>'


# -- sources ------------------------------------------------------------------------------------------------------


def _by_passage(citations: Sequence[Citation]) -> list[list[Citation]]:
    groups: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault((citation.source_id, citation.passage_id), []).append(citation)
    return list(groups.values())


def _source(group: Sequence[Citation], answer: Answer, language: str, glossary: Glossary) -> str:
    """Return one card: a passage with the words of each of its citations marked."""
    w, first = words(language), group[0]
    hit = next((h for h in answer.hits if h.passage.id == first.passage_id), None)
    inside = [c for c in group if hit and hit.passage.span.start <= c.span.start and c.span.end <= hit.passage.span.end]
    outside = "".join(f'<p class="quote">… {mark(c.quote, [(c.n, Span(0, len(c.quote)))])} …</p>' for c in group if c not in inside)
    passage = ""
    if hit and inside:
        start = hit.passage.span.start
        passage = f'<p class="quote">{mark(hit.passage.text, [(c.n, Span(c.span.start - start, c.span.end - start)) for c in inside])}</p>'
    numbers = " ".join(f"[{c.n}]" for c in group)
    return (
        f'<article class="source"><h3><a class="back" href="#answer">{numbers}</a> {escape(first.title)}</h3>'
        f"{_where(first.document_number, first.locator, [c.page for c in group], hit.source if hit else None, w)}"
        f"{badges(first.authority, first.status, first.jurisdiction, first.standing, hit.passage if hit else None, language)}"
        f'<blockquote lang="{_tag(language_of(first.quote))}">{outside}{passage}</blockquote>'
        f"{_terms(glossary_terms([c.quote for c in group], answer.language, glossary), w)}{_note(hit.source if hit else None)}</article>"
    )


def mark(text: str, citations: Sequence[tuple[int, Span]]) -> str:
    """Return ``text`` escaped, with the span of each numbered citation in ``<mark>``.

    The first mark of citation 2 has the id ``source-2``. Where spans overlap, a mark says all the numbers it carries.
    """
    cuts = sorted({0, len(text), *(edge for _, span in citations for edge in span)})
    out, begun = [], set()
    for start, end in pairwise(cuts):
        numbers = [n for n, span in citations if span.start <= start and end <= span.end]
        piece = escape(text[start:end])
        if numbers:
            anchors = "".join(f'<sup id="source-{n}">[{n}]</sup>' for n in numbers if n not in begun)
            begun.update(numbers)
            piece = f'{anchors}<mark data-source="{" ".join(map(str, numbers))}">{piece}</mark>'
        out.append(piece)
    return "".join(out)


def badges(authority: Authority, status: Status, jurisdiction: str, standing: Standing, passage: Passage | None, language: str) -> str:
    """Return how far a text binds as badges: words, a sign and a colour. A paper has no status: nothing in it is in force."""
    side = 1 if language == "zh" else 0
    binding = "paper" if authority is Authority.RESEARCH_PAPER else "unknown" if authority is Authority.UNKNOWN else "rule"
    out = [("authority-" + binding, AUTHORITY[authority][side])]
    if authority is not Authority.RESEARCH_PAPER:
        out.append((f"status-{status.value}", f"{_STATUS_SIGN[status]} {STATUS[status][side]}"))
    if jurisdiction:
        out.append(("place", place_name(jurisdiction, language)))
    if standing is not Standing.TEXT:
        by = (passage.reported_by if passage else "") or ("他处转述" if language == "zh" else "others")
        out.append((f"standing-{standing.value}", STANDING[standing][side].format(by=by)))
    return '<p class="badges">' + "".join(f'<span class="badge {kind}">{escape(text)}</span>' for kind, text in out) + "</p>"


def _where(number: str, locator: str, pages: Sequence[int], source: Metadata | None, w: Words) -> str:
    page = (w.page if min(pages) == max(pages) else w.pages).format(first=min(pages), last=max(pages))
    parts = [w.number.format(number=escape(number)) if number else "", escape(locator), page]
    if source and source.issued:
        parts.append(w.issued.format(date=source.issued.isoformat()))
    if source and source.url.startswith(("https://", "http://")):
        parts.append(f'<a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer">{w.original}</a>')
    return f'<p class="where">{" · ".join(part for part in parts if part)}</p>'


def _note(source: Metadata | None) -> str:
    return f'<p class="note">{escape(source.note)}</p>' if source and source.note else ""


def glossary_terms(quotes: Sequence[str], language: str, glossary: Glossary) -> list[tuple[str, str]]:
    """Return the glossary's terms in quotes of the other language: as they stand there, and in the reader's ``language``."""
    found: dict[str, dict[str, None]] = {}
    for quote in quotes:
        if language_of(quote) == language:
            continue
        if language == "zh":
            kept = [t for t in tokens(quote) if t.term not in _JOINING]
            for start, end, term in glossary.match_words([t.term for t in kept]):
                found.setdefault(quote[kept[start].start : kept[end - 1].end], {})[term.zh] = None
        else:
            for start, end, term in glossary.match_han(fold(quote)):
                found.setdefault(quote[start:end], {})[term.en] = None
    return [(words_, " / ".join(translations)) for words_, translations in found.items()]


def _terms(pairs: Sequence[tuple[str, str]], w: Words) -> str:
    if not pairs:
        return ""
    items = "".join(f"<li><span>{escape(here)}</span> <b>{escape(there)}</b></li>" for here, there in pairs)
    return f'<div class="terms"><h4>{w.terms}</h4><ul>{items}</ul></div>'


# -- refusals and states ------------------------------------------------------------------------------------------


def _refusal(refusal: Abstention, w: Words, language: str) -> str:
    hints = "".join(f"<li>{hint}</li>" for hint in w.hint)
    left = (
        f'<section class="answer refusal" id="answer"><h2>{w.refusal}</h2><p class="asked">{escape(refusal.question)}</p>'
        f'<p class="message" lang="{_tag(refusal.language)}">{_pick_out(refusal.message, refusal.missing)}</p>'
        f'<ul class="hints">{hints}</ul>{_footer(refusal, w)}</section>'
    )
    if not refusal.hits:
        return f'<div class="result">{left}</div>'
    cards = "".join(_nearest(hit, w, language) for hit in refusal.hits[:NEAREST])
    return f'<div class="result">{left}<section class="sources"><h2>{w.nearest}</h2>{cards}</section></div>'


def _pick_out(message: str, missing: Sequence[str]) -> str:
    """Return ``message`` escaped, with the things it says are missing picked out; they stand at its end, in order."""
    out, end = "", len(message)
    for thing in reversed(missing):
        start = message.rfind(thing, 0, end)
        if start >= 0:
            out, end = f'<b class="missing">{escape(thing)}</b>{escape(message[start + len(thing) : end])}{out}', start
    return escape(message[:end]) + out


def _nearest(hit: Hit, w: Words, language: str) -> str:
    m, p = hit.source, hit.passage
    return (
        f'<article class="source near"><h3>{escape(_title(m))}</h3>{_where(m.document_number, p.locator, [p.page_from, p.page_to], m, w)}'
        f"{badges(m.authority, m.status, m.jurisdiction, p.standing, p, language)}"
        f'<blockquote lang="{_tag(language_of(p.text))}"><p class="quote">{escape(p.text)}</p></blockquote></article>'
    )


def _title(m: Metadata) -> str:
    return (m.title_zh or m.title_en) if m.language == "zh" else (m.title_en or m.title_zh)


def render_empty(language: str) -> str:
    """Return what stands on the page before the first question."""
    return f'<div class="state empty">{"".join(f"<p>{line}</p>" for line in words(language).empty)}</div>'


def render_looking(question: str, language: str) -> str:
    """Return what stands there while a question is being answered."""
    w = words(language)
    return f'<div class="state looking" role="status"><p class="asked">{escape(question)}</p><p><span class="spinner"></span>{w.looking}</p></div>'


def render_filling(done: int, total: int, name: str, language: str) -> str:
    """Return how far the first filling of the library is."""
    w = words(language)
    bar = f'<progress max="{max(total, 1)}" value="{done}"></progress>'
    count, at = w.filling.format(done=done, total=total), w.filling_at.format(name=escape(name))
    return f'<div class="state filling" role="status"><p>{count}</p>{bar}<p>{at}</p></div>'


def render_error(message: str, language: str) -> str:
    """Return an error as one line."""
    return f'<div class="state error" role="alert"><p><b>✕ {words(language).error}</b> {escape(message)}</p></div>'


def render_header(sources: Sequence[Metadata], language: str) -> str:
    """Return the head of the page: what this is, and what is in the library."""
    w = words(language)
    policies = sum(m.kind == "policy" for m in sources)
    library = w.library.format(sources=len(sources), policies=policies, cases=len(sources) - policies)
    return f'<header class="head" lang="{w.tag}"><h1>{w.name}</h1><p>{w.line}</p><p class="library">{library}</p></header>'


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"
