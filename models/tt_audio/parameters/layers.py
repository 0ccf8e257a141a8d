# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the layers in ../tt from torch modules and tensors.

The files of this folder and of a model's tt/parameters/ are the only ones of the device path that import torch. They
return host tensors, nested in ttnn's ParameterDict; a layer copies them to its device. Everything that can be computed
once is computed here (folded), so that no program does it at run time.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch

import ttnn
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict, preprocess_model_parameters


def preprocess(module: torch.nn.Module, preprocessors: Mapping[type, Callable[[Any], dict]]) -> ParameterDict:
    """Return the parameters of a module.

    `preprocessors` maps a class to the function that returns the parameters of an instance. The parameters of a module
    of another class are those of the modules that it contains, by their names.
    """

    def custom_preprocessor(
        module: torch.nn.Module, name: str | None, ttnn_module_args: Any, convert_to_ttnn: Callable[..., bool]
    ) -> ParameterDict | dict:
        for kind, preprocessor in preprocessors.items():
            if isinstance(module, kind):
                return nested(preprocessor(module))
        return {}

    return preprocess_model_parameters(
        initialize_model=lambda: module, custom_preprocessor=custom_preprocessor, convert_to_ttnn=lambda *_: False
    )


def nested(value: Any) -> Any:
    """Turn dictionaries at any depth, in lists too, into ttnn's ParameterDict."""
    if isinstance(value, dict):
        return make_parameter_dict({key: nested(item) for key, item in value.items()})
    return [nested(item) for item in value] if isinstance(value, list) else value


def host(x: torch.Tensor, mesh_mapper: ttnn.CppTensorToMesh | None = None) -> ttnn.Tensor:
    """Return x as a row-major float32 host tensor; `mesh_mapper` distributes it over several chips."""
    return ttnn.from_torch(x.detach().float().contiguous(), dtype=ttnn.float32, mesh_mapper=mesh_mapper)


def tiled(x: torch.Tensor) -> ttnn.Tensor:
    """Return a matrix [rows, columns] or a row [columns] as a tiled float32 host tensor [1, 1, rows, columns]."""
    x = x.detach().float().reshape(1, 1, -1, x.shape[-1]).contiguous()
    return ttnn.from_torch(x, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT)


def convolution(weight: torch.Tensor, bias: torch.Tensor | None = None) -> ParameterDict:
    """Return the parameters of a Conv1d: weight [out, in, kernel], bias [out]."""
    return convolution_2d(weight[:, :, :, None], bias)


def convolution_2d(weight: torch.Tensor, bias: torch.Tensor | None = None) -> ParameterDict:
    """Return the parameters of a Conv2d: weight [out, in, height, width], bias [out]."""
    parameters = {"weight": host(weight)}
    if bias is not None:
        parameters["bias"] = host(bias.reshape(1, 1, 1, -1))
    return make_parameter_dict(parameters)


def linear(weight: torch.Tensor, bias: torch.Tensor | None = None) -> ParameterDict:
    """Return the parameters of a Linear: weight [out, in], bias [out]."""
    parameters = {"weight": tiled(weight.T)}
    if bias is not None:
        parameters["bias"] = tiled(bias)
    return make_parameter_dict(parameters)


def fused_linear(weight: torch.Tensor, bias: torch.Tensor | None = None) -> ParameterDict:
    """Return the parameters of a FusedLinear: weight [out, in], bias [out]; the ones are for calls without a mask."""
    return make_parameter_dict(dict(linear(weight, bias)) | {"ones": tiled(torch.ones(len(weight)))})


def layer_norm(norm: torch.nn.LayerNorm) -> ParameterDict:
    """Return the parameters of a LayerNorm or a PreciseLayerNorm."""
    return make_parameter_dict({"weight": tiled(norm.weight), "bias": tiled(norm.bias), "epsilon": norm.eps})
