# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""One step of the tone colour encoder's GRU (128 wide) on its input projection, which one matmul makes for all steps.

r, z = sigmoid(i + W h); n = tanh(i_n + r (W_n h + b_n)); h' = n + z (h - n). TTNN has no GRU.
"""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from tests.leaf.formulations import SIGMOID, TANH, exact, format_name, upload

WIDTH = 128


class Step:
    def __init__(self, device, cell: torch.nn.GRUCell, dtype):
        matrix, bias = cell.weight_hh.T, cell.bias_hh
        self.options = {"compute_kernel_config": exact(device), "core_grid": ttnn.CoreGrid(y=1, x=4)}
        self.matrix, self.bias = (upload(x, device, dtype) for x in (matrix[None, None], bias[None, None, None]))
        self.thirds = [upload(third[None, None], device, dtype) for third in matrix.split(WIDTH, 1)]
        self.new_bias = upload(bias[None, None, None, 2 * WIDTH :], device, dtype)

    def plain(self, h, inputs, _):
        hidden = ttnn.linear(h, self.matrix, bias=self.bias, **self.options)
        h_r, h_z, h_n = (hidden[:, :, :, start : start + WIDTH] for start in range(0, 3 * WIDTH, WIDTH))
        r, z = (ttnn.add(i, part, activations=[SIGMOID]) for i, part in zip(inputs, (h_r, h_z), strict=False))
        n = ttnn.add(inputs[2], ttnn.multiply(r, h_n), activations=[TANH])
        return ttnn.add(n, ttnn.multiply(z, ttnn.subtract(h, n)))

    def fused(self, h, _, inputs):
        """Pass the input as the bias of the matmul; this allows a batch of one only, because a bias is one row."""
        r, z = (
            ttnn.linear(h, matrix, bias=i, activation="sigmoid", **self.options)
            for matrix, i in zip(self.thirds, inputs[:2], strict=False)
        )
        hidden = ttnn.linear(h, self.thirds[2], bias=self.new_bias, **self.options)
        n = ttnn.add(inputs[2], ttnn.multiply(r, hidden), activations=[TANH])
        return ttnn.lerp(n, h, z)


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 2e-5), (ttnn.float32, 1 - 1e-6)], ids=["bf16", "fp32"])
@pytest.mark.parametrize("formulation, programs", [(Step.plain, 11), (Step.fused, 6)])
def test_gru_step(device, measure, generator, formulation, programs, dtype, pcc):
    cell = torch.nn.GRUCell(WIDTH, WIDTH).requires_grad_(False)
    for parameter in cell.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * WIDTH**-0.5)
    x, h = (torch.randn(1, WIDTH, generator=generator) for _ in range(2))
    projected = x @ cell.weight_ih.T + cell.bias_ih
    with_bias = projected + F.pad(cell.bias_hh[: 2 * WIDTH], (0, WIDTH))
    inputs, inputs_with_bias = (
        [upload(third[None, None], device, dtype) for third in value.split(WIDTH, 1)]
        for value in (projected, with_bias)
    )
    step, state = Step(device, cell, dtype), upload(h[None, None], device, dtype)

    name = f"{formulation.__name__}, {format_name(dtype)}"
    measure(
        "GRU step, 128 wide",
        name,
        lambda: formulation(step, state, inputs, inputs_with_bias),
        cell(x, h)[None, None],
        pcc,
        programs,
    )
