# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spectrogram (1024 samples a frame, 256 a hop) as a convolution over rows of hops, in several formats."""

import math

import pytest
import torch
import torch.nn.functional as F

import ttnn
from tests.leaf.formulations import L1_SMALL, ON_HEIGHT, Convolution, upload

pytestmark = pytest.mark.parametrize("device_params", [L1_SMALL], indirect=True)

SIZE, HOP, FRAMES, FLOOR = 1024, 256, 128, 1e-6
BINS, FILLED = SIZE // 2 + 1, 544  # whole tiles
SQUARE, SQRT = (ttnn.UnaryWithParam(kind) for kind in (ttnn.UnaryOpType.SQUARE, ttnn.UnaryOpType.SQRT))
ABOVE_FLOOR = ttnn.UnaryWithParam(ttnn.UnaryOpType.ADD_UNARY_SFPU, FLOOR)


def speech_like(generator) -> torch.Tensor:
    """Return noise that falls by 6 dB an octave, as the spectrum of speech does: weak bins next to strong ones."""
    samples = (FRAMES + SIZE // HOP - 1) * HOP
    spectrum = torch.fft.rfft(torch.randn(samples, generator=generator))
    signal = torch.fft.irfft(spectrum / torch.arange(1, spectrum.shape[0] + 1), samples)
    return 0.5 * signal / signal.abs().max()


def kernel() -> torch.Tensor:
    """Return windowed cosines, then sines [2 * FILLED, HOP, SIZE / HOP]; tap = hop, channel = sample in the hop."""
    angle = 2 * math.pi * torch.outer(torch.arange(BINS), torch.arange(SIZE)).remainder(SIZE).double() / SIZE
    basis = torch.zeros(2, FILLED, SIZE, dtype=torch.double)
    window = torch.hann_window(SIZE, dtype=torch.double)
    basis[0, :BINS], basis[1, :BINS] = window * angle.cos(), window * angle.sin()
    return basis.float().reshape(2 * FILLED, SIZE // HOP, HOP).transpose(1, 2).contiguous()


def high_and_low(x):
    high = x.bfloat16().float()
    return high, x - high


def plain(hops, weight):
    return hops, weight


def split_in_three(hops, weight):
    """Compute (a + b)(c + d) without b d: the part that a format cuts off is multiplied separately."""
    (a, b), (c, d) = high_and_low(hops), high_and_low(weight)
    return torch.cat([a, a, b], -1), torch.cat([c, d, c], 1)


# bars for the magnitudes, and for their logarithms, in which the weak bins count
@pytest.mark.parametrize(
    "arrange, dtype, weights_dtype, pcc, log_pcc",
    [
        pytest.param(plain, ttnn.bfloat16, ttnn.bfloat16, 1 - 2e-5, 0.94, id="bf16"),
        pytest.param(plain, ttnn.float32, ttnn.bfloat16, 1 - 1e-5, 0.96, id="fp32-bf16"),
        pytest.param(plain, ttnn.float32, ttnn.float32, 1 - 1e-6, 0.994, id="fp32"),
        pytest.param(split_in_three, ttnn.float32, ttnn.float32, 1 - 1e-6, 0.999, id="fp32-split"),
    ],
)
def test_magnitudes(device, measure, generator, arrange, dtype, weights_dtype, pcc, log_pcc):
    signal = speech_like(generator)
    hops, weight = arrange(signal.reshape(1, 1, -1, HOP), kernel())
    x = upload(hops, device, dtype)
    convolution = Convolution(device, weight, None, ON_HEIGHT, dtype, weights_dtype, padding=0)

    def formulation():
        real, imaginary = ttnn.split(convolution(x), FILLED, 3)
        squares = {"input_tensor_a_activations": [SQUARE], "input_tensor_b_activations": [SQUARE]}
        return ttnn.add(real, imaginary, activations=[ABOVE_FLOOR, SQRT], **squares)

    frames = signal.unfold(0, SIZE, HOP).double() * torch.hann_window(SIZE, dtype=torch.double)
    expected = F.pad((torch.fft.rfft(frames).abs() ** 2 + FLOOR).sqrt(), (0, FILLED - BINS), value=FLOOR**0.5)
    formats = {ttnn.bfloat16: "bf16", ttnn.float32: "fp32"}
    name = f"{formats[dtype]} with {formats[weights_dtype]} basis{', split in three' if arrange is not plain else ''}"
    subject = f"STFT of {FRAMES} frames"
    actual = measure(subject, name, formulation, expected[None, None], pcc, programs=5)
    logarithm = actual[0, 0, :, :BINS].float().clamp(min=FLOOR**0.5).log()
    measure.compare(subject, f"{name}: log magnitudes", logarithm, expected[:, :BINS].log(), log_pcc)
