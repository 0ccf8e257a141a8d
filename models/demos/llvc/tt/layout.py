# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Shapes of a chunk on the device, and the matrices of zeros and ones that move frames in time.

A chunk is `factor` windows of the decoder of each of `streams` streams. Three layouts follow each other:

    samples   [1, 1, streams * factor, width]   a row for each window of each stream, time along the columns
    frames    [1, streams, rows, channels]      time along the rows; the rows after `frames` are zeros
    windows   [streams * factor, 1, window_rows, channels]

A row of samples, which is uploaded (the sizes are those of llvc):

    columns    0 .. 23         24 .. 55            56 .. 263            264            265         266 .. 287
    hold       prenet's        the two hops        the window's         1, or 0 in a   valid       zeros
               context         before the window   own samples, one     stream's       frames of
                                                   hop later            first row      the chunk

The rows repeat the samples that the row before ended with, so the prenet needs no state. In the first row of a stream
the prenet's context is before the beginning: its samples are zeros, and so must be the results of every block there.

The state of a stream is frames of the chunks before, [1, streams, state_rows, enc_dim], oldest first in each section:

    section    layer 0 .. layer n-1 of the encoder     decoder              output
    frames     2, 4, 8 .. 2^n                          context              out_buf_len
    hold       the layer's input                       memory | targets     masked frames

A selection is a product from the left, S @ frames: row r of S has a one in the column of the frame that row r takes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.demos.llvc.config import LlvcConfig

TILE = 32


