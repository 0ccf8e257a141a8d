# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tone colour of speech of any length: in buckets and pieces on the device, compared with the whole in PyTorch."""

import os

import numpy as np
import pytest
import torch

from models.demos.openvoice.pipeline import load_converter
from models.demos.openvoice.synthetic import V2_CONFIG, make_converter_checkpoint, with_model
from models.demos.openvoice.tt.embedding import Embedder
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.spectrogram import Spectrogram
from models.demos.openvoice.tt.tone_color_encoder import ToneColorEncoder
from models.tt_audio.host.errors import DeviceError
from models.tt_audio.host.voice_activity import MAX_SEGMENT_SECONDS
from tests.ttnn.utils_for_testing import assert_with_pcc

BAR = 0.9999
slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="minutes on a simulator")


def embedder_of(reference, device, precision) -> Embedder:
    spectrogram = Spectrogram(preprocess(reference.spectrogram), device, precision.spectrogram)
    weights = preprocess(reference.tone_color_encoder)
    encoder = ToneColorEncoder(weights, device, precision.tone_color_encoder)
    return Embedder(spectrogram, encoder, reference.config, device)


@pytest.fixture
def embedder(device, reference, precision):
    return embedder_of(reference, device, precision)


def assert_equal_the_reference(reference, embedder, speech, frames=None):
    expected, actual = reference.embed(torch.from_numpy(speech)[None])[0], torch.from_numpy(embedder(speech))
    assert torch.cosine_similarity(expected, actual, dim=0) >= BAR, frames
    assert_with_pcc(expected, actual, BAR)


@slow_on_simulator
@pytest.mark.parametrize(
    "lengths",
    [
        pytest.param((4, 86, 128, 129, 200, 256, 257, 500, 512, 513, 861, 1024), id="one_piece"),
        # two pieces, three from 1,985 frames on; 1,025: one new frame in the second
        pytest.param((1025, 1984, 1985, 2048, 2500), id="more_pieces"),
    ],
)
def test_speech_of_any_length(embedder, reference, samples, lengths):
    for frames in lengths:
        size = frames * reference.config.hop_length + 100  # the last frame is never full
        assert_equal_the_reference(reference, embedder, np.resize(samples, size), frames)


# Ten seconds have 1,723, 1,723, 3,446 and 6,891 frames here; the first has the sizes of the small checkpoint.
@slow_on_simulator
@pytest.mark.parametrize("size, hop", [(256, 128), (1024, 128), (128, 64), (128, 32)])
def test_the_longest_stretch_of_any_hop(device, precision, samples, tmp_path, size, hop):
    config = with_model(
        {**V2_CONFIG, "data": {**V2_CONFIG["data"], "filter_length": size, "win_length": size, "hop_length": hop}},
        upsample_rates=[8, hop // 8],
        upsample_kernel_sizes=[16, hop // 4],
        upsample_initial_channel=16,
        inter_channels=16,
        hidden_channels=16,
    )
    reference = load_converter(make_converter_checkpoint(tmp_path, config))
    speech = np.resize(samples, round(MAX_SEGMENT_SECONDS * reference.config.sampling_rate))
    assert_equal_the_reference(reference, embedder_of(reference, device, precision), speech)


def test_every_step_is_computed_once_with_all_that_it_reads(embedder):
    step = embedder.encoder.step_frames
    for frames in range(1, 4 * embedder.buckets[-1], 17):
        steps = []
        for piece in embedder.pieces(frames):
            assert piece.frames <= piece.bucket in embedder.buckets and piece.first % step == 0
            own = range(piece.first // step, -(-(piece.first + piece.frames) // step))
            steps += own if piece.first == 0 else own[1:]
        assert steps == list(range(-(-frames // step)))


def test_buckets_hold_ten_seconds_or_as_much_as_fits(embedder):
    assert embedder.buckets == [128, 256, 512, 1024]


def test_a_spectrogram_too_wide_for_the_device(device, precision, expect_error):
    from models.demos.openvoice.reference.tone_color_encoder import ToneColorEncoder as Reference

    wide = preprocess(Reference(40_000, 8))
    with expect_error(DeviceError, "a tone colour encoder of 40000 bins does not fit the L1 of this device"):
        ToneColorEncoder(wide, device, precision.tone_color_encoder)
