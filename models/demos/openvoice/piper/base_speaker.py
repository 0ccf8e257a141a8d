# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A Piper voice as a base speaker.

text -> [frontend.py] -> symbols -> [ids of the voice] -> network (torch_backend/, tt/) -> samples of base speech
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from loguru import logger

from models.demos.openvoice.backend import Backend, SpeechNetwork
from models.demos.openvoice.base_speakers import BaseSpeaker, ReadSentence, SpeechError
from models.demos.openvoice.piper import voices
from models.demos.openvoice.piper.config import PiperConfig
from models.demos.openvoice.piper.frontend import PiperFrontend, language_of
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.styles import Style
from models.demos.openvoice.text.frontend import MOST_IDS, Pause, Phones, read
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS

# A sentence of n symbols has 2 n + 3 ids; `read` counts 2 n + 1.
_MOST_IDS = MOST_IDS - 2
_NEUTRAL = Style()


class PiperSpeaker(BaseSpeaker):
    """A loaded Piper voice with its front end; made by `from_voice`."""

    def __init__(self, network: SpeechNetwork, voice: PiperConfig, path: Path):
        frontend = PiperFrontend(voice)
        super().__init__(network, frontend.language, frontend, None, path.parent)
        self.voice = voice
        self._told: set[str] = set()  # symbols that were left out and logged

    @classmethod
    def from_voice(
        cls, name_or_path: str | Path, precision: str = "fast", backend: Backend | None = None
    ) -> "PiperSpeaker":
        """Load a voice by its name or the path of its `.onnx`.

        `backend` runs the network; without one, or where it runs no text to speech, PyTorch does, with the `precision`
        of a converter.
        """
        path = voices.locate(name_or_path)
        voice, model = load_piper(path)
        own = None if backend is None else backend.speech_network(model, None)
        return cls(own or ChunkedMeloTTS(model, None, precision), voice, path)

    def speaker(self, name: str | None = None) -> tuple[str, int]:
        """Return the name and the number of a speaker; a voice with many speakers also takes the number itself."""
        if name is not None and name.isdecimal() and int(name) < self.voice.num_speakers:
            number = int(name)
            return next((own for own, known in self.config.speakers if known == number), name), number
        return super().speaker(name)

    def require(self, language: str | None, style: Style) -> None:
        """Raise a SpeechError if this voice cannot speak the language or the style's emotion."""
        if language is not None and language_of(language) != self.language:
            raise SpeechError(
                f"the voice {self.voice.name} speaks {self.language}, not {language}: leave the language out, or "
                "choose another base speaker."
            )
        if style.emotion is not None:
            raise SpeechError(
                f"the emotion {style.emotion!r} needs OpenVoice V1's English base speaker; {self.voice.name} is a "
                "Piper voice, which has none."
            )

    def prosody(self, style: Style) -> Prosody:
        """Return the voice's own amounts of noise and its own speed, times those of the style.

        A Piper voice has the stochastic durations alone. A style without them, like "steady", gets no noise in them.
        """
        rhythm = style.noise_scale_w / _NEUTRAL.noise_scale_w if style.sdp_ratio else 0.0
        return Prosody(
            sdp_ratio=1.0,
            noise_scale=self.voice.noise_scale * style.noise_scale / _NEUTRAL.noise_scale,
            noise_scale_w=self.voice.noise_w * rhythm,
            length_scale=self.voice.length_scale / style.speed,
        )

    def prepare(self, text: str) -> Iterator[ReadSentence | Pause]:
        """Read a text: yield its sentences and the pauses written in it, each when it is asked for."""
        parts = read(text, self.frontend, _MOST_IDS)
        return (part if isinstance(part, Pause) else self.sentence(part) for part in parts)

    def sentence(self, phones: Phones) -> ReadSentence:
        """Return a sentence with the ids of this voice; a symbol that it does not know is left out and logged once."""
        ids, unknown = self.voice.ids_of(phones.phones)
        if new := [symbol for symbol in unknown if symbol not in self._told]:
            self._told.update(new)
            listed = ", ".join(f"{symbol!r} (U+{ord(symbol[0]):04X})" for symbol in new)
            logger.warning("{} has no symbol for {}: left out", self.voice.name, listed)
        return ReadSentence(phones, Sentences(phones=torch.tensor([ids]), lengths=torch.tensor([len(ids)])))
