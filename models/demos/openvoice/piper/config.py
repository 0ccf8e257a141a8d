# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The description of a Piper voice, read from the `.onnx.json` next to its `.onnx`: rate, symbols, speakers, language.

The file says nothing about the sizes of the network; loading.py reads those from the weights.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from models.tt_audio.host.config import ConfigError, read_json

BEGIN, END, PAD = "^", "$", "_"
PHONEME_TYPES = ("espeak", "text")


class SymbolIds(NamedTuple):
    """A sentence as the network reads it."""

    ids: list[int]
    unknown: list[str]  # the symbols that the voice does not know, each once; they are left out of `ids`


@dataclass(frozen=True)
class PiperConfig:
    """Description of a Piper voice."""

    name: str  # of the file without its endings, such as en_US-joe-medium
    sampling_rate: int
    quality: str  # x_low, low, medium or high; empty if the file does not say
    phoneme_type: str  # "espeak": symbols are code points of eSpeak's IPA; "text": those of the text itself
    espeak_voice: str  # such as en-us
    language: str  # such as en_US; empty if the file does not say
    language_name: str  # in English; empty if the file does not say
    phoneme_id_map: Mapping[str, tuple[int, ...]]  # ids of each symbol
    phoneme_map: Mapping[str, tuple[str, ...]]  # symbols that stand in for a symbol, before its ids are looked up
    num_symbols: int  # rows of the network's table of symbols
    num_speakers: int
    speaker_id_map: Mapping[str, int]  # number of each named speaker; empty where there is one
    noise_scale: float  # amount of noise in the frames
    noise_w: float  # amount of noise in the durations
    length_scale: float  # 1 / speed

    @classmethod
    def from_file(cls, path: str | Path) -> "PiperConfig":
        """Read an `.onnx.json`."""
        path = Path(path)
        return cls.from_dict(read_json(path), path.name.removesuffix(".json").removesuffix(".onnx"), str(path))

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], name: str, source: str = ".onnx.json") -> "PiperConfig":
        """Read the content of an `.onnx.json`; `source` names the file in messages."""
        missing = [key for key in ("audio", "phoneme_id_map", "num_symbols") if key not in raw]
        if missing:
            raise ConfigError(f"{source} lacks {', '.join(missing)}, so it is not the .onnx.json of a Piper voice.")
        audio, espeak, inference, language = (
            _section(raw, key, source) for key in ("audio", "espeak", "inference", "language")
        )
        config = cls(
            name=name,
            sampling_rate=audio.get("sample_rate", 0),
            quality=str(audio.get("quality") or ""),
            phoneme_type=raw.get("phoneme_type", "espeak"),
            espeak_voice=str(espeak.get("voice") or ""),
            language=str(language.get("code") or ""),
            language_name=str(language.get("name_english") or ""),
            phoneme_id_map=_lists(raw, "phoneme_id_map", int, source),
            phoneme_map=_lists(raw, "phoneme_map", str, source),
            num_symbols=raw["num_symbols"],
            num_speakers=raw.get("num_speakers", 1),
            speaker_id_map=dict(_section(raw, "speaker_id_map", source)),
            noise_scale=inference.get("noise_scale", 0.667),
            noise_w=inference.get("noise_w", 0.8),
            length_scale=inference.get("length_scale", 1.0),
        )
        config._check(source)
        return config

    def _check(self, source: str) -> None:
        for name in ("sampling_rate", "num_symbols", "num_speakers"):
            if not _is_number(value := getattr(self, name), int) or value < 1:
                raise ConfigError(f"{source}: {name} is {value!r}, where a positive whole number belongs.")
        for name, least in (("noise_scale", 0), ("noise_w", 0), ("length_scale", 1e-3)):
            if not _is_number(value := getattr(self, name), int | float) or not least <= value < 100:
                raise ConfigError(f"{source}: {name} is {value!r}, where a number from {least:g} to 100 belongs.")
        if self.phoneme_type not in PHONEME_TYPES:
            raise ConfigError(
                f"{source}: phoneme_type is {self.phoneme_type!r}; the known ones are {' and '.join(PHONEME_TYPES)}."
            )
        if absent := [symbol for symbol in (BEGIN, END, PAD) if symbol not in self.phoneme_id_map]:
            raise ConfigError(f"{source}: phoneme_id_map lacks the symbols {' '.join(absent)}.")
        for symbol, ids in self.phoneme_id_map.items():
            if not ids or not all(0 <= number < self.num_symbols for number in ids):
                raise ConfigError(
                    f"{source}: the ids of {symbol!r} are {list(ids)}, but num_symbols is {self.num_symbols}."
                )
        for speaker, number in self.speaker_id_map.items():
            if not _is_number(number, int) or not 0 <= number < self.num_speakers:
                raise ConfigError(
                    f"{source}: speaker {speaker} has number {number!r}, but num_speakers is {self.num_speakers}."
                )

    def ids_of(self, symbols: Iterable[str]) -> SymbolIds:
        """Return the ids of a sentence: ^ 0 s1 0 s2 0 ... $, where 0 is the id of PAD.

        `symbols` are those of the sentence in order, without BEGIN, END and PAD.
        """
        pad = self.phoneme_id_map[PAD]
        ids, unknown = [*self.phoneme_id_map[BEGIN], *pad], {}
        for symbol in symbols:
            for spoken in self.phoneme_map.get(symbol, (symbol,)):
                if spoken in self.phoneme_id_map:
                    ids += [*self.phoneme_id_map[spoken], *pad]
                else:
                    unknown[spoken] = True
        return SymbolIds([*ids, *self.phoneme_id_map[END]], list(unknown))


def _section(raw: Mapping[str, Any], key: str, source: str) -> Mapping[str, Any]:
    """Return the object `key`; an empty one if the file lacks it."""
    value = raw.get(key) or {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{source}: {key} is not an object.")
    return value


def _lists(raw: Mapping[str, Any], key: str, kind: type, source: str) -> dict[str, tuple]:
    """Return an object whose values are lists of `kind`, as tuples."""
    lists = _section(raw, key, source)
    for name, values in lists.items():
        if not isinstance(values, list) or not all(
            _is_number(v, int) if kind is int else isinstance(v, kind) for v in values
        ):
            raise ConfigError(f"{source}: {key} has no list of {kind.__name__} for {name!r}.")
    return {name: tuple(values) for name, values in lists.items()}


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
