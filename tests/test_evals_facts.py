"""A digest is held against its text: what the text says passes, and every kind of slip is named."""

import argparse
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evals import checks
from evals.checks import Shelf
from evals.digests import read_digest, read_instrument, read_paper
from evals.documents import Row, read_rows
from evals.facts import FactsNotReady, findings, main, read_shelf

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
on_texts = pytest.mark.skipif(not (SHARED / "facts" / "documents.tsv").is_file(), reason="there is no ../shared with laws, seeds and facts")

LAW = """# 果树法

2020年3月1日通过

**第一条**　果农每年可以领取百分之三十的补贴，最高5000元。

**第二条**　果农应当在三个月内申报。本法自2021年1月1日起施行。
"""
EN = """---
id: fruit.en
work: fruit
title_en: Fruit Law
title_zh: 果树法
language: en
kind: policy
authority: law
status: in_force
jurisdiction: CN
issuing_body: NPC Standing Committee
issued: 2020-03-01
effective: 2021-01-01
standing: text
---

# Fruit Law

## Aid

### Article 1

A grower may claim a subsidy of 30% a year, up to 5,000 yuan.

### Article 2

A grower must apply within 3 months.
"""
ZH = (
    EN.replace("language: en", "language: zh")
    .replace("fruit.en", "fruit.zh")
    .replace("Article 1", "第一条")
    .replace("Article 2", "第二条")
    .replace("A grower may claim a subsidy of 30% a year, up to 5,000 yuan.", "果农按年取得的补贴为30%，以5000元为限。")
    .replace("A grower must apply within 3 months.", "果农应当在3个月之内提出申请。")
)
ROW = Row("fruit", "果树法", "Fruit Law", "NPC Standing Committee", "", "2020-03-01", "2021-01-01", "in force", "national", "1 law", "full", "../laws/fruit.md")


def shelf(root: Path, en: str = EN, zh: str = ZH, row: Row = ROW, never: str = "quince") -> Shelf:
    (root / "laws").mkdir(exist_ok=True)
    for name, text in (("fruit.en.md", en), ("fruit.zh.md", zh), ("laws/fruit.md", LAW)):
        (root / name).write_text(text, encoding="utf-8")
    digests = {f"fruit.{lang}": read_digest(root / f"fruit.{lang}.md") for lang in ("en", "zh")}
    original = read_instrument(root / "laws" / "fruit.md")
    return Shelf(digests, {"fruit": original}, {"fruit": row}, frozenset(), {"no such fruit": re.compile(never)}, "")


def found(given: Shelf) -> dict[str, list[str]]:
    return {name: [f"{f.heading}: {f.what}" for f in some] for name, some in findings(given).items() if some}


def test_a_digest_that_says_what_the_text_says_passes(tmp_path: Path) -> None:
    assert found(shelf(tmp_path)) == {}


@pytest.mark.parametrize(
    ("before", "after", "check", "what"),
    [
        ("30%", "35%", "figures", "Article 1: number 35 percent"),
        ("5,000 yuan", "5,000 days", "figures", "Article 1: number 5000 day"),
        ("within 3 months", "by 1 May 2021", "figures", "Article 2: date 2021-05-01"),
        ("within 3 months", "within 3 months and up to 5,000 yuan", "figures", "Article 2: number 5000 yuan"),  # of another article
        ("Article 2", "Article 7", "articles", "Article 7: fruit.md has no article 7"),
        ("must apply", "must apply under Article 9", "articles", "Article 2: article 9 is in no instrument named there"),
        ("up to 5,000 yuan", "with a cap", "languages", "Article 1: number 5000 yuan only in Chinese"),
        ("### Article 2", "### Article 2 {standing=secondary}", "labels", "Article 2: is secondary, but names no reporter"),
        ("### Article 2", '### Article 2 {asked="is it 45 yuan; since 2020"}', "phrases", "Article 2: is asked for with 45 in 'is it 45 yuan'"),
        ("A grower must", "A grower of quince must", "inventions", ": says 'quince': no such fruit"),
        ("status: in_force", "status: repealed", "metadata", ": status repealed, in the table 'in force'"),
        ("authority: law", "authority: department_rule", "metadata", ": authority department_rule, in the table '1 law'"),
        ("jurisdiction: CN", "jurisdiction: CN-50", "metadata", ": jurisdiction CN-50, in the table 'national'"),
        ("issued: 2020-03-01", "issued: 2020-03-02", "metadata", ": issued 2020-03-02, in the table '2020-03-01', and not in the text"),
        ("NPC Standing Committee", "State Council", "metadata", ": issuing_body 'State Council' lacks ['committee', 'npc', 'standing'] of the table"),
    ],
)
def test_every_slip_is_named(tmp_path: Path, before: str, after: str, check: str, what: str) -> None:
    assert what in found(shelf(tmp_path, en=EN.replace(before, after)))[check]


