"""Other names of the words of a text, for whoever compares texts: the glossary's forms and the dictionary's translations."""

from __future__ import annotations

import functools
import re

from assistant.documents import Span
from assistant.judge.alignment import Rendering
from assistant.language.glossary import Dictionary, Glossary, Term
from assistant.language.text import HAN, fold, is_stop_word, terms, tokens

_MOST = 6


class LexiconTranslator:
    """Renders words by the glossary (synonyms and translations of whole terms) and by the dictionary (single words)."""

    def __init__(self, glossary: Glossary, dictionary: Dictionary) -> None:
        self._glossary, self._dictionary = glossary, dictionary
        self.renderings = functools.lru_cache(maxsize=5_000)(self._renderings)

    def _renderings(self, text: str) -> tuple[Rendering, ...]:
        """Return the terms and words of ``text`` that glossary or dictionary know, with their other forms as terms."""
        words = [t for t in tokens(text) if not re.fullmatch(f"[{HAN}]+", t.term)]
        out = [Rendering(Span(start, end), self._forms(term)) for start, end, term in self._glossary.match_han(fold(text))]
        out += [
            Rendering(Span(words[start].start, words[end - 1].end), self._forms(term))
            for start, end, term in self._glossary.match_words([w.term for w in words])
        ]
        for word in tokens(text):
            if not is_stop_word(word.term) and not word.term[0].isdigit():
                forms = self._translated(word.term)
                if forms:
                    out.append(Rendering(Span(word.start, word.end), forms))
        return tuple(out)

    @staticmethod
    @functools.cache
    def _forms(term: Term) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(t for t in terms(form) if not is_stop_word(t)) for forms in term.forms.values() for form in forms)

    def _translated(self, word: str) -> tuple[tuple[str, ...], ...]:
        if word.isascii():
            return tuple((zh,) for zh in self._dictionary.chinese((word,)))
        return tuple(self._dictionary.english(word)[:_MOST])
