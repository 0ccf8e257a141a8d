# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Uploads, and the operations on rows, against NumPy."""

import numpy as np
import pytest
import torch

import ttnn
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import RowGather, add_by_item, concat_rows, download, row_slice, upload
from tests.ttnn.utils_for_testing import assert_with_pcc


def rows(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(64,), (64, 32), (3, 1, 64, 32)])
@pytest.mark.parametrize("layout", [ttnn.TILE_LAYOUT, ttnn.ROW_MAJOR_LAYOUT], ids=["tiles", "rows"])
def test_upload_has_four_dimensions_and_comes_back(device, shape, layout):
    array = rows(*shape)
    x = upload(array, device, layout=layout)
    assert tuple(x.shape) == (1,) * (4 - len(shape)) + shape and x.layout == layout
    np.testing.assert_array_equal(download(x).reshape(shape), array)


def test_upload_in_another_format(device):
    array = rows(64, 32)
    x = upload(array, device, ttnn.bfloat16)
    assert x.dtype == ttnn.bfloat16
    expected = torch.from_numpy(array).to(torch.bfloat16)
    assert torch.equal(ttnn.to_torch(x)[0, 0], expected)


@pytest.mark.parametrize("in_place", [True, False])
def test_each_item_gets_its_own_bias(device, in_place):
    x, biases = rows(1, 1, 3 * 64, 32), rows(3, 1, 1, 32)
    y = add_by_item(upload(x, device), upload(biases, device), 3, in_place)
    np.testing.assert_allclose(download(y), (x.reshape(3, 1, 64, 32) + biases).reshape(x.shape), rtol=1e-6)


def test_one_bias_for_all_items(device):
    x, bias = rows(1, 1, 3 * 64, 32), rows(1, 1, 1, 32)
    np.testing.assert_allclose(download(add_by_item(upload(x, device), upload(bias, device), 3)), x + bias, rtol=1e-6)


def test_slices_of_rows_are_stacked_again(device):
    x = rows(1, 1, 128, 32)
    on_device = upload(x, device)
    parts = [row_slice(on_device, start, 32) for start in (0, 32, 64, 96)]
    np.testing.assert_array_equal(download(concat_rows(parts)), x)
    assert concat_rows(parts[:1]) is parts[0]


def test_rows_are_gathered_by_index_and_an_index_outside_gives_zeros(device):
    x = rows(2, 1, 64, 32)
    index = np.random.default_rng(0).integers(0, 64, (2, 1, 96, 1)).astype(np.float32)
    index[:, :, 90:] = -1
    index[:, :, 80:90] = 64
    gathered = RowGather(device, Stage())(upload(x, device), upload(index, device))
    expected = np.take_along_axis(x, np.clip(index, 0, 63).astype(int), axis=2)
    expected[:, :, 80:] = 0
    assert_with_pcc(torch.from_numpy(expected), ttnn.to_torch(gathered), 0.99999)
    assert not download(gathered)[:, :, 80:].any()
