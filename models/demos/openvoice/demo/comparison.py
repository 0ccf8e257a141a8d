# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`check`: convert one recording with PyTorch and with the device, and compare: figures, sound and a picture.

`make demo` does the same with a text (spoken_comparison.py). This needs no network. It uses the released model if that
is on the machine, else the small model of the repository, else an untrained model of full size. With an untrained model
the comparison is valid, but no voice is cloned.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.common.utility_functions import comp_pcc
from models.demos.openvoice.demo.loading import SMALL, Found, find_model, load
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.tt_audio.host import audio, sound_output
from models.tt_audio.host.audio import AudioError
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.voices import Voice
from models.tt_audio.judges.mel import log_mel
from models.tt_audio.judges.metrics import similarity
from models.tt_audio.judges.picture import draw
from models.tt_audio.testing.synthetic_voice import voice as synthetic_voice

CHECK_SECONDS = 2.0
SMALL_SECONDS = 5.0  # takes the small model about as long
REFERENCE_SECONDS = 6.0
TAU, SEED = 0.3, 0
PITCH = 1.4  # pitch of the synthetic target voice, relative to the synthetic source


@dataclass(frozen=True)
class Agreement:
    """Pearson correlation of PyTorch's and the device's results."""

    tone_colour: float
    waveform: float
    log_mel: float
    repeat: Callable[[], np.ndarray]  # converts once more on the device, with the same embeddings


def check(options: argparse.Namespace) -> None:
    compare(options)


def compare(options: argparse.Namespace, device=None) -> Agreement:
    """Convert the start of a recording on both paths, print the agreement, write WAV files and a PNG.

    `device` is an open TTNN device; None opens the first card.
    """
    folder = options.output
    make_folder(folder)
    with _found(options.model) as (found, trained):
        print(f"model      {found.name}{found.why}")
        reference = load(found.folder, "torch", precision="exact")
        on_device = load(found.folder, "ttnn", device=device)
    rate = reference.sampling_rate
    source_name, samples, wanted_name, references = _speech(options, found, rate)
    wanted = np.concatenate(references)[: round(REFERENCE_SECONDS * rate)]
    print(f"source     {len(samples) / rate:.1f} s of {source_name}")
    print(f"reference  {len(wanted) / rate:.1f} s of {wanted_name}")

    target = reference.voice([wanted], name="reference")
    results = {
        title: model.convert(samples, target, None, TAU, SEED)
        for title, model in (("PyTorch", reference), ("device", on_device))
    }
    agreement = _agreement(reference, on_device, samples, target, results)
    print(
        f"agreement  of device and PyTorch, as PCC: {agreement.tone_colour:.6f} of the tone colours, "
        f"{agreement.waveform:.6f} of the waveforms, {agreement.log_mel:.6f} of their log-mels"
    )
    titles = ["source", "reference", "result"]
    if trained:
        before, after = (mean_similarity(heard, references, rate) for heard in (samples, results["device"]))
        print(f"similarity {before:.3f} of source and reference, {after:.3f} of result and reference (Resemblyzer)")
        titles[0] += f", similarity to the reference {before:.2f}"
        titles[2] += f", similarity to the reference {after:.2f}"
    written = [folder / name for name in ("source.wav", "reference.wav", "result.wav", "pytorch.wav")]
    for file, sound in zip(written, (samples, wanted, results["device"], results["PyTorch"]), strict=True):
        sound_output.save(file, sound, rate)
    written.append(folder / "spectrograms.png")
    draw(dict(zip(titles, (samples, wanted, results["device"]), strict=True)), rate, written[-1])
    print("written   ", *written)
    return agreement


def make_folder(folder: Path) -> None:
    """Make the folder of the results."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(
            f"{folder} cannot be created ({error.strerror}); choose another folder for the results"
        ) from None


def mean_similarity(samples: np.ndarray, references: Sequence[np.ndarray], rate: int) -> float:
    """Return the mean of the similarities of a recording to each of the references.

    The similarity to all references joined would be higher: a longer recording has a more typical embedding.
    """
    return float(np.mean([similarity(samples, reference, rate) for reference in references]))


def _agreement(reference: OpenVoice, on_device: OpenVoice, samples, target: Voice, results) -> Agreement:
    tone_colours = [model.backend.embed(samples) for model in (reference, on_device)]
    source = Voice(torch.from_numpy(tone_colours[1]), "source", "the source")  # on the device from here on
    mels = [log_mel(result, reference.sampling_rate) for result in results.values()]
    return Agreement(
        _pcc(*tone_colours),
        _pcc(*results.values()),
        _pcc(*mels),
        repeat=lambda: on_device.convert(samples, target, source, TAU, SEED),
    )


@contextmanager
def _found(model: str | None) -> Iterator[tuple[Found, bool]]:
    """Find the model and yield it with True if it is trained; an untrained model is deleted after the block."""
    try:
        found = find_model(model, download=False)
    except CheckpointError:
        if model is not None:
            raise
        with tempfile.TemporaryDirectory() as untrained:
            why = ": OpenVoice V2's full size with random weights; it clones no voice"
            yield Found("untrained", make_converter_checkpoint(untrained), why), False
    else:
        yield found, True


def _speech(options: argparse.Namespace, found: Found, rate: int) -> tuple[str, np.ndarray, str, list[np.ndarray]]:
    """Return name and samples of the source, then of the wanted voice's recordings: given, bundled, or synthetic."""
    source, seconds = options.recording, CHECK_SECONDS
    references = [options.voice] if options.voice else []
    if found.name == SMALL:
        source = source or found.folder / "speech" / "source.wav"
        references = references or [found.folder / "speech" / f"target_{number}.wav" for number in (1, 2)]
        seconds = SMALL_SECONDS
    if source is None:
        source_name, samples = "a synthetic voice", synthetic_voice(seconds, rate)
    else:
        source_name, samples = str(source), next(audio.stream(source, rate, seconds))
    if not references:
        # The same sound played faster has a higher pitch and higher formants.
        high = synthetic_voice(REFERENCE_SECONDS * PITCH, round(rate / PITCH))
        return source_name, samples, "a higher synthetic voice", [high]
    recordings = [audio.load(path, rate) for path in references]
    return source_name, samples, " and ".join(map(str, references)), recordings


def _pcc(expected, actual) -> float:
    return float(comp_pcc(torch.as_tensor(expected), torch.as_tensor(actual))[1])
