# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Piper voices for tests: NAME.onnx and NAME.onnx.json as Piper's exporter writes them, with seeded weights.

The graphs have the weights, and the nodes by which the weights are found; they cannot be executed. Parity is tested
with a real voice, en_US-joe-medium.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from models.demos.openvoice.tests.piper_weights import piper_json, piper_state


def write_voice(folder: Path, quality: str, speakers: int = 1, weights: Mapping[str, Tensor] | None = None) -> Path:
    """Write a voice into `folder` and return its `.onnx`; `weights` are those of `piper_state` by default."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"en_US-seeded-{quality}.onnx"
    onnx.save(piper_graph(piper_state(quality, speakers) if weights is None else weights), str(path))
    (folder / f"{path.name}.json").write_text(json.dumps(piper_json(quality, speakers)), encoding="utf-8")
    return path


def piper_graph(weights: Mapping[str, Tensor]) -> onnx.ModelProto:
    """Return weights as a model with the names and nodes of Piper's exporter."""
    several = "emb_g.weight" in weights
    inputs = ["input", "input_lengths", "scales", *(["sid"] if several else [])]
    renamed = {} if several else {"enc_p.emb.weight": "sid"}  # a quirk of the exporter
    nodes = []
    stored: dict[str, Tensor] = {"/enc_p/Constant_output_0": torch.tensor(1.0)}  # arithmetic, not a weight
    for number, (name, tensor) in enumerate(weights.items()):
        base, _, kind = name.rpartition(".")
        if kind == "weight" and tensor.dim() == 3:
            if name.startswith("flow.") and ".enc." in name:
                renamed[name] = f"onnx::Conv_{number}"
            nodes.append(_convolution(base, renamed.get(name, name), tensor, f"{base}.bias" in weights))
        if name == "dp.flows.0.logs":
            tensor, renamed[name] = torch.exp(-tensor), "/dp/flows.0/Exp_output_0"
        stored[renamed.get(name, name)] = tensor
    nodes += [
        helper.make_node("Gather", [renamed.get("enc_p.emb.weight", "enc_p.emb.weight"), "input"], ["embedded"]),
        helper.make_node("Sub", ["/dp/noise", "dp.flows.0.m"], ["/dp/flows.0/Sub_output_0"]),
        helper.make_node("Mul", ["embedded", "embedded"], ["squared"]),
        helper.make_node("Mul", ["/dp/flows.0/Sub_output_0", "/dp/flows.0/Exp_output_0"], ["output"]),
    ]
    if several:
        nodes.append(helper.make_node("Gather", ["emb_g.weight", "sid"], ["speaker"]))
    graph = helper.make_graph(
        nodes,
        "torch_jit",
        [helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in inputs],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(tensor.numpy(), name) for name, tensor in stored.items()],
    )
    return helper.make_model(graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 15)])


def _convolution(base: str, weight: str, tensor: Tensor, biased: bool) -> onnx.NodeProto:
    """Return the node of a convolution with the geometry that its place in the network has."""
    layer, size = base.rpartition(".")[2], tensor.shape[2]
    stride, dilation, groups = 1, 1, 1
    if ".ups." in base:
        stride = size // 2
    elif ".convs_sep." in base:
        dilation, groups = 3 ** int(layer), tensor.shape[0]
    elif ".convs1." in base:
        dilation = (1, 3, 5)[int(layer)]
    elif ".convs." in base and base.startswith("dec."):
        dilation = {3: (1, 2), 5: (2, 6), 7: (3, 12)}[size][int(layer)]
    return helper.make_node(
        "ConvTranspose" if ".ups." in base else "Conv",
        [f"/{base}/input", weight, *([f"{base}.bias"] if biased else [])],
        [f"/{base}/output"],
        strides=[stride],
        dilations=[dilation],
        group=groups,
    )
