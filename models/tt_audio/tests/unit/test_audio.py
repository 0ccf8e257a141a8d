# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""audio.py: what comes in is what was recorded, what goes out is whole, and bad input gets one sentence."""

import io
import os

import numpy as np
import pytest
import soundfile

from models.tt_audio.host import audio
from models.tt_audio.host.audio import AudioError
from models.tt_audio.testing import speech

RATE = 22050


def tone(frequency: float, seconds: float, sample_rate: int, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate)


def written(path, samples, sample_rate, **options):
    soundfile.write(path, samples, sample_rate, **options)
    return path


# ---------------------------------------------------------------------------------------------------------- decoding


@pytest.mark.parametrize(
    "suffix, subtype, tolerance",
    [
        ("wav", "PCM_U8", 1 / 128),
        ("wav", "PCM_16", 2**-15),
        ("wav", "PCM_24", 2**-23),
        ("wav", "FLOAT", 1e-7),
        ("wav", "DOUBLE", 1e-7),
        ("flac", "PCM_16", 2**-15),
        ("flac", "PCM_24", 2**-23),
    ],
)
def test_a_file_at_the_models_rate_is_decoded_to_its_samples(tmp_path, suffix, subtype, tolerance):
    expected = tone(440, 0.5, RATE)
    decoded = audio.load(written(tmp_path / f"a.{suffix}", expected, RATE, subtype=subtype), RATE)
    assert decoded.dtype == np.float32 and decoded.shape == expected.shape
    assert np.abs(decoded - expected).max() <= tolerance


@pytest.mark.parametrize("suffix", ["mp3", "ogg"])
def test_lossy_formats_are_decoded_in_place_and_in_shape(tmp_path, suffix):
    expected = tone(440, 1.0, RATE)
    decoded = audio.load(written(tmp_path / f"a.{suffix}", expected, RATE), RATE)
    assert decoded.shape == expected.shape
    inner = slice(2000, -2000)  # a coder has a start and an end of its own
    assert np.abs(decoded[inner] - expected[inner]).max() < 0.02


@pytest.mark.parametrize("sample_rate", [8000, 11025, 16000, 24000, 44056, 44100, 48000, 96000])
def test_any_rate_becomes_the_models_rate(tmp_path, sample_rate):
    decoded = audio.load(written(tmp_path / "a.wav", tone(1000, 1.0, sample_rate), sample_rate, subtype="FLOAT"), RATE)
    assert decoded.shape == (RATE,)
    inner = slice(600, -600)  # the filter reaches over the ends
    assert np.abs(decoded - tone(1000, 1.0, RATE))[inner].max() < 2e-5


@pytest.mark.parametrize("channels", [2, 6])
def test_channels_are_averaged(tmp_path, channels):
    each = np.stack([tone(200 * (c + 1), 0.3, RATE) for c in range(channels)], axis=1)
    decoded = audio.load(written(tmp_path / "a.wav", each, RATE, subtype="FLOAT"), RATE)
    assert np.allclose(decoded, each.mean(axis=1), atol=1e-6)


def test_ten_milliseconds_are_enough_to_load(tmp_path):
    assert audio.load(written(tmp_path / "a.wav", tone(440, 0.01, RATE), RATE), RATE).shape == (220,)


def test_open_files_and_pipes_are_read_like_paths(tmp_path):
    path = written(tmp_path / "a.wav", tone(440, 0.5, 16000), 16000)
    expected = audio.load(path, RATE)
    with open(path, "rb") as file:
        assert np.array_equal(audio.load(file, RATE), expected)
    reader, writer = os.pipe()
    os.write(writer, path.read_bytes())  # 16,044 bytes fit a pipe's buffer
    os.close(writer)
    with open(reader, "rb") as pipe:
        assert np.array_equal(audio.load(pipe, RATE), expected)


@pytest.mark.parametrize("sample_rate", [RATE, 16000, 44100])
@pytest.mark.parametrize("block_seconds", [0.0001, 0.1, 1.0, 100.0])
def test_a_stream_is_the_loaded_file_bit_for_bit(tmp_path, sample_rate, block_seconds):
    seconds = 0.2 if block_seconds < 0.01 else 5.3
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, round(seconds * sample_rate))
    path = written(tmp_path / "a.wav", noise, sample_rate)
    blocks = list(audio.stream(path, RATE, block_seconds))
    size = round(block_seconds * RATE)
    assert {len(block) for block in blocks[:-1]} <= {size} and 0 < len(blocks[-1]) <= size
    assert np.array_equal(np.concatenate(blocks), audio.load(path, RATE))


