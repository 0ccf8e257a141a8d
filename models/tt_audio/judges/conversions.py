# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Figures of conversions: what the judges say of a result and of its source, and their summary over many rows."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..host.files import complete_file
from . import metrics
from .naturalness import naturalness
from .recognisers import Recogniser
from .speaker_encoder import speaker_encoder
from .word_errors import BY_CHARACTER, character_error_rate, word_error_rate

# Figure -> its explanation. A name that begins with source_ is measured on the unconverted recording.
FIGURES = {
    "similarity": "result to wanted voice, cosine of speaker embeddings",
    "source_similarity": "source to wanted voice",
    "kept_similarity": "result to the source's own voice",
    "word_errors": "word error rate of the recogniser on the result",
    "source_word_errors": "word error rate of the recogniser on the source",
    "character_errors": "character error rate of the recogniser on the result",
    "source_character_errors": "character error rate of the recogniser on the source",
    "naturalness": "DNSMOS P.835 of the result, overall, 1 to 5",
    "source_naturalness": "DNSMOS P.835 of the source, overall, 1 to 5",
    "log_mel_distance": "dB, result to the wanted voice saying the same words",
    "source_log_mel_distance": "dB, source to the wanted voice saying the same words",
    "distortion": "MCD in dB, result to the wanted voice saying the same words",
    "source_distortion": "MCD in dB, source to the wanted voice saying the same words",
    "pitch_correlation": "correlation of the log pitch of result and source, where both are voiced",
    "silent": "share of the result that is silent",
    "clipped": "share of the result at full scale",
    "rtf": "seconds of computing per second of sound, from file to samples, with all transfers",
    "pcc": "correlation of the waveform with that of the chain torch",
    "log_mel_pcc": "correlation of the log-mel spectrogram with that of the chain torch",
}


@dataclass(frozen=True)
class Judges:
    """Judges that measure a recording by itself, besides the speaker encoder."""

    recogniser: Recogniser | None
    naturalness: bool


def measure_source(source, reference, parallel, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure the unconverted recording; the names of its figures begin with source_."""
    figures = {"source_similarity": _similarity(source, reference, rate)}
    figures |= {f"source_{name}": value for name, value in _distances(source, parallel, rate).items()}
    figures |= {f"source_{name}": value for name, value in _heard(source, rate, text, language, judges).items()}
    return figures


def measure_result(result, source, reference, parallel, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure `result`, a conversion of `source` to the voice of the recordings `reference`."""
    found = metrics.level(result, rate)
    figures = {"faults": found.faults, "silent": found.silent, "clipped": found.clipped, "peak": found.peak}
    figures["rms_dbfs"] = found.rms_dbfs
    if {"not finite", "silent"} & set(found.faults):
        return figures  # the other measures need sound
    figures["similarity"] = _similarity(result, reference, rate)
    figures["kept_similarity"] = metrics.similarity(result, source, rate)
    figures["pitch_correlation"] = metrics.pitch_correlation(result, source, rate)
    figures |= _distances(result, parallel, rate)
    return figures | _heard(result, rate, text, language, judges)


def _similarity(samples, reference, rate: int) -> float:
    encoder = speaker_encoder()
    mean = np.mean([encoder.embed(one, rate) for one in reference], axis=0)
    return float(encoder.embed(samples, rate) @ mean / np.linalg.norm(mean))


def _distances(samples, parallel, rate: int) -> dict:
    if parallel is None:
        return {}
    warp = len(samples) != len(parallel)  # recordings of equal length are in step
    return {
        "log_mel_distance": metrics.log_mel_distance(samples, parallel, rate, warp),
        "distortion": metrics.mel_cepstral_distortion(samples, parallel, rate, warp),
    }


def _heard(samples, rate: int, text: str, language: str, judges: Judges) -> dict:
    """Measure naturalness, and the errors of the recogniser against `text` if there is one."""
    figures = {"naturalness": naturalness(samples, rate).overall} if judges.naturalness else {}
    if judges.recogniser is None or not text:
        return figures
    heard = judges.recogniser(samples, rate, language)
    figures["character_errors"] = character_error_rate(text, heard, language)
    if language not in BY_CHARACTER:
        figures["word_errors"] = word_error_rate(text, heard, language)
    return figures | {"heard": heard}


def summarise(measured: Sequence[dict], seed: int) -> dict:
    """Return chain -> figure -> summary over the rows that have the figure, and the number of faulty rows."""
    names = dict.fromkeys(name for row in measured for name in row["chains"])
    found: dict[str, dict] = {}
    for chain in names:
        rows = [row["chains"][chain] for row in measured if chain in row["chains"]]
        values = {figure: [row[figure] for row in rows if row.get(figure) is not None] for figure in FIGURES}
        found[chain] = {name: asdict(metrics.summary(some, seed)) for name, some in values.items() if some}
        found[chain]["faulty_rows"] = sum(bool(row["faults"]) for row in rows)
    return found


def write_json(path: Path, facts: dict) -> None:
    """Write an object as JSON: complete, or not at all."""
    with complete_file(path) as file:
        file.write((json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode(errors="backslashreplace"))
