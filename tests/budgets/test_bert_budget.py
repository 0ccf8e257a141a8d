# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of BERT on the device; the whole text side of a sentence may take 900 programs."""

import pytest
import torch

from mock_device.ledger import Ledger
from models.demos.openvoice.constants import CHINESE_BERT_WIDTH
from models.demos.openvoice.tests.bert_models import make_bert, place
from models.demos.openvoice.tt.bert import Bert, PhoneFeatures
from models.demos.openvoice.tt.parameters import bert as bert_parameters
from models.demos.openvoice.tt.precision import Precision

pytestmark = pytest.mark.device

STAGE = Precision().bert
EMBEDDINGS = 4  # mask, words, positions, norm
LAYER = 8  # queries with keys and values, heads, attention, projection, norm, two matmuls, norm
TENSORS_OF_A_LAYER = 12  # weight and bias of four matmuls and two norms


def sentences(device, batch: int, tokens: int):
    ids = [[1] * (tokens - 3)] * batch
    return place(device, ids, tokens, word2ph=ids, phones=2 * tokens)


@pytest.mark.parametrize("published, allowed", [(12, 110), (24, 250)])
def test_programs_and_uploads_of_the_whole_depth(bare_device, published, allowed):
    """Use a narrow model, because neither count depends on the width."""
    layers = published - 2
    parameters = bert_parameters.bert(make_bert(layers, width=64, intermediate_size=128), STAGE)
    with Ledger(bare_device) as loading:
        bert = Bert(parameters, bare_device, STAGE)
    assert loading.uploads.count == 4 + TENSORS_OF_A_LAYER * layers
    words, mask, _ = sentences(bare_device, 2, 64)
    bert(words, mask)
    with Ledger(bare_device) as ledger:
        bert(words, mask)
    ledger.check(programs=EMBEDDINGS + LAYER * layers, uploads=0, downloads=0, cache_misses=0)
    assert ledger.num_programs <= allowed


def test_memory_at_the_greatest_width(bare_device):
    """Test around the batch size at which activations no longer fit into L1; it depends on the card."""
    width = CHINESE_BERT_WIDTH
    bert = Bert(bert_parameters.bert(make_bert(1, width), STAGE), bare_device, STAGE)
    phone_features = PhoneFeatures(bert_parameters.phone_features(torch.nn.Conv1d(width, 192, 1)), bare_device, STAGE)
    for batch, tokens in [(1, 512), (3, 512), (10, 128), (10, 512)]:
        words, mask, pieces = sentences(bare_device, batch, tokens)
        phone_features(bert(words, mask), pieces)
        with Ledger(bare_device, dispatch=False) as ledger:
            features = phone_features(bert(words, mask), pieces)
        ledger.check(programs=EMBEDDINGS + LAYER + 3, peak_l1_fraction=0.9)
        assert list(features.shape) == [1, 1, 2 * batch * tokens, 192]
        del features  # has no buffer, because nothing was dispatched
