# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""OpenVoice as a user holds it: load a model, take a voice from recordings, say the same or any words in that voice.

The one place that knows files, voices and backends. A recording is decoded by audio.py, converted by a backend, and
comes back as samples; a backend knows arrays only. A text becomes speech by a base speaker (speech.py) first, which is
then converted like a recording.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch

from models.demos.openvoice import releases
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.names import CONVERTER_NAMES, TEXT_TO_SPEECH_PARTS
from models.demos.openvoice.reference.chunked import ChunkedConverter
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.speech import BaseSpeaker, SpeechError, Utterance, Voicing, base_voice, release, utterances
from models.demos.openvoice.styles import Style, style_of
from models.demos.openvoice.windows import Conversion
from models.tt_audio.host import audio, checkpoint, voice_activity
from models.tt_audio.host.audio import AudioError, Source
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.resampling import resample
from models.tt_audio.host.voices import Voice, VoiceBank

RELEASE = "myshell-ai/OpenVoiceV2"

# A recording: a path, an open binary file, or mono samples [N] at the model's rate.
Recording = Source | np.ndarray

BLOCK_SECONDS = 1.0
# Stretch of sound that one embedding is taken from; a longer one costs memory and tells no more.
EMBED_SECONDS = voice_activity.MAX_SEGMENT_SECONDS
# Base speech that a base speaker's own voice is taken from where no file has it: as much as a recording should have.
BASE_VOICE_SECONDS = voice_activity.ENOUGH_SPEECH_SECONDS


class Backend(Protocol):
    """What runs the networks. Samples are float32 mono at the model's rate, embeddings float32 [gin_channels]."""

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """The tone colour of one stretch of speech [N]."""

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """For each stretch of `chunk` frames (None: the fastest) its samples in every target, as many as came in."""

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """The samples of each conversion, in the order given; those on a device share its passes."""


def _on_device(converter: Converter, **options) -> Backend:
    from models.demos.openvoice.tt.backend import open_backend  # ttnn is imported by who wants a device

    return open_backend(converter, **options)


# Name -> what makes a backend of a loaded converter and the options given to `from_pretrained`.
BACKENDS: dict[str, Callable[..., Backend]] = {"torch": ChunkedConverter, "ttnn": _on_device}


