# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT, and its features on phones: sentences that fill their bucket, end inside it, or share it."""

import os
from functools import partial

import pytest
import torch
from transformers import BertForMaskedLM

import ttnn
from models.demos.openvoice.bert_loading import Bert as LoadedBert
from models.demos.openvoice.tests import bert_models
from models.demos.openvoice.tests.bert_models import WORDS, make_bert
from models.demos.openvoice.tt.bert import Bert, PhoneFeatures
from models.demos.openvoice.tt.parameters import bert as bert_parameters
from tests.ttnn.utils_for_testing import assert_with_pcc

BAR = 0.999
PHONES = 192  # channels of the text encoder
slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="minutes on a simulator")


@pytest.fixture(scope="module")
def two_layers():
    return make_bert(2)


@pytest.fixture
def load(device, precision):
    return lambda model: Bert(bert_parameters.bert(model, precision.bert), device, precision.bert)


@pytest.fixture
def place(device):
    return partial(bert_models.place, device)


def sentence(length: int, seed: int = 0) -> list[int]:
    return torch.randint(1, WORDS, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


def hidden_of(model, ids) -> torch.Tensor:
    return model(torch.tensor([ids])).last_hidden_state[0]


def items(result, batch: int) -> torch.Tensor:
    """Return [1, 1, batch * N, width] on the device as [batch, N, width] on the host."""
    return ttnn.to_torch(result)[0, 0].unflatten(0, (batch, -1))


def check(expected, actual):
    assert torch.isfinite(actual).all()
    assert_with_pcc(expected, actual[: len(expected)], BAR)


@pytest.mark.parametrize(
    ("width", "layers", "length", "tokens"),
    [
        pytest.param(768, 10, 20, 32, id="768_whole_depth_20_in_32", marks=slow_on_simulator),
        pytest.param(768, 2, 32, 32, id="768_32_whole"),
        pytest.param(768, 1, 400, 512, id="768_400_in_512", marks=slow_on_simulator),
        pytest.param(1024, 1, 65, 128, id="1024_65_in_128", marks=slow_on_simulator),
    ],
)
def test_hidden_state(load, place, width, layers, length, tokens):
    model, ids = make_bert(layers, width), sentence(length)
    words, mask, _ = place([ids], tokens)
    check(hidden_of(model, ids), items(load(model)(words, mask), 1)[0])


def test_layers_after_hidden_state_minus_three_are_not_loaded(load, place, tmp_path):
    """Load a checkpoint of five layers with a word prediction head, as the pipeline does."""
    whole = BertForMaskedLM(make_bert(5, intermediate_size=64).config).eval()
    whole.bert.load_state_dict(make_bert(5, intermediate_size=64).state_dict())
    whole.save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "word"]))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    bert, ids = load(LoadedBert("EN", tmp_path).model), sentence(25)
    with torch.no_grad():
        expected = whole(torch.tensor([ids]), output_hidden_states=True).hidden_states[-3][0]
    words, mask, _ = place([ids], 32)
    assert len(bert.layers) == 3
    check(expected, items(bert(words, mask), 1)[0])


@slow_on_simulator
def test_sentences_of_a_batch_do_not_see_each_other(load, place, two_layers):
    bert, lengths = load(two_layers), (64, 20, 41)
    sentences = [sentence(length, seed) for seed, length in enumerate(lengths)]
    words, mask, _ = place(sentences, 64)
    together = items(bert(words, mask), len(lengths))
    for ids, shared in zip(sentences, together, strict=True):
        words, mask, _ = place([ids], 64)
        alone = items(bert(words, mask), 1)[0]
        assert_with_pcc(alone[: len(ids)], shared[: len(ids)], 0.999999)
        check(hidden_of(two_layers, ids), shared)


def test_padding_never_matters(load, place, two_layers):
    bert, ids = load(two_layers), sentence(20)
    words, mask, _ = place([ids], 32)
    others, _, _ = place([ids + sentence(12, seed=5)], 32)
    one, other = (items(bert(row, mask), 1)[0, :20] for row in (words, others))
    assert torch.equal(one, other)


@pytest.mark.parametrize("batch", [1, 2])
def test_phones_get_the_features_of_their_pieces(device, upload, place, precision, batch):
    projection = torch.nn.Conv1d(768, PHONES, 1).requires_grad_(False)
    counts = [[1, 5, 2, 0, 7, 1], [2, 0, 3, 4]][:batch]
    _, _, pieces = place([sentence(len(row)) for row in counts], 32, counts, 64)
    hidden = torch.randn(1, 1, batch * 32, 768, generator=torch.Generator().manual_seed(3))
    features = PhoneFeatures(bert_parameters.phone_features(projection), device, precision.bert)
    result = items(features(upload(hidden), pieces), batch)
    assert result.shape == (batch, 64, PHONES)
    for row, of_pieces, repeats in zip(result, hidden[0, 0].split(32), counts, strict=True):
        phones = of_pieces[: len(repeats)].repeat_interleave(torch.tensor(repeats), 0)
        expected = projection(phones.T).T - projection.bias
        assert_with_pcc(expected, row[: len(phones)], 0.99999)
        assert (row[len(phones) :] == 0).all()


def test_a_length_that_is_no_bucket_is_refused(load, place, two_layers, expect_error):
    words, mask, _ = place([sentence(20)], 96)
    with expect_error(ValueError, r"96 word pieces are no bucket"):
        load(two_layers)(words, mask)


def test_another_activation_is_refused(load, expect_error):
    with expect_error(ValueError, "a BERT with the activation relu is none that MeloTTS was trained with"):
        load(make_bert(1, 64, hidden_act="relu", intermediate_size=64))
