# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Torch formulas for TTNN operations whose own golden function is missing or leaves something out.

* convolutions: ttnn has none for conv1d and conv_transpose2d, its others ignore prepared weights and the matrix unit;
* matmul and linear: ttnn's ignore the compute kernel config (fidelity, accumulation);
* layer norm and softmax: ttnn's are exact, but steps of theirs run on the matrix unit, which reads TF32;
* binary operations: ttnn's ignore the parameter of a fused activation (a leaky_relu of any slope reads as 0.01);
* pad and split: ttnn's preprocessing needs device tensors;
* layout and memory moves: the value does not change.

Every function takes the call's arguments with torch tensors in the places of ttnn ones and returns the value(s).
"""

from dataclasses import dataclass
from functools import reduce

import torch
import torch.nn.functional as F

import ttnn
from mock_device.arithmetic import (
    ACCUMULATION_DEPTH,
    SRC_A_BITS,
    TF32_BITS,
    keep_mantissa,
    keep_mantissa_,
    operand_pairs,
    store,
)

_CONV1D = (
    *("input_tensor", "weight_tensor", "device", "in_channels", "out_channels", "batch_size", "input_length"),
    *(
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "dtype",
        "bias_tensor",
        "conv_config",
        "compute_config",
    ),
)
_CONV2D = (
    *("input_tensor", "weight_tensor", "device", "in_channels", "out_channels", "batch_size"),
    *("input_height", "input_width", "kernel_size", "stride", "padding", "dilation", "groups"),
)
_CONV_TRANSPOSE2D = (
    *("input_tensor", "weight_tensor", "device", "in_channels", "out_channels", "batch_size"),
    *("input_height", "input_width", "kernel_size", "stride", "padding", "output_padding", "dilation", "groups"),
)


@dataclass(frozen=True)
class Prepared:
    """A weight or bias in the layout that a convolution prepared for itself; only convolutions can read it."""

    logical: torch.Tensor

    @property
    def shape(self):
        return self.logical.shape


def logical(x):
    return x.logical if isinstance(x, Prepared) else x


# --- activations ----------------------------------------------------------------------------------------------------

_ACTIVATIONS = {
    "RELU": lambda x: F.relu(x),
    "RELU_MAX": lambda x, upper: x.clamp(0, upper),
    "LEAKY_RELU": lambda x, slope=0.01: F.leaky_relu(x, slope),
    "TANH": lambda x, *_: torch.tanh(x),
    "SIGMOID": lambda x, *_: torch.sigmoid(x),
    "SILU": lambda x: F.silu(x),
    "GELU": lambda x, *_: F.gelu(x),
    "EXP": lambda x, *_: torch.exp(x),
    "LOG": lambda x, *_: torch.log(x),
    "SQRT": lambda x, *_: torch.sqrt(x),
    "RSQRT": lambda x, *_: torch.rsqrt(x),
    "SQUARE": lambda x: torch.square(x),
    "NEG": lambda x: -x,
    "LTZ": lambda x: (x < 0).to(x.dtype),
    "ABS": lambda x: torch.abs(x),
    "CEIL": lambda x: torch.ceil(x),
    "RECIP": lambda x, *_: torch.reciprocal(x),
    "SOFTPLUS": lambda x, beta=1.0, threshold=20.0: F.softplus(x, beta, threshold),
    "ADD_UNARY_SFPU": lambda x, value: x + value,
    "MUL_UNARY_SFPU": lambda x, value: x * value,
}


def activate(x: torch.Tensor, activation) -> torch.Tensor:
    """Apply one fused activation, given as TTNN gives it: a name, a type, or a type with parameters."""
    if activation is None:
        return x
    if isinstance(activation, str):
        name, parameters = activation.upper(), ()
    else:
        kind = getattr(activation, "op_type", activation)
        name, parameters = kind.name, getattr(activation, "params", ())
    if name not in _ACTIVATIONS:
        raise NotImplementedError(f"no golden for the fused activation {name}: add it to mock_device/goldens.py")
    return _ACTIVATIONS[name](x, *parameters)


def _activate_all(x, activations):
    for activation in activations or ():
        x = activate(x, activation)
    return x


# --- the matrix unit ------------------------------------------------------------------------------------------------


def _fidelity(config):
    return getattr(config, "math_fidelity", ttnn.MathFidelity.HiFi4) if config is not None else ttnn.MathFidelity.HiFi4


def _wide_accumulation(config) -> bool:
    return config is None or bool(getattr(config, "fp32_dest_acc_en", True))


def _multiply_accumulate(activation, weight, config, product, terms):
    """Sum `product(activation, weight)` over the passes of the fidelity, with the accumulator that the config asks for.

    `terms(activation, weight)` yields slices of at most 32 inner terms; only a bfloat16 accumulator needs them.
    """
    pairs = operand_pairs(activation.float(), weight.float(), _fidelity(config))
    if _wide_accumulation(config):
        return reduce(torch.add, (product(b, a) for b, a in pairs))
    total = None
    for b, a in pairs:
        for b_part, a_part in terms(b, a):
            part = product(b_part, a_part)
            total = part if total is None else total + part
            total = total.to(torch.bfloat16).float()
    return total


def _cut(x):
    return keep_mantissa(x.float(), TF32_BITS)


def _multiplied(x, y):
    """Multiply element by element as the matrix unit does."""
    return _cut(x) * keep_mantissa(y.float(), SRC_A_BITS)


def _with_fused_bias(out, bias):
    """Add the bias as the matrix unit does. Overwrites `out`, a fresh result of float32."""
    return out if bias is None else keep_mantissa_(out, TF32_BITS) + _cut(bias)


def _matmul_terms(b, a):
    for start in range(0, b.shape[-1], ACCUMULATION_DEPTH):
        stop = start + ACCUMULATION_DEPTH
        yield b[..., start:stop], a[..., start:stop, :]


def matmul(
    input_tensor_a,
    input_tensor_b,
    *,
    bias=None,
    transpose_a=False,
    transpose_b=False,
    activation=None,
    program_config=None,
    core_grid=None,
    compute_kernel_config=None,
    **_,
):
    if transpose_a:
        input_tensor_a = input_tensor_a.transpose(-1, -2)
    if transpose_b:
        input_tensor_b = input_tensor_b.transpose(-1, -2)
    out = _multiply_accumulate(input_tensor_a, input_tensor_b, compute_kernel_config, torch.matmul, _matmul_terms)
    if program_config is not None or core_grid is not None:
        out = _with_fused_bias(out, bias)
    elif bias is not None:  # a program of its own, on the vector unit
        out = out + bias.float()
    return activate(out, activation or getattr(program_config, "fused_activation", None))


def _named(names, args, kwargs):
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _sides(padding) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) from TTNN's int, (height, width) or four values."""
    if isinstance(padding, int):
        return (padding,) * 4
    return tuple(padding) if len(padding) == 4 else (padding[0], padding[0], padding[1], padding[1])


