# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The reference compared with upstream's own code (KoeAI/LLVC at commit 1627c5d), in evaluation mode.

Weights and samples are equal. Recorded are samples 100, 340, 580, ... of upstream's result.
"""

import pytest
import torch

from models.demos.llvc.loading import load_net
from models.demos.llvc.state import StreamState
from models.demos.llvc.synthetic import CONFIGS, make_checkpoint

# Upstream's offline pass, and its streaming command with chunks of factor 1 and the same zeros after the end.
OFFLINE = {
    "llvc": [-0.283162, 0.319923, 0.181163, -0.363733, -0.107407, 0.284297, 0.396789, -0.101306],
    "llvc_hfg": [0.068126, 0.797112, 0.054464, 0.731325, 0.04579, 0.306639, 0.711905, 0.911507],
    "llvc_nc": [0.557151, 0.336215, 0.550788, 0.865397, 0.611075, 0.590002, 0.252077, 0.374089],
}
STREAMED = {
    "llvc": [-0.294982, 0.330784, 0.182859, -0.364369, -0.107104, 0.285201, 0.397666, -0.101521],
    "llvc_hfg": [0.016872, 0.801827, 0.04791, 0.733004, 0.085762, 0.346729, 0.711305, 0.91182],
    "llvc_nc": [0.549764, 0.330312, 0.548814, 0.864848, 0.613486, 0.590493, 0.25181, 0.373881],
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_result_is_upstreams(name, noise, tmp_path):
    net = load_net(make_checkpoint(tmp_path, CONFIGS[name], seed=list(CONFIGS).index(name)))
    samples = noise(2000)
    torch.testing.assert_close(net(samples)[0, 100::240], torch.tensor(OFFLINE[name]), rtol=0, atol=1e-5)

    # upstream leaves out the first hop, and pads to whole chunks
    padded = torch.nn.functional.pad(samples, (0, -2000 % 208 + 16))[:, 16:]
    state, pieces = StreamState.fresh(net.config), []
    for chunk in padded.split(208, dim=1):
        piece, state = net.step_like_upstream(chunk, state)
        pieces.append(piece)
    result = torch.cat(pieces, dim=1)[0, 100:2000:240]
    torch.testing.assert_close(result, torch.tensor(STREAMED[name]), rtol=0, atol=1e-5)


def test_upstreams_streaming_differs_in_the_first_frames_of_a_chunk(small, noise):
    """Measure the error that README.md describes: largest in the first five frames of each chunk after the first."""
    samples = noise(16 + 30 * 208)
    expected = small(samples)[0, : 30 * 208].view(30, 13, 16)
    state, pieces = StreamState.fresh(small.config), []
    for chunk in samples[:, 16:].split(208, dim=1):
        piece, state = small.step_like_upstream(chunk, state)
        pieces.append(piece)
    error = (torch.cat(pieces, dim=1)[0].view(30, 13, 16) - expected)[2:].square().mean((0, 2)).sqrt()
    assert error[:5].min() > 2 * error[5:].max() > 0
