# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read the weights of a Piper voice out of its ONNX graph. The graph is read and never executed.

The exporter of PyTorch keeps the names of VITS for most weights. These three are found by the node that uses them:

    weight of a convolution         second input of the node whose third input is the bias NAME.bias
    table of symbols, of speakers   first input of the Gather node whose second input is the graph's `input` or `sid`
    exp(-log_scale), in one tensor  factor of the node that multiplies x - dp.flows.0.m
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from models.tt_audio.host.errors import CheckpointError

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

INPUTS = {"input", "input_lengths", "scales"}
TABLES = {"input": "enc_p.emb.weight", "sid": "emb_g.weight"}
SHIFT, LOG_SCALE = "dp.flows.0.m", "dp.flows.0.logs"


class Convolution(NamedTuple):
    """Geometry of a convolution that its weight does not tell."""

    stride: int
    dilation: int
    groups: int


class Graph(NamedTuple):
    """The parts of an ONNX graph that describe the network."""

    tensors: dict[str, Tensor]  # by their names in VITS
    convolutions: dict[str, Convolution]  # by the name of the weight


def read_graph(path: str | Path) -> Graph:
    """Read the `.onnx` of a Piper voice."""
    graph = _parse(Path(path))
    inputs = {value.name for value in graph.input}
    if not INPUTS <= inputs:
        raise CheckpointError(
            f"{path} is an ONNX model, but not a Piper voice: its inputs are {', '.join(sorted(inputs)) or 'none'} "
            f"instead of {', '.join(sorted(INPUTS))}."
        )
    stored = {tensor.name: tensor for tensor in graph.initializer}
    names, convolutions = _convolutions(graph.node, stored)
    for node in graph.node:
        if node.op_type == "Gather" and node.input[1] in TABLES:
            names[node.input[0]] = TABLES[node.input[1]]
    tensors = {names.get(name, name): _tensor(tensor, path) for name, tensor in stored.items() if _is_weight(tensor)}
    if (factor := _scale(graph.node)) in tensors:
        tensors[LOG_SCALE] = -tensors.pop(factor).log()
    return Graph(tensors, convolutions)


def _parse(path: Path) -> "GraphProto":
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        raise CheckpointError(
            f"{path} is read with the package onnx, which is not installed: pip install onnx==1.23.2."
        ) from None
    try:
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}).") from None
    except DecodeError:
        raise CheckpointError(f"{path} is not an ONNX model or is damaged: download it again.") from None
    if not model.opset_import:  # the last part of the file
        raise CheckpointError(f"{path} is not an ONNX model or is cut: download it again.")
    return model.graph


def _convolutions(
    nodes: Iterable["NodeProto"], stored: Mapping[str, "TensorProto"]
) -> tuple[dict[str, str], dict[str, Convolution]]:
    """Return the name in VITS of each convolution's weight by its name in the graph, and its geometry by the former."""
    names, convolutions = {}, {}
    for node in nodes:
        if node.op_type not in ("Conv", "ConvTranspose"):
            continue
        weight, *bias = node.input[1:]
        name = bias[0].removesuffix(".bias") + ".weight" if bias else weight
        names[weight] = name
        attributes = {attribute.name: attribute for attribute in node.attribute}
        stride, dilation = (attributes[key].ints[0] if key in attributes else 1 for key in ("strides", "dilations"))
        groups = attributes["group"].i if "group" in attributes else 1
        convolutions[name] = Convolution(stride, dilation, groups)
    return {name: vits for name, vits in names.items() if name in stored}, convolutions


def _scale(nodes: Iterable["NodeProto"]) -> str | None:
    """Return the name of the tensor that multiplies x - SHIFT, or None if the graph has no such node."""
    shifted = {node.output[0] for node in nodes if node.op_type == "Sub" and SHIFT in node.input}
    factors = (set(node.input) - shifted for node in nodes if node.op_type == "Mul" and shifted & set(node.input))
    return next((name for names in factors for name in names), None)


def _is_weight(tensor: "TensorProto") -> bool:
    """Return whether a tensor is a weight; scalars and whole numbers are constants of the graph's arithmetic."""
    return bool(tensor.dims) and tensor.data_type in (1, 10, 11, 16)  # float32, float16, float64, bfloat16


def _tensor(tensor: "TensorProto", path: str | Path) -> Tensor:
    from onnx import numpy_helper

    if tensor.external_data:
        raise CheckpointError(f"{path} keeps its weights in another file; a Piper voice is one .onnx.")
    try:
        return torch.from_numpy(numpy_helper.to_array(tensor).astype("float32"))
    except (ValueError, TypeError):
        raise CheckpointError(f"{path} is damaged: {tensor.name} has not as many numbers as its shape says.") from None
