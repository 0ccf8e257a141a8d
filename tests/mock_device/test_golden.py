# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The golden executor on real TTNN host code: values, formats, aliases, and every way in which it must refuse."""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from mock_device import goldens
from mock_device.arithmetic import keep_mantissa
from mock_device.diagnosis import LocalComparison, first_divergence
from mock_device.golden import GoldenError, GoldenExecutor
from models.common.utility_functions import comp_pcc

pytestmark = pytest.mark.parametrize("device_params", [{"l1_small_size": 32768}], indirect=True)  # halo tables of convs


@pytest.fixture
def x():
    return torch.randn(1, 1, 64, 32, generator=torch.Generator().manual_seed(0))


def upload(x, device, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, memory_config=None):
    return ttnn.from_torch(x, dtype=dtype, layout=layout, device=device, memory_config=memory_config)


def side_by_side(cores: int):
    """64 rows, 32 columns a core."""
    return ttnn.create_sharded_memory_config(
        *((64, 32), ttnn.CoreGrid(y=1, x=cores), ttnn.ShardStrategy.BLOCK), use_height_and_width_as_shard_shape=True
    )


# --- values and formats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype, error",
    [(ttnn.float32, 0.0), (ttnn.bfloat16, 2**-8), (ttnn.bfloat8_b, 2**-6), (ttnn.bfloat4_b, 2**-2)],
)
def test_an_upload_is_rounded_to_its_format(device, x, dtype, error):
    back = ttnn.to_torch(upload(x, device, dtype)).float()
    scale = x.abs().max()  # block formats share the largest exponent of 16 values
    assert (back - x).abs().max() <= error * scale
    assert dtype == ttnn.float32 or not torch.equal(back, x)


@pytest.mark.parametrize("dtype", [ttnn.float32, ttnn.bfloat16, ttnn.bfloat8_b])
def test_every_result_is_rounded_to_the_tensor_that_was_allocated(device, x, dtype):
    a = upload(x, device, dtype)
    operand = ttnn.to_torch(a).float()
    result = ttnn.to_torch(ttnn.multiply(a, 1.1)).float()
    expected = ttnn.to_torch(ttnn.from_torch(operand * 1.1, dtype=dtype, layout=ttnn.TILE_LAYOUT)).float()
    assert torch.equal(result, expected)


def test_integers_stay_integers(device):
    ids = torch.tensor([[3, 1, 4, 1]])
    assert torch.equal(ttnn.to_torch(upload(ids, device, ttnn.uint32, ttnn.ROW_MAJOR_LAYOUT)).long(), ids)


@pytest.mark.parametrize("slope", [0.1, 10.0])
def test_a_fused_activation_keeps_its_parameter(device, x, slope):
    a = upload(x, device)
    activation = [ttnn.UnaryWithParam(ttnn.UnaryOpType.LEAKY_RELU, slope)]
    result = ttnn.to_torch(ttnn.add(a, a, input_tensor_a_activations=activation))
    torch.testing.assert_close(result, torch.where(x >= 0, x, slope * x) + x)


def test_a_matmul_uses_the_fidelity_it_was_given(device):
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(1, 1, 32, 256, generator=generator), torch.randn(1, 1, 256, 32, generator=generator)
    scores = []
    for fidelity in ("LoFi", "HiFi2", "HiFi3", "HiFi4"):
        config = ttnn.init_device_compute_kernel_config(
            device.arch(), math_fidelity=getattr(ttnn.MathFidelity, fidelity), fp32_dest_acc_en=True
        )
        result = ttnn.matmul(upload(a, device), upload(b, device), compute_kernel_config=config)
        scores.append(1 - comp_pcc(a @ b, ttnn.to_torch(result))[1])
    assert scores == sorted(scores, reverse=True) and scores[0] > 20 * scores[-1], scores


def test_minimal_matmul_split_against_torch(device):
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(1, 1, 3, 64, generator=generator), torch.randn(1, 1, 64, 96, generator=generator)
    bias = torch.randn(1, 1, 1, 96, generator=generator)
    small = ttnn.MinimalMatmulConfig(  # the default blocks do not fit L1 in float32
        K_block_size=2, N_block_size=3, compute_with_storage_grid_size=ttnn.CoreCoord(2, 2)
    )
    parts = ttnn.experimental.minimal_matmul_split(
        upload(a, device), upload(b, device), chunks=3, bias_tensor=upload(bias, device), config=small
    )
    for part, expected in zip(parts, torch.chunk(a @ b + bias, 3, dim=-1), strict=True):
        assert comp_pcc(expected, ttnn.to_torch(part))[1] > 0.9999


