# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes of a model, read from the `config.json` that lies beside its checkpoint.

First step of loading: config.json -> config (here) -> modules (reference/) <- tensors (checkpoint.py).
Nothing is assumed about a checkpoint: every size that upstream's file states is taken from there, keys that no module
needs are ignored, and a key that is missing is an error which names it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from models.tt_audio.host.errors import UserError


class ConfigError(UserError, ValueError):
    """A config.json that cannot describe a model; the message names the file and what is wrong in it."""


class Fields:
    """The sections of one config.json; collects the names of missing keys so that one error can state them all."""

    def __init__(self, raw: Mapping[str, Any], source: str):
        self.raw = raw
        self.source = source
        self.missing: list[str] = []

    def need(self, section: str, key: str) -> Any:
        values = self.raw.get(section)
        if not isinstance(values, Mapping) or key not in values:
            self.missing.append(f"{section}.{key}")
            return None
        return values[key]

    def optional(self, section: str, key: str, default: Any) -> Any:
        values = self.raw.get(section)
        return values.get(key, default) if isinstance(values, Mapping) else default

    def check(self) -> None:
        if self.missing:
            raise ConfigError(
                f"{self.source} lacks {', '.join(self.missing)}: take the config.json of this checkpoint."
            )


def read_json(path: str | Path) -> dict[str, Any]:
    """The object in a JSON file, or a ConfigError that names the file."""
    path = Path(path)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist: a model folder needs the config.json of its checkpoint.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON ({error}): download it again.") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} holds a JSON {type(raw).__name__}, not an object: download it again.")
    return raw


def tuples(value: Any) -> Any:
    """JSON lists as tuples, at any depth, so that a frozen config can be hashed and compared."""
    return tuple(tuples(item) for item in value) if isinstance(value, list | tuple) else value


def positive_ints(value: Any) -> bool:
    """True for a positive int, and for a non-empty tuple of such at any depth."""
    if isinstance(value, tuple):
        return bool(value) and all(positive_ints(item) for item in value)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def check_generator(config: "ConverterConfig | MeloConfig", source: str) -> None:
    """What the sizes of a generator must fulfil in every model."""
    if len(config.resblock_kernel_sizes) != len(config.resblock_dilation_sizes):
        raise ConfigError(f"{source}: resblock_kernel_sizes and resblock_dilation_sizes differ in length.")
    if len(config.upsample_rates) != len(config.upsample_kernel_sizes):
        raise ConfigError(f"{source}: upsample_rates and upsample_kernel_sizes differ in length.")
    if any(k < u or (k - u) % 2 for u, k in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True)):
        raise ConfigError(f"{source}: each upsample kernel must exceed its rate by an even number.")


@dataclass(frozen=True)
class ConverterConfig:
    """Sizes of the tone colour converter, V1 and V2."""

    version: str
    sampling_rate: int
    filter_length: int
    hop_length: int
    win_length: int
    n_speakers: int
    zero_g: bool
    inter_channels: int
    hidden_channels: int
    gin_channels: int
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    upsample_initial_channel: int
    # Upstream's code fixes these five and its files do not mention them; small models for tests do.
    posterior_layers: int = 16
    flow_layers: int = 4
    n_flows: int = 4
    wavenet_kernel_size: int = 5
    wavenet_dilation_rate: int = 1

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "ConverterConfig":
        fields = Fields(raw, source)
        data = {
            key: fields.need("data", key)
            for key in ("sampling_rate", "filter_length", "hop_length", "win_length", "n_speakers")
        }
        model = {
            key: tuples(fields.need("model", key))
            for key in (
                "inter_channels",
                "hidden_channels",
                "gin_channels",
                "resblock_kernel_sizes",
                "resblock_dilation_sizes",
                "upsample_rates",
                "upsample_kernel_sizes",
                "upsample_initial_channel",
            )
        }
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
        check_generator(self, source)
        if any(k % 2 == 0 for k in (*self.resblock_kernel_sizes, self.wavenet_kernel_size)):
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

    @property
    def samples_per_frame(self) -> int:
        return prod(self.upsample_rates)


