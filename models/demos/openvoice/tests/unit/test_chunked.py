# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""windows.py and torch_backend/converter.py: a recording in pieces is converted exactly as in one piece."""

import json

import numpy as np
import pytest
import torch

from models.demos.openvoice.synthetic import SMALL_CONFIG, with_model
from models.demos.openvoice.tests.unit.test_converter_modules import converter
from models.demos.openvoice.torch_backend import converter as torch_converter
from models.demos.openvoice.torch_backend.converter import ChunkedConverter
from models.demos.openvoice.windows import NOISE_BLOCK, noise, windows
from models.tt_audio.host.audio import AudioError
from models.tt_audio.torch_backend import hifigan, precision
from models.tt_audio.torch_backend.hifigan import padded_size

HOP = 256
RATE = 22050
VOICES = np.random.default_rng(0).standard_normal((3, 12)).astype(np.float32)


@pytest.fixture(scope="module", params=[True, False], ids=["v2", "v1"])
def exact(request):
    return ChunkedConverter(converter(with_model(SMALL_CONFIG, zero_g=request.param), torch.float32), "exact")


@pytest.fixture(autouse=True)
def one_home_for_the_cpu_measurement(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))


def samples(count: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(count).astype(np.float32) * 0.1


def in_one_piece(backend: ChunkedConverter, waveform: np.ndarray, tau: float = 0.3, seed: int = 0) -> np.ndarray:
    """Convert by definition: pad to whole frames, convert with the noise of the seed, cut to the input's length."""
    filled = np.pad(waveform, (0, -len(waveform) % HOP))
    drawn = noise(seed, backend.config.inter_channels, 0, len(filled) // HOP)
    arguments = [torch.from_numpy(array)[None] for array in (filled, VOICES[0], VOICES[1], drawn)]
    with torch.inference_mode():
        return backend.converter(*arguments, tau)[0, : len(waveform)].numpy()


def in_pieces(backend, waveform, chunk=None, targets=VOICES[1:2], blocks=1):
    pieces = list(backend.convert(np.array_split(waveform, blocks), VOICES[0], targets, 0.3, 0, chunk))
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


@pytest.mark.parametrize("seconds", [1, 7.3, 30])
@pytest.mark.parametrize("chunk", [None, 86])
def test_pieces_equal_the_whole(exact, seconds, chunk):
    waveform = samples(round(seconds * RATE))
    (result,) = in_pieces(exact, waveform, chunk)
    np.testing.assert_allclose(result, in_one_piece(exact, waveform), atol=1e-5, rtol=0)


@pytest.mark.parametrize("chunks", [1, 2, 3])
@pytest.mark.parametrize("offset", [-HOP - 1, -HOP, -1, 0, 1, HOP, HOP + 1])
def test_lengths_around_every_boundary(exact, chunks, offset):
    waveform = samples(40 * HOP * chunks + offset)
    (result,) = in_pieces(exact, waveform, chunk=40)
    np.testing.assert_allclose(result, in_one_piece(exact, waveform), atol=1e-5, rtol=0)


@pytest.mark.parametrize("missing", [0, 1])
def test_boundaries_inside_a_chunk_where_the_generator_is_called_again(exact, missing):
    waveform = samples((2 * exact.generator_keep + 1 - missing) * HOP)
    (result,) = in_pieces(exact, waveform)
    np.testing.assert_allclose(result, in_one_piece(exact, waveform), atol=1e-5, rtol=0)


def test_too_little_context_is_noticed_by_these_tests(exact, monkeypatch):
    monkeypatch.setattr(exact, "context", exact.context // 8)
    waveform = samples(200 * HOP)
    assert np.abs(in_pieces(exact, waveform, chunk=40)[0] - in_one_piece(exact, waveform)).max() > 1e-4


def test_the_size_of_the_blocks_that_arrive_does_not_matter(exact):
    waveform = samples(100 * HOP + 5)
    assert np.array_equal(in_pieces(exact, waveform, 30)[0], in_pieces(exact, waveform, 30, blocks=111)[0])


def test_pieces_come_before_the_recording_ends(exact):
    taken = 0

    def microphone():
        nonlocal taken
        for block in np.array_split(samples(600 * HOP), 600):
            taken += 1
            yield block

    first = next(iter(exact.convert(microphone(), VOICES[0], VOICES[1:2], 0.3, 0, chunk=20)))
    assert len(first[0]) == 20 * HOP
    assert taken <= 20 + exact.context + 5  # the margins on both sides, and the frames that might be the last


def test_many_voices_share_the_encoder(exact, monkeypatch):
    waveform = samples(30 * HOP)
    alone = [in_pieces(exact, waveform, targets=[voice])[0] for voice in VOICES[1:]]
    calls = []
    encode = exact.converter.remove_voice
    monkeypatch.setattr(exact.converter, "remove_voice", lambda *arguments: calls.append(1) or encode(*arguments))
    together = in_pieces(exact, waveform, targets=VOICES[1:])
    assert len(calls) == 1
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_bfloat16_stays_near(exact):
    fast = ChunkedConverter(exact.converter, "bfloat16")
    assert fast.dtype == torch.bfloat16
    waveform = samples(3 * RATE)
    assert np.corrcoef(in_pieces(fast, waveform, 86)[0], in_one_piece(exact, waveform))[0, 1] > 0.999


def test_windows_ask_for_few_shapes(exact):
    shapes = set()
    for count in range(2 * HOP, 700 * HOP, 1777):
        for window in windows([samples(count)], exact.config, 200, exact.context):
            shapes.add(padded_size(window.frames))
    assert len(shapes) <= 35


@pytest.mark.parametrize("frames", [2, 8, 9, 64, 65, 200, 257, 861])
@pytest.mark.parametrize("rest", [0, 255])
def test_an_embedding_does_not_depend_on_the_padding(exact, monkeypatch, frames, rest):
    """Compare with the unpadded encoder, and with the same frames in a larger size."""
    waveform = samples(frames * HOP + rest + 257)
    with torch.inference_mode():
        expected = exact.converter.embed(torch.from_numpy(waveform)[None])[0].numpy()
    embedding = exact.embed(waveform)
    np.testing.assert_allclose(embedding, expected, atol=1e-6, rtol=1e-5)
    monkeypatch.setattr(torch_converter, "padded_size", lambda size: 2 * padded_size(size))
    np.testing.assert_allclose(exact.embed(waveform), embedding, atol=1e-6, rtol=1e-5)


def test_conversions_of_many_lengths_ask_for_few_convolutions(exact, monkeypatch):
    """Count the shapes that convolutions get, because oneDNN keeps a primitive for each."""
    shapes = set()
    conv = torch.nn.functional.conv1d, torch.nn.functional.conv2d, torch.nn.functional.conv_transpose2d

    def noting(kind):
        def convolution(x, weight, *rest, **more):
            shapes.add((kind, tuple(x.shape), tuple(weight.shape), x.dtype))
            return kind(x, weight, *rest, **more)

        return convolution

    for kind in conv:
        monkeypatch.setattr(torch.nn.functional, kind.__name__, noting(kind))
        if hasattr(hifigan, kind.__name__):
            monkeypatch.setattr(hifigan, kind.__name__, noting(kind))
    seen = []
    counts = range(2 * HOP, 66 * HOP, 3 * HOP + 7)
    for count in counts:
        waveform = samples(count)
        own = exact.embed(waveform)
        list(exact.convert([waveform], own, VOICES[1:2], 0.3, 0))
        seen.append(len(shapes))
    sizes = len({padded_size(count // HOP) for count in counts})
    assert len(counts) > 2 * sizes
    assert 0 < seen[0] and seen[-1] <= seen[0] * sizes


# ---- noise


def test_noise_is_a_function_of_seed_and_frame():
    whole = noise(7, 5, 0, 3 * NOISE_BLOCK + 9)
    for first, stop in ((0, 1), (NOISE_BLOCK - 1, NOISE_BLOCK + 1), (70, 200)):
        assert np.array_equal(noise(7, 5, first, stop), whole[:, first:stop])
    assert not np.array_equal(noise(8, 5, 0, 9), whole[:, :9])


def test_noise_is_standard_normal_and_fresh_in_every_block():
    drawn = noise(0, 192, 0, 1000)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert (
        abs(np.corrcoef(drawn[:, :NOISE_BLOCK].ravel(), drawn[:, NOISE_BLOCK : 2 * NOISE_BLOCK].ravel())[0, 1]) < 0.05
    )


# ---- refused inputs, and choices


@pytest.mark.parametrize("count", [0, 1, 220, 256])
def test_less_than_the_mirror_needs(exact, count, expect_error):
    with expect_error(AudioError, f"the audio has {count} samples, at least 257 are needed"):
        in_pieces(exact, samples(count))


def test_the_shortest(exact):
    assert len(in_pieces(exact, samples(257))[0]) == 257


def test_unknown_precision(exact, expect_error):
    with expect_error(ValueError, "precision is 'best', it must be one of fast, exact, bfloat16"):
        ChunkedConverter(exact.converter, "best")


@pytest.mark.parametrize("gain, dtype", [(2.0, torch.bfloat16), (1.1, torch.float32), (0.2, torch.float32)])
def test_fast_takes_the_dtype_that_was_measured_faster_once(exact, gain, dtype, tmp_path, monkeypatch):
    measured = []
    monkeypatch.setattr(precision, "_bfloat16_gain", lambda: measured.append(1) or gain)
    assert [ChunkedConverter(exact.converter).dtype for _ in range(3)] == [dtype] * 3
    assert len(measured) == 1
    assert list(json.loads((tmp_path / "cpu.json").read_text()).values()) == [gain]


def test_the_measurement_leaves_the_threads_alone():
    threads = torch.get_num_threads()
    assert precision._bfloat16_gain() > 0
    assert torch.get_num_threads() == threads
