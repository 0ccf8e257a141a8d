# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/voices.py: names, places on this machine, downloads with their hashes, and what a voice's files say."""

import hashlib
import json
from pathlib import Path

import pytest

from models.demos.openvoice.piper import voices
from models.tt_audio.host import hub
from models.tt_audio.host.errors import CheckpointError

THORSTEN = "de_DE-thorsten-medium"
FOLDER = "de/de_DE/thorsten/medium"
DESCRIPTION = {
    "audio": {"sample_rate": 22050, "quality": "medium"},
    "num_symbols": 3,
    "num_speakers": 2,
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2]},
    "language": {"code": "de_DE", "name_english": "German"},
}
FILES = {
    f"{FOLDER}/{THORSTEN}.onnx": b"a graph",
    f"{FOLDER}/{THORSTEN}.onnx.json": json.dumps(DESCRIPTION).encode(),
    f"{FOLDER}/MODEL_CARD": b"# Model card\n\n* URL: https://example.org/set\n* License: CC0\n",
}
LIST = {THORSTEN: {"files": {file: {"md5_digest": hashlib.md5(data).hexdigest()} for file, data in FILES.items()}}}


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without any voice; returns its folder."""
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(voices.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))

    def absent():
        raise CheckpointError("the voice en_US-joe-medium is not installed")

    monkeypatch.setattr(voices, "bundled_voice", absent)
    return tmp_path


@pytest.fixture
def published(machine, monkeypatch):
    """A hub that has FILES and LIST; returns its files, which a test may change, and those that were fetched."""
    files = {**FILES, voices.LIST: json.dumps(LIST).encode()}
    fetched = []
    monkeypatch.setattr(voices, "LIST_SHA256", hashlib.sha256(files[voices.LIST]).hexdigest())

    def files_of(repository, revision, names, download):
        assert (repository, revision, download) == (voices.REPOSITORY, voices.REVISION, True)
        fetched.extend(names)
        return [write(snapshot(machine) / name, files[name]) for name in names]

    monkeypatch.setattr(voices, "files_of", files_of)
    return files, fetched


def snapshot(machine, revision=voices.REVISION):
    return machine / "cache" / "models--rhasspy--piper-voices" / "snapshots" / revision


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "name, known",
    [
        ("en_US-joe-medium", True),
        ("pt_BR-faber-x_low", True),
        ("some/where.onnx", True),
        (Path("x.onnx"), True),
        ("myshell-ai/MeloTTS-English", False),
        ("en_US-joe", False),
        ("folder", False),
    ],
)
def test_what_is_a_piper_voice(name, known):
    assert voices.is_voice(name) is known


def test_a_download_is_checked_and_found_again(published, machine):
    path = voices.locate(THORSTEN)
    assert path == snapshot(machine) / FOLDER / f"{THORSTEN}.onnx" and path.read_bytes() == b"a graph"
    fetched = list(published[1])
    assert fetched == [voices.LIST, *FILES]
    assert voices.locate(THORSTEN, download=False) == path
    assert published[1] == fetched


def test_damage_is_told(published, expect_error):
    published[0][f"{FOLDER}/{THORSTEN}.onnx"] = b"another graph"
    with expect_error(CheckpointError, f"{THORSTEN}.onnx has md5 .* instead of .*: delete it and download it again"):
        voices.locate(THORSTEN)
    # The damaged file is in the cache now, and the list next to it.
    with expect_error(CheckpointError, f"{THORSTEN}.onnx has md5"):
        voices.locate(THORSTEN, download=False)


def test_another_list_is_refused(published, monkeypatch, expect_error):
    monkeypatch.setattr(voices, "LIST_SHA256", "0" * 64)
    with expect_error(CheckpointError, "voices.json has sha256 .* instead of 0000"):
        voices.locate(THORSTEN)


def test_a_name_that_the_repository_lacks(published, expect_error):
    with expect_error(CheckpointError, f"has no voice de_DE-torsten-medium; there is {THORSTEN}"):
        voices.locate("de_DE-torsten-medium")


def test_without_a_network(machine, monkeypatch, expect_error):
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    with expect_error(
        CheckpointError,
        r"cannot be downloaded \(.* does not answer\): on a machine with network run `hf download rhasspy",
    ):
        voices.locate(THORSTEN)
    with expect_error(CheckpointError, f"the voice {THORSTEN} is not on this machine: on a machine with network"):
        voices.locate(THORSTEN, download=False)
    with expect_error(CheckpointError, "the voice en_US-joe-medium is not installed"):
        voices.locate("en_US-joe-medium", download=False)
    with expect_error(CheckpointError, "none.onnx does not exist: give the .onnx of a Piper voice"):
        voices.locate(machine / "none.onnx")


@pytest.mark.parametrize("place", ["home", "home/piper-voices", f"home/piper-voices/{FOLDER}"])
def test_a_voice_that_was_copied_here(machine, place):
    path = write(machine / place / f"{THORSTEN}.onnx", b"a graph")
    write(Path(f"{path}.json"), FILES[f"{FOLDER}/{THORSTEN}.onnx.json"])
    assert voices.locate(THORSTEN, download=False) == path
    assert voices.locate(path) == path
    assert voices.installed() == [path]


def test_another_revision_in_the_cache_serves_as_well(machine):
    path = write(snapshot(machine, "v1") / FOLDER / f"{THORSTEN}.onnx", b"a graph")
    write(Path(f"{path}.json"), b"{}")
    assert voices.locate(THORSTEN, download=False) == path


def test_joe_of_another_content_is_refused(machine, expect_error):
    path = write(machine / "home" / "en_US-joe-medium.onnx", b"another")
    write(Path(f"{path}.json"), b"{}")
    with expect_error(CheckpointError, "en_US-joe-medium.onnx has sha256 .* instead of 58afce03"):
        voices.locate("en_US-joe-medium", download=False)


def test_the_files_say_what_a_voice_is(machine):
    path = write(machine / f"{THORSTEN}.onnx", b"")
    write(Path(f"{path}.json"), FILES[f"{FOLDER}/{THORSTEN}.onnx.json"])
    assert voices.facts(path) == (THORSTEN, "de_DE, German", "medium", 2, "unknown (no MODEL_CARD)", path)


@pytest.mark.parametrize(
    "card, licence",
    [
        ("* License: CC0\n", "CC0"),
        ("* Licence:  CC BY-NC-SA 4.0 \n", "CC BY-NC-SA 4.0"),
        ("* URL: https://example.org/a\n* License: See URL\n", "see https://example.org/a"),
        ("* License: See URL\n", "See URL"),
        ("# Model card\n", "not stated in its MODEL_CARD"),
    ],
)
def test_the_licence_is_that_of_the_card(tmp_path, card, licence):
    (tmp_path / "MODEL_CARD").write_text(card)
    assert voices.licence(tmp_path / "x.onnx") == licence
