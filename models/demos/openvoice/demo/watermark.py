# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Embed upstream's inaudible watermark into finished samples: a text of up to eight characters.

The network is WavMark (MIT); its weights are a separate download. It stores 32 bits in 16,000 samples. As upstream
does, every other block of 16,000 samples is marked with half of the text; here this continues to the end.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch

from models.demos.openvoice.demo.arguments.shared import WATERMARK_CHARACTERS
from models.demos.openvoice.demo.watermark_files import REPOSITORY, WEIGHTS, weights
from models.tt_audio.host.checkpoint import read_pickle
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.home import home

SIZES = {
    "num_point": 16000,
    "num_bit": 32,
    "n_fft": 1000,
    "hop_length": 400,
    "num_layers": 8,
}  # the sizes of these weights
BLOCK, BITS = SIZES["num_point"], SIZES["num_bit"]


class Watermark:
    """Marks samples with `text`; with None it returns them unchanged and loads nothing."""

    def __init__(self, text: str | None):
        self.network = None
        if text is None:
            return
        padded = text.ljust(WATERMARK_CHARACTERS).encode("ascii")
        self.messages = np.unpackbits(np.frombuffer(padded, np.uint8)).reshape(-1, BITS)
        self.network = _network()

    def marked(self, pieces: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
        """Yield the samples with the watermark, in blocks of BLOCK samples; without a text, in the given pieces."""
        if self.network is None:
            yield from pieces
            return
        held, block = np.zeros(0, np.float32), 0
        for piece in pieces:
            held = np.concatenate([held, piece])
            while len(held) >= BLOCK:
                yield held[:BLOCK] if block % 2 else self._marked_block(held[:BLOCK], block // 2)
                held, block = held[BLOCK:], block + 1
        if not block:
            seconds = BLOCK / rate
            raise UsageError(f"a watermark needs {seconds:.2f} s of sound; leave --watermark out, or give more")
        if len(held):
            yield held

    @torch.inference_mode()
    def _marked_block(self, samples: np.ndarray, number: int) -> np.ndarray:
        message = torch.from_numpy(self.messages[number % len(self.messages)].astype(np.float32))
        marked = self.network.encode(torch.from_numpy(samples)[None], message[None])
        return marked.squeeze().numpy()[: len(samples)]


def _network() -> torch.nn.Module:
    try:
        from wavmark.models.my_model import Model
    except ImportError:
        raise UsageError(
            "a watermark is made by the package wavmark, which is not installed: run `pip install wavmark==0.0.3`, "
            "or leave --watermark out"
        ) from None
    path = weights()
    if path is None:
        raise UsageError(
            f"the weights of the watermark are not on this machine: run `hf download {REPOSITORY} {WEIGHTS}`, or copy "
            f"{WEIGHTS} to {home() / 'WavMark'}, or leave --watermark out"
        )
    network = Model(**SIZES)
    network.load_state_dict(read_pickle(path))
    return network.eval()
