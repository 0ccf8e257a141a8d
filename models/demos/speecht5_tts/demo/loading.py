# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose model, voice and backend of a command from its arguments, and load them."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from models.demos.speecht5_tts import releases
from models.tt_audio.cli.backends import backend_settings, choose_backend, on_one_card
from models.tt_audio.cli.terminal import note
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.choices import PRECISIONS

if TYPE_CHECKING:
    from models.demos.speecht5_tts.pipeline import SpeechT5
    from models.tt_audio.host.voices import Voice

UNTRAINED = "untrained"
BACKENDS = ("auto", "torch", "ttnn")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `model_files` and `open_model` read."""
    parser.add_argument("--voice", help="x-vector: .npy, .safetensors, cmu-arctic:NUMBER, or a name in the bank")
    parser.add_argument(
        "--model", default=releases.SPEECH, help=f"release or folder, or '{UNTRAINED}' for random weights (%(default)s)"
    )
    parser.add_argument("--vocoder", default=releases.VOCODER, help="release or folder (%(default)s)")
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default="auto",
        help="auto takes ttnn if there is a card, else torch, on a GPU if there is one (%(default)s)",
    )
    parser.add_argument(
        "--device", type=on_one_card("a text is spoken"), help="number of the card (0); cpu, cuda or cuda:N for torch"
    )
    parser.add_argument("--precision", choices=PRECISIONS, help="of the vocoder, for the backend torch (fast)")


def require_voice(options: argparse.Namespace) -> None:
    """Raise a UsageError if there is a model and no voice for it."""
    if options.voice is None and options.model != UNTRAINED:
        raise UsageError("no voice was given; give --voice with a .npy file, cmu-arctic:7306, or a name in the bank")


@contextmanager
def model_files(options: argparse.Namespace) -> Iterator[tuple[str | Path, str | Path, str | Path]]:
    """Give model, vocoder and voice as the arguments name them; those of an untrained model exist until the end."""
    with tempfile.TemporaryDirectory() as folder:
        if options.model != UNTRAINED:
            yield options.model, options.vocoder, options.voice
            return
        from models.demos.speecht5_tts.synthetic import write_untrained

        model, vocoder, voice = write_untrained(folder)
        note("the model is untrained: this speech has no words")
        yield model, vocoder, options.voice or voice


def open_model(options: argparse.Namespace, rows: int = 1) -> tuple["SpeechT5", "Voice", str]:
    """Load the model on the backend that the arguments ask for; return it with the voice and the backend's name.

    `rows`: sentences that a card decodes together.
    """
    from models.demos.speecht5_tts.pipeline import SpeechT5

    backend, why = choose_backend(options.backend, options.device)
    settings = backend_settings(options, backend)
    if backend == "ttnn":
        settings["rows"] = rows
    elif rows > 1:
        raise UsageError(f"--rows {rows} belongs to the backend ttnn; leave it out for {backend}")
    with model_files(options) as (model_folder, vocoder_folder, voice):
        model = SpeechT5.from_pretrained(model_folder, vocoder_folder, backend=backend, **settings)
        if why:
            note(f"backend {backend}{why}")
        return model, model.voice(voice), backend
