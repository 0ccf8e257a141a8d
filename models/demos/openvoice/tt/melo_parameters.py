# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Reference modules of MeloTTS -> device parameters: what parameters.py is for the converter, whose modules it shares.

Everything that can be folded is folded here, once:
* BERT: what its scores are divided by, into its queries; the first token type, which is all there is, into positions
* attention: query, key and value as one projection; the scores' divisor into the query; the learned distances as more
  columns of the projection and of the output's weight (attention.py says which)
* text: the scale behind the tables into them, and the biases of BERT's projections into the phones' table
* the speaker: every speaker layer's output is a constant of a speaker, so it becomes that speaker's row (`condition`)
* depthwise convolutions as dense ones: a convolution is two programs either way, and its bias is free
* the splines' projection as blocks of whole tiles, a bin a column; the outermost slopes, constants, are in its bias
* the splines' sums over bins as matrices of ones
"""

import math

import torch

import ttnn
from models.demos.openvoice.constants import ATTENTION_WINDOW, BINS, EDGE_SLOPE, SPEAKER_LAYER, TAIL_BOUND
from models.demos.openvoice.reference.attention import Encoder, RelativeAttention
from models.demos.openvoice.reference.coupling import Coupling, ResidualCoupling, TransformerCouplingBlock
from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.reference.stochastic_duration_predictor import (
    DilatedSeparableConv,
    SplineCoupling,
    StochasticDurationPredictor,
)
from models.demos.openvoice.reference.text_encoder import TextEncoder
from models.demos.openvoice.reference.wavenet import WaveNet
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.attention import DISTANCES, PAIRS, head_width
from models.demos.openvoice.tt.parameters import convolution, linear, tiled
from models.tt_audio.host.errors import UsageError
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import TILE
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict


def preprocess(model: torch.nn.Module) -> ParameterDict:
    """The parameters of a module of MeloTTS (or of the converter), or of one that holds them, as host tensors."""
    return parameters.preprocess(model, PREPROCESSORS)


def pair_distances() -> torch.Tensor:
    """For each pair (residue of i, residue of j) of positions within the window, the number of their distance j - i."""
    pair = torch.arange(PAIRS)
    return (pair % DISTANCES - pair // DISTANCES + ATTENTION_WINDOW) % DISTANCES


# The matrix unit cuts activations to 10 bits of mantissa, towards zero. That loses 2^-11 / mantissa of a value, on
# average LOSS if the logarithms of mantissas 1 ... 2 are equally likely. It cuts weights to 9 bits: twice the loss.
LOSS = 2**-11 / (2 * math.log(2))
WEIGHT_BITS, BIAS_BITS = 9, 10


def rounded(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Round float32 to that many bits of mantissa, to the nearest, so that nothing is left to cut."""
    mantissa, exponent = torch.frexp(x.detach().float())
    return torch.ldexp((mantissa * 2 ** (bits + 1)).round() / 2 ** (bits + 1), exponent)


def balanced(weight: torch.Tensor, cuts: float = 2) -> torch.Tensor:
    """Round a weight, times what as many cuts of activations lose: by default that of the input and of the output."""
    return rounded(weight * (1 + cuts * LOSS), WEIGHT_BITS)


