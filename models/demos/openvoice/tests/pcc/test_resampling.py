# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Base speech to hops of the converter on the device, against resampling.py and NumPy's mirror."""

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.synthetic import V2_CONFIG
from models.demos.openvoice.tt.resampling import Resampling, places
from models.tt_audio.host.resampling import resample
from tests.ttnn.utils_for_testing import assert_with_pcc

CONFIG = ConverterConfig.from_dict(V2_CONFIG)
MARGIN = (CONFIG.filter_length - CONFIG.hop_length) // 2
BUCKET = 64


# MeloTTS's rate, and that of OpenVoice V1's base speakers, which only has to be cut and mirrored
@pytest.mark.parametrize("rate, frame", [(44100, 512), (22050, 256)])
def test_hops_of_sentences_that_end_anywhere(device, upload, precision, rate, frame):
    frames = [BUCKET, 37, 3]
    rows = np.zeros((len(frames), BUCKET, frame), np.float32)
    for row, count in zip(rows, frames, strict=True):
        row[:count] = np.random.default_rng(count).normal(0, 0.1, (count, frame))
    columns = np.concatenate([places(CONFIG, count, BUCKET) for count in frames])
    columns = [upload(torch.from_numpy(column)[None, None, :, None]) for column in columns.T]

    resampling = Resampling(rate, frame, CONFIG, device, precision.spectrogram)
    hops = resampling(upload(torch.from_numpy(rows).reshape(1, 1, -1, frame)), columns, len(frames))
    hops = ttnn.to_torch(hops).reshape(len(frames), -1)
    for row, actual, count in zip(rows, hops, frames, strict=True):
        mirrored = np.pad(resample(row[:count].reshape(-1), rate, CONFIG.sampling_rate), MARGIN, mode="reflect")
        assert_with_pcc(torch.from_numpy(mirrored), actual[: len(mirrored)], 0.99999)
        for edge in (slice(0, MARGIN), slice(len(mirrored) - MARGIN, len(mirrored))):
            assert_with_pcc(torch.from_numpy(mirrored[edge]), actual[edge], 0.99999)
        assert not actual[len(mirrored) :].any()


def test_a_frame_that_lasts_longer_than_a_hop(device, precision, expect_error):
    with expect_error(ValueError, "a frame of 500 samples at 44100 Hz does not last as long as a hop"):
        Resampling(44100, 500, CONFIG, device, precision.spectrogram)
