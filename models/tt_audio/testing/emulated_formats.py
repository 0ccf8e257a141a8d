# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The number formats of a GPU, emulated on a CPU in fp32: which digits are lost, not how fast.

TF32: the operands of convolutions and matrix products are rounded to 10 bits of mantissa, sums stay fp32. bfloat16 and
float16: the operands and the result of every op are rounded. A GPU adds in another order, which this leaves out.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from ..torch_backend.stages import Format

# Op -> the arguments that a product multiplies; the others are added.
OPERANDS = {
    **dict.fromkeys(("convolution", "conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "linear"), (0, 1)),
    **dict.fromkeys(("mm", "bmm", "matmul"), (0, 1)),
    **dict.fromkeys(("addmm", "baddbmm"), (1, 2)),
    "scaled_dot_product_attention": (0, 1, 2),
}


def rounded(x: Tensor, form: Format) -> Tensor:
    """Return x in fp32 with the values that a format has, the nearest ones."""
    if x.dtype != torch.float32:
        return x
    if form.dtype != torch.float32:
        return x.to(form.dtype).float()
    if not form.tf32:
        return x
    return ((x.view(torch.int32) + 0x1000) & ~0x1FFF).view(torch.float32)


class Emulated(TorchDispatchMode):
    """Computes the ops of the block as a GPU does in a format."""

    def __init__(self, form: Format):
        super().__init__()
        self.form = form

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        changes = function._schema.is_mutable
        if not changes and any(returned.alias_info is not None for returned in function._schema.returns):
            return function(*args, **kwargs)  # a view: a rounded copy would not be part of the whole
        name = function._schema.name.removeprefix("aten::")
        places: Sequence[int] = OPERANDS.get(name, ())
        if self.form.dtype != torch.float32 and not changes:
            places = range(len(args))
        given = [self._rounded(value) if place in places else value for place, value in enumerate(args)]
        result = function(*given, **kwargs)
        if self.form.dtype == torch.float32:
            return result
        if changes:
            args[0].copy_(self._rounded(args[0]))
            return result
        return tree_map(self._rounded, result)

    def _rounded(self, value: Any) -> Any:
        return rounded(value, self.form) if isinstance(value, Tensor) else value
