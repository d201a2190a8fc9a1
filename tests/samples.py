"""Records with every field filled, for tests of what is printed, sent and shown."""

from __future__ import annotations

import datetime as dt

from assistant.documents import Authority, Kind, Metadata, Passage, PassageKind, Span, Standing, Status, Unit
from assistant.results import Abstention, Answer, Citation, Conflict, Hit, Reason, Statement, Verdict

DAY = dt.date(2026, 1, 31)

LAW = Metadata(
    id="vel",
    work="vel",
    title_en="Vocational Education Law",
    title_zh="中华人民共和国职业教育法",
    language="zh",
    kind=Kind.POLICY,
    authority=Authority.LAW,
    status=Status.IN_FORCE,
    jurisdiction="CN",
    issuing_body="全国人民代表大会常务委员会",
    document_number="主席令第一一二号",
    issued=dt.date(2022, 4, 20),
    effective=dt.date(2022, 5, 1),
    supersedes=("vel-1996",),
    note="Read from the gazette.",
)
QUOTE = "本法自2022年5月1日起施行。"


def hit(text: str = QUOTE, source: Metadata = LAW, score: float = 0.25) -> Hit:
    """Return a passage found."""
    passage = Passage(
        id="p1",
        source_id=source.id,
        span=Span(10, 10 + len(text)),
        text=text,
        locator="第六十九条",
        heading="附则",
        kind=PassageKind.ARTICLE,
        page_from=7,
        page_to=8,
        units=(Unit(Span(10, 10 + len(text))),),
        article=69,
    )
    return Hit(passage, source, score, {"words": 1})


def citation(n: int = 1, quote: str = QUOTE, source_id: str = "vel") -> Citation:
    """Return a citation of the law."""
    return Citation(
        n=n,
        passage_id="p1",
        source_id=source_id,
        title=LAW.title_zh,
        document_number=LAW.document_number,
        authority=LAW.authority,
        status=LAW.status,
        jurisdiction=LAW.jurisdiction,
        standing=Standing.TEXT,
        label="law; in force; national",
        note="",
        locator="第六十九条",
        page=7,
        quote=quote,
        span=Span(10, 10 + len(quote)),
    )


def answer(question: str = "Since when?", language: str = "en") -> Answer:
    """Return an answer with two statements, a conflict and a note."""
    return Answer(
        question=question,
        language=language,
        statements=(
            Statement("It is in force since 1 May 2022.", Verdict.SUPPORTED, "copied", (1,)),
            Statement("So it is.", Verdict.SUPPORTED, "copied", (1, 2)),
        ),
        citations=(citation(1), citation(2, "施行。")),
        conflicts=(Conflict("Since when?", (1, 2), ("2022", "2021"), "the higher level prevails"),),
        hits=(hit(),),
        as_of=DAY,
        revision=3,
        fingerprint="0123456789ab",
        notes=("Check it.",),
        confidence=0.75,
    )


def refusal(question: str = "On Mars?", language: str = "en", missing: tuple[str, ...] = ("Mars",)) -> Abstention:
    """Return a refusal with four passages near."""
    return Abstention(
        question=question,
        language=language,
        reason=Reason.EVIDENCE_TOO_WEAK,
        missing=missing,
        message="The library does not answer this.",
        hits=tuple(hit(f"passage {n}") for n in range(1, 5)),
        as_of=DAY,
        revision=3,
        fingerprint="0123456789ab",
        confidence=0.25,
    )