def test_a_bfloat16_accumulator_is_worse_than_a_wide_one(device):
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(1, 1, 32, 1024, generator=generator), torch.randn(1, 1, 1024, 32, generator=generator)
    loss = {}
    for wide in (True, False):
        config = ttnn.init_device_compute_kernel_config(
            device.arch(), math_fidelity=ttnn.MathFidelity.HiFi4, fp32_dest_acc_en=wide
        )
        result = ttnn.matmul(upload(a, device), upload(b, device), compute_kernel_config=config)
        loss[wide] = 1 - comp_pcc(a @ b, ttnn.to_torch(result))[1]
    assert loss[False] > 10 * loss[True], loss


def losses(device, run, expected, *operands):
    """1 - PCC of `run` on float32 operands on the device."""
    return 1 - comp_pcc(expected, ttnn.to_torch(run(*(upload(operand, device) for operand in operands))))[1]


def test_normalization_is_as_inexact_as_the_matrix_unit(device):
    """Simulated: 4e-7 for layer norm, 1e-6 for softmax."""
    generator = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(1, 1, 64, 192, generator=generator) + 1
    gain, shift = torch.randn(1, 1, 1, 192, generator=generator), torch.randn(1, 1, 1, 192, generator=generator)

    def norm(a, weight, bias):
        return ttnn.layer_norm(a, weight=weight, bias=bias, epsilon=1e-5)

    expected = F.layer_norm(x, (192,), gain.flatten(), shift.flatten(), 1e-5)
    assert 2e-7 < losses(device, norm, expected, x, gain, shift) < 8e-7

    def norm_of_sum(a, b):
        return ttnn.layer_norm(a, residual_input_tensor=b, epsilon=1e-5)

    assert 1e-7 < losses(device, norm_of_sum, F.layer_norm(2 * x, (192,), eps=1e-5), x, x) < 8e-7
    assert 5e-7 < losses(device, lambda a: ttnn.softmax(a, dim=-1), x.softmax(-1), x) < 2e-6


@pytest.mark.parametrize("fused", [True, False])
def test_a_fused_bias_is_added_in_tf32(device, fused):
    generator = torch.Generator().manual_seed(0)
    x, bias = torch.randn(1, 1, 32, 32, generator=generator), torch.randn(1, 1, 1, 32, generator=generator)
    options = {"core_grid": ttnn.CoreGrid(y=1, x=1)} if fused else {}
    operands = [upload(value, device) for value in (x, torch.eye(32)[None, None], bias)]
    result = ttnn.to_torch(ttnn.linear(*operands[:2], bias=operands[2], **options))
    cut = keep_mantissa(x, 10)
    assert torch.equal(result, cut + (keep_mantissa(bias, 10) if fused else bias))


# --- convolutions ---------------------------------------------------------------------------------------------------


def convolve(device, signal, weight, bias, **options):
    """conv1d of [B, C, L] by ttnn; the call's own return value."""
    batch, channels, length = signal.shape
    rows = signal.transpose(1, 2).reshape(1, 1, batch * length, channels)
    return ttnn.conv1d(
        **dict(
            input_tensor=upload(rows, device, layout=ttnn.ROW_MAJOR_LAYOUT),
            weight_tensor=weight if isinstance(weight, ttnn.Tensor) else ttnn.from_torch(weight, dtype=ttnn.float32),
            bias_tensor=bias
            if isinstance(bias, ttnn.Tensor)
            else ttnn.from_torch(bias.reshape(1, 1, 1, -1), dtype=ttnn.float32),
            device=device,
            in_channels=channels,
            batch_size=batch,
            input_length=length,
            stride=1,
            conv_config=ttnn.Conv1dConfig(weights_dtype=ttnn.float32),
            compute_config=ttnn.init_device_compute_kernel_config(
                device.arch(), math_fidelity=ttnn.MathFidelity.HiFi4, fp32_dest_acc_en=True
            ),
        )
        | options
    )


