# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The stages whose device time is held to targets.yaml: full size, seeded weights, op by op.

Each function loads its part of the model on a device and answers what runs it once. A first run launches the same
programs as every later one, so one run under the profiler is the stage's kernel time.
"""

import tempfile
from collections.abc import Callable

import numpy as np

from models.demos.openvoice.pipeline import load_converter
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.tests.checkpoints import make_converter_checkpoint
from models.demos.openvoice.tt.runner import DeviceConverter


def seeded_converter() -> Converter:
    with tempfile.TemporaryDirectory() as folder:
        return load_converter(make_converter_checkpoint(folder))


def short_window(device, reference: Converter | None = None) -> Callable[[], list[list[np.ndarray]]]:
    """The largest recording that is converted in one piece, samples to samples."""
    model = DeviceConverter(reference or seeded_converter(), device, traced=False)
    samples = np.zeros(model.short * model.config.hop_length, np.float32)
    source, target = np.random.default_rng(0).standard_normal((2, model.config.gin_channels)).astype(np.float32)
    return lambda: list(model.convert([samples], source, [target], 0.3, 0))


def tone_colour(device, reference: Converter | None = None) -> Callable[[], np.ndarray]:
    """Three seconds, samples to embedding."""
    model = DeviceConverter(reference or seeded_converter(), device, traced=False)
    samples = np.zeros(3 * model.config.sampling_rate, np.float32)
    return lambda: model.embed(samples)


# By the names that targets.yaml gives them.
STAGES: dict[str, Callable] = {"converter, short window": short_window, "tone colour of 3 s": tone_colour}


def identify(stage: str) -> str:
    """The name as one word, for a test's id on a command line."""
    return stage.replace(",", "").replace(" ", "-")
