# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speak a text in a voice with PyTorch and with the device, and compare: figures, sound and a picture.

    text -> base speech of a Piper voice -> tone colour converter -> speech in the wanted voice

`make demo` runs this. It needs no network: the base speaker is the installed voice, the converter the released model if
that is on the machine, else the small one of the repository.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import ttnn
from models.common.utility_functions import comp_pcc
from models.demos.openvoice.demo.comparison import REFERENCE_SECONDS, make_folder, mean_similarity
from models.demos.openvoice.demo.loading import SMALL, Found, find_model, load
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.piper.base_speaker import PiperSpeaker
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.speech import lines
from models.demos.openvoice.styles import style_of
from models.tt_audio.host import audio, sound_output
from models.tt_audio.host.resampling import resample
from models.tt_audio.host.voices import Voice
from models.tt_audio.judges.mel import log_mel
from models.tt_audio.judges.metrics import aligned
from models.tt_audio.judges.naturalness import naturalness
from models.tt_audio.judges.picture import draw
from models.tt_audio.judges.recognisers import tiny_whisper
from models.tt_audio.judges.word_errors import word_error_rate

TEXT = "Nobody on the pier seemed to mind that the ferry was late."
SEED = 1


class Spoken(NamedTuple):
    """Agreement of PyTorch's and the device's speech, as Pearson correlation."""

    seconds: tuple[float, float]  # of PyTorch's result and of the device's
    waveform: float | None  # None where the lengths differ
    log_mel: float  # frames are paired along a warping path where the lengths differ
    repeat: Callable[[], np.ndarray]  # converts the base speech once more on the device


@dataclass(frozen=True)
class Speech:
    """A text, its speaker, and the wanted voice."""

    text: str
    base: Path  # .onnx of a Piper voice
    recordings: list[np.ndarray]  # of the wanted voice
    rate: int


def compare_speech(
    text: str, voice: Path | None, model: str | None, folder: Path, device: ttnn.MeshDevice | None = None
) -> Spoken:
    """Speak `text` in the voice of a recording on both paths, print figures, write WAV files and a PNG to `folder`.

    `voice` None: the recordings that came with the small model. `device` is an open TTNN device; None opens the first
    card.
    """
    make_folder(folder)
    found = find_model(model, download=False)
    reference = load(found.folder, "torch", precision="exact")
    on_device = load(found.folder, "ttnn", device=device)
    name, recordings = _voice(voice, found, reference.sampling_rate)
    speech = Speech(text, bundled_voice(), recordings, reference.sampling_rate)
    wanted = np.concatenate(recordings)[: round(REFERENCE_SECONDS * speech.rate)]
    print(f"model      {found.name}{found.why}")
    print(f"text       {text}")
    print(f"base       {speech.base.stem}, trained weights")
    print(f"voice      {len(wanted) / speech.rate:.1f} s of {name}")
    target = reference.voice([wanted], name="wanted")

    def say(model: OpenVoice) -> np.ndarray:
        return model.speak(text, target, base=speech.base, seed=SEED, progress=False)

    results = {"PyTorch": say(reference), "device": say(on_device)}
    base = _base_speech(speech)
    source = Voice(torch.from_numpy(on_device.backend.embed(base)), "base speaker", "its base speech")
    agreement = _agreement(results, speech.rate, lambda: on_device.convert(base, target, source, seed=SEED))
    print(f"agreement  {_in_words(agreement)}")
    _judge(speech, base, results["device"], wanted, folder)
    sound_output.save(folder / "pytorch.wav", results["PyTorch"], speech.rate)
    return agreement


def _voice(voice: Path | None, found: Found, rate: int) -> tuple[str, list[np.ndarray]]:
    """Return name and recordings of the wanted voice."""
    small = found.folder if found.name == SMALL else find_model(SMALL, download=False).folder
    paths = [voice] if voice else [small / "speech" / f"target_{number}.wav" for number in (1, 2)]
    return " and ".join(map(str, paths)), [audio.load(path, rate) for path in paths]


def _base_speech(speech: Speech) -> np.ndarray:
    """Return the text as the base speaker says it in PyTorch, with the noise that the pipeline draws for it."""
    base, style = PiperSpeaker.from_voice(speech.base), style_of("neutral")
    parts = [
        base.speak(line.sentence, 0, style, line.seeds[0])
        for line in lines(base, speech.text, style, SEED, progress=False)
        if line.sentence is not None
    ]
    return resample(np.concatenate(parts), base.sampling_rate, speech.rate)


def _agreement(results: dict[str, np.ndarray], rate: int, repeat: Callable[[], np.ndarray]) -> Spoken:
    expected, actual = results["PyTorch"], results["device"]
    alike = len(expected) == len(actual)
    mels = aligned(log_mel(expected, rate), log_mel(actual, rate), warp=not alike)
    seconds = len(expected) / rate, len(actual) / rate
    return Spoken(seconds, _pcc(expected, actual) if alike else None, _pcc(*mels), repeat)


def _in_words(agreement: Spoken) -> str:
    if agreement.waveform is None:
        lengths = "{:.3f} s with PyTorch, {:.3f} s on the device".format(*agreement.seconds)
        return (
            f"of device and PyTorch, as PCC: {agreement.log_mel:.6f} of the log-mels, along a warping path, because "
            f"some sounds last a frame more or less: {lengths}"
        )
    return (
        f"of device and PyTorch, as PCC: {agreement.waveform:.6f} of the waveforms, "
        f"{agreement.log_mel:.6f} of their log-mels"
    )


def _judge(speech: Speech, base: np.ndarray, result: np.ndarray, wanted: np.ndarray, folder: Path) -> None:
    """Print how like the wanted voice, how clear and how natural the speech is; write sound and picture."""
    recogniser, titles = tiny_whisper(), {}
    for title, samples in (("base speech", base), ("result", result)):
        alike = mean_similarity(samples, speech.recordings, speech.rate)
        heard = recogniser(samples, speech.rate, "EN")
        wrong, quality = word_error_rate(speech.text, heard), naturalness(samples, speech.rate).overall
        print(
            f"{title:<12}{len(samples) / speech.rate:.2f} s, similarity to the wanted voice {alike:.3f} (Resemblyzer), "
            f"DNSMOS {quality:.2f}, {wrong:.0%} of the words wrong (Whisper tiny.en): {heard}"
        )
        titles[title] = f"{title}, similarity to the wanted voice {alike:.2f}"
    sounds = {titles["base speech"]: base, "wanted voice": wanted, titles["result"]: result}
    written = [folder / name for name in ("base.wav", "voice.wav", "result.wav", "spectrograms.png")]
    for file, samples in zip(written, sounds.values(), strict=False):
        sound_output.save(file, samples, speech.rate)
    draw(sounds, speech.rate, written[-1])
    print("written    ", *written, folder / "pytorch.wav")


def _pcc(expected: np.ndarray, actual: np.ndarray) -> float:
    return float(comp_pcc(torch.as_tensor(expected), torch.as_tensor(actual))[1])