def test_a_copied_sentence_is_named(tmp_path: Path) -> None:
    copy = "果农每年可以领取百分之三十的补贴，最高5000元"
    assert found(shelf(tmp_path, zh=ZH.replace("果农按年取得的补贴为30%，以5000元为限", copy)))["copies"] == [f"第一条: {copy}"]


def test_what_was_only_reported_must_say_so(tmp_path: Path) -> None:
    assert found(shelf(tmp_path, row=replace(ROW, coverage="press only")))["labels"] == [": has standing text, but only press only was read"] * 2


def test_unverified_cells_never_enter(tmp_path: Path) -> None:
    row = replace(ROW, number="果发〔2020〕9号 (UNVERIFIED)")
    with_number = EN.replace("standing: text", "document_number: 果发〔2020〕9号\nstanding: text")
    assert found(shelf(tmp_path, en=with_number, row=row)) == {
        "inventions": [": says '果发〔2020〕9号', which is unverified"],
        "metadata": [": document_number '果发〔2020〕9号', unverified in the table"],
    }


def test_a_work_of_the_table_without_a_digest_is_named(tmp_path: Path) -> None:
    given = shelf(tmp_path)
    given = Shelf(given.digests, given.originals, {**given.rows, "nuts": replace(ROW, slug="nuts")}, given.terms, given.never, "")
    assert [str(f) for f in checks.check_metadata(given)] == ["metadata: nuts.en: is not there", "metadata: nuts.zh: is not there"]


def test_excerpts_are_cut_into_what_was_read_and_what_was_reported(tmp_path: Path) -> None:
    (tmp_path / "excerpts").mkdir()
    path = tmp_path / "excerpts" / "pears.md"
    path.write_text("<!-- page -->\n梨办法 梨发〔2020〕1号\n第二条 梨农可以。……第三条 果园应当。\npress: 20% of pears\n", encoding="utf-8")
    pears = read_instrument(path)
    assert sorted(pears.articles) == ["2", "3"]
    assert "20%" in pears.text
    assert "20%" not in pears.read


def test_a_paper_is_cut_at_the_headings_that_its_digest_names(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("Pears\n\n1. Introduction\nTen pears.\n\n2.1 Harvest\nFive pears.\n", encoding="utf-8")
    digest = tmp_path / "p.en.md"
    front = "---\nid: p.en\nwork: p\ntitle_en: Pears\nlanguage: en\nkind: case\nauthority: research_paper\nstatus: proposed\n---\n\n"
    digest.write_text(
        f"{front}# Pears\n\n## 1. Introduction\n\n#### Findings\n\nIt has 10 pears.\n\n## 2.1 Harvest\n\n#### Findings\n\nIt has 5.\n", encoding="utf-8"
    )
    paper = read_paper(tmp_path / "p.txt", read_digest(digest))
    assert {place: text.split()[-2] for place, text in paper.articles.items() if place} == {"1": "Ten", "2.1": "Five"}


def test_texts_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(FactsNotReady, match=r"documents\.tsv: is not there"):
        read_shelf(tmp_path, tmp_path, tmp_path)


@on_texts
def test_the_corpus_that_ships_is_true_to_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(argparse.Namespace(texts=SHARED / "laws", cases=SHARED / "seeds", notes=SHARED / "facts"))
    assert (capsys.readouterr().out.splitlines()[-1], code) == ("everything is borne out", 0)


@on_texts
def test_the_table_of_documents_is_digested_whole() -> None:
    assert len(read_rows(SHARED / "facts" / "documents.tsv")) == 71
