"""The README's first steps, taken: the first start fills the library that ships, and the first answer is the one printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_answer_in_the_terminal_is_as_printed(tmp_path: Path) -> None:
    sample = re.search(r'as printed by `make ask Q="(.+?)"`:\n\n```\n(.+?)```', README, re.DOTALL)
    documents = re.search(r"fills the library with (\d+) documents", README)
    assert sample
    assert documents
    question, printed = sample.groups()
    environment = os.environ | {"ASSISTANT_HOME": str(tmp_path / "home")}
    asked = [sys.executable, "-m", "assistant", "ask", "--", question]
    done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    *said, foot = done.stdout.strip().splitlines()
    *shown, last = printed.strip().splitlines()
    assert said == shown
    revision = f" · 资料库修订号 {documents[1]} · "
    assert revision in last
    assert revision in foot
