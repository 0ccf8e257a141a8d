# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The model as a command loads it, between demo.py or comparison.py and pipeline.py: no card is a sentence, too."""

from pathlib import Path

from models.demos.openvoice.demo.errors import DeviceError
from models.demos.openvoice.pipeline import OpenVoice


def load(model: str | Path, backend: str, **settings) -> OpenVoice:
    try:
        return OpenVoice.from_pretrained(model, backend, **settings)
    except RuntimeError as error:
        if backend != "ttnn":
            raise
        raise DeviceError(str(error).splitlines()[0]) from error  # TTNN goes on with a backtrace of its own
