# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A small service for its tests, in this process or behind a port of this machine."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import soundfile
import uvicorn

from models.demos.openvoice.demo.hosting import Hosted, PassingVoices
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.testing import speech


def small_model(folder) -> Hosted:
    return Hosted(OpenVoice.from_pretrained(folder, precision="exact", bank=PassingVoices()), "small", "torch", "")


def wav(seconds: float, pitch: float = 1.0, subtype: str = "PCM_16") -> bytes:
    """A recording; `pitch` makes it another speaker's."""
    out = io.BytesIO()
    soundfile.write(out, speech.voice(seconds * pitch, round(RATE / pitch)), RATE, subtype, format="WAV")
    return out.getvalue()


def heard(content: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


@contextmanager
def behind_a_port(app) -> Iterator[tuple[str, uvicorn.Server]]:
    """Its address, and what stops it."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    listening = threading.Event()
    startup = server.startup

    async def started(sockets=None):
        await startup(sockets)
        listening.set()

    server.startup = started
    thread = threading.Thread(target=server.run)
    thread.start()
    assert listening.wait(60)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.should_exit = True
        thread.join()
