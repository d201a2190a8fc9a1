"""What the bilingual model knows of each piece of a text where it stands: its layers before they are summed up to one vector.

The network is that of ``library.bilingual``, computed once more in torch, because the package gives only the sums. Used to read
question and text together, and to train what reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

WIDTH = 1280
"""Of a piece's features: its own 512, and 256 of each window of two, three and five pieces."""
_WINDOWS = ((2, 0), (3, 1), (5, 2))
"""Pieces in each window, and how many of them stand before the piece."""


class PieceFeatures:
    """The layers of the bilingual model below the sum.

    Args:
        layers: the arrays of the package's ``weights.npz``; in place of its blocks ``table``, a row a piece in eight bits, shape
            ``(pieces, 512)``, and what one step and zero stand for in each, ``scale`` and ``low``, shape ``(pieces,)``.
        device: where torch computes.
    """

    def __init__(self, layers: Mapping[str, npt.NDArray[Any]], device: str = "cpu") -> None:
        def of(name: str) -> Tensor:
            return torch.from_numpy(np.asarray(layers[name], np.float32)).to(device)

        def joined(name: str) -> Tensor:
            return torch.cat([of(f"{name}{size}") for size, _ in _WINDOWS], dim=-1)

        self.device = device
        self._table = torch.from_numpy(layers["table"]).to(device)
        self._scale, self._low = of("scale")[:, None], of("low")[:, None]
        self._projection, self._projection_bias = joined("proj"), joined("proj_b")
        self._inner_norm = joined("ln_g"), joined("ln_b")
        self._windows = [(of(f"w1_{size}"), of(f"b1_{size}"), of(f"w2_{size}"), of(f"b2_{size}")) for size, _ in _WINDOWS]
        self._outer_norm = of("ln_g"), of("ln_b")
        self._eps = float(layers["eps"])

    @torch.no_grad()
    def __call__(self, pieces: Tensor, there: Tensor) -> Tensor:
        """Return features of shape ``(texts, length, WIDTH)``; zeros where ``there`` (bool, same shape as ``pieces``) is false."""
        mask = there[..., None].float()
        own = (self._table[pieces].float() * self._scale[pieces] + self._low[pieces]) * mask
        inner = F.layer_norm(own @ self._projection + self._projection_bias, self._inner_norm[0].shape, *self._inner_norm, self._eps)
        parts = [own]
        for place, ((size, before), (w1, b1, w2, b2)) in enumerate(zip(_WINDOWS, self._windows, strict=True)):
            width = w1.shape[1]
            x = inner[..., place * width : (place + 1) * width] * mask
            h = (torch.relu(_around(x, size, before) @ w1 + b1) + x) * mask
            parts.append(torch.relu(_around(h, size, before) @ w2 + b2) + h)
        return F.layer_norm(torch.cat(parts, dim=-1), (WIDTH,), *self._outer_norm, self._eps) * mask


def _around(x: Tensor, size: int, before: int) -> Tensor:
    """Return each row with its neighbours side by side, zeros beyond the ends: shape ``(texts, length, size * width)``."""
    padded = F.pad(x, (0, 0, before, size - 1 - before))
    return torch.cat([padded[:, k : k + x.shape[1]] for k in range(size)], dim=-1)
