"""What all tabs show alike, as HTML: pure functions. How far a text binds, where it stands, its words marked, and the states of the page.

Text from outside enters the page through ``escape`` only, here and in the modules that render answers and sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from assistant.answers.labels import AUTHORITY, STANDING, STATUS
from assistant.documents import Authority, Metadata, Span, Standing, Status
from assistant.language.places import place_name
from assistant.page.ask_words import ask_words
from assistant.page.page_words import words

_STATUS_SIGN = {
    Status.IN_FORCE: "●",
    Status.TRIAL: "◐",
    Status.AMENDED: "◑",
    Status.REPEALED: "✕",
    Status.EXPIRED: "✕",
    Status.PROPOSED: "✎",
    Status.UNKNOWN: "?",
}


def mark(text: str, citations: Sequence[tuple[int, Span]]) -> str:
    """Return ``text`` escaped, with the span of each numbered citation in ``<mark>`` behind its number.

    Where spans overlap, a mark says all the numbers it carries.
    """
    inside = [(n, span) for n, span in citations if span.start < len(text) and span.end > 0]
    cuts = sorted({0, len(text), *(min(max(edge, 0), len(text)) for _, span in inside for edge in span)})
    out, begun = [], set()
    for start, end in pairwise(cuts):
        numbers = [n for n, span in inside if span.start <= start and end <= span.end]
        piece = escape(text[start:end])
        if numbers:
            told = "".join(f"<sup>[{n}]</sup>" for n in numbers if n not in begun)
            begun.update(numbers)
            piece = f'{told}<mark data-source="{" ".join(map(str, numbers))}">{piece}</mark>'
        out.append(piece)
    return "".join(out)


def badges(authority: Authority, status: Status, jurisdiction: str, standing: Standing, reported_by: str, language: str) -> str:
    """Return how far a text binds as badges: words, a sign and a colour. A paper has no status: nothing in it is in force."""
    side = 1 if language == "zh" else 0
    binding = "paper" if authority is Authority.RESEARCH_PAPER else "unknown" if authority is Authority.UNKNOWN else "rule"
    out = [("authority-" + binding, AUTHORITY[authority][side])]
    if authority is not Authority.RESEARCH_PAPER:
        out.append((f"status-{status.value}", f"{_STATUS_SIGN[status]} {STATUS[status][side]}"))
    if jurisdiction:
        out.append(("place", place_name(jurisdiction, language)))
    if standing is not Standing.TEXT:
        by = reported_by or ("他处转述" if language == "zh" else "others")
        out.append((f"standing-{standing.value}", STANDING[standing][side].format(by=by)))
    return '<p class="badges">' + "".join(f'<span class="badge {kind}">{escape(text)}</span>' for kind, text in out) + "</p>"


def where(number: str, locator: str, pages: Sequence[int], source: Metadata | None, language: str) -> str:
    """Return where words stand: number of the document, locator, page, date, and the address it came from."""
    w = ask_words(language)
    page = (w.page if min(pages) == max(pages) else w.pages).format(first=min(pages), last=max(pages))
    parts = [w.number.format(number=escape(number)) if number else "", escape(locator), page]
    if source and source.issued:
        parts.append(w.issued.format(date=source.issued.isoformat()))
    if source and source.url.startswith(("https://", "http://")):
        parts.append(f'<a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer">{w.original}</a>')
    return f'<p class="where">{" · ".join(part for part in parts if part)}</p>'


def render_filling(done: int, total: int, name: str, language: str) -> str:
    """Return how far the first filling of the library is."""
    w = words(language)
    count, at = w.filling.format(done=done, total=total), w.filling_at.format(name=escape(name))
    bar = f'<progress max="{max(total, 1)}" value="{done}" aria-label="{count}"></progress>'
    return f'<div class="state filling" role="status"><p>{count}</p>{bar}<p>{at}</p></div>'


def render_error(message: str, language: str) -> str:
    """Return an error, a line for each of its own."""
    lines = "<br>".join(escape(line) for line in message.split("\n"))
    return f'<div class="state error" role="alert"><p><b>✕ {words(language).error}</b> {lines}</p></div>'


def render_header(sources: Sequence[Metadata], language: str, name: str) -> str:
    """Return the head of the page: what this is, what is in the library, and who is there, where people sign in."""
    w = words(language)
    policies = sum(m.kind == "policy" for m in sources)
    library = w.library.format(sources=len(sources), policies=policies, cases=len(sources) - policies)
    account = f' · <a href="/sign-in">{w.account.format(name=escape(name))}</a>' if name else ""
    return f'<header class="head" lang="{w.tag}"><h1>{w.name}</h1><p>{w.line}</p><p class="library">{library}{account}</p></header>'


def language_tag(language: str) -> str:
    """Return a language as HTML names it."""
    return "zh-CN" if language == "zh" else "en"
