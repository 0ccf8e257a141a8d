# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/train.py and export.py on the smallest model: it learns, stops, resumes, and is exported as a model."""

import dataclasses

import numpy as np
import pytest
import soundfile
import torch

from models.demos.openvoice.pipeline import OpenVoice
from training import corpus as corpora
from training.batches import excerpt, recordings_in
from training.corpus import CorpusError
from training.export import export
from training.train import Training, TrainingError, main, run


@pytest.fixture(scope="module")
def trained(corpus, settings, tiny, tmp_path_factory):
    """Return a training of 40 steps, and its folder."""
    folder = tmp_path_factory.mktemp("state")
    training = Training(tiny, corpus, settings)
    run(training, folder, every=20)
    return training, folder


def test_the_losses_fall(trained):
    history, folder = trained[0].history, trained[1]
    assert {path.name for path in folder.iterdir()} == {"state.pt", "losses.png"}
    assert [entry["step"] for entry in history] == list(range(1, 41))
    first, last = (
        np.mean([entry["mel"] + entry["converted_mel"] for entry in part]) for part in (history[:8], history[-8:])
    )
    assert last < 0.95 * first, f"{first:.3f}, and {last:.3f} after 40 steps"


def test_every_part_of_the_model_learns(trained, corpus, settings, tiny):
    begun = dict(Training(tiny, corpus, settings).model.named_parameters())
    still = [name for name, value in trained[0].model.named_parameters() if torch.equal(value, begun[name])]
    # Weights that a V2 converter has but never reads, because of zero_g.
    assert {name.removesuffix(".weight").removesuffix(".bias") for name in still} <= {
        "posterior_encoder.wavenet.cond_layer",
        "generator.cond",
    }


def test_a_resumed_training_is_the_same(trained, corpus, settings, tiny, tmp_path):
    first = Training(tiny, corpus, settings)
    for _ in range(3):
        first.step()
    first.save(tmp_path)
    resumed = Training(tiny, corpus, settings)
    resumed.resume(tmp_path)
    for training in (first, resumed):
        training.step()
    assert resumed.done == first.done == 4
    assert resumed.history == first.history
    for one, other in ((first.model, resumed.model), (first.average, resumed.average)):
        different = [
            name for name, value in one.state_dict().items() if not torch.equal(value, other.state_dict()[name])
        ]
        assert not different


def test_a_stretch_ends_in_time(corpus, settings, tiny, tmp_path):
    training = Training(tiny, corpus, settings)
    run(training, tmp_path, minutes=0)
    assert training.done == 0
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_a_state_of_another_training(trained, corpus, settings, tiny, expect_error):
    other = Training(tiny, corpus, dataclasses.replace(settings, seed=1))
    with expect_error(TrainingError, r"was trained with other settings \(seed\): give the same, or another folder"):
        other.resume(trained[1])
    longer = Training(tiny, corpus, dataclasses.replace(settings, steps=80))
    longer.resume(trained[1])
    assert longer.done == 40


def test_recordings_of_people_are_mixed_in(corpus, settings, tiny, tmp_path, expect_error):
    noise = np.random.default_rng(0).standard_normal((8000, 2))
    soundfile.write(tmp_path / "one.flac", 0.1 * noise, 16000)
    people = recordings_in([tmp_path])
    samples = excerpt(people[0], 3000, corpora.RATE, np.random.default_rng(0))
    assert samples.shape == (3000,)
    assert abs(np.sqrt(np.mean(samples**2)) / corpora.LEVEL - 1) < 1e-3
    alone, mixed = (Training(tiny, corpus, settings, people=some) for some in ((), people))
    assert mixed.step()["mel"] != alone.step()["mel"]
    mixed.save(tmp_path / "state")
    with expect_error(CorpusError, "holds no recordings"):
        recordings_in([tmp_path / "state"])


def test_a_mistake_is_answered_in_a_sentence(tmp_path, expect_error):
    (tmp_path / "corpus").mkdir()
    with expect_error(SystemExit, "holds no corpus: name a folder that does not exist"):
        main([str(tmp_path / "corpus"), str(tmp_path / "state")])


def test_only_a_v2_converter(corpus, settings, tiny, expect_error):
    v1 = {**tiny, "model": {**tiny["model"], "zero_g": False}}
    with expect_error(TrainingError, "only a V2 converter"):
        Training(v1, corpus, settings)


def test_what_was_trained_is_loaded_as_a_model(trained, corpus, tmp_path):
    training, state = trained
    export(state, tmp_path)
    model = OpenVoice.from_pretrained(tmp_path, precision="exact")
    source, target = corpus.recording(4, 6), corpus.recording(5, 7)
    voices = [model.voice(samples) for samples in (source, target)]
    converted = model.convert(source, voices[1], voices[0], tau=0)

    hop = training.config.hop_length
    whole = torch.from_numpy(source[: len(source) // hop * hop])[None]
    noise = torch.zeros(1, 8, whole.shape[1] // hop)
    embeddings = [voice.embedding[None] for voice in voices]
    with torch.inference_mode():
        expected = training.average(whole, *embeddings, noise, tau=0.0)[0].numpy()
    inner = slice(-60 * hop)  # the pipeline pads the last frame with zeros, which changes the end
    error = np.abs(converted[: len(expected)] - expected)[inner].max() / np.abs(expected).max()
    assert error < 0.01  # the weights on disk have 16 bits
