# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read the config.json of a model: sections with named keys, and the sizes of a HiFi-GAN generator.

Nothing is assumed about a checkpoint: every size that upstream's file states is taken from there, keys that no module
needs are ignored, and a key that is missing is an error that names it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import prod
from pathlib import Path
from typing import Any

from .errors import UserError


class ConfigError(UserError, ValueError):
    """A config.json that cannot describe a model; the message names the file and what is wrong in it."""


class Fields:
    """The sections of one config.json. Collects the names of missing keys, so that one error states all of them."""

    def __init__(self, raw: Mapping[str, Any], source: str):
        self.raw = raw
        self.source = source
        self.missing: list[str] = []

    def need(self, section: str, key: str) -> Any:
        """Return a value, lists as tuples; note the key as missing if it is not there."""
        values = self.raw.get(section)
        if not isinstance(values, Mapping) or key not in values:
            self.missing.append(f"{section}.{key}")
            return None
        return tuples(values[key])

    def need_all(self, section: str, keys: Iterable[str]) -> dict[str, Any]:
        """Return the values of several keys."""
        return {key: self.need(section, key) for key in keys}

    def optional(self, section: str, key: str, default: Any) -> Any:
        """Return a value, or `default` if the key is not there."""
        values = self.raw.get(section)
        return values.get(key, default) if isinstance(values, Mapping) else default

    def check(self) -> None:
        """Raise a ConfigError that names all missing keys, if there are any."""
        if self.missing:
            raise ConfigError(
                f"{self.source} lacks {', '.join(self.missing)}: take the config.json of this checkpoint."
            )


def read_json(path: str | Path) -> dict[str, Any]:
    """Return the object in a JSON file, or raise a ConfigError that names the file."""
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
    """Return JSON lists as tuples, at any depth, so that a frozen config can be hashed and compared."""
    return tuple(tuples(item) for item in value) if isinstance(value, list | tuple) else value


def positive_ints(value: Any) -> bool:
    """Return True for a positive int, and for a non-empty tuple of such at any depth."""
    if isinstance(value, tuple):
        return bool(value) and all(positive_ints(item) for item in value)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


@dataclass(frozen=True)
class HifiGanConfig:
    """Sizes of a HiFi-GAN generator; the config of a model with a generator inherits them."""

    inter_channels: int  # channels of a latent frame
    gin_channels: int  # channels of the speaker embedding
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    upsample_initial_channel: int

    @property
    def samples_per_frame(self) -> int:
        return prod(self.upsample_rates)

    def check_generator(self, source: str) -> None:
        """Raise a ConfigError if the sizes fit no generator; `source` names the file."""
        if len(self.resblock_kernel_sizes) != len(self.resblock_dilation_sizes):
            raise ConfigError(f"{source}: resblock_kernel_sizes and resblock_dilation_sizes differ in length.")
        if len(self.upsample_rates) != len(self.upsample_kernel_sizes):
            raise ConfigError(f"{source}: upsample_rates and upsample_kernel_sizes differ in length.")
        if any(k < u or (k - u) % 2 for u, k in zip(self.upsample_rates, self.upsample_kernel_sizes, strict=True)):
            raise ConfigError(f"{source}: each upsample kernel must exceed its rate by an even number.")
        if any(k % 2 == 0 for k in self.resblock_kernel_sizes):
            raise ConfigError(f"{source}: convolution kernels must have an odd size.")


HIFIGAN_KEYS = tuple(field.name for field in fields(HifiGanConfig))
