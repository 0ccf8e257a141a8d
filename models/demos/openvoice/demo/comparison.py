# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""One conversion by PyTorch and by the device, side by side: samples, agreement, and a picture of both.

What demo.py's `check` does. It needs no network: without the released model it takes an untrained one of the same
architecture, which shows that the two paths compute the same and says nothing about voices.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from models.common.utility_functions import comp_pcc
from models.demos.openvoice import audio, checkpoint
from models.demos.openvoice.audio import AudioError
from models.demos.openvoice.checkpoint import CheckpointError
from models.demos.openvoice.demo.loading import load
from models.demos.openvoice.demo.mel import BANDS, log_mel
from models.demos.openvoice.pipeline import RELEASE, OpenVoice
from models.demos.openvoice.tests.checkpoints import make_converter_checkpoint
from models.demos.openvoice.tests.speech import voice as synthetic_voice
from models.demos.openvoice.voices import Voice

CHECK_SECONDS = 2.0
TAU, SEED = 0.3, 0
RELEASED_VOICE = Path("base_speakers") / "ses" / "en-default.pth"


@dataclass(frozen=True)
class Agreement:
    """Pearson correlation between the results of PyTorch and of the device."""

    tone_colour: float
    waveform: float
    log_mel: float
    repeat: Callable[[], np.ndarray]  # converts once more on the device, without measuring the tone colour again


def compare(model: str | None, recording: Path | None, folder: Path, device=None) -> Agreement:
    """Converts the start of `recording` on both paths, prints how they agree, writes WAV files and a PNG.

    `device` is an open one; without it the machine's first card is opened.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(f"{folder} cannot be a folder for the results ({error.strerror}); name another") from None
    with _found(model) as (name, path, trained):
        if trained:
            print(f"model     {name}")
        else:
            print("model     untrained: OpenVoice V2's full size with random weights, so this does not clone a voice")
        reference = load(path, "torch", precision="exact")
        on_device = load(path, "ttnn", device=device)
        voice_file = path / RELEASED_VOICE
        target = Voice.load(voice_file) if trained and voice_file.is_file() else _random_voice(reference)
    rate = reference.sampling_rate
    samples = _beginning(recording, rate)
    print(f"input     {len(samples) / rate:.1f} s of {recording or 'a synthetic voice'}, to {target.source}")

    results = {"input": samples}
    for title, converter in (("PyTorch", reference), ("device", on_device)):
        results[title] = converter.convert(samples, target, None, TAU, SEED)
    mels = {title: log_mel(result, rate) for title, result in results.items()}
    tone_colours = [converter.backend.embed(samples) for converter in (reference, on_device)]
    source = Voice(torch.from_numpy(tone_colours[1]), "input", "the input")  # on the device from here on
    agreement = Agreement(
        _pcc(*tone_colours),
        _pcc(results["PyTorch"], results["device"]),
        _pcc(mels["PyTorch"], mels["device"]),
        repeat=lambda: on_device.convert(samples, target, source, TAU, SEED),
    )
    print(
        f"agreement PCC of the tone colours {agreement.tone_colour:.6f}, of the waveforms {agreement.waveform:.6f}, "
        f"of their log-mels {agreement.log_mel:.6f}"
    )
    written = [folder / f"{title.lower()}.wav" for title in results]
    for file, result in zip(written, results.values(), strict=True):
        audio.save(file, result, rate)
    written.append(folder / "spectrograms.png")
    _draw(mels, len(samples) / rate, written[-1])
    print("written  ", *written)
    return agreement


@contextmanager
def _found(model: str | None) -> Iterator[tuple[str, Path, bool]]:
    """Name and folder of the model and whether it is trained; an untrained one is gone after the block."""
    try:
        found = checkpoint.locate(model or RELEASE, download=model is not None)
    except CheckpointError:
        if model is not None:
            raise
        with tempfile.TemporaryDirectory() as untrained:
            yield "untrained", make_converter_checkpoint(untrained), False
    else:
        yield model or RELEASE, found, True


def _random_voice(model: OpenVoice) -> Voice:
    embedding = torch.randn(model.config.gin_channels, generator=torch.Generator().manual_seed(1))
    return Voice(embedding, "random", "a random embedding")


def _beginning(recording: Path | None, rate: int) -> np.ndarray:
    if recording is None:
        return synthetic_voice(CHECK_SECONDS, rate)
    return next(audio.stream(recording, rate, CHECK_SECONDS))


def _pcc(expected, actual) -> float:
    return float(comp_pcc(torch.as_tensor(expected), torch.as_tensor(actual))[1])


def _draw(mels: dict[str, np.ndarray], seconds: float, path: Path) -> None:
    """One panel below the other, all in the same colours."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    low, high = min(mel.min() for mel in mels.values()), max(mel.max() for mel in mels.values())
    panels = figure.subplots(len(mels), sharex=True)
    for panel, (name, mel) in zip(panels, mels.items(), strict=True):
        image = panel.imshow(
            mel, origin="lower", aspect="auto", extent=(0, seconds, 0, BANDS), vmin=low, vmax=high, cmap="magma"
        )
        panel.set(title=name, ylabel="mel band")
    panels[-1].set_xlabel("seconds")
    figure.colorbar(image, ax=list(panels), label="log magnitude")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        figure.savefig(temporary, format="png", dpi=120)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