def _conv_terms_of(stride, dilation, groups, conv):
    def terms(b, a):
        for row in range(a.shape[2]):
            for column in range(a.shape[3]):
                for start in range(0, a.shape[1], ACCUMULATION_DEPTH):
                    part = torch.zeros_like(a)
                    part[:, start : start + ACCUMULATION_DEPTH, row, column] = a[
                        :, start : start + ACCUMULATION_DEPTH, row, column
                    ]
                    yield b, part

    return terms


def _returned(out, dims, weight, bias, call):
    """Return what a convolution returns under the flags of its call."""
    parts = [out]
    if call.get("return_output_dim"):
        parts.append(dims)
    if call.get("return_weights_and_bias"):
        parts.append([Prepared(weight), None if bias is None else Prepared(bias)])
    return parts[0] if len(parts) == 1 else tuple(parts)


def _finish(out, bias, conv_config):
    out = _with_fused_bias(out, None if bias is None else bias.reshape(1, -1, 1, 1))
    out = activate(out, getattr(conv_config, "activation", None))
    return out.permute(0, 2, 3, 1).reshape(1, 1, -1, out.shape[1])


def _stored_weights(weight, bias, conv_config):
    """Return weight and bias in the format in which the convolution stores them.

    A block format shares exponents along the output channels, as the prepared layout does.
    """
    dtype = getattr(conv_config, "weights_dtype", None)
    prepared = isinstance(weight, Prepared)
    weight, bias = logical(weight).float(), logical(bias)
    if not prepared and dtype is not None:
        columns = weight.reshape(weight.shape[0], -1).T
        weight = store(columns, dtype).T.reshape(weight.shape)
        bias = None if bias is None else store(bias.float(), dtype)
    return weight, bias


