# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Change a voice by the vocoder WORLD: formants, spectral tilt and breath, at a given pitch (pyworld, MIT).

WORLD splits speech into pitch, spectral envelope and aperiodicity. One analysis serves any number of changes, and the
results stay in step with each other.
"""

from dataclasses import dataclass

import numpy as np

from models.tt_audio.host.errors import UsageError

TILT_CENTRE = 1000.0  # Hz: a tilt leaves this frequency as it is
LOWEST_TILTED = 100.0  # Hz: below, the gain is constant
LEAST_VOICED = 20  # frames of 5 ms; speech with fewer has no pitch that could be set


@dataclass(frozen=True)
class Change:
    """Changes that make one voice of another."""

    stretch: float = 1.0  # of the spectral envelope along the frequency: above 1, formants are higher
    tilt: float = 0.0  # dB per octave
    breath: float = 1.0  # exponent of the aperiodicity (0 to 1): below 1, the voice is more breathy


class Analysis:
    """Pitch, envelope and aperiodicity of recordings that are in step; they share one pitch."""

    def __init__(self, recordings: np.ndarray, rate: int, pitch: float | None = None):
        """Analyse `recordings` [voices, N].

        `pitch`: the median of the voiced frames in Hz that the results shall have; None keeps it.
        """
        world = _world()
        self.rate, self._length = rate, recordings.shape[1]
        samples = np.ascontiguousarray(recordings, np.float64)
        mean = samples.mean(0)
        f0, times = world.dio(mean, rate)
        f0 = world.stonemask(mean, f0, times, rate)
        voiced = f0 > 0
        if voiced.sum() < LEAST_VOICED:
            raise UsageError("a recording without voiced speech cannot be changed: choose another sentence")
        self._envelopes = [world.cheaptrick(voice, f0, times, rate) for voice in samples]
        self._aperiodicities = [world.d4c(voice, f0, times, rate) for voice in samples]
        self._f0 = f0 if pitch is None else f0 * (pitch / np.median(f0[voiced]))

    def changed(self, voice: int, change: Change) -> np.ndarray:
        """Return samples [N] of recording number `voice` with a change."""
        envelope, aperiodicity = self._envelopes[voice], self._aperiodicities[voice]
        bins = np.arange(envelope.shape[1])
        frequencies = bins * self.rate / 2 / bins[-1]
        gain = change.tilt * np.log2(np.maximum(frequencies, LOWEST_TILTED) / TILT_CENTRE)
        stretched = np.exp(_stretched(np.log(envelope), change.stretch)) * 10 ** (gain / 10)
        rough = _stretched(aperiodicity, change.stretch).clip(1e-6, 1) ** change.breath
        samples = _world().synthesize(self._f0, stretched, rough, self.rate)
        return np.pad(samples, (0, max(0, self._length - len(samples))))[: self._length]


def _stretched(frames: np.ndarray, factor: float) -> np.ndarray:
    """Return rows [frames, bins] stretched by `factor`: bin k becomes bin k / factor; the last one is repeated."""
    bins = frames.shape[1]
    position = np.minimum(np.arange(bins) / factor, bins - 1)
    below = np.minimum(position.astype(int), bins - 2)
    share = position - below
    return np.ascontiguousarray(frames[:, below] * (1 - share) + frames[:, below + 1] * share)


def _world():
    try:
        import pyworld
    except ImportError:
        raise UsageError(
            "voices are changed by pyworld, which is not installed: run `pip install .[train]` in the repository"
        ) from None
    return pyworld
