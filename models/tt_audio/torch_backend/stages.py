# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Number format of each stage of a model on a GPU.

A stage is a part of a model that is computed in one format. Durations are rounded up to whole frames, so a small error
of the text side can change the length of a phone: the text side is computed in IEEE fp32. Spectra suffer most from a
vocoder in bfloat16, BERT's features hardly at all. PERF.md, "Number formats on a GPU", has the figures by stage.

PyTorch computes fp32 convolutions on a GPU in TF32 (10 bits of mantissa) unless told otherwise, and fp32 matrix
products in IEEE fp32. Nothing here relies on either default: `products` sets both and restores what it found.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ..host.errors import UsageError
from .choices import PRECISIONS


@dataclass(frozen=True)
class Format:
    """Format of weights and activations, and of the products of fp32 numbers."""

    dtype: torch.dtype = torch.float32
    tf32: bool = False


IEEE = Format()
TF32 = Format(tf32=True)
BFLOAT16 = Format(torch.bfloat16, tf32=True)
FLOAT16 = Format(torch.float16, tf32=True)
FORMATS = {"ieee": IEEE, "tf32": TF32, "bfloat16": BFLOAT16, "float16": FLOAT16}


@dataclass(frozen=True)
class Stages:
    """Format of each stage of all models."""

    encoder: Format = IEEE  # of the converter: tone colour encoder and posterior encoder
    flow: Format = IEEE
    text: Format = IEEE  # text encoder and durations
    bert: Format = IEEE
    decoder: Format = IEEE  # autoregressive: its errors add up
    stream: Format = IEEE  # LLVC
    vocoder: Format = IEEE


_FAST = Stages(encoder=TF32, flow=TF32, bert=BFLOAT16, decoder=TF32, stream=TF32, vocoder=TF32)
_TABLE = {
    "exact": Stages(),
    "fast": _FAST,
    "bfloat16": Stages(encoder=TF32, flow=TF32, bert=BFLOAT16, decoder=TF32, stream=TF32, vocoder=BFLOAT16),
}


def stages(precision: str) -> Stages:
    """Return the formats that a user's choice, one of `PRECISIONS`, means on a GPU."""
    if precision not in _TABLE:
        raise UsageError(f"precision is {precision!r}, it must be one of {', '.join(PRECISIONS)}")
    return _TABLE[precision]


@contextmanager
def products(form: Format) -> Iterator[None]:
    """Compute the products of fp32 numbers on a GPU as `form` says, and restore the settings afterwards."""
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn)
    before = [backend.fp32_precision for backend in backends]
    for backend in backends:
        backend.fp32_precision = "tf32" if form.tf32 else "ieee"
    try:
        yield
    finally:
        for backend, setting in zip(backends, before, strict=True):
            backend.fp32_precision = setting
