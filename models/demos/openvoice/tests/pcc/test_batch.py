# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Many conversions in one pass: each equals the conversion by itself, whatever else is in the batch."""

import os

import numpy as np
import pytest
import torch

from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import make_converter_checkpoint, with_model
from models.demos.openvoice.tests.pcc.test_runner import SMALL, whole
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.windows import Conversion
from tests.ttnn.utils_for_testing import assert_with_pcc

pytestmark = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")


# Use two short residual blocks a stage, because the layout of rows does not depend on the number of convolutions.
SHALLOW = with_model(SMALL, resblock_kernel_sizes=[3, 5], resblock_dilation_sizes=[[1], [3]])


@pytest.fixture(scope="module")
def shallow(tmp_path_factory):
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("shallow"), SHALLOW))


@pytest.fixture
def batches(shallow, device):
    return DeviceBackend(shallow, device, window=64)  # the smallest window with short and long buckets


def conversions(lengths, samples, seed: int = 0) -> list[Conversion]:
    """Return different stretches of speech, source voices, target voices, noise."""
    random = np.random.default_rng(seed)
    return [
        Conversion(
            np.ascontiguousarray(np.resize(samples[2000 * i :], length)),
            *random.standard_normal((2, 256)).astype(np.float32),
            tau=0.1 * i,
            seed=i,
        )
        for i, length in enumerate(lengths)
    ]


def alone(converter, conversion: Conversion) -> np.ndarray:
    c = conversion
    pieces = converter.convert([c.samples], c.source, [c.target], c.tau, c.seed)
    return np.concatenate([piece[0] for piece in pieces])


def assert_each_equals_itself_alone(converter, batch):
    converted = converter.convert_batch(batch)
    assert [len(samples) for samples in converted] == [len(conversion.samples) for conversion in batch]
    for conversion, samples in zip(batch, converted, strict=True):
        assert_with_pcc(torch.from_numpy(alone(converter, conversion)), torch.from_numpy(samples), 0.9999)


def test_different_lengths_and_voices(batches, samples):
    assert_each_equals_itself_alone(batches, conversions([9_000, batches.converter.short * 256, 1_024], samples))


def test_short_and_long_recordings_keep_their_order(batches, samples):
    long = 256 * batches.converter.short + 9_000  # long windows, and a short one for the rest
    assert_each_equals_itself_alone(batches, conversions([9_000, long, 5_000, long + 9_000], samples))


def test_ten_clones_of_one_recording_in_ten_voices(batches, samples):
    one, targets = conversions([12_000], samples)[0], list(np.random.default_rng(5).standard_normal((10, 256)))
    (alone,) = batches.convert([one.samples], one.source, targets, 0.3, 1)
    together = batches.convert_batch([Conversion(one.samples, one.source, target, 0.3, 1) for target in targets])
    for expected, actual in zip(alone, together, strict=True):
        assert_with_pcc(torch.from_numpy(expected), torch.from_numpy(actual), 0.9999)
    assert len({samples.tobytes() for samples in together}) == 10


def test_a_batch_of_one_voice(batches, samples):
    first, second = conversions([9_000, 7_000], samples)
    second = Conversion(second.samples, first.source, first.target)
    assert_each_equals_itself_alone(batches, [first, second])


def test_rows_equal_the_reference(batches, shallow, samples):
    batch = conversions([10_000, 14_000], samples)
    for c, actual in zip(batch, batches.convert_batch(batch), strict=True):
        source, target = torch.from_numpy(c.source), torch.from_numpy(c.target)
        assert_with_pcc(whole(shallow, c.samples, source, target, c.tau, c.seed), torch.from_numpy(actual), 0.9999)


def test_a_v1_model_has_voices_in_encoder_and_generator_too(device, tmp_path, samples):
    model = {key: value for key, value in SHALLOW["model"].items() if key != "zero_g"}
    v1 = load_converter(make_converter_checkpoint(tmp_path, {"data": SHALLOW["data"], "model": model}))
    assert_each_equals_itself_alone(DeviceBackend(v1, device, window=64), conversions([9_000, 5_000], samples))


def test_full_size_batch(device, reference, samples):
    assert_each_equals_itself_alone(DeviceBackend(reference, device, window=64), conversions([16_000, 9_000], samples))


def test_nothing_to_convert(batches):
    assert batches.convert_batch([]) == []


def test_a_voice_of_another_model(batches, samples, expect_error):
    foreign = Conversion(samples[:10_000], np.zeros(192, np.float32), np.zeros(256, np.float32))
    with expect_error(ValueError, r"this voice has shape \(192,\), the model takes \(256,\)"):
        batches.convert_batch([foreign])
