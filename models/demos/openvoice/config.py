# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes of the two models, read from the `config.json` next to a checkpoint.

First step of loading: config.json -> config (here) -> modules (reference/) <- tensors (loading.py). Sizes that
upstream's code fixes and no file states are in constants.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.tt_audio.host.config import HIFIGAN_KEYS, ConfigError, Fields, HifiGanConfig, positive_ints, read_json


@dataclass(frozen=True)
class ConverterConfig(HifiGanConfig):
    """Sizes of the tone colour converter, V1 and V2."""

    version: str
    sampling_rate: int
    filter_length: int
    hop_length: int
    win_length: int
    n_speakers: int
    zero_g: bool
    hidden_channels: int
    # Upstream's code fixes these five and its files do not mention them; small models for tests do.
    posterior_layers: int = 16
    flow_layers: int = 4
    n_flows: int = 4
    wavenet_kernel_size: int = 5
    wavenet_dilation_rate: int = 1

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "ConverterConfig":
        fields = Fields(raw, source)
        keys = ("sampling_rate", "filter_length", "hop_length", "win_length", "n_speakers")
        data = fields.need_all("data", keys)
        model = fields.need_all("model", (*HIFIGAN_KEYS, "hidden_channels"))
        constants = {
            key: fields.optional("model", key, getattr(cls, key))
            for key in (
                "posterior_layers",
                "flow_layers",
                "n_flows",
                "wavenet_kernel_size",
                "wavenet_dilation_rate",
            )
        }
        fields.check()
        resblock = str(fields.optional("model", "resblock", "1"))
        if resblock != "1":
            raise ConfigError(
                f'{source} asks for resblock "{resblock}", but every released converter has resblock "1".'
            )
        config = cls(
            version=str(raw.get("_version_", "v1")),  # V1's file has neither key: upstream's defaults
            zero_g=bool(fields.optional("model", "zero_g", False)),
            **data,
            **model,
            **constants,
        )
        config._check(source)
        return config

    @classmethod
    def from_file(cls, path: str | Path) -> "ConverterConfig":
        return cls.from_dict(read_json(path), str(path))

    def _check(self, source: str) -> None:
        for name, value in vars(self).items():
            if name not in ("version", "zero_g", "n_speakers") and not positive_ints(value):
                raise ConfigError(f"{source}: {name} is {value!r}, where positive whole numbers belong.")
        if self.n_speakers != 0:
            raise ConfigError(
                f"{source} describes a text-to-speech model with {self.n_speakers} speakers, not a tone colour "
                "converter: point to the folder `converter` of the release."
            )
        self.check_generator(source)
        if self.wavenet_kernel_size % 2 == 0:
            raise ConfigError(f"{source}: convolution kernels must have an odd size.")
        if self.samples_per_frame != self.hop_length:
            raise ConfigError(
                f"{source}: upsample_rates make {self.samples_per_frame} samples of a frame, hop_length is "
                f"{self.hop_length}; a converter needs the same number."
            )
        if not self.hop_length <= self.win_length <= self.filter_length:
            raise ConfigError(f"{source}: hop_length <= win_length <= filter_length does not hold.")
        if self.inter_channels % 2:
            raise ConfigError(f"{source}: inter_channels is {self.inter_channels}, the flow needs an even number.")

    @property
    def spec_channels(self) -> int:
        return self.filter_length // 2 + 1


