"""The README's first steps, taken: the first start fills the library that ships, and the first answer is the one printed there.

``python -m tests.readme [FOLDER]``; a step of CI and not a test, for filling the library takes a minute or two. Given a folder, which
must be empty or not there yet, the library stays in it.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Return 0 if the answer is as printed; else print how it differs, and return 1."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sample = re.search(r'as printed by `make ask Q="(.+?)"`:\n\n```\n(.+?)```', readme, re.DOTALL)
    documents = re.search(r"fills the library with (\d+) documents", readme)
    if not sample or not documents:
        print("README.md: has no sample answer, or does not say how many documents are taken in", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        if home.is_dir() and any(home.iterdir()):
            print(f"{home}: is not empty, so this would not be the first start. Name a folder that is not there.", file=sys.stderr)
            return 2
        asked = [sys.executable, "-m", "assistant", "ask", "--", sample[1]]
        answer = subprocess.run(asked, cwd=ROOT, env=os.environ | {"ASSISTANT_HOME": str(home)}, stdout=subprocess.PIPE, text=True, check=True).stdout
    said = re.sub(r"^截至.*? · 资料库修订号 (\d+) · .*$", r"截至… · 资料库修订号 \1 · …", answer.strip(), flags=re.MULTILINE)
    differing = list(difflib.unified_diff(sample[2].strip().splitlines(), said.splitlines(), "README.md", "assistant ask", lineterm=""))
    if f" · 资料库修订号 {documents[1]} · " not in said:
        differing.append(f"README.md says that {documents[1]} documents are taken in")
    print("\n".join(differing) or "the first answer is as README.md prints it")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
