# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checkpoint in assets/openvoice-small: it converts voices, with equal results on a device and in PyTorch.

Voices and words are held out from its training (training/README.md). The bars are between the figures measured with
the checkpoint and those of a model with a broken flow, which the gate must reject.
"""

from pathlib import Path

import pytest
import torch

from models.demos.openvoice.demo.comparison import mean_similarity
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.windows import noise
from models.tt_audio.host import audio
from models.tt_audio.host.config import read_json
from models.tt_audio.judges import metrics
from tests.ttnn.utils_for_testing import assert_with_pcc
from training.train import CONFIG

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "openvoice-small"
SPEECH = FOLDER / "speech"
REFERENCES = [SPEECH / "target_1.wav", SPEECH / "target_2.wav"]
LARGEST_MODEL, LARGEST_RECORDING = 8_000_000, 200_000  # bytes

LEAST_GAIN = 0.25  # in similarity to the target; measured: 0.34, and 0.03 with a flow that does nothing
MOST_DISTANCE = 0.65  # log-mel to the target saying the same, by that of the source; measured: 0.49 and 0.91


@pytest.fixture(scope="module")
def recordings():
    """Return samples at the model's rate by name: source, target_1, target_2, and parallel (the source's words)."""
    return {path.stem: audio.load(path, 22050) for path in sorted(SPEECH.glob("*.wav"))}


def gate(model: OpenVoice, recordings) -> None:
    """Require that the conversion of the source is near the target in similarity and to the target's own recording."""
    source, parallel, rate = recordings["source"], recordings["parallel"], model.sampling_rate
    target = model.voice([recordings["target_1"], recordings["target_2"]])
    converted = model.convert(source, target)
    assert not metrics.level(converted, rate).faults
    references = [recordings[name] for name in ("target_1", "target_2")]
    heard, before = (mean_similarity(samples, references, rate) for samples in (converted, source))
    assert heard >= before + LEAST_GAIN, f"similarity is {heard:.3f}, that of the source {before:.3f}"
    near, far = (metrics.log_mel_distance(samples, parallel, rate) for samples in (converted, source))
    assert near <= MOST_DISTANCE * far, f"the log-mel distance is {near:.2f} dB, that of the source {far:.2f} dB"


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))  # a bank without the voices of earlier runs
    return OpenVoice.from_pretrained("small", precision="exact")


def test_it_converts_voices(model, recordings):
    gate(model, recordings)


def mirrored_flow(flow):
    """Flip a sign: the flow then removes the negative of the voice."""
    for coupling in flow.couplings:
        coupling.post.weight.neg_()
        coupling.post.bias.neg_()


def deaf_flow(flow):
    """Give every voice the same conditioning, so the flow adds what it removed."""
    for coupling in flow.couplings:
        coupling.wavenet.cond_layer.weight.zero_()


@pytest.mark.parametrize("broken", [mirrored_flow, deaf_flow])
def test_a_broken_flow_is_noticed(model, recordings, broken, expect_error):
    with torch.no_grad():
        broken(model.backend.converter.flow)
    with expect_error(AssertionError, "similarity is .*, that of the source"):
        gate(model, recordings)


def test_it_is_small_and_of_the_sizes_that_are_trained():
    assert read_json(FOLDER / "config.json") == read_json(CONFIG)
    assert (FOLDER / "model.safetensors").stat().st_size <= LARGEST_MODEL
    for path in SPEECH.glob("*.wav"):
        assert path.stat().st_size < LARGEST_RECORDING


def test_a_device_speaks_as_pytorch_does(device, recordings):
    reference = load_converter("small")
    on_device = DeviceBackend(reference, device)
    embeddings = []
    for name in ("source", "target_1"):
        expected = reference.embed(torch.from_numpy(recordings[name])[None])[0]
        actual = torch.from_numpy(on_device.embed(recordings[name]))
        assert_with_pcc(expected, actual, 0.999)
        embeddings.append(expected)
    hop = reference.config.hop_length
    frames = 200
    samples = recordings["source"][: frames * hop]
    drawn = torch.from_numpy(noise(3, reference.config.inter_channels, 0, frames))[None]
    source, target = (embedding[None] for embedding in embeddings)
    expected = reference(torch.from_numpy(samples)[None], source, target, drawn, 0.3)[0]
    (converted,) = on_device.convert([samples], source[0].numpy(), [target[0].numpy()], 0.3, 3)
    assert_with_pcc(expected, torch.from_numpy(converted[0]), 0.99)


def test_the_figures_in_the_documents_are_those_of_the_gate(model, recordings):
    """Compare README and model card with this pair's figure: the mean of the cosines to the two references."""
    references = [recordings[name] for name in ("target_1", "target_2")]
    converted = model.convert(recordings["source"], model.voice(references))
    before, after = (mean_similarity(samples, references, 22050) for samples in (recordings["source"], converted))
    card = " ".join((SPEECH.parent / "MODEL_CARD.md").read_text(encoding="utf-8").split())
    assert f"goes from {before:.2f} to {after:.2f}" in card