def test_conv1d_and_its_prepared_weights(device):
    generator = torch.Generator().manual_seed(0)
    signal, weight = torch.randn(2, 32, 40, generator=generator), torch.randn(48, 32, 5, generator=generator)
    bias = torch.randn(48, generator=generator)
    expected = F.conv1d(signal, weight, bias, padding=4, dilation=2).transpose(1, 2).reshape(1, 1, -1, 48)
    shape = dict(out_channels=48, kernel_size=5, padding=4, dilation=2)

    out, length, (prepared, prepared_bias) = convolve(
        device, signal, weight, bias, return_output_dim=True, return_weights_and_bias=True, **shape
    )
    assert length == 40
    assert comp_pcc(expected, ttnn.to_torch(out))[1] > 0.999999
    again = convolve(device, signal, prepared, prepared_bias, **shape)
    assert torch.equal(ttnn.to_torch(again), ttnn.to_torch(out))


def test_only_a_convolution_reads_a_prepared_weight(device, expect_error):
    _, (prepared, _) = convolve(
        device,
        torch.ones(1, 32, 32),
        torch.ones(32, 32, 3),
        torch.ones(32),
        **dict(out_channels=32, kernel_size=3, padding=1, return_weights_and_bias=True),
    )
    with expect_error(GoldenError, "ttnn.relu reads a prepared convolution weight of shape"):
        ttnn.relu(prepared)


@pytest.mark.parametrize("kernel, stride, padding", [(16, 8, 4), (4, 2, 1), (8, 8, 0), (3, 1, 1)])
def test_golden_conv_transpose2d_against_torch(device, kernel, stride, padding):
    generator = torch.Generator().manual_seed(0)
    signal, weight = torch.randn(1, 32, 20, generator=generator), torch.randn(32, 16, kernel, generator=generator)
    bias = torch.randn(16, generator=generator)
    expected = F.conv_transpose1d(signal, weight, bias, stride, padding)
    rows = signal.transpose(1, 2).reshape(1, 1, -1, 32)
    out, (_, width) = goldens.conv_transpose2d(
        input_tensor=rows,
        weight_tensor=weight[:, :, None],
        bias_tensor=bias,
        in_channels=32,
        out_channels=16,
        batch_size=1,
        input_height=1,
        input_width=20,
        kernel_size=(1, kernel),
        stride=(1, stride),
        padding=(0, padding),
        return_output_dim=True,
    )
    assert width == expected.shape[-1]
    assert comp_pcc(expected.transpose(1, 2), out)[1] > 0.999999


def test_ttnn_agrees_on_the_shape_of_conv_transpose2d(device):
    signal = torch.ones(1, 1, 20, 32)
    out = ttnn.conv_transpose2d(
        input_tensor=upload(signal, device, layout=ttnn.ROW_MAJOR_LAYOUT),
        weight_tensor=ttnn.from_torch(torch.ones(32, 32, 1, 4), dtype=ttnn.float32),
        device=device,
        in_channels=32,
        out_channels=32,
        batch_size=1,
        input_height=1,
        input_width=20,
        kernel_size=(1, 4),
        stride=(1, 2),
        padding=(0, 1),
        conv_config=ttnn.Conv2dConfig(weights_dtype=ttnn.bfloat16),
    )
    assert list(ttnn.to_torch(out).shape) == [1, 1, 40, 32]


def test_conv2d_with_stride_against_torch(device):
    generator = torch.Generator().manual_seed(0)
    image, weight = torch.randn(1, 32, 20, 12, generator=generator), torch.randn(64, 32, 3, 3, generator=generator)
    out = ttnn.conv2d(
        input_tensor=upload(image.permute(0, 2, 3, 1).reshape(1, 1, -1, 32), device, layout=ttnn.ROW_MAJOR_LAYOUT),
        weight_tensor=ttnn.from_torch(weight, dtype=ttnn.float32),
        device=device,
        in_channels=32,
        out_channels=64,
        batch_size=1,
        input_height=20,
        input_width=12,
        kernel_size=(3, 3),
        stride=(2, 2),
        padding=(1, 1),
        dilation=(1, 1),
        groups=1,
        conv_config=ttnn.Conv2dConfig(weights_dtype=ttnn.float32),
    )
    expected = F.conv2d(image, weight, stride=2, padding=1).permute(0, 2, 3, 1).reshape(1, 1, -1, 64)
    assert comp_pcc(expected, ttnn.to_torch(out))[1] > 0.99999