def tiled(size: int) -> int:
    """Return `size` rounded up to whole tiles."""
    return -(-size // TILE) * TILE


@dataclass(frozen=True)
class Layout:
    """Shapes and selections of chunks of `factor` windows of `streams` streams."""

    config: LlvcConfig
    factor: int
    streams: int

    # --- samples ------------------------------------------------------------------------------------------------------

    @property
    def reach(self) -> int:
        """Samples of context of the prenet."""
        return sum(self.config.prenet_contexts)

    @property
    def history(self) -> int:
        """Samples before a window that its row repeats."""
        return self.reach + self.config.overlap

    @property
    def row_samples(self) -> int:
        """Samples in a row."""
        return self.history + self.config.chunk

    @property
    def started_column(self) -> int:
        """Column that says whether the prenet's context holds samples of the stream."""
        return self.row_samples

    @property
    def frames_column(self) -> int:
        """Column that says how many frames of the chunk are valid; 0: the stream pauses and keeps its state."""
        return self.row_samples + 1

    @property
    def width(self) -> int:
        """Columns of a row of samples."""
        return tiled(self.row_samples + 2)

    # --- frames -------------------------------------------------------------------------------------------------------

    @property
    def frames(self) -> int:
        """Frames of a chunk."""
        return self.factor * self.config.window

    @property
    def rows(self) -> int:
        """Rows of frames of a stream: those of the chunk and of the output's state, in whole tiles."""
        return tiled(self.frames + self.config.out_buf_len)

    @property
    def window_rows(self) -> int:
        """Rows of a window: its own frames, then those of its context, in whole tiles."""
        return tiled(self.config.window + self.config.context)

    @cached_property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """First row and number of rows of each section of the state."""
        sizes = (*self.config.encoder_contexts, self.config.context, self.config.out_buf_len)
        starts = np.cumsum((0, *sizes))
        return tuple((int(start), size) for start, size in zip(starts[:-1], sizes, strict=True))

    @property
    def state_rows(self) -> int:
        """Rows of the state of a stream."""
        start, size = self.sections[-1]
        return tiled(start + size)

    # --- selections ---------------------------------------------------------------------------------------------------

    @property
    def blocks(self) -> int:
        """Blocks of `rows` rows of the frames that a chunk reads from the state (`from_state`)."""
        return 2 * self.config.num_enc_layers + self._decoder_blocks + 1

    @property
    def _decoder_blocks(self) -> int:
        return -(-self.factor * self.window_rows // self.rows)

    @property
    def windows_start(self) -> int:
        """First row of the windows in `from_state`."""
        return 2 * self.config.num_enc_layers * self.rows

    @property
    def output_start(self) -> int:
        """First row of the output's block in `from_state`."""
        return (self.blocks - 1) * self.rows

    def from_state(self) -> np.ndarray:
        """Select all that a chunk reads from the state -> [blocks * rows, state_rows].

        Two blocks for each layer of the encoder (what its first and its second tap read before the chunk), then the
        context of each window, then the output's frames, after the chunk's own.
        """
        selection = np.zeros((self.blocks * self.rows, self.state_rows), np.float32)
        for layer, (dilation, (start, size)) in enumerate(zip(self.config.dilations, self.sections, strict=False)):
            for tap in (0, 1):
                first = (2 * layer + tap) * self.rows
                for frame in range(min(self.frames, (2 - tap) * dilation)):
                    selection[first + frame, start + size + frame - (2 - tap) * dilation] = 1
        start, size = self.sections[-2]
        for row, frame in self._window_frames():
            if frame < 0:
                selection[self.windows_start + row, start + size + frame] = 1
        start, size = self.sections[-1]
        for frame in range(size):
            selection[self.output_start + self.frames + frame, start + frame] = 1
        return selection

    def taps_of_state(self) -> np.ndarray:
        """Add the two blocks of each layer of the encoder -> [layers * rows, blocks * rows]."""
        selection = np.zeros((self.config.num_enc_layers, self.rows, self.blocks, self.rows), np.float32)
        for layer in range(self.config.num_enc_layers):
            for row in range(self.rows):
                selection[layer, row, 2 * layer : 2 * layer + 2, row] = 1
        return selection.reshape(self.config.num_enc_layers * self.rows, self.blocks * self.rows)

    def taps_of_chunk(self, dilation: int) -> np.ndarray:
        """Add the frames of a chunk, once for each tap, each shifted by its tap -> [rows, taps * rows]."""
        selection = np.zeros((self.rows, 3, self.rows), np.float32)
        for tap in range(3):
            for frame in range((2 - tap) * dilation, self.frames):
                selection[frame, tap, frame - (2 - tap) * dilation] = 1
        return selection.reshape(self.rows, -1)

    def to_windows(self) -> np.ndarray:
        """Select the frames of each window from those of the chunk -> [factor * window_rows, rows]."""
        selection = np.zeros((self.factor * self.window_rows, self.rows), np.float32)
        for row, frame in self._window_frames():
            if frame >= 0:
                selection[row, frame] = 1
        return selection

    def from_windows(self) -> np.ndarray:
        """Select the frames of the chunk from the windows -> [rows, factor * window_rows]."""
        selection = np.zeros((self.rows, self.factor * self.window_rows), np.float32)
        for frame in range(self.frames):
            window, row = divmod(frame, self.config.window)
            selection[frame, window * self.window_rows + row] = 1
        return selection

    def overlapped(self) -> np.ndarray:
        """Add what each of the last frames gives to an output row -> [rows, (out_buf_len + 1) * rows].

        Block k holds the contributions of each frame to the row k frames later.
        """
        taps = self.config.out_buf_len + 1
        selection = np.zeros((self.rows, taps, self.rows), np.float32)
        for frame in range(self.frames):
            for tap in range(taps):
                source = frame - tap
                row = source if source >= 0 else self.frames + self.config.out_buf_len + source
                selection[frame, tap, row] = 1
        return selection.reshape(self.rows, -1)

    def next_state(self) -> np.ndarray:
        """Select the state after a chunk from the state before it and the chunk's frames of each section.

        -> [state_rows, state_rows + sections * rows]
        """
        selection = np.zeros((self.state_rows, self.state_rows + len(self.sections) * self.rows), np.float32)
        for section, (start, size) in enumerate(self.sections):
            for row in range(size):
                frame = row - size + self.frames
                column = self.state_rows + section * self.rows + frame if frame >= 0 else start + row + self.frames
                selection[start + row, column] = 1
        return selection

    def _window_frames(self) -> list[tuple[int, int]]:
        """Return (row, frame of the chunk) for each row of each window that holds a frame; before the chunk negative.

        The window's own frames come first, so that without other windows they are in the rows of the chunk's frames.
        """
        window, context = self.config.window, self.config.context
        return [
            (number * self.window_rows + row, number * window + (row if row < window else row - window - context))
            for number in range(self.factor)
            for row in range(window + context)
        ]
