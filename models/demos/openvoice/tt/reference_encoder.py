# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The tone colour embedding on the device: mirrors reference/reference_encoder.py.

Spectrogram [1, 1, batch * T, bins, filled up to tiles] -> embedding [1, 1, batch, gin_channels]. T is a bucket; what
lies behind the end of a shorter recording counts for nothing (`inputs`).

Convolutions see an image of frequencies (height) by blocks of PHASES frames (width): the frames of a block are
channels, so the one input channel becomes eight and the first three layers halve time by halving the frames of a block
(parameters.py). Time is aligned to tiles that way and frequency need not be, so a mask is a row of frames.

The GRU is one matmul and four element-wise programs a step. The state [h | e] carries its own clock: e is one-hot at
the row of the hoisted input projection that the step reads. That projection and a shift of e by one lie below the
recurrent weight, so [h | e] @ weight is W_hh h + W_ih x[step], and the gate's formula moves e along with h.
"""

import numpy as np

import ttnn
from models.tt_audio.tt.precision import Stage

SIGMOID = ttnn.UnaryWithParam(ttnn.UnaryOpType.SIGMOID)
TANH = ttnn.UnaryWithParam(ttnn.UnaryOpType.TANH)
RELU = ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU)

PHASES = 8  # frames a block: whole 32-byte rows of float32, and three halvings before time is a plain axis again
CLOCK = 32  # columns of e: a tile; with 64 frames a step it reads 2,048 frames, the longest bucket
SATURATED = 100.0  # tanh and sigmoid of it are 1, and sigmoid of its negative is 0, in float32
GATES = 4  # reset, update, and the two terms of the candidate: recurrent and input


class Conv2d:
    """A convolution over [1, 1, batch * height * width, channels]; cf. conv1d.Conv1d for the prepared weights."""

    def __init__(self, parameters, device, stage: Stage, stride, padding, activation=None):
        self.parameters = parameters
        self.device = device
        self.stage = stage
        self.stride = stride
        self.padding = padding  # top, bottom, left, right
        self.activation = activation
        self.out_channels, self.in_channels, *self.kernel = parameters.weight.shape
        self.prepared = {}  # shape and placement of the input -> weight, bias as the op laid them out

    def __call__(self, x, batch: int, size: tuple[int, int]):
        """Returns the result, in L1 if it fits there with what the next convolution needs, and its (height, width)."""
        key = (batch, size, str(x.memory_config()))
        weight, bias = self.prepared.get(key) or (self.parameters.weight, self.parameters.get("bias"))
        fits = self._fits(x)
        y, size, kept = ttnn.conv2d(
            input_tensor=x,
            weight_tensor=weight,
            bias_tensor=bias,
            device=self.device,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            batch_size=batch,
            input_height=size[0],
            input_width=size[1],
            kernel_size=tuple(self.kernel),
            stride=self.stride,
            padding=self.padding,
            dilation=(1, 1),
            dtype=self.stage.activations,
            slice_config=ttnn.Conv2dL1FullSliceConfig if fits else None,  # None: as many slices as L1 asks for
            conv_config=ttnn.Conv2dConfig(
                weights_dtype=self.stage.weights,
                activation=self.activation,
                deallocate_activation=True,
                reallocate_halo_output=False,
                config_tensors_in_dram=True,
                act_block_h_override=32 if fits else 0,  # else a whole shard is unrolled, 9 times its size
            ),
            compute_config=self.stage.compute_config(self.device),
            return_output_dim=True,
            return_weights_and_bias=True,
        )
        if key not in self.prepared:
            self.prepared[key] = tuple(kept)
        return (y if self._fits(y) else ttnn.to_memory_config(y, ttnn.DRAM_MEMORY_CONFIG)), tuple(size)

    def _fits(self, x) -> bool:
        """A convolution holds its input, the same with its halo (up to twice that) and its output."""
        l1 = ttnn.get_memory_view(self.device, ttnn.BufferType.L1)
        return x.logical_volume() * x.element_size() <= l1.num_banks * l1.total_bytes_per_bank // 5


class GRU:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.stage = stage
        self.recurrent = ttnn.to_device(parameters.recurrent, device)
        self.bias = ttnn.to_device(parameters.bias, device)
        # One tile of rows: eight cores share the columns, each reads all of the inner size at once.
        depth, columns = (size // ttnn.TILE_SIZE for size in (parameters.bias.shape[-1] // GATES, self.bias.shape[-1]))
        self.program_config = ttnn.MinimalMatmulConfig(
            M_block_size=1,
            K_block_size=depth,
            N_block_size=depth,
            subblock_h=1,
            subblock_w=1,
            compute_with_storage_grid_size=ttnn.CoreCoord(2, columns // depth),
        )

    def __call__(self, x, state, steps: int):
        """`x` [1, 1, CLOCK, gates]: the input projection and the clock; -> the state after the last step."""
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


class ReferenceEncoder:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.stage = stage
        self.bins = parameters.norm_weight.shape[-1]
        self.epsilon = parameters.epsilon
        self.norm_weight = ttnn.to_device(parameters.norm_weight, device)
        self.norm_bias = ttnn.to_device(parameters.norm_bias, device)
        self.convs = []
        for convolution in parameters.convs:
            in_blocks = convolution.weight.shape[3] == 2  # else time is a plain axis
            stride, padding = ((2, 1), (1, 1, 1, 0)) if in_blocks else ((2, 2), (1, 1, 1, 1))
            self.convs.append(Conv2d(convolution, device, stage, stride, padding, RELU))
        self.projection = Conv2d(parameters.projection, device, stage, (1, 1), (0, 0, 0, 0))
        self.gru = GRU(parameters.gru, device, stage)
        self.out_weight = ttnn.to_device(parameters.out_weight, device)
        self.out_bias = ttnn.to_device(parameters.out_bias, device)

    def __call__(self, spec, start, clock, masks=None):
        """`start`, `clock` and, where recordings end inside the bucket, `masks`: `inputs`, uploaded."""
        batch, frames = start.shape[2], spec.shape[2] // start.shape[2]
        x = ttnn.slice(spec, [0, 0, 0, 0], [1, 1, spec.shape[2], self.bins])
        x = ttnn.layer_norm(
            x,
            epsilon=self.epsilon,
            weight=self.norm_weight,
            bias=self.norm_bias,
            compute_kernel_config=self.stage.compute_config(self.device),
        )
        if masks is not None:
            x = _silence(x, masks[0])
        x = ttnn.transpose(ttnn.reshape(x, (batch, 1, frames, self.bins)), 2, 3)
        size = (self.bins, frames // PHASES)
        x = ttnn.reshape(ttnn.untilize(x), (1, 1, batch * size[0] * size[1], PHASES))
        for i, conv in enumerate(self.convs):
            x, size = conv(x, batch, size)
            if masks is not None and i + 1 < len(masks):
                x = _silence(x, masks[i + 1])
        x, (_, steps) = self.projection(x, batch, size)
        x = ttnn.to_memory_config(x, ttnn.L1_MEMORY_CONFIG)
        x = ttnn.pad(x, [(0, 0), (0, 0), (0, CLOCK - batch * steps), (0, 0)], 0.0)
        state = self.gru(ttnn.add(x, clock), start, steps)
        return ttnn.linear(
            state,
            self.out_weight,
            bias=self.out_bias,
            compute_kernel_config=self.stage.compute_config(self.device),
        )

    def inputs(self, frames: int, lengths) -> list:
        """What a bucket of `frames` needs beside the spectrogram when items have `lengths` frames, as host tensors.

        Start state, clock, and a mask of frames before each convolution unless all items fill the bucket.
        """
        batch, steps = len(lengths), frames // 2 ** len(self.convs)
        if frames % 2 ** len(self.convs) or batch * steps > CLOCK or not all(0 < n <= frames for n in lengths):
            raise ValueError(
                f"{batch} recordings of {list(lengths)} frames do not fit {frames} frames each: a bucket is a multiple "
                f"of {2 ** len(self.convs)}, and all together hold at most {CLOCK * 2 ** len(self.convs)}"
            )
        lengths = np.asarray(lengths)
        hidden = self.gru.bias.shape[-1] // GATES - CLOCK
        start = np.zeros((batch, hidden + CLOCK), np.float32)
        start[np.arange(batch), hidden + np.arange(batch) * steps] = 1
        clock = np.zeros((CLOCK, GATES, hidden + CLOCK), np.float32)
        clock[np.arange(CLOCK - 1), -1, hidden + 1 + np.arange(CLOCK - 1)] = SATURATED
        # Behind the end the update gate is 1: h stays what it was at the last step that exists.
        over = np.arange(steps) >= -(-lengths[:, None] // 2 ** len(self.convs))
        clock[: batch * steps, 1, :hidden] = SATURATED * over.reshape(-1, 1)
        arrays = [start, clock.reshape(CLOCK, -1)]
        if (lengths < frames).any():
            arrays += self._masks(frames, lengths)
        return [_host(array) for array in arrays]

    def _masks(self, frames: int, lengths: np.ndarray) -> list:
        masks = [(np.arange(frames) < lengths[:, None]).reshape(-1, 1)]
        height = self.bins
        for i, conv in enumerate(self.convs[:-1]):  # the GRU ignores what the last one leaves behind the end
            height = (height + 1) // 2
            frames, lengths = frames // 2, (lengths + 1) // 2
            phases = max(PHASES >> (i + 1), 1)
            exists = np.arange(frames) < lengths[:, None]
            mask = exists.reshape(len(lengths), 1, frames // phases, phases)
            if phases > 1:
                mask = mask.repeat(conv.out_channels // phases, axis=3)
            if mask.shape[2] % ttnn.TILE_SIZE:  # no view of whole tiles: a row of the mask for every row
                mask = mask.repeat(height, axis=1).reshape(1, 1, -1, mask.shape[3])
            masks.append(mask)
        return masks


def _silence(x, mask):
    """x times a mask of time, which is the same for all frequencies."""
    items, _, rows, _ = mask.shape
    image = ttnn.reshape(x, (items, x.shape[2] // (items * rows), rows, x.shape[3]))
    return ttnn.reshape(ttnn.multiply(image, mask, output_tensor=image), tuple(x.shape))


def _host(array: np.ndarray):
    array = np.ascontiguousarray(array.reshape((1,) * (4 - array.ndim) + array.shape), dtype=np.float32)
    return ttnn.Tensor(array, ttnn.float32, layout=ttnn.TILE_LAYOUT)