def test_a_matmul_that_ends_in_an_addition(device, x):
    """In float32 but for the matrix unit: operands, the sum, its bias and the addend are cut to TF32."""
    generator = torch.Generator().manual_seed(0)
    shapes = (32, 64), (1, 64), (64, 64), (64, 64)
    weight, bias, addend, factor = (torch.randn(shape, generator=generator) for shape in shapes)
    operands = [upload(value[None, None], device) for value in (weight, addend, factor, bias)]
    out = ttnn.experimental.dit_minimal_matmul_addcmul_fused(
        *(upload(x, device), operands[0], -1.0, *operands[1:3]),
        bias_tensor=operands[3],
        config=ttnn.MinimalMatmulConfig(compute_with_storage_grid_size=device.compute_with_storage_grid_size()),
        compute_kernel_config=ttnn.init_device_compute_kernel_config(
            device.arch(), math_fidelity=ttnn.MathFidelity.HiFi4, fp32_dest_acc_en=True
        ),
    )
    loss = 1 - comp_pcc(addend - factor * (x[0, 0] @ weight + bias), ttnn.to_torch(out)[0, 0])[1]
    assert 1e-9 < loss < 1e-6


# --- memory: aliases, views, shards, meshes ---------------------------------------------------------------------------


def test_in_place_operations_and_output_tensors_are_followed(device, x):
    a, b = upload(x, device), upload(x, device)
    ttnn.add_(a, b)
    torch.testing.assert_close(ttnn.to_torch(a), 2 * x)
    ttnn.multiply(a, a, output_tensor=b)
    torch.testing.assert_close(ttnn.to_torch(b), 4 * x * x)


def test_a_view_contains_what_is_written_through_the_other_name(device, x):
    a = upload(x, device)
    view = ttnn.reshape(a, (1, 2, 32, 32))
    assert view.buffer_address() == a.buffer_address()
    ttnn.add_(a, a)
    torch.testing.assert_close(ttnn.to_torch(view), 2 * x.reshape(1, 2, 32, 32))


def test_a_part_is_read_and_written_in_the_whole(device, x):
    """Both halves of a narrowed tensor have the address of the whole: they lie on different cores."""
    whole = upload(torch.cat([x, 2 * x], dim=3), device, memory_config=side_by_side(2))
    left, right = (ttnn.narrow(whole, 3, start, 32) for start in (0, 32))
    assert left.buffer_address() == right.buffer_address()
    ttnn.add(left, right, output_tensor=right)
    torch.testing.assert_close(ttnn.to_torch(whole), torch.cat([x, 3 * x], dim=3))
    torch.testing.assert_close(ttnn.to_torch(ttnn.narrow(right, 2, 32, 32)), 3 * x[:, :, 32:])


def test_parts_fill_a_whole_that_held_nothing(device, x):
    whole = ttnn.empty((1, 1, 64, 64), ttnn.float32, ttnn.TILE_LAYOUT, device, memory_config=side_by_side(2))
    source = upload(x, device)
    ttnn.multiply(source, source, output_tensor=ttnn.narrow(whole, 3, 32, 32))
    values = ttnn.to_torch(whole)
    assert values[..., :32].isnan().all() and torch.equal(values[..., 32:], x * x)


def test_copies_between_tensors_and_from_the_host(device, x):
    a, b = upload(x, device), upload(torch.zeros_like(x), device)
    ttnn.copy(a, b)
    assert torch.equal(ttnn.to_torch(b), x)
    ttnn.copy_host_to_device_tensor(ttnn.from_torch(x + 1, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT), b)
    assert torch.equal(ttnn.to_torch(b), x + 1)


def test_sharded_tensors_and_several_outputs(device, x):
    memory_config = ttnn.create_sharded_memory_config(
        (1, 1, 64, 32), core_grid=ttnn.CoreGrid(y=1, x=2), strategy=ttnn.ShardStrategy.HEIGHT
    )
    sharded = ttnn.to_memory_config(upload(x, device), memory_config)
    assert sharded.is_sharded() and torch.equal(ttnn.to_torch(sharded), x)
    left, right = ttnn.split(upload(torch.cat([x, x + 1], -1), device), 32, 3)
    assert torch.equal(ttnn.to_torch(left), x) and torch.equal(ttnn.to_torch(right), x + 1)


