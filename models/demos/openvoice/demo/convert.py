# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`convert`: a recording in another voice. `clone`: a text in another voice.

Recording or text -> pipeline.py -> a file or stdout. checks.py has refused what can be refused before.
"""

import argparse
import time
from collections.abc import Iterable

import numpy as np

from models.demos.openvoice.demo import target
from models.demos.openvoice.demo.bases import find_base
from models.demos.openvoice.demo.loading import open_model
from models.demos.openvoice.demo.watermark import Watermark
from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.cli import paths, sound
from models.tt_audio.cli.paths import STANDARD
from models.tt_audio.cli.terminal import note, printable, progress, tell
from models.tt_audio.cli.texts import given_text
from models.tt_audio.host import audio

SECONDS = "{percentage:3.0f}% |{bar}| {n:.0f} of {total:.0f} s [{elapsed} < {remaining}]"


# ---- convert


def convert(options: argparse.Namespace) -> None:
    replaced = paths.replaces(options.output)
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
    text = given_text(options.text)
    replaced = paths.replaces(options.output)
    base, why = find_base(options.base, options.language, options.style)
    if why:
        note(why)
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
