"""A small bilingual library, and the real server over it in a process of its own, for the tests of the page."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from reportlab.pdfgen.canvas import Canvas

from assistant.language.glossary import Dictionary

ROOT = Path(__file__).resolve().parents[1]
EN_QUESTION = "What percentage of its investment may a pilot enterprise offset against the education surcharge?"
EN_WORDS = "A pilot enterprise may offset 30% of its investment against the education surcharge that it owes for the year."
ZH_QUESTION = "试点企业可以按投资额的多少比例抵免教育费附加？"
ZH_WORDS = "试点企业可以按投资额的30%抵免当年应缴的教育费附加。"
PDF_QUESTION = "What is the lowest monthly stipend of an apprentice?"
PDF_WORDS = "the lowest monthly stipend of an apprentice is 2,000 yuan"
UNANSWERABLE = "2031年火星基地的教育费附加是多少？"
EVIL = "<script>window.taken = 1</script>${window.taken = 1}{{7*7}}<img src=x onerror='window.taken = 1'>"

_HEAD = """---
id: surcharge.{language}
work: surcharge
title_en: Notice on the Surcharge {evil}
title_zh: 关于教育费附加的通知 {evil}
language: {language}
kind: policy
authority: normative_document
status: in_force
jurisdiction: CN
document_number: 财税〔2019〕46号
issued: 2019-02-13
audience: public
standing: text
---

"""
_EN = f"# Notice\n\n## Item 3\n\nThis item is about tax & {EVIL} no more. {EN_WORDS} What is not used in a year may be carried forward.\n"
_ZH = f"# 通知\n\n## 第三条\n\n本条规定抵免办法。{ZH_WORDS}当年没有抵免完的部分可以结转到以后年度。\n"
_PDF_META = """id: stipend.en
title_en: Rules on Apprentices
language: en
kind: policy
authority: normative_document
status: in_force
jurisdiction: CN
audience: public
"""
_SERVE = (
    "from assistant.pipeline import Assistant\n"
    "from assistant.serving import launch\n"
    "launch(Assistant(), '127.0.0.1', 0)\n"
)


def write_corpus(folder: Path) -> Path:
    """Return ``folder`` filled as a corpus of one notice in two languages, and of rules in print."""
    (folder / "policies").mkdir(parents=True)
    for language, body in (("en", _EN), ("zh", _ZH)):
        head = _HEAD.format(language=language, evil=EVIL if language == "en" else "")
        (folder / "policies" / f"surcharge.{language}.md").write_text(head + body, encoding="utf-8")
    write_rules(folder / "policies")
    return folder


def write_rules(folder: Path) -> None:
    """Write a PDF with its metadata into ``folder``."""
    (folder / "stipend.pdf").write_bytes(_printed_rules())
    (folder / "stipend.pdf.meta.yaml").write_text(_PDF_META, encoding="utf-8")


def _printed_rules() -> bytes:
    """Return a PDF whose second page has the words that answer, in the middle of the page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(600, 800))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(60, 700, "Article 1. These rules are for enterprises that train apprentices.")
    canvas.showPage()
    canvas.setFont("Helvetica", 12)
    canvas.drawString(60, 700, "Article 2. An apprentice has a contract with the enterprise and with the school.")
    canvas.drawString(60, 400, f"Article 3. In every province {PDF_WORDS}.")
    canvas.drawString(60, 100, "Article 4. These rules are in force from their day of issue.")
    canvas.save()
    return stream.getvalue()


@contextmanager
def serving(folder: Path, write: Callable[[Path], Path] = write_corpus, variables: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Yield the address of a server that fills a new library under ``folder`` from the corpus that ``write`` makes, and answers from it.

    ``variables`` of its environment are added to the least that it needs.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "GRADIO_"))}
    environment |= {"ASSISTANT_HOME": str(folder / "home"), "ASSISTANT_CORPUS": str(write(folder / "corpus")), "HF_HUB_OFFLINE": "1", **variables}
    Dictionary(folder / "home" / "dictionary.sqlite").english("企业")  # made once for all servers of a process
    with (folder / "log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen([sys.executable, "-c", _SERVE], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), (folder / "log").read_text(encoding="utf-8")
            yield address
        finally:
            server.terminate()
            try:
                server.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.communicate()
                raise
