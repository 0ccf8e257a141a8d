# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Opens the backend "ttnn" of pipeline.py: a loaded converter on a device, on several, or on whatever there is."""

import atexit
import os
from pathlib import Path

import ttnn
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.tt.batch import BatchConverter
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.trace import TRACE_REGION_SIZE

CARDS = Path("/dev/tenstorrent")  # where the driver shows them


def open_backend(reference: Converter, device=None, precision: Precision | None = None) -> BatchConverter:
    """The converter on `device`, or on the machine's first one, which then stays open until the process ends.

    `device` may be a mesh (ttnn.open_mesh_device): its chips then share the work.
    """
    if device is None:
        provided = ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH")
        if not CARDS.exists() and not any(os.environ.get(variable) for variable in provided):
            raise RuntimeError(
                f"there is no Tenstorrent card ({CARDS} does not exist): install its driver, or use the backend 'torch'"
            )
        device = ttnn.open_device(device_id=0, trace_region_size=TRACE_REGION_SIZE, num_command_queues=2)
        atexit.register(ttnn.close_device, device)
    if not isinstance(device, ttnn.MeshDevice):
        raise TypeError(
            f"device is {device!r}, not an open TTNN device: pass what ttnn.open_device or open_mesh_device gave"
        )
    return BatchConverter(reference, device, precision)
