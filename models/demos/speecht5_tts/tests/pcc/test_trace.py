# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Replayed steps compared bit for bit with steps dispatched op by op, and what a device or a model needs."""

import os
from itertools import islice

import numpy as np
import pytest

import ttnn
from models.demos.speecht5_tts.pipeline import SpeechT5
from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.synthetic import TILED_CONFIG, write_speech, write_tokenizer
from models.demos.speecht5_tts.tt.backend import TRACE_REGION_SIZE, open_runner
from models.demos.speecht5_tts.tt.layout import BLOCK, Layout
from models.demos.speecht5_tts.tt.parameters.speecht5 import speecht5 as parameters_of
from models.demos.speecht5_tts.tt.precision import Precision
from models.demos.speecht5_tts.tt.runner import DeviceRunner
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.tt.trace_cache import TraceCache, TraceError

MOCKED, SLOW = "TT_METAL_MOCK_CLUSTER_DESC_PATH", "TT_METAL_SLOW_DISPATCH_MODE"
replay = pytest.mark.skipif(
    MOCKED in os.environ or SLOW in os.environ, reason="neither a mocked card nor slow dispatch can replay traces"
)


@replay
@pytest.mark.parametrize(
    "device_params", [{"trace_region_size": TRACE_REGION_SIZE, "num_command_queues": 2}], indirect=True, ids=[""]
)
def test_speech_from_traces(device, tiled, text, voice):
    results = []
    for traced in (False, True):
        runner = open_runner(*tiled, device, traced=traced)
        for _ in range(2):
            masks = upstream_masks(tiled.speech.config, 1)
            results.append(np.concatenate(list(runner.speak(text(15), voice(tiled), masks, 64))))
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize(
    "device_params", [{"trace_region_size": TRACE_REGION_SIZE, "num_command_queues": 2}], indirect=True, ids=[""]
)
def test_after_the_warm_up_an_utterance_only_replays(device, tiled, text, voice, monkeypatch):
    """Replace the four calls that a mocked card lacks by a list; a trace is called by the order of its capture."""
    calls, captured = [], iter(range(100))
    monkeypatch.setattr(ttnn, "record_event", lambda device, queue: None)
    monkeypatch.setattr(ttnn, "begin_trace_capture", lambda device, cq_id: next(captured))
    monkeypatch.setattr(ttnn, "end_trace_capture", lambda device, number, cq_id: calls.append(("capture", number)))
    monkeypatch.setattr(ttnn, "execute_trace", lambda device, number, **_: calls.append(("replay", number)))
    monkeypatch.setattr(ttnn, "release_trace", lambda device, number: calls.append(("release", number)))
    layout, precision = Layout(tiled.speech.config), Precision()
    parameters = parameters_of(*tiled, layout, precision)
    traces = TraceCache(device)
    runner = DeviceRunner(parameters, tiled.vocoder.config, layout, device, precision, traces)
    runner.warm_up()
    # The first pass captures a step and releases it for what it compiles after it. The second one captures reading a
    # text of one bucket (1), a step (2), moving the window (3), samples (4), and samples at the end (5).
    assert [call for call in calls if call[0] != "replay"] == [
        *[("capture", 0), ("release", 0)],
        *[("capture", number) for number in range(1, 6)],
    ]
    del calls[:]
    masks = upstream_masks(tiled.speech.config, 1)
    list(runner.speak(text(5), voice(tiled), islice(masks, 3), 1000))
    assert calls == [("replay", 1), *[("replay", 2)] * BLOCK, ("replay", 5)]


def test_a_mocked_card_runs_op_by_op(device, monkeypatch, tiled, expect_error):
    monkeypatch.setenv(MOCKED, "n150.yaml")
    with expect_error(TraceError, "no traces here: a mocked card cannot replay"):
        open_runner(*tiled, device, traced=True)


def test_more_rows_than_a_tile_has(device, tiled, expect_error):
    with expect_error(UsageError, "33 utterances at a time do not fit a device: it takes 1 to 32"):
        open_runner(*tiled, device, rows=33)


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"decoder_attention_heads": 4}, "heads of 16 channels do not fit a card, whose tiles have 32"),
        ({"speech_decoder_postnet_kernel": 31}, "frames to each side, and a window of the device has 64"),
    ],
)
def test_sizes_that_a_card_does_not_take(
    device, tiled_folder, tiled_vocoder_folder, tmp_path, change, fault, expect_error
):
    folder = write_tokenizer(write_speech(tmp_path, TILED_CONFIG | change))
    with expect_error(DeviceError, fault):
        SpeechT5.from_pretrained(folder, tiled_vocoder_folder, backend="ttnn", device=device)
