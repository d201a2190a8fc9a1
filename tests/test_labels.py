"""What is said around the quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.labels import LONGEST_SAID, abstention_message, binding_label, standing_frame
from assistant.documents import Authority, Metadata, Standing, Status
from assistant.language.glossary import Dictionary, Glossary
from assistant.questions.query import QueryReader
from assistant.results import Reason
from tests.samples import LAW, hit

PAPER = replace(LAW, authority=Authority.RESEARCH_PAPER, status=Status.UNKNOWN)
STANDING, PLAIN = "Can a firm claim the grant today?", "How much is the grant?"
STANDING_ZH = "这项补贴现在可以申请吗？"


@pytest.mark.parametrize(
    ("question", "source", "standing", "frame"),
    [
        (STANDING, LAW, Standing.TEXT, "[law, in force] "),
        (STANDING_ZH, LAW, Standing.TEXT, "〔法律，现行有效〕"),
        (STANDING, replace(LAW, authority=Authority.NORMATIVE_DOCUMENT, status=Status.TRIAL), Standing.TEXT, "[normative document, on trial] "),
        (STANDING, replace(LAW, status=Status.UNKNOWN), Standing.TEXT, ""),
        (STANDING, PAPER, Standing.TEXT, "Proposed in a research paper, not a rule in force: "),
        (STANDING_ZH, PAPER, Standing.TEXT, "论文建议，并非现行规定："),
        (PLAIN, PAPER, Standing.TEXT, ""),
        (PLAIN, PAPER, Standing.PROPOSAL, "Proposed in a research paper, not a rule in force: "),
        (PLAIN, LAW, Standing.TEXT, ""),
        (PLAIN, replace(LAW, status=Status.REPEALED), Standing.TEXT, "[repealed] "),
    ],
)
def test_what_a_statement_rests_on_is_said_openly(dictionary: Dictionary, question: str, source: Metadata, standing: Standing, frame: str) -> None:
    found = hit(source=source)
    found = replace(found, passage=replace(found.passage, standing=standing))
    assert standing_frame(QueryReader(Glossary(), dictionary).read(question), found) == frame


def test_a_label_says_authority_status_and_place() -> None:
    assert binding_label(hit(), "en") == "law; in force; national"
    assert binding_label(hit(), "zh") == "法律；现行有效；全国"


def test_a_refusal_names_what_is_missing() -> None:
    said = abstention_message(Reason.EVIDENCE_TOO_WEAK, ("budget",), "en")
    assert said == "The library does not answer this question: the nearest passages do not cover what is asked. Missing: budget."
    assert abstention_message(Reason.OUT_OF_SCOPE, ("tyre",), "en").endswith("policy and cases).")


def test_a_failed_premise_is_met_with_what_the_text_says() -> None:
    said = abstention_message(Reason.FALSE_PREMISE, ("60%",), "zh", hit(), "企业评价的权重为40%。")
    assert said == "问题中的前提在资料库中找不到依据。缺少：60%。最接近的原文（中华人民共和国职业教育法 第六十九条）：“企业评价的权重为40%。”"
    assert len(abstention_message(Reason.FALSE_PREMISE, (), "en", hit(), "word " * 200)) < LONGEST_SAID + 160
