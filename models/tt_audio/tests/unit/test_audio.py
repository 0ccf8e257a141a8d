# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""audio.py: what comes in is what was recorded, what goes out is whole, and bad input gets one sentence."""

import io
import os
import threading

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
    every_other = whole.mean(axis=1)[::2]  # equal to the decoded, except above 10.5 kHz
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


CUT = {
    **{suffix: {} for suffix in ("wav", "flac", "ogg", "mp3", "aiff", "au", "w64")},
    "rf64": {"format": "RF64"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
}


@pytest.mark.parametrize("share", [0.13, 0.5, 0.993])
@pytest.mark.parametrize("suffix", CUT)
def test_a_cut_file_is_used_as_far_as_it_goes_and_told(tmp_path, logged_warnings, capfd, suffix, share):
    rate = 24000
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * rate)
    path = written(tmp_path / f"a.{suffix}", noise, rate, **CUT[suffix])
    whole = audio.load(path, rate)
    assert logged_warnings == []
    path.write_bytes(path.read_bytes()[: round(share * path.stat().st_size)])
    decoded = audio.load(path, rate)
    assert (share - 0.12) * len(whole) < len(decoded) <= len(whole)  # a page of OGG or Opus lasts up to a second
    sound = len(decoded) - 6000  # the last frames of a lossy format fade, or end an unfinished page
    assert np.allclose(decoded[:sound], whole[:sound], atol=1e-3)
    (warning,) = logged_warnings
    assert f"a.{suffix} is cut " in warning, warning
    assert capfd.readouterr().err.count("\n") <= 1  # loguru's own line: the libraries have printed none