def test_a_stream_of_a_long_file_holds_a_small_part_of_it(tmp_path):
    import tracemalloc

    path = written(tmp_path / "a.flac", np.tile(tone(440, 1.0, 48000), 300), 48000)  # 300 s: 26 MB once loaded
    next(audio.stream(path, RATE))  # the filter's weights are made once, whatever the length
    tracemalloc.start()
    total = sum(len(block) for block in audio.stream(path, RATE))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 300 * RATE
    assert peak < 6e6


def test_real_mp3_is_decoded_at_its_pitch_and_length():
    path = speech.recording("demo_speaker0.mp3")
    whole, rate = soundfile.read(path, always_2d=True)
    decoded = audio.load(path, RATE)
    assert rate == 44100 and len(decoded) == -(-len(whole) // 2)
    every_other = whole.mean(axis=1)[::2]  # equal to the decoded, but for what lies above 10.5 kHz
    assert np.corrcoef(decoded, every_other)[0, 1] > 0.999


# ------------------------------------------------------------------------------------------------------- bad recordings


def test_missing_file(tmp_path, expect_error):
    with expect_error(AudioError, r"nothing\.wav does not exist"):
        audio.load(tmp_path / "nothing.wav", RATE)


def test_folder(tmp_path, expect_error):
    with expect_error(AudioError, "is a folder; give an audio file"):
        audio.load(tmp_path, RATE)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.raw"])
@pytest.mark.parametrize("content", [b"", b"this is a letter, not a sound\n" * 40], ids=["empty", "text"])
def test_file_that_is_not_audio(tmp_path, expect_error, name, content):
    (tmp_path / name).write_bytes(content)
    with expect_error(
        AudioError, rf"{name} is empty or not audio that can be decoded; give a WAV, FLAC, MP3 or OGG file"
    ):
        audio.load(tmp_path / name, RATE)


def test_no_samples(tmp_path, expect_error):
    with expect_error(AudioError, r"a\.wav holds no audio"):
        audio.load(written(tmp_path / "a.wav", np.zeros(0), RATE), RATE)


@pytest.mark.parametrize("level", [0.0, 0.3], ids=["zeros", "offset"])
def test_silence(tmp_path, expect_error, level):
    with expect_error(AudioError, r"a\.wav holds nothing but silence"):
        audio.load(written(tmp_path / "a.wav", np.full(RATE, level), RATE), RATE)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_values_that_are_no_samples(tmp_path, expect_error, value):
    samples = tone(440, 1.0, RATE)
    samples[1234] = value
    with expect_error(AudioError, r"a\.wav holds samples that are not finite or not audio"):
        audio.load(written(tmp_path / "a.wav", samples, RATE, subtype="FLOAT"), RATE)


def test_clipping_is_told_with_its_share(tmp_path, logged_warnings):
    samples = np.clip(tone(440, 1.0, RATE, amplitude=2.0), -1, 1)  # 2 sin t > 1 for two thirds of a period
    audio.load(written(tmp_path / "a.wav", samples, RATE), RATE)
    assert len(logged_warnings) == 1 and "a.wav is clipped: 6" in logged_warnings[0] and "%" in logged_warnings[0]


def test_a_full_scale_recording_is_not_called_clipped(tmp_path, logged_warnings):
    samples = np.random.default_rng(0).normal(0, 0.1, RATE)
    audio.load(written(tmp_path / "a.wav", samples / np.abs(samples).max(), RATE), RATE)
    assert logged_warnings == []


def test_truncated_mp3_is_used_and_told(tmp_path, logged_warnings):
    path = written(tmp_path / "a.mp3", tone(440, 10.0, RATE), RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert len(audio.load(path, RATE)) == pytest.approx(5 * RATE, rel=0.05)
    assert len(logged_warnings) == 1 and "a.mp3 is cut short: 4.8 s of 10.0 s" in logged_warnings[0]


def test_truncated_flac_is_an_error(tmp_path, expect_error):
    path = written(tmp_path / "a.flac", np.random.default_rng(0).uniform(-1, 1, 10 * RATE) * 0.5, RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with expect_error(AudioError, r"a\.flac is damaged after \d\.\d\d s; export it again"):
        audio.load(path, RATE)


def test_a_rate_without_a_ratio_is_refused(tmp_path, expect_error):
    with expect_error(AudioError, r"a\.wav: 383999 Hz is too unusual a rate"):
        audio.load(written(tmp_path / "a.wav", tone(440, 0.1, 383999), 383999), RATE)


def test_a_rate_below_any_speech_is_refused(tmp_path, expect_error):
    with expect_error(AudioError, r"a\.wav has 1 samples a second, too few for speech"):
        audio.load(written(tmp_path / "a.wav", tone(0.1, 100, 1), 1), RATE)


# ------------------------------------------------------------------------------------------------------------ identity


def test_fingerprint_of_one_file_is_its_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    assert audio.fingerprint([tmp_path / "a"]) == known
    stream = io.BytesIO(b"abc")
    assert audio.fingerprint([stream]) == known
    assert stream.read() == b"abc"  # still to be decoded


def test_fingerprint_tells_recordings_apart(tmp_path):
    one, two = np.zeros(10, np.float32), np.ones(10, np.float32)
    prints = [audio.fingerprint(sources) for sources in ([one], [two], [one, two], [two, one])]
    assert len(set(prints)) == 4


# -------------------------------------------------------------------------------------------------------------- speech


@pytest.mark.parametrize("sample_rate", [16000, 22050, 44100])
def test_speech_between_silences_is_found(sample_rate):
    quiet = np.zeros(2 * sample_rate, np.float32)
    recording = np.concatenate([quiet, speech.voice(6, sample_rate), quiet, speech.voice(3, sample_rate), quiet])
    segments = audio.speech_segments(recording, sample_rate)
    assert len(segments) == 2
    expected = [(2, 8), (10, 13)]
    # The detector itself holds on for some 0.1 s, and 0.1 s is kept on either side.
    assert np.abs(np.array(segments) / sample_rate - expected).max() < 0.3


def test_segments_are_ordered_apart_inside_and_bounded():
    sample_rate = 16000
    recording = np.concatenate([speech.voice(34, sample_rate), np.zeros(sample_rate), speech.voice(7, sample_rate)])
    segments = audio.speech_segments(recording.astype(np.float32), sample_rate)
    flat = np.array(segments).reshape(-1)
    assert len(segments) == 5  # 34 s in four equal parts, and 7 s
    assert (np.diff(flat) >= 0).all() and flat[0] >= 0 and flat[-1] <= len(recording)
    assert max(stop - start for start, stop in segments) <= audio.MAX_SEGMENT_SECONDS * sample_rate


@pytest.mark.parametrize("gain", [1.0, 0.002])
def test_quiet_speech_is_speech(gain):
    (start, stop), *more = audio.speech_segments(speech.voice(6, 16000) * gain, 16000)
    assert not more and stop - start > 5.5 * 16000


@pytest.mark.parametrize("enough, warned", [(5.0, True), (1.0, False)])
def test_little_speech_is_told(logged_warnings, enough, warned):
    audio.speech_segments(speech.voice(2, 16000), 16000, "a.wav", enough_seconds=enough)
    assert [("a.wav holds" in message and "caught better from" in message) for message in logged_warnings] == [
        True
    ] * warned


def test_too_little_speech(expect_error):
    recording = np.concatenate([np.zeros(16000), speech.voice(0.4, 16000), np.zeros(16000)]).astype(np.float32)
    with expect_error(AudioError, r"a\.wav holds 0\.\d\d s of speech; at least 0\.5 s are needed"):
        audio.speech_segments(recording, 16000, "a.wav")


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
        audio.speech_segments(_no_speech()[kind].astype(np.float32), 16000, "a.wav")


def test_no_samples_hold_no_speech(expect_error):
    with expect_error(AudioError, r"a\.wav holds no audio"):
        audio.speech_segments(np.zeros(0, np.float32), 16000, "a.wav")


def test_real_recordings_hold_speech_in_most_of_their_length():
    for path in speech.recordings():
        decoded = audio.load(path, RATE)
        covered = sum(stop - start for start, stop in audio.speech_segments(decoded, RATE, path.name))
        assert 0.6 < covered / len(decoded) <= 1, path.name


def test_silence_is_trimmed_to_the_margin():
    loud = tone(440, 1.0, RATE)
    trimmed = audio.trim_silence(np.concatenate([np.zeros(RATE), loud, np.full(2 * RATE, 1e-4)]), RATE)
    assert abs(len(trimmed) / RATE - (1 + 2 * audio.MARGIN)) < 2 * 0.03  # the frames are 30 ms long
    assert np.isin(loud, trimmed).all()


def test_trimming_keeps_what_has_no_silence():
    loud = tone(440, 1.0, RATE)
    assert np.array_equal(audio.trim_silence(loud, RATE), loud)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(RATE)], ids=["empty", "zeros"])
def test_trimming_silence_only(expect_error, samples):
    with expect_error(AudioError, r"a\.wav holds nothing but silence"):
        audio.trim_silence(samples, RATE, "a.wav")


# ------------------------------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize("suffix, file_format", [("wav", "WAV"), ("WAV", "WAV"), ("flac", "FLAC")])
def test_what_is_saved_is_read_back(tmp_path, suffix, file_format):
    path, samples = tmp_path / f"a.{suffix}", tone(440, 0.5, RATE)
    audio.save(path, samples, RATE)
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.samplerate, info.channels) == (file_format, "PCM_16", RATE, 1)
    assert np.abs(soundfile.read(path)[0] - samples).max() <= 2**-15
    assert os.listdir(tmp_path) == [path.name]


