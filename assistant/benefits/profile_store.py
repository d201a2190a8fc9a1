"""Profiles that were saved, as YAML files in ``profiles/`` of the home folder: on this machine, and nowhere else."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import yaml

from assistant.benefits.profile import Profile, read_profile, written
from assistant.errors import ProfileError

_NAME = re.compile(r"\w(?:[\w ()（）.-]{0,58}[\w)）])?")
"""No separators of folders and no leading point: a name can only be a file in the folder."""


class ProfileStore:
    """The saved profiles of one home folder, or those that one person has saved there.

    Args:
        owner: the name with which somebody has signed in; empty where nobody signs in.
    """

    def __init__(self, home: Path, owner: str = "") -> None:
        self._folder = home / "profiles"
        if owner:
            self._folder /= hashlib.sha256(owner.encode()).hexdigest()[:16]  # any name can be that of a folder

    def names(self) -> list[str]:
        """Return the names of the saved profiles, in order."""
        return sorted(path.stem for path in self._folder.glob("*.yaml"))

    def save(self, name: str, profile: Profile) -> None:
        """Save a profile; one of the same name is replaced.

        Raises:
            ProfileError: the name cannot be that of a file, or the folder cannot be written.
        """
        path = self._path(name)
        text = yaml.safe_dump(written(profile), allow_unicode=True, sort_keys=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            raise ProfileError(f"{path}: cannot be written ({error.strerror or error}). Check the folder and the disk.") from error

    def load(self, name: str) -> Profile:
        """Return a saved profile.

        Raises:
            ProfileError: there is none of that name, or its file is damaged.
        """
        return read_profile(self._path(name))

    def delete(self, name: str) -> None:
        """Forget a saved profile; none of that name is no error."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ProfileError(f"profile name {name[:60]!r}: write up to 60 letters, digits, spaces, points or hyphens, starting with a letter or digit.")
        return self._folder / f"{name}.yaml"
