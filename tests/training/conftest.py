# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A parallel corpus that needs no espeak-ng, and the smallest model that it trains."""

import json

import numpy as np
import pytest
from scipy import signal

from training import corpus as corpora
from training.batches import Settings
from training.corpus import RATE
from training.train import CONFIG

TINY_SETTINGS = Settings(
    steps=40, speakers=3, moments=2, frames=16, segment=8, segments=4, reference_frames=(64,), agreement_ramp=10
)


class Whisperer:
    """Reads some letters of a sentence as whispered vowels, loud or soft; a speaker is a size of the mouth."""

    SECONDS = 0.15  # of a letter
    LETTERS = slice(4, 12)

    def __init__(self, folder, speakers, seed):
        self.sizes = np.linspace(0.7, 1.4, speakers)

    def read(self, speaker: int, sentence: str) -> np.ndarray:
        rng = np.random.default_rng(speaker)
        sounds = []
        for letter in sentence.replace(" ", "").lower()[self.LETTERS]:
            breath = rng.standard_normal(round(self.SECONDS * RATE)) * (1 + (ord(letter) * 5) % 7) ** 2
            angle = 2 * np.pi * self.sizes[speaker] * (300 + 60 * (ord(letter) - ord("a"))) / RATE
            sounds.append(signal.lfilter([1], [1, -1.94 * np.cos(angle), 0.94], breath))
        samples = np.concatenate(sounds)
        return samples * (corpora.LEVEL / np.sqrt(np.mean(samples**2)))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training") / "corpus"
    return corpora.make(folder, speakers=4, sentences=6, test_speakers=3, open_reader=Whisperer)


@pytest.fixture(scope="session")
def settings():
    return TINY_SETTINGS


@pytest.fixture(scope="session")
def tiny():
    raw = json.loads(CONFIG.read_text())
    sizes = {"inter_channels": 8, "hidden_channels": 16, "gin_channels": 8, "upsample_initial_channel": 32}
    layers = {"posterior_layers": 2, "flow_layers": 1, "n_flows": 2}
    spectrogram = {"filter_length": 512, "win_length": 512}
    return {**raw, "data": {**raw["data"], **spectrogram}, "model": {**raw["model"], **sizes, **layers}}
