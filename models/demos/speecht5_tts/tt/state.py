# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""State of the decoder between two steps: tensors at fixed addresses, which every replay of a step reads and changes.

    frames          [1, 1, rows, values]         frames of the step before; zeros before the first step
    position        [rows] int32                 steps so far, for attention and its caches; the same for all rows
    position_index  [1, 1] uint32                the same, for the table of positions
    slot            [1] int32                    the step's place in the window of frames
    mask_index      [1, rows] uint32             row of the dropout tables for each utterance
    mask_tables     [rows * BLOCK, units]        dropout masks of a block of steps, one table for each prenet layer
    voice           [1, 1, rows, C]              bias of each utterance's voice
    last_token      [rows] int32                 place of the last token of each text
    speaking        [1, 1, rows, 1]              1 until the step that ends an utterance, then 0
    count           [1, 1, rows, 1]              steps of each utterance, the last one included
    steps, texts    caches of each layer         keys and values of earlier steps, and of the text
    window          [1, rows, WINDOW, values]    frames of the last steps
"""

from collections.abc import Sequence

import numpy as np

import ttnn
from models.demos.speecht5_tts.tt.attention import Cache
from models.demos.speecht5_tts.tt.layout import BLOCK, OVERLAP, WINDOW, Layout
from models.demos.speecht5_tts.tt.precision import HALF
from models.tt_audio.tt.activations import LESS_THAN_ZERO
from models.tt_audio.tt.tensors import host_tensor, upload


class DecoderState:
    """Tensors that live as long as the network; `begin` resets them for new utterances."""

    def __init__(self, layout: Layout, device: ttnn.MeshDevice):
        config, rows = layout.config, layout.rows
        self.layout = layout
        self.device = device
        self.frames = upload(np.zeros((rows, layout.step_values)), device)
        self.position = _integers(np.zeros(rows), ttnn.int32, device)
        self.position_index = _integers(np.zeros((1, 1)), ttnn.uint32, device)
        self.slot = _integers(np.zeros(1), ttnn.int32, device)
        self.mask_index = _integers(BLOCK * np.arange(rows)[None], ttnn.uint32, device)
        units, layers = config.speech_decoder_prenet_units, config.speech_decoder_prenet_layers
        self.mask_tables = [
            ttnn.to_device(_table(np.zeros((rows * BLOCK, units), np.float32)), device) for _ in range(layers)
        ]
        self.voice = upload(np.zeros((rows, config.hidden_size)), device)
        self.last_token = _integers(np.zeros(rows), ttnn.int32, device)
        self.speaking, self.count = (upload(np.zeros((rows, 1)), device) for _ in range(2))
        heads = config.decoder_attention_heads
        width = config.hidden_size // heads
        self.steps, self.texts = (
            [Cache(rows, heads, positions, width, device) for _ in range(config.decoder_layers)]
            for positions in (layout.capacity, layout.tokens)
        )
        self.window = upload(np.zeros((1, rows, WINDOW, layout.step_values)), device)
        self._window_row = ttnn.create_sharded_memory_config(
            (-(-rows // 32) * 32, -(-layout.step_values // 32) * 32),
            core_grid=ttnn.CoreGrid(y=1, x=1),
            strategy=ttnn.ShardStrategy.HEIGHT,
            use_height_and_width_as_shard_shape=True,
        )

    # --- in the trace of a step ---------------------------------------------------------------------------------------

    def masks(self) -> list[ttnn.Tensor]:
        """Return the dropout masks of this step, [1, 1, rows, units] for each prenet layer."""
        found = [
            ttnn.embedding(self.mask_index, table, layout=ttnn.TILE_LAYOUT, memory_config=ttnn.L1_MEMORY_CONFIG)
            for table in self.mask_tables
        ]
        return [ttnn.reshape(mask, (1, 1, self.layout.rows, mask.shape[2])) for mask in found]

    def advance(self, ending: ttnn.Tensor) -> None:
        """End a step whose frames are in `frames`; ending [1, 1, rows, 1] is negative where speech goes on."""
        row = ttnn.to_memory_config(self.frames, self._window_row)
        ttnn.experimental.paged_update_cache(self.window, row, update_idxs_tensor=self.slot)
        ttnn.add(self.count, self.speaking, output_tensor=self.count)
        ttnn.multiply(self.speaking, ending, input_tensor_b_activations=[LESS_THAN_ZERO], output_tensor=self.speaking)
        for counter in (self.position, self.position_index, self.slot, self.mask_index):
            ttnn.plus_one(counter)

    # --- between steps ------------------------------------------------------------------------------------------------

    def begin(self, voices: np.ndarray, tokens: Sequence[int]) -> None:
        """Reset for new utterances: voices [n, C] and the number of tokens of each; further rows stay silent."""
        rows, config = self.layout.rows, self.layout.config
        voice = np.zeros((rows, config.hidden_size), np.float32)
        voice[: len(voices)] = voices
        last = np.zeros(rows, np.int32)
        last[: len(tokens)] = np.asarray(tokens) - 1
        speaking = (np.arange(rows) < len(voices)).astype(np.float32)[:, None]
        _copy(host_tensor(voice), self.voice)
        _copy(_integers(last, ttnn.int32), self.last_token)
        _copy(host_tensor(speaking), self.speaking)
        _copy(host_tensor(np.zeros((rows, 1))), self.count)
        _copy(host_tensor(np.zeros((rows, self.layout.step_values))), self.frames)
        _copy(_integers(np.zeros(rows), ttnn.int32), self.position)
        _copy(_integers(np.zeros((1, 1)), ttnn.uint32), self.position_index)
        _copy(_integers(np.zeros(1), ttnn.int32), self.slot)

    def begin_block(self, masks: np.ndarray) -> None:
        """Upload the dropout masks of the next block of steps: [rows, BLOCK, layers, units]."""
        rows, steps, layers, units = masks.shape
        for layer, table in enumerate(self.mask_tables):
            _copy(_table(masks[:, :, layer].reshape(rows * steps, units)), table)
        _copy(_integers(BLOCK * np.arange(rows)[None], ttnn.uint32), self.mask_index)

    def move_window(self) -> None:
        """Move the last OVERLAP steps of a full window to its beginning; the next step's frames follow them."""
        rows, values = self.layout.rows, self.layout.step_values
        last = ttnn.slice(self.window, [0, 0, WINDOW - OVERLAP, 0], [1, rows, WINDOW, values])
        ttnn.fill_cache(self.window, last, 0)
        ttnn.deallocate(last)

    def continue_window(self) -> None:
        """Let the next step's frames follow those that `move_window` left."""
        _copy(_integers(np.full(1, OVERLAP), ttnn.int32), self.slot)


def _integers(values: np.ndarray, dtype: ttnn.DataType, device: ttnn.MeshDevice | None = None) -> ttnn.Tensor:
    """Return whole numbers as a row-major tensor, on the host or on a device."""
    return ttnn.from_torch(
        np.ascontiguousarray(values, np.int32), dtype=dtype, layout=ttnn.ROW_MAJOR_LAYOUT, device=device
    )


def _table(values: np.ndarray) -> ttnn.Tensor:
    """Return rows [n, units] as a host tensor that ttnn.embedding reads."""
    return ttnn.from_torch(np.ascontiguousarray(values, np.float32), dtype=HALF, layout=ttnn.ROW_MAJOR_LAYOUT)


def _copy(values: ttnn.Tensor, tensor: ttnn.Tensor) -> None:
    ttnn.copy_host_to_device_tensor(values, tensor)
