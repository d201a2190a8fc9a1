"""Metadata: every legal value comes back typed, every illegal one is named with the legal ones."""

import dataclasses
import datetime as dt
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Audience, Authority, Kind, Metadata, Standing, Status
from assistant.errors import MetadataError
from assistant.reading import metadata
from assistant.reading.metadata import (
    KEYS,
    _Loader,
    check_file_names,
    overrides_for,
    parse_metadata,
    read_metadata_file,
    read_sidecars,
    split_front_matter,
)

FULL = """\
---
id: vel-2022.en
work: vel-2022
title_en: "Vocational Education Law: 2022 Revision"
title_zh: 中华人民共和国职业教育法
language: en
kind: policy
authority: law
status: in_force
jurisdiction: CN-33-ningbo
issuing_body: NPC Standing Committee
document_number: 财税〔2019〕46号
issued: 2022-04-20
effective: 2022-05-01
expires: 2025-12-31
supersedes: [vel-1996]
superseded_by: vel-2030
url: https://example.org/vel
audience: public
standing: secondary
reported_by: press reports
note: One line.
---

# Vocational Education Law
"""


def test_full_front_matter_fills_every_field() -> None:
    mapping, body = split_front_matter(FULL, "vel.md")
    assert body == "\n# Vocational Education Law\n"
    assert Metadata(**parse_metadata(mapping, "vel.md")) == Metadata(  # type: ignore[arg-type]
        id="vel-2022.en",
        work="vel-2022",
        title_en="Vocational Education Law: 2022 Revision",
        title_zh="中华人民共和国职业教育法",
        language="en",
        kind=Kind.POLICY,
        authority=Authority.LAW,
        status=Status.IN_FORCE,
        jurisdiction="CN-33-ningbo",
        issuing_body="NPC Standing Committee",
        document_number="财税〔2019〕46号",
        issued=dt.date(2022, 4, 20),
        effective=dt.date(2022, 5, 1),
        expires=dt.date(2025, 12, 31),
        supersedes=("vel-1996",),
        superseded_by="vel-2030",
        url="https://example.org/vel",
        audience=Audience.PUBLIC,
        standing=Standing.SECONDARY,
        reported_by="press reports",
        note="One line.",
    )


