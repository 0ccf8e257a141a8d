# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The forms of the HiFi-GAN generator: with and without a speaker embedding, with and without a bias at the end."""

import pytest
import torch

from models.tt_audio.host.config import HifiGanConfig
from models.tt_audio.reference.hifigan import Generator
from models.tt_audio.testing.device_checks import on_fake_gpu
from models.tt_audio.torch_backend.hifigan import FastGenerator


def make_config(gin_channels: int) -> HifiGanConfig:
    return HifiGanConfig(5, gin_channels, (3, 5), ((1, 3), (1, 2)), (4, 2), (8, 4), 16)


@pytest.mark.parametrize("end_bias", [False, True])
@pytest.mark.parametrize("gin_channels", [0, 4])
@torch.no_grad()
def test_fast_form_equals_the_definition(gin_channels, end_bias):
    torch.manual_seed(1)
    generator = Generator(make_config(gin_channels), end_bias)
    z, g = torch.randn(2, 5, 11), torch.randn(2, gin_channels, 1) if gin_channels else None
    expected = generator(z, g)
    assert expected.shape == (2, 11 * 8) and expected.std() > 1e-3
    torch.testing.assert_close(FastGenerator(generator, torch.float32)(z, g), expected, atol=1e-6, rtol=0)


@torch.no_grad()
def test_masked_frames_change_no_valid_sample():
    """Every length of a bucket, in one batch: each item equals the generator's result for the item alone."""
    torch.manual_seed(1)
    generator = Generator(make_config(4))
    lengths, width = torch.arange(1, 17), 16
    z, g = 1 + torch.randn(16, 5, width), torch.randn(16, 4, 1)
    mask = (torch.arange(width) < lengths[:, None]).float()[:, None]
    result = FastGenerator(generator, torch.float32)(z, g, mask)
    for row, length in enumerate(lengths.tolist()):
        expected = generator(z[row : row + 1, :, :length], g[row : row + 1])[0]
        torch.testing.assert_close(result[row, : 8 * length], expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_fast_form_runs_on_a_gpu(dtype):
    generator = Generator(make_config(4))
    with on_fake_gpu() as gpu:
        fast = FastGenerator(gpu.move(generator), dtype)
        samples = fast(gpu.tensor(2, 5, 16), gpu.tensor(2, 4, 1), gpu.tensor(2, 1, 16))
    assert samples.shape == (2, 128) and samples.device.type == "cuda" and samples.dtype == torch.float32


@torch.no_grad()
def test_bias_at_the_end_is_added_before_tanh():
    torch.manual_seed(1)
    generator = Generator(make_config(0), end_bias=True)
    generator.conv_post.weight.zero_()
    generator.conv_post.bias.fill_(0.3)
    torch.testing.assert_close(generator(torch.randn(1, 5, 3)), torch.full((1, 24), 0.3).tanh())


def test_generator_without_a_speaker_has_no_weights_for_it():
    assert not [name for name in Generator(make_config(0)).state_dict() if name.startswith("cond")]
