"""``python -m evals reading-texts``: gather what the reading network learns from into one file.

Here are the tokenizers and the packaged models; ``fit-reader`` needs the file alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from assistant.library.bilingual import open_bilingual
from assistant.library.embedding import packaged_model
from evals.near_misses import read_questions
from evals.options import ROOT
from evals.reading_bundle import Bundle, Pieces, renumbered
from evals.reading_questions import Pair, Texts, phrase_pairs, question_pairs
from evals.reading_texts import Meanings, meanings, public_pairs

LONGEST = 64
"""Pieces of a text whose meaning is learned."""


def pack(pairs: Sequence[Pair], learned: Meanings, alike: int) -> Bundle:
    """Return all that training needs; the first ``alike`` of what is ``learned`` mean themselves."""
    model, location = open_bilingual(), packaged_model()
    tokenizer = Tokenizer.from_file(str(location / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    questions, texts, rows = _rows(pairs)
    own: list[Pieces] = [[model.encode(t)[:LONGEST] for t, _ in learned.known], [model.encode(t)[:LONGEST] for t in learned.guessed], questions, texts]
    meaning: Pieces = [e.ids[:LONGEST] for e in tokenizer.encode_batch([text for _, text in learned.known])]
    pieces, own = renumbered(own)
    words, (meaning,) = renumbered([meaning])
    weights = load_file(location / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][words]
    bert = {name: w for name, w in weights.items() if "pooler" not in name and "position_ids" not in name}
    layers = dict(model.layers())
    layers |= {name: layers[name][pieces] for name in ("table", "scale", "low")}
    spelled = tokenizer.get_vocab()
    place = {int(word): k for k, word in enumerate(words)}
    begins = [(k, spelling[1:].lower()) for k, spelling in enumerate(model.spelling(int(p)) for p in pieces) if spelling.startswith("▁")]
    written = [(k, place.get(spelled.get(word, -1), -1)) for k, word in begins]
    config = json.loads((location / "config.json").read_text(encoding="utf-8")) | {"vocab_size": len(words)}
    alike_words = np.array([(k, word) for k, word in written if word >= 0], np.int64)
    return Bundle((own[0], meaning), alike, own[1], own[2], own[3], rows, alike_words, layers, bert, config)


def _rows(pairs: Sequence[Pair]) -> tuple[Pieces, Pieces, np.ndarray]:
    """Return questions and texts in pieces, each once, and a row a pair; of pairs that are there twice, the first."""
    encode = open_bilingual().encode
    questions: dict[str, int] = {}
    texts: dict[tuple[int, ...], int] = {}
    rows: dict[tuple[int, int], tuple[float, float, float]] = {}
    for pair in pairs:
        question = questions.setdefault(pair.question, len(questions))
        text = texts.setdefault(tuple(pair.text.pieces(encode)), len(texts))
        rows.setdefault((question, text), (pair.label, pair.weight, -1.0 if pair.fold is None else pair.fold))
    table = np.array([(*places, *rest) for places, rest in rows.items()], np.float32)
    return [encode(q) for q in questions], [list(t) for t in texts], table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``reading-texts``."""
    parser.add_argument("--texts", type=Path, default=ROOT.parent / "shared", metavar="FOLDER", help="the folder with laws/, seeds/ and bench/")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write it (.npz)")


def main(args: argparse.Namespace) -> int:
    """Gather, write, say how much it is and return 0."""
    texts, embed, bench = Texts(args.texts), open_bilingual().embed, args.texts / "bench"
    pairs = [*question_pairs(read_questions(), texts, embed), *phrase_pairs(texts, embed), *public_pairs(bench, embed)]
    learned = meanings(bench, texts)
    alike = sum(text == meaning for text, meaning in learned.known)
    bundle = pack(pairs, learned, alike)
    bundle.write(args.out)
    answers = float((bundle.pairs[:, 2] == 1).mean())
    print(f"{args.out}: {len(bundle.pairs)} pairs, of which {answers:.0%} answer; {len(learned.known)} texts with what they mean")
    return 0
