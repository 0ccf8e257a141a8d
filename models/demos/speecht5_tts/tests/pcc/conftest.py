# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Seeded networks, of full size and of the smallest size that a card takes, and both on the device."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch

import ttnn
from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.synthetic import (
    TILED_CONFIG,
    TILED_VOCODER_CONFIG,
    write_speech,
    write_tokenizer,
    write_vocoder,
)
from models.demos.speecht5_tts.tt.layout import Layout
from models.demos.speecht5_tts.tt.parameters.speecht5 import speecht5 as parameters_of
from models.demos.speecht5_tts.tt.precision import Precision
from models.demos.speecht5_tts.tt.runner import DeviceRunner
from models.tt_audio.tt.tensors import download

STOP_BIAS = -1.2  # some texts of the small network end by it, others by their largest length


class Reference(NamedTuple):
    """A network and its vocoder in PyTorch."""

    speech: SpeechT5Network
    vocoder: Vocoder


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(scope="session")
def tiled_folder(tmp_path_factory):
    """Return a folder with the small network and its tokenizer."""
    return write_tokenizer(write_speech(tmp_path_factory.mktemp("speech"), TILED_CONFIG, stop_bias=STOP_BIAS))


@pytest.fixture(scope="session")
def tiled_vocoder_folder(tmp_path_factory):
    return write_vocoder(tmp_path_factory.mktemp("vocoder"), TILED_VOCODER_CONFIG)


@pytest.fixture(scope="session")
def tiled(tiled_folder, tiled_vocoder_folder) -> Reference:
    """Return the smallest networks that a card takes."""
    return Reference(load_speech(tiled_folder), load_vocoder(tiled_vocoder_folder))


@pytest.fixture(scope="session")
def full(tmp_path_factory) -> Reference:
    """Return networks of the released size."""
    folder = tmp_path_factory.mktemp("full")
    return Reference(load_speech(write_speech(folder / "speech")), load_vocoder(write_vocoder(folder / "vocoder")))


@pytest.fixture
def make_runner(device) -> Callable[..., DeviceRunner]:
    """Return `make_runner(reference, rows, most_steps)`: a runner that dispatches op by op."""

    def make(reference: Reference, rows: int = 1, most_steps: int | None = None) -> DeviceRunner:
        layout, precision = Layout(reference.speech.config, rows, most_steps), Precision()
        parameters = parameters_of(*reference, layout, precision)
        return DeviceRunner(parameters, reference.vocoder.config, layout, device, precision)

    return make


@pytest.fixture
def text() -> Callable[[int], torch.Tensor]:
    """Return `text(count)`: that many ids."""
    return lambda count: torch.randint(4, 79, (count,), generator=torch.Generator().manual_seed(count))


@pytest.fixture
def voice() -> Callable[..., torch.Tensor]:
    """Return `voice(reference)`: a speaker embedding."""

    def make(reference: Reference, seed: int = 2) -> torch.Tensor:
        width = reference.speech.config.speaker_embedding_dim
        return torch.randn(width, generator=torch.Generator().manual_seed(seed))

    return make


@pytest.fixture
def encode() -> Callable[[DeviceRunner, torch.Tensor], np.ndarray]:
    """Return `encode(runner, ids)`: the memory [T, C] that the device computes."""

    def run(runner: DeviceRunner, ids: torch.Tensor) -> np.ndarray:
        runner._read(ids.numpy(), 0)
        tokens = next(tokens for tokens in runner.layout.buckets if len(ids) <= tokens)
        memory = download(runner.network.encoder(*runner._texts[tokens]))
        return memory[0, 0, : len(ids)]

    return run


@pytest.fixture
def write() -> Callable[[ttnn.Tensor, torch.Tensor], None]:
    """Return `write(tensor, values)`: overwrite a tiled float32 tensor of the device."""

    def copy(tensor: ttnn.Tensor, values: torch.Tensor) -> None:
        values = values.float().reshape(list(tensor.shape)).contiguous()
        ttnn.copy_host_to_device_tensor(ttnn.from_torch(values, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT), tensor)

    return copy
