# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

from itertools import islice

import pytest
import torch

from models.demos.speecht5_tts import masks
from models.demos.speecht5_tts.masks import DropoutMasks
from models.demos.speecht5_tts.reference.decoder import upstream_masks


def first(source, count):
    return torch.stack([*islice(source, count)])


@pytest.fixture
def drawings(monkeypatch):
    """Return the list of the steps that were drawn, as (seed, step)."""
    drawn = []

    def record(config, seed):
        for step, mask in enumerate(upstream_masks(config, seed)):
            drawn.append((seed, step))
            yield mask

    monkeypatch.setattr(masks, "upstream_masks", record)
    return drawn


def test_masks_of_a_seed_are_drawn_once(speech, drawings):
    """Read some, then more, then both at the same time; all are those of upstream."""
    source, expected = DropoutMasks(speech.config), first(upstream_masks(speech.config, 3), 9)
    assert torch.equal(first(source(3), 5), expected[:5]) and len(drawings) == 5
    assert torch.equal(first(source(3), 9), expected) and len(drawings) == 9
    pairs = [*islice(zip(source(3), source(3), strict=True), 9)]
    assert all(torch.equal(one, other) for one, other in pairs)
    assert drawings == [(3, step) for step in range(9)]


def test_seeds_differ_and_the_oldest_are_forgotten(speech, drawings, monkeypatch):
    monkeypatch.setattr(masks, "SEEDS_KEPT", 2)
    source = DropoutMasks(speech.config)
    results = [first(source(seed), 4) for seed in (1, 2, 1, 3, 2)]
    assert torch.equal(results[0], results[2]) and torch.equal(results[1], results[4])
    assert not torch.equal(results[0], results[1])
    # seed 1 was used after seed 2, which seed 3 replaces
    assert [seed for seed, step in drawings if step == 0] == [1, 2, 3, 2]
