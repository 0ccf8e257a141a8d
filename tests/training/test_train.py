# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/train.py and export.py on the smallest model: it learns, stops, resumes, and is exported as a model."""

import dataclasses
import shutil
import signal

import numpy as np
import pytest
import torch

from models.demos.openvoice.pipeline import OpenVoice
from training import corpus as corpora
from training import train
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


def test_a_training_begins_with_the_weights_of_a_model(trained, corpus, settings, tiny, tmp_path, expect_error):
    export(trained[1], tmp_path)
    begun = Training(tiny, corpus, settings, start=tmp_path)
    for name, value in trained[0].average.state_dict().items():
        torch.testing.assert_close(begun.model.state_dict()[name], value, rtol=1e-3, atol=1e-4)  # 16 bits on disk
    larger = {**tiny, "model": {**tiny["model"], "hidden_channels": 24}}
    with expect_error(TrainingError, "has other sizes than the config of this training"):
        Training(larger, corpus, settings, start=tmp_path)


def test_a_stretch_ends_at_sigterm_with_its_state(corpus, settings, tiny, tmp_path, monkeypatch):
    training = Training(tiny, corpus, settings)
    step = training.step

    def stopped_step():
        if training.done == 2:
            signal.raise_signal(signal.SIGTERM)
        return step()

    monkeypatch.setattr(training, "step", stopped_step)
    before = signal.getsignal(signal.SIGTERM)
    run(training, tmp_path)
    assert signal.getsignal(signal.SIGTERM) is before
    resumed = Training(tiny, corpus, settings)
    resumed.resume(tmp_path)
    assert resumed.done == training.done == 3


def test_a_state_is_saved_between_reports(corpus, settings, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "SAVE_SECONDS", 0.0)
    training = Training(tiny, corpus, dataclasses.replace(settings, steps=3))
    saved = []
    monkeypatch.setattr(training, "save", lambda folder: saved.append(training.done))
    run(training, tmp_path, every=100)
    assert saved == [1, 2, 3, 3]


def test_a_growing_corpus_is_read_as_far_as_it_is_made(corpus, settings, tiny, tmp_path, expect_error):
    shutil.copytree(corpus.folder, tmp_path / "corpus")
    files = [tmp_path / "corpus" / corpus.files[unit.number] for unit in corpus.available(held_out=False)]
    for file in files[1:]:
        file.unlink()
    growing = corpora.load(tmp_path / "corpus")
    training = Training(tiny, growing, settings)
    with expect_error(CorpusError, "too few sentences yet: a step needs 3 speakers"):
        training.step()
    for file in files[1:]:
        shutil.copyfile(corpus.folder / file.name, file)
    training.step()
    assert growing.available(held_out=False) == corpus.available(held_out=False)


def test_a_mistake_is_answered_in_a_sentence(tmp_path, expect_error):
    with expect_error(SystemExit, "has no corpus: make it with `python -m training.corpus"):
        main([str(tmp_path / "corpus"), str(tmp_path / "state")])


def test_only_a_v2_converter(corpus, settings, tiny, expect_error):
    v1 = {**tiny, "model": {**tiny["model"], "zero_g": False}}
    with expect_error(TrainingError, "only a V2 converter"):
        Training(v1, corpus, settings)


def test_what_was_trained_is_loaded_as_a_model(trained, corpus, tmp_path):
    training, state = trained
    export(state, tmp_path)
    model = OpenVoice.from_pretrained(tmp_path, precision="exact")
    first, second = corpus.available(held_out=True)[:2]
    source, target = corpus.recording(first, 4), corpus.recording(second, 5)
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
