"""The network that reads a question and a text together: MiniLM's layers over the pieces of the bilingual model.

MiniLM compares two English texts by a vector each. Here its layers see both at once, in either language: the features of
``library.pieces`` are mapped to where its word vectors lie, and its weights are changed by products of two thin matrices (LoRA,
Hu et al. 2021). Only these, the map, the norms and the head ship with the assistant; the rest is the packaged model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import BertModel

from assistant.library.pieces import WIDTH, PieceFeatures

QUESTION_PIECES, PIECES = 48, 192
"""Pieces of a question, and of question and text together, that are read; what is longer is cut."""
RANK = 32
"""Of the change to each matrix."""
_HEAD = 64
_LINEAR = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")


class Change(nn.Module):
    """A change of low rank to a matrix of shape ``(outputs, inputs)``."""

    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.zeros(outputs, RANK))
        self.down = nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the matrix, changed."""
        return weight + self.up @ self.down


class ReadingNetwork(nn.Module):
    """Gives the log-odds that a text answers a question.

    Args:
        bert: MiniLM without its word vectors being used; it is changed in place.
    """

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        width = bert.config.hidden_size
        self.map = nn.Linear(WIDTH, width)
        self.bert = bert
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * width, _HEAD), nn.Tanh(), nn.Dropout(0.1), nn.Linear(_HEAD, 1))
        types = bert.embeddings.token_type_embeddings.weight
        types.data[1] = types.data[0]  # it was trained with the first only
        for parameter in bert.parameters():
            parameter.requires_grad_(False)
        for name, module in bert.named_modules():
            if isinstance(module, nn.LayerNorm):
                module.requires_grad_(True)
            elif name.endswith(_LINEAR) and isinstance(module, nn.Linear):
                parametrize.register_parametrization(module, "weight", Change(module.out_features, module.in_features))
        types.requires_grad_(True)

    def states(self, features: Tensor, there: Tensor, second: Tensor) -> Tensor:
        """Return what the layers make of each piece, shape ``(pairs, length, width)``.

        Args:
            features: of the pieces, shape ``(pairs, length, WIDTH)``: those of the question, then those of the text.
            there: which places hold a piece, bool, shape ``(pairs, length)``.
            second: 1 where a piece is of the text, 0 where it is of the question, same shape.
        """
        states: Tensor = self.bert(inputs_embeds=self.map(features), attention_mask=there, token_type_ids=second).last_hidden_state
        return states

    def forward(self, features: Tensor, there: Tensor, second: Tensor) -> Tensor:
        """Return log-odds, shape ``(pairs,)``; the arguments are those of ``states``."""
        states = self.states(features, there, second)
        asked = (there & (second == 0))[..., None].to(states.dtype)
        question = (states * asked).sum(1) / asked.sum(1)
        odds: Tensor = self.head(torch.cat([states[:, 0], question], dim=1))[:, 0]
        return odds

    def trained(self) -> dict[str, npt.NDArray[np.float16]]:
        """Return what training changed, by name."""
        return {name: p.detach().cpu().numpy().astype(np.float16) for name, p in self.named_parameters() if p.requires_grad}

    def take(self, trained: Mapping[str, npt.NDArray[np.float16]]) -> None:
        """Set what training changed.

        Raises:
            KeyError: a part is missing.
        """
        for name, parameter in self.named_parameters():
            if parameter.requires_grad:
                parameter.data = torch.from_numpy(np.asarray(trained[name], np.float32)).to(parameter)

    def settle(self) -> None:
        """Work the changes into the matrices, so that reading costs no more than MiniLM does."""
        for module in self.bert.modules():
            if parametrize.is_parametrized(module):
                parametrize.remove_parametrizations(module, "weight")


def pair_up(features: PieceFeatures, questions: Sequence[Sequence[int]], texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return what ``ReadingNetwork`` takes, of as many questions as texts, each given by its pieces: the question, then the text behind it."""
    asked = [question[:QUESTION_PIECES] for question in questions]
    read = [text[: PIECES - len(question)] for question, text in zip(asked, texts, strict=True)]
    first, second = (features(*padded(rows, features.device)) for rows in (asked, read))
    before, length = (torch.tensor([len(row) for row in rows], device=features.device)[:, None] for rows in (asked, read))
    place = torch.arange(int((before + length).max()), device=features.device)[None]
    there, behind = place < before + length, place >= before

    def at(rows: Tensor, places: Tensor) -> Tensor:
        return torch.gather(rows, 1, places.clamp(0, rows.shape[1] - 1)[..., None].expand(-1, -1, WIDTH))

    joined = torch.where(behind[..., None], at(second, place - before), at(first, place.expand(len(asked), -1)))
    return joined * there[..., None], there, (behind & there).long()


def padded(rows: Sequence[Sequence[int]], device: str) -> tuple[Tensor, Tensor]:
    """Return rows as one table, shape ``(rows, longest)``, and where they have something."""
    longest = max(map(len, rows))
    table = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=device)
    return table, torch.arange(longest, device=device)[None] < torch.tensor([len(row) for row in rows], device=device)[:, None]
