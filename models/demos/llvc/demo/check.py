# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`check`: the same recording by PyTorch at once and by a backend in chunks, and how well they agree."""

import argparse
from dataclasses import asdict, dataclass

import numpy as np

from models.demos.llvc.demo.loading import open_model
from models.demos.llvc.pipeline import Llvc
from models.tt_audio.cli.terminal import tell
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError
from models.tt_audio.testing.synthetic_voice import voice

VOICED = 1e-4  # a frame is voiced if its power is within 40 dB of the loudest
CORRELATED = 0.9


@dataclass(frozen=True)
class Agreement:
    """Agreement of a stream with the offline pass."""

    pcc: float
    largest_difference: float
    token_accuracy: float  # share of voiced frames of 16 samples whose correlation is above 0.9


def check(options: argparse.Namespace) -> int:
    """Run the command; return 1 if the two differ."""
    backend = "torch" if options.backend == "auto" and not options.stream else None
    model = open_model(options, backend)
    agreement = compare(model, _samples(options, model))
    text = (
        f"{model.backend}, chunks of {model.factor} windows, beside the offline pass in PyTorch: "
        f"PCC {agreement.pcc:.6f}, largest difference {agreement.largest_difference:.1e}, "
        f"{100 * agreement.token_accuracy:.2f} % of voiced frames above {CORRELATED}"
    )
    tell(options, text, asdict(agreement) | {"backend": model.backend})
    return int(agreement.pcc < 0.999)


def _samples(options: argparse.Namespace, model: Llvc) -> np.ndarray:
    if options.input is None:
        return voice(options.seconds, model.sampling_rate)
    samples = audio.load(options.input, model.sampling_rate)[: round(options.seconds * model.sampling_rate)]
    if len(samples) < 2 * model.net.config.hop:
        raise UsageError(f"{options.input} is too short to be compared: give a longer recording")
    return samples


def compare(model: Llvc, samples: np.ndarray) -> Agreement:
    """Convert samples [N] by the model's backend in chunks, and in PyTorch at once."""
    stream = model.stream()
    result = np.concatenate((stream.push(samples), stream.finish()))
    expected = model.convert(samples)
    return Agreement(
        pcc=float(np.corrcoef(expected, result)[0, 1]),
        largest_difference=float(np.abs(expected - result).max()),
        token_accuracy=token_accuracy(expected, result, model.net.config.hop),
    )


def token_accuracy(expected: np.ndarray, result: np.ndarray, hop: int) -> float:
    """Return the share of voiced frames of `hop` samples in which the two correlate by more than 0.9."""
    frames = [x[: len(x) // hop * hop].reshape(-1, hop).astype(np.float64) for x in (expected, result)]
    power = np.square(frames[0]).mean(1)
    kept = [x[power > VOICED * power.max()] for x in frames]
    a, b = (x - x.mean(1, keepdims=True) for x in kept)
    norms = np.sqrt(np.square(a).sum(1) * np.square(b).sum(1))
    correlation = np.divide((a * b).sum(1), norms, out=np.zeros(len(norms)), where=norms > 0)
    return float((correlation > CORRELATED).mean()) if len(correlation) else 1.0
