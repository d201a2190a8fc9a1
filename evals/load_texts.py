"""Many texts for a load test: statutes of a public benchmark as one file each, then English rules, then further editions until there are enough."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from evals.benchmarks import Document, Task, read_tasks

STATUTES, RULES = "stard_lecoqa", "obliqa"
"""Chinese statutes by article, and English financial rules by paragraph."""


MOST_RULES = 3_000
"""Paragraphs of English rules: each is embedded with all its sentences, which takes the default model as long as a hundred Chinese articles."""


class Text(NamedTuple):
    """A file to write: its name, its content and how many articles it has."""

    name: str
    content: str
    articles: int


def write_texts(bench: Path, folder: Path, least: int) -> tuple[int, int]:
    """Write files with ``least`` articles or more in all below ``folder``; return how many files and articles there are.

    Raises:
        BenchmarkError: a set is not in ``bench``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = articles = 0
    for text in _texts(read_tasks(bench / STATUTES, "dev")[0], read_tasks(bench / RULES, "dev")[0]):
        if articles >= least:
            break
        (folder / f"{text.name}.md").write_text(text.content, encoding="utf-8")
        files, articles = files + 1, articles + text.articles
    return files, articles


def questions(bench: Path, number: int) -> list[str]:
    """Return questions of both languages in turn, the same ones each time."""
    sets = [[q.text for q in read_tasks(bench / name, "dev")[0].questions] for name in (STATUTES, RULES)]
    return list(chain.from_iterable(zip(*sets, strict=False)))[:number]


def _texts(statutes: Task, rules: Task) -> Iterator[Text]:
    for edition in count(1):
        for number, (title, documents) in enumerate(sorted(_grouped(statutes).items())):
            yield _statute(f"statute-{edition}-{number:04d}", title if edition == 1 else f"{title}（第{edition}版）", documents)
        if edition == 1:
            yield from _rulebooks(rules)


def _rulebooks(rules: Task) -> Iterator[Text]:
    written = 0
    for number, (group, documents) in enumerate(sorted(_grouped(rules).items())):
        if written < MOST_RULES:
            yield _rulebook(f"rules-{number:04d}", f"Rulebook {group}", documents)
            written += len(documents)


def _grouped(task: Task) -> dict[str, list[Document]]:
    out: dict[str, list[Document]] = defaultdict(list)
    for document in task.documents:
        out[document.group].append(document)
    return out


def _statute(name: str, title: str, documents: Sequence[Document]) -> Text:
    articles = [f"{d.id.removeprefix(d.group)}　{_flat(d.text)}" for d in documents]
    return Text(name, f"# {title}\n\n" + "\n\n".join(articles) + "\n", len(articles))


def _rulebook(name: str, title: str, documents: Sequence[Document]) -> Text:
    return Text(name, f"# {title}\n\n" + "\n\n".join(f"## Rule {n}\n\n{_flat(d.text)}" for n, d in enumerate(documents, start=1)) + "\n", len(documents))


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
