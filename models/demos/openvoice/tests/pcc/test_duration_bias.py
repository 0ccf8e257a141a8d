# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Log durations of the device must also be right on average: they are rounded up, so a bias makes phones longer.

The text encoder and then the duration predictor run with weights of several seeds.
"""

import torch
from loguru import logger

import ttnn
from models.demos.openvoice.reference.text_encoder import BERT_WIDTH, Sentences
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config
from models.demos.openvoice.tests.pcc.batches import columns, inside, mask, slow_on_simulator
from models.demos.openvoice.tests.pcc.test_melo_tts import load
from models.demos.openvoice.tt.duration_predictor import DurationPredictor
from models.demos.openvoice.tt.parameters.conditioning import speaker_rows
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.text_encoder import TextEncoder
from tests.ttnn.utils_for_testing import assert_with_pcc

CONFIG = melo_config(**{key: size for key, size in SMALL.items() if key.startswith("upsample")})
SEEDS, BUCKET = range(1, 7), 64
LENGTHS = [60, 48]


def sentences(seed: int) -> list[Sentences]:
    generator = torch.Generator().manual_seed(seed)

    def one(length: int) -> Sentences:
        ids = [torch.randint(0, limit, (1, length), generator=generator) for limit in (219, 16, 8)]
        bert = torch.randn(1, BERT_WIDTH, length, generator=generator)
        return Sentences(ids[0], torch.tensor([length]), ids[1], ids[2], bert)

    return [one(length) for length in LENGTHS]


@slow_on_simulator
def test_log_durations_are_right_on_average(device, upload):
    stage = Precision().text
    means = {}
    for seed in SEEDS:
        model, given = load(CONFIG, seed), sentences(50 + seed)
        rows = speaker_rows(model, 0)
        text_encoder = TextEncoder(preprocess(model.text_encoder), device, stage)
        predictor = DurationPredictor(preprocess(model.duration_predictor), device, stage)

        ids = [
            columns([getattr(one, kind) for one in given], BUCKET).flatten()[None].to(torch.int32)
            for kind in ("phones", "tones", "languages")
        ]
        ids = [ttnn.from_torch(row, dtype=ttnn.uint32, layout=ttnn.ROW_MAJOR_LAYOUT, device=device) for row in ids]
        weight, exists = model.text_encoder.bert.weight[:, :, 0], upload(mask(LENGTHS, BUCKET))
        features = upload(columns([weight @ one.bert[0] for one in given], BUCKET))
        text, _ = text_encoder(ids, features, exists, ttnn.to_device(rows.text_encoder, device), len(given))
        logs = predictor(text, exists, ttnn.to_device(rows.duration_predictor, device), len(given))

        actual = torch.cat(inside(ttnn.to_torch(logs), LENGTHS, BUCKET), dim=1)[0]
        encodings = [model.encode(one, torch.tensor([0])) for one in given]
        expected = torch.cat([model.duration_predictor(e.text, e.mask, e.speaker)[0, 0] for e in encodings])
        assert_with_pcc(expected, actual, 0.999)
        means[seed] = float((actual - expected).mean())
    logger.info(f"mean signed error of log durations, by seed: {means}")
    assert abs(sum(means.values()) / len(means)) < 0.001 and max(map(abs, means.values())) < 0.0025, means
