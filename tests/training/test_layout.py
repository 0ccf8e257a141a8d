# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/layout.py: the model computes the same in another memory layout."""

from copy import deepcopy

import torch

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.converter import Converter
from training.layout import channels_last


def test_the_same_model(tiny):
    torch.manual_seed(0)
    plain = Converter(ConverterConfig.from_dict(tiny))
    laid_out = deepcopy(plain)
    channels_last(laid_out)
    z, voice = torch.randn(2, 8, 20), torch.randn(2, 8, 1)
    results, gradients = [], []
    for model in (plain, laid_out):
        waveform = model.generator(model.flow(z, None, voice, reverse=True))
        embedding = model.tone_color_encoder(model.spectrogram.frames(waveform))
        (waveform.square().sum() + embedding.square().sum()).backward()
        results.append((waveform, embedding))
        gradients.append({name: value.grad for name, value in model.named_parameters() if value.grad is not None})
    for expected, actual in zip(*results, strict=True):
        torch.testing.assert_close(actual, expected)
    assert gradients[0].keys() == gradients[1].keys()
    for name, expected in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], expected, rtol=1e-3, atol=1e-4 * expected.abs().max().item())
    assert plain.state_dict().keys() == laid_out.state_dict().keys()


def test_nothing_is_moved_between_convolutions(tiny):
    generator = Converter(ConverterConfig.from_dict(tiny)).generator
    channels_last(generator)
    moved = []
    for module in generator.modules():
        if isinstance(module, torch.nn.Conv1d):
            module.register_forward_pre_hook(lambda _, inputs: moved.append(inputs[0].stride(1) != 1))
    z = torch.randn(2, 8, 20).transpose(1, 2).contiguous().transpose(1, 2)
    generator(z)
    assert len(moved) > 10
    assert not any(moved)
