# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Inputs of a graph: tensors at fixed addresses, filled through pinned host memory.

A copy from pinned memory does not make the host wait. So the host must not write into that memory again before the
copy has read it: an event says when.
"""

import torch
from torch import Tensor


class StaticInput:
    """Tensor on a device that keeps its address, with the pinned memory through which host tensors reach it."""

    def __init__(self, like: Tensor, device: torch.device):
        self.tensor = torch.zeros(like.shape, dtype=like.dtype, device=device)
        self._staging: tuple[Tensor, torch.cuda.Event] | None = None  # pinned memory, and when it has been read

    def fill(self, value: Tensor) -> None:
        """Copy `value`, a tensor of the same shape and type on the host or on the device, into the tensor."""
        if value.shape != self.tensor.shape or value.dtype != self.tensor.dtype:
            raise ValueError(
                f"an input has shape {list(value.shape)} and type {value.dtype}, and its graph was captured for "
                f"{list(self.tensor.shape)} and {self.tensor.dtype}"
            )
        if value.device == self.tensor.device:
            self.tensor.copy_(value)
            return
        if self._staging is None:
            self._staging = torch.empty(value.shape, dtype=value.dtype, pin_memory=True), torch.cuda.Event()
        pinned, copied = self._staging
        copied.synchronize()  # returns at once if it was never recorded
        pinned.copy_(value)
        self.tensor.copy_(pinned, non_blocking=True)
        copied.record(torch.cuda.current_stream(self.tensor.device))
