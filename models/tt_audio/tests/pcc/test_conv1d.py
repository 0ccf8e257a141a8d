# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Conv1d: weights that the op has prepared for a shape and keeps, against raw weights at that shape and torch.

A known defect of TTNN's preparation appears at single lengths only, so every kind of layer is tried at every length
that the runner's buckets give it.
"""

import os

import pytest
import torch

import ttnn
from models.tt_audio.parameters.hifigan import polyphase
from models.tt_audio.parameters.layers import convolution
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from tests.ttnn.utils_for_testing import assert_with_pcc

WINDOW = 32 if "TT_METAL_SIMULATOR" in os.environ else 256
# channels in, channels out, kernel, dilation, rows for each frame of a window: the kinds of layers of the V2 converter
LAYERS = [
    pytest.param(544, 192, 1, 1, 1, id="encoder_pre"),
    pytest.param(192, 384, 5, 1, 1, id="wavenet"),
    pytest.param(3072, 384, 1, 1, 1, id="encoder_skip"),
    pytest.param(96, 192, 1, 1, 1, id="coupling_pre"),
    pytest.param(192, 512, 7, 1, 1, id="conv_pre"),
    pytest.param(256, 256, 11, 5, 8, id="stage1"),
    pytest.param(128, 128, 11, 5, 64, id="stage2"),
    pytest.param(64, 64, 7, 3, 128, id="stage3"),
    pytest.param(32, 32, 3, 5, 256, id="stage4"),
    pytest.param(32, 1, 7, 1, 256, id="conv_post"),
]


@pytest.fixture
def upload(device):
    def to_device(x: torch.Tensor) -> ttnn.Tensor:
        return ttnn.from_torch(x.contiguous(), dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device)

    return to_device


def layer(inputs: int, outputs: int, kernel: int):
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(outputs, inputs, kernel, generator=generator) / (inputs * kernel) ** 0.5
    return weight, torch.randn(outputs, generator=generator)


@pytest.mark.parametrize("inputs, outputs, kernel, dilation, rate", LAYERS)
def test_prepared_equals_raw_equals_torch(device, upload, inputs, outputs, kernel, dilation, rate):
    rows = WINDOW * rate
    weight, bias = layer(inputs, outputs, kernel)
    x = torch.randn(1, inputs, rows, generator=torch.Generator().manual_seed(1))
    padding = (kernel - 1) // 2 * dilation
    expected = torch.nn.functional.conv1d(x, weight, bias, padding=padding, dilation=dilation)

    conv = Conv1d(convolution(weight, bias), device, Stage(), dilation)
    placed = ttnn.to_memory_config(upload(x.transpose(1, 2)[None]), shard(device, rows, inputs))
    raw = ttnn.to_torch(conv(placed))
    assert conv.prepared
    prepared = ttnn.to_torch(conv(placed))
    assert torch.equal(raw, prepared)
    assert_with_pcc(expected.transpose(1, 2)[None], prepared, 0.9999)


@pytest.mark.parametrize(
    "kernel, rate, inputs, outputs", [(16, 8, 128, 64), (4, 2, 64, 32), (8, 8, 64, 32), (8, 2, 64, 32)]
)
def test_polyphase_equals_the_transposed_convolution(device, upload, kernel, rate, inputs, outputs):
    up = torch.nn.ConvTranspose1d(inputs, outputs, kernel, rate, padding=(kernel - rate) // 2)
    weight, bias = torch.randn(up.weight.shape, generator=torch.Generator().manual_seed(0)), torch.ones(outputs)
    up.load_state_dict({"weight": weight / inputs**0.5, "bias": bias})
    x = torch.randn(1, inputs, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = up(x)
        conv = Conv1d(convolution(*polyphase(up)), device, Stage())
    placed = ttnn.to_memory_config(upload(x.transpose(1, 2)[None]), shard(device, 64, inputs))
    samples = ttnn.to_torch(conv(placed)).reshape(1, 1, 64 * rate, outputs)
    assert_with_pcc(expected.transpose(1, 2)[None], samples, 0.9999)


def test_a_second_shape_prepares_its_own_weights(device, upload):
    weight, bias = layer(64, 64, 3)
    conv = Conv1d(convolution(weight, bias), device, Stage())
    for rows in (64, 128, 64):
        x = torch.ones(1, 1, rows, 64)
        conv(ttnn.to_memory_config(upload(x), shard(device, rows, 64)))
    assert len(conv.prepared) == 2
