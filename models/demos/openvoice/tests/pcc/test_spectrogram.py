# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from models.demos.openvoice.tt.spectrogram import Spectrogram
from models.tt_audio.testing.layouts import FRAMES, rows
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("frames", FRAMES)
def test_magnitudes_of_speech(device, upload, reference, host_parameters, precision, window, frames):
    samples = window(frames)
    expected = rows(reference.spectrogram.frames(samples))
    hops = upload(samples.reshape(1, 1, -1, reference.config.hop_length), ttnn.ROW_MAJOR_LAYOUT)
    spectrogram = Spectrogram(host_parameters.spectrogram, device, precision.spectrogram)
    magnitudes = ttnn.to_torch(spectrogram(hops))
    bins = reference.config.spec_channels
    assert_with_pcc(expected, magnitudes[..., :bins], 0.9999)
    # compare as hearing does: the logarithm weighs quiet bins as much as loud ones
    assert_with_pcc(expected.log(), magnitudes[..., :bins].log(), 0.999)
    # the columns that pad the last tile contain only the floor
    torch.testing.assert_close(magnitudes[..., bins:], torch.full_like(magnitudes[..., bins:], 1e-3), rtol=1e-2, atol=0)
