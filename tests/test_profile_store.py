"""Saved profiles: files of the home folder, and of nowhere else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from assistant.benefits.profile import Profile
from assistant.benefits.profile_store import ProfileStore
from assistant.errors import ProfileError


def test_a_profile_is_saved_listed_loaded_and_forgotten(tmp_path: Path) -> None:
    store, profile = ProfileStore(tmp_path), Profile({"name": "甲公司", "takes_interns": False, "profit": Decimal("-12.5")})
    assert store.names() == []
    store.save("甲公司 2026", profile)
    store.save("b", Profile())
    assert store.names() == ["b", "甲公司 2026"]
    assert store.load("甲公司 2026") == profile
    store.save("甲公司 2026", Profile({"takes_interns": True}))
    assert store.load("甲公司 2026").facts == {"takes_interns": True}
    store.delete("甲公司 2026")
    store.delete("甲公司 2026")
    assert store.names() == ["b"]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["b.yaml"]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", ".hidden", "a\n", "x" * 61, "a."])
def test_a_name_can_only_be_that_of_a_file_in_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProfileError, match="profile name"):
        ProfileStore(tmp_path).save(name, Profile())
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_or_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        ProfileStore(tmp_path).load("none")
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "bad.yaml").write_text("wages: 5", encoding="utf-8")
    with pytest.raises(ProfileError, match="'wages' is not one of the fields"):
        ProfileStore(tmp_path).load("bad")
