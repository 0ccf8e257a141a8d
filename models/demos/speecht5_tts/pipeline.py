# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The interface for users: load SpeechT5 and its vocoder, choose a voice, speak a text of any length.

    text -> text/english.py -> sentences -> torch_backend/speech.py or tt/runner.py -> samples, in parts

A sentence is spoken as transformers speaks it after torch.manual_seed: the first with `seed`, the next with `seed` + 1.
On a card several sentences of a text can be decoded together; each is what it is alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from loguru import logger

from models.demos.speecht5_tts import releases
from models.demos.speecht5_tts.config import SpeechT5Config, VocoderConfig
from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.demos.speecht5_tts.masks import DropoutMasks
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.text.english import Reader, Sentence
from models.demos.speecht5_tts.text.tokenizer import Tokenizer
from models.demos.speecht5_tts.torch_backend.graph_speech import GraphSpeech
from models.demos.speecht5_tts.torch_backend.speech import FRAMES, STREAMED_FRAMES, FastSpeech
from models.demos.speecht5_tts.voices import load_voice
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice, VoiceBank
from models.tt_audio.text.sentences import Pause
from models.tt_audio.torch_backend.device import torch_device
from models.tt_audio.torch_backend.graph_cache import open_graphs
from models.tt_audio.torch_backend.stages import stages

# Milliseconds from one frame to the next; the network was trained with it, and no file states it.
FRAME_MILLISECONDS = 16
PAUSE = 0.1  # seconds between two sentences; each ends with some silence of its own
MOST_SEED = 2**63 - 1 - 2**32  # leaves numbers for the sentences of a text
BACKENDS = ("torch", "ttnn")


class Network(Protocol):
    """SpeechT5 with its vocoder on a backend."""

    config: SpeechT5Config

    @property
    def vocoder_config(self) -> VocoderConfig:
        ...

    @property
    def rows(self) -> int:
        """Utterances that can be decoded together."""
        ...

    def speak(self, tokens: Any, speaker: Any, masks: Iterable, keep: int) -> Iterator[Any]:
        """Yield the samples [n] of an utterance in parts of about `keep` frames, arrays or tensors of the host."""
        ...

    def speak_together(self, utterances: Sequence[Any], keep: int) -> Iterator[tuple[int, Any]]:
        """Yield parts of at most `rows` utterances (ids, speaker, masks), each with the number of its utterance."""
        ...


