# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speech recognisers, and error rates of their text against the words that were said.

PocketSphinx recognises English and needs only its wheel. It makes many errors, so compare its figures with those of
the unconverted recording. Whisper recognises all six languages and is used where its files are on the machine.
"""

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

from ..host.errors import UsageError
from ..host.resampling import resample

RATE = 16_000  # of both recognisers
WHISPER = "openai/whisper-small"
WHISPER_SECONDS = 30
WHISPER_LANGUAGES = {"EN": "en", "ES": "es", "FR": "fr", "ZH": "zh", "JP": "ja", "KR": "ko"}
# Languages whose blanks do not reliably separate words: errors are counted in characters.
BY_CHARACTER = ("ZH", "JP", "KR")
LOUD = 0.9  # recordings are scaled to this peak for PocketSphinx

# Samples, their rate and a language (a key of WHISPER_LANGUAGES) -> words.
Recogniser = Callable[[np.ndarray, int, str], str]


class PocketSphinx:
    name = "PocketSphinx 5 with its own English model"

    def __init__(self):
        try:
            from pocketsphinx import Decoder
        except ImportError:
            raise UsageError(
                "words are recognised by PocketSphinx, which is not installed: run `pip install pocketsphinx==5.0.4`, "
                "or choose --recogniser none"
            ) from None
        self.decoder = Decoder(samprate=RATE, loglevel="FATAL")

    def __call__(self, samples: np.ndarray, rate: int, language: str) -> str:
        if language != "EN":
            raise UsageError(f"PocketSphinx knows English only, not {language}; choose --recogniser whisper or none")
        samples = resample(np.asarray(samples, np.float32), rate, RATE)
        pcm = np.round(samples * (LOUD / max(np.abs(samples).max(), 1e-9)) * 32767).astype("<i2")
        # Make a new decoder for each recording, because a decoder adapts to the recordings before.
        self.decoder.reinit_feat()
        self.decoder.start_utt()
        self.decoder.process_raw(pcm.tobytes(), full_utt=True)
        self.decoder.end_utt()
        heard = self.decoder.hyp()
        return heard.hypstr if heard else ""


class Whisper:
    def __init__(self, name_or_folder: str = WHISPER):
        from transformers import WhisperForConditionalGeneration, WhisperProcessor

        self.name = f"Whisper, {name_or_folder}"
        try:
            self.processor = WhisperProcessor.from_pretrained(name_or_folder, local_files_only=True)
            self.network = WhisperForConditionalGeneration.from_pretrained(name_or_folder, local_files_only=True)
        except (OSError, ValueError):
            raise UsageError(
                f"{name_or_folder} is not on this machine: run `hf download {WHISPER}`, give the folder of a Whisper "
                "model as --whisper, or choose --recogniser pocketsphinx"
            ) from None
        self.network.eval()

    def __call__(self, samples: np.ndarray, rate: int, language: str) -> str:
        samples = resample(np.asarray(samples, np.float32), rate, RATE)
        size = WHISPER_SECONDS * RATE
        heard = []
        for start in range(0, len(samples), size):
            features = self.processor(samples[start : start + size], sampling_rate=RATE, return_tensors="pt")
            tokens = self.network.generate(
                features.input_features, language=WHISPER_LANGUAGES[language], task="transcribe"
            )
            heard += self.processor.batch_decode(tokens, skip_special_tokens=True)
        return " ".join(heard)


def open_recogniser(kind: str, whisper: str = WHISPER) -> Recogniser | None:
    return {"pocketsphinx": PocketSphinx, "whisper": lambda: Whisper(whisper), "none": lambda: None}[kind]()


# ---- error rates


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation, accents in one encoding; apostrophes stay."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = "".join(c if c.isalnum() or c == "'" or unicodedata.category(c) == "Mn" else " " for c in text)
    return [word for word in (word.strip("'") for word in kept.split()) if word]


def word_error_rate(said: str, heard: str) -> float:
    """Return the words to change, insert and leave out, divided by the number of words said; it can be above 1."""
    return _error_rate(words(said), words(heard))


def character_error_rate(said: str, heard: str) -> float:
    """Return the same rate for characters, blanks left out."""
    return _error_rate("".join(words(said)), "".join(words(heard)))


def _error_rate(said: Sequence, heard: Sequence) -> float:
    if not said:
        raise UsageError("an error rate needs a text with words; give the text that was said")
    before = list(range(len(heard) + 1))
    for i, own in enumerate(said, 1):
        row = [i]
        for j, other in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (own != other)))
        before = row
    return before[-1] / len(said)
