# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes of a Piper voice's network, read from its weights and convolutions.

x_low, low, medium and high are names of such sizes; nothing here depends on the name.
"""

import re
from math import prod
from pathlib import Path
from typing import Any

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.constants import ATTENTION_WINDOW
from models.demos.openvoice.piper.config import PiperConfig
from models.demos.openvoice.piper.graph import Convolution, Graph
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import CheckpointError


def network_sizes(graph: Graph, source: str | Path) -> dict[str, Any]:
    """Return the fields of MeloConfig that the weights decide, and `n_symbols`; `source` names the file in messages."""

    def shape(name: str) -> list[int]:
        if name not in graph.tensors:
            raise CheckpointError(f"{source} is not a Piper voice of a known kind: it has no {name}.")
        return list(graph.tensors[name].shape)

    def geometry(name: str) -> Convolution:
        shape(name)
        return graph.convolutions[name]

    def count(pattern: str) -> int:
        """Return how many different numbers the names of the weights have in place of #."""
        numbered = re.compile(re.escape(pattern).replace("\\#", r"(\d+)"))
        return len({match[1] for name in graph.tensors if (match := numbered.match(name))})

    n_symbols, hidden = shape("enc_p.emb.weight")
    _, distances, head = shape("enc_p.encoder.attn_layers.0.emb_rel_k")
    if distances != 2 * ATTENTION_WINDOW + 1:
        raise CheckpointError(
            f"{source} is not a Piper voice of a known kind: its attention learns {distances} distances instead of "
            f"{2 * ATTENTION_WINDOW + 1}."
        )
    filter_channels, _, kernel = shape("enc_p.encoder.ffn_layers.0.conv_1.weight")
    speakers = shape("emb_g.weight") if "emb_g.weight" in graph.tensors else [1, 0]
    n_stages = count("dec.ups.#.weight")
    blocks = count("dec.resblocks.#.") // max(1, n_stages)
    resblock, convs = ("1", "convs1") if "dec.resblocks.0.convs1.0.weight" in graph.tensors else ("2", "convs")
    chains = count(f"dec.resblocks.0.{convs}.#.weight")
    dilated = [[f"dec.resblocks.{block}.{convs}.{i}.weight" for i in range(chains)] for block in range(blocks)]
    second_layer = graph.convolutions.get("flow.flows.0.enc.in_layers.1.weight")
    ups = [f"dec.ups.{i}.weight" for i in range(n_stages)]
    return {
        "n_symbols": n_symbols,
        "hidden_channels": hidden,
        "filter_channels": filter_channels,
        "n_heads": hidden // head,
        "n_layers": count("enc_p.encoder.attn_layers.#."),
        "kernel_size": kernel,
        "inter_channels": shape("enc_p.proj.weight")[0] // 2,
        "n_speakers": speakers[0],
        "gin_channels": speakers[1],
        "n_flows": count("flow.flows.#.pre.weight"),
        "flow_layers": count("flow.flows.0.enc.in_layers.#.weight"),
        "wavenet_kernel_size": shape("flow.flows.0.enc.in_layers.0.weight")[2],
        "wavenet_dilation_rate": 1 if second_layer is None else second_layer.dilation,
        "resblock": resblock,
        "resblock_kernel_sizes": tuple(shape(names[0])[2] for names in dilated),
        "resblock_dilation_sizes": tuple(tuple(geometry(name).dilation for name in names) for names in dilated),
        "upsample_rates": tuple(geometry(name).stride for name in ups),
        "upsample_kernel_sizes": tuple(shape(name)[2] for name in ups),
        "upsample_initial_channel": shape("dec.conv_pre.weight")[0],
    }


def network_config(sizes: dict[str, Any], voice: PiperConfig, source: str | Path) -> MeloConfig:
    """Return the configuration of the network of `network_sizes` and the voice described next to it.

    Raises a ConfigError if the description is that of another voice.
    """
    sizes = dict(sizes)
    n_symbols = sizes.pop("n_symbols")
    told = [("num_symbols", voice.num_symbols, n_symbols), ("num_speakers", voice.num_speakers, sizes["n_speakers"])]
    for name, described, found in told:
        if described != found:
            raise ConfigError(
                f"{source}.json is the description of another voice: {name} is {described}, but {source} has {found}."
            )
    symbols = [""] * n_symbols  # rows that no symbol uses
    for symbol, (first, *_) in voice.phoneme_id_map.items():
        symbols[first] = symbol
    config = MeloConfig(
        **sizes,
        sampling_rate=voice.sampling_rate,
        hop_length=prod(sizes["upsample_rates"]),
        symbols=tuple(symbols),
        add_blank=True,
        n_tones=0,
        n_languages=0,
        speakers=tuple(voice.speaker_id_map.items()) or ((voice.name, 0),),
        disable_bert=True,
        speaker_in_encoder=False,
        transformer_flow=False,
        deterministic_durations=False,
    )
    config.check_generator(str(source))
    return config
