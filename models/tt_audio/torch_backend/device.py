# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Find the CPU or GPU that a name means, and say in one sentence why a GPU cannot be used."""

import re

import torch

from ..host.errors import DeviceError, UsageError

INDEX = "cu130"  # of PyTorch's wheels; its kernels serve GPUs from Turing (RTX 20) to Blackwell (RTX 50)


def torch_device(name: str | torch.device) -> torch.device:
    """Return the device "cpu", "cuda" (the first GPU) or "cuda:N"; raise DeviceError if it cannot be used."""
    text = str(name)
    if text == "cpu":
        return torch.device("cpu")
    if not re.fullmatch(r"cuda(:\d+)?", text):
        raise UsageError(f"there is no device {text!r} for PyTorch: choose cpu, cuda, or cuda:N for one GPU of several")
    if reason := cuda_obstacle():
        raise DeviceError(reason)
    index, count = int(text.partition(":")[2] or 0), torch.cuda.device_count()
    if index >= count:
        raise DeviceError(f"there is no {text}: this machine has {count} usable GPU{'s'[: count > 1]}, numbered from 0")
    device = torch.device("cuda", index)
    if reason := _kernel_obstacle(torch.cuda.get_device_capability(device), torch.cuda.get_arch_list()):
        raise DeviceError(f"{text}, {torch.cuda.get_device_name(device)}, cannot run this PyTorch: {reason}")
    return device


def cuda_obstacle() -> str | None:
    """Return a sentence that says why PyTorch can use no GPU of this machine, or None."""
    if torch.version.cuda is None:
        return (
            f"PyTorch {torch.__version__} was built without CUDA: install torch from the index {INDEX} of PyTorch's "
            "wheels"
        )
    if torch.cuda.is_available() and torch.cuda.device_count():
        return None
    try:
        torch.cuda.init()
        reason = "it reports no GPU"
    except (RuntimeError, AssertionError) as error:
        reason = re.split(r"\. |\.$", str(error).strip())[0]
    return (
        f"PyTorch {torch.__version__} cannot use a GPU here ({reason}): install or update the NVIDIA driver to one for "
        f"CUDA {torch.version.cuda}, or install torch from an index of PyTorch's wheels that fits the driver, such as "
        "cu126"
    )


def _kernel_obstacle(capability: tuple[int, int], architectures: list[str]) -> str | None:
    """Return why a GPU of a compute capability has no kernels among `architectures` ("sm_90", ...), or None.

    Kernels of one major version run on the same and on later minor versions of it.
    """
    known = [divmod(int(digits), 10) for name in architectures if (digits := name.removeprefix("sm_")).isdecimal()]
    if not known or any(major == capability[0] and minor <= capability[1] for major, minor in known):
        return None
    wanted = f"sm_{capability[0]}{capability[1]}"
    older = capability < min(known)
    advice = "an older index of PyTorch's wheels, such as cu126" if older else f"the index {INDEX} or a newer one"
    return f"it has kernels for {', '.join(architectures)}, not for {wanted}; install torch from {advice}"


def describe(device: torch.device) -> str:
    """Return a device's name for messages."""
    return "the CPU" if device.type == "cpu" else f"{device} ({torch.cuda.get_device_name(device)})"
