# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How many processors this process may use, and the settings of OpenMP that follow from it.

PyTorch computes with OpenMP (GCC's libgomp, which its wheel contains), which reads its settings from the environment
when it is loaded. It starts a thread for each processor of the affinity mask, and does not know of a container's quota.
A thread that waits for the others spins for up to 300,000 rounds, some milliseconds, before it sleeps; where other
processes want the processors, that time is lost to all of them.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path

# Rounds that a waiting thread spins before it sleeps: some microseconds, about what it costs to wake it up. PERF.md,
# "Threads", says how to measure it.
SPIN_ROUNDS = 1000
COUNTS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")  # either decides the number of threads of PyTorch
WAITING = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def use_processors(threads: int | None = None) -> None:
    """Choose the number of threads that compute, and how they wait, for libraries that are imported afterwards.

    What the environment already says is kept. `threads` is the user's choice for this process and comes before the
    environment; it also holds where PyTorch has been imported.
    """
    os.environ.update(settings(os.environ, threads))
    if threads is not None and (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)


def settings(environment: Mapping[str, str], threads: int | None = None) -> dict[str, str]:
    """Return the variables to add to an environment that has none of its own for the same purpose."""
    added: dict[str, str] = {}
    if threads is not None:
        added |= dict.fromkeys(COUNTS, str(threads))
    elif not any(name in environment for name in COUNTS):
        added["OMP_NUM_THREADS"] = str(processors())
    if not any(name in environment for name in WAITING):
        added["GOMP_SPINCOUNT"] = str(SPIN_ROUNDS)
    return added


def processors(process: Path = Path("/proc/self")) -> int:
    """Return how many processors this process may use: by its affinity mask (cpusets included) and its quota."""
    return min([len(os.sched_getaffinity(0)), *(max(1, ceil(quota)) for quota in _quotas(process))])


def _quotas(process: Path) -> Iterator[float]:
    """Yield the quotas, in processors, of the control groups of a process and of the groups around them."""
    try:
        groups = [line.split(":", 2) for line in (process / "cgroup").read_text().splitlines()]
        mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
    except OSError:  # not Linux, or not readable: no quota is known
        return
    for mount in mounts:
        root, folder, (kind, _, options) = mount[3], Path(mount[4]), mount[mount.index("-") + 1 :][:3]
        if kind == "cgroup2":
            path = next((path for number, _, path in groups if number == "0"), None)
            read = _quota_of_version_2
        elif kind == "cgroup" and "cpu" in options.split(","):
            path = next((path for _, controllers, path in groups if "cpu" in controllers.split(",")), None)
            read = _quota_of_version_1
        else:
            continue
        if path is None:
            continue
        # A container may see the group's path on the machine, while its own group is the root of the mount.
        below = path.removeprefix(root.rstrip("/")).strip("/")
        for group in (folder / below, *(folder / below).parents):
            if group.is_relative_to(folder) and (quota := read(group)) is not None:
                yield quota


def _quota_of_version_2(group: Path) -> float | None:
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return int(quota) / int(period)
    except (OSError, ValueError):  # the group has no such file, or "max"
        return None


def _quota_of_version_1(group: Path) -> float | None:
    try:
        quota, period = (int((group / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
    except (OSError, ValueError):
        return None
    return quota / period if quota > 0 else None
