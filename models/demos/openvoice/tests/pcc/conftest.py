# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures of the device tests: the full-size V2 converter and MeloTTS with seeded weights, speech, voices, uploads."""

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, state
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.tt_audio.host import audio
from models.tt_audio.host.checkpoint import fold_weight_norm, load_strict
from models.tt_audio.testing import speech


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """Return the full-size V2 converter in torch, with seeded weights of realistic scale."""
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("converter")))


@pytest.fixture(scope="session")
def host_parameters(reference):
    return preprocess(reference)


@pytest.fixture(scope="session")
def precision():
    return Precision()


@pytest.fixture(scope="session")
def samples(reference):
    """Return real speech at the model's rate, or a synthetic voice where the recordings are absent."""
    if speech.FOLDER.is_dir():
        return audio.load(speech.recording("demo_speaker0.mp3"), reference.config.sampling_rate)
    voice = speech.voice(20.0, reference.config.sampling_rate)
    # add background noise, as a recording has: without it most bins are near zero and their correlation means nothing
    return voice + 3e-3 * np.random.default_rng(0).standard_normal(len(voice)).astype(np.float32)


@pytest.fixture
def window(reference, samples):
    """Return `window(frames)`: the samples of that many frames from within the speech, with the samples around them."""

    def cut(frames: int) -> torch.Tensor:
        config = reference.config
        size = frames * config.hop_length + config.filter_length - config.hop_length
        start = config.sampling_rate  # one second, after which speech has begun
        return torch.from_numpy(np.ascontiguousarray(samples[start : start + size]))[None]

    return cut


@pytest.fixture
def voices(reference):
    """Return two very different voices as embeddings [2, gin_channels], of the size that the encoder gives."""
    return torch.randn(2, reference.config.gin_channels, generator=torch.Generator().manual_seed(7))


@pytest.fixture
def upload(device):
    def to_device(x: torch.Tensor, layout=ttnn.TILE_LAYOUT):
        return ttnn.from_torch(x.contiguous(), dtype=ttnn.float32, layout=layout, device=device)

    return to_device


@pytest.fixture(scope="session")
def melo():
    """Return MeloTTS with seeded weights, everything before the generator at full size."""
    raw = melo_config(**{key: size for key, size in SMALL.items() if key.startswith("upsample")})
    with torch.device("meta"):
        model = MeloTTS(MeloConfig.from_dict(raw))
    load_strict(model, fold_weight_norm(state(raw)), "seeded weights", MELO_NAMES, MELO_TRAINING_ONLY)
    return model.eval().requires_grad_(False)