def _convolve(call, image, weight, stride, sides, dilation, groups):
    top, bottom, left, right = sides
    padding = (top, left)
    if (top, left) != (bottom, right):
        image, padding = F.pad(image, (left, right, top, bottom)), 0

    def product(b, a):
        return F.conv2d(b, a, None, stride, padding, dilation, groups)

    terms = _conv_terms_of(stride, dilation, groups, product)
    return _multiply_accumulate(image, weight, call.get("compute_config"), product, terms)


def conv1d(*args, **kwargs):
    call = _named(_CONV1D, args, kwargs)
    weight, bias = _stored_weights(call["weight_tensor"], call.get("bias_tensor"), call.get("conv_config"))
    weight = weight.reshape(call["out_channels"], -1, 1, call["kernel_size"])
    padding = call.get("padding", 0)
    left, right = _pair(padding)
    # TTNN holds [1, 1, batch * length, channels]
    image = call["input_tensor"].float().reshape(call["batch_size"], 1, call["input_length"], call["in_channels"])
    out = _convolve(
        *(call, image.permute(0, 3, 1, 2), weight, (1, call.get("stride", 1)), (0, 0, left, right)),
        *((1, call.get("dilation", 1)), call.get("groups", 1)),
    )
    return _returned(_finish(out, bias, call.get("conv_config")), out.shape[-1], weight, bias, call)


def conv2d(*args, **kwargs):
    call = _named(_CONV2D, args, kwargs)
    weight, bias = _stored_weights(call["weight_tensor"], call.get("bias_tensor"), call.get("conv_config"))
    kernel = _pair(call["kernel_size"])
    weight = weight.reshape(call["out_channels"], -1, *kernel)
    shape = (call["batch_size"], call["input_height"], call["input_width"], call["in_channels"])
    image = call["input_tensor"].float().reshape(shape).permute(0, 3, 1, 2)
    out = _convolve(
        *(call, image, weight, _pair(call.get("stride", 1)), _sides(call.get("padding", 0))),
        *(_pair(call.get("dilation", 1)), call.get("groups", 1)),
    )
    return _returned(_finish(out, bias, call.get("conv_config")), tuple(out.shape[-2:]), weight, bias, call)


def conv_transpose2d(*args, **kwargs):
    call = _named(_CONV_TRANSPOSE2D, args, kwargs)
    if not _wide_accumulation(call.get("compute_config")):
        raise NotImplementedError("no golden for a transposed convolution with a bfloat16 accumulator")
    weight, bias = _stored_weights(call["weight_tensor"], call.get("bias_tensor"), call.get("conv_config"))
    kernel = _pair(call["kernel_size"])
    weight = weight.reshape(call["in_channels"], -1, *kernel)
    shape = (call["batch_size"], call["input_height"], call["input_width"], call["in_channels"])
    image = call["input_tensor"].float().reshape(shape).permute(0, 3, 1, 2)
    top, bottom, left, right = _sides(call.get("padding", 0))
    if (top, left) != (bottom, right):
        raise NotImplementedError("no golden for a transposed convolution with uneven padding")

    def product(b, a):
        stride, extra = _pair(call.get("stride", 1)), _pair(call.get("output_padding", 0))
        dilation = _pair(call.get("dilation", 1))
        return F.conv_transpose2d(b, a, None, stride, (top, left), extra, call.get("groups", 1), dilation)

    out = _multiply_accumulate(image, weight, call.get("compute_config"), product, None)
    return _returned(_finish(out, bias, call.get("conv_config")), tuple(out.shape[-2:]), weight, bias, call)


# --- normalization --------------------------------------------------------------------------------------------------


