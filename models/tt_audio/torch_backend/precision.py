# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Number format of a vocoder on a CPU: fp32, or bfloat16 on a CPU that computes it faster.

Most CPUs emulate bfloat16, which is several times slower than fp32; those with instructions for it save up to half of
the time. So the speed is measured once for each CPU and version of PyTorch and stored in cpu.json.
"""

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

import torch
from loguru import logger
from torch import Tensor
from torch.nn.functional import conv2d

from ..host.errors import UsageError
from ..host.files import FileError, complete_file
from .choices import PRECISIONS

# Use bfloat16 if it computes a convolution of the generator at least this many times as fast as fp32.
WORTHWHILE_GAIN = 1.3


def generator_dtype(precision: str, home: Path) -> torch.dtype:
    """Return the dtype for "exact" (fp32), "bfloat16", or "fast": whichever this CPU computes faster.

    `home` is the folder of cpu.json.
    """
    if precision not in PRECISIONS:
        raise UsageError(f"precision is {precision!r}, it must be one of {', '.join(PRECISIONS)}")
    if precision == "fast":
        precision = "bfloat16" if bfloat16_is_faster(home) else "exact"
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def bfloat16_is_faster(home: Path) -> bool:
    """Return whether this CPU convolves in bfloat16 clearly faster than in fp32.

    The answer is read from cpu.json in the folder `home`; if the file lacks this CPU, it is measured and added.
    """
    machine = f"{_cpu_name()}, torch {torch.__version__}"
    path = home / "cpu.json"
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
    if machine not in known:
        known[machine] = _bfloat16_gain()
        logger.info(f"{machine}: bfloat16 convolves {known[machine]:.1f} times as fast as fp32")
        _write_json(known, path)
    return known[machine] >= WORTHWHILE_GAIN


@torch.inference_mode()
def _bfloat16_gain() -> float:
    """Return speed in bfloat16 / speed in fp32, by processor time of one thread: other work does not change it."""

    def convolution(dtype: torch.dtype) -> Callable[[], Tensor]:
        x = torch.ones(1, 128, 1, 2048, dtype=dtype).contiguous(memory_format=torch.channels_last)
        weight = torch.ones(128, 128, 1, 7, dtype=dtype).contiguous(memory_format=torch.channels_last)
        return lambda: conv2d(x, weight, None, 1, (0, 3))

    runs = {dtype: convolution(dtype) for dtype in (torch.float32, torch.bfloat16)}
    best = dict.fromkeys(runs, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(8):
            for dtype, run in runs.items():
                start = time.thread_time()
                run()
                best[dtype] = min(best[dtype], time.thread_time() - start)
    finally:
        torch.set_num_threads(threads)
    return best[torch.float32] / best[torch.bfloat16]


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _write_json(content: dict, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with complete_file(path) as file:
            file.write(json.dumps(content).encode())
    except (FileError, OSError) as error:
        logger.warning(f"{error}; the CPU will be measured again next time")
