# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes of an LLVC network, read from the `config.json` of its checkpoint.

Upstream has it as experiments/<name>/config.json.

First step of loading: config.json -> config (here) -> modules (reference/) <- tensors (loading.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.demos.llvc.constants import ENCODER_TAPS, HEADS
from models.tt_audio.host.config import ConfigError, Fields, positive_ints, read_json, tuples

SECTION = "model_params"
# Options of upstream's code with the only value that a released config has.
FIXED = {"skip_connection": True, "proj": True, "lookahead": True}
FIXED_PRENET = {"combine_residuals": None, "skip_connection": "add", "use_residual_blocks": True}


@dataclass(frozen=True)
class LlvcConfig:
    """Sizes of the network. A latent frame is `hop` samples; a window of the decoder is `window` frames."""

    sampling_rate: int
    hop: int  # upstream: L
    enc_dim: int
    num_enc_layers: int
    dec_dim: int
    num_dec_layers: int
    context: int  # frames before a window that the decoder attends to; upstream: dec_buf_len
    window: int  # upstream: dec_chunk_size
    out_buf_len: int  # frames before the current one that an output sample depends on
    use_pos_enc: bool
    prenet_kernel_sizes: tuple[int, ...]  # empty: no prenet (llvc_nc)
    prenet_dilations: tuple[int, ...]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "config.json") -> "LlvcConfig":
        """Read the parsed config.json `raw`; `source` names it in messages. Keys that no module needs are ignored."""
        fields = Fields(raw, source)
        sampling_rate = fields.need("data", "sr")
        keys = ("L", "enc_dim", "num_enc_layers", "dec_dim", "num_dec_layers", "dec_buf_len", "dec_chunk_size")
        model = fields.need_all(SECTION, (*keys, "out_buf_len", "convnet_config"))
        fields.check()
        for key, value in FIXED.items():
            _check_fixed(source, key, fields.optional(SECTION, key, value), value)
        config = cls(
            sampling_rate=sampling_rate,
            hop=model["L"],
            enc_dim=model["enc_dim"],
            num_enc_layers=model["num_enc_layers"],
            dec_dim=model["dec_dim"],
            num_dec_layers=model["num_dec_layers"],
            context=model["dec_buf_len"],
            window=model["dec_chunk_size"],
            out_buf_len=model["out_buf_len"],
            use_pos_enc=bool(fields.optional(SECTION, "use_pos_enc", True)),
            **_prenet(model["convnet_config"], source),
        )
        config._check(source)
        return config

    @classmethod
    def from_file(cls, path: str | Path) -> "LlvcConfig":
        """Read a config.json."""
        return cls.from_dict(read_json(path), str(path))

    def _check(self, source: str) -> None:
        for name, value in vars(self).items():
            free = name == "use_pos_enc" or (name.startswith("prenet") and value == ())
            if not free and not positive_ints(value):
                raise ConfigError(f"{source}: {name} is {value!r}, where positive whole numbers belong.")
        if self.enc_dim != 2 * self.dec_dim:
            raise ConfigError(f"{source}: enc_dim is {self.enc_dim}, but needs to be twice dec_dim ({self.dec_dim}).")
        if self.dec_dim % HEADS:
            raise ConfigError(
                f"{source}: dec_dim is {self.dec_dim}, but has to divide by {HEADS}, the attention heads."
            )

    @property
    def chunk(self) -> int:
        """Samples of one window of the decoder; a stream advances by multiples of it."""
        return self.window * self.hop

    @property
    def overlap(self) -> int:
        """Samples of the in-convolution's input before a chunk that the chunk's frames depend on."""
        return 2 * self.hop

    @property
    def prenet_contexts(self) -> tuple[int, ...]:
        """Samples before the current one that each block of the prenet depends on."""
        pairs = zip(self.prenet_kernel_sizes, self.prenet_dilations, strict=True)
        return tuple((kernel - 1) * dilation for kernel, dilation in pairs)

    @property
    def dilations(self) -> tuple[int, ...]:
        """Dilation of each layer of the encoder."""
        return tuple(2**layer for layer in range(self.num_enc_layers))

    @property
    def encoder_contexts(self) -> tuple[int, ...]:
        """Frames before the current one that each layer of the encoder depends on."""
        return tuple((ENCODER_TAPS - 1) * dilation for dilation in self.dilations)


def _prenet(raw: Any, source: str) -> dict[str, tuple[int, ...]]:
    """Return the sizes of the prenet from the object `convnet_config`; upstream names it so."""
    fields = Fields({"convnet_config": raw}, source)
    keys = ("kernel_sizes", "dilations", "out_channels")
    present = bool(fields.need("convnet_config", "convnet_prenet"))
    found = fields.need_all("convnet_config", keys) if present else {}
    fields.check()
    if not present:
        return {"prenet_kernel_sizes": (), "prenet_dilations": ()}
    for key, value in FIXED_PRENET.items():
        _check_fixed(source, f"convnet_config.{key}", fields.optional("convnet_config", key, value), value)
    lengths = {len(tuples(value)) if isinstance(value, tuple) else 0 for value in found.values()}
    if len(lengths) != 1 or any(count != 1 for count in found["out_channels"]):
        raise ConfigError(
            f"{source}: kernel_sizes, dilations and out_channels of convnet_config need one entry for each block, and "
            "every out_channels is 1."
        )
    return {"prenet_kernel_sizes": found["kernel_sizes"], "prenet_dilations": found["dilations"]}


def _check_fixed(source: str, key: str, found: Any, value: Any) -> None:
    if found != value:
        raise ConfigError(f"{source}: {key} is {found!r}; only {value!r} is known, as in every released config.")
