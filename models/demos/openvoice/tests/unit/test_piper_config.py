# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/config.py: it reads the description of a voice, names every fault and makes ids of symbols."""

import copy
import json

import pytest

from models.demos.openvoice.piper.config import PiperConfig
from models.tt_audio.host.config import ConfigError

VOICE = {
    "audio": {"sample_rate": 22050, "quality": "medium"},
    "espeak": {"voice": "de"},
    "inference": {"noise_scale": 0.5, "length_scale": 1.25, "noise_w": 0.7},
    "phoneme_type": "espeak",
    "phoneme_map": {"g": ["ɡ"]},
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2], " ": [3], "a": [4], "ɡ": [5, 6]},
    "num_symbols": 7,
    "num_speakers": 2,
    "speaker_id_map": {"anna": 0, "ben": 1},
    "language": {"code": "de_DE", "name_english": "German"},
    "dataset": "two",
}


def test_a_voice_is_read_completely(tmp_path):
    (tmp_path / "de_DE-two-medium.onnx.json").write_text(json.dumps(VOICE))
    config = PiperConfig.from_file(tmp_path / "de_DE-two-medium.onnx.json")
    assert (config.name, config.sampling_rate, config.quality) == ("de_DE-two-medium", 22050, "medium")
    assert (config.phoneme_type, config.espeak_voice) == ("espeak", "de")
    assert (config.language, config.language_name) == ("de_DE", "German")
    assert (config.num_symbols, config.num_speakers, config.speaker_id_map) == (7, 2, {"anna": 0, "ben": 1})
    assert (config.noise_scale, config.noise_w, config.length_scale) == (0.5, 0.7, 1.25)


def test_an_old_file_says_less():
    raw = {key: VOICE[key] for key in ("phoneme_id_map", "num_symbols")} | {"audio": {"sample_rate": 16000}}
    config = PiperConfig.from_dict(raw, "old")
    assert (config.quality, config.phoneme_type, config.language, config.num_speakers) == ("", "espeak", "", 1)
    assert (config.noise_scale, config.noise_w, config.length_scale) == (0.667, 0.8, 1.0)


def test_symbols_are_padded_mapped_and_left_out_if_unknown():
    ids, unknown = PiperConfig.from_dict(VOICE, "two").ids_of("ga xax")
    assert ids == [1, 0, 5, 6, 0, 4, 0, 3, 0, 4, 0, 2]
    assert unknown == ["x"]
    assert PiperConfig.from_dict(VOICE, "two").ids_of("") == ([1, 0, 2], [])


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"audio": None}, "sampling_rate is 0"),
        ({"audio": {"sample_rate": "22050"}}, "sampling_rate is '22050'"),
        ({"num_symbols": 0}, "num_symbols is 0"),
        ({"num_symbols": 6}, r"the ids of 'ɡ' are \[5, 6\], but num_symbols is 6"),
        ({"num_speakers": True}, "num_speakers is True"),
        ({"num_speakers": 1}, "speaker ben has number 1, but num_speakers is 1"),
        ({"phoneme_type": "pinyin"}, "phoneme_type is 'pinyin'; the known ones are espeak and text"),
        ({"phoneme_id_map": {"a": [1]}}, r"phoneme_id_map lacks the symbols \^ \$ _"),
        ({"phoneme_id_map": {"a": 1}}, "phoneme_id_map has no list of int for 'a'"),
        ({"phoneme_map": {"a": [1]}}, "phoneme_map has no list of str for 'a'"),
        ({"speaker_id_map": ["anna"]}, "speaker_id_map is not an object"),
        ({"inference": {"length_scale": 0}}, "length_scale is 0"),
        ({"inference": {"noise_w": "much"}}, "noise_w is 'much'"),
    ],
)
def test_what_cannot_be_is_named(changes, message, expect_error):
    with expect_error(ConfigError, f"a.json: {message}"):
        PiperConfig.from_dict({**copy.deepcopy(VOICE), **changes}, "two", "a.json")


def test_the_config_of_another_model_is_told_apart(expect_error):
    with expect_error(ConfigError, "a.json lacks audio, phoneme_id_map, num_symbols, so it is not the .onnx.json"):
        PiperConfig.from_dict({"data": {}, "model": {}}, "two", "a.json")
