# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The interface for users: load a model, take a voice from recordings, convert a recording or speak a text in it.

recordings.py decodes and checks, backend.py defines what runs the networks, on arrays. A text becomes base speech first
(speech.py), which is converted like a recording.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from models.demos.openvoice import releases
from models.demos.openvoice.backend import Backend, VoiceTarget
from models.demos.openvoice.base_speakers import BaseSpeaker, SpeechError, base_voice, default_base
from models.demos.openvoice.bases import load_base
from models.demos.openvoice.catalogue import RELEASE
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.recordings import Reader, Recording, is_recording, name_of
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.speech import Line, lines, spoken
from models.demos.openvoice.styles import Style, style_of
from models.demos.openvoice.torch_backend.opening import open_backend
from models.demos.openvoice.windows import Conversion
from models.tt_audio.host import audio, checkpoint, voice_activity
from models.tt_audio.host.audio import AudioError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.resampling import resample
from models.tt_audio.host.voices import Voice, VoiceBank

# Base speech that the voice of a base speaker is taken from if no file has it: as much as a recording should have.
BASE_VOICE_SECONDS = voice_activity.ENOUGH_SPEECH_SECONDS
# More noise than this times the encoder's deviation leaves no words.
MOST_TAU = 10.0
MOST_SEED = 2**128 - 1  # the largest key of the generator that draws a conversion's noise


def _on_device(converter: Converter, **options: Any) -> Backend:
    from models.demos.openvoice.tt import backend  # imports ttnn, which only this backend needs

    return backend.open_backend(converter, **options)


# Name -> function that makes a backend from a loaded converter and the options given to `from_pretrained`.
BACKENDS: dict[str, Callable[..., Backend]] = {"torch": open_backend, "ttnn": _on_device}


class Request(NamedTuple):
    """One conversion of several: the arguments of `OpenVoice.convert`."""

    source: Recording
    target_voice: Voice
    source_voice: Voice | None = None
    tau: float = 0.3
    seed: int = 0


