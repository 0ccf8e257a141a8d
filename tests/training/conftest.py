# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parallel corpus that needs no Kokoro, and the smallest model that it trains."""

import json

import numpy as np
import pytest
import torch
from scipy import signal

from training import corpus as corpora
from training.batches import Settings
from training.corpus import RATE
from training.recipe import Recipe
from training.train import CONFIG

TINY_SETTINGS = Settings(
    steps=40, speakers=3, moments=2, frames=32, segment=16, segments=4, reference_frames=(64,), agreement_ramp=10
)


RECIPE = Recipe(timbres=4, voices=1, timbres_a_unit=4, sentences=6, readings=1)


class Buzzer:
    """Reader that speaks some letters of a sentence as vowels, loud or soft, at one pitch; speakers differ in size."""

    SECONDS = 0.15  # length of a letter
    LETTERS = slice(4, 12)
    PITCH = 110

    def read(self, unit, speakers) -> np.ndarray:
        return np.stack([self._voice(unit.text, speaker.change.stretch) for speaker in speakers])

    def _voice(self, text: str, size: float) -> np.ndarray:
        letters = "".join(letter for letter in text.lower() if letter.isalpha())[self.LETTERS]
        length = round(self.SECONDS * RATE)
        pulses = np.diff(np.floor(np.arange(len(letters) * length) * self.PITCH / RATE), prepend=0.0)
        sounds = []
        for letter, part in zip(letters, pulses.reshape(-1, length), strict=True):
            angle = 2 * np.pi * size * (300 + 60 * (ord(letter) - ord("a"))) / RATE
            loudness = 1 + (ord(letter) * 5) % 7
            sounds.append(loudness * signal.lfilter([1], [1, -1.94 * np.cos(angle), 0.94], part))
        return np.concatenate(sounds)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    return corpora.make(tmp_path_factory.mktemp("training") / "corpus", RECIPE, Buzzer())


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
