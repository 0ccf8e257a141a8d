# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speak an English text with SpeechT5 TTS: `python -m models.demos.speecht5_tts.demo.demo speak --help`."""

import argparse
import tempfile
import time
from pathlib import Path

from models.demos.speecht5_tts import releases
from models.tt_audio.cli import paths
from models.tt_audio.cli.backends import find_gpu, torch_device_name
from models.tt_audio.cli.paths import STANDARD
from models.tt_audio.cli.terminal import (
    Parser,
    add_command,
    add_json_argument,
    between,
    errors_as_sentences,
    note,
    printable,
    tell,
    whole,
)
from models.tt_audio.cli.texts import decoded, given_text
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.choices import PRECISIONS

UNTRAINED = "untrained"
EXAMPLES = """
speak "The ferry was late. Nobody minded." --voice cmu-arctic:7306
speak --file letter.txt --voice speaker.npy --output letter.flac
speak - --voice anna --stream --output - < letter.txt > letter.wav
speak "No words, only the way of the data." --model untrained --json
"""


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m models.demos.speecht5_tts.demo.demo", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    speak_parser = add_command(commands, "speak", speak, "speak an English text", EXAMPLES)
    speak_parser.add_argument("text", nargs="?", help="what to say; - reads it from stdin")
    speak_parser.add_argument("--file", type=Path, help="file with the text, in UTF-8")
    speak_parser.add_argument("--voice", help="x-vector: .npy, .safetensors, cmu-arctic:NUMBER, or a name in the bank")
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
    speak_parser.add_argument("--seed", type=whole, default=0, help="seed of the dropout masks (%(default)s)")
    speak_parser.add_argument(
        "--model", default=releases.SPEECH, help=f"release or folder, or '{UNTRAINED}' for random weights (%(default)s)"
    )
    speak_parser.add_argument("--vocoder", default=releases.VOCODER, help="release or folder (%(default)s)")
    speak_parser.add_argument("--precision", choices=PRECISIONS, default="fast", help="of the vocoder (%(default)s)")
    speak_parser.add_argument(
        "--device", type=torch_device_name, help="cpu, cuda or cuda:N (a GPU if there is one, else the CPU)"
    )
    add_json_argument(speak_parser)
    return parser


def main(arguments: list[str] | None = None) -> None:
    with errors_as_sentences():
        options = make_parser().parse_args(arguments)
        options.run(options)


def speak(options: argparse.Namespace) -> None:
    text = _text(options)
    inputs = [options.file] if options.file else []
    paths.check_output(options.output, inputs)
    replaced = paths.replaces(options.output)
    if options.voice is None and options.model != UNTRAINED:
        raise UsageError("no voice was given; give --voice with a .npy file, cmu-arctic:7306, or a name in the bank")

    # These take seconds to import.
    from models.demos.speecht5_tts.pipeline import SpeechT5
    from models.tt_audio.cli import sound

    with tempfile.TemporaryDirectory() as folder:
        model_folder, vocoder_folder, voice_name = options.model, options.vocoder, options.voice
        if options.model == UNTRAINED:
            from models.demos.speecht5_tts.synthetic import write_untrained

            model_folder, vocoder_folder, voice = write_untrained(folder)
            voice_name = voice_name or voice
            note("the model is untrained: this speech has no words")
        found, where = find_gpu() if options.device is None else (options.device, "")
        place = {"precision": options.precision, "device": found or "cpu"}
        model = SpeechT5.from_pretrained(model_folder, vocoder_folder, **place)
        if where:
            note(f"PyTorch computes {where}")
        voice = model.voice(voice_name)
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
    facts |= {"seed": options.seed, "sampling_rate": model.sampling_rate, "replaced": replaced}
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


if __name__ == "__main__":
    main()