@dataclass(frozen=True)
class MeloConfig(HifiGanConfig):
    """Sizes, symbols and speakers of a text-to-speech model: MeloTTS, a base speaker of OpenVoice V1, or a Piper voice.

    The order of the symbols and the number of languages differ between checkpoints that look alike, so both are taken
    from each checkpoint's own file. A V1 base speaker has neither tones nor languages nor BERT features (`n_tones` is
    0), and its speakers are styles (default, friendly, cheerful, ...). A Piper voice (piper/sizes.py) has no
    deterministic duration predictor either, and one with a single speaker has no speaker embedding (`gin_channels` is
    0).
    """

    sampling_rate: int
    hop_length: int
    symbols: tuple[str, ...]
    add_blank: bool
    n_tones: int
    n_languages: int
    n_speakers: int
    speakers: tuple[tuple[str, int], ...]
    disable_bert: bool
    hidden_channels: int
    filter_channels: int
    n_heads: int
    n_layers: int
    kernel_size: int
    speaker_in_encoder: bool
    transformer_flow: bool
    flow_layers: int
    n_flows: int = 4
    # Upstream's code fixes these and its files do not mention them.
    flow_kernel_size: int = 5
    wavenet_kernel_size: int = 5
    wavenet_dilation_rate: int = 1
    # Only Piper voices differ here.
    resblock: str = "1"  # kind of the generator's residual blocks
    deterministic_durations: bool = True  # False: sdp_ratio is 1

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "MeloConfig":
        fields = Fields(raw, source)
        melo = "num_tones" in raw or "num_languages" in raw
        if not melo and "symbols" not in raw:
            raise ConfigError(f"{source} has no symbols, so it is not the config.json of a text-to-speech model.")
        needed = ("symbols", *(("num_tones", "num_languages") if melo else ("speakers",)))
        fields.missing += [key for key in needed if key not in raw]
        top: dict[str, Any] = {key: raw.get(key) for key in needed}
        data = fields.need_all("data", ("sampling_rate", "hop_length", "n_speakers"))
        speakers = fields.need("data", "spk2id") if melo else top["speakers"]
        model = fields.need_all(
            "model", (*HIFIGAN_KEYS, "hidden_channels", "filter_channels", "n_heads", "n_layers", "kernel_size")
        )
        transformer_flow = melo and bool(fields.optional("model", "use_transformer_flow", True))
        # Upstream's code gives n_flow_layer two meanings: the couplings of a transformer flow, the depth of any other.
        n_flow_layer = fields.optional("model", "n_flow_layer", 4)
        flow_layers = fields.need("model", "n_layers_trans_flow") if transformer_flow else n_flow_layer
        fields.check()
        for key, value in (("resblock", "1"), ("use_vc", False), ("flow_share_parameter", False)):
            if (found := fields.optional("model", key, value)) != value:
                raise ConfigError(f"{source}: {key} is {found!r}; only {value!r} is known, as in every released model.")
        symbols = top["symbols"]
        if not isinstance(symbols, list) or not symbols or not all(isinstance(symbol, str) for symbol in symbols):
            raise ConfigError(f"{source}: symbols is not a list of strings.")
        if not isinstance(speakers, Mapping):
            raise ConfigError(f"{source}: the speakers are not an object of names and numbers.")
        config = cls(
            **data,
            **model,
            symbols=tuple(symbols),
            add_blank=bool(fields.optional("data", "add_blank", True)),
            n_tones=top["num_tones"] if melo else 0,
            n_languages=top["num_languages"] if melo else 0,
            speakers=tuple(speakers.items()),
            disable_bert=bool(fields.optional("data", "disable_bert", False)),
            speaker_in_encoder=melo and bool(fields.optional("model", "use_spk_conditioned_encoder", True)),
            transformer_flow=transformer_flow,
            flow_layers=flow_layers,
            n_flows=n_flow_layer if transformer_flow else cls.n_flows,
        )
        config._check(source)
        return config

    @classmethod
    def from_file(cls, path: str | Path) -> "MeloConfig":
        return cls.from_dict(read_json(path), str(path))

    def _check(self, source: str) -> None:
        free = (
            *("symbols", "add_blank", "speakers", "disable_bert", "speaker_in_encoder", "transformer_flow"),
            *("resblock", "deterministic_durations"),
        )
        zero = () if self.is_melo else ("n_tones", "n_languages")
        for name, value in vars(self).items():
            if name not in (*free, *zero) and not positive_ints(value):
                raise ConfigError(f"{source}: {name} is {value!r}, where positive whole numbers belong.")
        for name, number in self.speakers:
            if not isinstance(number, int) or not 0 <= number < self.n_speakers:
                raise ConfigError(f"{source}: speaker {name} has number {number!r}, n_speakers is {self.n_speakers}.")
        if self.hidden_channels % self.n_heads or self.inter_channels % 2:
            raise ConfigError(f"{source}: hidden_channels must divide by n_heads, inter_channels by 2.")
        self.check_generator(source)
        if self.samples_per_frame != self.hop_length:
            raise ConfigError(
                f"{source}: upsample_rates make {self.samples_per_frame} samples of a frame, hop_length is "
                f"{self.hop_length}; they need to be the same."
            )

    @property
    def is_melo(self) -> bool:
        """Return whether this is MeloTTS, as opposed to a base speaker of OpenVoice V1 or a Piper voice."""
        return self.n_tones != 0
