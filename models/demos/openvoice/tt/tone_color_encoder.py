# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tone colour encoder on the device, which computes speaker embeddings: mirrors reference/tone_color_encoder.py.

Spectrogram [1, 1, batch * T, bins, padded to tiles] -> embedding [1, 1, batch, gin_channels]. T is a bucket; the frames
after the end of a shorter recording are masked (`inputs`). A recording longer than the longest bucket is cut into
pieces (embedding.py); each piece starts with the state of the GRU after the piece before it.

The convolutions read an image of frequencies (height) by blocks of eight frames (width). The frames of a block are
channels:

    row f * blocks + b of the image      frequency f, block b
    channels 0 .. 7                      frames 8 b .. 8 b + 7

The first three layers halve time by halving the frames of a block, not the number of blocks
(parameters/tone_color_encoder.py). So the width, which is time, remains whole tiles in more layers, and there a mask of
one row of frames applies to all frequencies (`_masked`).

The GRU takes one matmul and four element-wise programs a step. Its state is [h | e]: the hidden vector h, and e, which
is one-hot at the row of the input projection that the next step reads. The weight contains that projection as further
rows:

    row of `weight`      what it multiplies         adds to the gates
      0 .. H-1           h                          W_hh h
      H .. H+31          e (one-hot, step t)        W_ih x_t, row t of the input projection; moves e to row t + 1
