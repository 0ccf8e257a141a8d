# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of one conversion on the device (budgets.yaml), and ops that it must not contain."""

import numpy as np
import pytest
import torch

import ttnn
from mock_device.cards import DEFAULT_CARD
from mock_device.ledger import Ledger
from mock_device.roofline import minimum_seconds
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import V2_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tests.perf import stages
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.tt.converter import packed_shape

pytestmark = pytest.mark.device

SLOWEST = 2.5  # times the physical minimum


@pytest.fixture
def backend(bare_device, reference):
    return DeviceBackend(reference, bare_device)


def convert(backend, frames: int, seed: int = 0):
    voices = np.random.default_rng(0).standard_normal((2, backend.converter.config.gin_channels)).astype(np.float32)
    samples = np.zeros(frames * backend.converter.config.hop_length, np.float32)
    return list(backend.convert([samples], voices[0], [voices[1]], 0.3, seed))


def needed(reference, frames: int):
    """Run the networks of a window by their own definition, without the spectrogram, which is a Fourier transform."""
    config = reference.config
    z = torch.zeros(1, config.inter_channels, frames)
    voice = torch.zeros(1, config.gin_channels, 1)
    reference.posterior_encoder(torch.zeros(1, config.spec_channels, frames), None, z, 0.3)
    for reverse in (False, True):
        reference.flow(z, None, voice, reverse=reverse)
    reference.generator(z)


def test_a_full_bucket(backend, reference, budget, minimum_flops):
    """Run from samples to samples; the roofline's estimate must be near the network's own FLOPs and weights."""
    flops = minimum_flops(reference, lambda network: needed(network, backend.converter.short), "meta")
    ledger = budget(
        "converter, short window",
        backend.converter.device,
        stages.short_window(backend.converter.device, backend),  # whose time on a card is held to targets.yaml
        minimum_flops=flops,
    )
    card = DEFAULT_CARD[backend.converter.device.arch().name.lower()].name
    weights = 4 * sum(parameter.numel() for parameter in reference.parameters())
    minimum = minimum_seconds(card, flops, weights, backend.converter.precision.generator.fidelity.name)
    ratio = ledger.estimate(card).seconds / minimum
    print(f"{card}: estimate {1e3 * minimum * ratio:.2f} ms, {ratio:.2f} times the physical minimum")
    assert ratio <= SLOWEST


def test_a_recording_that_ends_inside_the_bucket(backend, budget):
    """Mask every stage of the generator; every length of the bucket runs the same programs."""
    budget("converter, masked short window", backend.converter.device, lambda: convert(backend, 40))
    with Ledger(backend.converter.device) as ledger:
        for frames in (3, 41, 97, backend.converter.short - 1):
            convert(backend, frames)
    ledger.check(cache_misses=0)


def test_a_long_recording(backend, budget):
    """Convert a whole chunk, and a second window for the rest that its context leaves."""
    frames = backend.converter.chunk + backend.converter.context
    budget("converter, two long windows", backend.converter.device, lambda: convert(backend, frames))


@pytest.mark.parametrize("stage", ["spectrogram", "posterior encoder", "flow"])
def test_a_stage_before_the_generator(backend, budget, stage):
    """Run one stage of the full short window; the stages that compute its input are not counted."""
    converter = backend.converter
    network, frames, config = converter.network, converter.short, converter.config
    voice = backend.converter.voice(np.zeros(config.gin_channels, np.float32))

    def unpacked():
        packed = ttnn.from_torch(
            torch.zeros(1, 1, *packed_shape(config, frames)),
            dtype=ttnn.float32,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            device=backend.converter.device,
        )
        return network.unpack(packed, frames, False)[:2]

    def encoder_inputs():
        hops, noise = unpacked()
        return network.spectrogram(hops, 1), noise

    def encode(spectrogram, noise):
        return network.posterior_encoder(spectrogram, noise, None, voice.encoder, 1)

    run, inputs = {
        "spectrogram": (lambda hops: network.spectrogram(hops, 1), lambda: unpacked()[:1]),
        "posterior encoder": (encode, encoder_inputs),
        "flow": (lambda halves: network.flow(halves, voice.flow, None, batch=1), lambda: (encode(*encoder_inputs()),)),
    }[stage]
    budget(f"{stage}, short window", backend.converter.device, run, inputs)


def test_a_stage_of_the_generator_stays_in_l1_without_resharding(backend, budget):
    """Allow only halos, convolutions and additions between the convolutions of a stage, and no DRAM."""
    z = ttnn.from_torch(
        torch.zeros(1, 1, backend.converter.short, backend.converter.config.inter_channels),
        dtype=ttnn.float32,
        layout=ttnn.TILE_LAYOUT,
        device=backend.converter.device,
    )
    ledger = budget("generator, short window", backend.converter.device, lambda: backend.converter.network.generator(z))
    stages, convolutions = len(backend.converter.config.upsample_rates), 2 * 9  # three blocks of three pairs
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


def test_many_conversions_leave_no_tensors_on_the_device(bare_device, tmp_path):
    """Expect the same buffers and compiled programs after the second conversion and after the thousandth."""
    tiny = {**V2_CONFIG["model"], "inter_channels": 64, "hidden_channels": 64, "upsample_initial_channel": 128}
    tiny |= {"posterior_layers": 2, "flow_layers": 1, "n_flows": 2, "upsample_rates": [16, 16]}
    tiny |= {"upsample_kernel_sizes": [32, 32], "resblock_kernel_sizes": [3, 5], "resblock_dilation_sizes": [[1], [3]]}
    folder = make_converter_checkpoint(tmp_path, {**V2_CONFIG, "model": tiny})
    backend = DeviceBackend(load_converter(folder), bare_device)

    def held():
        memory = [ttnn.get_memory_view(bare_device, kind) for kind in (ttnn.BufferType.L1, ttnn.BufferType.DRAM)]
        return [view.total_bytes_allocated_per_bank for view in memory], bare_device.num_program_cache_entries()

    frames = (30, backend.converter.short, backend.converter.short + 20)
    for count in frames:
        convert(backend, count)
    after_warm_up = held()
    for seed in range(1000):
        convert(backend, frames[seed % 3], seed)
    assert held() == after_warm_up
