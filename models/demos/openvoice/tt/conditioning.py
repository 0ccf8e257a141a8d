# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Biases of a voice or a speaker, which replace those of a network's parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ttnn


@dataclass(frozen=True)
class Conditioning:
    """Biases of one voice in the converter, each [1, 1, 1, channels], on the host or on the device.

    Several voices have biases [voices, 1, 1, channels], one for each item of a batch.
    """

    encoder: list[ttnn.Tensor] | None  # one for each layer; None: the model conditions only the flow (V2)
    flow: list[list[ttnn.Tensor]]  # for each coupling, one for each layer
    conv_pre: ttnn.Tensor | None  # of the generator; None if that of the encoder is

    def map(self, function: Callable[[ttnn.Tensor], ttnn.Tensor]) -> "Conditioning":
        """Return the conditioning with `function` applied to every bias."""
        return Conditioning(
            encoder=self.encoder and [function(bias) for bias in self.encoder],
            flow=[[function(bias) for bias in coupling] for coupling in self.flow],
            conv_pre=None if self.conv_pre is None else function(self.conv_pre),
        )

    def flat(self) -> list[ttnn.Tensor]:
        """Return all biases, in the order of `map`."""
        biases: list[ttnn.Tensor] = []

        def collect(bias: ttnn.Tensor) -> ttnn.Tensor:
            biases.append(bias)
            return bias

        self.map(collect)
        return biases


@dataclass(frozen=True)
class Speaker:
    """Biases [1, 1, 1, channels] of a speaker in MeloTTS; None for a part of the network that is not conditioned."""

    text_encoder: ttnn.Tensor | None
    duration_predictor: ttnn.Tensor | None
    stochastic_duration_predictor: ttnn.Tensor
    flow: list[ttnn.Tensor | None] | list[list[ttnn.Tensor]]  # for each coupling; for a WaveNet one for each layer
    conv_pre: ttnn.Tensor | None

    def map(self, function: Callable[[ttnn.Tensor], ttnn.Tensor]) -> "Speaker":
        """Return the speaker with `function` applied to every bias."""

        def of(value: Any) -> Any:
            return [of(item) for item in value] if isinstance(value, list) else value and function(value)

        return Speaker(**{name: of(value) for name, value in vars(self).items()})
