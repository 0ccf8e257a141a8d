# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Open the devices of this machine until the process ends."""

import atexit
import os

import ttnn

from ..host.cards import CARDS
from ..host.errors import DeviceError

SUBSTITUTES = ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH")  # variables that name what replaces a card


def open_until_exit(name: int | str, trace_region_size: int) -> ttnn.MeshDevice:
    """Open a device by its number, or "all" devices as one mesh, and close it when the process ends.

    A single device has two command queues and `trace_region_size` bytes for traces; a mesh has neither. Raise a
    DeviceError if there is no card, or if it does not open.
    """
    if not CARDS.exists() and not any(os.environ.get(variable) for variable in SUBSTITUTES):
        raise DeviceError(
            f"there is no Tenstorrent card ({CARDS} does not exist): install its driver, or use the backend 'torch'"
        )
    try:
        if name == "all":
            device = ttnn.open_mesh_device(ttnn.MeshShape(1, ttnn.get_num_devices()))
        else:
            device = ttnn.open_device(device_id=name, trace_region_size=trace_region_size, num_command_queues=2)
    except RuntimeError as error:
        raise DeviceError(str(error).splitlines()[0]) from error  # TTNN appends a backtrace of its own
    atexit.register(ttnn.close_mesh_device if name == "all" else ttnn.close_device, device)
    return device
