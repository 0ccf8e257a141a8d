# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Whole utterances: ends, parts of a stream, and utterances that are decoded together."""

from itertools import islice

import numpy as np
import pytest
import torch

from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.tt.runner import DeviceRunner
from models.tt_audio.host.errors import UsageError
from models.tt_audio.tt.buckets import BucketError
from tests.ttnn.utils_for_testing import assert_with_pcc

WHOLE = 1000  # frames of a part: more than an utterance of these tests has


def expected_samples(reference, ids, speaker, masks):
    mel = reference.speech(ids, speaker, masks)
    return reference.vocoder(mel[None])[0]


def spoken(runner: DeviceRunner, utterances, keep=WHOLE) -> list[list[np.ndarray]]:
    parts: list[list[np.ndarray]] = [[] for _ in utterances]
    for number, part in runner.speak_together(utterances, keep):
        parts[number].append(part)
    return parts


def test_a_stream_longer_than_a_window(make_runner, tiled, text, voice):
    """Stream 150 steps: the window is moved once, and the parts join without a seam."""
    ids, speaker = text(17), voice(tiled)
    masks = [*islice(upstream_masks(tiled.speech.config, 5), 150)]
    expected = expected_samples(tiled, ids, speaker, masks)
    frame = tiled.vocoder.config.samples_per_frame
    assert len(expected) == 300 * frame
    parts = list(make_runner(tiled).speak(ids, speaker, masks, 64))
    assert [len(part) // frame for part in parts] == [64, 64, 64, 108]
    assert_with_pcc(expected, torch.from_numpy(np.concatenate(parts)), 0.999)


def test_utterances_together_are_what_each_is_alone(make_runner, tiled, text, voice):
    """Let one end by its stop, one by its largest length; a further row of the device is not used."""
    config = tiled.speech.config
    cases = [(text(30), voice(tiled), 7), (text(4), voice(tiled, 4), 4)]
    together = spoken(
        make_runner(tiled, rows=3), [(ids, speaker, upstream_masks(config, seed)) for ids, speaker, seed in cases]
    )
    lengths = []
    for (ids, speaker, seed), parts in zip(cases, together, strict=True):
        result = torch.from_numpy(np.concatenate(parts))
        expected = expected_samples(tiled, ids, speaker, upstream_masks(config, seed))
        assert result.shape == expected.shape
        assert_with_pcc(expected, result, 0.999)
        lengths.append(len(result) // tiled.vocoder.config.samples_per_frame)
    assert lengths[0] < 2 * config.most_steps(30) and lengths[1] == 2 * config.most_steps(4)


def test_an_utterance_after_another_one(make_runner, tiled, text, voice):
    """Speak twice on one device, in another voice first; nothing of it is left."""
    runner, config = make_runner(tiled), tiled.speech.config
    ids, speaker = text(4), voice(tiled)
    masks = [*islice(upstream_masks(config, 1), 10)]

    def speak(speaker):
        return np.concatenate(list(runner.speak(ids, speaker, masks, WHOLE)))

    first = speak(speaker)
    assert not np.array_equal(speak(-speaker), first)
    np.testing.assert_array_equal(speak(speaker), first)


def test_one_text_at_a_time(make_runner, tiled, text, voice, expect_error):
    """Refuse a second text while a first one is heard; accept it when the first was given up."""
    runner, masks = make_runner(tiled), torch.ones(5, 2, 32, dtype=torch.bool)
    first = runner.speak(text(4), voice(tiled), iter(masks), WHOLE)
    next(first)
    with expect_error(UsageError, "this model speaks another text at the moment: end that one first"):
        next(runner.speak(text(4), voice(tiled), iter(masks), WHOLE))
    first.close()
    assert len(next(runner.speak(text(4), voice(tiled), iter(masks), WHOLE)))


def test_masks_that_end_end_the_utterance(make_runner, tiled, text, voice):
    """Give masks for five steps, as the reference can be given."""
    ids, speaker = text(6), voice(tiled)
    masks = torch.ones(5, 2, 32, dtype=torch.bool)
    mel = tiled.speech(ids, speaker, masks)
    result = np.concatenate(list(make_runner(tiled).speak(ids, speaker, iter(masks), WHOLE)))
    assert len(result) == len(mel) * tiled.vocoder.config.samples_per_frame and len(mel) == 10


@pytest.mark.parametrize(
    "count, utterances, kind, fault",
    [
        (51, 1, BucketError, "a sentence of 65 ids does not fit; at most 50 do"),
        (4, 2, UsageError, "2 utterances do not fit: this device was opened for 1"),
    ],
)
def test_what_does_not_fit(make_runner, tiled, text, voice, expect_error, count, utterances, kind, fault):
    ids = text(65 if kind is BucketError else count)
    with expect_error(kind, fault):
        spoken(make_runner(tiled), [(ids, voice(tiled), ())] * utterances)
