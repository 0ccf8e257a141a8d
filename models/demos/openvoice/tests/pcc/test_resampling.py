# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Base speech to hops of the converter on the device, compared with resampling.py and NumPy's mirror."""

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.synthetic import V2_CONFIG, with_model
from models.demos.openvoice.tt.parameters.resampling import resampling as resampling_parameters
from models.demos.openvoice.tt.resampling import Resampling
from models.tt_audio.host.resampling import resample
from tests.ttnn.utils_for_testing import assert_with_pcc

BUCKET = 64


def converter(size: int = 1024, hop: int = 256, rate: int = 22050) -> ConverterConfig:
    rates = {64: [8, 8], 128: [8, 4, 4], 256: [8, 8, 2, 2], 512: [8, 8, 2, 2, 2]}[hop]
    changed = with_model(V2_CONFIG, upsample_rates=rates, upsample_kernel_sizes=[2 * rate for rate in rates])
    data = {"filter_length": size, "win_length": size, "hop_length": hop, "sampling_rate": rate}
    return ConverterConfig.from_dict({**changed, "data": {**V2_CONFIG["data"], **data}})


@pytest.mark.parametrize(
    "rate, frame, config, hops",
    [
        pytest.param(44100, 512, converter(), 1, id="melo"),
        pytest.param(22050, 256, converter(), 1, id="v1_which_only_has_to_be_cut_and_mirrored"),
        pytest.param(44100, 512, converter(256, 128), 2, id="melo_and_the_small_checkpoint"),
        pytest.param(44100, 512, converter(1024, 128), 2, id="melo_and_many_mirrored_hops"),
        pytest.param(22050, 256, converter(256, 128), 2, id="v1_and_the_small_checkpoint"),
        pytest.param(44100, 512, converter(512, 64), 4, id="four_hops_a_frame"),
        pytest.param(22050, 256, converter(1024, 512, 44100), 1, id="to_a_higher_rate"),
        pytest.param(44100, 512, converter(1024, 64, 11025), 2, id="to_a_lower_rate"),
    ],
)
def test_hops_of_sentences_that_end_anywhere(device, upload, precision, rate, frame, config, hops):
    resampling = Resampling(resampling_parameters(rate, frame, config), config, device, precision.spectrogram)
    assert resampling.hops == hops
    frames = [BUCKET, 37, 7]
    rows = np.zeros((len(frames), BUCKET, frame), np.float32)
    for row, count in zip(rows, frames, strict=True):
        row[:count] = np.random.default_rng(count).normal(0, 0.1, (count, frame))
    masks = np.concatenate([resampling.masks(count, BUCKET) for count in frames])
    masks = [upload(torch.from_numpy(mask)[None, None, :, None]) for mask in masks.T]

    made = resampling(upload(torch.from_numpy(rows).reshape(1, 1, -1, frame)), masks, len(frames))
    made = ttnn.to_torch(made)
    assert tuple(made.shape) == (1, 1, len(frames) * (hops * BUCKET + resampling.overlap), config.hop_length)
    margin = (config.filter_length - config.hop_length) // 2
    for row, actual, count in zip(rows, made.reshape(len(frames), -1), frames, strict=True):
        mirrored = np.pad(resample(row[:count].reshape(-1), rate, config.sampling_rate), margin, mode="reflect")
        assert_with_pcc(torch.from_numpy(mirrored), actual[: len(mirrored)], 0.99999)
        for edge in (slice(0, margin), slice(len(mirrored) - margin, len(mirrored))):
            assert_with_pcc(torch.from_numpy(mirrored[edge]), actual[edge], 0.99999)
        assert not actual[len(mirrored) :].any()


def test_a_frame_that_lasts_no_whole_number_of_hops(expect_error):
    with expect_error(
        ValueError, "a frame of 500 samples at 44100 Hz lasts 125/128 hops of the converter, not a whole"
    ):
        resampling_parameters(44100, 500, converter())
