# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sentences that numbers make longer than a pass of the device: each part fits, and its phones last as on the CPU."""

from itertools import islice

import pytest
import torch

import ttnn
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences, draw
from models.demos.openvoice.tests.melo_checkpoints import melo_config
from models.demos.openvoice.tests.pcc.test_melo_runner import SIZES, slow_on_simulator
from models.demos.openvoice.tests.pcc.test_melo_tts import PROSODY, load, randomness
from models.demos.openvoice.text.fitting import fits
from models.demos.openvoice.text.frontend import Phones, load_frontend, read, to_ids
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.tt.forms import PHONES
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS

PRICES = (
    "1,234,567.89 2,345,678.91 3,456,789.12 4,567,891.23 5,678,912.34 6,789,123.45 7,891,234.56 "
    "8,912,345.67 9,123,456.78"
).split()
TEXTS = {
    "EN": "It was $1,234.56 here, $2,345.67 there, $3,456.78 in May, $4,567.89 in June, and $5,678.95 in July.",
    "ES": "Fueron 1.234,56 € aquí, 2.345,67 € allí, 3.456,78 € en mayo, 4.567,89 € en junio y 5.678,95 € en julio.",
    "FR": "C'était 1 234,56 € ici, 2 345,67 € là, 3 456,78 € en mai, 4 567,89 € en juin et 5 678,95 € en juillet.",
    "ZH": f"价格是{'元、'.join(PRICES)}元。",
    "JP": "値段は1,234,567円、2,345,678円、3,456,789円、4,567,891円、5,678,912円、6,789,123円です。",
    "KR": "가격은 1,234,567원, 2,345,678원, 3,456,789원, 4,567,891원, 5,678,912원, 6,789,123원, 7,891,234원입니다.",
}
DIGITS = "1234567890" * 100
SPEAKER = torch.tensor([0])


def frontend(language: str):
    return load_frontend(language, WholeWords(lowercase=language in ("EN", "ES", "ZH"), strip_accents=False))


def network(parts: list[Phones]) -> tuple[MeloTTS, list[str]]:
    """Return a small seeded model and its symbols, those of the parts."""
    symbols = ["_", *sorted({phone for part in parts for phone in part.phones} - {"_"})]
    return load(melo_config(symbols, **SIZES)), symbols


def sentence_of(part: Phones, symbols: list[str], language: str) -> Sentences:
    ids = to_ids(part, symbols, 16, "ZH_MIX_EN" if language == "ZH" else language)
    rows = [torch.tensor([row]) for row in (ids.phones, ids.tones, ids.languages)]
    return Sentences(rows[0], torch.tensor([len(ids.phones)]), rows[1], rows[2])


@slow_on_simulator
@pytest.mark.parametrize("language", TEXTS)
def test_each_part_of_a_sentence_of_many_numbers_fits_and_lasts_as_on_the_cpu(device, language):
    read_text = frontend(language)
    assert not fits(read_text(TEXTS[language])) and len(TEXTS[language]) < 150
    parts = list(read(TEXTS[language], read_text))
    assert len(parts) > 1
    reference, symbols = network(parts)
    tts = DeviceMeloTTS(reference, device, window=64)
    for part in parts:
        sentence = sentence_of(part, symbols, language)
        assert int(sentence.lengths) <= PHONES[-1]
        encoding = reference.encode(sentence, SPEAKER)
        expected = reference.durations(encoding, PROSODY, draw(randomness(), 2, sentence.lengths))[0]
        own = tts.encode(sentence, SPEAKER, PROSODY, randomness())
        actual = ttnn.to_torch(own.placement.durations).reshape(-1)[: len(expected)]
        assert (actual == expected).float().mean() > 0.95
        assert len(expected) <= int(tts._counts(own)) <= MOST_FRAMES


@slow_on_simulator
def test_the_first_part_of_a_thousand_digits_is_read_and_encoded_alone(device):
    asked, read_text = [], frontend("EN")

    class Counting:
        language = read_text.language

        def __call__(self, text: str) -> Phones:
            asked.append(len(text))
            return read_text(text)

    (first,) = islice(read(DIGITS, Counting()), 1)
    assert len(asked) == 1 and asked[0] <= 256
    reference, symbols = network([first])
    sentence = sentence_of(first, symbols, "EN")
    assert int(sentence.lengths) <= PHONES[-1]
    tts = DeviceMeloTTS(reference, device, window=64)
    assert 0 < int(tts._counts(tts.encode(sentence, SPEAKER, PROSODY, randomness()))) <= MOST_FRAMES
