# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parts for the tests of service and page: a small model, recordings, an application on a port of this machine."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from starlette.types import ASGIApp

from models.demos.openvoice.demo.connections import bound_socket, make_server
from models.demos.openvoice.demo.hosting import Hosted
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.testing import speech


def small_model(folder: Path) -> Hosted:
    """Load the small model of a folder."""
    return Hosted(OpenVoice.from_pretrained(folder, precision="exact"), "small", "torch", "")


def wav(seconds: float, pitch: float = 1.0, subtype: str = "PCM_16") -> bytes:
    """Return a recording; another `pitch` makes it another speaker's."""
    out = io.BytesIO()
    soundfile.write(out, speech.voice(seconds * pitch, round(RATE / pitch)), RATE, subtype, format="WAV")
    return out.getvalue()


def heard(content: bytes) -> np.ndarray:
    """Return the samples of a sound file."""
    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


@contextmanager
def behind_a_port(app: ASGIApp, stall_seconds: float = 60.0, lifespan: str = "off") -> Iterator[str]:
    """Serve the application as server.py and app.py serve theirs, and yield its address."""
    server = make_server(app, stall_seconds, finish_seconds=1)
    server.config.lifespan = lifespan
    listener = bound_socket("127.0.0.1", 0)
    listening = threading.Event()
    startup = server.startup

    async def started(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        listening.set()

    server.startup = started
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    assert listening.wait(60)
    try:
        yield "http://{}:{}".format(*listener.getsockname())
    finally:
        server.should_exit = True
        thread.join()
