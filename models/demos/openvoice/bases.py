# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Load a base speaker of any kind by its name or its place: MeloTTS, OpenVoice V1's, or a Piper voice."""

from pathlib import Path

from models.demos.openvoice.backend import Backend
from models.demos.openvoice.base_speakers import BaseSpeaker
from models.demos.openvoice.piper import voices
from models.demos.openvoice.piper.base_speaker import PiperSpeaker


def load_base(
    base: str | Path, language: str | None = None, bert: str | Path = "required", backend: Backend | None = None
) -> BaseSpeaker:
    """Load a base speaker: the name or folder of a release, or the name or `.onnx` of a Piper voice.

    `language` is that of the text; None is a Piper voice's own, and English for the others. `bert` is as for
    `BaseSpeaker.from_pretrained`; a Piper voice needs none.
    """
    if voices.is_voice(base):
        return PiperSpeaker.from_voice(base, backend=backend)
    return BaseSpeaker.from_pretrained(base, language or "EN", bert, backend=backend)
