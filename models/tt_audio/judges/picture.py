# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Draw log-mel spectrograms as a PNG."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..host.files import complete_file
from .mel import BANDS, log_mel

DPI = 80
COLOURS = 20  # few steps, so that a picture stays below 200 KB
RANGE = 9.0  # of the natural logarithm, 78 dB; what is quieter is black


def draw(recordings: Mapping[str, np.ndarray], rate: int, path: Path) -> None:
    """Draw one panel for each title and samples [N], with the same colours and time scale, and write it to `path`."""
    mels = {title: log_mel(samples, rate) for title, samples in recordings.items()}
    longest = max(len(samples) for samples in recordings.values()) / rate
    loudest = max(mel.max() for mel in mels.values())
    figure = Figure(figsize=(9, 2.2 * len(mels)), layout="constrained")
    panels = figure.subplots(len(mels), sharex=True, squeeze=False)[:, 0]
    for panel, (title, mel) in zip(panels, mels.items(), strict=True):
        image = panel.imshow(
            mel,
            origin="lower",
            aspect="auto",
            extent=(0, len(recordings[title]) / rate, 0, BANDS),
            vmin=loudest - RANGE,
            vmax=loudest,
            cmap=colormaps["magma"].resampled(COLOURS),
            interpolation="nearest",
        )
        panel.set(ylabel="mel band", xlim=(0, longest), facecolor="black")
        panel.set_title(title, loc="left")
    panels[-1].set_xlabel("seconds")
    figure.colorbar(image, ax=list(panels), label="log magnitude")
    with complete_file(path) as file:
        figure.savefig(file, format="png", dpi=DPI)
