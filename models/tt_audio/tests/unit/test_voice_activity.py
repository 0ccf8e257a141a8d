# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""voice_activity.py: speech is found where it is, and what is not speech is refused."""

import numpy as np
import pytest

from models.tt_audio.host import audio, voice_activity
from models.tt_audio.host.audio import AudioError
from models.tt_audio.testing import speech

RATE = 22050


def tone(frequency: float, seconds: float, sample_rate: int, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate)


@pytest.mark.parametrize("sample_rate", [16000, 22050, 44100])
def test_speech_between_silences_is_found(sample_rate):
    quiet = np.zeros(2 * sample_rate, np.float32)
    recording = np.concatenate([quiet, speech.voice(6, sample_rate), quiet, speech.voice(3, sample_rate), quiet])
    segments = voice_activity.speech_segments(recording, sample_rate)
    assert len(segments) == 2
    expected = [(2, 8), (10, 13)]
    # The detector itself holds on for some 0.1 s, and 0.1 s is kept on either side.
    assert np.abs(np.array(segments) / sample_rate - expected).max() < 0.3


def test_segments_are_ordered_apart_inside_and_bounded():
    sample_rate = 16000
    recording = np.concatenate([speech.voice(34, sample_rate), np.zeros(sample_rate), speech.voice(7, sample_rate)])
    segments = voice_activity.speech_segments(recording.astype(np.float32), sample_rate)
    flat = np.array(segments).reshape(-1)
    assert len(segments) == 5  # 34 s in four equal parts, and 7 s
    assert (np.diff(flat) >= 0).all() and flat[0] >= 0 and flat[-1] <= len(recording)
    assert max(stop - start for start, stop in segments) <= voice_activity.MAX_SEGMENT_SECONDS * sample_rate


@pytest.mark.parametrize("gain", [1.0, 0.002])
def test_quiet_speech_is_speech(gain):
    (start, stop), *more = voice_activity.speech_segments(speech.voice(6, 16000) * gain, 16000)
    assert not more and stop - start > 5.5 * 16000


@pytest.mark.parametrize("enough, warned", [(5.0, True), (1.0, False)])
def test_little_speech_is_told(logged_warnings, enough, warned):
    voice_activity.speech_segments(speech.voice(2, 16000), 16000, "a.wav", enough_seconds=enough)
    assert [("a.wav holds" in message and "a voice is better from" in message) for message in logged_warnings] == [
        True
    ] * warned


def test_too_little_speech(expect_error):
    recording = np.concatenate([np.zeros(16000), speech.voice(0.4, 16000), np.zeros(16000)]).astype(np.float32)
    with expect_error(AudioError, r"a\.wav holds 0\.\d\d s of speech; at least 0\.5 s are needed"):
        voice_activity.speech_segments(recording, 16000, "a.wav")


def _no_speech():
    rng = np.random.default_rng(0)
    return {
        "silence": np.zeros(80000),
        "ten_milliseconds": speech.voice(0.01, 16000),
        "loud_noise": rng.normal(0, 0.3, 80000),
        "quiet_noise": rng.normal(0, 0.003, 80000),
        "tone": tone(440, 5, 16000),
        "click": np.eye(1, 80000, 40000)[0],
    }


@pytest.mark.parametrize("kind", sorted(_no_speech()))
def test_what_is_not_speech(expect_error, kind):
    with expect_error(AudioError, r"a\.wav holds no speech; give a recording of a voice"):
        voice_activity.speech_segments(_no_speech()[kind].astype(np.float32), 16000, "a.wav")


def test_no_samples_hold_no_speech(expect_error):
    with expect_error(AudioError, r"a\.wav holds no audio"):
        voice_activity.speech_segments(np.zeros(0, np.float32), 16000, "a.wav")


def test_real_recordings_hold_speech_in_most_of_their_length():
    for path in speech.recordings():
        decoded = audio.load(path, RATE)
        covered = sum(stop - start for start, stop in voice_activity.speech_segments(decoded, RATE, path.name))
        assert 0.6 < covered / len(decoded) <= 1, path.name


def test_silence_is_trimmed_to_the_margin():
    loud = tone(440, 1.0, RATE)
    trimmed = voice_activity.trim_silence(np.concatenate([np.zeros(RATE), loud, np.full(2 * RATE, 1e-4)]), RATE)
    assert abs(len(trimmed) / RATE - (1 + 2 * voice_activity.MARGIN)) < 2 * 0.03  # the frames are 30 ms long
    assert np.isin(loud, trimmed).all()


def test_trimming_keeps_what_has_no_silence():
    loud = tone(440, 1.0, RATE)
    assert np.array_equal(voice_activity.trim_silence(loud, RATE), loud)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(RATE)], ids=["empty", "zeros"])
def test_trimming_silence_only(expect_error, samples):
    with expect_error(AudioError, r"a\.wav holds nothing but silence"):
        voice_activity.trim_silence(samples, RATE, "a.wav")
