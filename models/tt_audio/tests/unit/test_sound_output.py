# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""sound_output.py: what is written is read back, and a file is complete or not there."""

import io
import os

import numpy as np
import pytest
import soundfile

from models.tt_audio.host import encodings, sound_output
from models.tt_audio.host.audio import AudioError
from models.tt_audio.host.errors import UserError

RATE = 22050


def tone(frequency: float, seconds: float, sample_rate: int, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sample_rate)) / sample_rate)


@pytest.mark.parametrize("suffix, file_format", [("wav", "WAV"), ("WAV", "WAV"), ("flac", "FLAC")])
def test_what_is_saved_is_read_back(tmp_path, suffix, file_format):
    path, samples = tmp_path / f"a.{suffix}", tone(440, 0.5, RATE)
    sound_output.save(path, samples, RATE)
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.samplerate, info.channels) == (file_format, "PCM_16", RATE, 1)
    assert np.abs(soundfile.read(path)[0] - samples).max() <= 2**-15
    assert os.listdir(tmp_path) == [path.name]


def test_blocks_make_the_same_file_as_the_whole(tmp_path):
    samples = tone(440, 0.5, RATE)
    sound_output.save(tmp_path / "whole.wav", samples, RATE)
    with sound_output.writer(tmp_path / "blocks.wav", RATE) as write:
        for block in np.array_split(samples, 7):
            write(block)
    assert (tmp_path / "blocks.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()


@pytest.mark.parametrize("file_format", ["WAV", "FLAC"])
def test_a_pipe_gets_the_whole_file(file_format):
    samples = tone(440, 0.1, RATE)  # its file fits a pipe's buffer
    reader, writer = os.pipe()
    with open(writer, "wb") as pipe:
        sound_output.save(pipe, samples, RATE, file_format)
    with open(reader, "rb") as pipe:
        decoded, _ = soundfile.read(io.BytesIO(pipe.read()))
    assert np.abs(decoded - samples).max() <= 2**-15


def test_whoever_reads_the_old_file_keeps_it(tmp_path):
    path = tmp_path / "a.wav"
    sound_output.save(path, tone(440, 0.1, RATE), RATE)
    before = path.read_bytes()
    with open(path, "rb") as reader:
        sound_output.save(path, tone(880, 0.2, RATE), RATE)
        assert reader.read() == before != path.read_bytes()


def test_an_interrupted_writer_leaves_the_old_file(tmp_path, expect_error):
    path = tmp_path / "a.wav"
    sound_output.save(path, tone(440, 0.1, RATE), RATE)
    before = path.read_bytes()
    with expect_error(KeyboardInterrupt, "stop"):
        with sound_output.writer(path, RATE) as write:
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
        sound_output.save(tmp_path / "a.wav", samples, RATE)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name, message",
    [
        ("a.ogg", r"a\.ogg cannot be written; choose a name that ends in \.wav, \.flac, \.mp3, \.opus, \.m4a"),
        ("nowhere/a.wav", "nowhere does not exist"),
        ("folder.wav", r"folder\.wav is a folder"),
    ],
)
def test_a_name_that_cannot_be_saved(tmp_path, expect_error, name, message):
    (tmp_path / "folder.wav").mkdir()
    with expect_error(UserError, message):
        encodings.check_target(tmp_path / name)
    with expect_error(UserError, message):
        sound_output.save(tmp_path / name, tone(440, 0.1, RATE), RATE)
    assert os.listdir(tmp_path) == ["folder.wav"]


def test_too_loud_audio_is_clipped_and_told(tmp_path, logged_warnings):
    sound_output.save(tmp_path / "a.wav", np.array([0.5, 1.5, -1.5, 0.5]), RATE)
    decoded, _ = soundfile.read(tmp_path / "a.wav")
    assert np.allclose(decoded, [0.5, 1, -1, 0.5], atol=2**-14)
    assert len(logged_warnings) == 1 and "50.00% of the samples exceed full scale" in logged_warnings[0]
