# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parts shared by service and page: limits of recordings, texts and results, their options, names for messages."""

import io
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from models.demos.openvoice.base_speakers import SpeechError
from models.demos.openvoice.demo import hosting
from models.demos.openvoice.demo.app import make_parser as page_parser
from models.demos.openvoice.demo.arguments.hosting import given_limits
from models.demos.openvoice.demo.hosting import LimitError, MissingError
from models.demos.openvoice.demo.limits import Limits, PageLimits
from models.demos.openvoice.demo.server import make_parser
from models.demos.openvoice.styles import style_of
from models.demos.openvoice.tests.unit.conftest import RATE
from models.demos.openvoice.tests.unit.service_fixtures import wav
from models.tt_audio.host.audio import AudioError

MODEL = SimpleNamespace(sampling_rate=RATE, config=SimpleNamespace(filter_length=1024))


def recording(seconds: float) -> io.BytesIO:
    file = io.BytesIO(wav(seconds))
    file.name = "a.wav"
    return file


def test_the_length_of_a_recording(expect_error):
    assert len(hosting.decode(recording(2.0), MODEL, 2.0)) == 2 * RATE
    with expect_error(LimitError, "^a.wav lasts longer than 2 s; send it in parts$"):
        hosting.decode(recording(2.001), MODEL, 2.0)
    assert len(hosting.decode(recording(1024 / RATE), MODEL, 2.0)) == 1024
    with expect_error(AudioError, "^a.wav lasts 46 ms; at least 46 ms are needed$"):
        hosting.decode(recording(1023 / RATE), MODEL, 2.0)


def test_the_length_of_a_text(expect_error):
    assert hosting.check_text("a" * 9, 9, 5) == "a" * 9
    with expect_error(LimitError, "^the text has 10 characters; at most 9 may be sent at once$"):
        hosting.check_text("a" * 10, 9, 5)
    text = "[pause 2] Hello. [pause 3]"
    assert hosting.check_text(text, 100, 5) == text
    with expect_error(LimitError, "^the pauses in the text last 5 s together; at most 4.9 s may be asked for$"):
        hosting.check_text(text, 100, 4.9)


def test_the_length_of_a_result(expect_error):
    pieces = [np.zeros(10, np.float32)] * 3
    assert len(list(hosting.bounded(iter(pieces), 10, 3.0))) == 3
    bounded = hosting.bounded(iter(pieces), 10, 2.9)
    assert len(next(bounded)) == len(next(bounded)) == 10
    with expect_error(LimitError, "^the result lasts longer than 2.9 s; send the text in parts$"):
        next(bounded)


@pytest.mark.parametrize("parser, limits", [(make_parser, Limits()), (page_parser, PageLimits())])
def test_the_options_of_limits(parser, limits):
    options = parser().parse_args([])
    assert given_limits(limits, options) == limits
    options = parser().parse_args(["--upload-mib", "3", "--recording-seconds", "7.5", "--text-characters", "9"])
    changed = given_limits(limits, options)
    assert (changed.upload_bytes, changed.recording_seconds, changed.text_characters) == (3 << 20, 7.5, 9)
    assert changed.result_seconds == limits.result_seconds


def test_the_limits_of_the_page():
    """Compare the limits with those in README and --help."""
    assert PageLimits() == PageLimits(32 << 20, 300, 4096, 600, 16)


@pytest.mark.parametrize("parser, port", [(make_parser, 8000), (page_parser, 7860)])
def test_address_and_port(parser, port, capsys):
    options = parser().parse_args([])
    assert (options.host, options.port, options.bert) == ("127.0.0.1", port, "required")
    assert parser().parse_args(["--port", "1"]).port == 1
    assert parser().parse_args(["--port", "65535"]).port == 65535
    for wrong in ("0", "65536", "-1", "x", ""):
        with pytest.raises(SystemExit) as end:  # allow-pytest.raises: an exit code is no message
            parser().parse_args(["--port", wrong])
        assert end.value.code == 2
        assert f"{wrong} is not a port from 1 to 65535" in capsys.readouterr().err


def test_names_for_messages():
    assert hosting.file_name("../../etc/passwd") == hosting.file_name("C:\\etc\\passwd") == "passwd"
    assert hosting.file_name("a\x00\x1b[31m\u202eb.wav") == "a[31mb.wav"
    assert hosting.file_name(" a b\u2028.wav ") == "a b.wav"
    assert hosting.file_name(None) == hosting.file_name("/") == hosting.file_name("a/ ") == "the recording"
    assert hosting.file_name("x" * 500) == "x" * 80


def test_base_speakers(tmp_path, monkeypatch, expect_error):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    with expect_error(SpeechError, "^there is no language 'xx'; choose one of: "):
        hosting.base_speaker(None, "xx", style_of("neutral"))
    with expect_error(SpeechError, "^the emotion 'sad' is there for English text only, not for FR.$"):
        hosting.base_speaker(None, "fr", style_of("sad"))
    with expect_error(MissingError, "^the base speaker for FR text is not installed on this machine$"):
        hosting.base_speaker(None, "fr", style_of("neutral"))
    with expect_error(MissingError, "^the base speaker for the emotion 'sad' is not installed on this machine$"):
        hosting.base_speaker(None, "EN", style_of("sad"))
    folder = tmp_path / "MeloTTS-English"
    folder.mkdir()
    assert hosting.base_speaker(None, "en", style_of("neutral")) == folder


def test_the_model_is_opened_in_its_thread():
    opened = []

    def open_model():
        opened.append(threading.current_thread().name)
        return hosting.Hosted(SimpleNamespace(), "small", "torch", "")

    hosted, thread = hosting.in_a_thread(open_model, most=3)
    assert opened == ["model"] and thread.model is hosted.model and thread.most == 3
    thread.close()
