# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speak sentences with a Piper voice and count the words and characters that Whisper tiny.en hears differently.

    python -m scripts.speech_errors [--base en_US-joe-medium] [--sentences 100]       # PyTorch speaks
    python -m scripts.speech_errors --arch wormhole_b0 --sentences 10                 # a mocked card speaks

The sentences are those of the table that scripts/espeak_table.py reads; no voice was trained on them.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from mock_device import runtime
from models.demos.openvoice.piper import voices
from models.demos.openvoice.piper.base_speaker import PiperSpeaker
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.styles import style_of
from models.tt_audio.judges.naturalness import naturalness
from models.tt_audio.judges.recognisers import tiny_whisper
from models.tt_audio.judges.word_errors import character_error_rate, word_error_rate, words
from scripts.espeak_table import read


@contextmanager
def speaker_of(base: str, arch: str | None) -> Iterator[PiperSpeaker]:
    """Yield a Piper voice in PyTorch, or on a mocked card."""
    if arch is None:
        yield PiperSpeaker.from_voice(base)
        return
    runtime.setup(arch)
    import ttnn
    from mock_device.golden import GoldenExecutor
    from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS

    path = voices.locate(base)
    voice, model = load_piper(path)
    device = ttnn.open_device(device_id=0)
    with GoldenExecutor():
        yield PiperSpeaker(DeviceMeloTTS(model, device), voice, path)
    ttnn.close_device(device)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.speech_errors", description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="en_US-joe-medium", help="name or .onnx of a Piper voice (%(default)s)")
    parser.add_argument("--sentences", type=int, default=100, help="how many are spoken (%(default)s)")
    parser.add_argument("--arch", help="a card to mock, wormhole_b0 or blackhole, instead of PyTorch")
    options = parser.parse_args()
    with speaker_of(options.base, options.arch) as speaker:
        judge(speaker, options.sentences)


def judge(speaker: PiperSpeaker, count: int) -> None:
    """Speak the first `count` sentences and print how many words and characters are heard wrongly, and DNSMOS."""
    recogniser = tiny_whisper()
    said = wrong = letters = wrong_letters = 0.0
    scores = []
    texts = [row.text for row in read() if row.kind != "word"]
    for number, text in enumerate(islice(texts, count)):
        (sentence,) = speaker.prepare(text)
        samples = speaker.speak(sentence, 0, style_of("neutral"), number)
        heard = recogniser(samples, speaker.sampling_rate, "EN")
        spoken, length = len(words(text)), len("".join(words(text)))
        said, wrong = said + spoken, wrong + spoken * word_error_rate(text, heard)
        letters, wrong_letters = letters + length, wrong_letters + length * character_error_rate(text, heard)
        scores.append(naturalness(samples, speaker.sampling_rate).overall)
        if spoken * word_error_rate(text, heard) > 0:
            print(f"{number:4} {text}\n     {heard}", flush=True)
    print(
        f"{len(scores)} sentences: word errors {wrong / said:.2%}, character errors {wrong_letters / letters:.2%}, "
        f"DNSMOS {sum(scores) / len(scores):.2f}"
    )


if __name__ == "__main__":
    main()
