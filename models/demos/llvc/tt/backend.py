# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Backend "ttnn" of pipeline.py: a network loaded on one card, for a number of streams in chunks of one size."""

import ttnn
from models.demos.llvc.reference.net import Net
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.precision import Precision
from models.demos.llvc.tt.runner import DeviceRunner
from models.tt_audio.host.errors import UsageError
from models.tt_audio.tt.device import open_until_exit
from models.tt_audio.tt.trace_cache import open_traces

# Bytes, for `ttnn.open_device(trace_region_size=...)`. A chunk has 141 to 145 programs. In a trace of a simulated
# Wormhole with 72 cores a program takes 5.8 kB, so a trace takes 0.9 MB; a Blackhole has more cores, and the region has
# space for several layouts.
TRACE_REGION_SIZE = 16 << 20
MOST_STREAMS, MOST_WINDOWS = 32, 8  # for which the layout fits the devices (tests/budgets/test_llvc_budget.py)


def open_runner(
    reference: Net,
    device: ttnn.MeshDevice | int | None = None,
    streams: int = 1,
    factor: int = 1,
    traced: bool | None = None,
    precision: Precision | None = None,
) -> DeviceRunner:
    """Load a network on a device and return the runner, warm.

    `device`: an open device, or the number of one of the machine's; None: its first. A device opened here stays open
    until the process ends. `traced`: whether chunks are replayed from a trace; None: if the device can.
    """
    if not 1 <= streams <= MOST_STREAMS:
        raise UsageError(f"{streams} streams do not fit a device: it takes 1 to {MOST_STREAMS}")
    if not 1 <= factor <= MOST_WINDOWS:
        raise UsageError(f"a chunk of {factor} windows does not fit a device: it takes 1 to {MOST_WINDOWS}")
    if device is None or isinstance(device, int):
        device = open_until_exit(device or 0, TRACE_REGION_SIZE)
    layout = Layout(reference.config, factor, streams)
    traces = open_traces(device, TRACE_REGION_SIZE, traced)
    runner = DeviceRunner(net_parameters(reference, layout), layout, device, precision, traces)
    runner.warm_up()
    return runner