class OpenVoice:
    """A loaded tone colour converter; made by `from_pretrained`."""

    def __init__(
        self,
        config: ConverterConfig,
        backend: Backend,
        identity: str,
        bank: VoiceBank | None = None,
        folder: Path | None = None,
    ):
        self.config = config
        self.backend = backend
        self.identity = identity  # of the weights that make embeddings; every voice carries it
        self.bank = bank or VoiceBank()
        self.folder = folder  # of the release, which also contains the voices of the base speakers
        self.reader = Reader(config.sampling_rate, config.filter_length)
        self._base_speakers: dict[tuple[str, ...], BaseSpeaker] = {}

    @classmethod
    def from_pretrained(
        cls,
        name_or_folder: str | Path = RELEASE,
        backend: str = "torch",
        bank: VoiceBank | None = None,
        **options: Any,
    ) -> "OpenVoice":
        """Load a release by name, or a folder with `config.json` and a checkpoint, directly or in `converter`.

        Options of the backend "torch": `device` is "cpu" (default), "cuda" or "cuda:N". `precision` is "fast" (default;
        on a CPU the generator in bfloat16 if it gains by it, on a GPU the formats of tt_audio/torch_backend/stages.py),
        "exact" (fp32) or "bfloat16" (the generator in it). `graphs` is False to run without CUDA graphs. A model on a
        GPU is used in the thread that opened it. Options of "ttnn": `device`, an open one (default: the first of the
        machine), and `precision`, a tt.precision.Precision.
        """
        if backend not in BACKENDS:
            raise UsageError(f"there is no backend {backend!r}; choose one of: {', '.join(BACKENDS)}")
        folder = releases.locate(name_or_folder)
        converter = load_converter(folder)
        identity = checkpoint.identity(converter.tone_color_encoder)
        return cls(converter.config, BACKENDS[backend](converter, **options), identity, bank, folder)

    @property
    def sampling_rate(self) -> int:
        return self.config.sampling_rate

    def voice(self, recordings: Recording | Sequence[Recording], name: str | None = None) -> Voice:
        """Return the voice in recordings of one speaker, one or several. Only `VoiceBank.add` writes it to the disk."""
        several: list[Any] = list(recordings) if isinstance(recordings, list | tuple) else [recordings]
        if not several:
            raise AudioError("no recording was given; give at least one")
        names = [name_of(recording) for recording in several]

        def extract() -> Voice:
            embedding = self._mean_embedding(self.reader.speech(several))
            return Voice(torch.from_numpy(embedding), name or Path(names[0]).stem, ", ".join(names))

        return self.bank.get_or_extract(audio.fingerprint(several), self.identity, extract)

    def convert(
        self,
        source: Recording,
        target_voice: Voice,
        source_voice: Voice | None = None,
        tau: float = 0.3,
        seed: int = 0,
    ) -> np.ndarray:
        """Convert a recording into another voice: float32 [N] at the model's rate, as long as the recording.

        `tau` scales the encoder's noise: 0 takes its mean, larger values vary more; `seed` chooses the noise. Without
        `source_voice` the voice of the recording is taken from the recording itself first.
        """
        return self.convert_many(source, [target_voice], source_voice, tau, seed)[0]

    def convert_many(
        self,
        source: Recording,
        target_voices: Sequence[Voice],
        source_voice: Voice | None = None,
        tau: float = 0.3,
        seed: int = 0,
    ) -> list[np.ndarray]:
        """Convert one recording into several voices; what does not depend on the target voice is computed once."""
        chunks = self._converted(source, target_voices, source_voice, tau, seed, None)
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def convert_batch(self, requests: Sequence[Request]) -> list[np.ndarray]:
        """Return the result of `convert` for each request, in the order given; on a device they share passes."""
        conversions = []
        for source, target_voice, source_voice, tau, seed in requests:
            self._check(tau, seed)
            samples = self.reader.samples(source)
            if source_voice is None:
                own = self._mean_embedding(self.reader.stretches(self.reader.blocks(samples)))
            else:
                own = self._embedding(source_voice)
            conversions.append(Conversion(samples, own, self._embedding(target_voice), tau, seed))
        return self.backend.convert_batch(conversions)

    def convert_stream(
        self,
        source: Recording | Iterable[np.ndarray],
        target_voice: Voice,
        source_voice: Voice | None = None,
        tau: float = 0.3,
        seed: int = 0,
        chunk_seconds: float | None = 1.0,
    ) -> Iterator[np.ndarray]:
        """Convert a recording and yield the samples in pieces of `chunk_seconds`, each as soon as it is ready.

        Memory stays constant. None for `chunk_seconds` lets the backend choose the size of the pieces: the fastest
        choice, with the longest wait for the first piece. `source` may also be an iterable of blocks of samples, from a
        microphone for example, together with a `source_voice`.
        """
        chunk = None
        if chunk_seconds is not None:
            if not chunk_seconds > 0 or not isfinite(chunk_seconds):
                raise UsageError(f"chunk_seconds is {chunk_seconds}, it must be a positive number")
            chunk = max(1, round(chunk_seconds * self.sampling_rate / self.config.hop_length))
        return (parts[0] for parts in self._converted(source, [target_voice], source_voice, tau, seed, chunk))

    def speak(
        self, text: str, voice: Voice, language: str | None = None, speaker: str | None = None, **manner: Any
    ) -> np.ndarray:
        """Speak a text in a voice: float32 [N] at the model's rate. The other arguments are those of `speak_stream`."""
        return np.concatenate(list(self.speak_stream(text, voice, language, speaker, **manner)))

    def speak_stream(
        self,
        text: str,
        voice: Voice,
        language: str | None = None,
        speaker: str | None = None,
        style: Style | str = "neutral",
        speed: float = 1.0,
        pause: float | None = None,
        tau: float = 0.3,
        seed: int = 0,
        base: BaseSpeaker | str | Path | None = None,
        bert: str | Path = "required",
        progress: bool = True,
    ) -> Iterator[np.ndarray]:
        """Speak a text in a voice and yield the samples of each sentence as soon as it is ready.

        Memory does not grow with the text. The voice may come from a speaker of any language. `language` is that of the
        text: EN, ES, FR, ZH (with English words), JP or KR; None is that of a Piper voice, else EN. `speaker` is one of
        the base speaker's, an accent in English: EN-US, EN-BR, EN-IN, EN-AU, EN-Default. `style` is a preset's name or
        a `Style`; `speed` multiplies its speed, `pause` replaces its pause between sentences, and "[pause 0.5]" in the
        text is half a second there. `base` is the folder of the base speaker, the name or `.onnx` of a Piper voice, or
        a loaded base speaker (None: the released one of the language), `bert` as for `BaseSpeaker.from_pretrained`. A
        terminal shows a progress bar of sentences.

        The source voice of the conversion is the base speaker's own, as released in base_speakers/ses. If there is no
        file, it is taken from the base speech: from the first sentences that together last five seconds, which are
        yielded only when all of them are spoken.

        With the backend "ttnn" text to speech runs on the same device, BERT included, and base speech is converted
        there before it is downloaded, except for those first sentences. A mesh of several chips converts only; text to
        speech then runs in PyTorch.

        Every random draw follows from `seed` and the number of the sentence, from 0 on. Of the numbers that
        SeedSequence([seed, sentence]) generates, the first seeds the noise of the stochastic durations and then that of
        the base speech's frames, the second the noise of the conversion, which `tau` scales. So a sentence sounds the
        same whole or streamed, and whatever the sentences before it say. A sentence that lasts longer than a backend
        speaks in one piece (23.8 s) is spoken in parts, numbered from 0 on, and these in parts again if need be; the
        number of a part follows that of the sentence in the SeedSequence.
        """
        style = style_of(style)
        style = style.changed(speed=style.speed * speed, pause=pause)
        self._check(tau, seed)
        self._embedding(voice)
        if style.emotion is not None and speaker is not None:
            raise SpeechError(f"the emotion {style.emotion!r} has a speaker of its own; leave {speaker!r} out")
        base = self._base_speaker(base, language, bert, style)
        name, number = base.speaker(style.emotion or speaker)
        source = base_voice(base, name, self.folder, self.config.version)
        if source is not None:
            self._embedding(source)
        return self._spoken(base, lines(base, text, style, seed, progress), number, style, source, voice, tau)

    def _base_speaker(
        self, base: BaseSpeaker | str | Path | None, language: str | None, bert: str | Path, style: Style
    ) -> BaseSpeaker:
        if not isinstance(base, BaseSpeaker):
            base = base or default_base(language or "EN", style)
            key = (str(base), (language or "").upper(), str(bert))
            if key not in self._base_speakers:
                self._base_speakers[key] = load_base(base, language, bert, self.backend)
            base = self._base_speakers[key]
        base.require(language, style)
        return base

    def _spoken(
        self,
        base: BaseSpeaker,
        script: Iterator[Line],
        speaker: int,
        style: Style,
        source: Voice | None,
        target: Voice,
        tau: float,
    ) -> Iterator[np.ndarray]:
        """Yield each line of a script in the voice `target`, with the silence before it.

        `speaker` is the number of the base speaker, `source` its voice; None takes it from the first sentences.
        """

        # `spoken` calls the next and the last function only for lines with a sentence, the last one with a source
        def base_speech(line: Line) -> np.ndarray:
            return base.speak(line.sentence, speaker, style, line.seeds[0])  # type: ignore[arg-type]

        def converted(line: Line, samples: np.ndarray) -> np.ndarray:
            if line.sentence is None:
                return samples
            samples = resample(samples, base.sampling_rate, self.sampling_rate)
            return self.convert(samples, target, source, tau, line.seeds[1])

        def in_voice(line: Line) -> np.ndarray:
            seed, noise = line.seeds
            embeddings = self._embedding(source), self._embedding(target)  # type: ignore[arg-type]
            voice = VoiceTarget(*embeddings, tau, [noise])
            return base.speak_in_voice(line.sentence, speaker, style, seed, voice)  # type: ignore[arg-type]

        if source is None:
            first = self._first_seconds(base, script, base_speech)
            source = self._voice_of_base_speech(base, [samples for _, samples in first])
            for line, samples in first:
                yield self._after_silence(line, converted(line, samples))
        stays_on_device = base.network.backend is self.backend and base.network.speak_in_voice is not None
        for whole in script:
            for line, samples in spoken(base, whole, in_voice if stays_on_device else base_speech):
                yield self._after_silence(line, samples if stays_on_device else converted(line, samples))

    @staticmethod
    def _first_seconds(
        base: BaseSpeaker, script: Iterator[Line], speak: Callable[[Line], np.ndarray]
    ) -> list[tuple[Line, np.ndarray]]:
        """Speak the first lines of a script that together last BASE_VOICE_SECONDS, or all if they last less."""
        first: list[tuple[Line, np.ndarray]] = []
        while sum(len(samples) for _, samples in first) < BASE_VOICE_SECONDS * base.sampling_rate:
            if (line := next(script, None)) is None:
                break
            first += spoken(base, line, speak)
        return first

    def _voice_of_base_speech(self, base: BaseSpeaker, pieces: Sequence[np.ndarray]) -> Voice:
        samples = resample(np.concatenate(pieces), base.sampling_rate, self.sampling_rate)
        embedding = self._mean_embedding(self.reader.stretches(self.reader.blocks(samples)))
        return Voice(torch.from_numpy(embedding), "base speaker", "its base speech")

    def _after_silence(self, line: Line, samples: np.ndarray) -> np.ndarray:
        return np.concatenate([np.zeros(round(line.silence * self.sampling_rate), np.float32), samples])

    def _converted(
        self,
        source: Recording | Iterable[np.ndarray],
        targets: Sequence[Voice],
        source_voice: Voice | None,
        tau: float,
        seed: int,
        chunk: int | None,
    ) -> Iterator[list[np.ndarray]]:
        if not targets:
            raise UsageError("no target voice was given; give at least one")
        self._check(tau, seed)
        embeddings = [self._embedding(voice) for voice in targets]
        if source_voice is not None:
            source_embedding = self._embedding(source_voice)
        elif not is_recording(source):
            raise UsageError("blocks of samples can be heard only once; give their source_voice")
        else:
            blocks, source = self.reader.twice(source)
            source_embedding = self._mean_embedding(self.reader.stretches(blocks))
        return self.backend.convert(self.reader.blocks(source), source_embedding, embeddings, tau, seed, chunk)

    @staticmethod
    def _check(tau: float, seed: int) -> None:
        if not isinstance(tau, Real) or not 0 <= tau <= MOST_TAU:
            raise UsageError(f"tau is {tau}, it must be a number from 0 to {MOST_TAU:g}")
        if not isinstance(seed, Integral) or not 0 <= seed <= MOST_SEED:
            raise UsageError(f"seed is {seed}, it must be a whole number from 0 to 2^128 - 1")

    def _embedding(self, voice: Voice) -> np.ndarray:
        return voice.require(self.identity, self.config.gin_channels).embedding.numpy()

    def _mean_embedding(self, stretches: Iterable[np.ndarray]) -> np.ndarray:
        """Return the mean of the stretches' embeddings [gin_channels], each weighted by its duration."""
        total, samples = np.zeros(self.config.gin_channels), 0
        for stretch in stretches:
            total = total + len(stretch) * self.backend.embed(stretch).astype(np.float64)
            samples += len(stretch)
        return (total / samples).astype(np.float32)
