# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The example of each layer in README.md runs, with the shapes that its comments state."""

import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def test_examples_run(device):
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    found = {"device": device}
    exec(compile(source, str(README), "exec"), found)
    assert tuple(found["size"]) == (8, 16)
    assert tuple(found["waveform"].shape) == (1, 1, 4 * found["frames"], 1) and found["frames"] == 64
