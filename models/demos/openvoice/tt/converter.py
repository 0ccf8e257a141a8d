# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The tone colour converter on the device: mirrors reference/converter.py.

One packed upload -> spectrogram -> posterior encoder -> flow with the source voice -> flow reversed with the target
voice -> generator, window by window -> one row of samples to download. Nothing between upload and download leaves the
device. A voice enters as biases (parameters/conditioning.py).

The packed upload of T frames, [batch, 1, T + overlap, hop + channels + 32], where a spectrogram needs overlap hops more
than it has frames:

    columns          hop                channels               1                       31
    row t < T        samples of hop t   tau * noise of t       1 if frame t is valid   0
    row t >= T       samples of hop t   0                      0                       0
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.tt.conditioning import Conditioning
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock
from models.demos.openvoice.tt.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.spectrogram import Spectrogram
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.sharding import TILE
from models.tt_audio.tt.tensors import concat_rows, row_slice
from ttnn.model_preprocessing import ParameterDict

if TYPE_CHECKING:
    from models.demos.openvoice.tt.batch import PassVoices


class Converter:
    """Networks of the converter with their weights on the device."""

    def __init__(
        self, parameters: ParameterDict, config: ConverterConfig, device: ttnn.MeshDevice, precision: Precision
    ):
        self.config = config
        self.spectrogram = Spectrogram(parameters.spectrogram, device, precision.spectrogram)
        self.posterior_encoder = PosteriorEncoder(parameters.posterior_encoder, device, precision.posterior_encoder)
        self.flow = ResidualCouplingBlock(parameters.flow, device, precision.flow)
        self.generator = Generator(parameters.generator, device, precision.generator)

    def unpack(
        self, packed: ttnn.Tensor, frames: int, masked: bool
    ) -> tuple[ttnn.Tensor, ttnn.Tensor, ttnn.Tensor | None]:
        """Split the packed upload [batch, 1, frames + overlap, hop + channels + 32] into hops, noise and mask.

        -> [1, 1, batch * (frames + overlap), hop], [1, 1, batch * frames, channels] and [1, 1, batch * frames, 1];
        unless `masked` the mask is None, because all frames are valid. The reshapes are views, because they keep the
        width of the slices.
        """
        hop, channels = self.config.hop_length, self.config.inter_channels
        batch, rows = packed.shape[0], packed.shape[2]

        def columns(count: int, first: int, last: int) -> ttnn.Tensor:
            x = ttnn.slice(packed, [0, 0, 0, first], [batch, 1, count, last])
            return x if batch == 1 else ttnn.reshape(x, (1, 1, batch * count, last - first))

        hops = columns(rows, 0, hop)
        noise = columns(frames, hop, hop + channels)
        mask = None
        if masked:
            mask = ttnn.to_layout(columns(frames, hop + channels, hop + channels + 1), ttnn.TILE_LAYOUT)
        return hops, ttnn.to_layout(noise, ttnn.TILE_LAYOUT), mask

    def remove_voice(
        self,
        hops: ttnn.Tensor,
        noise: ttnn.Tensor,
        source: "Conditioning | PassVoices",
        mask: ttnn.Tensor | None = None,
        batch: int = 1,
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Encode the frames and remove the source voice; computed once for all target voices.

        Arguments are those that `unpack` returns and the biases of the source voice. -> the channel halves of the
        latent, each [1, 1, batch * T, channels / 2]
        """
        halves = self.posterior_encoder(self.spectrogram(hops, batch), noise, mask, source.encoder, batch)
        return self.flow(halves, source.flow, mask, batch=batch)

    def add_voice(
        self,
        speaker_free: tuple[ttnn.Tensor, ttnn.Tensor],
        target: "Conditioning | PassVoices",
        mask: ttnn.Tensor | None = None,
        batch: int = 1,
    ) -> ttnn.Tensor:
        """Add the target voice to the halves that `remove_voice` returns. -> latent [1, 1, batch * T, channels]"""
        return self.flow.joined(self.flow(speaker_free, target.flow, mask, reverse=True, batch=batch))

    def waveform(
        self, z: ttnn.Tensor, starts: Sequence[int], window: int, target: Conditioning, mask: ttnn.Tensor | None = None
    ) -> ttnn.Tensor:
        """Generate the windows of z [1, 1, T, channels] that begin at the frames `starts`, one after the other.

        `mask` [1, 1, T, 1] or None. -> samples [1, 1, len(starts), window * hop]
        """
        return concat_rows(self.rows(z, starts, window, target.conv_pre, mask))

    def rows(
        self,
        z: ttnn.Tensor,
        starts: Sequence[int],
        window: int,
        conv_pre: ttnn.Tensor | None,
        mask: ttnn.Tensor | None = None,
    ) -> list[ttnn.Tensor]:
        """Generate as `waveform` does, but return a list with a row of samples [1, 1, 1, window * hop] for each window.

        `conv_pre` [1, 1, 1, channels] is the target voice's bias of that convolution (V1), or None.
        """
        rows = []
        for start in starts:
            piece = z if window == z.shape[2] else row_slice(z, start, window, ttnn.DRAM_MEMORY_CONFIG)
            masks = None
            if mask is not None:
                masks = self.generator.masks(
                    mask if window == z.shape[2] else row_slice(mask, start, window, ttnn.DRAM_MEMORY_CONFIG)
                )
            rows.append(_as_row(self.generator(piece, masks, conv_pre)))
        return rows


def _as_row(samples: ttnn.Tensor) -> ttnn.Tensor:
    """Reshape samples [1, 1, N, phases] to a row [1, 1, 1, N * phases], row-major in DRAM, and free them."""
    if samples.shape[3] == 1:  # a column is padded to a tile of 32; transposed in L1, only its 32nd part goes to DRAM
        row = ttnn.transpose(samples, 2, 3, memory_config=ttnn.L1_MEMORY_CONFIG)
        ttnn.deallocate(samples)
        return ttnn.to_layout(row, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
    rows = ttnn.to_layout(samples, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
    ttnn.deallocate(samples)
    return ttnn.reshape(rows, (1, 1, 1, rows.shape[2] * rows.shape[3]))


def packed_shape(config: ConverterConfig, frames: int) -> tuple[int, int]:
    """Return the rows and columns of the packed upload of `frames` frames, which the top of this file draws."""
    overlap = config.filter_length // config.hop_length - 1
    return frames + overlap, config.hop_length + config.inter_channels + TILE
