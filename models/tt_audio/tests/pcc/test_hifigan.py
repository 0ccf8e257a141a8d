# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HiFi-GAN generator on the device against PyTorch: the sizes of OpenVoice V2, and forms that it does not have."""

from dataclasses import replace

import pytest
import torch
from torch import nn

import ttnn
from models.tt_audio.host.config import HifiGanConfig
from models.tt_audio.parameters import hifigan, layers
from models.tt_audio.reference.hifigan import Generator as ReferenceGenerator
from models.tt_audio.testing.layouts import FRAMES, rows
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.precision import Stage
from tests.ttnn.utils_for_testing import assert_with_pcc

CONFIG = HifiGanConfig(
    inter_channels=192,
    gin_channels=256,
    resblock_kernel_sizes=(3, 7, 11),
    resblock_dilation_sizes=((1, 3, 5),) * 3,
    upsample_rates=(8, 8, 2, 2),
    upsample_kernel_sizes=(16, 16, 4, 4),
    upsample_initial_channel=512,
)
# Ratio of output to input level that random weights of a layer give, by the name of the layer, so that the signal has
# about the same level in all layers and tanh saturates nowhere.
GAINS = {"conv_pre": 1.0, "cond": 0.5, "ups": 1.4, "convs1": 1.4, "convs2": 0.6, "conv_post": 0.1}


@torch.no_grad()
def seeded(config: HifiGanConfig) -> ReferenceGenerator:
    """Return a generator of these sizes with seeded weights."""
    generator = ReferenceGenerator(config).eval()
    random = torch.Generator().manual_seed(4)
    for name, layer in generator.named_modules():
        if isinstance(layer, nn.Conv1d | nn.ConvTranspose1d):
            (gain,) = (gain for part, gain in GAINS.items() if part in name.split("."))
            products = layer.in_channels * layer.kernel_size[0]
            if isinstance(layer, nn.ConvTranspose1d):
                products //= layer.stride[0]
            layer.weight.copy_(gain * products**-0.5 * torch.randn(layer.weight.shape, generator=random))
            if layer.bias is not None:
                layer.bias.copy_(0.05 * torch.randn(layer.bias.shape, generator=random))
    return generator


def latent(config: HifiGanConfig, frames: int) -> torch.Tensor:
    return torch.randn(1, config.inter_channels, frames, generator=torch.Generator().manual_seed(2))


def on_device(generator: ReferenceGenerator, device) -> Generator:
    return Generator(layers.preprocess(generator, {ReferenceGenerator: hifigan.generator}), device, Stage())


@pytest.fixture(scope="module")
def full_size() -> ReferenceGenerator:
    return seeded(CONFIG)


@pytest.fixture
def upload(device):
    def to_device(x: torch.Tensor) -> ttnn.Tensor:
        return ttnn.from_torch(x.contiguous(), dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device)

    return to_device


@pytest.mark.parametrize("valid", [1.0, 0.7], ids=["whole", "masked"])
@pytest.mark.parametrize("frames", FRAMES)
@torch.no_grad()
def test_waveform(device, upload, full_size, frames, valid):
    count = int(valid * frames)
    mask = (torch.arange(frames) < count).float()[None, None]
    z = mask * latent(CONFIG, frames)
    expected = full_size(z, None, mask)

    generator = on_device(full_size, device)
    masks = generator.masks(upload(mask[..., None])) if count < frames else None
    waveform = ttnn.to_torch(generator(upload(rows(z)), masks)).reshape(1, -1)
    kept = count * CONFIG.samples_per_frame
    assert_with_pcc(expected[:, :kept], waveform[:, :kept], 0.999)


@torch.no_grad()
def assert_like_the_reference(config, frames, device, upload):
    """Compare a generator of these sizes, with PyTorch's initial weights, on the device and in PyTorch."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        expected = ReferenceGenerator(config).eval()
    z = latent(config, frames)
    waveform = ttnn.to_torch(on_device(expected, device)(upload(rows(z)))).reshape(1, -1)
    assert_with_pcc(expected(z, None), waveform, 0.999)


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_any_number_of_residual_blocks_in_a_stage(device, upload, blocks):
    config = replace(
        CONFIG,
        inter_channels=32,
        upsample_initial_channel=64,
        upsample_rates=(4,),
        upsample_kernel_sizes=(8,),
        resblock_kernel_sizes=(3, 5, 7)[:blocks],
        resblock_dilation_sizes=((1, 3),) * blocks,
    )
    assert_like_the_reference(config, 64, device, upload)


def test_few_latent_channels_before_a_wide_first_stage(device, upload):
    """Use latents so narrow that height sharding, their default, leaves no L1 for the first upsampling's kernel."""
    config = replace(
        CONFIG,
        inter_channels=64,
        upsample_initial_channel=256,
        upsample_rates=(8,),
        upsample_kernel_sizes=(16,),
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1,),),
    )
    frames = 64 * device.compute_with_storage_grid_size().y  # more tiles of rows than rows of cores
    assert_like_the_reference(config, frames, device, upload)
