# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Run a PyTorch module on a GPU with CUDA graphs and a chosen number format. The models of this repository use it, too.

    vits.decoder = accelerate(vits.decoder, [(torch.zeros(1, 192, 64),)])
    samples = vits.decoder(latents)        # 64 frames: a replay; any other number: op by op
    vits.decoder.stats(), vits.decoder.clear()

A graph serves one shape. So pad inputs to a few sizes, and give an example of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from .device import torch_device
from .graph_cache import MOST_GRAPHS, Compute, GraphCache, GraphStats, open_graphs
from .stages import IEEE, TF32, Format, products


@dataclass(frozen=True)
class AccelerateConfig:
    """Settings of `accelerate`."""

    device: str = "cuda"
    format: Format = TF32  # see stages.FORMATS; bfloat16 and float16 convert the weights
    graphs: bool | None = None  # False: op by op; None: graphs on a GPU; True: an error on a CPU
    most_graphs: int = MOST_GRAPHS
    compile: bool = False  # by torch.compile, once for each shape of the examples: minutes, for fused elementwise ops
    fold_weight_norm: bool = True  # otherwise every call computes the weights again


class Accelerated(nn.Module):
    """A function of tensors with a graph for each known shape of its inputs; the result is on the GPU.

    Inputs may be on the host, and may be other values than tensors: those belong to the form of the graph. The function
    returns a tensor or a tuple of tensors.
    """

    def __init__(self, function: Compute, graphs: GraphCache, form: Format = IEEE):
        super().__init__()
        self.function = function
        self.graphs = graphs
        self.format = form

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Return the function's result."""
        names = sorted(named)
        values = [*inputs, *(named[name] for name in names)]
        form = (self, tuple(names), *(_signature(value) for value in values))
        tensors = [value for value in values if isinstance(value, Tensor)]

        def compute(*on_device: Tensor) -> Any:
            rest = iter(on_device)
            given = [self._converted(next(rest)) if isinstance(value, Tensor) else value for value in values]
            count = len(inputs)
            with products(self.format):
                result = self.function(*given[:count], **dict(zip(names, given[count:], strict=True)))
            return _widened(result)

        return self.graphs.run(form, tensors, compute)

    def stats(self) -> GraphStats:
        """Return the counts of the graph cache, which other models may share."""
        return self.graphs.stats()

    def clear(self) -> None:
        """Release the graphs of this function. Call it when its weights have changed."""
        self.graphs.release(self)

    def _converted(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.format.dtype) if tensor.dtype == torch.float32 else tensor


def accelerate(
    module: Compute,
    example_inputs: Sequence[Sequence[Any]],
    config: AccelerateConfig | None = None,
    graphs: GraphCache | None = None,
) -> Accelerated:
    """Move a module to the GPU, in place, and capture a graph for each of the example inputs.

    `graphs`: a cache that several models share, which its owner seals; None opens one for this module and seals it.
    """
    config = config or AccelerateConfig()
    own = graphs is None
    if graphs is None:
        graphs = open_graphs(torch_device(config.device), config.graphs, config.most_graphs)
    if isinstance(module, nn.Module):
        if config.fold_weight_norm:
            fold_weight_norm(module)
        module.to(graphs.device, config.format.dtype).eval().requires_grad_(False)
    function: Compute = torch.compile(module, dynamic=False) if config.compile else module
    accelerated = Accelerated(function, graphs, config.format)
    for inputs in example_inputs:
        accelerated(*inputs)
    if own:
        graphs.seal()
    return accelerated


def fold_weight_norm(module: nn.Module) -> None:
    """Replace every weight-normalised weight below a module by its value."""
    for part in module.modules():
        if parametrize.is_parametrized(part):
            for name in list(part.parametrizations):
                parametrize.remove_parametrizations(part, name)
        elif hasattr(part, "weight_g") and hasattr(part, "weight_v"):
            nn.utils.remove_weight_norm(part)


def _signature(value: Any) -> Any:
    return (tuple(value.shape), value.dtype) if isinstance(value, Tensor) else value


def _widened(result: Any) -> Any:
    """Return a result with fp32 in the place of narrower formats."""
    if isinstance(result, Tensor):
        return result.float() if result.dtype in (torch.bfloat16, torch.float16) else result
    if isinstance(result, tuple | list):
        return tuple(_widened(part) for part in result)
    raise TypeError(f"the function returned a {type(result).__name__}; accelerate it where it returns tensors")
