"""Loading: a file and its metadata make one Source, or one line says what to do."""

import datetime as dt
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from assistant.documents import Authority, Kind, KnownQuestion, Metadata, Source, Status
from assistant.errors import EmptyFile, LoadError, MetadataError, NoTextLayer, UnknownSuffix, UnreadableFile
from assistant.reading.loading import SUFFIXES, find_files, load, slug

LAW = """\
<!-- source: somewhere -->

---
sidebar: auto
---

# 中华人民共和国职业教育法

2022年4月20日第十三届全国人民代表大会常务委员会第三十四次会议修订

**第一条**　为了推动职业教育高质量发展，制定本法。

**第二条**　本法自2022年5月1日起施行。
"""


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_law_without_any_metadata(tmp_path: Path) -> None:
    file = written(tmp_path / "VEL 2022.md", LAW)
    assert load(file) == Source(
        metadata=Metadata(
            id="vel-2022",
            work="vel-2022",
            title_zh="中华人民共和国职业教育法",
            language="zh",
            kind=Kind.POLICY,
            authority=Authority.LAW,
            status=Status.UNKNOWN,
            jurisdiction="CN",
            issued=dt.date(2022, 4, 20),
            effective=dt.date(2022, 5, 1),
        ),
        text=(
            "# 中华人民共和国职业教育法\n\n2022年4月20日第十三届全国人民代表大会常务委员会第三十四次会议修订\n\n"
            "第一条　为了推动职业教育高质量发展，制定本法。\n\n第二条　本法自2022年5月1日起施行。"
        ),
        pages=(),
        sha256=hashlib.sha256(LAW.encode()).hexdigest(),
        path=str(file),
        original=hashlib.sha256(LAW.encode()).hexdigest() + ".md",
    )


def test_overrides_win_over_sidecar_over_front_matter_over_text(tmp_path: Path) -> None:
    file = written(
        tmp_path / "a.md",
        "---\nid: a.en\nstatus: trial\nissued: 2001-01-01\nnote: front\n---\n# Title\n\nPublished: 29 May 2025\n",
    )
    assert (load(file).metadata.issued, load(file).metadata.note) == (dt.date(2001, 1, 1), "front")
    written(tmp_path / "a.meta.yaml", "status: expired\nnote: side\nissued:\n")
    source = load(file, {"note": "override"})
    assert source.metadata == Metadata(
        id="a.en", work="a.en", title_en="Title", language="en", status=Status.EXPIRED, note="override"
    )


def test_given_authority_sets_what_follows_from_it(tmp_path: Path) -> None:
    file = written(tmp_path / "a.md", LAW)
    read = load(file, {"authority": "research_paper"}).metadata
    assert (read.kind, read.jurisdiction) == (Kind.CASE, "")
    assert load(file, {"authority": "law"}).metadata.jurisdiction == "CN"


def test_changed_sidecar_changes_the_fingerprint(tmp_path: Path) -> None:
    file = written(tmp_path / "a.md", LAW)
    bare = load(file).sha256
    written(tmp_path / "a.meta.yaml", "status: repealed\n")
    repealed = load(file).sha256
    written(tmp_path / "a.meta.yaml", "# remark\nstatus: repealed\n")
    assert len({bare, repealed, load(file).sha256, load(file, {"status": "trial"}).sha256}) == 3
    assert load(file).sha256 == repealed


def test_questions_beside_a_file_come_with_it_and_count_as_a_change(tmp_path: Path) -> None:
    file = written(tmp_path / "a.md", LAW)
    bare = load(file)
    written(tmp_path / "a.questions.jsonl", '{"question": "What is the aim?", "answered": true}\n')
    known = load(file)
    assert (bare.questions, known.questions) == ((), (KnownQuestion("What is the aim?", True),))
    written(tmp_path / "a.questions.jsonl", '{"question": "What is the aim?", "answered": false}\n')
    assert len({bare.sha256, known.sha256, load(file).sha256}) == 3


def test_a_sidecar_that_gives_two_documents_one_id_speaks_for_neither(tmp_path: Path) -> None:
    pages, words = written(tmp_path / "a.md", "# Pay\n\nPay is 500 yuan."), written(tmp_path / "a.TXT", "Pay is 700 yuan.")
    sidecar = written(tmp_path / "a.meta.yaml", "id: pay\nstatus: trial\n")
    for file in (pages, words):
        with pytest.raises(MetadataError) as caught:
            load(file)
        remedy = f"Name it after one of them ({file.name}.meta.yaml), or take the id out."
        assert str(caught.value) == f"{sidecar}: its id would be that of a.TXT and a.md. {remedy}"
    assert load(words, {"id": "words"}).id == "words", "whoever names this one document means it"
    own = written(tmp_path / "a.TXT.meta.yaml", "id: words\n")
    assert (load(pages).id, load(words).id) == ("pay", "words")
    own.unlink()
    sidecar.rename(tmp_path / "a.md.meta.yaml")
    assert (load(pages).id, load(words).id) == ("pay", "a")
    written(tmp_path / "a.meta.yaml", "status: trial\n")
    assert {load(file).metadata.status for file in (pages, words)} == {Status.TRIAL}, "what holds for both may be said once"
    written(tmp_path / "a.md.txt", "Pay is 900 yuan.")
    with pytest.raises(MetadataError, match=r"a\.md\.meta\.yaml: its id would be that of a\.md and a\.md\.txt\. "):
        load(pages)


