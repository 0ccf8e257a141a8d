# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Transformer of MeloTTS, compared with sums written out term by term, in float64."""

import math

import pytest
import torch

from models.demos.openvoice.reference import attention
from models.demos.openvoice.reference.alignment import sequence_mask
from models.demos.openvoice.reference.attention import Encoder, RelativeAttention
from models.tt_audio.reference.layer_norm import LayerNorm


def randomised(module, seed=0):
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.4
    return module.double().eval().requires_grad_(False)


def randn(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def written_out(layer: RelativeAttention, x: torch.Tensor, lengths: list[int]) -> torch.Tensor:
    """Compute the definition, pair by pair: the distance's key and value are added before the products."""
    batch, channels, length = x.shape
    width = channels // layer.n_heads
    q, k, v = layer.query(x), layer.key(x), layer.value(x)
    gathered = torch.zeros_like(x)
    for b in range(batch):
        for head in range(layer.n_heads):
            part = slice(head * width, (head + 1) * width)
            for i in range(lengths[b]):
                scores, values = [], []
                for j in range(lengths[b]):
                    key, value = k[b, part, j].clone(), v[b, part, j].clone()
                    if abs(j - i) <= layer.window:
                        key += layer.relative_keys[0, j - i + layer.window]
                        value += layer.relative_values[0, j - i + layer.window]
                    scores.append(q[b, part, i] @ key / math.sqrt(width))
                    values.append(value)
                gathered[b, part, i] = torch.stack(values, 1) @ torch.stack(scores).softmax(0)
    return layer.output(gathered)


@pytest.mark.parametrize("length", [1, 3, 5, 14])
def test_attention_is_its_definition(length):
    layer = randomised(RelativeAttention(8, n_heads=2))
    x = randn(1, 8, length)
    result = layer(x, torch.ones(1, 1, length))
    torch.testing.assert_close(result, written_out(layer, x, [length]), rtol=0, atol=1e-12)


def test_attention_ignores_values_after_the_end_of_a_sentence():
    layer = randomised(RelativeAttention(8, n_heads=2))
    x = randn(3, 8, 12)
    lengths = [12, 5, 1]
    result = layer(x, sequence_mask(torch.tensor(lengths), max(lengths)))
    expected = written_out(layer, x, lengths)
    for row, length in enumerate(lengths):
        torch.testing.assert_close(result[row, :, :length], expected[row, :, :length], rtol=0, atol=1e-12)


def test_attention_in_blocks_of_rows_is_attention_at_once(monkeypatch):
    layer = randomised(RelativeAttention(8, n_heads=2))
    x, mask = randn(2, 8, 23), sequence_mask(torch.tensor([23, 17]), 23)
    at_once = layer(x, mask)
    for rows in (1, 3, 5, 22):
        monkeypatch.setattr(attention, "SCORES_AT_ONCE", 2 * 2 * 23 * rows)
        torch.testing.assert_close(layer(x, mask), at_once, rtol=0, atol=1e-12)


def test_scores_held_at_once_do_not_grow_with_the_square_of_the_length(monkeypatch):
    monkeypatch.setattr(attention, "SCORES_AT_ONCE", 10_000)
    layer = randomised(RelativeAttention(8, n_heads=2))
    sizes = []
    attend = layer._attend
    monkeypatch.setattr(
        layer,
        "_attend",
        lambda q, first, k, *rest: sizes.append(q[..., 0].numel() * k.shape[2]) or attend(q, first, k, *rest),
    )
    layer(randn(1, 8, 500), torch.ones(1, 1, 500))
    assert max(sizes) <= 10_000 and sum(sizes) == 2 * 500 * 500


def test_layer_norm_normalises_each_column():
    norm = randomised(LayerNorm(6))
    x = randn(2, 6, 5)
    column = x[1, :, 3]
    expected = (column - column.mean()) / (column.var(unbiased=False) + 1e-5).sqrt() * norm.weight + norm.bias
    torch.testing.assert_close(norm(x)[1, :, 3], expected, rtol=0, atol=1e-12)


def test_the_speaker_enters_before_the_third_layer():
    encoder = randomised(Encoder(8, 12, n_heads=2, n_layers=3, kernel_size=3, gin_channels=4))
    x, mask, g = randn(1, 8, 6), torch.ones(1, 1, 6, dtype=torch.float64), randn(1, 4, 1, seed=2)
    h = x
    for layer in encoder.layers[:2]:
        h = layer(h, mask)
    h = encoder.layers[2](h + encoder.speaker(g[:, :, 0])[:, :, None], mask)
    torch.testing.assert_close(encoder(x, mask, g), h, rtol=0, atol=1e-12)


def test_encoder_of_a_padded_batch_is_the_encoder_of_each_sentence():
    encoder = randomised(Encoder(8, 12, n_heads=2, n_layers=3, kernel_size=5, gin_channels=4))
    x, g, lengths = randn(3, 8, 11), randn(3, 4, 1, seed=2), [4, 11, 7]
    result = encoder(x, sequence_mask(torch.tensor(lengths), max(lengths)).double(), g)
    for row, length in enumerate(lengths):
        alone = encoder(x[row : row + 1, :, :length], torch.ones(1, 1, length).double(), g[row : row + 1])
        torch.testing.assert_close(result[row : row + 1, :, :length], alone, rtol=0, atol=1e-12)
        assert not result[row, :, length:].any()