@pytest.mark.parametrize("suffix", CUT)
def test_bytes_that_changed_are_no_reason_to_crash(tmp_path, logged_warnings, capfd, suffix):
    rng = np.random.default_rng(1)
    path = written(tmp_path / f"a.{suffix}", rng.uniform(-0.5, 0.5, 48000), 24000, **CUT[suffix])
    whole = path.read_bytes()
    for _ in range(20):
        changed = bytearray(whole)
        for place in rng.integers(len(whole) // 4, len(whole), 10):
            changed[place] = rng.integers(256)
        path.write_bytes(changed)
        try:
            audio.load(path, 24000)
        except AudioError as error:
            assert str(error).startswith(str(path))
    assert "mpg123" not in capfd.readouterr().err


def test_an_mp3_is_decoded_in_blocks_as_it_is_at_once(tmp_path):
    """Low bit rates borrow bits from earlier frames, which a seek between two blocks would lose."""
    path = written(tmp_path / "a.mp3", tone(440, 10.0, RATE), RATE)
    at_once = soundfile.read(path, dtype="float32")[0]
    assert np.abs(audio.load(path, RATE) - at_once).max() < 1e-6


def test_a_whole_mp3_with_tags_is_not_called_cut(tmp_path, logged_warnings):
    path = written(tmp_path / "a.mp3", tone(440, 2.0, RATE), RATE)
    size = 300_000  # a picture
    head = b"ID3\x04\x00\x00" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    path.write_bytes(head + bytes(size) + path.read_bytes() + b"TAG" + bytes(125))
    assert len(audio.load(path, RATE)) == 2 * RATE
    assert logged_warnings == []


def test_a_rate_without_a_ratio_is_refused(tmp_path, expect_error):
    with expect_error(AudioError, r"a\.wav: 383999 Hz is too unusual a rate"):
        audio.load(written(tmp_path / "a.wav", tone(440, 0.1, 383999), 383999), RATE)


def test_a_rate_below_any_speech_is_refused(tmp_path, expect_error):
    with expect_error(AudioError, r"a\.wav has 1 samples a second, too few for speech"):
        audio.load(written(tmp_path / "a.wav", tone(0.1, 100, 1), 1), RATE)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(path, expect_error):
    for read in (lambda: audio.load(path, RATE), lambda: audio.fingerprint([path])):
        with expect_error(AudioError, f"^{path} is a device; give an audio file$"):
            read()


def test_a_file_that_cannot_be_read(expect_error):
    """The memory of the process at address 0, which the system refuses to read, as it does a bad sector."""
    for read in (lambda: audio.load("/proc/self/mem", RATE), lambda: audio.fingerprint(["/proc/self/mem"])):
        with expect_error(AudioError, r"^/proc/self/mem cannot be read \(.+\); check the disk$"):
            read()


def test_a_pipe_without_an_end_is_refused(monkeypatch, expect_error):
    monkeypatch.setattr(audio, "MOST_PIPE_BYTES", 1 << 20)
    reader, writer = os.pipe()

    def write() -> None:
        with open(writer, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except BrokenPipeError:
                return

    thread = threading.Thread(target=write)
    thread.start()
    with open(reader, "rb") as pipe, expect_error(AudioError, "has more than 0 GiB; save it to a file first"):
        audio.load(pipe, RATE)
    thread.join(30)


# ---------------------------------------------------------------------------------------------------------- correction


@pytest.mark.parametrize("bits, subtype", [(16, "FLOAT"), (24, "FLOAT"), (32, "DOUBLE")])
def test_integers_stored_as_floats_are_read_as_what_they_are(tmp_path, logged_warnings, bits, subtype):
    samples = tone(440, 1.0, RATE)
    integers = np.rint(samples * 2 ** (bits - 1))
    decoded = audio.load(written(tmp_path / "a.wav", integers, RATE, subtype=subtype), RATE)
    assert np.abs(decoded - samples).max() < 2**-15
    assert len(logged_warnings) == 1 and f"they are read as {bits}-bit integers" in logged_warnings[0]


def test_integers_that_were_resampled_are_read_as_16_bits(tmp_path, logged_warnings):
    samples = tone(440, 1.0, RATE)
    decoded = audio.load(written(tmp_path / "a.wav", samples * 32767.3, RATE, subtype="FLOAT"), RATE)
    assert np.abs(decoded - samples).max() < 1e-4
    assert "they are read as 16-bit integers" in logged_warnings[0]


def test_floats_above_full_scale_are_told_and_kept(tmp_path, logged_warnings):
    samples = tone(440, 1.0, RATE, amplitude=1.5)
    decoded = audio.load(written(tmp_path / "a.wav", samples, RATE, subtype="FLOAT"), RATE)
    assert np.abs(decoded - samples).max() < 1e-6
    assert len(logged_warnings) == 1 and "a.wav reaches 1.50 where full scale is 1" in logged_warnings[0]


@pytest.mark.parametrize("left, right", [(1.0, -1.0), (1.0, -0.9), (0.6, -0.9)])
def test_channels_of_opposite_sign_do_not_cancel(tmp_path, logged_warnings, left, right):
    samples = tone(440, 1.0, RATE)
    both = np.stack([left * samples, right * samples], axis=1)
    decoded = audio.load(written(tmp_path / "a.wav", both, RATE, subtype="FLOAT"), RATE)
    louder = left if abs(left) >= abs(right) else right
    assert np.abs(decoded - louder * samples).max() < 1e-6
    assert len(logged_warnings) == 1 and "channels that cancel each other out" in logged_warnings[0]


def test_independent_silent_and_late_channels_are_averaged(tmp_path, logged_warnings):
    """Independent channels, one that is silent, and one that lags are no reason to drop a channel."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 0.1, (2, RATE))
    for right in (other, np.zeros(RATE), np.roll(one, 20)):
        path = written(tmp_path / "a.wav", np.stack([one, right], axis=1), RATE, subtype="FLOAT")
        assert np.abs(audio.load(path, RATE) - (one + right) / 2).max() < 1e-6
    assert logged_warnings == []


def test_a_constant_offset_is_subtracted_and_told(tmp_path, logged_warnings):
    samples = tone(440, 1.0, RATE)
    decoded = audio.load(written(tmp_path / "a.wav", samples + 0.3, RATE, subtype="FLOAT"), RATE)
    assert np.abs(decoded - samples).max() < 1e-4
    assert len(logged_warnings) == 1 and "a.wav has a constant offset of 0.30 of full scale" in logged_warnings[0]


def test_a_small_mean_of_a_loud_recording_is_no_offset(tmp_path, logged_warnings):
    samples = np.random.default_rng(0).normal(0, 0.18, RATE).clip(-0.9, 0.9) + 0.012
    decoded = audio.load(written(tmp_path / "a.wav", samples, RATE, subtype="FLOAT"), RATE)
    assert np.abs(decoded - samples).max() < 1e-6
    assert logged_warnings == []


def test_speech_is_decoded_without_a_correction(logged_warnings):
    for path in speech.recordings():
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert np.abs(audio.load(path, rate) - samples.mean(axis=1)).max() < 1e-5
    assert logged_warnings == []


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