def test_questions_beside_a_file_larger_than_anybody_writes_are_not_taken_into_memory(tmp_path: Path) -> None:
    file, beside = written(tmp_path / "a.md", LAW), tmp_path / "a.questions.jsonl"
    with beside.open("wb") as out:
        out.truncate(1 << 40)  # sparse: takes no room
    with pytest.raises(MetadataError) as caught:
        load(file)
    assert str(caught.value) == f"{beside}: has more than 8,388,608 bytes. Keep the questions that people are likely to ask."


def test_wrong_front_matter_names_file_and_place(tmp_path: Path) -> None:
    file = written(tmp_path / "a.md", "---\nkind: law\n---\nText\n")
    with pytest.raises(MetadataError) as caught:
        load(file)
    assert str(caught.value) == f"{file}: front matter: kind 'law' is not one of policy, case. Correct it there."


def test_every_format_comes_in(tmp_path: Path) -> None:
    line = "An enterprise may credit its investment against the surcharges."
    document = docx.Document()
    document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    canvas = Canvas(str(tmp_path / "a.PDF"))
    canvas.drawString(72, 700, line)
    canvas.save()
    book = openpyxl.Workbook()
    book.active.append([line])
    book.active.title = "a"
    book.save(tmp_path / "a.xlsx")
    slides = Presentation()
    slides.slides.add_slide(slides.slide_layouts[6]).shapes.add_textbox(0, 0, 100, 100).text_frame.text = line
    slides.save(str(tmp_path / "a.pptx"))
    for name in ("a.md", "a.txt", "a.html", "a.htm", "a.csv"):
        written(tmp_path / name, line)
    sources = [replace(s, text=s.text.removeprefix("## a\n\n")) for s in (load(file) for file in find_files([tmp_path]))]
    pictures = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}  # read in test_ocr
    assert {Path(source.path).suffix.lower() for source in sources} == set(SUFFIXES) - pictures
    assert {source.text for source in sources} == {line}


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(UnknownSuffix) as caught:
        load(tmp_path / "a.exe")
    assert str(caught.value) == f"{tmp_path / 'a.exe'}: suffix '.exe' is not one of {', '.join(SUFFIXES)}. Convert the file to one of these."


@pytest.mark.parametrize(("suffix", "words"), [(".ofd", "an OFD file (GB/T 33190)"), (".doc", "Save it as .docx and ingest that."), (".zip", "Unpack it")])
def test_known_kinds_that_are_not_read_have_their_remedy(tmp_path: Path, suffix: str, words: str) -> None:
    with pytest.raises(UnknownSuffix) as caught:
        load(tmp_path / f"a{suffix}")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "holds no bytes"), (" \n\ufeff\n", "holds no text"), ("---\nid: a\n---\n<!-- x -->\n***\n", "holds no text")],
)
def test_empty_files(tmp_path: Path, text: str, what: str) -> None:
    file = written(tmp_path / "a.md", text)
    with pytest.raises(EmptyFile) as caught:
        load(file)
    assert str(caught.value) == f"{file}: {what}. Check that the file is complete."


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        load(tmp_path / "a.md")
    assert str(caught.value) == (
        f"{tmp_path / 'a.md'}: cannot be opened, No such file or directory. Check the path and its rights."
    )


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(UnreadableFile) as caught:
        load(tmp_path / "a.md")
    assert str(caught.value) == f"{tmp_path / 'a.md'}: is not a file. Name a file, or ingest the folder."


def test_errors_of_readers_name_the_file(tmp_path: Path) -> None:
    scan = Canvas(str(tmp_path / "scan.pdf"))
    scan.showPage()
    scan.save()
    for name in ("a.pdf", "a.docx"):
        written(tmp_path / name, "neither")
    for name, kind in (("scan.pdf", NoTextLayer), ("a.pdf", UnreadableFile), ("a.docx", UnreadableFile)):
        with pytest.raises(kind) as caught:
            load(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ")


def test_find_files_walks_folders_in_order(tmp_path: Path) -> None:
    for name in ("b/z.md", "b/a.txt", "a.md", "a.meta.yaml", "a.questions.jsonl", ".hidden.md", ".git/x.md", "c.pptx", "~$d.docx"):
        written(tmp_path / name, "text")
    missing = tmp_path / "missing.md"
    found = find_files([missing, tmp_path / "b" / "z.md", tmp_path, tmp_path / "a.meta.yaml"])
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "missing.md", "b/z.md", "a.md", "b/a.txt", "c.pptx", "a.meta.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Vocational Education Law (2022)", "vocational-education-law-2022"),
        ("重庆市教育督导条例(2015-04-08)", "重庆市教育督导条例-2015-04-08"),
        ("ＡＢ＿c.en", "ab-c-en"),
        ("a" * 90, "a" * 80),
        ("！！", ""),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_slug_is_idempotent(name: str) -> None:
    assert slug(slug(name)) == slug(name)
    assert len(slug(name)) <= 80


def test_file_name_without_letters_still_gives_an_id(tmp_path: Path) -> None:
    assert (
        load(written(tmp_path / "！！.txt", "Some text.")).id
        == "source-" + hashlib.sha256(b"Some text.").hexdigest()[:12]
    )


@given(st.binary(max_size=200), st.sampled_from(SUFFIXES))
def test_any_bytes_load_or_fail_in_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    file = tmp_path_factory.mktemp("any") / f"a{suffix}"
    file.write_bytes(data)
    try:
        source = load(file)
    except (LoadError, MetadataError) as error:
        assert str(error).startswith(f"{file}: ")
        assert "\n" not in str(error)
    else:
        assert source.text.strip()
        assert "\x00" not in source.text
