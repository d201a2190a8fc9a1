"""Every setting is documented with its variable."""

from __future__ import annotations

from pathlib import Path

from assistant.config import Settings

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_has_a_row() -> None:
    rows = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"| `ASSISTANT_{name.upper()}` |" not in rows] == []
