# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures for the tests of this model."""

import pytest
import torch

from models.demos.llvc.loading import load_net
from models.demos.llvc.reference.net import Net
from models.demos.llvc.synthetic import SMALL, make_checkpoint
from models.tt_audio.testing.fixtures import default_signals, logged_warnings  # noqa: F401


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory):
    """Return the folder of a small seeded checkpoint."""
    return make_checkpoint(tmp_path_factory.mktemp("small"), SMALL)


@pytest.fixture(scope="session")
def small(small_folder) -> Net:
    return load_net(small_folder)


@pytest.fixture(scope="session")
def noise():
    """Return `noise(samples, seed)`: seeded samples [1, N] of the level of speech."""

    def make(samples: int, seed: int = 1) -> torch.Tensor:
        return 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(seed))

    return make
