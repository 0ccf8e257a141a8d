# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Opens the backend "ttnn" of pipeline.py: a loaded converter on a device, on several, or on whatever there is.

On one chip text to speech joins it, so that what is spoken is converted where it is.
"""

import atexit
import os
from pathlib import Path

import ttnn
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.tt.batch import BatchConverter
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.trace import TRACE_REGION_SIZE
from models.tt_audio.host.errors import DeviceError

CARDS = Path("/dev/tenstorrent")  # where the driver shows them


class OneChip(BatchConverter):
    def speech_network(self, model: MeloTTS, bert) -> DeviceMeloTTS | None:
        """A loaded text-to-speech model, and the BERT that it speaks with, on the converter's device."""
        return DeviceMeloTTS(model, self.device, bert, self, self.precision)


def open_backend(reference: Converter, device=None, precision: Precision | None = None) -> BatchConverter:
    """The converter on `device`: an open one, the number of one of the machine's, or "all" of them as one mesh.

    Without `device` it is the machine's first. What is opened here stays open until the process ends. An open device
    may be a mesh (ttnn.open_mesh_device), too: its chips then share the work.
    """
    if device is None or isinstance(device, int | str):
        provided = ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH")
        if not CARDS.exists() and not any(os.environ.get(variable) for variable in provided):
            raise DeviceError(
                f"there is no Tenstorrent card ({CARDS} does not exist): install its driver, or use the backend 'torch'"
            )
        device = _opened(device or 0)
    if not isinstance(device, ttnn.MeshDevice):
        raise TypeError(
            f"device is {device!r}, not an open TTNN device: pass what ttnn.open_device or open_mesh_device gave"
        )
    kind = OneChip if device.get_num_devices() == 1 else BatchConverter
    return kind(reference, device, precision)


def _opened(which: int | str):
    if which == "all":
        mesh = ttnn.open_mesh_device(ttnn.MeshShape(1, ttnn.get_num_devices()))
        atexit.register(ttnn.close_mesh_device, mesh)
        return mesh
    device = ttnn.open_device(device_id=which, trace_region_size=TRACE_REGION_SIZE, num_command_queues=2)
    atexit.register(ttnn.close_device, device)
    return device
