# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text encoder at full size: from ids and BERT's features to encoding, means and log deviations."""

from dataclasses import replace

import pytest
import torch

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.constants import BERT_WIDTH
from models.demos.openvoice.reference import text_encoder as reference
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.melo_checkpoints import v1_config
from models.demos.openvoice.tests.pcc.batches import FILLING, columns, inside, mask, slow_on_simulator
from models.demos.openvoice.tests.unit.test_attention import randomised
from models.demos.openvoice.tt.parameters.conditioning import speaker_rows
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.text_encoder import TextEncoder
from tests.ttnn.utils_for_testing import assert_with_pcc

BAR = 0.999
SIZES = (219, 16, 8)  # phones, tones, languages


def sentence(length: int, seed: int = 0, bert: bool = True) -> Sentences:
    generator = torch.Generator().manual_seed(seed)
    phones, tones, languages = (torch.randint(0, size, (1, length), generator=generator) for size in SIZES)
    features = torch.randn(1, BERT_WIDTH, length, generator=generator) if bert else None
    return Sentences(phones, torch.tensor([length]), tones, languages, features)


def expected(melo, given: Sentences) -> list[torch.Tensor]:
    encoding = melo.encode(given, torch.tensor([0]))
    return [x[0] for x in (encoding.text, encoding.mean, encoding.log_deviation)]


@pytest.fixture
def encode(device, upload, melo):
    """Encode sentences in a bucket; return for each its encoding, means and log deviations.

    `filling` is the value of the padding.
    """
    encoder = TextEncoder(preprocess(melo.text_encoder), device, Precision().text)
    speaker = ttnn.to_device(speaker_rows(melo, 0).text_encoder, device)

    def encode(sentences, bucket, filling=FILLING):
        lengths = [int(given.lengths) for given in sentences]

        def ids(name):
            rows = columns([getattr(given, name) for given in sentences], bucket, filling)
            host = rows.flatten()[None].to(torch.int32)
            return ttnn.from_torch(host, dtype=ttnn.uint32, layout=ttnn.ROW_MAJOR_LAYOUT, device=device)

        features = None
        if sentences[0].bert is not None:
            weight = melo.text_encoder.bert.weight[:, :, 0]
            features = upload(columns([weight @ given.bert[0] for given in sentences], bucket, filling))
        existing = None if min(lengths) == bucket else upload(mask(lengths, bucket))
        kinds = [ids(name) for name in ("phones", "tones", "languages")]
        text, statistics = encoder(kinds, features, existing, speaker, len(sentences))
        parts = (ttnn.to_torch(text), *ttnn.to_torch(statistics).chunk(2, dim=3))
        return list(zip(*(inside(part, lengths, bucket) for part in parts), strict=True))

    return encode


@pytest.mark.parametrize(
    "length, bucket",
    [(20, 64), pytest.param(128, 128, marks=slow_on_simulator), pytest.param(400, 512, marks=slow_on_simulator)],
)
def test_one_sentence(encode, melo, length, bucket):
    given = sentence(length)
    for reference_part, part in zip(expected(melo, given), encode([given], bucket)[0], strict=True):
        assert_with_pcc(reference_part, part, BAR)


@slow_on_simulator
def test_a_batch_some_without_padding_and_no_bert(encode, melo):
    given = [sentence(length, seed, bert=False) for seed, length in enumerate((64, 41, 20))]
    for of_one, parts in zip(given, encode(given, 64), strict=True):
        for reference_part, alone, part in zip(expected(melo, of_one), encode([of_one], 64)[0], parts, strict=True):
            assert_with_pcc(reference_part, part, BAR)
            assert_with_pcc(alone, part, 0.9999)


@slow_on_simulator
def test_values_after_the_end_change_nothing(encode):
    given = [sentence(50)]
    for first, second in zip(*(encode(given, 64, filling)[0] for filling in (0.0, 5.0)), strict=True):
        assert torch.equal(first, second)


def test_ids_alone_of_a_v1_base_speaker(device, upload):
    """Encode without tones, languages and speaker: V1 embeds phones only."""
    config = replace(MeloConfig.from_dict(v1_config()), n_layers=1)
    network = randomised(reference.TextEncoder(config)).float()
    given = Sentences(torch.arange(32)[None] % len(config.symbols), torch.tensor([32]))
    with torch.no_grad():
        reference_parts = network(given, torch.ones(1, 1, 32), torch.zeros(1, config.gin_channels, 1))
    ids = ttnn.from_torch(given.phones.to(torch.int32), dtype=ttnn.uint32, layout=ttnn.ROW_MAJOR_LAYOUT, device=device)
    text, statistics = TextEncoder(preprocess(network), device, Precision().text)([ids])
    parts = (ttnn.to_torch(text), *ttnn.to_torch(statistics).chunk(2, dim=3))
    for reference_part, part in zip(reference_parts, parts, strict=True):
        assert_with_pcc(reference_part[0].T, part[0, 0], BAR)
