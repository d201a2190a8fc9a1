"""A conversation as HTML: pure functions over its turns. Buttons carry what they do in ``data-`` attributes, which ``page.js`` hands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from assistant.answers.footnotes import as_markdown
from assistant.answers.labels import STATUS
from assistant.documents import Kind
from assistant.exchange import Notice, Usage, Withheld
from assistant.language.glossary import Glossary
from assistant.language.places import place_name
from assistant.language.text import fold, language_of, tokens
from assistant.page.ask_words import AskWords, ask_words
from assistant.page.rendering import badges, language_tag, render_error, where
from assistant.page.turns import Turn
from assistant.results import Abstention, Answer, Citation, Conflict, Hit, Scope, Statement, Verdict
from assistant.tools.hints import hint_for

NEAREST = 3
_JOINING = ("of", "the", "and")  # left out of the glossary's keys, so left out here


def render_turn(turn: Turn, place: int, language: str, glossary: Glossary) -> str:
    """Return a question with what has come of it so far; ``place`` is that of the turn in the conversation, from 0."""
    w = ask_words(language)
    asked = f'<h2 class="asked" id="asked-{place}">{escape(turn.question)}</h2>{_asked_within(turn.scope, language)}'
    if turn.error:
        body = render_error(turn.error, language) + _buttons([_again(place, w)], w)
    elif isinstance(turn.outcome, Answer):
        body = _answer(turn, turn.outcome, place, language, glossary)
    elif turn.outcome is not None:
        body = _refusal(turn, turn.outcome, place, language)
    else:
        body = _unfinished(turn, place, w)
    return f'<article class="turn" aria-labelledby="asked-{place}" data-turn="{place}">{asked}{body}</article>'


def filters_of(scope: Scope, language: str) -> dict[str, str]:
    """Return what each filter that is set says, by the name of the filter."""
    w, side = ask_words(language), 1 if language == "zh" else 0
    out = {}
    if scope.jurisdiction:
        out["jurisdiction"] = place_name(scope.jurisdiction, language)
    if scope.kind:
        out["kind"] = w.policies if scope.kind is Kind.POLICY else w.cases
    if scope.status:
        out["status"] = STATUS[scope.status][side]
    if scope.as_of:
        out["as_of"] = w.at_day.format(day=scope.as_of.isoformat())
    return out


def _asked_within(scope: Scope, language: str) -> str:
    told = filters_of(scope, language)
    return f'<p class="within">{escape(ask_words(language).asked_within.format(filters=" · ".join(told.values())))}</p>' if told else ""


def button(act: str, label: str, css: str = "quiet", name: str = "", **data: object) -> str:
    """Return a button that does ``act``; ``name`` is what a screen reader says where that is not the label.

    Its ``data`` come with the event; ``pressed`` says that it is one of two states.
    """
    pressed = f' aria-pressed="{str(data.pop("pressed")).lower()}"' if "pressed" in data else ""
    attributes = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    said = f' aria-label="{escape(name)}"' if name else ""
    return f'<button type="button" class="{css}" data-act="{act}"{attributes}{pressed}{said}>{escape(label)}</button>'


# -- answers ------------------------------------------------------------------------------------------------------


def _answer(turn: Turn, answer: Answer, place: int, language: str, glossary: Glossary) -> str:
    w, by_number = ask_words(language), {c.n: c for c in answer.citations}
    said = "".join(_statement(s, by_number, place, w) for s in answer.statements)
    cards = "".join(_source(group, turn, answer, place, language, glossary) for group in _by_passage(answer.citations))
    return (
        f'<section class="answer" lang="{language_tag(answer.language)}" aria-label="{w.answer}">{_condensed(answer, w)}'
        f'<ol class="statements">{said}</ol>{_checked(answer, w)}{_conflicts(answer.conflicts, by_number, place, w)}'
        f"{_notes(answer.notes, w)}{_model(answer.notices, answer.withheld, w)}{_hint(answer, language)}</section>"
        f'<section class="sources"><h3>{w.sources}</h3>{cards}</section>{_actions(turn, answer, place, w)}{_next(turn.offered or (), w.next)}'
        f"{_footer(answer, w)}"
    )


def _condensed(outcome: Answer | Abstention, w: AskWords) -> str:
    return f'<p class="condensed">{escape(w.condensed.format(question=outcome.condensed))}</p>' if outcome.condensed else ""


def _statement(statement: Statement, by_number: Mapping[int, Citation], place: int, w: AskWords) -> str:
    cited = [by_number[n] for n in statement.citations if n in by_number]
    force = f'<p class="force">{" · ".join(map(escape, dict.fromkeys(c.label for c in cited)))}</p>'
    doubt = "" if statement.verdict is Verdict.SUPPORTED else f'<p class="doubt">✕ {w.not_checked}</p>'
    return f'<li><p class="said">{escape(statement.text)} {_chips(cited, place, w)}</p>{force}{doubt}</li>'


def _chips(cited: Iterable[Citation], place: int, w: AskWords) -> str:
    return "".join(
        button("show_source", f"[{c.n}]", "chip", w.chip.format(n=c.n, title=c.title, locator=c.locator), turn=place, n=c.n) for c in cited
    )


def _checked(answer: Answer, w: AskWords) -> str:
    sound = all(s.verdict is Verdict.SUPPORTED for s in answer.statements)
    return f'<p class="checked">✓ {w.checked}</p>' if sound else ""


def _hint(answer: Answer, language: str) -> str:
    hint = hint_for(answer.condensed or answer.question)
    return f'<p class="tool-hint">→ {escape(hint.text.in_(language))}</p>' if hint else ""


def _notes(notes: Sequence[str], w: AskWords) -> str:
    return f'<div class="notes"><h3>⚠ {w.notes}</h3><ul>{_items(notes)}</ul></div>' if notes else ""


def _model(notices: Sequence[Notice], withheld: Sequence[Withheld], w: AskWords) -> str:
    """Return what a chat model's part was: notices, and the sentences that did not hold, folded away."""
    out = f'<ul class="notices">{_items(notice.text for notice in notices)}</ul>' if notices else ""
    if withheld:
        rows = "".join(f"<li><q>{escape(v.text)}</q> <span>{escape(v.reason)}</span></li>" for v in withheld)
        out += f'<details class="withheld"><summary>{w.withheld.format(count=len(withheld))}</summary><ul>{rows}</ul></details>'
    return out


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


