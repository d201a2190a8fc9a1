"""Examples that the OpenAPI file shows; a test sends those of requests to the shipped library and checks those of responses."""

from __future__ import annotations

from typing import Any

_QUESTION = "产教融合型企业的投资可以抵免多少教育费附加？"
_QUOTE = (
    "从2019年1月1日起，处于产教融合型企业建设与培育范围内的试点企业，投资兴办职业教育且符合要求的，"
    "可以拿投资额的30%抵免本企业当年应缴的教育费附加与地方教育附加。"
)
ASK: dict[str, Any] = {"question": _QUESTION, "as_of": "2026-01-31", "jurisdiction": "CN-50"}
SEARCH: dict[str, Any] = {"question": _QUESTION, "k": 5}
BENEFITS: dict[str, Any] = {"profile": {"place": "CN-50", "takes_interns": "yes"}, "language": "zh"}
FEEDBACK: dict[str, Any] = {
    "question": _QUESTION,
    "outcome": "answer",
    "thumbs": "down",
    "citations": [{"source_id": "mof-2019-46.en", "locator": "Item 3", "quote": "…"}],
    "expected": "answer",
    "evidence": [{"source": "mof-2019-46.zh", "quote": _QUOTE}],
}
INDEX: dict[str, Any] = {"name": "示例学院", "evaluators": {"enterprise": 85, "students": 82, "institution": 88}, "language": "zh"}
MAP: dict[str, Any] = {"demand": "需要会剪辑短视频、能做直播运营的人才", "language": "zh"}
COSTS: dict[str, Any] = {"damaged_part": 12000, "language": "zh"}
COMPLETION: dict[str, Any] = {"model": "policy-case-assistant", "messages": [{"role": "user", "content": _QUESTION}], "stream": False}
_HIT: dict[str, Any] = {"source_id": "mof-2019-46.zh", "passage_id": "2f6c0d1b7a9e4c58", "locator": "第三条", "page": 1, "score": 0.28, "text": _QUOTE}
HITS: dict[str, Any] = {"question": _QUESTION, "hits": [_HIT]}
ANSWER: dict[str, Any] = {
    "question": _QUESTION,
    "language": "zh",
    "outcome": "answer",
    "reason": None,
    "statements": [{"text": _QUOTE, "verdict": "supported", "citations": [1], "reason": "copied"}],
    "citations": [
        {
            "n": 1,
            "source_id": "mof-2019-46.zh",
            "title": "关于调整部分政府性基金有关政策的通知",
            "document_number": "财税〔2019〕46号",
            "authority": "normative_document",
            "status": "in_force",
            "jurisdiction": "CN",
            "locator": "第三条",
            "page": 1,
            "quote": _QUOTE,
            "start": 120,
            "end": 203,
            "standing": "text",
            "label": "规范性文件；现行有效；全国",
            "note": "",
        }
    ],
    "conflicts": [],
    "hits": [_HIT],
    "as_of": "2026-01-31",
    "revision": 168,
    "fingerprint": "0123456789ab",
    "missing": [],
    "message": "",
    "notes": [],
    "confidence": 0.93,
    "condensed": "",
    "answered_by": "extractive",
    "withheld": [],
    "notices": [],
    "usage": None,
    "tool": {"tool": "benefits", "command": "assistant benefits --profile FILE.yaml", "text": "可以用“权益测算”按企业情况计算"},
}
SOURCE: dict[str, Any] = {
    "id": "mof-2019-46.zh",
    "work": "mof-2019-46",
    "title_en": "Notice on Adjusting Policies on Some Government Funds",
    "title_zh": "关于调整部分政府性基金有关政策的通知",
    "aliases": [],
    "language": "zh",
    "kind": "policy",
    "authority": "normative_document",
    "status": "in_force",
    "jurisdiction": "CN",
    "issuing_body": "财政部",
    "document_number": "财税〔2019〕46号",
    "issued": None,
    "effective": "2019-01-01",
    "expires": None,
    "supersedes": [],
    "superseded_by": "",
    "url": "",
    "audience": "public",
    "standing": "text",
    "reported_by": "",
    "note": "",
    "passages": 9,
    "characters": 1200,
    "taken_at": "2026-01-31T08:00:00+00:00",
    "sha256": "0" * 64,
}
REMOVED: dict[str, Any] = {"id": "mof-2019-46.zh", "left": {"sources": 0, "passages": 0, "words": 0, "vectors": 0, "originals": 0}}
INGESTED: dict[str, Any] = {
    "files": [
        {"name": "办法.docx", "outcome": "added", "source_id": "办法", "title": "办法", "passages": 12, "warnings": [], "error": "", "fault": ""},
        {
            "name": "scan.xyz",
            "outcome": "failed",
            "source_id": "",
            "title": "",
            "passages": 0,
            "warnings": [],
            "error": "scan.xyz: suffix '.xyz' is not one that is read. Convert the file.",
            "fault": "UnknownSuffix",
        },
    ],
    "summary": {"added": 1, "failed": 1},
}
