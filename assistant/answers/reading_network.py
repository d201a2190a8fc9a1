"""The network that reads a question and a text together: a cross-encoder over the layers of multilingual-e5-small.

E5 compares two texts by a vector each. Here its layers see both at once, each word of the text beside each of the question; what is read off is
whether the text answers. All its weights were taught (``python -m evals fit-reader``), but only the greater part of what that changed ships with the
assistant: of each matrix the product of two thin ones (its singular vectors), a byte a weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from assistant.library.multilingual_e5 import HEADS, INNER, LAYERS, PLACES, WIDTH

RANK = 64
"""Of the change to each matrix: five sixths of it (of the squares), by which the log-odds agree with the whole change at .99."""
_LEVELS = 127
_UP, _DOWN, _SCALES = ".up", ".down", ".scales"
Weights = Mapping[str, npt.NDArray[Any]]


class ReadingNetwork(nn.Module):
    """Gives the log-odds that a text answers a question.

    Args:
        weights: of the layers, by the names of a ``BertModel``, and of the head, if it was taught before.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=1,  # vectors of pieces come from outside
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=INNER,
            max_position_embeddings=PLACES,
            layer_norm_eps=1e-12,
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        self.head = nn.Sequential(nn.Linear(2 * WIDTH, WIDTH), nn.Tanh(), nn.Dropout(0.1), nn.Linear(WIDTH, 1))
        for part, prefix in self._parts():
            own = part.state_dict()
            taught = {name: weights[prefix + name] for name in own if prefix + name in weights}
            part.load_state_dict(own | {name: torch.from_numpy(np.asarray(values, np.float32)) for name, values in taught.items()})

    def forward(self, words: Tensor, there: Tensor) -> Tensor:
        """Return log-odds, shape ``(pairs,)``.

        Args:
            words: vectors of the pieces of each pair, shape ``(pairs, length, WIDTH)``.
            there: which places hold a piece, bool, shape ``(pairs, length)``.
        """
        states = self.bert(inputs_embeds=words, attention_mask=there.long()).last_hidden_state
        present = there[..., None].to(states.dtype)
        mean = (states * present).sum(1) / present.sum(1)
        odds: Tensor = self.head(torch.cat([states[:, 0], mean], dim=1))[:, 0]
        return odds

    def weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return all weights but the vectors of pieces, as the network takes them."""
        whole = {prefix + name: values for part, prefix in self._parts() for name, values in part.state_dict().items()}
        return {name: values.detach().float().cpu().numpy() for name, values in whole.items() if "word_embeddings" not in name}

    def _parts(self) -> tuple[tuple[nn.Module, str], ...]:
        return (self.bert, ""), (self.head, "head.")


def changes_between(before: Weights, after: Weights) -> dict[str, npt.NDArray[Any]]:
    """Return what ships of a change of weights; ``before`` has no head, so that of ``after`` ships whole, in half precision."""
    changes: dict[str, npt.NDArray[Any]] = {}
    for name, values in after.items():
        if name not in before or values.ndim < 2 or "embeddings" in name:
            changes[name] = values.astype(np.float16)
            continue
        left, strength, right = np.linalg.svd(values - before[name], full_matrices=False)
        root = np.sqrt(strength[:RANK])
        for end, thin in ((_UP, (left[:, :RANK] * root).T), (_DOWN, root[:, None] * right[:RANK])):  # a row for each singular value
            scales = np.maximum(np.abs(thin).max(axis=1, keepdims=True), 1e-9) / _LEVELS
            changes[name + end], changes[name + end + _SCALES] = np.round(thin / scales).astype(np.int8), scales.astype(np.float32)
    return changes


def changed(weights: Weights, changes: Weights) -> dict[str, npt.NDArray[np.float32]]:
    """Return weights with what training changed.

    Raises:
        KeyError: a part of the changes is missing.
    """
    out = {name: np.asarray(values, np.float32) for name, values in weights.items()}
    for name, values in changes.items():
        if name.endswith(_UP):
            whole = name.removesuffix(_UP)
            up, down = (changes[whole + end] * changes[whole + end + _SCALES] for end in (_UP, _DOWN))
            out[whole] = out[whole] + up.T @ down
        elif not name.endswith((_DOWN, _SCALES)):
            out[name] = np.asarray(values, np.float32)
    return out
