# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Wall time of a second of streams on a card: one trace a chunk, all transfers, compared with targets.yaml.

    pytest models/demos/llvc/tests/perf -m models_performance_bare_metal

Weights are seeded, of full size, because the device's work depends only on sizes. Each case writes a perf_llvc_*.csv.
"""

import numpy as np
import pytest

from models.demos.llvc.pipeline import Llvc
from models.demos.llvc.streams import push_all
from models.demos.llvc.synthetic import LLVC, make_checkpoint
from models.demos.llvc.tests.perf.stages import TARGETS
from models.demos.llvc.tt.backend import TRACE_REGION_SIZE
from models.tt_audio.testing import speech, targets
from models.tt_audio.testing.gates import card_name, hold_wall_time, needs_card, wall_time
from models.tt_audio.tt.trace_cache import obstacle

SECONDS = 1.0
CASES = [(1, 1), (1, 10), (1, 32), (8, 1)]  # factor, streams

pytestmark = [
    needs_card,
    pytest.mark.models_performance_bare_metal,
    pytest.mark.timeout(1200),  # a cold machine compiles every kernel first
    pytest.mark.parametrize("device_params", [{"trace_region_size": TRACE_REGION_SIZE}], indirect=True, ids=[""]),
]


@pytest.mark.parametrize(("factor", "streams"), CASES)
def test_streams(device, tmp_path, factor, streams):
    """Convert a second of each stream chunk by chunk; each chunk is converted for all streams at once."""
    assert obstacle(device, TRACE_REGION_SIZE) is None
    checkpoint = make_checkpoint(tmp_path, LLVC)
    model = Llvc.load(checkpoint, backend="ttnn", factor=factor, device=device, streams=streams)
    measure(model, streams, targets.load(TARGETS))


def measure(model: Llvc, count: int, limits: targets.Targets) -> None:
    """Time `count` streams of a second, and hold the limits of a stream."""
    samples = speech.voice(SECONDS, model.sampling_rate)
    chunks = len(samples) // model.runner.chunk

    def convert() -> list[np.ndarray]:
        streams = [model.stream() for _ in range(count)]
        first = [samples[: model.net.config.hop]] * count
        push_all(streams, first)
        made = []
        for number in range(chunks):
            block = samples[number * model.runner.chunk :][: model.runner.chunk]
            made = push_all(streams, [block] * count)
        for stream in streams:
            stream.close()
        return made

    wall = wall_time(convert)
    metrics = figures(wall.again, chunks, count, model)
    card = card_name()
    expected = limits.strictest("stream_rtf", card) * chunks * model.chunk_seconds
    case = f"llvc_factor_{model.factor}_streams_{count}"
    hold_wall_time(case, card, wall, metrics, expected, limits, count)


def figures(seconds: float, chunks: int, streams: int, model: Llvc) -> dict[str, float]:
    """Return the metrics of `chunks` chunks that took `seconds`; the number of streams counts where all keep up."""
    chunk = seconds / chunks
    tokens = chunks * model.runner.chunk / model.net.config.hop
    metrics = {
        "stream_rtf": chunk / model.chunk_seconds,
        "tokens_per_second": tokens / seconds,
    }
    if model.factor == 1:  # a longer chunk trades latency for throughput
        metrics["latency_seconds"] = model.chunk_seconds + model.look_ahead_seconds + chunk
    if streams >= 32:
        metrics["streams"] = streams if chunk < model.chunk_seconds else 0
    return metrics
