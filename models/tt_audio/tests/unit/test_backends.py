# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The choice of backend and device: a card before a GPU before the CPU, and the user's word before all of them."""

import argparse

import pytest
import torch

from models.tt_audio.cli import backends
from models.tt_audio.host import cards
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend import device as torch_devices


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that makes a machine with some of "card" and "gpu"."""
    monkeypatch.delenv("TT_METAL_SIMULATOR", raising=False)

    def make(*parts: str, usable: bool = True) -> None:
        for part in parts:
            (tmp_path / part).mkdir()
        monkeypatch.setattr(backends, "CARDS", tmp_path / "card")
        monkeypatch.setattr(cards, "GPU_NODES", (tmp_path / "gpu",))
        monkeypatch.setattr(torch_devices, "cuda_obstacle", lambda: None if usable else "the driver is old")
        monkeypatch.setattr(torch_devices, "torch_device", torch.device)
        monkeypatch.setattr(torch_devices, "describe", lambda device: "cuda:0 (NVIDIA Card)")

    return make


def chosen(backend="auto", device=None, precision=None):
    options = argparse.Namespace(backend=backend, device=device, precision=precision)
    name, why = backends.choose_backend(backend, device)
    return name, why, backends.backend_settings(options, name)


@pytest.mark.parametrize(
    "parts, expected",
    [
        ((), ("torch", " on the CPU (there is no Tenstorrent card)", {})),
        (("gpu",), ("torch", " on cuda:0 (NVIDIA Card) (there is no Tenstorrent card)", {"device": "cuda"})),
        (("card",), ("ttnn", " (there is a Tenstorrent card)", {})),
        (("card", "gpu"), ("ttnn", " (there is a Tenstorrent card)", {})),
    ],
)
def test_auto_takes_a_card_then_a_gpu_then_the_cpu_and_says_which(machine, parts, expected):
    machine(*parts)
    assert chosen() == expected


def test_a_gpu_that_pytorch_cannot_use_is_named(machine):
    machine("gpu", usable=False)
    assert chosen() == ("torch", " on the CPU, because the driver is old (there is no Tenstorrent card)", {})


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1"])
def test_a_device_of_pytorch_decides_auto(machine, name):
    machine("card", "gpu")
    assert chosen(device=name, precision="exact") == (
        "torch",
        f" (on {name})",
        {"device": name, "precision": "exact"},
    )


def test_the_backend_torch_alone_means_the_cpu(machine):
    machine("gpu")
    assert chosen("torch") == ("torch", "", {})


@pytest.mark.parametrize(
    "backend, name, precision, message",
    [
        ("ttnn", "cuda", None, "--device cuda belongs to the backend torch; leave it out or choose that backend"),
        ("torch", 0, None, "--device names a card, and the backend is torch; leave it out or choose --backend ttnn"),
        ("torch", "all", None, "--device names a card, and the backend is torch"),
        ("ttnn", None, "fast", "--precision belongs to the backend torch; leave it out for ttnn"),
    ],
)
def test_contradictions_are_one_sentence(machine, expect_error, backend, name, precision, message):
    machine()
    with expect_error(UsageError, message):
        chosen(backend, name, precision)


def test_names_of_devices(expect_error):
    assert [backends.device(text) for text in ("2", "all", "cpu", "cuda:1")] == [2, "all", "cpu", "cuda:1"]
    with expect_error(argparse.ArgumentTypeError, "gpu is neither the number of a card nor 'all', nor one of 'cpu'"):
        backends.device("gpu")
