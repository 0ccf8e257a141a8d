# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/voice_changes.py and augmentation.py: what is changed, and what stays in step."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from models.tt_audio.host.errors import UsageError
from training import augmentation, voice_changes
from training.voice_changes import Analysis, Change

RATE = 24_000
BINS = 513


class World:
    """Stand-in for pyworld (an extra that tests do not need): an envelope with one formant, and what it was given."""

    FORMANT = 100  # bin

    def __init__(self, pitch: float = 200.0):
        self.pitch = pitch
        self.given: SimpleNamespace | None = None

    def dio(self, samples, rate):
        times = np.arange(0, len(samples) / rate, 0.005)
        return np.where(times > 0.05, self.pitch, 0.0), times

    def stonemask(self, samples, f0, times, rate):
        return f0

    def cheaptrick(self, samples, f0, times, rate):
        return np.tile(np.exp(-0.5 * ((np.arange(BINS) - self.FORMANT) / 10) ** 2) + 1e-6, (len(f0), 1))

    def d4c(self, samples, f0, times, rate):
        return np.full((len(f0), BINS), 0.25)

    def synthesize(self, f0, envelope, aperiodicity, rate):
        assert envelope.flags.c_contiguous and aperiodicity.flags.c_contiguous
        self.given = SimpleNamespace(f0=f0, envelope=envelope, aperiodicity=aperiodicity)
        return np.ones(round(len(f0) * 0.005 * rate) - 7)


@pytest.fixture
def world(monkeypatch):
    world = World()
    monkeypatch.setattr(voice_changes, "_world", lambda: world)
    return world


def test_formants_move_and_the_pitch_is_set(world):
    recordings = np.zeros((2, RATE))
    analysis = Analysis(recordings, RATE, pitch=100.0)
    for stretch in (0.8, 1.25):
        samples = analysis.changed(1, Change(stretch))
        assert samples.shape == (RATE,)
        assert abs(world.given.envelope[0].argmax() - stretch * World.FORMANT) <= 1
        assert set(world.given.f0) == {0.0, 100.0}
    analysis.changed(0, Change(breath=0.5))
    np.testing.assert_allclose(world.given.aperiodicity, 0.5)


def test_a_tilt_is_in_decibels_per_octave(world):
    analysis = Analysis(np.zeros((1, RATE)), RATE)
    analysis.changed(0, Change())
    plain = world.given.envelope[0]
    analysis.changed(0, Change(tilt=3.0))
    decibels = 10 * np.log10(world.given.envelope[0] / plain)
    octave = [round(frequency / (RATE / 2) * (BINS - 1)) for frequency in (1500, 3000, 6000)]
    np.testing.assert_allclose(np.diff(decibels[octave]), 3.0, atol=0.01)


def test_speech_without_a_voice(world, expect_error):
    world.pitch = 0.0
    with expect_error(UsageError, "without voiced speech cannot be changed"):
        Analysis(np.zeros((1, RATE)), RATE)


def test_pyworld_is_not_installed(monkeypatch, expect_error):
    monkeypatch.setitem(sys.modules, "pyworld", None)
    with expect_error(UsageError, "changed by pyworld, which is not installed: run `pip install"):
        Analysis(np.zeros((1, RATE)), RATE)


# ---- augmentation


def test_a_colour_changes_levels_but_not_places():
    rng = np.random.default_rng(0)
    gains = augmentation.colour(rng)
    assert abs(gains.mean()) < 1e-9 and gains.std() > 1
    impulse = np.zeros(2000)
    impulse[700] = 1
    response = augmentation.coloured(impulse, gains, 22050)
    assert np.abs(response).argmax() == 700
    decibels = 20 * np.log10(np.abs(np.fft.rfft(response, 22050)))
    np.testing.assert_allclose(decibels[[400, 1000, 2500]], gains[2:5], atol=1.0)


def test_a_room_keeps_the_direct_sound():
    rng = np.random.default_rng(0)
    response = augmentation.room(rng, 22050)
    tail = augmentation.room_tail(22050)
    assert (len(response), response[0]) == (1 + tail, 1.0)
    low, high = (10 ** (decibels / 10) for decibels in augmentation.REVERBERATION_DB)
    assert low <= np.square(response[1:]).sum() <= high
    impulse = np.zeros(tail + 500)
    impulse[tail + 100] = 1
    np.testing.assert_allclose(augmentation.in_room(impulse, response)[100:], response[:400], atol=1e-12)


def test_noise_and_gain_are_within_their_ranges():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        level = 20 * np.log10(augmentation.background(rng, 20_000).std())
        assert augmentation.NOISE_DBFS[0] - 0.5 < level < augmentation.NOISE_DBFS[1] + 0.5
        gain = 20 * np.log10(augmentation.gain(rng))
        assert augmentation.GAIN_DB[0] <= gain <= augmentation.GAIN_DB[1]
