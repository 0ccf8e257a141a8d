# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS as a whole, at full size: from the ids of real sentences to whole frames, and from frames to samples."""

import os
from dataclasses import replace

import pytest
import torch

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, WordPieces, draw
from models.demos.openvoice.tests.bert_models import WORDS, make_bert
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, state
from models.demos.openvoice.tests.pcc.test_runner import mel
from models.demos.openvoice.text.frontend import load_frontend, to_ids
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from models.tt_audio.host.checkpoint import fold_weight_norm, load_strict
from tests.ttnn.utils_for_testing import assert_with_pcc

pytestmark = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours at full size")

# Between 20 and 400 phones, blanks included.
TEXTS = {
    "EN": "The ferry from the northern islands was late again this morning, because a thick fog had come up over the "
    "water before sunrise, and nobody on the pier, neither the fishermen with their baskets nor the children on "
    "their way to school, seemed to mind very much when at last its horn was heard.",
    "ES": "A nadie le importó.",
    "FR": "Le bateau est arrivé en retard, et personne ne s'en plaignit.",
    "ZH": "船来晚了，但是没有人在意这台machine。",
    "JP": "船は遅れましたが、誰も気にしませんでした。",
    "KR": "배가 늦게 왔지만 아무도 신경 쓰지 않았습니다.",
}
PROSODY = Prosody()


def load(raw, seed: int = 0) -> MeloTTS:
    with torch.device("meta"):
        model = MeloTTS(MeloConfig.from_dict(raw))
    load_strict(model, fold_weight_norm(state(raw, seed)), "seeded", MELO_NAMES, MELO_TRAINING_ONLY)
    return model.eval().requires_grad_(False)


def read(language: str, bert) -> tuple[list[str], Sentences, Sentences]:
    """Return a checkpoint's symbols for a language's sentence, and that sentence for the device and the reference."""
    phones = load_frontend(language, WholeWords(lowercase=language in ("EN", "ES", "ZH"), strip_accents=False))(
        TEXTS[language]
    )
    symbols = ["_", *sorted(set(phones.phones) - {"_"})]
    ids = to_ids(phones, symbols, 16, "ZH_MIX_EN" if language == "ZH" else language)
    numbers = torch.Generator().manual_seed(len(ids.phones))
    pieces = torch.randint(1, WORDS, (1, len(ids.word2ph)), generator=numbers)
    features = bert(pieces).last_hidden_state[0].repeat_interleave(torch.tensor(ids.word2ph), 0).T[None]
    rows = [torch.tensor([row]) for row in (ids.phones, ids.tones, ids.languages)]
    sentence = Sentences(rows[0], torch.tensor([len(ids.phones)]), rows[1], rows[2])
    on_device = replace(sentence, pieces=(WordPieces(pieces[0].tolist(), ids.word2ph),))
    return symbols, on_device, replace(sentence, bert=features)


def randomness(seed: int = 7) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed)]


@pytest.mark.parametrize("language", TEXTS)
def test_every_phone_lasts_as_many_frames(device, language):
    """Compare durations end to end, from a sentence read by its language's front end; BERT has one layer here."""
    bert = make_bert(1)
    symbols, on_device, sentence = read(language, bert)
    assert 20 <= int(sentence.lengths) <= 400
    generator = {key: size for key, size in SMALL.items() if key.startswith("upsample")}
    reference = load(melo_config(symbols, **generator))
    encoding = reference.encode(sentence, torch.tensor([0]))
    expected = reference.durations(encoding, PROSODY, draw(randomness(), 2, sentence.lengths))[0]

    tts = DeviceMeloTTS(reference, device, bert, window=128)
    durations = tts.encode(on_device, torch.tensor([0]), PROSODY, randomness()).placement.durations
    actual = ttnn.to_torch(durations).reshape(-1)[: len(expected)]
    difference = actual - expected
    same = (difference == 0).float().mean().item()
    assert same > 0.95, f"{language}: {same:.1%} of {len(expected)} phones, the rest by {difference[difference != 0]}"


def test_the_waveform_of_the_reference_durations(device):
    symbols, on_device, sentence = read("FR", bert := make_bert(1))
    reference = load(melo_config(symbols))
    speaker = torch.tensor([0])
    encoding = reference.encode(sentence, speaker)
    source = randomness()
    durations = reference.durations(encoding, PROSODY, draw(source, 2, sentence.lengths))
    noise = draw(source, reference.config.inter_channels, frame_counts(durations))
    (z,) = reference.latents(encoding, durations, frame_counts(durations), PROSODY, noise)
    expected = reference.generator(z, encoding.speaker)[0]

    tts = DeviceMeloTTS(reference, device, bert)
    own = tts.encode(on_device, speaker, PROSODY, source := randomness())
    column = torch.zeros(1, 1, own.placement.durations.shape[3], 1)
    column[0, 0, : durations.shape[1], 0] = durations
    column = ttnn.from_torch(column, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device)
    given = own._replace(placement=tts.model.alignment.place(column))
    (actual,) = tts.speak_encoding(given, speaker, PROSODY, source)
    assert_with_pcc(expected, actual, 0.99)
    rate = reference.config.sampling_rate
    assert_with_pcc(mel(expected, rate), mel(actual, rate), 0.995)
