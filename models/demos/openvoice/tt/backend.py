# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Backend "ttnn" of pipeline.py: a converter loaded on one chip, or on several that share the work.

On one chip, text-to-speech runs on the same device as the converter, so base speech is converted there without a
download.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from torch import nn

import ttnn
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.tt.batch import Batcher, MeshRunner
from models.demos.openvoice.tt.device_converter import DeviceConverter
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.runner import ChipRunner
from models.demos.openvoice.windows import Conversion
from models.tt_audio.tt.device import open_until_exit
from models.tt_audio.tt.trace_cache import open_traces

# Bytes, for `ttnn.open_device(trace_region_size=...)`. The window forms of the V2 model have 6,175 programs in all (by
# the ledger), the sentence forms that are kept (melo_runner.FORMS_KEPT) at most 24,000. In a trace of a simulated
# Wormhole with 72 cores a program takes 5.8 kB, so all of them take 175 MB. The region has twice that, because a
# Blackhole has more cores, and a reserve; DRAM has gigabytes.
TRACE_REGION_SIZE = 384 << 20


class DeviceBackend:
    """Converter on one device; implements pipeline.Backend."""

    def __init__(
        self,
        reference: Converter,
        device: ttnn.MeshDevice,
        precision: Precision | None = None,
        traced: bool | None = None,
        window: int | None = None,
    ):
        """`reference` gives the weights; `device` is open, one chip or a mesh.

        `traced`: whether windows and sentences are replayed from traces; None: if the device can. A mesh cannot.
        `window`: frames of the converter's short bucket; None: as many as fit.
        """
        one_chip = device.get_num_devices() == 1
        # a trace reads its inputs at the addresses of one chip, so a mesh runs op by op
        self.traces = open_traces(device, TRACE_REGION_SIZE, traced) if one_chip else None
        self.converter = DeviceConverter(reference, device, precision, self.traces, window)
        self.batcher = Batcher(self.converter)
        self.runner = ChipRunner(self.converter) if one_chip else MeshRunner(self.converter, self.batcher)

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding [gin_channels] of one stretch of speech [N]."""
        return self.converter.embed(waveform)

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Yield for each stretch of `chunk` frames (None: as many as fit) its samples in each target voice.

        `blocks`: consecutive samples of the recording; `source`, `targets`: speaker embeddings [gin_channels]; `tau`
        and `seed`: scale and seed of the latent's noise.
        """
        return self.runner.convert(blocks, source, targets, tau, seed, chunk)

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """Return the samples of each conversion, in the order given; the conversions share passes."""
        return self.batcher.convert_batch(conversions)

    def warm_up(self) -> None:
        """Compile every bucket's programs and prepare every weight, so that no later call has to wait for it."""
        self.runner.warm_up()

    def speech_network(self, model: MeloTTS, bert: nn.Module | None) -> DeviceMeloTTS | None:
        """Load a text-to-speech model and its BERT on the device and return the network; return None on a mesh."""
        if not isinstance(self.runner, ChipRunner):
            return None
        if self.traces is not None:
            self.traces.release()  # the model's tensors must not be where a trace writes
        return DeviceMeloTTS(model, self.converter.device, bert, self, self.converter.precision)


def open_backend(
    reference: Converter, device: ttnn.MeshDevice | int | str | None = None, precision: Precision | None = None
) -> DeviceBackend:
    """Load the converter on a device and return the backend.

    `device`: an open device or mesh, the number of one of the machine's devices, or "all" of them as one mesh; None:
    the machine's first. The chips of a mesh share the work. A device opened here stays open until the process ends.
    """
    if device is None or isinstance(device, int | str):
        device = open_until_exit(device or 0, TRACE_REGION_SIZE)
    if not isinstance(device, ttnn.MeshDevice):
        raise TypeError(
            f"device is {device!r}, not an open TTNN device: pass what ttnn.open_device or open_mesh_device gave"
        )
    return DeviceBackend(reference, device, precision)
