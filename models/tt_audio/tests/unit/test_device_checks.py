# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The checks that stand for a GPU notice what a GPU or a capture forbids."""

import pytest
import torch

from models.tt_audio.testing.device_checks import MemoryMeter, on_fake_gpu


@pytest.mark.parametrize(
    "compute, kind, message",
    [
        (lambda x: x.sum().item(), Exception, "local_scalar_dense"),
        (lambda x: x.tolist(), Exception, "local_scalar_dense"),
        (lambda x: 1 if (x > 0).any() else 0, Exception, "local_scalar_dense"),
        (lambda x: x[x > 0], Exception, "nonzero"),
        (lambda x: x.cpu(), AssertionError, r"makes a tensor \[2, 3\] on cpu"),
        (lambda x: x + torch.ones(2, 3), AssertionError, r"makes a tensor \[2, 3\] on cpu"),
        (lambda x: torch.arange(3), AssertionError, r"makes a tensor \[3\] on cpu"),
        (lambda x: x.repeat_interleave(torch.ones(3, dtype=torch.long, device="cuda"), 1), Exception, "repeat_interl"),
    ],
)
def test_what_a_gpu_forbids_is_noticed(compute, kind, message, expect_error):
    with expect_error(kind, message), on_fake_gpu() as gpu:
        compute(gpu.tensor(2, 3))


def test_modules_and_tensors_move_and_the_originals_stay():
    linear = torch.nn.Linear(3, 4)
    with on_fake_gpu() as gpu:
        moved = gpu.move({"layer": linear, "count": 3})
        assert moved["layer"](gpu.tensor(2, 3)).device.type == "cuda"
        assert moved["count"] == 3
    assert linear.weight.device.type == "cpu"


def test_memory_is_counted_to_its_end():
    with MemoryMeter() as meter:
        kept = torch.zeros(1000)
        for _ in range(3):
            torch.ones(500).add_(1).view(5, 100)
        assert (meter.held, meter.peak) == (4000, 6000)
        del kept
        assert meter.held == 0
