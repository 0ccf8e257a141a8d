# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Rows for an evaluation from a public corpus on this disk: LibriSpeech (test-clean) or VCTK, in its unpacked form.

Pairs of speakers are drawn with a seed. A row takes one sentence of the source speaker and, as reference, other
sentences of the target speaker. All readers of VCTK begin with the same 24 sentences, so a VCTK row also has the
target speaker's recording of the same words (`parallel`).
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..cli.manifest import Row
from ..host.errors import UsageError

REFERENCES = 3  # recordings of the wanted voice; together more than five seconds
SHARED_SENTENCES = 24  # of VCTK: numbers 001 to 024
MICROPHONE = "_mic1.flac"


def librispeech(folder: Path, pairs: int, seed: int) -> list[Row]:
    """Return rows of `pairs` pairs of speakers from LibriSpeech.

    `folder` is test-clean, or contains it: <speaker>/<chapter>/<speaker>-<chapter>-<number>.flac and .trans.txt.
    """
    speakers: dict[str, list[tuple[Path, str]]] = {}
    for transcript in sorted(folder.rglob("*.trans.txt")):
        for line in transcript.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition(" ")
            recording = transcript.with_name(f"{name}.flac")
            if recording.is_file():
                speakers.setdefault(name.partition("-")[0], []).append((recording, text))
    rows = []
    for own, other, rng in _pairs(speakers, folder, "LibriSpeech", pairs, seed):
        source, text = rng.choice(speakers[own])
        reference = rng.sample(speakers[other], min(REFERENCES, len(speakers[other])))
        rows.append(Row(str(source), source, tuple(path for path, _ in reference), text=text))
    return rows


def vctk(folder: Path, pairs: int, seed: int) -> list[Row]:
    """Return rows of `pairs` pairs of speakers from VCTK.

    `folder` contains wav48_silence_trimmed/<speaker>/<speaker>_<number>_mic1.flac and txt/<speaker>/.
    """
    speakers: dict[str, list[tuple[Path, str]]] = {}
    for text in sorted((folder / "txt").glob("*/*.txt")):
        recording = folder / "wav48_silence_trimmed" / text.parent.name / f"{text.stem}{MICROPHONE}"
        if recording.is_file():
            speakers.setdefault(text.parent.name, []).append((recording, text.read_text(encoding="utf-8").strip()))
    rows = []
    for own, other, rng in _pairs(speakers, folder, "VCTK", pairs, seed):
        of_other = {_sentence(path): path for path, _ in speakers[other]}
        shared = [
            (p, text) for p, text in speakers[own] if _sentence(p) <= SHARED_SENTENCES and _sentence(p) in of_other
        ]
        if not shared:
            continue
        source, text = rng.choice(shared)
        parallel = of_other[_sentence(source)]
        rest = [path for path, _ in speakers[other] if path != parallel]
        reference = rng.sample(rest, min(REFERENCES, len(rest))) or [parallel]
        rows.append(Row(str(source), source, tuple(reference), text=text, parallel=parallel))
    return rows


def _sentence(recording: Path) -> int:
    return int(recording.name.split("_")[1])


def _pairs(speakers: Mapping[str, Sequence], folder: Path, corpus: str, pairs: int, seed: int):
    if len(speakers) < 2:
        raise UsageError(f"{folder} does not hold {corpus} as it is unpacked: two speakers with recordings and texts")
    rng = random.Random(seed)
    for _ in range(pairs):
        yield *rng.sample(sorted(speakers), 2), rng
