# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The root fixtures of tt-metal that the models here use: same names, same meaning.

On a card or a simulator they open that. On a machine without either they open a mocked card, and every result comes
from the golden executor (mock_device/golden.py), so that the same test file runs in all three places.
"""

import os
import random
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch

from mock_device import runtime


def pytest_addoption(parser):
    parser.addoption(
        "--arch",
        default="wormhole_b0",
        help="card to mock where there is none: wormhole_b0 (an N150), blackhole (a P150), or n150, n300, t3k, p150",
    )


def pytest_configure(config):
    try:
        runtime.setup(config.getoption("--arch"))
    except runtime.MockDeviceError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(config, items):
    """Mark what opens a device, so that `-m device` selects the tests that another card could change.

    Refuse such a test in a folder named unit, and one that opens a mesh outside of files named test_mesh*.py, because
    scripts/test.sh does not collect these for the other cards.
    """
    for item in items:
        if "mesh_device" in item.fixturenames:
            item.add_marker(pytest.mark.mesh)
        if {"device", "mesh_device"} & set(item.fixturenames):
            item.add_marker(pytest.mark.device)
        folders = item.path.relative_to(config.rootpath).parts if item.path.is_relative_to(config.rootpath) else ()
        if "unit" in folders and item.get_closest_marker("device"):
            raise pytest.UsageError(f"{item.nodeid} opens a device: move it out of the folder unit")
        if item.get_closest_marker("mesh") and not item.path.name.startswith("test_mesh"):
            raise pytest.UsageError(f"{item.nodeid} opens a mesh: move it to a file named test_mesh*.py")


def pytest_report_header(config):
    if runtime.mocked():
        return f"device: mocked ({config.getoption('--arch')}); values from the golden executor"
    return "device: simulator" if runtime.simulated() else "device: silicon"


def _golden_executor():
    """Return the executor that gives a mocked card its numbers; a simulator or a card has its own."""
    if not runtime.mocked():
        return nullcontext()
    from mock_device.golden import GoldenExecutor

    return GoldenExecutor()


@pytest.fixture
def device_params(request):
    return dict(getattr(request, "param", {}))


@pytest.fixture
def device(device_params):
    import ttnn

    opened = ttnn.open_device(device_id=0, **device_params)
    ttnn.SetDefaultDevice(opened)
    with _golden_executor():
        yield opened
    ttnn.close_device(opened)


@pytest.fixture
def mesh_device(request, device_params):
    """A mesh of 1xN (parameter N, default all) or of the given (rows, columns)."""
    import ttnn

    available = ttnn.get_num_devices()
    shape = getattr(request, "param", available)
    shape = (1, shape) if isinstance(shape, int) else tuple(shape)
    if shape[0] * shape[1] > available:
        pytest.skip(f"needs a mesh of {shape[0]}x{shape[1]} devices, this machine has {available}")
    if runtime.mocked() and available > 1:
        # Default on these boards is dispatch from Ethernet cores; 0.81.1 then validates programs on a mocked board
        # against the smaller grid of worker dispatch. Ask for that grid from the start.
        device_params.setdefault("dispatch_core_config", ttnn.DispatchCoreConfig(ttnn.DispatchCoreType.WORKER))
    opened = ttnn.open_mesh_device(ttnn.MeshShape(*shape), **device_params)
    with _golden_executor():
        yield opened
    ttnn.close_mesh_device(opened)


@pytest.fixture
def reset_seeds():
    torch.manual_seed(213919)  # tt-metal's own seed
    np.random.seed(213919)
    random.seed(213919)


@pytest.fixture
def is_ci_env():
    return os.environ.get("CI") == "true"


@pytest.fixture
def model_location_generator():
    """Return a function that finds a model: on tt-metal's shared drive if mounted, else by its name (hub or folder)."""

    def locate(model_version, model_subdir="", download_if_ci_v2=False, ci_v2_timeout_in_s=300):
        shared = Path("/mnt/MLPerf/tt_dnn-models") / model_subdir / model_version
        return shared if shared.exists() else model_version

    return locate


@pytest.fixture
def expect_error():
    """`with expect_error(Kind, "regular expression of the message"):` passes only if exactly that is raised."""

    @contextmanager
    def expect(kind, match):
        with pytest.raises(kind, match=match) as caught:
            yield caught

    return expect
