# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The speaker encoder of Resemblyzer, an independent judge of whose voice a recording has.

The network is an LSTM after Wan et al., "Generalized End-to-End Loss for Speaker Verification" (2018). Its weights are
read from the wheel of Resemblyzer (Apache-2.0). The package itself is not imported: it depends on another build of
webrtcvad, on librosa with a compiler, and on a part of SciPy that no longer exists. This module computes the same; a
test compares the result with values of the original.
"""

from functools import cache

import numpy as np
import torch
import webrtcvad
from scipy.ndimage import binary_dilation
from torch import nn

from ..host.checkpoint import read_pickle
from ..host.errors import UsageError
from ..host.packages import installed_folder
from ..host.resampling import resample
from .mel import filters, magnitudes

# The values the network was trained with: resemblyzer/hparams.py 0.1.4.
RATE = 16_000
MEL_WINDOW, MEL_HOP, MEL_BANDS = 400, 160, 40
HIDDEN, LAYERS = 256, 3
PART_FRAMES = 160  # frames of 10 ms in each part that is embedded
PARTS_A_SECOND = 1.3
LEAST_COVERED = 0.75  # a last part with a smaller share of samples is left out
LEVEL_DBFS = -30.0  # softer recordings are amplified to this level
VAD_FRAME, VAD_MODE, VAD_AVERAGED, VAD_PAUSE = 480, 3, 8, 6  # samples, mode, frames, frames


class SpeakerEncoder(nn.Module):
    """Network that maps samples to a unit vector; the cosine of two vectors is the speaker similarity."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(MEL_BANDS, HIDDEN, LAYERS, batch_first=True)
        self.linear = nn.Linear(HIDDEN, HIDDEN)
        self.mel = filters(RATE, MEL_WINDOW, MEL_BANDS, equal_area=True)

    @torch.inference_mode()
    def embed(self, samples: np.ndarray, rate: int) -> np.ndarray:
        """Embed samples [N] as a unit vector [256]: the mean over parts of 1.6 s, without pauses."""
        samples = without_pauses(_loud_enough(resample(np.asarray(samples, np.float32), rate, RATE)))
        starts, needed = part_starts(len(samples))
        padded = np.pad(samples, (0, max(0, needed - len(samples))))
        mel = (self.mel @ magnitudes(padded, MEL_WINDOW, MEL_HOP) ** 2).T.astype(np.float32)
        parts = torch.from_numpy(np.stack([mel[start : start + PART_FRAMES] for start in starts]))
        hidden = self.lstm(parts)[1][0][-1]
        embeddings = nn.functional.normalize(self.linear(hidden).relu(), dim=1).numpy()
        mean = embeddings.mean(0)
        return mean / np.linalg.norm(mean)


@cache
def speaker_encoder() -> SpeakerEncoder:
    """Return the trained encoder; it is loaded once per process."""
    package = installed_folder("resemblyzer")
    if package is None:
        raise UsageError(
            "speaker similarity is judged by the encoder in the package Resemblyzer, which is not installed: run "
            "`pip install --no-deps Resemblyzer==0.1.4`"
        )
    state = read_pickle(package / "pretrained.pt")["model_state"]
    encoder = SpeakerEncoder()
    # The scale and offset of the similarity are parameters of the training loss only.
    own = {name: value for name, value in state.items() if not name.startswith("similarity_")}
    encoder.load_state_dict(own)
    return encoder.eval()


def _loud_enough(samples: np.ndarray) -> np.ndarray:
    level = 10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20)
    return samples * np.float32(10 ** (max(0.0, LEVEL_DBFS - level) / 20))


def without_pauses(samples: np.ndarray) -> np.ndarray:
    """Cut pauses of more than about 0.2 s out of samples [N] at RATE; return all samples if none is speech."""
    whole = samples[: len(samples) // VAD_FRAME * VAD_FRAME]
    pcm = np.round(whole.clip(-1, 1) * 32767).astype("<i2").reshape(-1, VAD_FRAME)
    detector = webrtcvad.Vad(VAD_MODE)
    flags = np.array([detector.is_speech(frame.tobytes(), RATE) for frame in pcm], float)
    padded = np.concatenate([np.zeros((VAD_AVERAGED - 1) // 2), flags, np.zeros(VAD_AVERAGED // 2)])
    speech = np.round(np.convolve(padded, np.full(VAD_AVERAGED, 1 / VAD_AVERAGED), "valid")).astype(bool)
    kept = np.repeat(binary_dilation(speech, np.ones(VAD_PAUSE + 1)), VAD_FRAME) if len(flags) else np.zeros(0, bool)
    return whole[kept] if kept.any() else samples


def part_starts(samples: int) -> tuple[list[int], int]:
    """Return the first frame of each part of a recording of `samples`, and the samples that all parts need."""
    frames = -(-(samples + 1) // MEL_HOP)
    step = round(RATE / PARTS_A_SECOND / MEL_HOP)
    starts = list(range(0, max(1, frames - PART_FRAMES + step + 1), step))
    covered = (samples - starts[-1] * MEL_HOP) / (PART_FRAMES * MEL_HOP)
    if covered < LEAST_COVERED and len(starts) > 1:
        starts.pop()
    return starts, (starts[-1] + PART_FRAMES) * MEL_HOP
