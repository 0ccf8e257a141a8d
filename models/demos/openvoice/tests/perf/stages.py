# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stages whose device time is limited by targets.yaml: full size, seeded weights, op by op.

Each function loads its part of the model on a device and returns a function that runs it once. A first run launches
the same programs as every later one, so one run under the profiler gives the stage's kernel time.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, WordPieces
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.demos.openvoice.tests.bert_models import make_bert
from models.demos.openvoice.tests.melo_checkpoints import melo_config
from models.demos.openvoice.tests.piper_weights import piper_config
from models.demos.openvoice.tt.alignment import Placement
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.tt.forms import TextForm
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from models.demos.openvoice.tt.melo_tts import Encoding

# A sentence of MeloTTS like README's examples: 100 phones with blanks, 25 word pieces, four seconds of frames.
PHONES, PIECES, FRAMES = 100, 25, 344
BERT_LAYERS = 10  # the layers of bert-base's 12 that are computed
FORM = TextForm(1, 128, 32, True)  # the buckets of such a sentence
SPEAKER = torch.tensor([0])


def device_backend(device) -> DeviceBackend:
    with tempfile.TemporaryDirectory() as folder:
        return DeviceBackend(load_converter(make_converter_checkpoint(folder)), device, traced=False)


def short_window(device, model: DeviceBackend | None = None) -> Callable[[], list[list[np.ndarray]]]:
    """Return a conversion of the largest recording that fits into one piece, from samples to samples."""
    model = model or device_backend(device)
    config = model.converter.config
    samples = np.zeros(model.converter.short * config.hop_length, np.float32)
    source, target = np.random.default_rng(0).standard_normal((2, config.gin_channels)).astype(np.float32)
    return lambda: list(model.convert([samples], source, [target], 0.3, 0))


def tone_colour(device, model: DeviceBackend | None = None) -> Callable[[], np.ndarray]:
    """Return an embedding of three seconds, from samples to embedding."""
    model = model or device_backend(device)
    samples = np.zeros(3 * model.converter.config.sampling_rate, np.float32)
    return lambda: model.embed(samples)


class OfKnownLength(DeviceMeloTTS):
    """MeloTTS with FRAMES frames per sentence, because untrained weights and mocked cards give no useful durations."""

    def _counts(self, encoding):
        return torch.full_like(super()._counts(encoding), FRAMES)


def device_melo(device) -> OfKnownLength:
    """Return MeloTTS of full size with BERT."""
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.json"
        file.write_text(json.dumps(melo_config()), encoding="utf-8")
        config = MeloConfig.from_file(file)
    reference = MeloTTS(config).eval().requires_grad_(False)
    return OfKnownLength(reference, device, make_bert(BERT_LAYERS))


def device_piper(device) -> OfKnownLength:
    """Return a Piper voice of quality "medium"."""
    torch.manual_seed(0)
    return OfKnownLength(MeloTTS(piper_config("medium")).eval().requires_grad_(False), device)


def text_side(
    device, model: OfKnownLength | None = None, prosody: Prosody = Prosody()  # noqa: B008 (it is frozen)
) -> Callable[[], Encoding]:
    """Return a run of the text side, from the ids of a sentence to its encoding, durations included."""
    model = model or device_melo(device)
    ids = torch.ones(1, PHONES, dtype=torch.long)
    pieces = WordPieces([1] * PIECES, [PHONES // PIECES] * PIECES)
    sentence = Sentences(ids, torch.tensor([PHONES]), ids, ids, pieces=(pieces,))
    return lambda: model.encode(sentence, SPEAKER, prosody, [torch.Generator().manual_seed(0)])


def frame_side(device, model: OfKnownLength | None = None) -> Callable[[], list]:
    """Return a run of the frame side, from an encoding on the device and the frames' noise to samples."""
    model = model or device_melo(device)

    def zeros(rows: int, columns: int):
        x = torch.zeros(1, 1, rows, columns)
        return ttnn.from_torch(x, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device)

    placement = Placement(zeros(1, FORM.phones), zeros(1, FORM.phones), zeros(1, 1))
    encoding = Encoding(zeros(FORM.phones, 2 * model.config.inter_channels), placement, FORM)
    return lambda: model.speak_encoding(encoding, SPEAKER, Prosody(), [torch.Generator().manual_seed(0)])


TARGETS = Path(__file__).with_name("targets.yaml")
# By their names in targets.yaml and the budgets.
STAGES: dict[str, Callable] = {
    "converter, short window": short_window,
    "tone colour of 3 s": tone_colour,
    "MeloTTS, text side": text_side,
    "MeloTTS, frame side": frame_side,
}
