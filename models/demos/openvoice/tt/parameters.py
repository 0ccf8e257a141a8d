# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Reference modules -> device parameters, through ttnn's preprocess_model_parameters. The only file here with torch,
beside melo_parameters.py, which adds what only MeloTTS has.

Everything that can be folded is folded here, once:
* skip halves of a WaveNet and the projection P behind it:  P(sum_i S_i a_i + s_i) + p = [P S_1 .. P S_n] a + (P s + p)
* the flow's channel reversals: coupling i sees the halves swapped and reversed when i is odd, so its `pre` reads
  reversed columns, its `post` writes reversed rows, and the device adds to the other tensor
* a transposed convolution of rate s as a convolution to s * C channels and a row-major reshape (polyphase)
* samples of fewer channels than half a tile share a row, as its phases, through the convolutions that follow (`phased`)
* the mean of n residual blocks: 1/n into the weights that read their sum; leaky_relu(c x) = c leaky_relu(x), c > 0
* conditioning: cond(g) is a constant of a voice, so it becomes that voice's bias (`condition`)
* the reference encoder's first convolutions as convolutions of blocks of frames (`halving`), the GRU's biases
* the window and the DFT of the spectrogram: one kernel of filter_length / hop_length hops
"""

import math
from collections.abc import Callable, Mapping

import torch

import ttnn
from models.demos.openvoice.constants import FILTERS
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.coupling import ResidualCouplingBlock
from models.demos.openvoice.reference.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.reference.reference_encoder import ReferenceEncoder
from models.demos.openvoice.reference.spectrogram import Spectrogram
from models.demos.openvoice.reference.wavenet import WaveNet
from models.demos.openvoice.tt.reference_encoder import CLOCK, PHASES, SATURATED
from models.demos.openvoice.tt.wavenet import GROUP
from models.tt_audio.reference.hifigan import Generator
from models.tt_audio.tt.sharding import TILE
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict, preprocess_model_parameters


def preprocess(model: torch.nn.Module, preprocessors: Mapping[type, Callable] | None = None):
    """The parameters of a reference module (any of those below, or one that holds them) as host tensors."""

    def custom_preprocessor(module, name, ttnn_module_args, convert_to_ttnn):
        for kind, preprocessor in (preprocessors or PREPROCESSORS).items():
            if isinstance(module, kind):
                return nested(preprocessor(module))
        return {}

    return preprocess_model_parameters(
        initialize_model=lambda: model, custom_preprocessor=custom_preprocessor, convert_to_ttnn=lambda *_: False
    )


def nested(value):
    """Dictionaries at any depth, in lists too, as ttnn's ParameterDict."""
    if isinstance(value, dict):
        return make_parameter_dict({key: nested(item) for key, item in value.items()})
    return [nested(item) for item in value] if isinstance(value, list) else value


def host(x: torch.Tensor, mapper=None):
    return ttnn.from_torch(x.detach().float().contiguous(), dtype=ttnn.float32, mesh_mapper=mapper)


def from_numpy(array):
    """What ttnn.from_torch takes, of the caller's array, without a copy."""
    return torch.from_numpy(array)


def tiled(x: torch.Tensor):
    """A matrix or a row for a matmul or a norm: [1, 1, rows, columns] in tiles."""
    x = x.detach().float().reshape(1, 1, -1, x.shape[-1]).contiguous()
    return ttnn.from_torch(x, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT)


def convolution(weight: torch.Tensor, bias: torch.Tensor | None = None) -> ParameterDict:
    """Parameters of a conv1d.Conv1d: weight [out, in, k], bias [out]."""
    parameters = {"weight": host(weight[:, :, :, None])}
    if bias is not None:
        parameters["bias"] = host(bias.reshape(1, 1, 1, -1))
    return make_parameter_dict(parameters)


def linear(weight: torch.Tensor, bias: torch.Tensor) -> ParameterDict:
    """Parameters of a linear.Projection: weight [out, in], bias [out]."""
    return make_parameter_dict({"weight": tiled(weight.T), "bias": tiled(bias), "ones": tiled(torch.ones_like(bias))})


def _wavenet(wavenet: WaveNet, projection: torch.nn.Conv1d, scale: float = 1.0, reverse: bool = False) -> dict:
    channels, layers = wavenet.channels, len(wavenet.in_layers)
    conditions = wavenet.cond_layer.bias.chunk(layers)
    skips = [layer.weight[-channels:, :, 0] for layer in wavenet.res_skip_layers]
    skip_bias = sum(layer.bias[-channels:] for layer in wavenet.res_skip_layers)
    weight = scale * projection.weight[:, :, 0] @ torch.cat(skips, dim=1)
    bias = scale * (projection.weight[:, :, 0] @ skip_bias + projection.bias)
    if reverse:
        weight, bias = weight.flip(0), bias.flip(0)
    return {
        "dilations": [layer.dilation[0] for layer in wavenet.in_layers],
        "in_layers": [
            convolution(layer.weight, layer.bias + condition)
            for layer, condition in zip(wavenet.in_layers, conditions, strict=True)
        ],
        "residual_layers": [
            linear(layer.weight[:channels, :, 0], layer.bias[:channels]) for layer in wavenet.res_skip_layers[:-1]
        ],
        "out": [
            linear(part, torch.zeros_like(bias) if i else bias)
            for i, part in enumerate(weight.split(GROUP * channels, dim=1))
        ],
    }