def _conflicts(conflicts: Sequence[Conflict], by_number: Mapping[int, Citation], place: int, w: AskWords) -> str:
    if not conflicts:
        return ""
    shown = []
    for conflict in conflicts:
        sides = "".join(
            f'<div class="side"><p class="value">{escape(value)} {_chips([by_number[n]], place, w)}</p><p class="from">{escape(by_number[n].title)}</p>'
            f'<p class="force">{escape(by_number[n].label)}</p><p>{escape(by_number[n].quote)}</p></div>'
            for n, value in zip(conflict.citations, conflict.values, strict=True)
        )
        shown.append(f'<div class="sides">{sides}</div><p class="rule">{w.rule.format(rule=escape(conflict.rule))}</p>')
    return f'<div class="conflicts"><h3>⇄ {w.conflicts}</h3>{"".join(shown)}</div>'


def _footer(outcome: Answer | Abstention, w: AskWords) -> str:
    text = w.footer.format(as_of=outcome.as_of.isoformat(), revision=outcome.revision, fingerprint=escape(outcome.fingerprint))
    return f'<p class="footer">{text}{_usage(outcome.usage, w)}</p>'


def _usage(usage: Usage | None, w: AskWords) -> str:
    if usage is None:
        return ""
    tokens = f"{'≈' if usage.estimated else ''}{usage.tokens_in + usage.tokens_out}"
    said = w.usage.format(model=escape(usage.model), calls=usage.calls, tokens=tokens, seconds=usage.seconds)
    return f' · <span class="usage">{said}{w.cost.format(cost=usage.cost) if usage.cost is not None else ""}</span>'


