# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speak an English text with SpeechT5 TTS.

    python -m models.demos.speecht5_tts.demo.demo speak --help
    python -m models.demos.speecht5_tts.demo.demo check --help
    pytest models/demos/speecht5_tts/demo/demo.py
"""

import argparse
import sys
import time
from pathlib import Path

from models.demos.speecht5_tts.demo.loading import add_model_arguments, open_model, require_voice
from models.tt_audio.cli import paths
from models.tt_audio.cli.paths import STANDARD
from models.tt_audio.cli.terminal import (
    Parser,
    add_command,
    add_json_argument,
    between,
    count,
    errors_as_sentences,
    printable,
    tell,
    whole,
)
from models.tt_audio.cli.texts import decoded, given_text
from models.tt_audio.host.errors import UsageError

SPEAK_EXAMPLES = """
speak "The ferry was late. Nobody minded." --voice cmu-arctic:7306
speak --file letter.txt --voice speaker.npy --output letter.flac
speak - --voice anna --stream --output - < letter.txt > letter.wav
speak "No words, only the way of the data." --model untrained --json
"""
CHECK_EXAMPLES = """
check --model untrained --backend ttnn
check --text "The ferry was late." --voice cmu-arctic:7306 --json
"""


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m models.demos.speecht5_tts.demo.demo", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    speak_parser = add_command(commands, "speak", speak, "speak an English text", SPEAK_EXAMPLES)
    speak_parser.add_argument("text", nargs="?", help="what to say; - reads it from stdin")
    speak_parser.add_argument("--file", type=Path, help="file with the text, in UTF-8")
    speak_parser.add_argument(
        "--output",
        type=Path,
        default=Path("spoken.wav"),
        help=".wav, .flac, .mp3, .opus or .m4a, or - for a WAV on stdout (%(default)s)",
    )
    speak_parser.add_argument(
        "--stream", action="store_true", help="in short parts; on stdout each is there as soon as it is ready"
    )
    speak_parser.add_argument(
        "--pause", type=between(0, 60), default=0.1, help="seconds between sentences (%(default)s)"
    )
    speak_parser.add_argument(
        "--rows", type=count, default=1, help="sentences that a card decodes together, up to 32 (%(default)s)"
    )
    check_parser = add_command(
        commands, "check", check, "compare a backend with PyTorch, with the same dropout masks", CHECK_EXAMPLES
    )
    check_parser.add_argument("--text", default="Oh no.", help="what to say (%(default)s)")
    for command in (speak_parser, check_parser):
        command.add_argument("--seed", type=whole, default=0, help="seed of the dropout masks (%(default)s)")
        add_model_arguments(command)
        add_json_argument(command)
    return parser


def main(arguments: list[str] | None = None) -> None:
    with errors_as_sentences():
        options = make_parser().parse_args(arguments)
        code = options.run(options)
    if code:
        sys.exit(code)


def check(options: argparse.Namespace) -> int:
    """Run `check`."""
    require_voice(options)
    from models.demos.speecht5_tts.demo import check as command  # takes seconds to import

    return command.check(options)


def speak(options: argparse.Namespace) -> None:
    """Run `speak`."""
    text = _text(options)
    inputs = [options.file] if options.file else []
    paths.check_output(options.output, inputs)
    replaced = paths.replaces(options.output)
    require_voice(options)
    from models.tt_audio.cli import sound  # takes seconds to import

    model, voice, backend = open_model(options, options.rows)
    started = time.perf_counter()
    first = None
    samples = 0
    with sound.sink(options.output, model.sampling_rate, options.stream) as write:
        settings = {} if options.stream else {"frames": None}
        for part in model.speak_stream(text, voice, options.seed, options.pause, **settings):
            first = first or time.perf_counter() - started
            samples += len(part)
            write(part)
    took, seconds = time.perf_counter() - started, samples / model.sampling_rate
    facts = {"output": str(options.output), "voice": voice.name, "seconds": seconds, "took": took, "first": first}
    facts |= {"backend": backend, "seed": options.seed, "sampling_rate": model.sampling_rate, "replaced": replaced}
    place = "standard output" if options.output == STANDARD else printable(str(options.output))
    line = f"{place}: {seconds:.1f} s of speech, made in {took:.1f} s{', an older file replaced' if replaced else ''}"
    tell(options, line, facts, to_stderr=options.output == STANDARD)


def _text(options: argparse.Namespace) -> str:
    if (options.text is None) == (options.file is None):
        raise UsageError("give a text, or - for standard input, or --file with a file, and only one of them")
    if options.file is not None:
        try:
            content = options.file.read_bytes()
        except OSError as error:
            raise UsageError(f"{options.file} cannot be read ({error.strerror}); check the path") from None
        return decoded(content, str(options.file))
    return given_text(options.text)


def test_demo(device, tmp_path):
    """Run `check` as tt-metal runs a demo, with random weights."""
    from models.demos.speecht5_tts.demo.check import compare
    from models.demos.speecht5_tts.pipeline import SpeechT5
    from models.demos.speecht5_tts.synthetic import write_untrained

    speech, vocoder, voice = write_untrained(tmp_path)
    reference = SpeechT5.from_pretrained(speech, vocoder, precision="exact")
    model = SpeechT5.from_pretrained(speech, vocoder, backend="ttnn", device=device)
    assert compare(model, reference, "A", reference.voice(voice), seed=0).good


if __name__ == "__main__":
    main()
