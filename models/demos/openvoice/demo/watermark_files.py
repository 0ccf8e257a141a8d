# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The file of the network that embeds watermarks. watermark.py loads it."""

from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from models.tt_audio.host.home import home

REPOSITORY = "M4869/WavMark"
WEIGHTS = "step59000_snr39.99_pesq4.35_BERP_none0.30_mean1.81_std1.81.model.pkl"


def weights() -> Path | None:
    """Return the path of the weights on this machine, or None."""
    cached = try_to_load_from_cache(REPOSITORY, WEIGHTS)
    candidates = [home() / "WavMark" / WEIGHTS, *([Path(cached)] if isinstance(cached, str) else [])]
    return next((path for path in candidates if path.is_file()), None)
