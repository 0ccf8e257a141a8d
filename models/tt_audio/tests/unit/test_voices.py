# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""voices.py: a voice is read back from its file unchanged, and a damaged or odd file is never a voice."""

import hashlib
import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models.tt_audio.host.files import FileError
from models.tt_audio.host.voice_files import VoiceError
from models.tt_audio.host.voices import Voice

MODEL = "0123456789abcdef"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def voice(name: str = "ann", channels: int = 256) -> Voice:
    """A voice whose embedding follows from its name, so that a mix-up shows."""
    embedding = torch.randn(channels, generator=torch.Generator().manual_seed(int(sha(name)[:8], 16)))
    return Voice(embedding, name, f"{name}.wav", sha(name), MODEL)


def facts(one: Voice) -> tuple:
    return one.embedding.tolist(), one.name, one.source, one.audio_sha256, one.model


# --------------------------------------------------------------------------------------------------------------- voice


@pytest.mark.parametrize("channels", [256, 32])
def test_a_saved_voice_is_read_back_unchanged(tmp_path, channels):
    original = voice("änn 🎙", channels)
    original.save(tmp_path / "a.safetensors")
    assert facts(Voice.load(tmp_path / "a.safetensors")) == facts(original)
    assert os.listdir(tmp_path) == ["a.safetensors"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_an_upstream_speaker_file_is_a_voice(tmp_path, dtype):
    embedding = voice().embedding.to(dtype)
    torch.save(torch.nn.Parameter(embedding.reshape(1, 256, 1)), tmp_path / "en-us.pth")
    loaded = Voice.load(tmp_path / "en-us.pth")
    assert (loaded.name, loaded.source, loaded.model) == ("en-us", str(tmp_path / "en-us.pth"), "")
    assert loaded.embedding.dtype == torch.float32 and not loaded.embedding.requires_grad
    assert torch.equal(loaded.embedding, embedding.float())


@pytest.mark.parametrize(
    "content",
    [{"se": torch.ones(1, 256, 1)}, torch.ones(256), torch.ones(2, 256, 1), [1.0] * 256],
    ids=["dict", "flat", "two", "numbers"],
)
def test_a_pth_that_is_no_speaker_file(tmp_path, expect_error, content):
    torch.save(content, tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth is not a speaker file; these hold one tensor of the shape"):
        Voice.load(tmp_path / "a.pth")


class Intruder:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pth_that_wants_to_run_code(tmp_path, expect_error):
    torch.save(Intruder(tmp_path / "ran"), tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth wants to run code when it is opened and was refused"):
        Voice.load(tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()


def test_a_truncated_pth(tmp_path, expect_error):
    torch.save(torch.ones(1, 256, 1), tmp_path / "a.pth")
    (tmp_path / "a.pth").write_bytes((tmp_path / "a.pth").read_bytes()[:700])
    with expect_error(VoiceError, r"a\.pth is not a checkpoint or is damaged"):
        Voice.load(tmp_path / "a.pth")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_an_embedding_without_meaning(tmp_path, expect_error, value):
    torch.save(torch.full((1, 256, 1), value), tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth: the embedding is zero or not finite"):
        Voice.load(tmp_path / "a.pth")


def test_an_embedding_of_the_wrong_shape(expect_error):
    with expect_error(VoiceError, r"a\.wav: an embedding has the shape \[channels\], not \[1, 256\]"):
        Voice(torch.ones(1, 256), "a", "a.wav")


@pytest.mark.parametrize("kept", [0, 4, 100, 500, -1], ids=lambda kept: f"{kept}_bytes")
def test_a_truncated_voice(tmp_path, expect_error, kept):
    path = tmp_path / "a.safetensors"
    voice().save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with expect_error(VoiceError, r"a\.safetensors is damaged; extract the voice again"):
        Voice.load(path)


def test_a_voice_with_one_flipped_bit(tmp_path, expect_error):
    path = tmp_path / "a.safetensors"
    voice().save(path)
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    with expect_error(VoiceError, r"a\.safetensors is damaged; extract the voice again"):
        Voice.load(path)


def test_a_safetensors_file_that_is_no_voice(tmp_path, expect_error):
    save_file({"weight": torch.ones(3)}, tmp_path / "a.safetensors")
    with expect_error(VoiceError, r"a\.safetensors is a safetensors file but not a voice"):
        Voice.load(tmp_path / "a.safetensors")


@pytest.mark.parametrize("name, message", [("none.pth", "does not exist"), ("a.wav", r"is not a voice; give a")])
def test_a_path_that_holds_no_voice(tmp_path, expect_error, name, message):
    (tmp_path / "a.wav").touch()
    with expect_error(VoiceError, f"{name} {message}"):
        Voice.load(tmp_path / name)


def test_a_voice_is_saved_under_its_own_suffix_only(tmp_path, expect_error):
    with expect_error(VoiceError, r"a\.pth cannot be written; choose a name that ends in \.safetensors"):
        voice().save(tmp_path / "a.pth")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(1).expand(1, 1 << 30, 1),
        lambda: torch.ones(1, 5000, 1),
        lambda: torch.ones(1, 4, 1).to_sparse(),
        lambda: torch.sparse_coo_tensor(torch.zeros(3, 1, dtype=torch.long), torch.ones(1), (1, 1 << 30, 1)),
        lambda: torch.ones(1, 1 << 30, 1, device="meta"),
        lambda: torch.ones(1, 256, 1, dtype=torch.complex64),
        lambda: torch.ones(1, 256, 1, dtype=torch.int64),
        lambda: torch.ones(1, 256, 1, dtype=torch.bool),
        lambda: torch.quantize_per_tensor(torch.ones(1, 4, 1), 0.1, 0, torch.qint8),
        lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    ],
    ids=["expanded", "wide", "sparse", "large sparse", "meta", "complex", "integer", "bool", "quantized", "nested"],
)
def test_odd_tensors_are_no_voice(tmp_path, expect_error, make):
    torch.save(make(), tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth (is not a speaker file|is not a checkpoint|names tensors)"):
        Voice.load(tmp_path / "a.pth")


def legacy(content: torch.Tensor) -> bytes:
    """Return the bytes of a .pth file as torch wrote it before version 1.6."""
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def test_a_legacy_file_is_a_voice(tmp_path):
    embedding = voice().embedding
    (tmp_path / "a.pth").write_bytes(legacy(embedding.reshape(1, 256, 1)))
    assert torch.equal(Voice.load(tmp_path / "a.pth").embedding, embedding)


def test_a_cut_legacy_file_is_one_sentence(tmp_path, expect_error):
    content = legacy(voice().embedding.reshape(1, 256, 1))
    for kept in range(0, len(content), 7):
        (tmp_path / "a.pth").write_bytes(content[:kept])
        with expect_error(VoiceError, r"a\.pth is not a checkpoint or is damaged: download it again"):
            Voice.load(tmp_path / "a.pth")


def test_changed_bytes_of_a_voice_file_are_one_sentence(tmp_path):
    rng = np.random.default_rng(0)
    torch.save(torch.ones(1, 256, 1), tmp_path / "zip.pth")
    (tmp_path / "legacy.pth").write_bytes(legacy(torch.ones(1, 256, 1)))
    voice().save(tmp_path / "own.safetensors")
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        for _ in range(150):
            changed = bytearray(content)
            for place in rng.integers(0, len(content), 3):
                changed[place] = rng.integers(256)
            path.write_bytes(changed)
            try:
                Voice.load(path)
            except VoiceError as error:
                assert str(path) in str(error)


def test_a_legacy_file_that_asks_for_gigabytes(tmp_path, expect_error):
    content = legacy(torch.ones(1, 256, 1))
    length = content.index(b"M\x00\x01")  # of the storage: 256
    content = content[:length] + b"J" + struct.pack("<i", 1 << 30) + content[length + 3 :]
    (tmp_path / "a.pth").write_bytes(content)
    with expect_error(VoiceError, r"a\.pth names tensors that it does not contain"):
        Voice.load(tmp_path / "a.pth")


def test_compressed_tensors_are_not_expanded(tmp_path, expect_error):
    torch.save(torch.zeros(1, 1 << 24, 1), tmp_path / "b.pth")
    with zipfile.ZipFile(tmp_path / "b.pth") as plain:
        with zipfile.ZipFile(tmp_path / "a.pth", "w", zipfile.ZIP_DEFLATED) as packed:
            for name in plain.namelist():
                packed.writestr(name, plain.read(name))
    assert (tmp_path / "a.pth").stat().st_size < 1 << 17
    with expect_error(VoiceError, r"a\.pth names tensors that it does not contain"):
        Voice.load(tmp_path / "a.pth")


def test_a_voice_is_not_saved_on_a_full_disk(expect_error, tmp_path):
    (tmp_path / "a.safetensors").symlink_to("/dev/full")
    with expect_error(FileError, r"a\.safetensors cannot be written \(No space left on device\)"):
        voice().save(tmp_path / "a.safetensors")


def test_a_voice_of_another_model_is_refused(expect_error):
    with expect_error(
        VoiceError, rf"the voice 'ann' was made by model {MODEL}, not by other; extract it again from ann"
    ):
        voice().require("other")


def test_a_voice_of_another_width_is_refused(tmp_path, expect_error):
    torch.save(torch.ones(1, 192, 1), tmp_path / "a.pth")
    with expect_error(VoiceError, "the voice 'a' has 192 channels, the model needs 256"):
        Voice.load(tmp_path / "a.pth").require(MODEL, 256)


def test_a_fitting_voice_is_accepted(tmp_path):
    torch.save(torch.ones(1, 256, 1), tmp_path / "a.pth")
    for fitting in (voice(), Voice.load(tmp_path / "a.pth")):
        assert fitting.require(MODEL, 256) is fitting
