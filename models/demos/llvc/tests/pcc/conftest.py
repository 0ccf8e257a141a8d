# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Networks with seeded weights, and their modules on the device."""

import pytest
import torch

import ttnn
from models.demos.llvc.loading import load_net
from models.demos.llvc.synthetic import LLVC, SHALLOW, make_checkpoint
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.net import Net
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.precision import Precision


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """Return llvc at full size."""
    return load_net(make_checkpoint(tmp_path_factory.mktemp("llvc"), LLVC))


@pytest.fixture(scope="session")
def shallow(tmp_path_factory):
    """Return a network of llvc's widths with few layers."""
    return load_net(make_checkpoint(tmp_path_factory.mktemp("shallow"), SHALLOW))


@pytest.fixture
def make_net(device):
    """Return `make_net(reference, factor, streams)`: the network on the device."""

    def make(reference, factor: int = 1, streams: int = 2) -> Net:
        layout = Layout(reference.config, factor, streams)
        return Net(net_parameters(reference, layout), layout, device, Precision())

    return make


@pytest.fixture
def upload(device):
    """Return `upload(x)`: a tensor of up to four dimensions on the device, in float32."""

    def to_device(x: torch.Tensor, layout: ttnn.Layout = ttnn.TILE_LAYOUT) -> ttnn.Tensor:
        return ttnn.from_torch(x.contiguous().float(), dtype=ttnn.float32, layout=layout, device=device)

    return to_device


@pytest.fixture
def random():
    """Return `random(shape, seed)`: standard normal values."""
    return lambda *shape, seed=0: torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
