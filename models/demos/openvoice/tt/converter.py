# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The tone colour converter on the device: mirrors reference/converter.py.

One packed upload -> spectrogram -> posterior encoder -> flow with the source voice -> flow reversed with the target
voice -> generator, window by window -> one waveform row to download. Nothing in between leaves the device; what a voice
changes are biases (parameters/conditioning.py).
"""

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock
from models.demos.openvoice.tt.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.spectrogram import Spectrogram
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.sharding import TILE
from models.tt_audio.tt.tensors import concat_rows, row_slice


class Converter:
    def __init__(self, parameters, config: ConverterConfig, device, precision: Precision):
        self.config = config
        self.spectrogram = Spectrogram(parameters.spectrogram, device, precision.spectrogram)
        self.posterior_encoder = PosteriorEncoder(parameters.posterior_encoder, device, precision.posterior_encoder)
        self.flow = ResidualCouplingBlock(parameters.flow, device, precision.flow)
        self.generator = Generator(parameters.generator, device, precision.generator)

    def unpack(self, packed, frames: int, masked: bool):
        """[batch, 1, frames + overlap, hop + channels + 32] -> hops, noise, mask, the items one below the other.

        The mask is None where all frames exist. The reshapes are views: a slice is as wide as its rows."""
        hop, channels = self.config.hop_length, self.config.inter_channels
        batch, rows = packed.shape[0], packed.shape[2]

        def columns(count, first, last):
            x = ttnn.slice(packed, [0, 0, 0, first], [batch, 1, count, last])
            return x if batch == 1 else ttnn.reshape(x, (1, 1, batch * count, last - first))

        hops = columns(rows, 0, hop)
        noise = columns(frames, hop, hop + channels)
        mask = None
        if masked:
            mask = ttnn.to_layout(columns(frames, hop + channels, hop + channels + 1), ttnn.TILE_LAYOUT)
        return hops, ttnn.to_layout(noise, ttnn.TILE_LAYOUT), mask

    def neutral(self, hops, noise, source, mask=None, batch: int = 1):
        """The halves of the frames without a voice; computed once, whatever the number of target voices."""
        halves = self.posterior_encoder(self.spectrogram(hops, batch), noise, mask, source.encoder, batch)
        return self.flow(halves, source.flow, mask, batch=batch)

    def voiced(self, neutral, target, mask=None, batch: int = 1):
        """Neutral halves -> the frames [1, 1, batch * T, channels] in the target voice."""
        return self.flow.joined(self.flow(neutral, target.flow, mask, reverse=True, batch=batch))

    def waveform(self, z, starts, window: int, target, mask=None):
        """The windows of z that begin at `starts`, generated one by one -> [1, 1, len(starts), window * hop]."""
        return concat_rows(self.rows(z, starts, window, target.conv_pre, mask))

    def rows(self, z, starts, window: int, conv_pre, mask=None) -> list:
        """The same, each window's row by itself; `conv_pre`: the voice's bias of that convolution (V1) or None."""
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


def _as_row(samples):
    """[1, 1, N, phases] -> [1, 1, 1, N * phases] with the samples side by side, in DRAM."""
    if samples.shape[3] == 1:  # a column is a tile wide in memory: turned in L1, a 32nd of it is left for DRAM
        row = ttnn.transpose(samples, 2, 3, memory_config=ttnn.L1_MEMORY_CONFIG)
        ttnn.deallocate(samples)
        return ttnn.to_layout(row, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
    rows = ttnn.to_layout(samples, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
    ttnn.deallocate(samples)
    return ttnn.reshape(rows, (1, 1, 1, rows.shape[2] * rows.shape[3]))


def packed_shape(config: ConverterConfig, frames: int) -> tuple[int, int]:
    """Rows and columns of the one upload for `frames` frames: hops (and their overlap), noise, mask."""
    overlap = config.filter_length // config.hop_length - 1
    return frames + overlap, config.hop_length + config.inter_channels + TILE