def _attention(attention: RelativeAttention, fine: bool) -> dict:
    heads = attention.n_heads
    channels = attention.query.out_channels // heads
    distances = pair_distances()
    keys, values = attention.relative_keys[0, distances], attention.relative_values[0, distances]  # [pairs, channels]

    def rows(layer: torch.nn.Conv1d):
        """Each head's weight with its bias as the last column."""
        return torch.cat([layer.weight[:, :, 0], layer.bias[:, None]], dim=1).unflatten(0, (heads, channels))

    def filled(weight, dim):
        fill = list(weight.shape)
        fill[dim] = head_width(channels) - weight.shape[dim]
        return torch.cat([weight, torch.zeros(fill)], dim=dim)

    query = rows(attention.query) / math.sqrt(channels)
    one = torch.zeros(heads, PAIRS, query.shape[2])
    one[:, :, -1] = 1  # weight 0, bias 1: what a table that multiplies it says
    near_and_far = [
        torch.stack([torch.cat([rows(layer), one], dim=1)] * 2, dim=1) for layer in (attention.key, attention.value)
    ]
    projections = [
        filled(torch.cat([query, keys @ query], dim=1), 1),
        *(filled(part.flatten(0, 1), 1) for part in near_and_far),
    ]
    projections = torch.cat([part.flatten(0, 1) for part in projections])
    output = attention.output.weight[:, :, 0].unflatten(1, (heads, channels))
    output = filled(torch.cat([output, output @ values.T], dim=2), 2).flatten(1)
    weight, bias, output_bias = projections[:, :-1], projections[:, -1], attention.output.bias
    if fine:
        width, pairs = head_width(channels), slice(channels, channels + PAIRS)
        # Query and key are cut (a pair's key is 1); the softmax cuts its reciprocal, the product with the values both.
        query_cuts, output_cuts = torch.full((width,), 5.0), torch.full((width,), 7.0)
        query_cuts[pairs], output_cuts[pairs] = 3.0, 5.0
        cuts = torch.cat([query_cuts.repeat(heads), torch.full((len(weight) - heads * width,), 2.0)])
        weight, bias = balanced(weight, cuts[:, None]), rounded(bias * (1 + (cuts - 2) * LOSS), BIAS_BITS)
        output, output_bias = balanced(output, output_cuts.repeat(heads)), rounded(output_bias, BIAS_BITS)
    return {
        "n_heads": heads,
        "projections": linear(weight, bias),
        "output": convolution(output[:, :, None], output_bias),
    }


def _balanced_convolution(layer: torch.nn.Conv1d) -> ParameterDict:
    return convolution(balanced(layer.weight), rounded(layer.bias, BIAS_BITS))


def _convolution(layer: torch.nn.Conv1d) -> ParameterDict:
    return convolution(layer.weight, layer.bias)


def _fine_norm(norm: torch.nn.LayerNorm) -> dict:
    """Parameters of a FineNorm: its product loses 3 cuts, half of which the variance has lost, too."""
    return _norm(norm) | {"weight": tiled(norm.weight * (1 + 1.5 * LOSS))}


def _encoder(encoder: Encoder, fine: bool = False) -> dict:
    conv, norm = (_balanced_convolution, _fine_norm) if fine else (_convolution, _norm)
    layers = [
        {
            "attention": _attention(layer.attention, fine),
            "attention_norm": norm(layer.attention_norm),
            "feed_forward": {"widen": conv(layer.feed_forward.widen), "narrow": conv(layer.feed_forward.narrow)},
            "feed_forward_norm": norm(layer.feed_forward_norm),
        }
        for layer in encoder.layers
    ]
    return {"layers": layers}


def _text_encoder(encoder: TextEncoder) -> dict:
    tables = [encoder.phones.weight * encoder.scale]
    if encoder.is_melo:
        tables[0] = tables[0] + (encoder.bert.bias + encoder.chinese_bert.bias) * encoder.scale
        tables += [encoder.tones.weight * encoder.scale, encoder.languages.weight * encoder.scale]
    return {
        "scale": encoder.scale,
        "tables": [_high_and_low(table.detach()) for table in tables],
        "sum": {"weight": tiled(torch.eye(encoder.phones.embedding_dim).repeat(2 * len(tables), 1))},
        "encoder": _encoder(encoder.encoder, fine=True),
        "projection": convolution(encoder.projection.weight, encoder.projection.bias),
    }


def _high_and_low(table: torch.Tensor):
    """A float32 table as two of bfloat16, side by side: their sum is the table, and ttnn.embedding reads no other."""
    high = table.to(torch.bfloat16)
    low = (table - high).to(torch.bfloat16)
    return ttnn.from_torch(torch.cat([high, low], dim=1), dtype=ttnn.bfloat16)


def _transformer_flow(flow: TransformerCouplingBlock) -> dict:
    couplings = []
    for i, coupling in enumerate(flow.couplings):
        odd = bool(i % 2)  # reads and writes reversed channels, as in parameters.py
        pre, post = coupling.pre.weight[:, :, 0], coupling.post.weight[:, :, 0]
        bias = coupling.post.bias
        couplings.append(
            {
                "pre": linear(pre.flip(1) if odd else pre, coupling.pre.bias),
                "encoder": _encoder(coupling.encoder),
                "post": linear(post.flip(0) if odd else post, bias.flip(0) if odd else bias),
            }
        )
    return {"couplings": couplings}


