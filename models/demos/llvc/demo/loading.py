# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose checkpoint and backend of a command from its arguments, and load the network."""

import argparse
import tempfile
from pathlib import Path

from models.demos.llvc.pipeline import BACKENDS, Llvc
from models.demos.llvc.synthetic import CONFIGS, make_checkpoint
from models.tt_audio.cli.backends import backend_settings, choose_backend, on_one_card
from models.tt_audio.cli.terminal import count, note
from models.tt_audio.torch_backend.choices import PRECISIONS


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `open_model` reads."""
    parser.add_argument(
        "-p",
        "--checkpoint_path",
        type=Path,
        help="LLVC checkpoint, .pth or .safetensors, or its folder (seeded weights, which are untrained)",
    )
    parser.add_argument("-c", "--config_path", type=Path, help="its config.json (the one beside the checkpoint)")
    parser.add_argument(
        "-n", "--chunk_factor", type=count, default=1, help="windows of 13 ms in a chunk of a stream (%(default)s)"
    )
    parser.add_argument(
        "--backend",
        choices=("auto", *BACKENDS),
        default="auto",
        help="auto takes ttnn for a stream if there is a card, else torch, on a GPU if there is one (%(default)s)",
    )
    parser.add_argument(
        "--device", type=on_one_card("a stream runs"), help="number of the card (0); cpu, cuda or cuda:N for torch"
    )
    parser.add_argument("--precision", choices=PRECISIONS, help="of the backend torch on a GPU (fast)")


def open_model(options: argparse.Namespace, backend: str | None = None) -> Llvc:
    """Load the network that the arguments ask for; `backend` overrides theirs."""
    backend, why = backend or options.backend, ""
    if backend == "auto":
        chosen, why = choose_backend("auto", options.device)
        if chosen == "ttnn" and not options.stream:
            chosen, why = "torch", " (a card converts streams: give --stream)"
        backend = chosen
    settings = {"backend": backend, "factor": options.chunk_factor, **backend_settings(options, backend)}
    model = _loaded(options, settings)
    if why:
        note(f"backend {backend}{why}")
    return model


def _loaded(options: argparse.Namespace, settings: dict) -> Llvc:
    if options.checkpoint_path is not None:
        return Llvc.load(options.checkpoint_path, options.config_path, **settings)
    note(
        "no checkpoint is given, so the weights are seeded and untrained, and the result is no speech: "
        "give a trained checkpoint with -p"
    )
    with tempfile.TemporaryDirectory() as folder:
        return Llvc.load(make_checkpoint(folder, CONFIGS["llvc"]), options.config_path, **settings)
