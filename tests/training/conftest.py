# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parallel corpus that needs no espeak-ng, and the smallest model that it trains."""

import json

import numpy as np
import pytest
import torch
from scipy import signal

from training import corpus as corpora
from training.batches import Settings
from training.corpus import RATE
from training.sentences import Sentence
from training.train import CONFIG

TINY_SETTINGS = Settings(
    steps=40, speakers=3, moments=2, frames=32, segment=16, segments=4, reference_frames=(64,), agreement_ramp=10
)


class Buzzer:
    """Reader that speaks some letters of a sentence as vowels, loud or soft, at one pitch; speakers differ in size."""

    SECONDS = 0.15  # length of a letter
    LETTERS = slice(4, 12)
    PITCH = 110

    def __init__(self, folder, voices):
        self.sizes = np.linspace(0.7, 1.4, len(voices))

    def read(self, speaker: int, sentence: Sentence) -> np.ndarray:
        letters = sentence.text.replace(" ", "").lower()[self.LETTERS]
        size = round(self.SECONDS * RATE)
        pulses = np.diff(np.floor(np.arange(len(letters) * size) * self.PITCH / RATE), prepend=0.0)
        sounds = []
        for letter, part in zip(letters, pulses.reshape(-1, size), strict=True):
            angle = 2 * np.pi * self.sizes[speaker] * (300 + 60 * (ord(letter) - ord("a"))) / RATE
            loudness = 1 + (ord(letter) * 5) % 7
            sounds.append(loudness * signal.lfilter([1], [1, -1.94 * np.cos(angle), 0.94], part))
        samples = np.concatenate(sounds)
        return samples * (corpora.LEVEL / np.sqrt(np.mean(samples**2)))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training") / "corpus"
    return corpora.make(folder, speakers=4, sentences=6, test_speakers=3, open_reader=Buzzer)


@pytest.fixture(scope="session")
def settings():
    return TINY_SETTINGS


@pytest.fixture(scope="session")
def tiny():
    raw = json.loads(CONFIG.read_text())
    sizes = {"inter_channels": 8, "hidden_channels": 16, "gin_channels": 8, "upsample_initial_channel": 32}
    layers = {"posterior_layers": 2, "flow_layers": 1, "n_flows": 2}
    return {**raw, "model": {**raw["model"], **sizes, **layers}}


@pytest.fixture(autouse=True)
def subnormal_numbers():
    """Turn subnormal numbers on again after a test, because the training's commands turn them off for the process."""
    yield
    torch.set_flush_denormal(False)