def test_blocks_make_the_same_file_as_the_whole(tmp_path):
    samples = tone(440, 0.5, RATE)
    audio.save(tmp_path / "whole.wav", samples, RATE)
    with audio.writer(tmp_path / "blocks.wav", RATE) as write:
        for block in np.array_split(samples, 7):
            write(block)
    assert (tmp_path / "blocks.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()


@pytest.mark.parametrize("file_format", ["WAV", "FLAC"])
def test_a_pipe_gets_the_whole_file(file_format):
    samples = tone(440, 0.1, RATE)  # its file fits a pipe's buffer
    reader, writer = os.pipe()
    with open(writer, "wb") as pipe:
        audio.save(pipe, samples, RATE, file_format)
    with open(reader, "rb") as pipe:
        decoded, _ = soundfile.read(io.BytesIO(pipe.read()))
    assert np.abs(decoded - samples).max() <= 2**-15


def test_whoever_reads_the_old_file_keeps_it(tmp_path):
    path = tmp_path / "a.wav"
    audio.save(path, tone(440, 0.1, RATE), RATE)
    before = path.read_bytes()
    with open(path, "rb") as reader:
        audio.save(path, tone(880, 0.2, RATE), RATE)
        assert reader.read() == before != path.read_bytes()


def test_an_interrupted_writer_leaves_the_old_file(tmp_path, expect_error):
    path = tmp_path / "a.wav"
    audio.save(path, tone(440, 0.1, RATE), RATE)
    before = path.read_bytes()
    with expect_error(KeyboardInterrupt, "stop"):
        with audio.writer(path, RATE) as write:
            write(tone(880, 0.1, RATE))
            raise KeyboardInterrupt("stop")
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.wav"]


@pytest.mark.parametrize(
    "samples, message",
    [
        (np.zeros(0), "was not written: there is no audio"),
        (np.array([0.1, np.nan]), "was not written: the audio holds samples that are not finite"),
        (np.zeros((2, 100)), r"takes mono audio of shape \[N\], not \[2, 100\]"),
    ],
    ids=["empty", "nan", "stereo"],
)
def test_audio_that_cannot_be_saved(tmp_path, expect_error, samples, message):
    with expect_error(AudioError, rf"a\.wav {message}"):
        audio.save(tmp_path / "a.wav", samples, RATE)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name, message",
    [
        ("a.mp3", r"a\.mp3 cannot be written; choose a name that ends in \.wav or \.flac"),
        ("nowhere/a.wav", "nowhere does not exist"),
        ("folder.wav", r"folder\.wav is a folder"),
    ],
)
def test_a_name_that_cannot_be_saved(tmp_path, expect_error, name, message):
    (tmp_path / "folder.wav").mkdir()
    with expect_error(AudioError, message):
        audio.save(tmp_path / name, tone(440, 0.1, RATE), RATE)
    assert os.listdir(tmp_path) == ["folder.wav"]


def test_too_loud_audio_is_clipped_and_told(tmp_path, logged_warnings):
    audio.save(tmp_path / "a.wav", np.array([0.5, 1.5, -1.5, 0.5]), RATE)
    decoded, _ = soundfile.read(tmp_path / "a.wav")
    assert np.allclose(decoded, [0.5, 1, -1, 0.5], atol=2**-14)
    assert len(logged_warnings) == 1 and "50.00% of the samples exceed full scale" in logged_warnings[0]