def test_keys_are_the_fields_of_metadata() -> None:
    assert [field.name for field in dataclasses.fields(Metadata)] == list(KEYS)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            {"status": "inforce"},
            "a.md: status 'inforce' is not one of in_force, trial, amended, repealed, expired, proposed, unknown. "
            "Correct it there.",
        ),
        ({"kind": ""}, "a.md: kind '' is not one of policy, case. Correct it there."),
        ({"audience": None}, "a.md: audience None is not one of public, staff, enterprise. Correct it there."),
        ({"language": "no"}, "a.md: language 'no' is not one of en, zh. Correct it there."),
        ({"issued": "2022"}, "a.md: issued '2022' is not a full date such as 2022-05-01. Correct it there."),
        (
            {"issued": "2022-02-30"},
            "a.md: issued '2022-02-30' is not a full date such as 2022-05-01. Correct it there.",
        ),
        ({"issued": 2022}, "a.md: issued 2022 is not a full date such as 2022-05-01. Correct it there."),
        (
            {"jurisdiction": "China"},
            "a.md: jurisdiction 'China' is not an ISO 3166 code such as CN, CN-50 or CN-33-ningbo. Correct it there.",
        ),
        (
            {"url": "javascript:alert(1)"},
            "a.md: url 'javascript:alert(1)' is not an address that starts with http:// or https://. Correct it there.",
        ),
        (
            {"id": "../a b"},
            "a.md: id '../a b' is not a slug: up to 80 letters, digits, '.', '-' and '_'. Correct it there.",
        ),
        ({"title_en": ["a"]}, "a.md: title_en ['a'] is not a text. Correct it there."),
        ({"note": True}, "a.md: note True is not a text. Correct it there."),
    ],
)
def test_illegal_value_is_named_with_the_legal_ones(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        parse_metadata(mapping, "a.md")
    assert str(caught.value) == message


def test_unknown_key_is_named_with_all_legal_keys() -> None:
    with pytest.raises(MetadataError) as caught:
        parse_metadata({"sidebar": "auto"}, "a.md: front matter")
    legal = ", ".join(KEYS)
    assert str(caught.value) == (f"a.md: front matter: key 'sidebar' is not one of {legal}. Remove or rename it there.")


def test_empty_values_say_not_known() -> None:
    given_values = {"issued": "", "note": None, "supersedes": "", "superseded_by": ""}
    assert parse_metadata(given_values, "a") == {"issued": None, "note": "", "supersedes": (), "superseded_by": ""}


def test_one_superseded_work_needs_no_list_and_texts_become_one_line() -> None:
    parsed = parse_metadata({"supersedes": "vel-1996", "note": "Two\n lines."}, "a")
    assert parsed == {"supersedes": ("vel-1996",), "note": "Two lines."}


@given(st.dictionaries(st.text(max_size=20), st.recursive(st.none() | st.text() | st.integers(), st.lists), max_size=4))
def test_any_mapping_is_typed_or_refused_in_one_line(mapping: dict[str, object]) -> None:
    try:
        parsed = parse_metadata(mapping, "a.md")
    except MetadataError as error:
        assert "\n" not in str(error)
    else:
        assert parsed.keys() == mapping.keys() <= set(KEYS)


@pytest.mark.parametrize("text", ["# Title\n", "\n---\nid: a\n---\n", "---\nno end\n", "----\nid: a\n---\n", ""])
def test_text_without_front_matter_is_left_alone(text: str) -> None:
    assert split_front_matter(text, "a.md") == ({}, text)


def test_empty_front_matter_is_cut() -> None:
    assert split_front_matter("---\n---\nText\n", "a.md") == ({}, "Text\n")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("title_en: a: b", "a.md: front matter: not valid YAML at line 1, mapping values are not allowed here."),
        ("- a\n- b", "a.md: front matter: holds ['a', 'b'], not keys with values."),
        ("id: a\nid: b", "a.md: front matter: not valid YAML at line 1, key 'id' stands twice."),
    ],
)
def test_wrong_front_matter_is_refused(block: str, message: str) -> None:
    with pytest.raises(MetadataError) as caught:
        split_front_matter(f"---\n{block}\n---\n", "a.md")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_scalars_stay_texts(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("id: 007\nlanguage: no\nissued: 2022-02-30\n", encoding="utf-8")
    assert read_metadata_file(file) == {"id": "007", "language": "no", "issued": "2022-02-30"}


def test_missing_metadata_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        read_metadata_file(tmp_path / "m.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'm.yaml'}: cannot be read, No such file or directory. Give a YAML file in UTF-8."
    )


def test_sidecar_by_full_name_wins_over_sidecar_by_stem(tmp_path: Path) -> None:
    (tmp_path / "a.meta.yaml").write_text("status: trial\nid: one\n", encoding="utf-8")
    (tmp_path / "a.pdf.meta.yaml").write_text("status: repealed\n", encoding="utf-8")
    assert read_sidecars(tmp_path / "a.pdf") == {"status": Status.REPEALED, "id": "one"}
    assert read_sidecars(tmp_path / "b.pdf") == {}


def test_wrong_sidecar_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.meta.yaml").write_text("kind: law\n", encoding="utf-8")
    with pytest.raises(MetadataError) as caught:
        read_sidecars(tmp_path / "a.pdf")
    assert str(caught.value) == (
        f"{tmp_path / 'a.meta.yaml'}: kind 'law' is not one of policy, case. Correct it there."
    )


def test_flat_overrides_hold_for_every_file() -> None:
    assert overrides_for(Path("x/a.pdf"), {"kind": "case"}) == {"kind": Kind.CASE}


def test_overrides_by_file_hold_for_that_file_by_name_or_stem() -> None:
    overrides = {"a": {"kind": "case", "status": "trial"}, "a.pdf": {"status": "expired"}}
    assert overrides_for(Path("x/a.pdf"), overrides) == {"kind": Kind.CASE, "status": Status.EXPIRED}
    assert overrides_for(Path("x/a.md"), overrides) == {"kind": Kind.CASE, "status": Status.TRIAL}
    assert overrides_for(Path("x/b.md"), overrides) == {}
    assert overrides_for(Path("x/b.md"), None) == {}


def test_misspelt_file_name_does_not_pass() -> None:
    check_file_names({"a": {"kind": "case"}}, [Path("x/a.pdf")])
    check_file_names({"kind": "case"}, [])
    with pytest.raises(MetadataError) as caught:
        check_file_names({"b.pdf": {"kind": "case"}}, [Path("x/a.pdf")])
    assert str(caught.value) == "--metadata: no file 'b.pdf' is being read. Give its name or stem exactly."


def test_many_keys_of_front_matter_take_no_time() -> None:
    keys = [(yaml.ScalarNode("tag:yaml.org,2002:str", f"k{n}"), yaml.ScalarNode("tag:yaml.org,2002:str", "v")) for n in range(20_000)]
    start = time.process_time()
    assert len(_Loader("").construct_mapping(yaml.MappingNode("tag:yaml.org,2002:map", keys))) == 20_000
    assert time.process_time() - start < 2


def test_front_matter_takes_no_aliases_and_a_sidecar_does(tmp_path: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        split_front_matter("---\naliases: &a [x]\nnote: [*a, *a]\n---\n", "a.md")
    assert str(caught.value) == "a.md: front matter: not valid YAML at line 2, an alias (*name) is no value here. Quote values that hold ': '."
    (tmp_path / "m.yaml").write_text("a.md: &a {note: x}\nb.md: *a\n", encoding="utf-8")
    assert read_metadata_file(tmp_path / "m.yaml") == {"a.md": {"note": "x"}, "b.md": {"note": "x"}}


def test_a_sidecar_holds_no_more_than_anybody_writes(tmp_path: Path) -> None:
    sidecar, most = tmp_path / "a.meta.yaml", metadata.MOST_SIDECAR_BYTES
    sidecar.write_text("note: " + "x" * (most - 6), encoding="utf-8")
    assert read_sidecars(tmp_path / "a.pdf") == {"note": "x" * (most - 6)}
    sidecar.write_text("note: " + "x" * (most - 5), encoding="utf-8")
    with pytest.raises(MetadataError) as caught:
        read_sidecars(tmp_path / "a.pdf")
    assert str(caught.value) == f"{sidecar}: has more than 32,768 bytes, so it is no metadata. Leave only keys with short values in it."
    with pytest.raises(MetadataError, match=r"^a\.md: front matter: has more than 32,768 bytes, so it is no metadata\."):
        split_front_matter("---\nnote: " + "字" * 11_000 + "\n---\n", "a.md")


def test_a_sidecar_larger_than_memory_is_not_taken_into_it(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.meta.yaml"
    with sidecar.open("wb") as out:
        out.truncate(1 << 40)  # sparse: takes no room
    with pytest.raises(MetadataError, match="has more than 32,768 bytes"):
        read_sidecars(tmp_path / "a.pdf")


BOMB = "aliases: &a0 [x]\n" + "".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
REPEATED = f"note: &a {'x' * 16_000}\naliases: [{', '.join(['*a'] * 4_000)}]"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: " + "[" * 30_000, "not valid YAML at line 1, nested too deep. Quote values that hold ': '."),
        ("{a: " * 8_000, "not valid YAML at line 1, nested too deep. Quote values that hold ': '."),
        ("- " * 16_000, "not valid YAML at line 1, nested too deep. Quote values that hold ': '."),
        (BOMB, "stands for more than 1,000,000 characters. Write values out instead of aliases (*name)."),
        (REPEATED, "stands for more than 1,000,000 characters. Write values out instead of aliases (*name)."),
        ("note: &a [*a]", "not valid YAML at line 1, found unconstructable recursive node. Quote values that hold ': '."),
        ("note: !!python/object/apply:os.system [true]", "note ['true'] is not a text. Correct it there."),
    ],
)
def test_a_sidecar_made_to_exhaust_is_one_line_at_once(tmp_path: Path, text: str, what: str) -> None:
    sidecar = tmp_path / "a.meta.yaml"
    sidecar.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(MetadataError) as caught:
        read_sidecars(tmp_path / "a.pdf")
    assert str(caught.value) == f"{sidecar}: {what}"
    assert time.process_time() - start < 2


def test_twenty_levels_can_be_written_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("a: " + "[" * 18 + "x" + "]" * 18, encoding="utf-8")
    assert str(read_metadata_file(file)) == "{'a': " + "[" * 18 + "'x'" + "]" * 18 + "}"
    file.write_text("a: " + "[" * 19 + "x" + "]" * 19, encoding="utf-8")
    with pytest.raises(MetadataError, match="at line 1, nested too deep"):
        read_metadata_file(file)