@dataclass(frozen=True)
class MeloConfig:
    """Sizes, symbols and speakers of a text-to-speech model: MeloTTS, or a base speaker of OpenVoice V1.

    The order of the symbols and the number of languages differ between checkpoints that look alike, so both are taken
    from each checkpoint's own file. A V1 base speaker has neither tones nor languages nor BERT features (`n_tones` is
    0), and its speakers are styles (default, friendly, cheerful, ...).
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
    inter_channels: int
    hidden_channels: int
    filter_channels: int
    n_heads: int
    n_layers: int
    kernel_size: int
    gin_channels: int
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    upsample_initial_channel: int
    speaker_in_encoder: bool
    transformer_flow: bool
    flow_layers: int
    n_flows: int = 4
    # Upstream's code fixes these and its files do not mention them.
    flow_kernel_size: int = 5
    wavenet_kernel_size: int = 5
    wavenet_dilation_rate: int = 1

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "MeloConfig":
        fields = Fields(raw, source)
        melo = "num_tones" in raw or "num_languages" in raw
        if not melo and "symbols" not in raw:
            raise ConfigError(f"{source} has no symbols, so it is not the config.json of a text-to-speech model.")
        top = {
            key: raw.get(key) if key in raw else fields.missing.append(key)
            for key in ("symbols", *(("num_tones", "num_languages") if melo else ("speakers",)))
        }
        data = {key: fields.need("data", key) for key in ("sampling_rate", "hop_length", "n_speakers")}
        speakers = fields.need("data", "spk2id") if melo else top["speakers"]
        model = {
            key: tuples(fields.need("model", key))
            for key in (
                "inter_channels",
                "hidden_channels",
                "filter_channels",
                "n_heads",
                "n_layers",
                "kernel_size",
                "gin_channels",
                "resblock_kernel_sizes",
                "resblock_dilation_sizes",
                "upsample_rates",
                "upsample_kernel_sizes",
                "upsample_initial_channel",
            )
        }
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
        free = ("symbols", "add_blank", "speakers", "disable_bert", "speaker_in_encoder", "transformer_flow")
        zero = () if self.is_melo else ("n_tones", "n_languages")
        for name, value in vars(self).items():
            if name not in (*free, *zero) and not positive_ints(value):
                raise ConfigError(f"{source}: {name} is {value!r}, where positive whole numbers belong.")
        for name, number in self.speakers:
            if not isinstance(number, int) or not 0 <= number < self.n_speakers:
                raise ConfigError(f"{source}: speaker {name} has number {number!r}, n_speakers is {self.n_speakers}.")
        if self.hidden_channels % self.n_heads or self.inter_channels % 2:
            raise ConfigError(f"{source}: hidden_channels must divide by n_heads, inter_channels by 2.")
        check_generator(self, source)
        if any(k % 2 == 0 for k in self.resblock_kernel_sizes):
            raise ConfigError(f"{source}: convolution kernels must have an odd size.")
        if self.samples_per_frame != self.hop_length:
            raise ConfigError(
                f"{source}: upsample_rates make {self.samples_per_frame} samples of a frame, hop_length is "
                f"{self.hop_length}; they need to be the same."
            )

    @property
    def is_melo(self) -> bool:
        """Whether this is MeloTTS, as opposed to a base speaker of OpenVoice V1."""
        return self.n_tones != 0

    @property
    def samples_per_frame(self) -> int:
        return prod(self.upsample_rates)

    def speaker_id(self, name: str) -> int:
        """The number of a speaker (of a style, in V1); the name as in the file, in any case."""
        numbers = {known.lower(): number for known, number in self.speakers}
        if name.lower() not in numbers:
            known = ", ".join(name for name, _ in self.speakers)
            raise ConfigError(f"there is no speaker {name!r} in this model; it has {known or 'none with a name'}.")
        return numbers[name.lower()]
