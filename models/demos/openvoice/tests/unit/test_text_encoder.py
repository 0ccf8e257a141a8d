# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text encoder: the sum of its embeddings, and sentences stacked to a batch."""

import torch
from torch import nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference.alignment import sequence_mask
from models.demos.openvoice.reference.text_encoder import TextEncoder
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, v1_config
from models.demos.openvoice.tests.unit.test_attention import randn, randomised


class Nothing(nn.Module):
    """Stand-in for the transformer that returns its input."""

    def forward(self, x, mask, g):
        return x


def test_embeddings_are_summed_and_scaled():
    encoder = randomised(TextEncoder(MeloConfig.from_dict(melo_config(**SMALL))))
    encoder.encoder = Nothing()
    text = Sentences(
        torch.tensor([[3, 1, 4]]),
        torch.tensor([2]),
        torch.tensor([[7, 0, 9]]),
        torch.tensor([[2, 3, 2]]),
        randn(1, 768, 3),
    )
    x, mean, log_deviation = encoder(text, sequence_mask(text.lengths, 3).double(), randn(1, 24, 1))
    column = encoder.phones.weight[1] + encoder.tones.weight[0] + encoder.languages.weight[3]
    column = column + encoder.bert.weight[:, :, 0] @ text.bert[0, :, 1] + encoder.bert.bias + encoder.chinese_bert.bias
    column = column * SMALL["hidden_channels"] ** 0.5
    torch.testing.assert_close(x[0, :, 1], column, rtol=0, atol=1e-10)
    both = encoder.projection.weight[:, :, 0] @ column + encoder.projection.bias
    torch.testing.assert_close(torch.cat([mean, log_deviation], 1)[0, :, 1], both, rtol=0, atol=1e-10)
    assert not x[0, :, 2].any() and not mean[0, :, 2].any() and not log_deviation[0, :, 2].any()


def test_a_base_speaker_has_phones_alone():
    encoder = randomised(TextEncoder(MeloConfig.from_dict(v1_config(**SMALL))))
    encoder.encoder = Nothing()
    x, _, _ = encoder(Sentences(torch.tensor([[3, 1]]), torch.tensor([2])), torch.ones(1, 1, 2).double(), None)
    expected = encoder.phones.weight[[3, 1]].T * SMALL["hidden_channels"] ** 0.5
    torch.testing.assert_close(x[0], expected, rtol=0, atol=1e-12)


def test_stack_pads_with_zeros():
    first = Sentences(torch.tensor([[1, 2]]), torch.tensor([2]), bert=torch.ones(1, 3, 2))
    second = Sentences(torch.tensor([[4, 5, 6], [7, 0, 0]]), torch.tensor([3, 1]), bert=torch.full((2, 3, 3), 2.0))
    batch = Sentences.stack([first, second])
    assert batch.phones.tolist() == [[1, 2, 0], [4, 5, 6], [7, 0, 0]]
    assert batch.lengths.tolist() == [2, 3, 1]
    assert batch.bert.shape == (3, 3, 3) and batch.bert[0].tolist() == [[1, 1, 0]] * 3
    assert batch.tones is None and batch.languages is None and batch.chinese_bert is None
