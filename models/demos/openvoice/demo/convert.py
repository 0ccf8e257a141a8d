# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`convert`: a recording in another voice. `clone`: a text in another voice.

Recording or text -> pipeline.py -> a file or stdout.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models.demos.openvoice.base_speakers import BASE_SPEAKERS
from models.demos.openvoice.demo import target
from models.demos.openvoice.demo.loading import add_model_arguments, add_noise_arguments, base_speaker, open_model
from models.demos.openvoice.demo.watermark import Watermark, add_watermark_argument
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.styles import STYLES
from models.tt_audio.cli import sound
from models.tt_audio.cli.sound import STANDARD
from models.tt_audio.cli.terminal import add_command, add_json_argument, between, positive, printable, progress, tell
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError

CONVERT_EXAMPLES = """
convert speech.wav voice.wav
convert speech.wav voice1.wav voice2.flac --output result.flac --seed 7
convert - voice.wav --output - --stream < speech.wav > result.wav
"""
CLONE_EXAMPLES = """
clone "The ferry was late. Nobody minded." voice.wav
clone "Hello!" voice.wav --speaker EN-BR --style lively --output hello.wav
clone - voice.wav --language EN --speed 0.9 < letter.txt
"""
# A shorter piece costs as much as this one, because of the context around it; a longer one is no stream.
SHORTEST_CHUNK, LONGEST_CHUNK = 0.1, 60.0
SECONDS = "{percentage:3.0f}% |{bar}| {n:.0f} of {total:.0f} s [{elapsed} < {remaining}]"


def add_convert(commands) -> None:
    parser = add_command(commands, "convert", convert, "say what a recording says in another voice", CONVERT_EXAMPLES)
    parser.add_argument(
        "recording", type=Path, help="what is said: WAV, FLAC, MP3, OGG, with ffmpeg M4A and others; - is stdin"
    )
    target.add_voice_argument(parser)
    parser.add_argument(
        "--chunk",
        type=between(SHORTEST_CHUNK, LONGEST_CHUNK),
        default=1.0,
        help="seconds of a piece of a --stream (%(default)s)",
    )
    _add_output_arguments(parser, "converted.wav")


def add_clone(commands) -> None:
    parser = add_command(commands, "clone", clone, "say a text in another voice", CLONE_EXAMPLES)
    parser.add_argument("text", help="what to say; - reads it from stdin")
    target.add_voice_argument(parser)
    parser.add_argument("--language", default="EN", help=f"of the text: {', '.join(BASE_SPEAKERS)} (%(default)s)")
    parser.add_argument("--speaker", help="base speaker, in English an accent: EN-US, EN-BR, EN-IN, EN-AU, EN-Default")
    parser.add_argument("--style", default="neutral", help=f"manner: {', '.join(STYLES)} (%(default)s)")
    parser.add_argument("--speed", type=positive, default=1.0, help="times the style's speed (%(default)s)")
    parser.add_argument("--pause", type=float, help="seconds between sentences (as the style has it)")
    parser.add_argument("--base", type=Path, help="folder of the base speaker (the language's MeloTTS release)")
    parser.add_argument("--bert", default="required", help="folder of the language's BERT model, or 'zeros' for none")
    _add_output_arguments(parser, "cloned.wav")


def _add_output_arguments(parser: argparse.ArgumentParser, output: str) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(output),
        help=".wav, .flac, .mp3, .opus or .m4a, or - for a WAV on stdout (%(default)s)",
    )
    parser.add_argument(
        "--stream", action="store_true", help="in short pieces; on stdout each is there as soon as it is ready"
    )
    target.add_keep_arguments(parser)
    add_noise_arguments(parser)
    add_watermark_argument(parser)
    add_json_argument(parser)
    add_model_arguments(parser)


# ---- convert


def convert(options: argparse.Namespace) -> None:
    inputs = [options.recording, *options.voice]
    sound.check_recordings([options.recording])
    replaced = _check(options, inputs)
    mark = Watermark(options.watermark)
    model = open_model(options)
    source = sound.recording(options.recording)

    with sound.sink(options.output, model.sampling_rate, options.stream) as write:
        voice = target.kept(target.voice_of(model, options.voice), options)
        started = time.perf_counter()
        chunk = options.chunk if options.stream else None
        pieces = model.convert_stream(source, voice, None, options.tau, options.seed, chunk_seconds=chunk)
        with progress(audio.duration(source), "s", SECONDS) as bar:
            seconds = _write(mark.marked(pieces, model.sampling_rate), write, model.sampling_rate, bar)
    _tell(options, model, voice.name, seconds, time.perf_counter() - started, replaced)


def _check(options: argparse.Namespace, inputs: list[Path]) -> bool:
    """Refuse what can be refused before a model is loaded. Return whether a file will be replaced."""
    target.check(options.voice)
    target.check_keep(options)
    return sound.check_output(options.output, inputs)


def _write(pieces: Iterable[np.ndarray], write, rate: int, bar=None) -> float:
    seconds = 0.0
    for piece in pieces:
        write(piece)
        seconds += len(piece) / rate
        if bar is not None:
            bar.update(len(piece) / rate)
    return seconds


def _tell(
    options: argparse.Namespace, model: OpenVoice, voice: str, seconds: float, took: float, replaced: bool
) -> None:
    facts = {"output": str(options.output), "voice": voice, "seconds": seconds, "took": took, "seed": options.seed}
    facts |= {"sampling_rate": model.sampling_rate, "replaced": replaced}
    place = "standard output" if options.output == STANDARD else printable(str(options.output))
    text = f"{place}: {seconds:.1f} s of speech, made in {took:.1f} s{', an older file replaced' if replaced else ''}"
    tell(options, text, facts, to_stderr=options.output == STANDARD)


# ---- clone


def clone(options: argparse.Namespace) -> None:
    text = _text(options.text)
    replaced = _check(options, options.voice)
    base = options.base or base_speaker(options.language, options.style)
    mark = Watermark(options.watermark)
    model = open_model(options)
    rate = model.sampling_rate
    with sound.sink(options.output, rate, options.stream) as write:
        voice = target.kept(target.voice_of(model, options.voice), options)
        started = time.perf_counter()
        sentences = model.speak_stream(
            text,
            voice,
            options.language,
            options.speaker,
            style=options.style,
            speed=options.speed,
            pause=options.pause,
            tau=options.tau,
            seed=options.seed,
            base=base,
            bert=options.bert,
        )
        seconds = _write(mark.marked(sentences, rate), write, rate)
    _tell(options, model, voice.name, seconds, time.perf_counter() - started, replaced)


def _text(given: str) -> str:
    if given != "-":
        return given
    if sys.stdin is None:
        raise UsageError("standard input is closed; give a text")
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("the text on standard input is not UTF-8; save it so") from None
