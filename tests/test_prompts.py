"""Prompt files: each in both languages, with exactly the variables that its caller gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.chat import prompts
from assistant.chat.prompts import VARIABLES, load_prompt
from assistant.config import load_settings, shipped
from assistant.errors import ConfigError


def test_the_files_are_those_that_are_used() -> None:
    assert {p.name for p in shipped("prompts").glob("*.md")} == {f"{name}.{language}.md" for name in VARIABLES for language in ("en", "zh")}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_each_prompt_is_filled_with_its_variables(name: str, language: str) -> None:
    values = {variable: f"<{variable}> costs $5" for variable in VARIABLES[name]}
    system, user = load_prompt(name, language).fill(**values)
    assert (system.role, user.role) == ("system", "user")
    assert all(value in system.text + user.text for value in values.values())
    assert values.get("passages", "") not in system.text or "passages" not in values  # what documents say is never the system's word
    with pytest.raises(KeyError):
        load_prompt(name, language).fill()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# System\nAnswer.\n# User\n$question $history $more\n", "uses the variables $history, $more, $question, but must use $history, $question"),
        ("# System\nAnswer for 5 $.\n# User\n$question $history\n", "has a '$' that begins no variable. Write '$$'"),
        ("Answer $question $history\n", "has not the parts '# System' and '# User', in this order"),
        (None, "there is no such prompt"),
    ],
)
def test_a_file_that_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, message: str) -> None:
    monkeypatch.setattr(prompts, "shipped", lambda folder: tmp_path)
    if text is not None:
        (tmp_path / "condense.en.md").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_prompt.__wrapped__("condense", "en")
    assert message in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / "condense.en.md"))


def test_the_fingerprint_tells_prompts_and_models_apart_but_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_settings().fingerprint()
    assert load_settings(chat_model="openai:m").fingerprint() != plain
    assert load_settings(database_url="postgresql://u:secret@h/d").fingerprint() == plain
    assert "secret" not in repr(load_settings(database_url="postgresql://u:secret@h/d"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    assert load_settings().fingerprint() == plain