def layer_norm(input_tensor, *, epsilon=1e-12, weight=None, bias=None, residual_input_tensor=None, **_):
    x = _cut(input_tensor)
    if residual_input_tensor is not None:
        x = _cut(x + _cut(residual_input_tensor))
    centred = x - _cut(x.mean(-1, keepdim=True))
    variance = _multiplied(centred, centred).mean(-1, keepdim=True)
    out = _multiplied(centred, torch.rsqrt(variance + epsilon))
    if weight is not None:
        out = _multiplied(out, weight)
    return _with_fused_bias(out, bias)


def softmax(input_tensor, dim=-1, **_):
    x = _cut(input_tensor)
    powers = torch.exp(x - x.amax(dim, keepdim=True))
    return _multiplied(powers, 1 / _cut(powers).sum(dim, keepdim=True))


# --- element-wise ---------------------------------------------------------------------------------------------------


def _binary(function):
    def golden(
        input_tensor_a,
        input_tensor_b,
        *_,
        activations=None,
        input_tensor_a_activations=None,
        input_tensor_b_activations=None,
        **__,
    ):
        a = _activate_all(input_tensor_a, input_tensor_a_activations)
        b = _activate_all(input_tensor_b, input_tensor_b_activations)
        return _activate_all(function(a, b), activations)

    return golden


def _minimal_matmul(
    input_tensor, weight_tensor, *, bias_tensor=None, fused_activation=None, compute_kernel_config=None, **_
):
    if isinstance(input_tensor, list):  # the device concatenates its columns
        input_tensor = torch.cat(input_tensor, dim=-1)
    out = matmul(input_tensor, weight_tensor, compute_kernel_config=compute_kernel_config)
    return activate(_with_fused_bias(out, bias_tensor), fused_activation)


def _minimal_matmul_split(*operands, chunks=3, dim=-1, **call):
    return list(torch.chunk(_minimal_matmul(*operands, **call), chunks, dim))


def _minimal_matmul_addcmul(input_tensor, weight_tensor, scalar, addend, factor, **call):
    return _cut(addend) + _cut(scalar * factor * _minimal_matmul(input_tensor, weight_tensor, **call))


def _same(input_tensor, *_, **__):
    return input_tensor


def _pad(input_tensor, padding, value=0.0, **_):
    before_and_after = [side for pair in reversed(padding) for side in pair]
    return F.pad(input_tensor, before_and_after, value=value)


def _split(input_tensor, split_size, dim=0, **_):
    return list(torch.split(input_tensor, split_size, dim))


# --- attention ------------------------------------------------------------------------------------------------------


def _create_heads(fused, kv=None, *, num_heads, num_kv_heads=None, transpose_k_heads=True, kv_tied=False, **_):
    kv_heads = num_kv_heads or num_heads
    if kv_tied:  # one section serves as keys and as values
        width = fused.shape[-1] // (num_heads + kv_heads)
        fused = torch.cat((fused, fused[..., num_heads * width :]), dim=-1)
    if kv is None:
        width = fused.shape[-1] // (num_heads + 2 * kv_heads)
        fused, kv = fused.split([num_heads * width, 2 * kv_heads * width], dim=-1)
    heads = [
        part.squeeze(1).unflatten(-1, (count, -1)).transpose(1, 2)
        for part, count in ((fused, num_heads), *zip(kv.chunk(2, dim=-1), (kv_heads, kv_heads), strict=True))
    ]
    return [heads[0], heads[1].transpose(-1, -2) if transpose_k_heads else heads[1], heads[2]]


def _concat_heads(x, **_):
    return x.transpose(1, 2).flatten(2).unsqueeze(1)


def _attend(query, key, value, *, attn_mask=None, is_causal=True, scale=None, output_concat_heads=False, **call):
    """Scores and weights are in the operands' format between the two products."""
    config = call.get("compute_kernel_config")
    if is_causal:
        raise NotImplementedError("no golden for causal attention")
    groups = query.shape[1] // key.shape[1]
    key, value = (x.repeat_interleave(groups, dim=1) for x in (key, value))
    scores = store(matmul(query, key, transpose_b=True, compute_kernel_config=config), ttnn.bfloat16)
    scores = scores * (query.shape[-1] ** -0.5 if scale is None else scale)
    weights = store(softmax(scores if attn_mask is None else scores + attn_mask), ttnn.bfloat16)
    out = matmul(weights, value, compute_kernel_config=config)
    return _concat_heads(out) if output_concat_heads else out


