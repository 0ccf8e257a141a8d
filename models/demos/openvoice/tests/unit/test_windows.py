# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Schedule of windows, with a stand-in for a network: a moving sum over `context` frames to each side."""

import numpy as np
import pytest

from models.demos.openvoice.windows import (
    covering_starts,
    even_edges,
    fixed_edges,
    join,
    mirror,
    rows_of_frames,
    spread_starts,
    with_context,
)

CONTEXT, WINDOW, HOP = 3, 16, 2


def network(frames: np.ndarray) -> np.ndarray:
    """Return samples [T * HOP] for frames [T]; frames before the first and after the last one count as zeros."""
    sums = np.convolve(frames, np.arange(1.0, 2 * CONTEXT + 2), "same")
    return np.stack([sums, -sums], axis=1).reshape(-1)


def latent(frames: int) -> np.ndarray:
    return np.random.default_rng(frames).standard_normal(max(frames, 2 * CONTEXT + 1))[:frames]


def padded(frames: np.ndarray, first: int, size: int) -> np.ndarray:
    """Return a window of `size` frames, zeros where there are no frames."""
    return np.pad(frames, (0, size))[first : first + size]


@pytest.mark.parametrize("frames", [7, 10, 11, 20, 64, 65, 99])
@pytest.mark.parametrize("edges", [even_edges, fixed_edges])
def test_pieces_with_context_equal_the_whole(frames, edges):
    z = latent(frames)
    pieces = [
        network(padded(z[piece.frames], 0, max(piece.frames.stop - piece.frames.start, 2 * CONTEXT + 1)))[
            piece.keep.start * HOP : piece.keep.stop * HOP
        ]
        for piece in with_context(edges(0, frames, 10), frames, CONTEXT)
    ]
    np.testing.assert_allclose(np.concatenate(pieces), network(z), atol=1e-12)


def test_even_edges_divide_into_as_few_pieces_as_possible():
    assert even_edges(5, 26, 10) == [5, 12, 19, 26]
    assert even_edges(5, 25, 10) == [5, 15, 25]


def test_fixed_edges_leave_the_rest_to_the_last_piece():
    assert fixed_edges(0, 21, 10) == [0, 10, 20, 21]
    assert fixed_edges(0, 20, 10) == [0, 10, 20]


@pytest.mark.parametrize("frames", [*range(9, 70)])
def test_covering_windows_equal_the_whole_up_to_every_stop(frames):
    """Test also stops within the receptive field of the last frame, where no later window could start."""
    z = latent(frames)
    whole = network(z)
    for stop in range(1, frames + 1):
        starts = covering_starts(frames, WINDOW, CONTEXT, stop)
        assert starts[-1] <= max(0, frames - WINDOW)
        rows = np.stack([network(padded(z, start, WINDOW)) for start in starts])
        joined = join(rows, starts, WINDOW, CONTEXT, slice(0, stop), HOP)
        np.testing.assert_allclose(joined, whole[: stop * HOP], atol=1e-12)


def test_covering_windows_are_as_few_as_the_stop_needs():
    assert covering_starts(64, WINDOW, CONTEXT, 13) == (0,)
    assert covering_starts(64, WINDOW, CONTEXT, 14) == (0, 10)
    assert covering_starts(64, WINDOW, CONTEXT) == (0, 10, 20, 30, 40, 48)
    assert covering_starts(WINDOW, WINDOW, CONTEXT) == (0,)


def test_windows_are_joined_from_any_frame_on():
    z = latent(64)
    starts = covering_starts(64, WINDOW, CONTEXT)
    rows = np.stack([network(z[start : start + WINDOW]) for start in starts])
    np.testing.assert_allclose(
        join(rows, starts, WINDOW, CONTEXT, slice(17, 45), HOP), network(z)[17 * HOP : 45 * HOP], atol=1e-12
    )


@pytest.mark.parametrize("frames", [9, 16, 17, 30, 46])
def test_spread_windows_end_with_the_frames(frames):
    count, z = 4, latent(frames)
    starts = spread_starts(frames, WINDOW, count)
    assert len(starts) == count and starts[0] == 0 and starts[-1] == max(0, frames - WINDOW)
    rows = np.concatenate([network(padded(z, start, WINDOW)) for start in starts]).reshape(-1, HOP)
    joined = rows[rows_of_frames(frames, starts, WINDOW, CONTEXT)].reshape(-1)
    np.testing.assert_allclose(joined, network(z), atol=1e-12)


def test_one_window_of_a_bucket_holds_its_frames_in_order():
    assert rows_of_frames(5, spread_starts(5, WINDOW, 0), WINDOW, CONTEXT).tolist() == [0, 1, 2, 3, 4]


def test_positions_are_mirrored_at_both_ends_without_repeating_the_edge():
    samples = np.arange(10.0)
    positions = np.arange(-4, 14)
    np.testing.assert_array_equal(samples[mirror(positions, last=9)], np.pad(samples, 4, mode="reflect"))
    assert mirror(np.array([-3, 2]), first=None, last=-1).tolist() == [-3, -4]
    assert mirror(np.array([-3, 2])).tolist() == [3, 2]
