# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SpeechT5 on the device: mirrors ../reference/speecht5.py and ../reference/vocoder.py.

    ids, mask                -> Encoder -> keys and values of the text, in the caches of a row
    state of the decoder     -> Decoder -> state after one step, its frames in the window
    window of frames of a row -> Postnet -> HiFi-GAN -> samples
"""

import numpy as np

import ttnn
from models.demos.speecht5_tts.tt.decoder import Decoder
from models.demos.speecht5_tts.tt.encoder import Encoder
from models.demos.speecht5_tts.tt.layout import WINDOW, Layout
from models.demos.speecht5_tts.tt.postnet import Postnet
from models.demos.speecht5_tts.tt.precision import Precision
from models.demos.speecht5_tts.tt.state import DecoderState
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.tensors import upload
from ttnn.model_preprocessing import ParameterDict


class SpeechT5:
    """All networks, and the state of the utterances."""

    def __init__(self, parameters: ParameterDict, layout: Layout, device: ttnn.MeshDevice, precision: Precision):
        self.layout = layout
        self.encoder = Encoder(parameters.encoder, device, precision.encoder)
        self.decoder = Decoder(parameters.decoder, device, precision.decoder)
        self.postnet = Postnet(parameters.postnet, device, precision.postnet)
        self.vocoder = Generator(parameters.vocoder, device, precision.vocoder)
        self.state = DecoderState(layout, device)
        self.row_window = upload(np.zeros((WINDOW, layout.step_values)), device)

    def read(self, ids: ttnn.Tensor, mask: ttnn.Tensor) -> list[tuple[ttnn.Tensor, ttnn.Tensor]]:
        """Return for each layer keys and values of a text [1, heads, T, D]; the arguments are the encoder's."""
        return self.decoder.read_text(self.encoder(ids, mask))

    def keep(self, text: list[tuple[ttnn.Tensor, ttnn.Tensor]], row: int) -> None:
        """Write the keys and values of a text into the caches of a row."""
        for cache, (keys, values) in zip(self.state.texts, text, strict=True):
            cache.fill(keys, values, row)

    def step(self) -> None:
        """Take one step with all rows."""
        self.decoder(self.state)

    def load(self, row: int) -> None:
        """Copy the window of a row to where `samples` reads it, so that `samples` is the same for all rows."""
        shape = self.row_window.shape
        ttnn.slice(self.state.window, [0, row, 0, 0], [1, row + 1, *list(shape)[2:]], output_tensor=self.row_window)

    def samples(self, mask: ttnn.Tensor | None = None) -> ttnn.Tensor:
        """Return the samples of the loaded window of frames: [1, 1, n, phases], row-major, in order of time.

        `mask` [1, 1, frames, 1]: 0 for frames after the end of the utterance; None: all frames are valid.
        """
        rows = ttnn.to_layout(self.row_window, ttnn.ROW_MAJOR_LAYOUT)
        rows = ttnn.reshape(rows, (1, 1, self.layout.window_frames, self.layout.config.num_mel_bins))
        frames = ttnn.to_layout(rows, ttnn.TILE_LAYOUT)
        if mask is None:
            samples = self.vocoder(self.postnet(frames))
        else:
            frames = ttnn.multiply(frames, mask, output_tensor=frames)
            samples = self.vocoder(self.postnet(frames, mask), self.vocoder.masks(mask))
        return ttnn.to_layout(samples, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
