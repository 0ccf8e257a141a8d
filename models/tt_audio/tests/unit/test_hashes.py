# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Hashes of a model's files: read once, and again when a file has changed."""

import hashlib

from models.tt_audio.host import hashes
from models.tt_audio.host.errors import CheckpointError


def test_a_file_is_read_once_until_it_changes(tmp_path, monkeypatch):
    read = []
    digest = hashes._digest
    monkeypatch.setattr(hashes, "_digest", lambda path, kind: read.append(kind) or digest(path, kind))
    path = tmp_path / "model"
    for content in (b"first", b"longer"):
        path.write_bytes(content)
        for kind in ("sha256", "md5", "sha256"):
            assert hashes.known_digest(path, kind) == hashlib.new(kind, content).hexdigest()
    assert read == ["sha256", "md5"] * 2


def test_a_file_that_was_right_and_is_changed_is_refused(tmp_path, expect_error):
    path = tmp_path / "model"
    path.write_bytes(b"right")
    sha256 = hashes.sha256_of(path)
    hashes.check_sha256(path, sha256)
    path.write_bytes(b"wrong!")
    with expect_error(CheckpointError, "model has sha256 .* instead of .*: download it again"):
        hashes.check_sha256(path, sha256)
