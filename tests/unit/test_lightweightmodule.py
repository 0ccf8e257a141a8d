# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""LightweightModule: calling an instance is calling its forward."""

from models.common.lightweightmodule import LightweightModule


class Scale(LightweightModule):
    def forward(self, x, *, by):
        return x * by


def test_call_passes_arguments_to_forward_and_answers_its_result():
    assert Scale()(3, by=4) == 12


def test_a_module_without_forward_says_so(expect_error):
    with expect_error(AttributeError, "forward"):
        LightweightModule()()