# -- sources ------------------------------------------------------------------------------------------------------


def _by_passage(citations: Sequence[Citation]) -> list[list[Citation]]:
    groups: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault((citation.source_id, citation.passage_id), []).append(citation)
    return list(groups.values())


def _source(group: Sequence[Citation], turn: Turn, answer: Answer, place: int, language: str, glossary: Glossary) -> str:
    """Return one card: the words quoted from a passage, and how far they bind."""
    w, first = ask_words(language), group[0]
    hit = next((h for h in answer.hits if h.passage.id == first.passage_id), None)
    source = hit.source if hit else None
    quotes = "".join(f'<p class="quote"><sup>[{c.n}]</sup><mark data-source="{c.n}">{escape(c.quote)}</mark></p>' for c in group)
    wrong = f'<span class="noted">{w.noted_wrong}</span>' if first.n in turn.wrong else button("wrong", w.wrong, turn=place, n=first.n)
    return (
        f'<article class="source"><h4>{" ".join(f"[{c.n}]" for c in group)} {escape(first.title)}</h4>'
        f"{where(first.document_number, first.locator, [c.page for c in group], source, language)}"
        f"{badges(first.authority, first.status, first.jurisdiction, first.standing, hit.passage.reported_by if hit else '', language)}"
        f'<blockquote lang="{language_tag(language_of(first.quote))}">{quotes}</blockquote>'
        f"{_terms(glossary_terms([c.quote for c in group], answer.language, glossary), w)}"
        f'<p class="card-acts">{button("show_source", w.open, turn=place, n=first.n)}{wrong}</p></article>'
    )


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


def _terms(pairs: Sequence[tuple[str, str]], w: AskWords) -> str:
    items = "".join(f"<li><span>{escape(here)}</span> <b>{escape(there)}</b></li>" for here, there in pairs)
    return f'<div class="terms"><b>{w.terms}</b><ul>{items}</ul></div>' if pairs else ""


# -- what can be done with a turn -----------------------------------------------------------------------------------


def _actions(turn: Turn, outcome: Answer | Abstention, place: int, w: AskWords) -> str:
    thumbs = turn.entry.thumbs if turn.entry else ""
    shown = [
        button("copy", w.copy, copy=as_markdown(outcome), copied=w.copied),
        _again(place, w),
        button("judge", f"▲ {w.helpful}", turn=place, thumbs="up", pressed=thumbs == "up"),
        button("judge", f"▼ {w.unhelpful}", turn=place, thumbs="down", pressed=thumbs == "down"),
    ]
    declined = bool(turn.entry and turn.entry.expected)
    if thumbs == "down" and isinstance(outcome, Answer) and not declined:
        shown.append(button("judge", w.should_decline, turn=place, thumbs="down", expected="evidence_too_weak"))
    told = w.noted_decline if declined else w.thanks if thumbs else ""
    return _buttons(shown, w, told)


def _again(place: int, w: AskWords) -> str:
    return button("again", w.again, turn=place)


def _buttons(shown: Sequence[str], w: AskWords, told: str = "") -> str:
    return f'<div class="acts" role="group" aria-label="{w.actions}">{"".join(shown)}<span role="status">{told}</span></div>'


def _next(questions: Sequence[str], heading: str) -> str:
    return f'<div class="next"><h3>{heading}</h3>{_questions(questions)}</div>' if questions else ""


def _questions(questions: Sequence[str]) -> str:
    """Return questions each of which one click asks."""
    rows = "".join(f"<li>{button('pose', q, 'example', question=q)}</li>" for q in questions)
    return f"<ul>{rows}</ul>"


# -- refusals and states ------------------------------------------------------------------------------------------


