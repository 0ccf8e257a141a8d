# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the tone colour encoder.

    3 x 3 convolution, stride 2 over frames  =  3 x 2 convolution over blocks of frames, which halves the frames of a
                                                block (`halving`)
    GRU with state [h | e], e one-hot        =  one product [h | e] [W_hh ; X ; shift] a step: row t of X is W_ih x_t,
                                                which tt/tone_color_encoder.py draws
    biases of the GRU                        =  one row; only b_hh of the candidate stays apart, because the reset gate
                                                scales it
"""

import torch

from models.demos.openvoice.constants import FILTERS
from models.demos.openvoice.reference.tone_color_encoder import ToneColorEncoder
from models.tt_audio.parameters.layers import convolution_2d, layer_norm, linear, tiled

PHASES = 8  # frames of a block: rows are whole 32 bytes of float32; after three halvings a block is one frame
STEP_COUNTER = 32  # columns of e: one tile; with 64 frames a step they count 2,048 frames
SATURATED = 100.0  # tanh and sigmoid of it are 1, and sigmoid of its negative is 0, in float32


def halving(conv: torch.nn.Conv2d, phases: int) -> torch.Tensor:
    """Convert the weight of a 3 x 3 convolution to blocks of `phases` frames. -> [out * phases / 2, in * phases, 3, 2]

    The last two dimensions are frequency and blocks. The convolution halves time (kernel 3, stride 2, padding 1) by
    halving the frames of a block: frame r of an output block reads frames 2 r - 1 .. 2 r + 1 of the input block, where
    -1 is the last frame of the block before it.
    """
    weight = torch.zeros(phases // 2, conv.out_channels, phases, conv.in_channels, 3, 2)
    for r in range(phases // 2):
        for tap in range(3):
            before, frame = divmod(2 * r + tap - 1, phases)
            weight[r, :, frame, :, :, 1 + before] = conv.weight[:, :, tap]
    return weight.flatten(2, 3).flatten(0, 1)


def tone_color_encoder(encoder: ToneColorEncoder) -> dict:
    """Return the parameters of tt/tone_color_encoder.ToneColorEncoder."""
    convs, phases = [], PHASES
    for conv in encoder.convs:
        blocks = phases > 1
        weight = halving(conv, phases) if blocks else conv.weight.transpose(2, 3)
        phases = max(phases // 2, 1)
        convs.append(convolution_2d(weight, conv.bias.repeat(phases)))

    def gates(
        reset: torch.Tensor,
        update: torch.Tensor,
        recurrent: torch.Tensor,
        candidate: torch.Tensor,
        counter: float = 0.0,
    ) -> torch.Tensor:
        """Pad the gates [H, ...] of h to gates of the state [h | e], one after the other. -> [4 * (H + E), ...]

        `counter` fills the update gate of e; zeros fill the other gates of e.
        """
        columns = []
        for name, gate in (("reset", reset), ("update", update), ("recurrent", recurrent), ("candidate", candidate)):
            # the update gate of e is 0, so e is always its candidate
            columns += [gate, torch.full((STEP_COUNTER, *gate.shape[1:]), counter if name == "update" else 0.0)]
        return torch.cat(columns)

    gru = encoder.gru
    of_input, of_state = gru.weight_ih_l0.chunk(3), gru.weight_hh_l0.chunk(3)
    input_bias, state_bias = gru.bias_ih_l0.chunk(3), gru.bias_hh_l0.chunk(3)
    # the reset gate scales only the candidate's recurrent term, so its bias alone is kept apart
    bias = gates(
        input_bias[0] + state_bias[0], input_bias[1] + state_bias[1], state_bias[2], input_bias[2], counter=-SATURATED
    )
    recurrent = gates(of_state[0], of_state[1], of_state[2], torch.zeros_like(of_state[2]))
    projection = gates(of_input[0], of_input[1], torch.zeros_like(of_input[2]), of_input[2])
    out = torch.nn.functional.pad(encoder.proj.weight, (0, STEP_COUNTER))
    return {
        "phases": PHASES,
        "counter": STEP_COUNTER,
        "saturated": SATURATED,
        "norm": layer_norm(encoder.layernorm),
        "convs": convs,
        "projection": convolution_2d(projection.reshape(len(projection), FILTERS[-1], -1, 1)),
        "gru": {"recurrent": tiled(recurrent.T), "bias": tiled(bias)},
        "out": linear(out, encoder.proj.bias),
    }
