# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sources of voices, and files that are refused as a voice."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
import torch

from models.demos.speecht5_tts import releases, voices
from models.demos.speecht5_tts.voices import load_voice
from models.tt_audio.host import hub
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.voice_files import VoiceError
from models.tt_audio.host.voices import Voice, VoiceBank

CHANNELS = 12


def vector(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(CHANNELS).astype(np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shape", [(CHANNELS,), (1, CHANNELS)])
def test_array(folder, shape):
    np.save("anna.npy", vector().reshape(shape))
    voice = load_voice("anna.npy", CHANNELS)
    assert voice.name == "anna" and torch.equal(voice.embedding, torch.from_numpy(vector()))


def test_kept_voice_is_found_by_name_and_by_file(folder):
    np.save("anna.npy", vector())
    bank = VoiceBank(folder / "voices")
    bank.add(load_voice("anna.npy", CHANNELS))
    for name in ("anna", str(folder / "voices" / "anna.safetensors")):
        assert torch.equal(load_voice(name, CHANNELS, bank).embedding, torch.from_numpy(vector()))


def test_voice_of_another_model(folder, expect_error):
    Voice(torch.ones(CHANNELS), "bea", "a recording", model="0123456789abcdef").save("bea.safetensors")
    with expect_error(VoiceError, "the voice 'bea' was made by model 0123456789abcdef, not by spkrec-xvect-voxceleb"):
        load_voice("bea.safetensors", CHANNELS)


def test_array_of_another_width(folder, expect_error):
    np.save("anna.npy", vector()[:5])
    with expect_error(VoiceError, "the voice 'anna' has 5 channels, the model needs 12"):
        load_voice("anna.npy", CHANNELS)


@pytest.mark.parametrize(
    "array, fault",
    [
        (np.zeros((2, CHANNELS), np.float32), r"holds float32 \[2, 12\]; a voice is a vector of floats"),
        (np.zeros(CHANNELS, np.int64), r"holds int64 \[12\]; a voice is a vector of floats"),
        (np.zeros(CHANNELS, np.float32), "the embedding is zero or not finite"),
        (np.full(CHANNELS, np.nan), "the embedding is zero or not finite"),
        (np.array(["a", None], object), "is not an array of NumPy or is damaged"),
    ],
)
def test_array_that_is_no_voice(folder, array, fault, expect_error):
    np.save("anna.npy", array)
    with expect_error(VoiceError, fault):
        load_voice("anna.npy", CHANNELS)


@pytest.mark.parametrize(
    "name, fault",
    [
        ("anna.npy", "anna.npy does not exist"),
        ("anna", "there is no voice 'anna' in .*: give one of them, a .npy or .safetensors file, or cmu-arctic:"),
        ("cmu-arctic:1", "the voices of CMU ARCTIC are not on this machine and cannot be downloaded"),
    ],
)
def test_voice_that_is_not_here(folder, name, fault, expect_error):
    with expect_error(VoiceError, fault):
        load_voice(name, CHANNELS, download=False)


def write_archive(path, count=3):
    with zipfile.ZipFile(path, "w") as archive:
        for number in reversed(range(count)):
            content = BytesIO()
            np.save(content, vector(number))
            archive.writestr(f"spkrec-xvect/cmu_us_slt_arctic-wav-arctic_a000{number}.npy", content.getvalue())


@pytest.mark.parametrize("entry", ["1", "cmu_us_slt_arctic-wav-arctic_a0001"])
def test_entry_of_cmu_arctic(folder, entry):
    write_archive(folder / voices.ARCHIVE)
    voice = load_voice(f"cmu-arctic:{entry}", CHANNELS)
    assert voice.name == "cmu_us_slt_arctic-wav-arctic_a0001"
    assert torch.equal(voice.embedding, torch.from_numpy(vector(1)))


@pytest.mark.parametrize("entry", ["3", "-1", "slt", ""])
def test_entry_that_is_not_there(folder, entry, expect_error):
    write_archive(folder / voices.ARCHIVE)
    with expect_error(VoiceError, f"has no entry '{entry}': give a number below 3 or a file name in it"):
        load_voice(f"cmu-arctic:{entry}", CHANNELS)


def test_damaged_archive(folder, expect_error):
    (folder / voices.ARCHIVE).write_bytes(b"PK")
    with expect_error(VoiceError, "spkrec-xvect.zip cannot be read"):
        load_voice("cmu-arctic:1", CHANNELS)


def test_without_a_network_the_download_is_not_tried(folder, monkeypatch, expect_error):
    monkeypatch.setattr(hub, "reachable", lambda: False)
    for name, action in (
        ("the voices of CMU ARCTIC are", lambda: load_voice("cmu-arctic:1", CHANNELS)),
        ("microsoft/speecht5_tts is", lambda: releases.locate("microsoft/speecht5_tts")),
    ):
        with expect_error(UserError, f"{name} not on this machine and cannot be downloaded .* does not answer"):
            action()
