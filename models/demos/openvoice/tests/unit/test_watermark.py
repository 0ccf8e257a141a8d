# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""demo/watermark.py: its message where no watermark can be made, and which samples carry which bits where it can."""

import argparse
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from models.demos.openvoice.demo import watermark
from models.demos.openvoice.demo.arguments.shared import add_watermark_argument
from models.demos.openvoice.demo.watermark import BLOCK, Watermark
from models.tt_audio.host.errors import UsageError

RATE = 22050


class Stub(torch.nn.Module):
    """Stand-in for WavMark's network that writes the 32 bits over the first samples."""

    def __init__(self, **sizes):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.zeros(1))

    def encode(self, signal, message):
        assert signal.shape == (1, BLOCK) and message.shape == (1, 32)
        marked = signal.clone()
        marked[:, :32] = self.scale * message
        return marked


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package wavmark and its weights, both made by this test."""
    package = ModuleType("wavmark.models.my_model")
    package.Model = Stub
    for name in ("wavmark", "wavmark.models"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "wavmark.models.my_model", package)
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    (tmp_path / "WavMark").mkdir()
    torch.save({"scale": torch.tensor([0.5])}, tmp_path / "WavMark" / watermark.WEIGHTS)


def test_off_touches_nothing():
    pieces = [np.ones(3, np.float32), np.zeros(5, np.float32)]
    assert list(Watermark(None).marked(pieces, RATE)) == pieces


def test_every_other_block_carries_half_the_text(installed):
    samples = np.random.default_rng(0).normal(0, 0.1, 5 * BLOCK + 100).astype(np.float32)
    marked = np.concatenate(list(Watermark("@MyShell").marked(np.array_split(samples, 17), RATE)))
    assert len(marked) == len(samples)
    bits = (marked[: 5 * BLOCK].reshape(5, BLOCK)[:, :32] / 0.5).round().astype(np.uint8)
    text = np.packbits(bits[[0, 2]]).tobytes()
    assert text == b"@MyShell"
    assert np.array_equal(bits[4], bits[0])  # and again from the beginning
    for block in (1, 3):
        assert np.array_equal(marked[block * BLOCK : (block + 1) * BLOCK], samples[block * BLOCK : (block + 1) * BLOCK])
    assert np.array_equal(marked[5 * BLOCK :], samples[5 * BLOCK :])


def test_too_short_to_be_marked(installed, expect_error):
    with expect_error(UsageError, "a watermark needs 0.73 s of sound"):
        list(Watermark("a").marked([np.zeros(BLOCK - 1, np.float32)], RATE))


def test_no_weights(installed, tmp_path, expect_error):
    (tmp_path / "WavMark" / watermark.WEIGHTS).unlink()
    with expect_error(
        UsageError, "the weights of the watermark are not on this machine: run .hf download M4869/WavMark"
    ):
        Watermark("a")


def test_no_package(monkeypatch, expect_error):
    monkeypatch.setitem(sys.modules, "wavmark.models.my_model", None)
    with expect_error(UsageError, "pip install wavmark==0.0.3"):
        Watermark("a")


@pytest.mark.parametrize("text", ["", "nine chars", "fähre"])
def test_a_text_that_does_not_fit(text, expect_error):
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_watermark_argument(parser)
    with expect_error(argparse.ArgumentError, "1 to 8 ASCII characters"):
        parser.parse_args(["--watermark", text])