def bert(model: torch.nn.Module, stage: Stage) -> ParameterDict:
    """Of the `model` of a bert_files.Bert, which has no layer that MeloTTS does not read.

    The only parameters that are in their stage's format before they reach the device: hundreds of megabytes.
    """
    config = model.config
    if config.hidden_act != "gelu":
        raise UsageError(
            f"a BERT with the activation {config.hidden_act} is none that MeloTTS was trained with; give another folder"
        )
    scale = 1 / math.sqrt(config.hidden_size // config.num_attention_heads)

    def linear(*layers: torch.nn.Linear, first: float = 1.0) -> dict:
        """Layers side by side, the first one times a factor."""
        factors = [first] + [1.0] * (len(layers) - 1)
        weight = torch.cat([factor * layer.weight for factor, layer in zip(factors, layers, strict=True)])
        bias = torch.cat([factor * layer.bias for factor, layer in zip(factors, layers, strict=True)])
        return {"weight": ttnn.to_dtype(tiled(weight.T), stage.weights), "bias": tiled(bias)}

    def layer(layer: torch.nn.Module) -> dict:
        attention, out = layer.attention.self, layer.attention.output
        return {
            "heads": config.num_attention_heads,
            "query_key_value": linear(attention.query, attention.key, attention.value, first=scale),
            "attention_out": linear(out.dense),
            "attention_norm": _norm(out.LayerNorm),
            "widen": linear(layer.intermediate.dense),
            "narrow": linear(layer.output.dense),
            "norm": _norm(layer.output.LayerNorm),
        }

    embeddings = model.embeddings
    return parameters.nested(
        {
            # rows of bfloat16 are all that ttnn.embedding reads
            "words": ttnn.from_torch(embeddings.word_embeddings.weight.detach(), dtype=ttnn.bfloat16),
            "positions": tiled(embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]),
            "norm": _norm(embeddings.LayerNorm),
            "layers": [layer(one) for one in model.encoder.layer],
        }
    )


def phone_features(projection: torch.nn.Conv1d) -> ParameterDict:
    """Of the text encoder's projection of BERT features; its bias is the encoder's, which adds it without BERT, too."""
    return make_parameter_dict({"weight": tiled(projection.weight[:, :, 0].T)})


def _matmul(weight: torch.Tensor, bias: torch.Tensor) -> dict:
    """Parameters of a Linear: weight [out, in] as torch has it"""
    return {"weight": tiled(weight.T), "bias": tiled(bias)}


def _norm(norm: torch.nn.LayerNorm) -> dict:
    return {"weight": tiled(norm.weight), "bias": tiled(norm.bias), "epsilon": norm.eps}


def _duration_predictor(predictor: DurationPredictor) -> dict:
    return {
        "conv_1": _balanced_convolution(predictor.conv_1),
        "norm_1": _fine_norm(predictor.norm_1),
        "conv_2": _balanced_convolution(predictor.conv_2),
        "norm_2": _fine_norm(predictor.norm_2),
        "projection": _matmul(balanced(predictor.projection.weight[:, :, 0], 1), predictor.projection.bias),
    }


def _separable(convs: DilatedSeparableConv) -> list[dict]:
    layers = zip(convs.depthwise, convs.depthwise_norm, convs.pointwise, convs.pointwise_norm, strict=True)
    return [
        {
            "dilation": depthwise.dilation[0],
            "depthwise": convolution(torch.diag_embed(depthwise.weight[:, 0].T).movedim(0, 2), depthwise.bias),
            "depthwise_norm": _norm(norm_1),
            "pointwise": convolution(pointwise.weight, pointwise.bias),
            "pointwise_norm": _norm(norm_2),
        }
        for depthwise, norm_1, pointwise, norm_2 in layers
    ]


