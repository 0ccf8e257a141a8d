# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The two interfaces that pipeline.py and speech.py need: `Backend` runs the converter, `SpeechNetwork` speaks.

torch_backend/ implements both on a CPU, tt/ on Tenstorrent cards.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.windows import Conversion


class VoiceTarget(NamedTuple):
    """A conversion of base speech on the device that spoke it."""

    source: np.ndarray  # embedding of the base speaker [gin_channels]
    target: np.ndarray  # embedding of the wanted voice [gin_channels]
    tau: float
    seeds: Sequence[int]  # of the conversion's noise, one for each sentence


class SpeechNetwork(Protocol):
    """A loaded text-to-speech model together with the BERT that it speaks with."""

    @property
    def config(self) -> MeloConfig:
        ...

    @property
    def backend(self) -> "Backend | None":
        """Return the backend whose converter `speak_in_voice` uses; None: `Backend.convert` converts base speech."""
        ...

    @property
    def speak_in_voice(self) -> Callable[..., list[Tensor]] | None:
        """Return `speak` with a VoiceTarget as the last argument; None where `backend` is None.

        It converts the speech before it leaves the device and returns samples at the converter's rate.
        """
        ...

    def speak(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """Return one waveform [samples] for each sentence, at the rate of `config`.

        `sentences` carry word pieces, not BERT features; `speakers` [B] are numbers of the checkpoint's own list;
        `randomness` has one generator for each sentence, which draws as in reference/melo_tts.py. Raises TooManyFrames
        for a sentence of more than MOST_FRAMES.
        """
        ...


class Backend(Protocol):
    """Runs the converter. Samples are float32 mono at the model's rate, embeddings float32 [gin_channels]."""

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding of one stretch of speech [N]."""
        ...

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Yield for each stretch of `chunk` frames (None: the fastest) its samples in every target voice.

        The stretches together are as long as the blocks.
        """
        ...

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """Return the samples of each conversion, in the order given; on a device they share passes."""
        ...

    def speech_network(self, model: MeloTTS, bert: nn.Module | None) -> SpeechNetwork | None:
        """Return what speaks with a loaded text-to-speech model and its BERT, or None: PyTorch has to speak."""
        ...
