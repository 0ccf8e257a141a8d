# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Downloads, with and without a network: one sentence soon, and exactly the files that were asked for."""

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from models.demos.openvoice import bert_files, catalogue, releases
from models.demos.openvoice.demo import download
from models.tt_audio.host import hub
from models.tt_audio.host.hashes import check_sums


@pytest.fixture
def online(monkeypatch):
    """Make the hub an address of this machine, without a proxy, where nothing is cached."""
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", False)
    for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(hub, "REACH_SECONDS", 60.0)  # for a busy machine


@pytest.fixture
def silent(monkeypatch):
    """Return the address of a server that accepts connections and says nothing, as a black hole does."""
    monkeypatch.setattr(hub, "REACH_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield "http://{}:{}".format(*server.getsockname())


def answering(status: int):
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("status, reachable", [(200, True), (404, True), (503, False)])
def test_a_hub_that_answers(online, monkeypatch, status, reachable):
    server = answering(status)
    monkeypatch.setattr(hub.constants, "ENDPOINT", "http://{}:{}".format(*server.server_address))
    assert hub.reachable() == reachable
    server.shutdown()
    server.server_close()


def test_no_hub(online, monkeypatch, silent):
    monkeypatch.setattr(hub.constants, "ENDPOINT", "http://127.0.0.1:9")  # a port without a server
    assert not hub.reachable()
    monkeypatch.setattr(hub.constants, "ENDPOINT", silent)
    assert not hub.reachable()
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    assert not hub.reachable()


@pytest.mark.parametrize("dead", ["refusing", "silent"])
def test_a_dead_proxy(online, monkeypatch, silent, dead):
    monkeypatch.setattr(hub.constants, "ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9" if dead == "refusing" else silent)
    assert not hub.reachable()


def test_a_proxy_that_answers(online, monkeypatch):
    server = answering(200)
    monkeypatch.setattr(hub.constants, "ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("http_proxy", "http://{}:{}".format(*server.server_address))
    assert hub.reachable()  # the proxy resolves names that this machine cannot
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "arguments",
    [("convert", "speech.wav", "voice.flac", "--model", "myshell-ai/OpenVoiceV2"), ("download", "converter")],
    ids=" ".join,
)
def test_without_a_network_there_is_one_sentence_and_no_attempt(here, console, online, monkeypatch, arguments, silent):
    """Let every attempt beyond the sign of life fail the test: it would be repeated for half a minute."""
    (here / "home" / "OpenVoiceV2").unlink()
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub.constants, "ENDPOINT", silent)
    real = hub.hf_hub_download

    def attempt(*names, local_files_only=False, **more):
        assert local_files_only, "tried to download"
        return real(*names, local_files_only=True, **more)

    monkeypatch.setattr(hub, "hf_hub_download", attempt)
    assert console(*arguments) == 2
    assert console.err.count("\n") == 1 and console.out == ""
    assert f"myshell-ai/OpenVoiceV2 is not on this machine and cannot be downloaded ({silent} does not answer)" in (
        console.err
    )


@pytest.fixture
def published(monkeypatch, tmp_path):
    """Publish small files in place of the releases, and return what was fetched, as (name, revision, file)."""
    fetched = []

    def fetch(name, file, revision=None, repo_type=None, local_files_only=False, local_dir=None):
        if local_files_only:
            raise hub.LocalEntryNotFoundError("not here")
        fetched.append((name, revision, file))
        path = (local_dir or tmp_path / "cache" / name / revision) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)
        return str(path)

    class Api:
        def list_repo_files(self, name, revision):
            return ["README.md", "config.json", "model.safetensors", "pytorch_model.bin", "vocab.txt", "onnx/a.json"]

    for module in (hub, bert_files):
        monkeypatch.setattr(module, "reachable", lambda: True)
    monkeypatch.setattr(hub, "hf_hub_download", fetch)
    monkeypatch.setattr(bert_files, "HfApi", Api)
    monkeypatch.setattr(bert_files, "snapshot_download", lambda *_, **__: _absent())
    for name, release in catalogue.RELEASES.items():
        sums = {file: _sha256(file) for file in release.files}
        monkeypatch.setitem(catalogue.RELEASES, name, catalogue.Release(release.revision, release.files, sums))
    return fetched


def _absent():
    raise bert_files.LocalEntryNotFoundError("not here")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_exactly_the_files_of_a_part_are_fetched(here, console, published):
    (here / "home" / "OpenVoiceV2").unlink()
    assert console("download", "converter", "FR", "converter") == 0
    converter, french = (catalogue.RELEASES[catalogue.PARTS[part]] for part in ("converter", "FR"))
    bert = bert_files.MODELS["FR"]
    assert published == [
        *(("myshell-ai/OpenVoiceV2", converter.revision, file) for file in converter.files),
        *(("myshell-ai/MeloTTS-French", french.revision, file) for file in french.files),
        *((bert.name, bert.revision, file) for file in ("config.json", "vocab.txt", "model.safetensors")),
    ]
    assert len(console.out.splitlines()) == 3


def test_models_for_another_machine_come_with_their_hashes(here, console, published, monkeypatch, expect_error):
    """Fetch into a folder, copy it to the other machine's home, and damage a file there."""
    assert console("download", "FR", "--to", "models") == 0
    assert console.out == f"copy the folders in models to {here / 'home'} on the other machine\n"
    folders = sorted(path.name for path in (here / "models").iterdir())
    assert folders == ["MeloTTS-French", "bert-base-french-europeana-cased"]
    monkeypatch.setenv("OPENVOICE_HOME", str(here / "models"))
    assert releases.locate("myshell-ai/MeloTTS-French") == here / "models" / "MeloTTS-French"
    assert bert_files.find("FR") == here / "models" / "bert-base-french-europeana-cased"
    for folder in folders:
        check_sums(here / "models" / folder)
        (here / "models" / folder / "config.json").write_text("damaged")
    with expect_error(releases.CheckpointError, "config.json has sha256"):
        releases.locate("myshell-ai/MeloTTS-French")
    with expect_error(bert_files.BertError, "config.json has sha256"):
        bert_files.find("FR")


def test_a_download_that_differs_from_the_release_is_refused(here, console, published, monkeypatch):
    release = catalogue.RELEASES["myshell-ai/MeloTTS-French"]
    monkeypatch.setitem(
        catalogue.RELEASES,
        "myshell-ai/MeloTTS-French",
        catalogue.Release(release.revision, release.files, {"config.json": "0" * 64}),
    )
    assert console("download", "FR", "--to", "models") == 2
    assert "config.json has sha256" in console.err
    assert not (here / "models" / "MeloTTS-French" / "SHA256SUMS").exists()


def test_every_part_has_a_release(published):
    assert {download.PARTS[part] for part in download.PARTS} <= set(catalogue.RELEASES)