def _side_by_side(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Two tensors of BINS entries in tiles of their own."""
    out = torch.zeros(2, TILE, *first.shape[1:])
    out[0, :BINS], out[1, :BINS] = first, second
    return out.flatten(0, 1)


def _spline_coupling(coupling: SplineCoupling) -> dict:
    sizes, slopes = {}, {}
    for name, values, edge in (
        ("weight", coupling.projection.weight[:, :, 0], 0.0),
        ("bias", coupling.projection.bias, EDGE_SLOPE),
    ):
        widths, heights, inner = values.split([BINS, BINS, BINS - 1])
        edge = torch.full_like(inner[:1], edge)
        sizes[name] = _side_by_side(widths * coupling.scale, heights * coupling.scale)
        slopes[name] = _side_by_side(torch.cat([edge, inner]), torch.cat([inner, edge]))
    return {
        "pre": _matmul(coupling.pre.weight[:, :, 0], coupling.pre.bias),
        "convs": _separable(coupling.convs),
        "sizes": _matmul(**sizes),
        "slopes": _matmul(**slopes),
    }


def _spline() -> dict:
    """Sums over bins: totals of e^x from e^x - 1, lower edges from excess heights, and the sum of a bin each column."""
    bins = torch.zeros(TILE)
    bins[:BINS] = 1
    below = torch.zeros(TILE, 2 * TILE)
    below[:BINS, TILE : TILE + BINS] = torch.ones(BINS, BINS).tril(-1)
    return {
        "totals": _matmul(torch.block_diag(*[bins.expand(TILE, TILE)] * 2), torch.full((2 * TILE,), float(BINS))),
        "bottoms": _matmul(below, bins * torch.arange(TILE) - TAIL_BOUND),
        "sum": {"weight": tiled(bins[:, None])},
    }


def _stochastic_duration_predictor(predictor: StochasticDurationPredictor) -> dict:
    return {
        "pre": convolution(predictor.pre.weight),  # its bias is in the speaker's row
        "convs": _separable(predictor.convs),
        "projection": convolution(predictor.projection.weight, predictor.projection.bias),
        "spline": _spline(),
        "couplings": [_spline_coupling(coupling) for coupling in predictor.couplings],
        # of the channel that is the log duration
        "shift": predictor.shift[0].item(),
        "scale": torch.exp(-predictor.log_scale[0]).item(),
    }


def condition(tts: MeloTTS, speaker: int) -> ParameterDict:
    """What a speaker of the checkpoint adds where it enters: host rows [1, 1, 1, channels], None where nothing."""
    g = tts.speaker_embedding.weight[speaker]

    def row(layer: torch.nn.Module | None, own: torch.Tensor | float = 0.0):
        """A linear layer or a convolution of size 1; `own`: the bias that the row takes the place of."""
        return None if layer is None else tiled(layer.weight.flatten(1) @ g + layer.bias + own)

    def encoder(module: Encoder):
        """Added to what the norm before SPEAKER_LAYER gives, which is adding it to that norm's bias."""
        return row(module.speaker, module.layers[SPEAKER_LAYER - 1].feed_forward_norm.bias)

    def wavenet(module: WaveNet) -> list:
        parts = (module.cond_layer.weight[:, :, 0] @ g + module.cond_layer.bias).chunk(len(module.in_layers))
        return [tiled(layer.bias + part) for layer, part in zip(module.in_layers, parts, strict=True)]

    def coupling(module: Coupling):
        return wavenet(module.wavenet) if isinstance(module, ResidualCoupling) else encoder(module.encoder)

    predictor = tts.stochastic_duration_predictor
    return make_parameter_dict(
        {
            "text_encoder": encoder(tts.text_encoder.encoder),
            "duration_predictor": row(tts.duration_predictor.speaker),
            "stochastic_duration_predictor": row(predictor.speaker, predictor.pre.bias),
            "flow": [coupling(module) for module in tts.flow.couplings],
            "conv_pre": row(tts.generator.cond, tts.generator.conv_pre.bias),
        }
    )


PREPROCESSORS = {
    **parameters.PREPROCESSORS,
    RelativeAttention: _attention,
    Encoder: _encoder,
    TextEncoder: _text_encoder,
    TransformerCouplingBlock: _transformer_flow,
    DurationPredictor: _duration_predictor,
    StochasticDurationPredictor: _stochastic_duration_predictor,
}
