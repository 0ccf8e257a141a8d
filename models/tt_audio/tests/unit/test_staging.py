# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Inputs at fixed addresses: the order of copies and waits on a GPU, with tensors that have no values."""

from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from models.tt_audio.torch_backend.staging import StaticInput


class Copies(TorchDispatchMode):
    """Logs where each copy comes from and goes to."""

    def __init__(self, log: list[str]):
        super().__init__()
        self.log = log

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if function._schema.name == "aten::copy_":
            waits = "" if len(args) > 2 and args[2] or (kwargs or {}).get("non_blocking") else ", waiting"
            self.log.append(f"{args[1].device.type} -> {args[0].device.type}{waits}")
        return function(*args, **(kwargs or {}))


@pytest.fixture
def log(monkeypatch):
    """Return the list of what happens: copies, waits for an event, records of it."""
    happened: list[str] = []

    class Event:
        def synchronize(self):
            happened.append("wait")

        def record(self, stream):
            happened.append("record")

    empty = torch.empty
    monkeypatch.setattr(torch, "empty", lambda *shape, pin_memory=False, **rest: empty(*shape, **rest))
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    return happened


def test_pinned_memory_is_written_only_after_its_last_copy_has_ended(log):
    with FakeTensorMode(), Copies(log):
        static = StaticInput(torch.zeros(3), torch.device("cuda"))
        for _ in range(2):
            static.fill(torch.zeros(3))
    assert log == 2 * ["wait", "cpu -> cpu, waiting", "cpu -> cuda", "record"]


def test_a_tensor_on_the_gpu_is_copied_there(log):
    with FakeTensorMode(), Copies(log):
        static = StaticInput(torch.zeros(3), torch.device("cuda", 0))
        static.fill(torch.zeros(3, device="cuda:0"))
    assert log == ["cuda -> cuda, waiting"]
