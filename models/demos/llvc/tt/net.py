# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""LLVC on the device: mirrors ../reference/net.py, for one chunk of many streams (layout.py)."""

import numpy as np

import ttnn
from models.demos.llvc.tt.decoder import Decoder
from models.demos.llvc.tt.encoder import Encoder
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.precision import Precision
from models.demos.llvc.tt.prenet import Prenet
from models.demos.llvc.tt.selection import Selection
from models.tt_audio.tt.activations import RELU
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.memory import BYTES, STREAM_SHARE, l1_bytes
from models.tt_audio.tt.tensors import upload
from ttnn.model_preprocessing import ParameterDict


def frames_memory(layout: Layout, device: ttnn.MeshDevice) -> ttnn.MemoryConfig:
    """Return where a chunk's frames are placed: in L1 if they fit.

    There are most of them at three times: when the terms of all layers are computed from what was read from the state;
    in the last layer, with the input of every layer; and when the following state is computed from these inputs.
    """
    layers = layout.config.num_enc_layers
    most = max(layout.blocks + layers + 4, 2 * layers + 10, layers + 4 + layout.state_rows / layout.rows)
    size = most * layout.streams * layout.rows * layout.config.enc_dim * BYTES[ttnn.float32]
    return ttnn.L1_MEMORY_CONFIG if size <= l1_bytes(device, STREAM_SHARE) else ttnn.DRAM_MEMORY_CONFIG


class Net:
    """The network for chunks of one layout, and the state of its streams."""

    def __init__(self, parameters: ParameterDict, layout: Layout, device: ttnn.MeshDevice, precision: Precision):
        config = layout.config
        self.layout = layout
        self.state = upload(np.zeros((layout.streams, layout.state_rows, config.enc_dim)), device)
        self.frame_numbers = upload(np.arange(layout.rows).reshape(1, 1, -1, 1), device)
        self.prenet = Prenet(parameters.prenet, device, precision.prenet) if parameters.prenet else None
        self.in_conv = Linear(parameters.in_conv, device, precision.frames, activation="relu")
        self.from_state = Selection(layout.from_state(), layout.streams, device)
        self.encoder = Encoder(parameters.encoder, layout, device, precision.encoder)
        self.to_decoder = Linear(parameters.to_decoder, device, precision.encoder)
        self.decoder = Decoder(parameters.decoder, layout, device, precision.decoder)
        self.from_decoder = Linear(parameters.from_decoder, device, precision.decoder, activation="relu")
        self.label = ttnn.to_device(parameters.label, device)
        self.out_conv = Linear(parameters.out_conv, device, precision.frames)
        self.out_mask = ttnn.to_device(ttnn.to_layout(parameters.out_mask, ttnn.TILE_LAYOUT), device)
        self.overlapped = Selection(layout.overlapped(), layout.streams, device)
        self.out_sum = Linear(parameters.out_sum, device, precision.frames, activation="tanh")
        self.next_state = Selection(layout.next_state(), layout.streams, device)
        self.memory_config = frames_memory(layout, device)

    def __call__(self, packed: ttnn.Tensor) -> ttnn.Tensor:
        """Convert a chunk and put the streams' state after it in the place of the state before it.

        packed [1, 1, streams * factor, width], row-major, as Layout describes -> samples [1, streams, rows, hop],
        row-major; the first `frames` rows of a stream are its samples
        """
        count, valid = self._valid(packed)
        frames = self._frames(ttnn.to_layout(packed, ttnn.TILE_LAYOUT, memory_config=ttnn.L1_MEMORY_CONFIG))
        weighed = self.encoder.weigh(self.from_state(self.state, self.memory_config))
        context = self._block(weighed, self.layout.windows_start, self.layout.factor * self.layout.window_rows)
        previous = self._block(weighed, self.layout.output_start, self.layout.rows)
        encoded, inputs = self.encoder(frames, weighed, self.memory_config)
        pair = self.to_decoder(encoded, self.memory_config)
        pair = ttnn.multiply(pair, valid, input_tensor_a_activations=[RELU], output_tensor=pair)
        decoded = self.from_decoder(self.decoder(pair, context, self.memory_config), self.memory_config)
        mask = ttnn.addcmul(decoded, encoded, self.label, output_tensor=decoded)
        masked = ttnn.multiply(frames, mask, output_tensor=mask)
        ttnn.deallocate(encoded)
        overlapping = ttnn.add(masked, previous, output_tensor=previous)
        self._remember([*inputs, pair, masked], count)
        return self._samples(overlapping)

    def join(self, keep: ttnn.Tensor) -> None:
        """Clear the state of streams that begin; keep [1, streams, 1, 1], tiled, is 0 for them and 1 for others."""
        ttnn.multiply(self.state, keep, output_tensor=self.state)

    def _valid(self, packed: ttnn.Tensor) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return the number of valid frames [1, streams, 1, 1], and the mask of valid frames [1, streams, rows, 1]."""
        streams, column = self.layout.streams, self.layout.frames_column
        rows = ttnn.reshape(packed, (1, streams, self.layout.factor, self.layout.width))
        count = ttnn.slice(rows, [0, 0, 0, column], [1, streams, 1, column + 1])
        count = ttnn.to_layout(count, ttnn.TILE_LAYOUT)
        return count, ttnn.lt(self.frame_numbers, count)

    def _frames(self, samples: ttnn.Tensor) -> ttnn.Tensor:
        """samples [1, 1, streams * factor, width] -> frames [1, streams, rows, enc_dim], zeros after the chunk's."""
        layout = self.layout
        x = samples if self.prenet is None else self.prenet(samples)
        x = self.in_conv(x, self.memory_config)
        frames = ttnn.reshape(x, (1, layout.streams, layout.frames, layout.config.enc_dim))
        padding = [(0, 0), (0, 0), (0, layout.rows - layout.frames), (0, 0)]
        return ttnn.pad(frames, padding, 0.0, memory_config=self.memory_config)

    def _block(self, x: ttnn.Tensor, start: int, rows: int) -> ttnn.Tensor:
        return ttnn.slice(
            x, [0, 0, start, 0], [1, x.shape[1], start + rows, x.shape[3]], memory_config=self.memory_config
        )

    def _remember(self, sections: list[ttnn.Tensor], count: ttnn.Tensor) -> None:
        """Write the state after a chunk, from the chunk's frames of each section, and free these.

        count [1, streams, 1, 1]: streams without a valid frame keep their state.
        """
        state_and_chunk = ttnn.concat([self.state, *sections], dim=2, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        for section in sections:
            ttnn.deallocate(section)
        following = self.next_state(state_and_chunk, self.memory_config)
        ttnn.deallocate(state_and_chunk)
        ttnn.where(count, following, self.state, output_tensor=self.state)
        ttnn.deallocate(following)

    def _samples(self, masked: ttnn.Tensor) -> ttnn.Tensor:
        """masked frames [1, streams, rows, enc_dim], with the output's state after the chunk's -> samples."""
        x = self.out_conv(masked, self.memory_config)
        _, streams, rows, columns = x.shape
        taps = ttnn.multiply(
            ttnn.reshape(x, (streams, 1, rows, columns)), self.out_mask, memory_config=self.memory_config
        )
        taps = ttnn.reshape(taps, (1, streams, taps.shape[1] * rows, columns))
        samples = self.out_sum(self.overlapped(taps, self.memory_config), self.memory_config)
        return ttnn.to_layout(samples, ttnn.ROW_MAJOR_LAYOUT)
