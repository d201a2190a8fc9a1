"""Public retrieval benchmarks, read from a folder: documents, questions and which documents answer them.

A set is a folder with ``corpus.jsonl`` (``id``, ``title``, ``text``) and, for each split, ``queries.jsonl`` (``id``, ``text``) and
``qrels.tsv`` (``query-id``, ``corpus-id``, ``score``). What differs from set to set in how questions are put is said in ``_TASKS``; none
of it is known to the assistant.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import AssistantError

Row = Mapping[str, Any]


class BenchmarkError(AssistantError):
    """A folder is no benchmark, or a file of it is not as it must be."""


class Document(NamedTuple):
    """One retrievable text of a set."""

    id: str
    group: str
    """What it is a part of, such as a law or a policy; its own id where it stands alone."""
    title: str
    """Title of the whole, empty where the set gives none."""
    text: str
    language: str
    answer: str
    """What a question's gold names: the document itself, or the page it is from."""


class Question(NamedTuple):
    """One question with the answers that count, and the group it is asked of (all where empty)."""

    id: str
    text: str
    gold: frozenset[str]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One way to ask a set: which questions of which documents, and the measures that its figures are known by."""

    name: str
    corpus: str
    """Names the documents asked; tasks over the same documents share one library."""
    measures: tuple[str, ...]
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """How the rows of a set are to be understood."""

    measures: tuple[str, ...] = ("recall@10",)
    corpus: str = ""
    """The set whose documents are asked, where it is another one."""
    question: Callable[[Row], str] = lambda row: str(row["text"])
    group: Callable[[Row], str] = lambda row: str(row.get("title") or row["id"])
    title: Callable[[Row], str] = lambda row: str(row.get("title") or "")
    answer: Callable[[Row], str] = lambda row: str(row["id"])
    asks: str = ""
    """Language of the questions; all where empty."""
    of: str = ""
    """Language of the documents; all where empty."""
    languages: str = "en"


def _with_scenario(row: Row) -> str:
    return f"{row.get('scenario') or ''} {row['text']}".strip()


def _rulebook(row: Row) -> str:
    return str(row["doc"])


_OBLIQA = _Form(corpus="obliqa", group=_rulebook, title=lambda row: "")  # its titles are numbers of rulebook and paragraph
_TASKS: Mapping[str, Mapping[str, _Form]] = {
    "obliqa": {"": _OBLIQA},
    "obliqa_mp": {"": replace(_OBLIQA, measures=("ndcg@10", "recall@10"))},
    "stard_lecoqa": {"": _Form(("recall@10", "recall@100"), languages="zh")},
    "xquad_zh_en": {f"{a}→{b}": _Form(("recall@5",), asks=a, of=b) for a in ("zh", "en") for b in ("en", "zh")},
    "mtrag_pool": {"rewrite": _Form(("ndcg@10",)), "last turn": _Form(("ndcg@10",), question=lambda row: str(row["lastturn"]))},
    "conditionalqa": {"": _Form(question=_with_scenario)},
    "or_sharc": {"": _Form(("recall@5",), question=_with_scenario)},
    "domainrag_ruc": {"": _Form(("hit@5",), answer=lambda row: str(row["url"]), languages="zh")},
    "policyqa": {"": _Form()},
}


def find_benchmarks(folder: Path) -> list[Path]:
    """Return the sets in ``folder``, which is one set or holds several, by name; only those that ask for documents.

    Raises:
        BenchmarkError: there is none.
    """
    found = [folder] if _is_set(folder) else sorted(p for p in folder.iterdir() if _is_set(p)) if folder.is_dir() else []
    if not found:
        raise BenchmarkError(f"{folder}: neither a retrieval benchmark nor a folder of them. Name a folder with corpus.jsonl and dev/qrels.tsv.")
    return found


def _is_set(folder: Path) -> bool:
    return any(folder.glob("*/qrels.tsv")) and _corpus_file(folder, _forms(folder.name)).is_file()


def _forms(name: str) -> Mapping[str, _Form]:
    return _TASKS.get(name, {"": _Form(("recall@10", "ndcg@10"))})


def _corpus_file(folder: Path, forms: Mapping[str, _Form]) -> Path:
    other = next(iter(forms.values())).corpus or folder.name
    return (folder if other == folder.name else folder.parent / other) / "corpus.jsonl"


def read_tasks(folder: Path, split: str) -> list[Task]:
    """Return the tasks of one set.

    Raises:
        BenchmarkError: a file is missing, or a row lacks a field.
    """
    forms = _forms(folder.name)
    rows = list(_rows(_corpus_file(folder, forms)))
    asked = list(_rows(folder / split / "queries.jsonl"))
    gold = _gold(folder / split / "qrels.tsv")
    try:
        return [_task(folder.name, suffix, form, rows, asked, gold) for suffix, form in forms.items()]
    except KeyError as error:
        raise BenchmarkError(f"{folder}: a row has no field {error}. Compare its README.json.") from error


def _task(name: str, suffix: str, form: _Form, rows: Sequence[Row], asked: Sequence[Row], gold: Mapping[str, frozenset[str]]) -> Task:
    spoken = [row for row in rows if form.of in ("", row.get("lang", ""))]
    documents = tuple(
        Document(str(r["id"]), form.group(r), form.title(r), str(r["text"]), str(r.get("lang") or form.languages), form.answer(r)) for r in spoken
    )
    answers = {d.id: d.answer for d in documents}
    questions = []
    for row in asked:
        found = frozenset(answers[i] for i in gold.get(str(row["id"]), ()) if i in answers)
        if found and form.asks in ("", row.get("lang", "")):
            questions.append(Question(str(row["id"]), " ".join(form.question(row).split()), found, str(row.get("scope") or "")))
    return Task(f"{name} {suffix}".strip(), f"{form.corpus or name}{'-' + form.of if form.of else ''}", form.measures, documents, tuple(questions))


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise BenchmarkError(f"{path}:{number}: not JSON ({error.msg}). Fetch the set again.") from error
                if not isinstance(row, dict):
                    raise BenchmarkError(f"{path}:{number}: not an object, but {line.strip()[:40]}. Fetch the set again.")
                yield row
    except FileNotFoundError as error:
        raise BenchmarkError(f"{path}: is not there. Name a split that the set has, such as --split dev.") from error


def _gold(path: Path) -> dict[str, frozenset[str]]:
    if not path.is_file():
        raise BenchmarkError(f"{path}: is not there. Name a split that the set has, such as --split dev.")
    out: dict[str, set[str]] = defaultdict(set)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        try:
            query, document, score = line.split("\t")
            relevant = float(score) > 0
        except ValueError as error:
            raise BenchmarkError(f"{path}:{number}: not query-id, corpus-id and a number, parted by tabs, but {line[:40]!r}. Fetch the set again.") from error
        if relevant:
            out[query].add(document)
    return {query: frozenset(documents) for query, documents in out.items()}
