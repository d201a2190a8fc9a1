"""Choosing the units that answer, and setting them out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.answering import EVEN, ExtractiveAnswerer
from assistant.answers.candidates import weights
from assistant.documents import Authority, PassageKind
from assistant.language.glossary import Dictionary
from tests.drafts import LAW, PAPER, Shelf

BODY = "# A law\n\n## 1 Scope\n\nThis law covers internships.\n\n## 2 Pay\n\n"


def texts(shelf: Shelf, question: str, words: int = 120) -> list[str]:
    return [p.text for p in shelf.draft(question, words=words)[1].pieces]


def test_the_figure_asked_for_stands_first_and_once(dictionary: Dictionary) -> None:
    shelf = Shelf(dictionary, (LAW, f"{BODY}Interns are paid monthly. The daily pay of an intern is at least 80 yuan. Meals are free.\n"))
    pieces = texts(shelf, "How much is the daily pay of an intern?")
    assert sum(p.startswith("80 yuan: ") for p in pieces) == 1
    assert pieces[0].startswith("80 yuan: The daily pay of an intern is at least 80 yuan.")


def test_a_sentence_that_runs_on_comes_with_its_next_one(dictionary: Dictionary) -> None:
    text = f"{BODY}The motor works and the college founded an equipment school. The company holds 40% of it and the college 60%.\n"
    shelf = Shelf(dictionary, (PAPER, text), (replace(LAW, id="other"), "# Other\n\n## 1 Pay\n\nAn equipment fee of a school is 7 yuan.\n"))
    assert any("40%" in p for p in texts(shelf, "How is the equipment school of the motor works and the college shared?"))


@pytest.mark.parametrize(
    ("short_of_the_best", "shown"),
    [(EVEN - 0.01, "An intern is paid 20 yuan for a night."), (EVEN + 0.01, "Wages of an intern are paid daily.")],
)
def test_what_scores_like_the_best_comes_before_its_neighbours(dictionary: Dictionary, short_of_the_best: float, shown: str) -> None:
    pay = "## 1 Pay\n\nWages of an intern are paid daily. An intern is paid 80 yuan a day."
    shelf = Shelf(dictionary, (LAW, f"# Law\n\n{pay}\n\n## 2 Nights\n\nAn intern is paid 20 yuan for a night.\n"))
    _, draft = shelf.draft("How much is an intern paid?")
    best, other = draft.candidates[:2]
    even = replace(other, around=other.around + (best.score - short_of_the_best - other.score) / weights()["around"])
    chosen = ExtractiveAnswerer(words=18)._close(best, [best, *(c for c in draft.candidates if c not in (best, other)), even])
    assert [c.text for c in chosen] == [best.text, shown]


def test_a_lead_in_brings_its_whole_list_and_nothing_else(dictionary: Dictionary) -> None:
    text = f"{BODY}A base must meet these conditions:\n\n- it has a safe workshop;\n- it has two trainers;\n- it has insurance.\n\nOther rules follow.\n"
    pieces = texts(Shelf(dictionary, (LAW, text)), "Which conditions must a base meet?")
    assert pieces[0].startswith("A base must meet these conditions:")
    assert [p.rstrip(";.") for p in pieces[1:]] == ["it has two trainers", "it has insurance"]


def test_a_row_is_set_out_with_its_headers(dictionary: Dictionary) -> None:
    text = "# P\n\n## 1 Table\n\n| Indicator | Weight | Source |\n| --- | --- | --- |\n| Patents | 15% | Patent office |\n| Jobs | 20% | Survey |\n"
    shelf = Shelf(dictionary, (PAPER, text))
    assert "Patents — Weight: 15%; Source: Patent office" in texts(shelf, "What is the weight of patents?")[0]


def test_each_part_of_a_question_is_answered(dictionary: Dictionary) -> None:
    text = (
        "# P\n\n## 1 Conference\n\nThe education bureau leads the joint conference of colleges. "
        + "Colleges report on safety, on pay and on insurance in great detail every year. " * 6
        + "\n\n## 2 Meetings\n\nMeetings of the conference are held each quarter in turn.\n"
    )
    pieces = texts(Shelf(dictionary, (PAPER, text)), "Who leads the joint conference of colleges, and how often are meetings held?")
    assert any("education bureau leads" in p for p in pieces)
    assert any("each quarter" in p for p in pieces)


def test_two_sources_that_differ_are_both_shown_the_binding_one_first(dictionary: Dictionary) -> None:
    paper = (PAPER, "# P\n\n## 1 Pay\n\nThe daily pay of an intern is 50 yuan.\n")
    law = (LAW, f"{BODY}The daily pay of an intern is 80 yuan.\n")
    pieces = texts(Shelf(dictionary, paper, law), "How much is the daily pay of an intern?")
    assert [("80" in p, "50" in p) for p in pieces] == [(True, False), (False, True)]


def test_what_binds_comes_before_what_is_proposed_where_a_duty_is_asked_for(dictionary: Dictionary) -> None:
    law = (LAW, f"{BODY}A cooperation agreement must name the duties, the pay, the insurance and the hours of work.\n")
    paper = (PAPER, "# P\n\n## 1 Agreements\n\nA cooperation agreement must contain an exit and the duties.\n")
    asked = "Which duties must a cooperation agreement contain, and which exit{}?"
    shelf = Shelf(dictionary, law, paper)
    assert ["exit" in p for p in texts(shelf, asked.format(""))] == [False, True]
    assert "exit" in texts(shelf, asked.format(" in the paper"))[0]


def test_a_duty_that_papers_alone_would_answer_is_answered_by_what_binds_as_well(dictionary: Dictionary) -> None:
    proposals = "# P\n\n## 1 Agreements\n\n" + " ".join(f"A cooperation agreement must contain {n} exits." for n in range(2, 8)) + "\n"
    asked = "What must a cooperation agreement contain?"
    law = (LAW, f"{BODY}A cooperation agreement must be in writing.\n")
    first, *others = texts(Shelf(dictionary, law, (PAPER, proposals)), asked)
    assert "in writing" in first
    assert len(others) == 3
    assert all("exits" in p for p in others)
    urged = (LAW, f"{BODY}A cooperation agreement is encouraged.\n")
    assert all("exits" in p for p in texts(Shelf(dictionary, urged, (PAPER, proposals)), asked))


def test_a_general_rule_that_leaves_room_comes_behind_the_special_one(dictionary: Dictionary) -> None:
    general = (LAW, f"{BODY}Unless otherwise provided, training costs are deductible up to 2.5% of wages.\n")
    notice = replace(LAW, id="notice", title_en="Notice", authority=Authority.NORMATIVE_DOCUMENT)
    special = (notice, "# Notice\n\n## 1 Rate\n\nTraining costs are deductible up to 8% of wages.\n")
    pieces = texts(Shelf(dictionary, general, special), "Up to what percentage of wages are training costs deductible?")
    assert [("8%" in p, "2.5%" in p) for p in pieces] == [(True, False), (False, True)]


def test_an_answer_is_no_longer_than_allowed(dictionary: Dictionary) -> None:
    text = BODY + " ".join(f"Rule {n} on the pay of an intern says that pay is due monthly." for n in range(1, 12)) + "\n"
    assert sum(len(p.split()) for p in texts(Shelf(dictionary, (LAW, text)), "What does the law say on the pay of an intern?", words=40)) <= 44


def test_a_text_of_one_paragraph_answers_though_it_looks_like_an_imprint(dictionary: Dictionary) -> None:
    shelf = Shelf(dictionary, (PAPER, "The fair in Nanning drew 800 visitors.\n"))
    assert shelf.hits[0].passage.kind is PassageKind.TITLE
    assert "800" in texts(shelf, "How many visitors did the fair in Nanning draw?")[0]


def test_every_piece_rests_on_spans_of_its_source(dictionary: Dictionary) -> None:
    shelf = Shelf(dictionary, (LAW, f"{BODY}The daily pay of an intern is at least 80 yuan. Meals are free.\n"))
    for piece in shelf.draft("What is the daily pay of an intern?")[1].pieces:
        quoted = [shelf.source(piece.candidate.hit.source.id).text[s.start : s.end] for s in piece.spans]
        assert all(quoted)
        assert piece.text.endswith(quoted[-1])


def test_the_draft_does_not_change_with_the_order_of_equal_questions(dictionary: Dictionary) -> None:
    shelf = Shelf(dictionary, (LAW, f"{BODY}The daily pay of an intern is at least 80 yuan. Meals are free.\n"))
    assert shelf.draft("What is the daily pay of an intern?")[1] == shelf.draft("What is the daily pay of an intern?")[1]


def test_no_hits_give_an_empty_draft(dictionary: Dictionary) -> None:
    draft = Shelf(dictionary, (LAW, BODY)).draft("What is the pay?", hits=[])[1]
    assert (draft.pieces, draft.candidates) == ((), ())
