# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cost of the device code, without a card: `python -m scripts.device_bench [--arch NAME] [--json FILE]`.

Subjects are a residual block written with TTNN's defaults, and the model's stages (its tests/perf/stages.py) at full
size. Each runs twice, so that programs and prepared weights are there, and the third run is entered in a ledger. Its
times on a card are estimates by a roofline. What is measured here is the golden executor, against plain PyTorch.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import conv1d, leaky_relu

import ttnn
from mock_device import runtime
from mock_device.golden import GoldenExecutor
from mock_device.ledger import Ledger
from models.demos.openvoice.tests.perf.stages import STAGES

# A residual block of OpenVoice V2's generator in its second stage, which is most of its work, over 64 frames.
_CHANNELS, _LENGTH, _KERNEL, _DILATIONS, _SLOPE = 128, 4096, 3, (1, 3, 5), 0.1
_L1_SMALL_SIZE = 32768
_TIMED_RUNS = 5


class ConvStack:
    """x + conv(lrelu(conv_d(lrelu(x)))) for each dilation, on a device and in PyTorch."""

    def __init__(self, device, generator: torch.Generator):
        self._device = device
        scale = (_CHANNELS * _KERNEL) ** -0.5
        self._dilations = [dilation for outer in _DILATIONS for dilation in (outer, 1)]
        self._weights = [
            scale * torch.randn(_CHANNELS, _CHANNELS, _KERNEL, generator=generator) for _ in self._dilations
        ]
        self._prepared = [ttnn.from_torch(weight, dtype=ttnn.bfloat16) for weight in self._weights]
        self.features = torch.randn(1, 1, _LENGTH, _CHANNELS, generator=generator)

    def _conv(self, x, index: int):
        out, (self._prepared[index], _) = ttnn.conv1d(
            input_tensor=x,
            weight_tensor=self._prepared[index],
            device=self._device,
            in_channels=_CHANNELS,
            out_channels=_CHANNELS,
            batch_size=1,
            input_length=_LENGTH,
            kernel_size=_KERNEL,
            stride=1,
            padding=self._dilations[index] * (_KERNEL - 1) // 2,
            dilation=self._dilations[index],
            groups=1,
            dtype=ttnn.bfloat16,
            conv_config=ttnn.Conv1dConfig(weights_dtype=ttnn.bfloat16),
            return_weights_and_bias=True,
        )
        return out

    def on_device(self) -> torch.Tensor:
        x = ttnn.from_torch(self.features, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=self._device)
        for index in range(0, len(self._weights), 2):
            h = self._conv(ttnn.leaky_relu(x, negative_slope=_SLOPE), index)
            x = ttnn.add(x, self._conv(ttnn.leaky_relu(h, negative_slope=_SLOPE), index + 1))
        return ttnn.to_torch(x)

    def in_torch(self) -> torch.Tensor:
        def conv(x, index):
            dilation = self._dilations[index]
            return conv1d(x, self._weights[index], padding=dilation * (_KERNEL - 1) // 2, dilation=dilation)

        x = self.features[0].transpose(1, 2)
        for index in range(0, len(self._weights), 2):
            x = x + conv(leaky_relu(conv(leaky_relu(x, _SLOPE), index), _SLOPE), index + 1)
        return x.transpose(1, 2)[None]


def _milliseconds(run) -> float:
    run()
    times = []
    for _ in range(_TIMED_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def _entry(device, subject: str, run: Callable[[], object]) -> dict:
    """Prints the ledger of the third run; a fourth that dispatches nothing finds the whole peak of L1."""
    run()
    run()
    with Ledger(device) as ledger:
        run()
    with Ledger(device, dispatch=False) as memory:
        run()
    where = "mocked" if runtime.mocked() else "simulated" if runtime.simulated() else "real"
    print(f"{subject}, on a {where} {device.arch().name}\n{ledger.table()}")
    print(f"{'with all buffers':<18}peak L1 {memory.peak_l1:,} B ({memory.peak_l1 / memory.l1_capacity:.1%})\n")
    return {"subject": subject, "where": where, **ledger.to_json(), "peak_l1_with_all_buffers": memory.peak_l1}


def _block(device) -> list[dict]:
    stack = ConvStack(device, torch.Generator().manual_seed(0))
    subject = (
        f"{2 * len(_DILATIONS)} convolutions, {_CHANNELS} channels, kernel {_KERNEL}, {_LENGTH:,} samples, bfloat16"
    )
    if not runtime.mocked():
        return [_entry(device, subject, stack.on_device)]
    with GoldenExecutor():
        entry = _entry(device, subject, stack.on_device)
        golden, plain = _milliseconds(stack.on_device), _milliseconds(stack.in_torch)
    print(
        f"{'golden executor':<18}{golden:,.0f} ms on this machine; plain PyTorch in float32 {plain:,.0f} ms "
        f"({golden / plain:.1f} times)\n"
    )
    return [entry]


def _model(device) -> list[dict]:
    """Untrained weights; counts need no values, so nothing computes them."""
    return [_entry(device, f"OpenVoice: {stage}", load(device)) for stage, load in STAGES.items()]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.device_bench", description=__doc__.splitlines()[0])
    parser.add_argument("--arch", default="wormhole_b0", help="card to mock where there is none")
    parser.add_argument("--json", type=Path, help="also write the ledgers to this file")
    options = parser.parse_args(arguments)
    runtime.setup(options.arch)

    entries = []
    for report, settings in ((_block, {"l1_small_size": _L1_SMALL_SIZE}), (_model, {})):
        device = ttnn.open_device(device_id=0, **settings)
        try:
            entries += report(device)
        finally:
            ttnn.close_device(device)
    if options.json:
        options.json.write_text(json.dumps(entries, indent=1) + "\n")


if __name__ == "__main__":
    main()
