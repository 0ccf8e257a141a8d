# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Service under load and under strange requests, and its end."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.endpoints import make_app
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.service import Service
from models.demos.openvoice.tests.unit.conftest import RATE
from models.demos.openvoice.tests.unit.service_fixtures import behind_a_port, heard, small_model, wav
from models.tt_audio.testing import speech

ROOT = Path(__file__).resolve().parents[5]
WAIT = 60  # seconds that nothing here should take; a test that takes them has failed


# ---- the service


@pytest.fixture(scope="module")
def home(tmp_path_factory, base_speaker_folder):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENVOICE_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def service(home, converter_folder):
    service = Service(lambda: small_model(converter_folder), Limits(places=12, upload_bytes=1 << 20))
    voice = service.model.voice(speech.voice(6.0, RATE))
    service.voices.bank.add(voice)
    yield service
    service.thread.close()


def test_a_soak_loses_nothing_and_mixes_nothing_up(service, converter_folder, request):
    """Compare every answer with the direct conversion; batches must take fewer passes than there are recordings."""
    model = small_model(converter_folder).model
    (facts,) = service.voices.list()
    voice = service.voices.find(facts.name)
    recordings = [wav(0.3 + 0.1 * number, 1 + number / 20) for number in range(8)]
    cases = [(number % len(recordings), number % 5) for number in range(80)]
    passes = []
    service.thread.on_batch = passes.append

    def ask(case, client):
        number, seed = case
        fields = {"voice": facts.key[:12], "seed": seed, "stream": "true" if seed == 4 else "false"}
        while True:
            answer = client.post("/convert", data=fields, files={"source": recordings[number]})
            if answer.status_code != 429:
                return answer

    with behind_a_port(make_app(service, Access())) as address:
        limits = httpx.Limits(max_connections=12)
        with httpx.Client(base_url=address, timeout=WAIT, limits=limits) as client, ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(ask, cases, [client] * len(cases)))
    expected = {
        case: model.convert(io.BytesIO(recordings[case[0]]), voice, seed=case[1]) for case in dict.fromkeys(cases)
    }
    for case, answer in zip(cases, answers, strict=True):
        assert answer.status_code == 200, answer.text
        sound = heard(answer.content)
        assert len(sound) == len(expected[case])
        assert np.abs(sound - expected[case]).max() < 2**-14
    assert sum(passes) == 64 and len(passes) < 64, passes


def test_the_service_finishes_what_it_began(here, converter_folder):
    """Send SIGTERM while a stream is being sent: the stream is completed, then the process ends."""
    port = socket.create_server(("127.0.0.1", 0)).getsockname()[1]
    command = [sys.executable, "-m", "models.demos.openvoice.demo.server", "--port", str(port), "--backend", "torch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, env=environment, cwd=here, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            transport = httpx.HTTPTransport(retries=20)  # with pauses that double, until the model is there
            with httpx.Client(base_url=address, transport=transport, timeout=WAIT) as client:
                assert client.get("/health").json()["model"] == "myshell-ai/OpenVoiceV2"
                files = {"source": wav(10.0), "reference": wav(6.0, 1.4)}
                with client.stream("POST", "/convert", files=files, data={"stream": "true"}) as answer:
                    pieces = answer.iter_raw()
                    first = next(pieces)
                    process.send_signal(signal.SIGTERM)
                    sound = heard(first + b"".join(pieces))
            assert len(sound) == 10 * RATE
            assert process.wait(WAIT) == 128 + signal.SIGTERM
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


# ---- strange requests

TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["../x", "/etc/passwd", "\x00", "\ud800", "nan", "1e999"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=6,
)
FIELDS = ("model", "input", "voice", "response_format", "speed", "language", "style", "text", "seed", "tau", "stream")
CONTENT = st.binary(max_size=64) | st.just(wav(0.2))
ENCODABLE = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.fixture(scope="module")
def strange(service):
    return TestClient(make_app(service, Access()), base_url="http://127.0.0.1")


def check(answer) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["error"].keys() == {"message", "type", "param", "code"}


many = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(body=JSON | st.dictionaries(st.sampled_from(FIELDS), JSON), raw=st.none() | st.binary(max_size=40))
def test_any_json_is_answered(strange, body, raw):
    content = raw if raw is not None else json.dumps(body).encode()
    check(strange.post("/v1/audio/speech", content=content, headers={"content-type": "application/json"}))


@many
@given(
    path=st.sampled_from(["/convert", "/clone", "/voices"]),
    fields=st.dictionaries(st.sampled_from((*FIELDS, "name", "reference")), ENCODABLE, max_size=6),
    files=st.lists(
        st.tuples(st.sampled_from(["source", "reference", "recording", "voice"]), ENCODABLE, CONTENT), max_size=3
    ),
)
def test_any_form_is_answered(strange, path, fields, files):
    check(strange.post(path, data=fields, files=[(name, (file, content)) for name, file, content in files] or None))


@many
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    path=st.text(st.characters(codec="utf-8"), max_size=30),
    content=st.binary(max_size=40),
    kind=st.sampled_from(["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/json"]),
)
def test_any_path_is_answered(strange, method, path, content, kind):
    check(strange.request(method, "/" + quote(path), content=content, headers={"content-type": kind}))
    check(strange.request("POST", "/convert", content=b"--x\r\n" + content, headers={"content-type": kind}))
