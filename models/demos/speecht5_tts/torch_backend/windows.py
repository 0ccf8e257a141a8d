# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A network with a small receptive field, run over a sequence that arrives piece by piece.

    kept by the last window |  context |   kept by this window   | context
                            ------------ window -----------------------

The result of the kept frames depends on no frame outside the window, so it equals that of the whole sequence. Where the
sequence begins or ends inside the context, so does the window, and the network pads it as it pads the whole.
"""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor


def in_windows(
    pieces: Iterable[Tensor], network: Callable[[Tensor], Tensor], keep: int, context: int, rate: int = 1
) -> Iterator[Tensor]:
    """Yield the network's result for a sequence, in parts, each as soon as its context has arrived.

    `pieces`: frames [n, C] of the sequence in order; `network`: from [N, C] to [N * rate, ...]; `keep`: frames of a
    window that are kept; `context`: its receptive field, in frames to each side. The last part may be shorter.
    """
    held: list[Tensor] = []  # from frame `first` on
    first = total = start = 0
    for piece in pieces:
        held.append(piece)
        total += len(piece)
        while start + keep + context <= total:
            held, first, result = _window(held, first, start, start + keep, total, network, context, rate)
            start += keep
            yield result
    while start < total:
        stop = min(start + keep, total)
        held, first, result = _window(held, first, start, stop, total, network, context, rate)
        start = stop
        yield result


def _window(
    held: list[Tensor],
    first: int,
    start: int,
    stop: int,
    total: int,
    network: Callable[[Tensor], Tensor],
    context: int,
    rate: int,
) -> tuple[list[Tensor], int, Tensor]:
    """Return what is still needed after the window that keeps `start` to `stop`, its first frame, and the result."""
    frames = torch.cat(held)
    begin, end = max(0, start - context), min(stop + context, total)
    result = network(frames[begin - first : end - first])[(start - begin) * rate : (stop - begin) * rate]
    needed = max(0, stop - context)
    return [frames[needed - first :]], needed, result
