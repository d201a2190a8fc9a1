"""A small bilingual library for questions that are put to a chat model, with one poisoned document in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.chat.chat_model import LangChainModel
from assistant.config import load_settings
from assistant.documents import Authority, Source, Status
from assistant.exchange import Turn
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer
from tests.fakes import HashEmbedder
from tests.libraries import make_source

LAW = """# Surcharge Act

## Article 3

A pilot enterprise may offset 30% of its investment against the education surcharge that it owes for the year.
What is not used in a year may be carried forward.

## Article 4

A pilot enterprise shall keep records of its investment for five years. An enterprise that withdraws its investment shall pay back what it offset.
"""
GESETZ = """# 教育费附加办法

## 第三条

试点企业可以按投资额的30%抵免当年应缴的教育费附加。当年没有抵免完的部分可以结转到以后年度。

## 第四条

试点企业应当将投资记录保存五年。撤回投资的企业应当补缴已经抵免的费用。
"""
PAPER = """# A study of pilot enterprises

## Findings

The authors propose that a pilot enterprise should be allowed to offset 60% of its investment against the education surcharge.
"""
QUESTION = "What share of its investment may a pilot enterprise offset against the education surcharge?"
FRAGE = "试点企业可以按投资额的多少抵免教育费附加？"
UNANSWERABLE = "What is the education surcharge on the moon base in 2031?"


def law(text: str = LAW) -> Source:
    """Return the English act."""
    return make_source("act.en", text, work="act", title_en="Surcharge Act", title_zh="教育费附加办法")


def sources() -> list[Source]:
    """Return an act in two languages, and a paper."""
    zh = make_source("act.zh", GESETZ, work="act", title_en="Surcharge Act", title_zh="教育费附加办法", language="zh")
    paper = make_source("paper", PAPER, title_en="A study of pilot enterprises", authority=Authority.RESEARCH_PAPER, status=Status.PROPOSED)
    return [law(), zh, paper]


def library(home: Path, more: Sequence[Source] = (), **settings: Any) -> Assistant:
    """Return an assistant over the small library in ``home``."""
    assistant = Assistant(load_settings(home=home, corpus="", **settings), HashEmbedder())
    for source in (*sources(), *more):
        assistant.index.take(source)
    return assistant


def ask_with(assistant: Assistant, name: str, question: str, history: Sequence[Turn] = (), **settings: Any) -> Answer | Abstention:
    """Return the answer to a question that is put to the model ``openai:name`` of the test server."""
    model = f"openai:{name}"
    assistant.settings = load_settings(home=assistant.settings.home, corpus="", chat_model=model, **settings)
    assistant.chat_model = LangChainModel(model, assistant.settings.chat_timeout)
    return assistant.ask(question, history=history)


def answered(result: Answer | Abstention) -> Answer:
    """Return ``result``, which must be an answer."""
    assert isinstance(result, Answer)
    return result
