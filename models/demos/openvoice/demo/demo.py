# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The command line: a recording in another voice (`convert`), and the device path beside PyTorch's (`check`).

    python -m models.demos.openvoice.demo.demo convert speech.wav voice.wav --output result.wav
    python -m models.demos.openvoice.demo.demo check
    pytest models/demos/openvoice/demo/demo.py

The outermost room: arguments -> pipeline.py -> a file. Whatever a user can mend ends in one sentence and exit code 2.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile
from loguru import logger
from tqdm import tqdm

from models.demos.openvoice import audio
from models.demos.openvoice.audio import AudioError
from models.demos.openvoice.checkpoint import CheckpointError
from models.demos.openvoice.config import ConfigError
from models.demos.openvoice.demo.errors import DeviceError, UsageError
from models.demos.openvoice.demo.loading import load
from models.demos.openvoice.pipeline import BACKENDS, RELEASE, OpenVoice
from models.demos.openvoice.reference.chunked import PRECISIONS
from models.demos.openvoice.voices import Voice, VoiceError

VOICE_FILES = (".pth", ".safetensors")
LONG_SECONDS = 10.0  # a shorter recording is done before a progress bar tells anything


USER_ERRORS = (UsageError, AudioError, CheckpointError, ConfigError, DeviceError, VoiceError)


class Parser(argparse.ArgumentParser):
    """Says what is wrong without the usage lines that argparse prints around it."""

    def error(self, message):
        self.exit(2, f"error: {message}; --help lists what there is\n")


def main(arguments: list[str] | None = None) -> None:
    parser = Parser(prog="python -m models.demos.openvoice.demo.demo", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="convert|check")
    add_convert_arguments(commands.add_parser("convert", help="say what a recording says in another voice"))
    add_check_arguments(commands.add_parser("check", help="one conversion by PyTorch and by a card, compared"))
    options = parser.parse_args(arguments)
    with errors_as_sentences():
        if options.command == "convert":
            convert(options)
        else:
            check(options)


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Warnings and errors as a user of a command reads them: one line each, and exit code 2 after an error."""
    logger.remove()
    logger.disable("ttnn")  # its advice is for who writes a model
    logger.add(lambda line: tqdm.write(line, file=sys.stderr, end=""), format=_warning_format, level="WARNING")
    try:
        yield
    except USER_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


def _warning_format(record) -> str:
    return record["level"].name.lower() + ": {message}\n"


# ---- convert


def add_convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", type=Path, help="what is said: WAV, FLAC, MP3 or OGG, of any length")
    parser.add_argument("voice", type=Path, nargs="+", help="recordings of the voice wanted, or one voice file")
    parser.add_argument("--output", type=Path, default=Path("converted.wav"), help=".wav or .flac (%(default)s)")
    parser.add_argument("--model", default=RELEASE, help="a release, or a folder that holds one (%(default)s)")
    parser.add_argument("--backend", choices=BACKENDS, default="torch", help="(%(default)s)")
    parser.add_argument("--precision", choices=PRECISIONS, help="of the backend torch (fast)")
    parser.add_argument("--tau", type=_tau, default=0.3, help="amount of the encoder's noise, 0 for none (%(default)s)")
    parser.add_argument("--seed", type=_seed, default=0, help="of that noise (%(default)s)")


def convert(options: argparse.Namespace) -> None:
    if options.precision and options.backend != "torch":
        raise UsageError(f"--precision belongs to the backend torch; leave it out for {options.backend}")
    if options.output.exists() and options.recording.exists() and options.output.samefile(options.recording):
        raise UsageError(f"{options.output} is the recording itself; choose another --output")
    for path in (options.recording, *options.voice):
        if not path.exists():  # seen at once, while the model takes seconds to load or minutes to download
            raise UsageError(f"{path} does not exist; check the path")

    settings = {"precision": options.precision} if options.precision else {}
    model = load(options.model, options.backend, **settings)
    with audio.writer(options.output, model.sampling_rate) as write:
        voice = _voice(model, options.voice)
        started, seconds = time.perf_counter(), 0.0
        pieces = model.convert_stream(options.recording, voice, None, options.tau, options.seed, chunk_seconds=None)
        with _progress(options.recording) as bar:
            for piece in pieces:
                write(piece)
                bar.update(len(piece) / model.sampling_rate)
                seconds += len(piece) / model.sampling_rate
    print(f"{options.output}: {seconds:.1f} s of speech, made in {time.perf_counter() - started:.1f} s")


def _voice(model: OpenVoice, paths: list[Path]) -> Voice:
    if not any(path.suffix in VOICE_FILES for path in paths):
        return model.voice(paths)
    if len(paths) > 1:
        raise UsageError("a voice file stands alone; give either one voice file or recordings")
    return Voice.load(paths[0])


def _progress(recording: Path) -> tqdm:
    """A bar in seconds of speech for a long recording on a terminal, else nothing."""
    try:
        total = soundfile.info(recording).duration if recording.is_file() else 0.0
    except (soundfile.LibsndfileError, TypeError):
        total = 0.0  # audio.py says what is wrong with it
    shown = total >= LONG_SECONDS and sys.stderr.isatty()
    form = "{percentage:3.0f}% |{bar}| {n:.0f} of {total:.0f} s [{elapsed} < {remaining}]"
    return tqdm(total=total, disable=not shown, bar_format=form, leave=False)


def _tau(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive number")
    return value


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive whole number")
    return int(text)


# ---- check


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording", type=Path, nargs="?", help="speech; its first seconds are used (a synthetic voice)"
    )
    parser.add_argument("--model", help="a release or a folder (default: the release if it is here, else untrained)")
    parser.add_argument("--output", type=Path, default=Path("out"), help="folder of the results (%(default)s)")


def check(options: argparse.Namespace, device=None):
    from models.demos.openvoice.demo.comparison import compare  # TTNN is imported by who wants a device

    return compare(options.model, options.recording, options.output, device)


def test_demo(device, tmp_path):
    """As tt-metal runs a demo; the agreement is what tests/pcc/test_runner.py asks of a whole conversion."""
    agreement = check(argparse.Namespace(model=None, recording=None, output=tmp_path), device)
    assert agreement.tone_colour >= 0.999
    assert agreement.waveform >= 0.99
    assert agreement.log_mel >= 0.995


if __name__ == "__main__":
    main()
