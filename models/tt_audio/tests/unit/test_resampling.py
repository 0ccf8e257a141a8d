# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""resampling.py against scipy, against the signal itself, and against what it promises of its filter."""

import numpy as np
import pytest
from scipy import signal

from models.tt_audio.host.resampling import resample, resample_filter, resampler

RATIOS = [(44100, 22050), (48000, 22050), (16000, 22050), (22050, 16000), (22050, 44100), (96000, 22050), (441, 440)]


def sine(frequency: float, sample_rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate)


@pytest.mark.parametrize("src, dst", RATIOS)
@pytest.mark.parametrize("length", [0, 1, 7, 1000, 40001])
def test_equals_scipy_with_the_same_filter(src, dst, length):
    samples = np.random.default_rng(0).uniform(-1, 1, length)
    taps, up, down = resample_filter(src, dst)
    expected = signal.resample_poly(samples, up, down, window=taps) if length else samples
    result = resample(samples, src, dst)
    assert result.dtype == np.float32 and result.shape == expected.shape
    assert np.abs(result - expected).max(initial=0) < 3e-6  # sums of a few hundred float32 products


@pytest.mark.parametrize("src, dst", RATIOS)
def test_the_cut_into_blocks_changes_no_bit(src, dst):
    samples = np.random.default_rng(0).uniform(-1, 1, 100_000).astype(np.float32)
    blocks = np.split(samples, [1, 2, 700, 701, 33_000, 90_000])
    assert np.array_equal(np.concatenate(list(resampler(src, dst).blocks(blocks))), resample(samples, src, dst))


@pytest.mark.parametrize("src, dst", [(44100, 22050), (48000, 22050), (16000, 22050), (22050, 16000)])
def test_the_pass_band_is_flat_and_nothing_is_delayed(src, dst):
    edge = 0.95 * min(src, dst) / 2
    for frequency in np.linspace(100, edge, 12):
        result = resample(sine(frequency, src), src, dst)
        inner = slice(dst // 20, -dst // 20)  # the filter reaches over the ends
        assert np.abs(result - sine(frequency, dst))[inner].max() < 5e-5, f"{frequency:.0f} Hz"


@pytest.mark.parametrize("src, dst", [(44100, 22050), (48000, 22050), (96000, 22050), (22050, 16000)])
def test_what_the_lower_rate_cannot_hold_is_gone(src, dst):
    for frequency in np.linspace(dst / 2, src / 2 - 100, 12):
        inner = slice(dst // 20, -dst // 20)
        alias = resample(sine(frequency, src), src, dst)[inner]
        assert 20 * np.log10(np.abs(alias).max()) < -97, f"{frequency:.0f} Hz"


def test_images_are_gone_when_the_rate_goes_up():
    spectrum = np.abs(np.fft.rfft(resample(sine(3000, 16000, 1.0), 16000, 48000)[4800:-4800] * np.blackman(38400)))
    hertz = np.fft.rfftfreq(38400, 1 / 48000)
    assert 20 * np.log10(spectrum[hertz > 8000].max() / spectrum.max()) < -100


def test_the_filter_is_symmetric_odd_and_of_unit_gain():
    taps, up, down = resample_filter(48000, 22050)
    assert (up, down) == (147, 320)
    assert len(taps) % 2 == 1 and np.allclose(taps, taps[::-1]) and taps.sum() == pytest.approx(1)


def test_equal_rates_change_nothing():
    samples = np.random.default_rng(0).uniform(-1, 1, 100).astype(np.float32)
    assert np.array_equal(resample(samples, 22050, 22050), samples)


def test_rates_without_a_small_ratio_are_refused(expect_error):
    with expect_error(
        ValueError, "96001 Hz is too unusual a rate to convert to 22050 Hz; convert it to 48000 Hz first"
    ):
        resample(np.zeros(10), 96001, 22050)
