"""The prompts that ship: one Markdown file for each step and language, with ``$variables`` (``string.Template``)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from assistant.config import shipped
from assistant.errors import ConfigError
from assistant.exchange import Message

VARIABLES: Mapping[str, frozenset[str]] = {
    "answer": frozenset({"fence", "passages", "question", "today"}),
    "repair": frozenset({"fence", "passages", "question", "rejected"}),
    "condense": frozenset({"history", "question"}),
    "plan": frozenset({"most", "question"}),
}
"""The prompts, and the variables that each must use and no other."""
_PARTS = re.compile(r"\A# System\n(.+?)\n# User\n(.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file, read."""

    system: Template
    user: Template

    def fill(self, **variables: str) -> list[Message]:
        """Return the messages; a ``$`` within a value stays as it is.

        Raises:
            KeyError: a variable is missing.
        """
        return [Message("system", self.system.substitute(variables)), Message("user", self.user.substitute(variables))]


@functools.cache
def load_prompt(name: str, language: str) -> Prompt:
    """Return the prompt for a step in a language.

    Raises:
        ConfigError: the file is missing, has other parts than ``# System`` and ``# User``, or other variables than its caller gives.
    """
    path = shipped("prompts") / f"{name}.{language}.md"
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such prompt. Put the file back, or install the package again.")
    parts = _PARTS.match(path.read_text(encoding="utf-8"))
    if not parts:
        raise ConfigError(f"{path}: has not the parts '# System' and '# User', in this order. Correct the file.")
    system, user = Template(parts[1].strip()), Template(parts[2].strip())
    if not (system.is_valid() and user.is_valid()):
        raise ConfigError(f"{path}: has a '$' that begins no variable. Write '$$' for the sign itself.")
    used = {*system.get_identifiers(), *user.get_identifiers()}
    if used != VARIABLES[name]:
        raise ConfigError(f"{path}: uses the variables {_named(used)}, but must use {_named(VARIABLES[name])}. Correct the file.")
    return Prompt(system, user)


def _named(variables: set[str] | frozenset[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(variables))
