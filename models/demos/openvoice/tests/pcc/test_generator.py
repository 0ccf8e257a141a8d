# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

from dataclasses import replace

import pytest
import torch

import ttnn
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.tt_audio.reference.hifigan import Generator as ReferenceGenerator
from models.tt_audio.testing.layouts import FRAMES, rows
from models.tt_audio.tt.hifigan import Generator
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("existing", [1.0, 0.7], ids=["whole", "masked"])
@pytest.mark.parametrize("frames", FRAMES)
def test_waveform(device, upload, reference, host_parameters, precision, frames, existing):
    count = int(existing * frames)
    mask = (torch.arange(frames) < count).float()[None, None]
    z = mask * torch.randn(1, reference.config.inter_channels, frames, generator=torch.Generator().manual_seed(2))
    expected = reference.generator(z, None, mask)

    generator = Generator(host_parameters.generator, device, precision.generator)
    masks = generator.masks(upload(mask[..., None])) if count < frames else None
    waveform = ttnn.to_torch(generator(upload(rows(z)), masks)).reshape(1, -1)
    kept = count * reference.config.hop_length
    assert_with_pcc(expected[:, :kept], waveform[:, :kept], 0.999)


@torch.no_grad()
def assert_like_the_reference(config, frames, device, upload, precision):
    """Compare a generator of these sizes, with seeded weights, on the device and in PyTorch."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        expected = ReferenceGenerator(config).eval()
    z = torch.randn(1, config.inter_channels, frames, generator=torch.Generator().manual_seed(2))

    generator = Generator(preprocess(expected), device, precision.generator)
    waveform = ttnn.to_torch(generator(upload(rows(z)))).reshape(1, -1)
    assert_with_pcc(expected(z, None), waveform, 0.999)


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_any_number_of_residual_blocks_in_a_stage(device, upload, reference, precision, blocks):
    config = replace(
        reference.config,
        inter_channels=32,
        upsample_initial_channel=64,
        upsample_rates=(4,),
        upsample_kernel_sizes=(8,),
        resblock_kernel_sizes=(3, 5, 7)[:blocks],
        resblock_dilation_sizes=((1, 3),) * blocks,
    )
    assert_like_the_reference(config, 64, device, upload, precision)


def test_few_latent_channels_before_a_wide_first_stage(device, upload, reference, precision):
    """Use latents so narrow that height sharding, their default, leaves no L1 for the first upsampling's kernel."""
    config = replace(
        reference.config,
        inter_channels=64,
        upsample_initial_channel=256,
        upsample_rates=(8,),
        upsample_kernel_sizes=(16,),
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1,),),
    )
    frames = 64 * device.compute_with_storage_grid_size().y  # more tiles of rows than rows of cores
    assert_like_the_reference(config, frames, device, upload, precision)
