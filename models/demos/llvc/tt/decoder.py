# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The decoder on the device: mirrors ../reference/decoder.py, with memory and targets side by side.

All rows of a window pass through the layer, the context's and the padding's, too: they are in the same tiles as the
queries, so they cost nothing. Only the rows of the chunk's frames are kept.
"""

import ttnn
from models.demos.llvc.constants import HEADS
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.selection import Selection
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict

HALF = ttnn.bfloat16  # format of attention


class Decoder:
    """Transformer layer over the windows of a chunk."""

    def __init__(self, parameters: ParameterDict, layout: Layout, device: ttnn.MeshDevice, stage: Stage):
        self.layout = layout
        self.compute_config = stage.compute_config(device)
        self.positions = None if parameters.positions is None else ttnn.to_device(parameters.positions, device)
        self.scores = ttnn.to_device(ttnn.to_dtype(parameters.scores, HALF), device)
        self.to_windows = Selection(layout.to_windows(), layout.streams, device)
        # a single window has its frames in the rows of the chunk's frames already
        self.from_windows = Selection(layout.from_windows(), layout.streams, device) if self._selects else None
        layer = parameters.layer
        self.self_qkv = Linear(layer.self_qkv, device, stage, dtype=HALF)
        self.memory_kv = Linear(layer.memory_kv, device, stage, dtype=HALF)
        self.memory_q = Linear(layer.memory_q, device, stage, dtype=HALF)
        self.self_out = Linear(layer.self_out, device, stage)
        self.memory_out = Linear(layer.memory_out, device, stage)
        self.widen = Linear(layer.widen, device, stage, activation="relu")
        self.narrow = Linear(layer.narrow, device, stage)
        self.norm1, self.norm2, self.norm3 = (
            LayerNorm(layer[name], device, stage) for name in ("norm1", "norm2", "norm3")
        )

    @property
    def _selects(self) -> bool:
        return self.layout.factor > 1 or self.layout.window_rows != self.layout.rows

    def __call__(self, frames: ttnn.Tensor, context: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """Decode a chunk.

        frames [1, streams, rows, memory | targets], context [1, streams, factor * window_rows, memory | targets] with
        zeros in the rows of the chunk's frames -> [1, streams, rows, targets]; free the context
        """
        streams, rows = frames.shape[1], self.layout.window_rows
        windows = self.to_windows(frames, memory_config)
        windows = ttnn.add(windows, context, output_tensor=windows)
        ttnn.deallocate(context)
        windows = ttnn.reshape(windows, (streams * self.layout.factor, 1, rows, windows.shape[3]))
        if self.positions is not None:
            windows = ttnn.add(windows, self.positions, output_tensor=windows)
        x = self._layer(windows, memory_config)
        x = ttnn.reshape(x, (1, streams, self.layout.factor * rows, x.shape[3]))
        return x if self.from_windows is None else self.from_windows(x, memory_config)

    def _layer(self, windows: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """windows [windows, 1, window_rows, memory | targets] -> [windows, 1, window_rows, targets]."""
        count, _, rows, channels = windows.shape
        targets = ttnn.slice(windows, [0, 0, 0, channels // 2], [count, 1, rows, channels], memory_config=memory_config)
        received = self._attend(self.self_qkv(windows, memory_config), None, memory_config)
        x = self.norm1(self.self_out(received, memory_config), residual=targets)
        queries, keys = self.memory_q(x, memory_config), self.memory_kv(windows, memory_config)
        received = self._attend(queries, keys, memory_config)
        x = self.norm2(self.memory_out(received, memory_config), residual=x)
        return self.norm3(self.narrow(self.widen(x, memory_config), memory_config), residual=x)

    def _attend(self, queries: ttnn.Tensor, keys: ttnn.Tensor | None, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """Attend with projected queries [windows, 1, rows, C] to keys and values [windows, 1, rows, 2 C].

        Without `keys`, `queries` are queries, keys and values side by side.
        """
        query, key, value = ttnn.experimental.nlp_create_qkv_heads(
            *((queries,) if keys is None else (queries, keys)),
            num_heads=HEADS,
            num_kv_heads=HEADS,
            transpose_k_heads=False,
            memory_config=memory_config,
        )
        return attend(query, key, value, self.scores, self.compute_config, memory_config)
