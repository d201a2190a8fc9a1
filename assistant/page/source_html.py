"""The viewer beside a conversation: a source at the exact words of a citation, as text with what stands around them, and as printed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from assistant.documents import Passage, Source, Span
from assistant.errors import AssistantError, SourceNotFound
from assistant.page.answer_html import button
from assistant.page.ask_words import ask_words
from assistant.page.rendering import badges, language_tag, mark, render_error, where
from assistant.page.troubles import readable
from assistant.page.turns import Turn
from assistant.pdf_view import PageImage, can_be_shown, page_image
from assistant.pipeline import Assistant
from assistant.results import Answer, Citation, Hit

AROUND = 2
"""Passages that are shown before and after the cited one, besides those of its own article."""
_WIDTH = 900
_LONGEST_ALT = 200

Quoted = tuple[int, Span]
"""The number of a citation, and where its words stand in its source."""


def render_viewer_empty(language: str) -> str:
    """Return what stands in the viewer before a source is opened."""
    w = ask_words(language)
    return f'<section class="viewer empty" aria-label="{w.viewer}"><p>{w.viewer_empty}</p></section>'


def render_citation(library: Assistant, turn: Turn, n: int, place: int, language: str) -> str:
    """Return the viewer at the words of citation ``n`` of a turn; the other citations of the same source are marked too.

    Args:
        library: the library as the one who looks may see it.
        place: the place of the turn in the conversation.
    """
    cited = turn.outcome.citations if isinstance(turn.outcome, Answer) else ()
    citation = next((c for c in cited if c.n == n), None)
    if citation is None:
        return render_viewer_empty(language)
    try:
        source = library.source(citation.source_id)
        passages = library.texts.passages_of(source.id)
    except SourceNotFound:
        return _gone(language)
    if source.text[citation.span.start : citation.span.end] != citation.quote:
        return _gone(language)
    same = [(c.n, c.span) for c in cited if c.source_id == citation.source_id]
    others = "".join(_tab(c, place, c.n == n, language) for c in cited) if len(cited) > 1 else ""
    printed = _printed(library, source, citation.span, citation.quote, language)
    return _viewer(source, passages, citation.span, same, printed, others, language)


def render_hit(library: Assistant, hit: Hit, language: str) -> str:
    """Return the viewer at a passage that was found, with nothing marked."""
    try:
        source = library.source(hit.source.id)
        passages = library.texts.passages_of(source.id)
    except SourceNotFound:
        return _gone(language)
    if source.text[hit.passage.span.start : hit.passage.span.end] != hit.passage.text:
        return _gone(language)
    printed = _printed(library, source, hit.passage.span, hit.passage.text, language)
    return _viewer(source, passages, hit.passage.span, [], printed, "", language)


def _viewer(source: Source, passages: Sequence[Passage], span: Span, quoted: Sequence[Quoted], printed: str, others: str, language: str) -> str:
    w, m = ask_words(language), source.metadata
    shown, here = neighbours(passages, span)
    at = passages[here]
    title = f'<h2 id="viewer-title" tabindex="-1">{escape(source.title)}</h2>'
    text = "".join(_passage(p, quoted, p.id == at.id, language) for p in shown)
    note = f'<p class="note">{escape(m.note)}</p>' if m.note else ""
    heading = f'<p class="heading">{escape(at.heading)}</p>' if at.heading else ""
    tabs = f'<p class="tabs">{others}</p>' if others else ""
    body = f'<div class="passages" lang="{language_tag(m.language)}">{heading}{text}</div>'
    return (
        f'<section class="viewer" role="region" aria-labelledby="viewer-title"><div class="viewer-head">{title}'
        f"{button('close_viewer', '×', 'close', w.close)}</div>"
        f"{where(m.document_number, at.locator, [at.page_from, at.page_to], m, language)}"
        f"{badges(m.authority, m.status, m.jurisdiction, at.standing, at.reported_by, language)}{tabs}"
        f"{printed}{body}{note}</section>"
    )


def neighbours(passages: Sequence[Passage], span: Span) -> tuple[list[Passage], int]:
    """Return the passages around the words at ``span``, those of the same article among them, and the place of the one that holds them."""
    here = next((i for i, p in enumerate(passages) if p.span.start < span.end and span.start < p.span.end), 0)
    first, last = here, here
    article = passages[here].article
    while first > 0 and (here - first < AROUND or (article and passages[first - 1].article == article)):
        first -= 1
    while last < len(passages) - 1 and (last - here < AROUND or (article and passages[last + 1].article == article)):
        last += 1
    return list(passages[first : last + 1]), here


def _passage(passage: Passage, quoted: Sequence[Quoted], cited: bool, language: str) -> str:
    start = passage.span.start
    marked = mark(passage.text, [(n, Span(span.start - start, span.end - start)) for n, span in quoted])
    locator = f'<span class="locator">{escape(passage.locator)}</span>' if passage.locator else ""
    here = f'<span class="here">{ask_words(language).cited_here}</span>' if cited else ""
    return f'<div class="passage{" cited" if cited else ""}">{locator}{here}<p class="quote">{marked}</p></div>'


def _printed(library: Assistant, source: Source, span: Span, quote: str, language: str) -> str:
    """Return the page as printed with the words marked, or nothing where the source has no pages."""
    if not can_be_shown(source):
        return ""
    try:
        return _figure(page_image(library, source.id, span, width=_WIDTH), quote, language)
    except AssistantError as error:
        return render_error(readable(error, language), language)


def _figure(image: PageImage, quote: str, language: str) -> str:
    w = ask_words(language)
    alt = escape(w.printed_alt.format(page=image.number, quote=" ".join(quote.split())[:_LONGEST_ALT]))
    top = f' data-top="{image.boxes[0].top:.4f}"' if image.boxes else ""
    caption = w.printed.format(page=image.number, pages=image.pages)
    data = base64.b64encode(image.png).decode()
    return (
        f'<figure class="printed"><figcaption>{caption}</figcaption><div class="sheet-of-paper" tabindex="0" role="group" aria-label="{caption}">'
        f'<img src="data:image/png;base64,{data}" alt="{alt}"{top}></div></figure>'
    )


def _tab(citation: Citation, place: int, current: bool, language: str) -> str:
    name = ask_words(language).chip.format(n=citation.n, title=citation.title, locator=citation.locator)
    return button("show_source", f"[{citation.n}]", "chip current" if current else "chip", name, turn=place, n=citation.n)


def _gone(language: str) -> str:
    w = ask_words(language)
    return f'<section class="viewer" aria-label="{w.viewer}">{button("close_viewer", "×", "close", w.close)}<p class="state">{w.gone}</p></section>'