def _refusal(turn: Turn, refusal: Abstention, place: int, language: str) -> str:
    w = ask_words(language)
    near = "".join(_nearest(hit, rank, turn, place, language) for rank, hit in enumerate(refusal.hits[:NEAREST]))
    unfiltered = f"<p>{button('pose', w.unfiltered, 'example', question=turn.question, plain=1)}</p>" if turn.unfiltered else ""
    return (
        f'<section class="answer refusal" aria-label="{w.refusal}"><h3>{w.refusal}</h3>{_condensed(refusal, w)}'
        f'<p class="message" lang="{language_tag(refusal.language)}">{_pick_out(refusal.message, refusal.missing)}</p>'
        f'{_model(refusal.notices, (), w)}{unfiltered}<ul class="hints">{_items(w.hint)}</ul></section>{_next(turn.offered or (), w.better)}'
        + (f'<section class="sources near"><h3>{w.nearest}</h3>{near}</section>' if near else "")
        + _actions(turn, refusal, place, w)
        + _footer(refusal, w)
    )


def _pick_out(message: str, missing: Sequence[str]) -> str:
    """Return ``message`` escaped, with the things it says are missing picked out; they stand at its end, in order."""
    out, end = "", len(message)
    for thing in reversed(missing):
        start = message.rfind(thing, 0, end)
        if start >= 0:
            out, end = f'<b class="missing">{escape(thing)}</b>{escape(message[start + len(thing) : end])}{out}', start
    return escape(message[:end]) + out


def _nearest(hit: Hit, rank: int, turn: Turn, place: int, language: str) -> str:
    m, p, w = hit.source, hit.passage, ask_words(language)
    holds = f'<span class="noted">{w.noted_holds}</span>' if rank in turn.holds else button("holds", w.holds, turn=place, hit=rank)
    return (
        f'<article class="source"><h4>{escape(m.title)}</h4>{where(m.document_number, p.locator, [p.page_from, p.page_to], m, language)}'
        f"{badges(m.authority, m.status, m.jurisdiction, p.standing, p.reported_by, language)}"
        f'<blockquote lang="{language_tag(language_of(p.text))}"><p class="quote">{escape(p.text)}</p></blockquote>'
        f'<p class="card-acts">{button("show_source", w.open, turn=place, hit=rank)}{holds}</p></article>'
    )


def _unfinished(turn: Turn, place: int, w: AskWords) -> str:
    """Return the sentences that have held so far, while more may come or after somebody stopped it."""
    said = "".join(_statement(s.statement, {c.n: c for c in s.citations}, place, w) for s in turn.shown)
    told = f'<ol class="statements">{said}</ol>' if said else ""
    body = f'<section class="answer">{told}{_model(turn.notices, turn.withheld, w)}'
    if turn.stopped:
        return f'{body}<p class="stopped">■ {w.stopped}</p></section>{_buttons([_again(place, w)], w)}'
    return f'{body}<p class="looking" role="status"><span class="spinner"></span>{w.looking}</p></section>'


def render_welcome(language: str) -> str:
    """Return what stands in the place of a conversation before the first question: what this does, and examples by role."""
    w = ask_words(language)
    lines = "".join(f"<p>{line}</p>" for line in w.empty)
    roles = "".join(f'<section class="role"><h3>{role}</h3>{_questions(questions)}</section>' for role, questions in w.roles)
    return f'<div class="welcome"><div class="state empty">{lines}</div><div class="roles">{roles}</div></div>'


def render_filters(scope: Scope, language: str) -> str:
    """Return the filters that are set, each with a button that removes it."""
    w = ask_words(language)
    told = filters_of(scope, language)
    chips = "".join(f"<li>{button('drop', f'{text} ×', 'filter', w.drop.format(filter=text), filter=name)}</li>" for name, text in told.items())
    return f'<ul class="filters" aria-label="{w.filters}">{chips}</ul>' if chips else ""
