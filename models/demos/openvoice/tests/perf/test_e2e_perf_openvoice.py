# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Wall time for a user on a card: traces, two command queues, all transfers, compared with targets.yaml.

    pytest models/demos/openvoice/tests/perf -m models_performance_bare_metal

Each case measures a first call (compilation, weights, traces) and warm ones, and writes a perf_openvoice_*.csv. Weights
are seeded, of full size, because the device's work depends only on sizes and on the length of the speech.
"""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from models.demos.openvoice.base_speakers import BaseSpeaker
from models.demos.openvoice.pipeline import OpenVoice, Request
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.demos.openvoice.tests.bert_models import make_bert
from models.demos.openvoice.tests.melo_checkpoints import melo_config, write_checkpoint
from models.demos.openvoice.tests.perf.stages import TARGETS
from models.demos.openvoice.text.frontend import PUNCTUATION
from models.demos.openvoice.text.pronunciation import Predictor
from models.demos.openvoice.tt.backend import TRACE_REGION_SIZE
from models.tt_audio.host.voices import Voice
from models.tt_audio.testing import speech, targets
from models.tt_audio.testing.gates import card_name, hold_wall_time, needs_card, wall_time
from models.tt_audio.tt.trace_cache import obstacle

pytestmark = [
    needs_card,
    pytest.mark.models_performance_bare_metal,
    pytest.mark.timeout(1200),  # a cold machine compiles every kernel first
    pytest.mark.parametrize(
        "device_params", [{"trace_region_size": TRACE_REGION_SIZE, "num_command_queues": 2}], indirect=True, ids=[""]
    ),
]


@pytest.fixture
def model(device, tmp_path):
    assert obstacle(device, TRACE_REGION_SIZE) is None
    return OpenVoice.from_pretrained(make_converter_checkpoint(tmp_path), backend="ttnn", device=device)


@pytest.fixture
def limits():
    return targets.load(TARGETS)


def test_conversion(model, limits):
    """Convert ten seconds in one call: real-time factor, and samples a second as the report's throughput."""
    seconds = 10.0
    recording, source, target = speech.voice(seconds, model.sampling_rate), *voices(model, 2)
    wall = wall_time(lambda: model.convert(recording, target, source))
    hold("conversion", wall, {"conversion_rtf": wall.again / seconds}, "conversion_rtf", limits, seconds)


def test_first_audio(model, limits):
    """Time a stream in pieces of a second until its first piece."""
    recording, source, target = speech.voice(10.0, model.sampling_rate), *voices(model, 2)
    wall = wall_time(lambda: next(model.convert_stream(recording, target, source)))
    hold("first_audio", wall, {"first_audio_seconds": wall.again}, "first_audio_seconds", limits)


def test_clone(model, limits):
    """Clone a new voice from ten seconds, then speak three seconds in it."""
    rate = model.sampling_rate
    reference, recording, (source,) = speech.voice(10.0, rate), speech.voice(3.0, rate), voices(model, 1)
    heard = itertools.count()
    # use another recording each time, because a known one would come from the bank
    wall = wall_time(lambda: model.convert(recording, model.voice(np.roll(reference, next(heard))), source))
    hold("clone", wall, {"clone_seconds": wall.again}, "clone_seconds", limits)


@pytest.mark.parametrize("batch", [1, 4, 10])
def test_batch(model, limits, batch):
    """Convert recordings of three seconds into different voices at once; each waits for all."""
    seconds = 2.9  # one short window on every card
    recording, (source, *people) = speech.voice(seconds, model.sampling_rate), voices(model, 1 + batch)
    requests = [Request(recording, person, source, seed=seed) for seed, person in enumerate(people)]
    made = []
    wall = wall_time(lambda: made.append(model.convert_batch(requests)))
    metrics = {"conversion_rtf": wall.again / seconds}
    if batch == 10:
        metrics["concurrent_clones"] = len(made[-1])
    hold(f"batch_of_{batch}", wall, metrics, "conversion_rtf", limits, seconds, batch)


TEXT = "The ferry was late this morning, and nobody on the quay seemed to mind. The gulls did."


def test_speech(model, limits, tmp_path):
    """Speak a text in a voice: front end, BERT, MeloTTS and conversion. Tokens are its phones, blanks included.

    Time the whole text, and the first of its sentences, which a stream yields before the others.
    """
    base, (voice,) = base_speaker(tmp_path / "speaker", model), voices(model, 1)
    tokens = sum(sentence.ids.phones.shape[1] for sentence in base.prepare(TEXT))
    spoken = []
    wall = wall_time(lambda: spoken.append(model.speak(TEXT, voice, base=base, progress=False)))
    seconds = len(spoken[-1]) / model.sampling_rate
    metrics = {"speech_rtf": wall.again / seconds, "tokens_per_second": tokens / wall.again}
    first = wall_time(lambda: next(model.speak_stream(TEXT, voice, base=base, progress=False)))
    hold("speech", wall, metrics, "speech_rtf", limits, seconds)
    hold("first_sentence", first, {"first_audio_seconds": first.again}, "first_audio_seconds", limits)


def base_speaker(folder: Path, model: OpenVoice, bert_layers: int = 12, **sizes) -> BaseSpeaker:
    """Return MeloTTS and BERT on the backend of the converter; write the speaker's own voice to its released path."""
    phones = {phone.rstrip("012").lower() for phone in Predictor.PHONES if phone.isalnum()}
    symbols = ["_", *sorted(phones - {"v"} | {"V"} | PUNCTUATION)]
    write_checkpoint(folder, melo_config(symbols, {"EN-Default": 0}, **sizes))
    own = model.folder / "base_speakers/ses"
    own.mkdir(parents=True, exist_ok=True)
    torch.save(torch.linspace(-1, 1, model.config.gin_channels).view(1, -1, 1), own / "en-default.pth")
    bert = folder / "bert"
    make_bert(bert_layers).save_pretrained(bert)
    words = set(re.findall(r"\w+|[^\w\s]", TEXT.lower()))
    (bert / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(words)]))
    (bert / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return BaseSpeaker.from_pretrained(folder, "EN", bert, backend=model.backend)


def voices(model, count: int) -> list[Voice]:
    embeddings = torch.randn(count, model.config.gin_channels, generator=torch.Generator().manual_seed(0))
    return [Voice(embedding, f"voice {number}", "seed 0") for number, embedding in enumerate(embeddings)]


def hold(case, wall, metrics, metric, limits, seconds=1.0, batch=1):
    """Require that a call takes at most the strictest limit of `metric` times `seconds`."""
    card = card_name()
    hold_wall_time(f"openvoice_{case}", card, wall, metrics, limits.strictest(metric, card) * seconds, limits, batch)
