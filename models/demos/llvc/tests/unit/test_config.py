# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Configs: the three that upstream released, missing keys, values that no network here has."""

import pytest

from models.demos.llvc.config import LlvcConfig
from models.demos.llvc.synthetic import CONFIGS, CONVNET, LLVC, with_model
from models.tt_audio.host.config import ConfigError


@pytest.mark.parametrize("name", CONFIGS)
def test_released_configs(name):
    config = LlvcConfig.from_dict(CONFIGS[name])
    assert (config.hop, config.enc_dim, config.dec_dim, config.window, config.context) == (16, 512, 256, 13, 13)
    assert config.chunk == 208 and config.overlap == 32
    assert sum(config.encoder_contexts) == 510
    assert sum(config.prenet_contexts) == (0 if name == "llvc_nc" else 24)


def test_missing_keys_are_named_together(expect_error):
    raw = {"data": {}, "model_params": {key: value for key, value in LLVC["model_params"].items() if key != "L"}}
    with expect_error(ConfigError, r"config.json lacks data.sr, model_params.L: take the config.json of this"):
        LlvcConfig.from_dict(raw)


def test_missing_keys_of_the_prenet(expect_error):
    raw = with_model(LLVC, convnet_config={"convnet_prenet": True, "dilations": [1]})
    with expect_error(ConfigError, "lacks convnet_config.kernel_sizes, convnet_config.out_channels"):
        LlvcConfig.from_dict(raw)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enc_dim": 0}, "enc_dim is 0, where positive whole numbers belong"),
        ({"num_enc_layers": 2.5}, "num_enc_layers is 2.5, where positive whole numbers belong"),
        ({"dec_dim": 128}, r"enc_dim is 512, but needs to be twice dec_dim \(128\)"),
        ({"enc_dim": 24, "dec_dim": 12}, "dec_dim is 12, but has to divide by 8, the attention heads"),
        ({"lookahead": False}, "lookahead is False; only True is known"),
        (
            {"convnet_config": {**CONVNET, "combine_residuals": "add"}},
            "convnet_config.combine_residuals is 'add'; only",
        ),
        ({"convnet_config": {**CONVNET, "dilations": [1, 1]}}, "need one entry for each block"),
        ({"convnet_config": {**CONVNET, "out_channels": [2] * 12}}, "every out_channels is 1"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_values_that_no_network_has(changes, message, expect_error):
    with expect_error(ConfigError, message):
        LlvcConfig.from_dict(with_model(LLVC, **changes))