def _create_heads_decode(fused, *, num_heads, num_kv_heads=None, **_):
    """[1, 1, batch, columns] -> queries, keys, values, each [1, batch, heads, width of a head]."""
    kv_heads = num_kv_heads or num_heads
    width = fused.shape[-1] // (num_heads + 2 * kv_heads)
    counts = (num_heads, kv_heads, kv_heads)
    parts = fused.split([count * width for count in counts], dim=-1)
    return [part.unflatten(-1, (count, width)).squeeze(0) for part, count in zip(parts, counts, strict=True)]


def _attend_decode(query, key, value, *, cur_pos_tensor=None, attn_mask=None, is_causal=True, scale=None, **call):
    """Attend with one query [1, batch, heads, width] an item to keys [batch, heads, T, width] 0 .. its position."""
    if cur_pos_tensor is None or attn_mask is not None or not is_causal or query.shape[2] != key.shape[1]:
        raise NotImplementedError("no golden for decoding without positions, with a mask, or with fewer heads of keys")
    config = call.get("compute_kernel_config")
    items = []
    for item, position in enumerate(cur_pos_tensor.flatten().tolist()):
        keys, values = key[item, :, : position + 1], value[item, :, : position + 1]
        options = {"is_causal": False, "scale": scale, "compute_kernel_config": config}
        items.append(_attend(query[:, item, :, None].transpose(0, 1), keys[:, None], values[:, None], **options))
    return torch.stack([item[:, 0, 0] for item in items])[None]


def _paged_update_cache(cache, rows, *, update_idxs_tensor=None, page_table=None, **_):
    """Write rows [1, batch, heads, width] into a cache [batch, heads, T, width], each item's at its own index."""
    if update_idxs_tensor is None or page_table is not None:
        raise NotImplementedError("no golden for a cache in pages, or for indices that are not a tensor")
    cache = cache.clone()
    for item, index in enumerate(update_idxs_tensor.flatten().tolist()):
        cache[item, :, index] = rows[0, item].to(cache.dtype)
    return cache


def _fill_cache(cache, rows, batch_idx, **_):
    """Write rows [1, heads, n, width] over the first n of one item of a cache [batch, heads, T, width]."""
    cache = cache.clone()
    cache[batch_idx, :, : rows.shape[2]] = rows[0].to(cache.dtype)
    return cache


_BINARY = {"add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div, "div": torch.div}

GOLDENS = {
    "ttnn.conv1d": conv1d,
    "ttnn.conv2d": conv2d,
    "ttnn.conv_transpose2d": conv_transpose2d,
    "ttnn.matmul": matmul,
    "ttnn.linear": matmul,
    "ttnn.layer_norm": layer_norm,
    "ttnn.softmax": softmax,
    "ttnn.experimental.minimal_matmul": _minimal_matmul,
    "ttnn.experimental.dit_minimal_matmul_addcmul_fused": _minimal_matmul_addcmul,
    "ttnn.experimental.minimal_matmul_split": _minimal_matmul_split,
    "ttnn.experimental.nlp_create_qkv_heads": _create_heads,
    "ttnn.experimental.nlp_concat_heads": _concat_heads,
    "ttnn.experimental.nlp_create_qkv_heads_decode": _create_heads_decode,
    "ttnn.experimental.paged_update_cache": _paged_update_cache,
    "ttnn.fill_cache": _fill_cache,
    "ttnn.transformer.scaled_dot_product_attention": _attend,
    "ttnn.transformer.scaled_dot_product_attention_decode": _attend_decode,
    "ttnn.split": _split,
    "ttnn.pad": _pad,
    **{f"ttnn.{name}{suffix}": _binary(function) for name, function in _BINARY.items() for suffix in ("", "_")},
    **{
        f"ttnn.{name}": _same
        for name in (
            *("to_memory_config", "to_layout", "to_device", "from_device", "clone", "move", "reallocate"),
            *("interleaved_to_sharded", "sharded_to_interleaved", "reshard", "tilize", "untilize", "typecast"),
        )
    },
}
