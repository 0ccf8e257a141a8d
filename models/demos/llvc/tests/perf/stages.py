# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stages whose device time is limited by targets.yaml: a chunk at full size, with seeded weights, op by op."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from models.demos.llvc.loading import load_net
from models.demos.llvc.synthetic import LLVC, make_checkpoint
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.runner import DeviceRunner

TARGETS = Path(__file__).with_name("targets.yaml")


def chunk(device, factor: int, streams: int) -> Callable[[], dict[int, np.ndarray]]:
    """Load the network on a device; return a function that converts one chunk of all streams."""
    with tempfile.TemporaryDirectory() as folder:
        net = load_net(make_checkpoint(folder, LLVC))
    layout = Layout(net.config, factor, streams)
    runner = DeviceRunner(net_parameters(net, layout), layout, device)
    samples = {slot: np.zeros(runner.chunk, np.float32) for slot in range(streams)}
    return lambda: runner.step(samples)


# By their names in targets.yaml and the budgets.
STAGES: dict[str, Callable] = {
    f"llvc, factor {factor}, {streams} stream{'s' if streams > 1 else ''}": partial(
        chunk, factor=factor, streams=streams
    )
    for factor, streams in ((1, 1), (1, 32), (8, 1))
}