@pytest.mark.parametrize("download", ["from_device", "cpu", "to_torch"])
def test_a_host_copy_of_a_device_tensor_has_its_values(device, x, download):
    a = upload(x, device)
    copy = {"from_device": lambda: ttnn.to_torch(ttnn.from_device(a)), "cpu": lambda: ttnn.to_torch(a.cpu())}
    assert torch.equal(copy.get(download, a.to_torch)(), x)


# --- refusals -------------------------------------------------------------------------------------------------------


def test_an_operation_without_golden_is_an_error(device, x, expect_error, monkeypatch):
    monkeypatch.delitem(goldens.GOLDENS, "ttnn.conv1d")
    with expect_error(GoldenError, "no golden for ttnn.conv1d: ttnn has none, add one to mock_device/goldens.py"):
        convolve(
            device,
            x[0].transpose(1, 2),
            torch.ones(32, 32, 3),
            torch.ones(32),
            out_channels=32,
            kernel_size=3,
            padding=1,
        )


def test_a_fused_activation_without_golden_is_an_error(device, x, expect_error):
    a = upload(x, device)
    with expect_error(NotImplementedError, "no golden for the fused activation ERFINV"):
        ttnn.add(a, a, activations=[ttnn.UnaryWithParam(ttnn.UnaryOpType.ERFINV)])


def test_a_shape_that_differs_is_an_error(device, x, expect_error, monkeypatch):
    monkeypatch.setitem(goldens.GOLDENS, "ttnn.relu", lambda value, *_, **__: value[:, :, 1:])
    with expect_error(
        GoldenError, r"ttnn.relu: TTNN allocated \[1, 1, 64, 32\], the golden has shape \[1, 1, 63, 32\]"
    ):
        ttnn.relu(upload(x, device))


def test_a_value_read_before_it_was_produced_is_an_error(device, expect_error):
    empty = ttnn.empty((1, 1, 32, 32), ttnn.float32, ttnn.TILE_LAYOUT, device)
    with expect_error(
        GoldenError, r"ttnn.relu reads a value that was never produced: device tensor of shape \[1, 1, 32, 32\]"
    ):
        ttnn.relu(empty)
    with expect_error(GoldenError, "read of a value that was never produced: device tensor"):
        ttnn.to_torch(empty)


def test_l1_overflow_keeps_ttnns_own_message(device, expect_error):
    too_much = torch.zeros(1, 1, 16384, 4096)  # 256 MB, an N150 has 96 MB of L1
    with expect_error(RuntimeError, "Out of Memory"):
        ttnn.from_torch(
            too_much, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device, memory_config=ttnn.L1_MEMORY_CONFIG
        )


# --- diagnosis ------------------------------------------------------------------------------------------------------


def test_the_first_diverging_operation_is_named(device, x):
    with GoldenExecutor(record=True) as executor:
        a = upload(x, device)
        b = ttnn.add(a, 1.0)
        c = ttnn.multiply(b, b)
        ttnn.tanh(c)
    good = [("plus one", x + 1), ("squared", (x + 1) ** 2)]
    assert first_divergence(executor.records, good) is None
    message = first_divergence(executor.records, [*good, ("tanh", torch.randn(1, 1, 64, 32))])
    assert message.startswith("'tanh' is not reached: PCC") and "look from #4 ttnn.tanh" in message, message


def test_local_mode_compares_operation_by_operation(device, x):
    with GoldenExecutor() as memory:
        a = upload(x, device)
        with LocalComparison(download=memory.value_of) as faithful:
            ttnn.relu(ttnn.add(a, a))
        with LocalComparison(download=lambda tensor: memory.value_of(tensor).round()) as faulty:
            ttnn.relu(ttnn.multiply(a, 0.3))
    assert [name for name, _, _ in faithful.results] == ["ttnn.add", "ttnn.relu"]
    assert faithful.worst()[2] > 0.999999
    assert faulty.worst()[0] == "ttnn.multiply" and faulty.worst()[2] < 0.99
