# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HTTP service: the result of each request, compared with the pipeline's, and the answers to mistakes."""

import io
import json
import sys
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import soundfile
import torch
from fastapi.testclient import TestClient

from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.endpoints import make_app
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.server import main
from models.demos.openvoice.demo.service import Service
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.demos.openvoice.tests.unit.service_fixtures import heard, small_model, wav
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.voice_files import VoiceError
from models.tt_audio.torch_backend import precision
from models.tt_audio.torch_backend.graph_cache import memory_errors

SOURCE, REFERENCE = wav(1.0), wav(6.0, 1.4)
FILES = [("source", ("speech.wav", SOURCE)), ("reference", ("voice.wav", REFERENCE))]
LIMITS = Limits(upload_bytes=3 << 20, recording_seconds=20, text_characters=200, result_seconds=60)


@pytest.fixture(scope="module")
def home(tmp_path_factory, converter_folder, base_speaker_folder):
    """Return the folder of models and voices, with only an English base speaker."""
    home = tmp_path_factory.mktemp("home")
    (home / "MeloTTS-English").symlink_to(base_speaker_folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENVOICE_HOME", str(home))
        patch.setattr(precision, "bfloat16_is_faster", lambda home: False)
        yield home


@pytest.fixture(scope="module")
def service(home, converter_folder):
    service = Service(lambda: small_model(converter_folder), LIMITS, window=0.0)
    yield service
    service.thread.close()


@pytest.fixture
def client(service):
    for voice in service.voices.bank.list():
        service.voices.bank.delete(voice.key)
    # Raise the errors that the service does not answer.
    return TestClient(make_app(service, Access()), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def model(converter_folder) -> OpenVoice:
    """Return a second model, so that the service is not compared with itself."""
    return small_model(converter_folder).model


def error(answer, status: int) -> str:
    """Return the message of an answer that is an error in OpenAI's format."""
    assert answer.status_code == status, answer.content[:200]
    body = answer.json()
    assert body.keys() == {"error"} and body["error"].keys() == {"message", "type", "param", "code"}
    assert body["error"]["message"].count("\n") == 0
    return body["error"]["message"]


# ---- convert


def test_convert_gives_what_the_pipeline_gives(client, model):
    answer = client.post("/convert", files=FILES, data={"seed": 7, "tau": 0.5})
    assert answer.headers["content-type"] == "audio/wav"
    expected = model.convert(io.BytesIO(SOURCE), model.voice(io.BytesIO(REFERENCE)), tau=0.5, seed=7)
    assert len(heard(answer.content)) == len(expected) == RATE
    assert np.abs(heard(answer.content) - expected).max() < 2**-15 + 1e-5


def test_a_stream_comes_in_pieces_that_make_the_whole(client):
    files = [("source", ("speech.wav", wav(3.0))), FILES[1]]
    whole = client.post("/convert", files=files, data={"stream": "false"})
    with client.stream("POST", "/convert", files=files, data={"stream": "true"}) as answer:
        assert answer.status_code == 200 and "content-length" not in answer.headers
        pieces = [piece for piece in answer.iter_raw() if piece]
    assert len(pieces) >= 3
    assert np.abs(heard(b"".join(pieces)) - heard(whole.content)).max() < 2**-14


@pytest.mark.parametrize("form, rate", [("wav", RATE), ("flac", RATE), ("mp3", RATE), ("opus", 24_000)])
def test_formats(client, form, rate):
    answer = client.post("/convert", files=FILES, data={"response_format": form})
    info = soundfile.info(io.BytesIO(answer.content))
    assert (info.samplerate, info.channels) == (rate, 1)
    assert info.duration == pytest.approx(1.0, abs=0.11)  # an MP3 has whole frames and some padding


def test_pcm_has_the_rate_that_clients_expect(client):
    answer = client.post("/convert", files=FILES, data={"response_format": "pcm"})
    assert answer.headers["content-type"] == "audio/pcm"
    assert len(answer.content) == 2 * 24_000


def test_a_reference_is_not_kept(client, home):
    before = sorted(home.rglob("*"))
    assert client.post("/convert", files=FILES).status_code == 200
    assert sorted(home.rglob("*")) == before
    assert client.get("/voices").json() == {"voices": []}


# ---- voices


def test_the_life_of_a_voice(client, model):
    assert client.post("/voices", data={"name": "anna"}, files={"recording": REFERENCE}).status_code == 201
    (kept,) = client.get("/voices").json()["voices"]
    assert kept.keys() == {"name", "key"} and kept["name"] == "anna"
    by_reference = client.post("/convert", files=FILES).content
    for name in ("anna", kept["key"]):
        assert client.post("/convert", files=FILES[:1], data={"voice": name}).content == by_reference
    again = client.post("/voices", data={"name": "anna"}, files={"recording": wav(6.0, 1.2)})
    assert "there is a voice 'anna' already" in error(again, 409)
    again = client.post("/voices", data={"name": "berta"}, files={"recording": REFERENCE})
    assert "kept already, as 'anna'" in error(again, 409)
    assert client.delete("/voices/anna").json() == kept
    assert "no voice 'anna'" in error(client.delete("/voices/anna"), 404)
    assert "no voice 'anna'" in error(client.post("/convert", files=FILES[:1], data={"voice": "anna"}), 404)


def test_a_voice_from_several_recordings(client):
    files = [("recording", ("a.wav", wav(3.0))), ("recording", ("b.wav", wav(3.0, 1.1)))]
    assert client.post("/voices", data={"name": "zwei"}, files=files).status_code == 201
    files = [("recording", ("a.wav", SOURCE))] * 9
    assert "at most 8" in error(client.post("/voices", data={"name": "neun"}, files=files), 413)


# ---- text


def test_clone_gives_what_the_pipeline_gives(client, model, base_speaker_folder):
    fields = {"text": "Hello. The ferry was late.", "style": "calm", "speed": 1.5, "seed": 3, "speaker": "EN-BR"}
    answer = client.post("/clone", data=fields, files=FILES[1:])
    voice = model.voice(io.BytesIO(REFERENCE))
    expected = model.speak(
        fields["text"], voice, "EN", "EN-BR", style="calm", speed=1.5, seed=3, base=base_speaker_folder
    )
    assert answer.status_code == 200, answer.text
    assert np.abs(heard(answer.content) - expected.clip(-1, 1)).max() < 2**-15 + 1e-5
    streamed = client.post("/clone", data={**fields, "stream": "true"}, files=FILES[1:])
    assert np.abs(heard(streamed.content) - heard(answer.content)).max() < 2**-14


def test_openais_clients(client):
    client.post("/voices", data={"name": "anna"}, files={"recording": REFERENCE})
    request = {"model": "tts-1", "input": "The ferry was late.", "voice": "anna"}
    answer = client.post("/v1/audio/speech", json=request)
    assert answer.headers["content-type"] == "audio/mpeg"
    assert soundfile.info(io.BytesIO(answer.content)).format == "MP3"
    normal, fast = (
        len(client.post("/v1/audio/speech", json={**request, "response_format": "pcm", "speed": speed}).content)
        for speed in (1, 2)
    )
    assert 0.3 < fast / normal < 0.8
    same = client.post("/clone", data={"text": request["input"], "voice": "anna", "response_format": "pcm"})
    assert len(same.content) == normal
    assert "no voice 'alloy'" in error(client.post("/v1/audio/speech", json={**request, "voice": "alloy"}), 404)
    assert "response_format" in error(client.post("/v1/audio/speech", json={**request, "response_format": "aac"}), 422)


# ---- refusals


@pytest.mark.parametrize(
    "path, data, files, status, message",
    [
        ("/convert", {}, [("source", ("notes.txt", b"no sound"))] + FILES[1:], 400, "notes.txt is empty or not audio"),
        ("/convert", {}, [("source", ("a.wav", b""))] + FILES[1:], 400, "a.wav is empty or not audio"),
        ("/convert", {}, [("source", ("a.wav", wav(0.02)))] + FILES[1:], 400, "a.wav lasts 20 ms"),
        ("/convert", {}, [("source", ("a.wav", wav(21.0)))] + FILES[1:], 413, "a.wav lasts longer than 20 s"),
        ("/convert", {}, [("source", ("a.wav", bytes(4 << 20)))], 413, "larger than 3 MiB"),
        ("/convert", {}, FILES[:1], 400, "give either the name of a voice or recordings"),
        ("/convert", {"voice": "anna"}, FILES, 400, "give either the name of a voice or recordings"),
        ("/convert", {"seed": "-1"}, FILES, 422, "seed: "),
        ("/convert", {"tau": "nan"}, FILES, 422, "tau: "),
        ("/convert", {"response_format": "flac", "stream": "true"}, FILES, 400, "flac cannot be streamed"),
        ("/convert", {}, [], 422, "source: Field required"),
        ("/clone", {"text": "a" * 201}, FILES[1:], 413, "the text has 201 characters; at most 200"),
        ("/clone", {"text": "[pause 60] Hello. [pause 60]"}, FILES[1:], 413, "the pauses in the text last 120 s"),
        (
            "/clone",
            {"text": "The ferry was late. Nobody minded.", "pause": "60"},
            FILES[1:],
            413,
            "the result lasts longer than 60 s",
        ),
        ("/clone", {"text": "Hello.", "style": "odd"}, FILES[1:], 400, "there is no style 'odd'"),
        ("/clone", {"text": "Hello.", "style": "sad"}, FILES[1:], 503, "for the emotion 'sad' is not installed"),
        ("/clone", {"text": "Hello.", "language": "XX"}, FILES[1:], 400, "there is no language 'XX'"),
        ("/clone", {"text": "Bonjour.", "language": "FR"}, FILES[1:], 503, "for FR text is not installed"),
        ("/clone", {"text": "Hello.", "speaker": "EN-XX"}, FILES[1:], 400, "there is no speaker 'EN-XX'"),
        ("/clone", {"text": "..."}, FILES[1:], 400, "\\.\\.\\."),
        ("/nowhere", {}, FILES, 404, "Not Found"),
        ("/health", {}, FILES, 405, "Method Not Allowed"),
    ],
)
def test_what_cannot_be_answered(client, home, path, data, files, status, message):
    said = error(client.post(path, data=data, files=files), status)
    assert message.replace("\\", "") in said
    assert str(home) not in said


@pytest.fixture
def opened():
    """Record this process's accesses to the file system, as audit events; the hook stays, but stops recording."""
    events, hearing = [], [True]

    def hook(event, arguments):
        if (
            hearing
            and event != "os.putenv"
            and event.startswith(("open", "os.", "shutil.", "tempfile.", "glob.", "pathlib.", "import"))
        ):
            events.append((event, repr(arguments)))

    sys.addaudithook(hook)
    yield events
    hearing.clear()


HOSTILE = ("../MARK", "/MARK", "..%2fMARK", "a\x00MARK", "MARK\u2215\uff0e\uff0e", "\uff0e\uff0e/MARK", "C:\\MARK")


def test_no_name_in_a_request_reaches_the_file_system(client, home, opened):
    for name in HOSTILE:
        said = error(client.post("/voices", data={"name": name}, files={"recording": (name, REFERENCE)}), 400)
        assert "cannot be named" in said and str(home) not in said
        error(client.post("/convert", data={"voice": name}, files=[("source", (name, SOURCE))]), 404)
        error(client.post("/convert", files=[("source", (name, b"no sound")), FILES[1]]), 400)
        error(client.delete(f"/voices/{quote(name)}"), 404)
        error(client.post("/v1/audio/speech", json={"model": name, "input": "Hello.", "voice": name}), 404)
        for field in ("language", "style", "speaker"):
            error(client.post("/clone", data={"text": "Hello.", field: name}, files=FILES[1:]), 400)
    assert opened, "the hook was not called"
    assert not [event for event in opened if "MARK" in event[1]]


def test_only_the_key_opens_the_service(service):
    client = TestClient(make_app(service, Access(key="secret")), base_url="http://127.0.0.1")
    assert client.get("/health").status_code == 200
    assert client.get("/openapi.json").status_code == 200
    wrong = ("", "Bearer", "Bearer wrong", "Bearer secrets", "Bearer secre", "secret", "Basic secret", "Bearer \xff")
    for given in wrong:
        answer = client.get("/voices", headers={"Authorization": given.encode("latin-1")})
        assert "API key" in error(answer, 401) and answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["type"] == "authentication_error"
        assert answer.json()["error"]["code"] == "invalid_api_key"
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert client.get("/voices", headers={"Authorization": f"{scheme} secret"}).status_code == 200
    # With a key, other sites and other ports of this machine may ask.
    given = {"Authorization": "Bearer secret", "Origin": "https://elsewhere.example"}
    assert client.get("/voices", headers=given).status_code == 200


# ---- the service's description of itself


@pytest.mark.parametrize("path", ["/health", "/metrics", "/voices", "/openapi.json"])
def test_heads_of_what_can_be_got(client, path):
    answer = client.head(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == client.get(path).headers["content-type"]


def test_a_bank_that_fails_names_no_folder(client, service, home, monkeypatch):
    def fails(*arguments):
        raise VoiceError(f"{home} cannot be read")

    monkeypatch.setattr(service.voices.bank, "facts", fails)
    service.voices._stamp = None
    assert error(client.get("/voices"), 503) == (
        "the bank of voices cannot be used at the moment; the log of the service says why"
    )


def test_a_missing_model_names_no_folder(client, service, home, monkeypatch):
    def fails(*arguments, **settings):
        raise CheckpointError(f"{home} lacks a model")

    monkeypatch.setattr(service.model, "speak_stream", fails)
    said = error(client.post("/clone", data={"text": "Hello."}, files=FILES[1:]), 503)
    assert said == "a model that this needs is not installed here; the log of the service says what to do"


def test_full_memory_says_what_to_lower_and_the_service_goes_on(client, service, monkeypatch):
    def fails(*arguments):
        with memory_errors(torch.device("cpu")):
            raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(service.model.backend, "convert_batch", fails)
        answer = client.post("/convert", files=FILES)
        assert error(answer, 503).startswith("the memory of cpu is full: send fewer or shorter recordings at once")
        assert answer.json()["error"]["code"] == "out_of_memory"
    assert client.post("/convert", files=FILES).status_code == 200


def test_a_fault_of_the_service(service, monkeypatch):
    monkeypatch.setattr(service.model, "convert_batch", lambda requests: 1 // 0)
    gentle = TestClient(make_app(service, Access()), base_url="http://127.0.0.1", raise_server_exceptions=False)
    answer = gentle.post("/convert", files=FILES)
    assert error(answer, 500) == "the service failed; its log says why"
    assert answer.json()["error"]["code"] == "internal_error"


def test_health_and_metrics(client):
    assert client.get("/health").json()["backend"] == "torch"

    def figures():
        lines = client.get("/metrics").text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    before = figures()
    client.post("/convert", files=FILES)
    client.post("/convert", files=FILES[:1])
    after = figures()
    for line in (
        'openvoice_requests_total{path="/convert",status="200"} 1.0',
        'openvoice_requests_total{path="/convert",status="400"} 1.0',
        'openvoice_errors_total{path="/convert"} 1.0',
        'openvoice_audio_seconds_total{path="/convert"} 1.0',
        'openvoice_request_seconds_count{path="/convert"} 2.0',
        "openvoice_batched_conversions_total 1.0",
        "openvoice_queue_depth 0.0",
        "openvoice_places_held 0.0",
    ):
        name, value = line.rsplit(" ", 1)
        assert after[name] - before.get(name, 0) == float(value), name


def test_the_description_of_the_requests(client):
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {
        *("/health", "/metrics", "/voices", "/voices/{name}", "/convert", "/clone", "/v1/audio/speech")
    }
    for methods in schema["paths"].values():
        for method in methods.values():
            assert method["summary"] and "429" in method["responses"]
    assert schema["components"]["schemas"]["Speech"]["examples"][0]["voice"] == "anna"
    example = json.dumps(schema)
    assert "The ferry was late." in example and str(Path.home()) not in example


def test_a_model_that_is_not_there(here, capsys, monkeypatch):
    with pytest.raises(SystemExit) as end:  # allow-pytest.raises: an exit code is no message
        main(["--model", "nowhere", "--backend", "torch"])
    assert end.value.code == 2
    assert (
        capsys.readouterr().err == "error: nowhere is neither a folder nor a model name like myshell-ai/OpenVoiceV2.\n"
    )