class Request(NamedTuple):
    """One conversion of several: what `OpenVoice.convert` takes."""

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
        self.folder = folder  # of the release, which has the voices of the base speakers, too
        self._base_speakers: dict[tuple[str, ...], BaseSpeaker] = {}

    @classmethod
    def from_pretrained(
        cls,
        name_or_folder: str | Path = RELEASE,
        backend: str = "torch",
        bank: VoiceBank | None = None,
        **options,
    ) -> "OpenVoice":
        """A release by name, or a folder that holds `config.json` and a checkpoint, directly or below `converter`.

        Options of the backend "torch": `precision` is "fast" (default: the generator in bfloat16 where this CPU gains
        by it), "exact" (fp32) or "bfloat16". Of "ttnn": `device`, an open one (default: the first of the machine), and
        `precision`, a tt.precision.Precision.
        """
        if backend not in BACKENDS:
            raise ValueError(f"there is no backend {backend!r}; choose one of: {', '.join(BACKENDS)}")
        folder = releases.locate(name_or_folder)
        converter = load_converter(folder)
        identity = checkpoint.identity(converter.reference_encoder)
        return cls(converter.config, BACKENDS[backend](converter, **options), identity, bank, folder)

    @property
    def sampling_rate(self) -> int:
        return self.config.sampling_rate

    def voice(self, recordings: Recording | Sequence[Recording], name: str | None = None) -> Voice:
        """The voice in one recording or in several of the same speaker; the bank remembers recordings it has heard."""
        recordings = list(recordings) if isinstance(recordings, list | tuple) else [recordings]
        if not recordings:
            raise AudioError("no recording was given; give at least one")
        names = [_name(recording) for recording in recordings]

        def extract() -> Voice:
            embedding = self._mean_embedding(self._speech(recordings))
            return Voice(torch.from_numpy(embedding), name or Path(names[0]).stem, ", ".join(names))

        return self.bank.get_or_extract(audio.fingerprint(recordings), self.identity, extract)

    def convert(
        self,
        source: Recording,
        target_voice: Voice,
        source_voice: Voice | None = None,
        tau: float = 0.3,
        seed: int = 0,
    ) -> np.ndarray:
        """The recording in another voice: float32 [N] at the model's rate, as long as the recording.

        `tau` scales the encoder's noise: 0 takes its mean, larger values vary more; `seed` chooses the noise. Without
        `source_voice` the tone colour of the recording itself is measured first.
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
        """One recording in several voices; what does not depend on the target voice is computed once."""
        chunks = self._converted(source, target_voices, source_voice, tau, seed, None)
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def convert_batch(self, requests: Sequence[Request]) -> list[np.ndarray]:
        """What `convert` returns for each request, in the order given; on a device they share its passes."""
        conversions = []
        for source, target_voice, source_voice, tau, seed in requests:
            self._check(tau, seed)
            samples = np.concatenate(list(self._blocks(source)))
            if source_voice is None:
                own = self._mean_embedding(self._stretches(samples))
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
        """What `convert` returns, in pieces of `chunk_seconds`, each as soon as it is ready; memory stays constant.

        None for `chunk_seconds` leaves the size of the pieces to the backend, which is fastest and latest.

        `source` may also be an iterable of blocks of samples, a microphone for example, together with a `source_voice`.
        """
        chunk = None
        if chunk_seconds is not None:
            chunk = max(1, round(chunk_seconds * self.sampling_rate / self.config.hop_length))
        return (parts[0] for parts in self._converted(source, [target_voice], source_voice, tau, seed, chunk))

    def speak(self, text: str, voice: Voice, language: str = "EN", speaker: str | None = None, **manner) -> np.ndarray:
        """The text in that voice: float32 [N] at the model's rate. The rest is as for `speak_stream`."""
        return np.concatenate(list(self.speak_stream(text, voice, language, speaker, **manner)))

    def speak_stream(
        self,
        text: str,
        voice: Voice,
        language: str = "EN",
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
        """What `speak` returns, a sentence at a time, each as soon as it is ready; memory does not grow with the text.

        The voice may come from a speaker of any language. `language` is that of the text: EN, ES, FR, ZH (with English
        words), JP or KR. `speaker` is one of the base speaker's, an accent in English: EN-US, EN-BR, EN-IN, EN-AU,
        EN-Default. `style` is a preset's name or a `Style`; `speed` multiplies its speed, `pause` replaces its pause
        between sentences, and "[pause 0.5]" in the text is half a second there. `base` is the folder of the base
        speaker, or a loaded one (None: the released one of the language), `bert` as for `BaseSpeaker.from_pretrained`.
        A progress bar of sentences is shown on a terminal.

        The source voice of the conversion is the base speaker's own, as released below base_speakers/ses. Where it is
        absent, it is taken from the base speech itself: from the first sentences that together last five seconds, which
        therefore come at once.

        With the backend "ttnn" text to speech runs on the same device, BERT included, and base speech never leaves it,
        but for those first sentences. A mesh of several chips converts only; there text to speech runs in PyTorch.

        Every random draw follows from `seed` and the number of the sentence, from 0 on: of the numbers
        SeedSequence([seed, sentence]) generates, the first seeds the noise of the stochastic durations and then that of
        the base speech's frames, the second the noise of the conversion, which `tau` scales. So a sentence sounds the
        same whole or streamed, and whatever the sentences before it say.
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
        voicing = None
        if getattr(base.network, "converter", None) is self.backend:  # base speech need not leave the device
            voicing = Voicing(source and self._embedding(source), self._embedding(voice), tau)
        spoken = utterances(base, text, number, style, seed, progress, voicing)
        return self._voiced(spoken, base.sampling_rate, source, voice, tau, voicing)

    def _base_speaker(
        self, base: BaseSpeaker | str | Path | None, language: str, bert: str | Path, style: Style
    ) -> BaseSpeaker:
        if not isinstance(base, BaseSpeaker):
            base = base or release(language, style)
            key = (str(base), language.upper(), str(bert))
            if key not in self._base_speakers:
                on_device = getattr(self.backend, "base_speech", None)
                self._base_speakers[key] = BaseSpeaker.from_pretrained(base, language, bert, on_device=on_device)
            base = self._base_speakers[key]
        base.require(language, style)
        return base

    def _voiced(
        self,
        spoken: Iterator[Utterance],
        rate: int,
        source: Voice | None,
        voice: Voice,
        tau: float,
        voicing: Voicing | None,
    ) -> Iterator[np.ndarray]:
        """Each utterance in the voice, with the silence before it.

        `voicing`: what a device converts by; it gets its source here where that has to be taken from base speech."""
        if source is None:
            held: list[Utterance] = []
            while sum(len(utterance.samples) for utterance in held) < BASE_VOICE_SECONDS * rate:
                if (utterance := next(spoken, None)) is None:
                    break
                held.append(utterance)
            samples = resample(np.concatenate([utterance.samples for utterance in held]), rate, self.sampling_rate)
            embedding = self._mean_embedding(self._stretches(samples))
            source = Voice(torch.from_numpy(embedding), "base speaker", "its base speech")
            if voicing is not None:
                voicing.source = embedding
            spoken = chain(held, spoken)
        for silence, samples, seed, voiced in spoken:
            pieces = [np.zeros(round(silence * self.sampling_rate), np.float32)]
            if voiced:
                pieces.append(samples)
            elif len(samples):
                pieces.append(self.convert(resample(samples, rate, self.sampling_rate), voice, source, tau, seed))
            yield np.concatenate(pieces)

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
            raise ValueError("no target voice was given; give at least one")
        self._check(tau, seed)
        embeddings = [self._embedding(voice) for voice in targets]
        if source_voice is not None:
            source_embedding = self._embedding(source_voice)
        elif not isinstance(source, (str, os.PathLike, np.ndarray)) and not hasattr(source, "read"):
            raise ValueError("blocks of samples can be heard only once; give their source_voice")
        else:
            if hasattr(source, "read"):
                source = audio.load(source, self.sampling_rate)  # an open file may not be readable a second time
            source_embedding = self._mean_embedding(self._stretches(source))
        return self.backend.convert(self._blocks(source), source_embedding, embeddings, tau, seed, chunk)

    @staticmethod
    def _check(tau: float, seed: int) -> None:
        if not 0 <= tau < float("inf"):
            raise ValueError(f"tau is {tau}, it must be zero or a positive number")
        if seed < 0:
            raise ValueError(f"seed is {seed}, it must be zero or a positive whole number")

    def _embedding(self, voice: Voice) -> np.ndarray:
        return voice.require(self.identity, self.config.gin_channels).embedding.numpy()

    def _mean_embedding(self, stretches: Iterable[np.ndarray]) -> np.ndarray:
        """The mean of the stretches' embeddings, each weighted by its duration."""
        total, samples = 0.0, 0
        for stretch in stretches:
            total = total + len(stretch) * self.backend.embed(stretch).astype(np.float64)
            samples += len(stretch)
        return (total / samples).astype(np.float32)

    def _speech(self, recordings: Sequence[Recording]) -> Iterator[np.ndarray]:
        """The stretches in which somebody speaks; a warning only where all recordings together hold little."""
        heard = 0.0
        for left, recording in zip(range(len(recordings) - 1, -1, -1), recordings, strict=True):
            samples = np.concatenate(list(self._blocks(recording)))
            lacking = 0.0 if left else max(0.0, voice_activity.ENOUGH_SPEECH_SECONDS - heard)
            for start, stop in voice_activity.speech_segments(samples, self.sampling_rate, _name(recording), lacking):
                heard += (stop - start) / self.sampling_rate
                yield samples[start:stop]

    def _stretches(self, recording: Recording) -> Iterator[np.ndarray]:
        """A whole recording, pauses included, in stretches of EMBED_SECONDS; the last two share what is left."""
        size = round(EMBED_SECONDS * self.sampling_rate)
        held = np.zeros(0, np.float32)
        for block in self._blocks(recording):
            held = np.concatenate([held, block])
            if len(held) >= 2 * size:
                yield held[:size]
                held = held[size:]
        yield from np.array_split(held, -(-len(held) // size))

    def _blocks(self, source: Recording | Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The samples of a recording, block by block, checked."""
        name, samples = _name(source), 0
        if isinstance(source, np.ndarray):
            size = round(BLOCK_SECONDS * self.sampling_rate)
            blocks: Iterable[np.ndarray] = (source[i : i + size] for i in range(0, len(source), size))
        elif isinstance(source, (str, os.PathLike)) or hasattr(source, "read"):
            blocks = audio.stream(source, self.sampling_rate, BLOCK_SECONDS)
        else:
            blocks = source
        for block in blocks:
            if block.ndim != 1 or not np.issubdtype(block.dtype, np.floating):
                raise AudioError(f"{name} is {block.dtype} {list(block.shape)}; samples are floating-point [N]")
            if not np.isfinite(block).all():
                raise AudioError(f"{name} holds samples that are not finite; decode it again")
            samples += len(block)
            yield block.astype(np.float32, copy=False)
        if samples < self.config.filter_length:
            needed = self.config.filter_length / self.sampling_rate
            raise AudioError(
                f"{name} lasts {1e3 * samples / self.sampling_rate:.0f} ms; at least {1e3 * needed:.0f} ms are needed"
            )


def load_converter(name_or_folder: str | Path) -> Converter:
    """The converter of a release or folder, loaded strictly; safetensors are preferred to checkpoint.pth."""
    folder = releases.locate(name_or_folder)
    folder = folder / "converter" if (folder / "converter").is_dir() else folder
    config = ConverterConfig.from_file(folder / "config.json")
    paths = [folder / name for name in ("model.safetensors", "checkpoint.safetensors", "checkpoint.pth")]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise CheckpointError(f"{folder} holds neither checkpoint.pth nor checkpoint.safetensors; download the model")
    with torch.device("meta"):
        converter = Converter(config)
    state = checkpoint.fold_weight_norm(checkpoint.read_state(path))
    checkpoint.load_strict(converter, state, path, CONVERTER_NAMES, foreign=TEXT_TO_SPEECH_PARTS)
    return converter


def _name(source: Recording | Iterable[np.ndarray]) -> str:
    if isinstance(source, (str, os.PathLike)):
        return str(source)
    return str(getattr(source, "name", "the audio"))
