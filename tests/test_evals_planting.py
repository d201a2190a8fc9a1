"""Planted changes: what is faithful stays, what is changed is another sentence, and the judge tells them apart."""

from pathlib import Path

from assistant.config import shipped
from evals.library import shipped_judge
from evals.plain_sentences import read_sentences
from evals.planting import pools, trials, withheld

SAMPLE = 40


def test_the_judge_catches_what_is_planted_and_keeps_what_is_faithful() -> None:
    """Over the corpus that ships, on sentences of another draw than the measurement's."""
    for language, pool in pools(None, shipped("corpus")).items():
        with shipped_judge() as judge:
            shares = withheld(trials(pool, language, SAMPLE, seed=7), judge)
        rates = {group: share.part / share.of for (_, group, kind), share in shares.items() if kind == "all"}
        assert rates["hard"] >= 0.95, (language, shares)
        assert rates["soft"] >= 0.8, (language, shares)
        assert rates["faithful"] <= 0.08, (language, shares)


def test_trials_are_drawn_alike_every_time() -> None:
    pool = pools(None, shipped("corpus"))["en"]
    assert list(trials(pool, "en", 10)) == list(trials(pool, "en", 10))


def test_a_change_changes_the_sentence_and_not_its_context(tmp_path: Path) -> None:
    pool = pools(None, shipped("corpus"))["zh"]
    for trial in trials(pool, "zh", 20):
        if trial.group != "faithful" and trial.kind != "condition dropped":  # that leaves a part of the sentence
            assert trial.response not in trial.context
        if trial.kind == "copy":
            assert trial.response in trial.context


def test_headings_and_comments_are_no_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.en.md"
    sentence = "An enterprise must pay interns who work on the post at least 80%."
    path.write_text(f"---\nid: a\n---\n<!-- no -->\n# Heading of the whole text here\n\n{sentence}\n", encoding="utf-8")
    assert [s.text for s in read_sentences([path])] == [sentence]
