# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Resampling of base speech to the converter's input on the device: host/resampling.py's filter as one convolution.

Rows of samples at the base speaker's rate, one frame each, [1, 1, batch * T, frame] -> hops at the converter's rate,
[1, 1, batch * (n T + overlap), hop]. Hop q begins at sample q * hop - margin, margin = (filter_length - hop) / 2, and
the samples before the start and after the end are mirrored, as windows.py does with a recording.

A frame lasts n hops, a whole number, so the weights of the polyphase filter are the same for every row: the filter is a
convolution over rows, with the samples of a row as channels. A mirrored sample is a linear function of the samples, so
weights include the mirroring. The end of a sentence is known at run time only. So the convolution computes several
variants of every hop, and masks choose one of them:

    variant                   used for
    0                         hops inside the sentence
    1 .. edges                the first hops; also the last hops, if the variants of one end read no sample of the other
    edges + 1 .. 2 edges      the last hops otherwise

Row t of the convolution's output holds n hops, each in all variants of `hop` samples:

    hop n t                         hop n t + 1                     ...     hop n t + n - 1
    variant 0 | variant 1 | ...     variant 0 | variant 1 | ...             variant 0 | variant 1 | ...
"""

from collections.abc import Sequence

import numpy as np

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


class Resampling:
    """Resampling convolution and its masks, for frames of base speech that last a whole number of hops."""

    def __init__(self, parameters: ParameterDict, config: ConverterConfig, device: ttnn.MeshDevice, stage: Stage):
        self.config = config
        self.hop = config.hop_length
        self.hops = parameters.hops
        self.overlap = parameters.overlap
        self.further = parameters.further
        self.edges = parameters.edges
        self.ends = parameters.ends
        self.variants = parameters.variants
        padding = (parameters.conv.weight.shape[2] - 1 + self.further) // 2
        self.conv = Conv1d(parameters.conv, device, stage, padding=padding)

    def __call__(self, rows: ttnn.Tensor, masks: Sequence[ttnn.Tensor], batch: int = 1) -> ttnn.Tensor:
        """Return hops [1, 1, batch * (n T + overlap), hop] of rows [1, 1, batch * T, frame].

        Rows after the end of a sentence are zero.
        `masks`: for each variant the column of `Resampling.masks`, uploaded: [1, 1, batch * (n T + overlap), 1].
        """
        variants = self.conv(rows, batch)
        if self.hops > 1:
            variants = self._row_for_each_hop(variants, batch)
        inside, *at_edges = ttnn.split(ttnn.to_memory_config(variants, ttnn.DRAM_MEMORY_CONFIG), self.hop, 3)
        ttnn.deallocate(variants)
        hops = ttnn.multiply(inside, masks[0])
        for variant, mask in zip(at_edges, masks[1:], strict=True):
            hops = ttnn.addcmul(hops, variant, mask)
        return hops

    def _row_for_each_hop(self, variants: ttnn.Tensor, batch: int) -> ttnn.Tensor:
        """Turn rows of n hops into rows of one hop, and drop those that the spectrogram does not read.

        [1, 1, batch * (T + further), n * variants * hop] -> [1, 1, batch * (n T + overlap), variants * hop]
        """
        rows = ttnn.to_layout(variants, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(variants)
        made, width = rows.shape[2] // batch * self.hops, self.variants * self.hop
        hops = ttnn.reshape(rows, (batch, 1, made, width))
        read = made - self.further * self.hops + self.overlap
        if read < made:
            hops = ttnn.slice(hops, [0, 0, 0, 0], [batch, 1, read, width])
        return ttnn.to_layout(ttnn.reshape(hops, (1, 1, batch * read, width)), ttnn.TILE_LAYOUT)

    def masks(self, frames: int, bucket: int) -> np.ndarray:
        """Return the hop masks [n * bucket + overlap, variants] of a sentence of `frames` frames.

        A row is 1 in the column of the variant that its hop takes, 0 in the others.
        """
        mirrored, hops = self.edges, frames * self.hops + self.overlap
        columns = np.zeros((bucket * self.hops + self.overlap, self.variants), np.float32)
        columns[mirrored : hops - mirrored, 0] = 1
        for edge in range(mirrored):
            columns[edge, 1 + edge] = 1
            columns[hops - mirrored + edge, self.ends + edge] = 1
        return columns
