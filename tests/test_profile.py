"""Profiles: what may be said of an enterprise, and the one line where it is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.benefits.profile import LIMIT, Profile, parse_profile, read_profile, written
from assistant.benefits.profile_fields import FieldKind, fields
from assistant.errors import ProfileError

FLAGS = [name for name, of in fields().items() if of.kind is FieldKind.FLAG]
MONEY = [name for name, of in fields().items() if of.kind is FieldKind.MONEY]


def read(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "enterprise.yaml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def test_a_file_is_read_with_numbers_as_people_write_them(tmp_path: Path) -> None:
    lines = ("name: 甲公司", "place: CN-50", "takes_interns: yes", "total_wages: 3000万", "donations: '1,500,000'", "profit: -20万元", "staff_on_post: 200")
    profile = read(tmp_path, "\n".join((*lines, "share_held: 40%")))
    assert profile.facts == {
        "name": "甲公司",
        "place": "CN-50",
        "takes_interns": True,
        "total_wages": Decimal(30_000_000),
        "donations": Decimal(1_500_000),
        "profit": Decimal(-200_000),
        "staff_on_post": Decimal(200),
        "share_held": Decimal(40),
    }
    assert profile.numbers["share_held"] == Decimal("0.4")
    assert (profile.name, profile.place) == ("甲公司", "CN-50")


@pytest.mark.parametrize("unknown", ["unknown", "Unknown", "未知", "''", ""])
def test_what_is_said_to_be_unknown_stays_unknown(tmp_path: Path, unknown: str) -> None:
    assert read(tmp_path, f"total_wages: {unknown}\ntakes_interns: {unknown}\nplace: {unknown}\n").facts == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wages: 5", "'wages' is not one of the fields name, place,"),
        ("takes_interns: maybe", "takes_interns 'maybe' is not yes, no or unknown"),
        ("total_wages: -5", "total_wages '-5' is not an amount of yuan of 0 or more"),
        ("total_wages: a lot", "total_wages 'a lot' is not an amount"),
        ("staff_on_post: 2.5", "staff_on_post '2.5' is not a whole number"),
        ("share_held: 140", "share_held '140' is not a percentage from 0 to 100"),
        ("total_wages: 1,00", "total_wages '1,00' is not an amount"),
        ("place: Chongqing", "place 'Chongqing' is not an ISO 3166 code"),
        ("total_wages: [1, 2]", "total_wages \"['1', '2']\" is not an amount"),
        (f"total_wages: {LIMIT + 1}", f"total_wages '{LIMIT + 1}' is not an amount"),
    ],
)
def test_a_wrong_field_or_value_is_one_line_that_says_what_where_and_what_is_legal(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ProfileError) as error:
        read(tmp_path, line)
    message = str(error.value)
    assert "enterprise.yaml: " in message
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_no_mapping_is_an_error_of_the_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="not keys with values"):
        read(tmp_path, "just words")
    with pytest.raises(ProfileError, match="cannot be read"):
        read_profile(tmp_path / "none.yaml")


@given(
    st.dictionaries(st.sampled_from(FLAGS), st.booleans(), max_size=6),
    st.dictionaries(st.sampled_from(MONEY), st.decimals(0, LIMIT, places=2, allow_nan=False), max_size=6),
)
def test_what_is_written_reads_back(flags: dict[str, bool], money: dict[str, Decimal]) -> None:
    profile = Profile({**flags, **money})
    assert parse_profile(written(profile), "back") == profile


def test_every_field_is_worded_in_both_languages() -> None:
    for of in fields().values():
        assert of.label.zh
        assert of.label.en.isascii()
        assert bool(of.help.zh) == bool(of.help.en)


def test_the_docs_list_every_field_with_its_kind() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "benefits.md").read_text(encoding="utf-8")
    assert [name for name, of in fields().items() if f"| `{name}` | {of.kind} |" not in page] == []
