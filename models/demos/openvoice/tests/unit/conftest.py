# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A new user's machine, for the tests of the commands: an empty folder, and small models in place of the released."""

import io
import sys

import pytest
import soundfile

from models.demos.openvoice.demo import demo
from models.demos.openvoice.synthetic import SMALL_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, write_checkpoint
from models.demos.openvoice.text.frontend import PUNCTUATION
from models.demos.openvoice.text.pronunciation import Predictor
from models.tt_audio.cli import terminal
from models.tt_audio.host import hub
from models.tt_audio.testing import speech
from models.tt_audio.torch_backend import precision

RATE = 22050
FRAMES = {"upsample_rates": [8, 8, 8], "upsample_kernel_sizes": [16, 16, 16]}  # 512 samples a frame, as released
ACCENTS = {"EN-US": 0, "EN-BR": 1, "EN_INDIA": 2, "EN-AU": 3, "EN-Default": 4}


@pytest.fixture(scope="session")
def converter_folder(tmp_path_factory):
    return make_converter_checkpoint(tmp_path_factory.mktemp("model"), SMALL_CONFIG)


@pytest.fixture(scope="session")
def base_speaker_folder(tmp_path_factory):
    """Return the folder of a small English MeloTTS that reads without BERT."""
    phones = {phone.rstrip("012").lower() for phone in Predictor.PHONES if phone.isalnum()}
    raw = melo_config(
        ["_", *sorted(phones - {"v"} | {"V"} | PUNCTUATION)], ACCENTS, n_speakers=len(ACCENTS), **SMALL | FRAMES
    )
    raw["data"]["disable_bert"] = True
    return write_checkpoint(tmp_path_factory.mktemp("base"), raw)


@pytest.fixture
def here(tmp_path, monkeypatch, converter_folder, base_speaker_folder):
    """Return the working folder, with some recordings and its own models and bank of voices; nothing is downloaded."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    (home / "OpenVoiceV2").symlink_to(converter_folder)
    (home / "MeloTTS-English").symlink_to(base_speaker_folder)
    monkeypatch.setenv("OPENVOICE_HOME", str(home))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    # measured once per machine; this machine is new in every test
    monkeypatch.setattr(precision, "bfloat16_is_faster", lambda home: False)
    soundfile.write("speech.wav", speech.voice(3.0, RATE), RATE)
    soundfile.write("voice.flac", speech.voice(6.0, 16000), 16000)
    return tmp_path


class Console:
    """Console that runs a command as main() is called, with bytes as stdin, and keeps the exit code and the output."""

    def __init__(self, monkeypatch, capsysbinary):
        self.monkeypatch = monkeypatch
        self.captured = capsysbinary

    def __call__(self, *arguments: str, stdin: bytes = b"") -> int:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.captured.readouterr()
        # this process computes already, and its environment belongs to all tests
        self.monkeypatch.setattr(terminal, "use_processors", lambda threads: None)
        try:
            demo.main([*map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        self.bytes, error = self.captured.readouterr()
        self.err = error.decode()
        return code

    @property
    def out(self) -> str:
        return self.bytes.decode()


@pytest.fixture
def console(monkeypatch, capsysbinary):
    return Console(monkeypatch, capsysbinary)
