# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import torch

import ttnn
from models.demos.llvc.state import StreamState
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.prenet import Prenet
from models.tt_audio.tt.precision import Stage
from tests.ttnn.utils_for_testing import assert_with_pcc


def test_rows_of_a_stream_and_its_first_row(device, reference, upload, noise):
    """Compare a row that repeats 56 samples, and a stream's first row, with the prenet over the whole stream."""
    layout = Layout(reference.config, 1, 2)
    samples = torch.cat((torch.zeros(16), noise(1000)[0]))  # a stream begins with a hop of zeros
    expected, _ = reference.prenet(samples[None, None], StreamState.fresh(reference.config).prenet)
    rows = torch.zeros(2, layout.width)
    rows[0, layout.reach : layout.row_samples] = samples[: layout.row_samples - layout.reach]
    rows[1, : layout.row_samples] = samples[300 : 300 + layout.row_samples]
    rows[1, layout.started_column] = 1
    prenet = Prenet(net_parameters(reference, layout).prenet, device, Stage())
    result = ttnn.to_torch(prenet(upload(rows[None, None])))[0, 0, :, layout.reach : layout.row_samples]
    valid = layout.row_samples - layout.reach
    assert_with_pcc(expected[0, 0, :valid], result[0], 0.9999)
    assert_with_pcc(expected[0, 0, 300 + layout.reach : 300 + layout.row_samples], result[1], 0.9999)
