# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""DNSMOS P.835, an estimate of how natural a recording sounds to people, from 1 to 5.

The network (Reddy, Gopal, Cutler: "DNSMOS P.835", 2022) was trained on the judgements of listeners after noise
suppression. It detects noise, clipping and artefacts of a vocoder, not whether the words or the voice are right. Its
ONNX file is read from the wheel of speechmos (MIT). The package itself is not imported, because it depends on librosa.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from ..host.errors import UsageError
from ..host.hashes import check_sha256
from ..host.packages import installed_folder
from ..host.resampling import resample

RATE = 16_000
WINDOW = 144_160  # samples of one pass: 9.01 s; a shorter recording is doubled until it lasts as long
STEP = RATE  # from one window to the next
FILE = "dnsmos_models/sig_bak_ovr.onnx"
SHA256 = "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd"
# The network's three outputs are mapped to the scale of the listeners: coefficients of x^2, x and 1.
SPEECH = (-0.08397278, 1.22083953, 0.0052439)
BACKGROUND = (-0.13166888, 1.60915514, -0.39604546)
OVERALL = (-0.06766283, 1.11546468, 0.04602535)


class Naturalness(NamedTuple):
    """Estimated mean opinion scores, 1 to 5."""

    speech: float  # of the speech itself
    background: float  # of the background; 5 is silence
    overall: float


def naturalness(samples: np.ndarray, rate: int) -> Naturalness:
    """Estimate how natural samples [N] sound: the mean over windows of 9 s, one second apart."""
    samples = resample(np.asarray(samples, np.float32), rate, RATE)
    while len(samples) < WINDOW:
        samples = np.tile(samples, 2)
    # As many windows as the original takes: it counts whole seconds.
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP][: max(1, len(samples) // RATE - 9)]
    session = _session()
    name = session.get_inputs()[0].name
    found = np.mean([_on_the_scale(session.run(None, {name: window[None]})[0][0]) for window in windows], axis=0)
    return Naturalness(*found.tolist())


def _on_the_scale(outputs: np.ndarray) -> np.ndarray:
    """Map the network's outputs for speech, background and overall to the listeners' scale."""
    return np.array([np.polyval(curve, x) for curve, x in zip((SPEECH, BACKGROUND, OVERALL), outputs, strict=True)])


def require_naturalness() -> None:
    """Load the network, so that a missing package is reported before anything is measured."""
    _session()


@cache
def _session():
    """Return the session that runs the network; it is loaded once per process."""
    package = installed_folder("speechmos")
    if package is None or installed_folder("onnxruntime") is None:
        raise UsageError(
            "naturalness is judged by DNSMOS, whose packages are not installed: run `pip install speechmos==0.0.1.1 "
            "onnxruntime==1.23.2`, or choose --naturalness none"
        )
    import onnxruntime

    path = package / FILE
    check_sha256(path, SHA256)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
