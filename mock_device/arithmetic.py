# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How a Tensix core rounds: storage formats, and the operands of its matrix unit.

The matrix unit multiplies mantissas in pieces. An operand enters with at most 10 explicit mantissa bits (TF32; longer
ones are cut, not rounded). The multiplier takes 5 bits of SrcA (weights; the hidden bit and 4 more) times 7 bits of
SrcB (activations; the hidden bit and 6 more) a pass. LoFi is that one pass; HiFi2 adds the next 5 bits of SrcA, HiFi3
also the last 4 bits of SrcB with the high part of SrcA, HiFi4 the product of both low parts. So SrcA never contributes
more than 9 explicit bits. (Public sources: Tenstorrent's matrix-engine tech report, the ttsim functional simulator.)
Products are summed in float32 here when fp32_dest_acc_en is set, else rounded to bfloat16 after every 32 terms, which
is how often the destination register takes a partial sum.
Two effects are not modelled: the products of eight terms are aligned to the largest of them and rounded before they are
added, and partial sums that return from L1 are cut to TF32. On the simulator both together cost 1e-7 of PCC, about as
much as the cut of the operands. Element-wise work on the matrix unit (inside layer norm and softmax, and for a fused
bias) cuts its operands in the same way.
"""

import torch

import ttnn

TF32_BITS = 10
_SRC_A_HIGH_BITS, SRC_A_BITS = 4, 9
_SRC_B_HIGH_BITS = 6
ACCUMULATION_DEPTH = 32  # one tile of the inner dimension


def keep_mantissa(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Return a float32 tensor cut to that many explicit mantissa bits, toward zero."""
    return (x.view(torch.int32) & -(1 << (23 - bits))).view(torch.float32)


def keep_mantissa_(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Cut a float32 tensor in place, see `keep_mantissa`."""
    x.view(torch.int32).bitwise_and_(-(1 << (23 - bits)))
    return x


def operand_pairs(activation, weight, fidelity) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return the pairs of operands whose products add up to what the matrix unit computes at that fidelity."""
    a, b = keep_mantissa(weight, SRC_A_BITS), keep_mantissa(activation, TF32_BITS)
    if fidelity == ttnn.MathFidelity.HiFi4:
        return [(b, a)]
    b_high = keep_mantissa(b, _SRC_B_HIGH_BITS)
    if fidelity == ttnn.MathFidelity.HiFi2:
        return [(b_high, a)]
    a_high = keep_mantissa(a, _SRC_A_HIGH_BITS)
    if fidelity == ttnn.MathFidelity.HiFi3:
        return [(b_high, a), (b - b_high, a_high)]
    return [(b_high, a_high)]


def store(x: torch.Tensor, dtype) -> torch.Tensor:
    """Round a value to a storage format; return float32 for the float formats, else an integer tensor."""
    if dtype == ttnn.float32:
        return x.float()
    if dtype == ttnn.bfloat16:
        return x.to(torch.bfloat16).float()
    if dtype in (ttnn.bfloat8_b, ttnn.bfloat4_b):
        packed = ttnn.from_torch.function(x.float(), dtype=dtype, layout=ttnn.TILE_LAYOUT)
        return ttnn.to_torch.function(packed).float().reshape(x.shape)
    return x.to(
        {ttnn.int32: torch.int32, ttnn.uint32: torch.int64, ttnn.uint16: torch.int32, ttnn.uint8: torch.uint8}[dtype]
    )
