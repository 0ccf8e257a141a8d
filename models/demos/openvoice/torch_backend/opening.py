# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Open the backend "torch" of pipeline.py on a CPU or a GPU."""

from models.demos.openvoice.backend import Backend
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.torch_backend.converter import ChunkedConverter
from models.demos.openvoice.torch_backend.graph_converter import GraphConverter
from models.tt_audio.torch_backend.device import torch_device
from models.tt_audio.torch_backend.graph_cache import open_graphs
from models.tt_audio.torch_backend.stages import stages


def open_backend(
    converter: Converter, precision: str = "fast", device: str = "cpu", graphs: bool | None = None
) -> Backend:
    """Return the backend for a loaded converter, warm; the options are those of `OpenVoice.from_pretrained`."""
    place = torch_device(device)
    cache = open_graphs(place, graphs)
    if place.type == "cpu":
        return ChunkedConverter(converter, precision)
    return GraphConverter(converter, cache, stages(precision))
