# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import torch

from models.demos.llvc.streams import Stream
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.runner import DeviceRunner
from models.tt_audio.host import audio
from models.tt_audio.testing import speech
from tests.ttnn.utils_for_testing import assert_with_pcc


def speech_samples(count):
    """Return real speech at 16 kHz, or a synthetic voice where the recordings are absent."""
    if speech.FOLDER.is_dir():
        return audio.load(speech.recording("2902-9006-0000.wav"), 16000)[16000:][:count]
    return speech.voice(2.0, 16000)[:count]


def test_a_stream_at_full_size(device, reference):
    """Stream speech in chunks of eight windows, to its end inside a window, and compare with the offline pass."""
    samples = speech_samples(16 + 2 * 8 * 208 + 500)
    layout = Layout(reference.config, 8, 1)
    runner = DeviceRunner(net_parameters(reference, layout), layout, device)
    stream = Stream(runner, reference.config.hop)
    result = torch.cat([torch.from_numpy(part) for part in (stream.push(samples), stream.finish())])
    expected = reference(torch.from_numpy(samples)[None])[0]
    assert result.shape == expected.shape
    assert_with_pcc(expected, result, 0.9999)
    # every stretch of a hop that is not silent, which the public attempt calls a token
    hops, own = (x[: len(x) // 16 * 16].view(-1, 16) for x in (expected, result))
    level = hops.square().mean(1)
    voiced = level > 1e-4 * level.max()
    centred = [x[voiced] - x[voiced].mean(1, keepdim=True) for x in (hops, own)]
    assert torch.nn.functional.cosine_similarity(*centred).min() > 0.9