"""

from collections.abc import Sequence

import numpy as np

import ttnn
from models.tt_audio.host.errors import DeviceError
from models.tt_audio.tt.activations import RELU, SIGMOID, TANH
from models.tt_audio.tt.conv import Conv2d
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.memory import image_values
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import host_tensor
from ttnn.model_preprocessing import ParameterDict

GATES = 4  # reset, update, and the two terms of the candidate: recurrent and input
SHORTEST = 128  # frames; with fewer, TTNN's sliding windows refuse the last convolutions


class GRU:
    """GRU with state [h | e], E = 32 columns of which are the step counter e.

        columns of `weight`    H + E     H + E      H + E                   H + E
        gate                   reset     update     candidate, recurrent    candidate, input

    The update gate of e is always 0, so every step replaces e by its candidate, the e of the next step.
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.stage = stage
        self.recurrent = ttnn.to_device(parameters.recurrent, device)
        self.bias = ttnn.to_device(parameters.bias, device)
        # The state is one tile high. Eight cores share the columns; each reads the whole inner dimension at once.
        depth, columns = (size // ttnn.TILE_SIZE for size in (parameters.bias.shape[-1] // GATES, self.bias.shape[-1]))
        self.program_config = ttnn.MinimalMatmulConfig(
            M_block_size=1,
            K_block_size=depth,
            N_block_size=depth,
            subblock_h=1,
            subblock_w=1,
            compute_with_storage_grid_size=ttnn.CoreCoord(2, columns // depth),
        )

    def __call__(self, x: ttnn.Tensor, state: ttnn.Tensor, steps: int) -> ttnn.Tensor:
        """Return the state [1, 1, batch, H + E] after `steps` steps from `state`, which has the same shape.

        `x` [1, 1, E, 4 * (H + E)] is the input projection plus the counter (`ToneColorEncoder.inputs`); row i * steps
        + t holds step t of item i.
        """
        weight = ttnn.concat([self.recurrent, x], dim=2, memory_config=ttnn.L1_MEMORY_CONFIG)
        for _ in range(steps):
            reset, update, recurrent, candidate = ttnn.experimental.minimal_matmul_split(
                state,
                weight,
                chunks=GATES,
                bias_tensor=self.bias,
                config=self.program_config,
                memory_config=ttnn.L1_MEMORY_CONFIG,
                compute_kernel_config=self.stage.compute_config(self.device),
            )
            ttnn.multiply(reset, recurrent, input_tensor_a_activations=[SIGMOID], output_tensor=recurrent)
            ttnn.add(candidate, recurrent, activations=[TANH], output_tensor=candidate)
            ttnn.sigmoid(update, output_tensor=update)
            state = ttnn.lerp(candidate, state, update)
        return state


class ToneColorEncoder:
    """Layer norm, strided convolutions, GRU and projection: spectrograms -> speaker embeddings."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.stage = stage
        self.bins = parameters.norm.weight.shape[-1]
        self.phases = parameters.phases
        self.counter = parameters.counter
        self.saturated = parameters.saturated
        self.norm = LayerNorm(parameters.norm, device, stage)
        self.convs = []
        for convolution in parameters.convs:
            in_blocks = convolution.weight.shape[3] == 2  # else each frame is a column of the image
            stride, padding = ((2, 1), (1, 1, 1, 0)) if in_blocks else ((2, 2), (1, 1, 1, 1))
            self.convs.append(Conv2d(convolution, device, stage, stride, padding, RELU))
        self.projection = Conv2d(parameters.projection, device, stage, (1, 1), (0, 0, 0, 0))
        self.gru = GRU(parameters.gru, device, stage)
        self.out = Linear(parameters.out, device, stage, whole_grid=False)
        self.step_frames = 2 ** len(self.convs)  # frames for each step of the GRU
        self.longest = self._longest()

    def __call__(
        self, spec: ttnn.Tensor, start: ttnn.Tensor, counter: ttnn.Tensor, masks: Sequence[ttnn.Tensor] | None = None
    ) -> ttnn.Tensor:
        """Return the embeddings [1, 1, batch, gin_channels] of spectrograms [1, 1, batch * T, bins].

        `start`, `counter` and, unless all recordings fill the bucket, `masks` are the tensors of `inputs`, uploaded.
        """
        return self.embedding(self.state(spec, start, counter, masks))

    def state(
        self, spec: ttnn.Tensor, start: ttnn.Tensor, counter: ttnn.Tensor, masks: Sequence[ttnn.Tensor] | None = None
    ) -> ttnn.Tensor:
        """Return the state [1, 1, batch, H + E] of the GRU after the spectrogram, with its counter e zero.

        `start` is the state before it; the other arguments are as for a call.
        """
        batch, frames = start.shape[2], spec.shape[2] // start.shape[2]
        x = ttnn.slice(spec, [0, 0, 0, 0], [1, 1, spec.shape[2], self.bins])
        x = self.norm(x)
        if masks is not None:
            x = _masked(x, masks[0])
        x = ttnn.transpose(ttnn.reshape(x, (batch, 1, frames, self.bins)), 2, 3)
        size = (self.bins, frames // self.phases)
        x = ttnn.reshape(ttnn.untilize(x), (1, 1, batch * size[0] * size[1], self.phases))
        for i, conv in enumerate(self.convs):
            x, size = conv(x, batch, size)
            if masks is not None and i + 1 < len(masks):
                x = _masked(x, masks[i + 1])
        x, (_, steps) = self.projection(x, batch, size)
        x = ttnn.to_memory_config(x, ttnn.L1_MEMORY_CONFIG)
        x = ttnn.pad(x, [(0, 0), (0, 0), (0, self.counter - batch * steps), (0, 0)], 0.0)
        return self.gru(ttnn.add(x, counter), start, steps)

    def embedding(self, state: ttnn.Tensor) -> ttnn.Tensor:
        """Return the embeddings [1, 1, batch, gin_channels] for states [1, 1, batch, H + E] of the GRU."""
        return self.out(state)

    def inputs(self, frames: int, lengths: Sequence[int], skipped: int = 0) -> list[ttnn.Tensor]:
        """Return the other inputs of `state` for spectrograms of `lengths` frames, each in a bucket of `frames`.

        These are host tensors: the start state, the counter and, unless all items fill the bucket, one mask for the
        input of each convolution. The GRU ignores the first `skipped` steps of each item.
        """
        batch, steps = len(lengths), frames // self.step_frames
        if frames % self.step_frames or batch * frames > self.longest or not all(0 < n <= frames for n in lengths):
            raise ValueError(
                f"{batch} recordings of {list(lengths)} frames do not fit {frames} frames each: a bucket is a multiple "
                f"of {self.step_frames}, and all together hold at most {self.longest}"
            )
        counts = np.asarray(lengths)
        hidden = self.gru.bias.shape[-1] // GATES - self.counter
        start = np.zeros((batch, hidden + self.counter), np.float32)
        start[np.arange(batch), hidden + np.arange(batch) * steps] = 1
        counter = np.zeros((self.counter, GATES, hidden + self.counter), np.float32)
        step = np.arange(batch * steps)
        step = step[step % steps < steps - 1]  # after an item's last step e is zero
        counter[step, -1, hidden + 1 + step] = self.saturated
        # In an ignored step the update gate of h is 1, so h does not change.
        step = np.arange(steps)
        ignored = (step < skipped) | (step >= -(-counts[:, None] // self.step_frames))
        counter[: batch * steps, 1, :hidden] = self.saturated * ignored.reshape(-1, 1)
        arrays = [start, counter.reshape(self.counter, -1)]
        if (counts < frames).any():
            arrays += self._masks(frames, counts)
        return [host_tensor(array) for array in arrays]

    def _masks(self, frames: int, lengths: np.ndarray) -> list[np.ndarray]:
        masks = [(np.arange(frames) < lengths[:, None]).reshape(-1, 1)]
        height = self.bins
        for i, conv in enumerate(self.convs[:-1]):  # the GRU ignores the output rows of the last one after the end
            height = (height + 1) // 2
            frames, lengths = frames // 2, (lengths + 1) // 2
            phases = max(self.phases >> (i + 1), 1)
            exists = np.arange(frames) < lengths[:, None]
            mask = exists.reshape(len(lengths), 1, frames // phases, phases)
            # The mask has all channels, because a convolution leaves some shards without rows, and a multiplication by
            # a single column hangs on those (docs/formulations.md).
            mask = mask.repeat(conv.out_channels // phases, axis=3)
            if mask.shape[2] % ttnn.TILE_SIZE:  # `_masked` cannot view x as whole tiles: repeat the mask for all rows
                mask = mask.repeat(height, axis=1).reshape(1, 1, -1, mask.shape[3])
            masks.append(mask)
        return masks

    def _longest(self) -> int:
        """Return the frames of the longest bucket: a power of two that e can count and whose convolutions fit L1."""
        height, blocks, values = self.bins, 1 / self.phases, [float(self.bins)]  # of a frame
        for conv in self.convs:
            height, blocks = (height + 1) // 2, blocks / conv.stride[1]
            values.append(height * blocks * conv.out_channels)
        most = min(
            image_values(self.device, self.stage.activations) // max(values),
            self.counter * self.step_frames,
        )
        if most < SHORTEST:
            raise DeviceError(f"a tone colour encoder of {self.bins} bins does not fit the L1 of this device")
        longest = SHORTEST
        while 2 * longest <= most:
            longest *= 2
        return longest


def _masked(x: ttnn.Tensor, mask: ttnn.Tensor) -> ttnn.Tensor:
    """Multiply x [1, 1, batch * height * width, C] in place by a mask of time, one for all frequencies.

    `mask`: [batch, 1, width, C], or a mask of every row, [1, 1, batch * height * width, 1 or C].
    """
    items, _, rows, _ = mask.shape
    image = ttnn.reshape(x, (items, x.shape[2] // (items * rows), rows, x.shape[3]))
    return ttnn.reshape(ttnn.multiply(image, mask, output_tensor=image), tuple(x.shape))
