# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speak sentences with a Piper voice and count the words and characters that Whisper tiny.en hears differently.

    python -m scripts.speech_errors [--base en_US-joe-medium] [--sentences 100]

The sentences are those of the table that scripts/espeak_table.py reads; no voice was trained on them.
"""

import argparse
from itertools import islice

from models.demos.openvoice.bases import load_base
from models.demos.openvoice.styles import style_of
from models.tt_audio.judges.naturalness import naturalness
from models.tt_audio.judges.recognisers import tiny_whisper
from models.tt_audio.judges.word_errors import character_error_rate, word_error_rate, words
from scripts.espeak_table import read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.speech_errors", description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="en_US-joe-medium", help="name or .onnx of a Piper voice (%(default)s)")
    parser.add_argument("--sentences", type=int, default=100, help="how many are spoken (%(default)s)")
    options = parser.parse_args()
    speaker, recogniser = load_base(options.base), tiny_whisper()
    said = wrong = letters = wrong_letters = 0.0
    scores = []
    texts = [row.text for row in read() if row.kind != "word"]
    for number, text in enumerate(islice(texts, options.sentences)):
        (sentence,) = speaker.prepare(text)
        samples = speaker.speak(sentence, 0, style_of("neutral"), number)
        heard = recogniser(samples, speaker.sampling_rate, "EN")
        count, length = len(words(text)), len("".join(words(text)))
        said, wrong = said + count, wrong + count * word_error_rate(text, heard)
        letters, wrong_letters = letters + length, wrong_letters + length * character_error_rate(text, heard)
        scores.append(naturalness(samples, speaker.sampling_rate).overall)
        if count * word_error_rate(text, heard) > 0:
            print(f"{number:4} {text}\n     {heard}", flush=True)
    print(
        f"{len(scores)} sentences: word errors {wrong / said:.2%}, character errors {wrong_letters / letters:.2%}, "
        f"DNSMOS {sum(scores) / len(scores):.2f}"
    )


if __name__ == "__main__":
    main()
