# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes of SpeechT5 and of its vocoder, read from the `config.json` next to each checkpoint.

The fields have the names of the keys. A key that is missing is an error that names it; keys that no module here needs
are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from models.tt_audio.hifigan_config import SLOPE
from models.tt_audio.host.config import ConfigError, HifiGanConfig, positive_ints, read_json, tuples

# Upstream's bound on the length of speech: frames for each token of the text. A larger one is never needed, a smaller
# one would cut slow speakers.
FRAMES_PER_TOKEN = 20
SHORTEST_SENTENCE = 4  # ids of a sentence of two characters: a space before them and the end after them


def _take(raw: Mapping[str, Any], keys: list[str], source: str, kind: str) -> dict[str, Any]:
    """Return the values of `keys`, lists as tuples, or raise a ConfigError that names all missing ones."""
    if missing := [key for key in keys if key not in raw]:
        raise ConfigError(f"{source} lacks {', '.join(missing)}: take the config.json of {kind}.")
    return {key: tuples(raw[key]) for key in keys}


def _check_sizes(values: Mapping[str, Any], source: str, free: tuple[str, ...]) -> None:
    for name, value in values.items():
        if name not in free and not positive_ints(value):
            raise ConfigError(f"{source}: {name} is {value!r}, where positive whole numbers belong.")


@dataclass(frozen=True)
class SpeechT5Config:
    """Sizes of the text-to-speech network."""

    vocab_size: int
    pad_token_id: int
    eos_token_id: int
    hidden_size: int
    layer_norm_eps: float
    encoder_layers: int
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_max_relative_position: int
    decoder_layers: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    speech_decoder_prenet_layers: int
    speech_decoder_prenet_units: int
    speech_decoder_prenet_dropout: float
    speech_decoder_postnet_layers: int
    speech_decoder_postnet_units: int
    speech_decoder_postnet_kernel: int
    speaker_embedding_dim: int
    num_mel_bins: int
    reduction_factor: int  # frames of one decoder step
    max_text_positions: int
    max_speech_positions: int  # steps

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "SpeechT5Config":
        if (kind := raw.get("model_type", "speecht5")) != "speecht5":
            raise ConfigError(f"{source} describes a model of the type {kind!r}: take the config.json of SpeechT5 TTS.")
        config = cls(**_take(raw, [field.name for field in fields(cls)], source, "SpeechT5 TTS"))
        config._check(source)
        if (activation := raw.get("hidden_act", "gelu")) != "gelu":
            raise ConfigError(f"{source}: hidden_act is {activation!r}; only 'gelu' is supported, as released.")
        return config

    @classmethod
    def from_file(cls, path: str | Path) -> "SpeechT5Config":
        return cls.from_dict(read_json(path), str(path))

    def _check(self, source: str) -> None:
        free = ("layer_norm_eps", "speech_decoder_prenet_dropout", "pad_token_id", "eos_token_id")
        _check_sizes(vars(self), source, free)
        for name in ("layer_norm_eps", "speech_decoder_prenet_dropout"):
            value = getattr(self, name)
            if not isinstance(value, float) or not 0 < value < 1:
                raise ConfigError(f"{source}: {name} is {value!r}, where a number between 0 and 1 belongs.")
        for name in ("pad_token_id", "eos_token_id"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < self.vocab_size:
                raise ConfigError(f"{source}: {name} is {value!r}, where an id below {self.vocab_size} belongs.")
        for heads in (self.encoder_attention_heads, self.decoder_attention_heads):
            if self.hidden_size % heads:
                raise ConfigError(f"{source}: hidden_size {self.hidden_size} cannot be divided among {heads} heads.")
        if self.hidden_size % 2:
            raise ConfigError(f"{source}: hidden_size is {self.hidden_size}; the positions need an even number.")
        if self.speech_decoder_postnet_kernel % 2 == 0 or self.speech_decoder_postnet_layers < 2:
            raise ConfigError(f"{source}: the postnet needs at least two layers and a kernel of odd size.")
        if self.most_tokens < SHORTEST_SENTENCE:
            raise ConfigError(f"{source}: the positions leave no place for a text.")

    @property
    def most_tokens(self) -> int:
        """Return how many tokens a sentence may have, so that neither text nor speech positions are exceeded."""
        return min(self.max_text_positions, self.max_speech_positions * self.reduction_factor // FRAMES_PER_TOKEN)

    def most_steps(self, tokens: int) -> int:
        """Return the steps after which the speech of `tokens` tokens ends in any case."""
        return int(tokens * FRAMES_PER_TOKEN / self.reduction_factor)


@dataclass(frozen=True)
class VocoderConfig(HifiGanConfig):
    """Sizes of the HiFi-GAN that turns mel frames into samples; `inter_channels` is the number of mel bins."""

    sampling_rate: int
    normalize_before: bool

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "VocoderConfig":
        sizes = (
            *("upsample_initial_channel", "upsample_rates", "upsample_kernel_sizes"),
            *("resblock_kernel_sizes", "resblock_dilation_sizes", "sampling_rate", "normalize_before"),
        )
        values = _take(raw, ["model_in_dim", "leaky_relu_slope", *sizes], source, "SpeechT5's vocoder")
        _check_sizes(values, source, ("leaky_relu_slope", "normalize_before"))
        if values.pop("leaky_relu_slope") != SLOPE:
            raise ConfigError(f"{source}: leaky_relu_slope is not {SLOPE}, as in the released vocoder.")
        if not isinstance(values["normalize_before"], bool):
            raise ConfigError(f"{source}: normalize_before is {values['normalize_before']!r}, not true or false.")
        config = cls(inter_channels=values.pop("model_in_dim"), gin_channels=0, **values)
        config.check_generator(source)
        return config

    @classmethod
    def from_file(cls, path: str | Path) -> "VocoderConfig":
        return cls.from_dict(read_json(path), str(path))
