# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The device that a name means: PyTorch's answers about GPUs are put in, the sentences are checked."""

import pytest
import torch

from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.torch_backend.device import describe, torch_device


@pytest.fixture
def one_gpu(monkeypatch):
    """Let PyTorch report one GPU of compute capability 9.0."""
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    answers = {"is_available": True, "device_count": 1, "get_arch_list": ["sm_80", "sm_90"]}
    answers |= {"get_device_capability": (9, 0), "get_device_name": "NVIDIA Card"}
    for name, answer in answers.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, answer=answer: answer)
    return monkeypatch


@pytest.mark.parametrize("name", ["cuda", "cuda:0", torch.device("cuda", 0)])
def test_a_gpu_is_found_by_each_of_its_names(one_gpu, name):
    assert torch_device(name) == torch.device("cuda", 0)
    assert describe(torch_device(name)) == "cuda:0 (NVIDIA Card)"


def test_the_cpu_needs_no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: 1 / 0)
    assert torch_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cuda:-1", "mps", "0"])
def test_an_unknown_name_is_one_sentence(one_gpu, expect_error, name):
    with expect_error(UsageError, f"there is no device '{name}' for PyTorch: choose cpu, cuda, or cuda:N"):
        torch_device(name)


def test_an_index_that_does_not_exist(one_gpu, expect_error):
    with expect_error(DeviceError, "there is no cuda:3: this machine has 1 usable GPU, numbered from 0"):
        torch_device("cuda:3")


def test_pytorch_without_cuda_names_the_index(one_gpu, expect_error):
    one_gpu.setattr(torch.version, "cuda", None)
    with expect_error(DeviceError, "was built without CUDA: install torch from the index cu130 of PyTorch's wheels"):
        torch_device("cuda")


@pytest.mark.parametrize(
    "said, repeated",
    [
        (
            "Found no NVIDIA driver on your system. Please check that you have",
            "(Found no NVIDIA driver on your system)",
        ),
        (
            "The NVIDIA driver on your system is too old (found version 11040). Please update",
            "too old (found version 1",
        ),
    ],
)
def test_a_missing_or_old_driver_names_both_remedies(one_gpu, expect_error, said, repeated):
    def refuse():
        raise RuntimeError(said)

    one_gpu.setattr(torch.cuda, "is_available", lambda: False)
    one_gpu.setattr(torch.cuda, "init", refuse)
    with expect_error(DeviceError, "update the NVIDIA driver to one for CUDA 13.0, or .* such as cu126") as caught:
        torch_device("cuda")
    assert repeated in str(caught.value)
    assert "Please" not in str(caught.value)


@pytest.mark.parametrize("capability, index", [((6, 1), "an older index"), ((12, 0), "the index cu130 or a newer one")])
def test_a_gpu_without_kernels_names_the_index(one_gpu, expect_error, capability, index):
    one_gpu.setattr(torch.cuda, "get_device_capability", lambda *_: capability)
    with expect_error(DeviceError, f"cuda, NVIDIA Card, cannot run this PyTorch: it has kernels for .*{index}"):
        torch_device("cuda")


def test_a_later_minor_version_runs_the_kernels_of_an_earlier_one(one_gpu):
    one_gpu.setattr(torch.cuda, "get_device_capability", lambda *_: (8, 9))
    assert torch_device("cuda") == torch.device("cuda", 0)