def _posterior_encoder(encoder: PosteriorEncoder) -> dict:
    # The spectrogram's rows are filled up to whole tiles; zero columns make the filling count for nothing.
    out, bins, _ = encoder.pre.weight.shape
    weight = torch.zeros(out, -(-bins // TILE) * TILE)
    weight[:, :bins] = encoder.pre.weight[:, :, 0]
    return {"pre": linear(weight, encoder.pre.bias), "wavenet": _wavenet(encoder.wavenet, encoder.proj)}


def _flow(flow: ResidualCouplingBlock) -> dict:
    couplings = []
    for i, coupling in enumerate(flow.couplings):
        odd = bool(i % 2)
        weight = coupling.pre.weight.flip(1) if odd else coupling.pre.weight
        couplings.append(
            {
                "pre": linear(weight[:, :, 0], coupling.pre.bias),
                "wavenet": _wavenet(coupling.wavenet, coupling.post, reverse=odd),
            }
        )
    channels = 2 * flow.couplings[0].pre.in_channels
    return {"couplings": couplings, "identity": linear(torch.eye(channels), torch.zeros(channels))}


def polyphase(up: torch.nn.ConvTranspose1d) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight [rate * C_out, C_in, taps] and bias of the convolution whose rows hold `rate` output samples each.

    Output sample q * rate + r takes tap k = r + padding - j * rate of the input sample q + j.
    """
    (rate,), (size,), (padding,) = up.stride, up.kernel_size, up.padding
    reach = max((size - 1 - padding) // rate, (rate - 1 + padding) // rate)
    weight = torch.zeros(rate, up.out_channels, up.in_channels, 2 * reach + 1)
    for r in range(rate):
        for j in range(-reach, reach + 1):
            k = r + padding - j * rate
            if 0 <= k < size:
                weight[r, :, :, j + reach] = up.weight[:, :, k].T
    return weight.flatten(0, 1), up.bias.repeat(rate)


def phased(weight: torch.Tensor, dilation: int, phases: int) -> torch.Tensor:
    """Weight [phases * out, phases * in, taps], dilation 1, of a convolution over rows of `phases` samples each.

    Sample s of row q takes the tap at distance d from sample (s + d) mod phases of row q + (s + d) div phases.
    """
    out, inputs, size = weight.shape
    distances = [dilation * (tap - size // 2) for tap in range(size)]
    reach = -(-distances[-1] // phases)
    rows = torch.zeros(phases, out, phases, inputs, 2 * reach + 1)
    for s in range(phases):
        for tap, distance in enumerate(distances):
            row, phase = divmod(s + distance, phases)
            rows[s, :, phase, :, reach + row] = weight[:, :, tap]
    return rows.flatten(2, 3).flatten(0, 1)


def _resblock_convolution(conv: torch.nn.Conv1d, phases: int) -> ParameterDict:
    if phases == 1:  # the device dilates
        return convolution(conv.weight, conv.bias)
    return convolution(phased(conv.weight, conv.dilation[0], phases), conv.bias.repeat(phases))


def _generator(generator: Generator) -> dict:
    stages, mean, phases = [], 1.0, 1
    for up, resblocks in generator.stages:
        weight, bias = polyphase(up)
        side_by_side = phases * up.stride[0]  # samples in a row that the upsampling makes
        weight, bias = phased(mean * weight, 1, phases), bias.repeat(phases)
        phases = side_by_side if side_by_side * up.out_channels <= TILE else 1
        stages.append(
            {
                "rate": side_by_side // phases,
                "up": convolution(weight, bias),
                "resblocks": [
                    {
                        "dilations": [conv.dilation[0] if phases == 1 else 1 for conv in block.convs1],
                        "convs1": [_resblock_convolution(conv, phases) for conv in block.convs1],
                        "convs2": [_resblock_convolution(conv, phases) for conv in block.convs2],
                    }
                    for block in resblocks
                ],
            }
        )
        mean = 1.0 / len(resblocks)
    return {
        "conv_pre": convolution(generator.conv_pre.weight, generator.conv_pre.bias + generator.cond.bias),
        "stages": stages,
        "conv_post": convolution(phased(mean * generator.conv_post.weight, 1, phases)),
    }


def _spectrogram(spectrogram: Spectrogram) -> dict:
    size, hop = spectrogram.n_fft, spectrogram.hop
    bins = size // 2 + 1
    filled = -(-bins // TILE) * TILE  # cosines fill whole tiles, then sines, so that the halves split at a tile
    edge = (size - spectrogram.win_length) // 2
    window = torch.nn.functional.pad(spectrogram.window.double(), (edge, size - spectrogram.win_length - edge))
    angle = 2 * math.pi * torch.outer(torch.arange(bins), torch.arange(size)).remainder(size).double() / size
    basis = torch.zeros(2, filled, size, dtype=torch.double)
    basis[0, :bins], basis[1, :bins] = window * angle.cos(), window * angle.sin()
    # frame t holds the hops t .. t + size / hop - 1: kernel position = hop, channel = sample within the hop
    weight = basis.reshape(2 * filled, size // hop, hop).transpose(1, 2)
    return {"bins": bins, "kernel": convolution(weight)}


def halving(conv: torch.nn.Conv2d, phases: int) -> torch.Tensor:
    """Weight [out * phases / 2, in * phases, 3, 2] over frequency and blocks of `phases` frames of a 3 x 3 convolution.

    It halves time (kernel 3, stride 2, padding 1) by halving the frames of a block: frame r of the block that comes out
    reads frames 2 r - 1 .. 2 r + 1 of the block that goes in, where -1 is the last one of the block before.
    """
    weight = torch.zeros(phases // 2, conv.out_channels, phases, conv.in_channels, 3, 2)
    for r in range(phases // 2):
        for tap in range(3):
            before, frame = divmod(2 * r + tap - 1, phases)
            weight[r, :, frame, :, :, 1 + before] = conv.weight[:, :, tap]
    return weight.flatten(2, 3).flatten(0, 1)


def _reference_encoder(encoder: ReferenceEncoder) -> dict:
    convs, phases = [], PHASES
    for conv in encoder.convs:
        blocks = phases > 1
        weight = halving(conv, phases) if blocks else conv.weight.transpose(2, 3)
        phases = max(phases // 2, 1)
        convs.append({"weight": host(weight), "bias": host(conv.bias.repeat(phases).reshape(1, 1, 1, -1))})

    def gates(reset, update, recurrent, candidate, clock=0.0):
        """[hidden, ...] each -> [4 * (hidden + CLOCK), ...]: columns of the state that a step makes."""
        columns = []
        for name, gate in (("reset", reset), ("update", update), ("recurrent", recurrent), ("candidate", candidate)):
            # the clock's update gate is shut: e is always the candidate
            columns += [gate, torch.full((CLOCK, *gate.shape[1:]), clock if name == "update" else 0.0)]
        return torch.cat(columns)

    gru = encoder.gru
    of_input, of_state = gru.weight_ih_l0.chunk(3), gru.weight_hh_l0.chunk(3)
    input_bias, state_bias = gru.bias_ih_l0.chunk(3), gru.bias_hh_l0.chunk(3)
    # only the candidate's recurrent term is scaled by the reset gate, so its bias is the one that may not join
    bias = gates(
        input_bias[0] + state_bias[0], input_bias[1] + state_bias[1], state_bias[2], input_bias[2], clock=-SATURATED
    )
    recurrent = gates(*of_state, torch.zeros_like(of_state[2]))
    projection = gates(of_input[0], of_input[1], torch.zeros_like(of_input[2]), of_input[2])
    out = torch.nn.functional.pad(encoder.proj.weight, (0, CLOCK))
    return {
        "epsilon": encoder.layernorm.eps,
        "norm_weight": tiled(encoder.layernorm.weight),
        "norm_bias": tiled(encoder.layernorm.bias),
        "convs": convs,
        "projection": {"weight": host(projection.reshape(len(projection), FILTERS[-1], -1, 1))},
        "gru": {"recurrent": tiled(recurrent.T), "bias": tiled(bias)},
        "out_weight": tiled(out.T),
        "out_bias": tiled(encoder.proj.bias),
    }


def condition(converter: Converter, embeddings, mapper=None) -> ParameterDict:
    """The biases that a voice [gin_channels] gives to the convolutions it enters, as host tensors [1, 1, 1, channels].

    Several voices [voices, gin_channels] give [voices, 1, 1, channels], which `mapper` may spread over a mesh.
    With `zero_g` (V2) only the flow sees voices; encoder and generator keep the biases of their parameters (None).
    """
    g = torch.as_tensor(embeddings, dtype=torch.float32).reshape(-1, converter.config.gin_channels)

    def bias(own: torch.Tensor, cond: torch.Tensor):
        return host((own + cond)[:, None, None], mapper)

    def wavenet(module: WaveNet) -> list:
        conditions = g @ module.cond_layer.weight[:, :, 0].T + module.cond_layer.bias
        parts = conditions.chunk(len(module.in_layers), dim=1)
        return [bias(layer.bias, part) for layer, part in zip(module.in_layers, parts, strict=True)]

    direct = not converter.config.zero_g
    generator = converter.generator
    conv_pre = bias(generator.conv_pre.bias, g @ generator.cond.weight[:, :, 0].T + generator.cond.bias)
    return make_parameter_dict(
        {
            "encoder": wavenet(converter.posterior_encoder.wavenet) if direct else None,
            "flow": [wavenet(coupling.wavenet) for coupling in converter.flow.couplings],
            "conv_pre": conv_pre if direct else None,
        }
    )


PREPROCESSORS = {
    Spectrogram: _spectrogram,
    PosteriorEncoder: _posterior_encoder,
    ResidualCouplingBlock: _flow,
    Generator: _generator,
    ReferenceEncoder: _reference_encoder,
}
