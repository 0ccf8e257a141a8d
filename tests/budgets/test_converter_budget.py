# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What one conversion may cost on the device: programs, transfers, compilations, memory, multiplications."""

import numpy as np
import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.demos.openvoice.pipeline import load_converter
from models.demos.openvoice.tests.checkpoints import V2_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tt.runner import DeviceConverter

pytestmark = pytest.mark.device

# At the bucket that this device's L1 allows, in one piece. The bar for the whole converter is 600.
PROGRAMS = 555
MASKED_PROGRAMS = 658  # the recording ends inside the window: masks in every stage of the generator
LONG_PROGRAMS = 1207  # a long bucket: one encoder and flow, four generator windows


@pytest.fixture
def converter(bare_device, reference):
    return DeviceConverter(reference, bare_device)


def convert(converter, frames: int, seed: int = 0):
    voices = np.random.default_rng(0).standard_normal((2, converter.config.gin_channels)).astype(np.float32)
    samples = np.zeros(frames * converter.config.hop_length, np.float32)
    return list(converter.convert([samples], voices[0], [voices[1]], 0.3, seed))


def measured(converter, frames: int) -> Ledger:
    convert(converter, frames)  # compiles, prepares weights, brings the voices to the device
    with Ledger(converter.device) as ledger:
        convert(converter, frames)
    return ledger


def test_a_full_bucket(converter):
    ledger = measured(converter, converter.short)
    ledger.check(programs=PROGRAMS, uploads=1, downloads=1, cache_misses=0, peak_l1_fraction=0.9)


def test_a_recording_that_ends_inside_the_bucket(converter):
    ledger = measured(converter, converter.short - 56)
    ledger.check(programs=MASKED_PROGRAMS, uploads=1, downloads=1, cache_misses=0, peak_l1_fraction=0.9)


def test_every_length_of_a_bucket_runs_the_same_programs(converter):
    convert(converter, 40)
    with Ledger(converter.device) as ledger:
        for frames in (3, 41, 97, converter.short - 1):
            convert(converter, frames)
    ledger.check(cache_misses=0)


def test_a_long_window(converter):
    ledger = measured(converter, converter.chunk + converter.context)
    assert ledger.uploads.count == 2  # a whole chunk, and what its context left over
    programs = ledger.num_programs
    assert programs <= 2 * LONG_PROGRAMS, ledger.table()
    ledger.check(downloads=2, cache_misses=0, peak_l1_fraction=0.9)


def test_multiplications_stay_near_the_minimum(converter, reference):
    """All convolutions and matrix products of a bucket against what the network itself asks for."""
    ledger = measured(converter, converter.short)
    minimum, hook_handles = 0, []

    def count(module, inputs, output):
        nonlocal minimum
        weights = module.weight[0].numel() * output[0].numel()
        if isinstance(module, torch.nn.ConvTranspose1d):  # every input meets every tap once
            weights = module.weight[0].numel() * inputs[0][0].numel()
        minimum += 2 * weights

    for module in reference.modules():
        if isinstance(module, torch.nn.Conv1d | torch.nn.ConvTranspose1d):
            hook_handles.append(module.register_forward_hook(count))
    config = reference.config
    with torch.inference_mode():
        z = torch.zeros(1, config.inter_channels, converter.short)
        spec = torch.zeros(1, config.spec_channels, converter.short)
        voice = torch.zeros(1, config.gin_channels, 1)
        reference.posterior_encoder(spec, None, z, 0.3)
        for reverse in (False, True):
            reference.flow(z, None, voice, reverse=reverse)
        reference.generator(z)
    for handle in hook_handles:
        handle.remove()
    assert ledger.flops <= 1.6 * minimum, f"{ledger.flops / 1e9:.1f} G against {minimum / 1e9:.1f} G"


def test_a_stage_of_the_generator_stays_in_l1_without_resharding(converter):
    """Between the convolutions of a stage: halos, convolutions, additions, nothing else, and no DRAM."""
    z = ttnn.from_torch(
        torch.zeros(1, 1, converter.short, converter.config.inter_channels),
        dtype=ttnn.float32,
        layout=ttnn.TILE_LAYOUT,
        device=converter.device,
    )
    converter.converter.generator(z)
    with Ledger(converter.device) as ledger:
        converter.converter.generator(z)
    stages, convolutions = len(converter.config.upsample_rates), 2 * 9  # three blocks of three pairs
    assert ledger.programs == {
        "InterleavedToSharded": 1,
        "Halo": stages * (convolutions + 1) + 2,
        "Conv2d": stages * (convolutions + 1) + 2,
        "BinaryNg": stages * (9 + 2),
        "Untilize": stages,
        "ReshapeView": stages,
        "Tilize": stages,
    }
    chain = [operation for operation in ledger.operations if operation.name in ("Halo", "BinaryNg")]
    assert all(tensor.memory == "L1" for op in chain for tensor in (*op.inputs[:1], *op.outputs))


def test_many_conversions_leave_nothing_behind(bare_device, tmp_path):
    """Buffers and compiled programs are the same after the second conversion and after the thousandth."""
    tiny = {**V2_CONFIG["model"], "inter_channels": 64, "hidden_channels": 64, "upsample_initial_channel": 128}
    tiny |= {"posterior_layers": 2, "flow_layers": 1, "n_flows": 2}
    folder = make_converter_checkpoint(tmp_path, {**V2_CONFIG, "model": tiny})
    converter = DeviceConverter(load_converter(folder), bare_device)

    def held():
        memory = [ttnn.get_memory_view(bare_device, kind) for kind in (ttnn.BufferType.L1, ttnn.BufferType.DRAM)]
        return [view.total_bytes_allocated_per_bank for view in memory], bare_device.num_program_cache_entries()

    frames = (30, converter.short, converter.short + 20)
    for count in frames:
        convert(converter, count)
    after_warm_up = held()
    for seed in range(1000):
        convert(converter, frames[seed % 3], seed)
    assert held() == after_warm_up
