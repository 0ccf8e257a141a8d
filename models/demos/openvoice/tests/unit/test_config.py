# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""config.py: it takes every size from the file and names every fault."""

import copy
import json

import pytest

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.synthetic import SMALL_CONFIG, V1_CONFIG, V2_CONFIG, with_model
from models.tt_audio.host.config import ConfigError


def test_v2_is_read_completely(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({**V2_CONFIG, "contentvec_final_proj": False}))
    config = ConverterConfig.from_file(tmp_path / "config.json")
    assert (config.version, config.zero_g, config.spec_channels, config.samples_per_frame) == ("v2", True, 513, 256)
    assert config.resblock_dilation_sizes == ((1, 3, 5),) * 3
    assert (config.posterior_layers, config.flow_layers, config.n_flows) == (16, 4, 4)


def test_v1_states_neither_version_nor_zero_g():
    raw = copy.deepcopy(V1_CONFIG)
    del raw["model"]["zero_g"]
    config = ConverterConfig.from_dict(raw)
    assert (config.version, config.zero_g) == ("v1", False)


def test_constants_of_upstream_can_be_overridden():
    assert ConverterConfig.from_dict(SMALL_CONFIG).posterior_layers == 4


def test_all_missing_keys_are_named(expect_error):
    raw = copy.deepcopy(V2_CONFIG)
    del raw["data"]["hop_length"], raw["model"]["upsample_rates"]
    with expect_error(ConfigError, "a.json lacks data.hop_length, model.upsample_rates"):
        ConverterConfig.from_dict(raw, "a.json")


def test_absent_sections_are_named(expect_error):
    with expect_error(ConfigError, "data.sampling_rate.*model.inter_channels"):
        ConverterConfig.from_dict({})


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"resblock": "2"}, 'resblock "2"'),
        ({"upsample_rates": [8, 8, 2, 4]}, "512 samples of a frame, hop_length is 256"),
        ({"upsample_rates": [8, 8, 4]}, "upsample_rates and upsample_kernel_sizes differ in length"),
        ({"upsample_kernel_sizes": [16, 16, 4, 5]}, "exceed its rate by an even number"),
        ({"resblock_kernel_sizes": [3, 7, 10]}, "odd size"),
        ({"resblock_kernel_sizes": [3, 7]}, "resblock_kernel_sizes and resblock_dilation_sizes differ"),
        ({"hidden_channels": -1}, "hidden_channels is -1"),
        ({"hidden_channels": "192"}, "hidden_channels is '192'"),
        ({"inter_channels": 191}, "inter_channels is 191"),
    ],
)
def test_sizes_that_cannot_be(changes, message, expect_error):
    with expect_error(ConfigError, message):
        ConverterConfig.from_dict(with_model(V2_CONFIG, **changes))


def test_a_text_to_speech_config_is_told_apart(expect_error):
    raw = copy.deepcopy(V2_CONFIG)
    raw["data"]["n_speakers"] = 10
    with expect_error(ConfigError, "text-to-speech model with 10 speakers"):
        ConverterConfig.from_dict(raw)


@pytest.mark.parametrize("content, message", [("{", "cannot be read as JSON"), ("[]", "holds a JSON list")])
def test_files_that_are_no_config(tmp_path, content, message, expect_error):
    (tmp_path / "config.json").write_text(content)
    with expect_error(ConfigError, f"config.json .*{message}|config.json {message}"):
        ConverterConfig.from_file(tmp_path / "config.json")


def test_absent_file(tmp_path, expect_error):
    with expect_error(ConfigError, "config.json does not exist"):
        ConverterConfig.from_file(tmp_path / "config.json")
