# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norm over channels and softmax over keys: one program each."""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from tests.leaf.formulations import exact, format_name, upload

EPSILON = 1e-5


# 192: MeloTTS; 513, not a multiple of the tile width: the tone colour encoder
@pytest.mark.parametrize("channels", [192, 513])
@pytest.mark.parametrize("residual", [False, True], ids=["alone", "with-sum"])
@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 1e-5), (ttnn.float32, 1 - 2e-6)], ids=["bf16", "fp32"])
def test_layer_norm(device, measure, generator, channels, residual, dtype, pcc):
    x, other = (3 * torch.randn(1, 1, 256, channels, generator=generator) + 1 for _ in range(2))
    gain, shift = (torch.randn(channels, generator=generator) for _ in range(2))
    a, b, weight, bias = (
        upload(value, device, dtype) for value in (x, other, gain[None, None, None], shift[None, None, None])
    )

    def formulation():
        return ttnn.layer_norm(
            a,
            weight=weight,
            bias=bias,
            residual_input_tensor=b if residual else None,
            epsilon=EPSILON,
            compute_kernel_config=exact(device),
        )

    expected = F.layer_norm(x + other if residual else x, (channels,), gain, shift, EPSILON)
    name = f"layer_norm{' of a sum' if residual else ''}, {format_name(dtype)}"
    measure(f"layer norm of 256 x {channels}", name, formulation, expected, pcc, programs=1)


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 1e-4), (ttnn.float32, 1 - 2e-6)], ids=["bf16", "fp32"])
def test_softmax(device, measure, generator, dtype, pcc):
    x = 3 * torch.randn(1, 2, 256, 256, generator=generator)
    scores = upload(x, device, dtype)

    def formulation():
        return ttnn.softmax(scores, dim=-1, compute_kernel_config=exact(device))

    measure("softmax of 2 x 256 x 256", format_name(dtype), formulation, x.softmax(-1), pcc, programs=1)