class SpeechT5:
    """A loaded SpeechT5 with its vocoder; made by `from_pretrained`."""

    def __init__(self, network: Network, reader: Reader, bank: VoiceBank | None = None):
        self.network = network
        self.reader = reader
        self.bank = bank or VoiceBank()
        self._masks = DropoutMasks(network.config)

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path = releases.SPEECH,
        vocoder: str | Path = releases.VOCODER,
        bank: VoiceBank | None = None,
        download: bool = True,
        backend: str = "torch",
        **settings: Any,
    ) -> "SpeechT5":
        """Load two releases by name, or two folders with the files of a release.

        `backend` is "torch" or "ttnn". Settings of "torch" are `precision` of the vocoder: "fast" (bfloat16 if this CPU
        gains by it, the default), "exact" (fp32) or "bfloat16"; `device`: "cpu", "cuda" or "cuda:N"; and `graphs`:
        False runs a GPU without CUDA graphs. A model on a GPU is used in the thread that opened it. The settings of
        "ttnn" are those of tt/backend.open_runner.
        """
        load = _loader(backend, settings)
        folder = releases.locate(model, download)
        vocoder_folder = releases.locate(vocoder, download)
        speech = load_speech(folder)
        tokenizer = Tokenizer(folder, speech.config)
        vocoder_config = VocoderConfig.from_file(vocoder_folder / "config.json")
        _check_vocoder(vocoder_config, speech.config.num_mel_bins, vocoder_folder)
        network = load(speech, load_vocoder(vocoder_folder))
        return cls(network, Reader(tokenizer, speech.config.most_tokens), bank)

    @property
    def sampling_rate(self) -> int:
        return self.network.vocoder_config.sampling_rate

    def voice(self, name: str | Path, download: bool = True) -> Voice:
        """Return the voice of a file, an entry of CMU ARCTIC or a name in the bank (voices.py)."""
        return load_voice(name, self.network.config.speaker_embedding_dim, self.bank, download)

    def speak(self, text: str, voice: Voice | str | Path, seed: int = 0, pause: float = PAUSE) -> np.ndarray:
        """Return the samples [N] of an English text; `pause` is the silence between two sentences in seconds."""
        return np.concatenate(list(self.speak_stream(text, voice, seed, pause, None)))

    def speak_stream(
        self,
        text: str,
        voice: Voice | str | Path,
        seed: int = 0,
        pause: float = PAUSE,
        frames: int | None = STREAMED_FRAMES,
    ) -> Iterator[np.ndarray]:
        """Yield what `speak` returns in parts of `frames` frames, the first before its sentence is decoded.

        `frames` None takes as many as are fastest.
        """
        if not isinstance(seed, int) or not 0 <= seed <= MOST_SEED:
            raise UsageError(f"seed is {seed!r}, it must be a whole number from 0 to {MOST_SEED}")
        if not 0 <= pause <= 60:
            raise UsageError(f"pause is {pause!r}, it must be a number of seconds from 0 to 60")
        if not isinstance(voice, Voice):
            voice = self.voice(voice)
        voice.require(voice.model, self.network.config.speaker_embedding_dim)
        return self._parts(text, voice.embedding, seed, pause, FRAMES if frames is None else frames)

    def _parts(self, text: str, speaker: torch.Tensor, seed: int, pause: float, frames: int) -> Iterator[np.ndarray]:
        lines = self.reader.read(text)
        number = 0
        after_sentence = False
        # A stream is heard from its first sentence on, so only the sentences of a whole text are decoded together.
        rows = self.network.rows if frames == FRAMES else 1
        for group in _groups(lines, rows):
            sentences = [line for line in group if not isinstance(line, Pause)]
            spoken = self._spoken(sentences, speaker, seed + number, frames)
            number += len(sentences)
            for line in group:
                if isinstance(line, Pause):
                    yield self._silence(line.seconds)
                    after_sentence = False
                    continue
                if after_sentence and pause:
                    yield self._silence(pause)
                yield from next(spoken)
                after_sentence = True

    def _spoken(
        self, sentences: list[Sentence], speaker: torch.Tensor, seed: int, frames: int
    ) -> Iterator[Iterable[np.ndarray]]:
        """Yield for each sentence the parts of its speech; sentences that are decoded together come when all are."""
        utterances = [
            (torch.tensor(sentence.ids), speaker, self._masks(seed + number))
            for number, sentence in enumerate(sentences)
        ]
        if len(utterances) == 1:
            alone = self.network.speak(*utterances[0], frames)
            yield self._reported(sentences[0], (np.asarray(part) for part in alone))
            return
        together: list[list[np.ndarray]] = [[] for _ in utterances]
        if utterances:
            for number, part in self.network.speak_together(utterances, frames):
                together[number].append(np.asarray(part))
        for sentence, parts in zip(sentences, together, strict=True):
            yield self._reported(sentence, parts)

    def _reported(self, sentence: Sentence, parts: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the parts of a sentence, and warn if the model did not end it."""
        config = self.network.config
        samples = 0
        for part in parts:
            samples += len(part)
            yield part
        most = config.most_steps(len(sentence.ids)) * config.reduction_factor
        if samples >= most * self.network.vocoder_config.samples_per_frame:
            logger.warning(f"the model did not end the sentence {sentence.text!r}; its speech was cut")

    def _silence(self, seconds: float) -> np.ndarray:
        return np.zeros(round(seconds * self.sampling_rate), np.float32)


def _groups(lines: Iterable[Sentence | Pause], sentences: int) -> Iterator[list[Sentence | Pause]]:
    """Yield the lines in groups of so many sentences, with the pauses before and between them."""
    group: list[Sentence | Pause] = []
    missing = sentences
    for line in lines:
        group.append(line)
        missing -= not isinstance(line, Pause)
        if not missing:
            yield group
            group, missing = [], sentences
    if group:
        yield group


def _loader(backend: str, settings: dict[str, Any]) -> Callable[[SpeechT5Network, Vocoder], Network]:
    """Check backend and settings; return the function that loads a model and its vocoder on it."""
    if backend == "torch":
        return _torch_loader(**settings)
    if backend == "ttnn":
        from models.demos.speecht5_tts.tt.backend import open_runner  # imports ttnn, which only this backend needs

        return partial(open_runner, **settings)
    raise UsageError(f"there is no backend {backend}: choose one of {', '.join(BACKENDS)}")


def _torch_loader(
    precision: str = "fast", device: str = "cpu", graphs: bool | None = None, **unknown: Any
) -> Callable[[SpeechT5Network, Vocoder], Network]:
    if unknown:
        raise UsageError(f"the backend torch has no setting {', '.join(sorted(unknown))}")
    place = torch_device(device)
    cache = open_graphs(place, graphs)
    if place.type == "cpu":
        return partial(FastSpeech, precision=precision)
    return partial(GraphSpeech, graphs=cache, stages=stages(precision))


def _check_vocoder(config: VocoderConfig, mels: int, folder: Path) -> None:
    """Refuse a vocoder whose input is another than the mel frames of the network."""
    if config.inter_channels != mels:
        raise ConfigError(f"the vocoder in {folder} takes {config.inter_channels} mel bins, the network makes {mels}.")
    milliseconds = 1000 * config.samples_per_frame / config.sampling_rate
    if milliseconds != FRAME_MILLISECONDS:
        raise ConfigError(
            f"the vocoder in {folder} makes {milliseconds:g} ms of a frame at {config.sampling_rate} Hz; the frames of "
            f"SpeechT5 are {FRAME_MILLISECONDS} ms apart."
        )
