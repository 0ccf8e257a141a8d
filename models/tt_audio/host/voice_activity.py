# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Which parts of a recording are speech, and silence trimmed off its ends."""

from itertools import pairwise
from math import ceil

import numpy as np
import webrtcvad
from loguru import logger

from .audio import SILENCE_PEAK, AudioError
from .resampling import resample

# The detector decides 30 ms at a time at 16 kHz.
VAD_RATE = 16_000
VAD_FRAME = 480
VAD_MODE = 2  # of 0 (accepts most) to 3; on quiet speech 3 misses words, on quiet noise 1 reports speech
VAD_LEVEL = 0.5  # the detector has absolute thresholds: the loudest frames are brought here, by at most VAD_MAX_GAIN
VAD_MAX_GAIN = 30.0
STEADY_DB = 3.0  # the level of speech moves by 20 dB and more, of noise and tones by less than 1 dB
BRIDGED_PAUSE = 0.5  # seconds: a shorter pause inside a sentence does not end a segment
SHORTEST_BURST = 0.25  # seconds: a click, or the detector's own settling, is shorter
MARGIN = 0.1  # seconds kept before and after, because soft consonants are not detected
MAX_SEGMENT_SECONDS = 10.0
MIN_SPEECH_SECONDS = 0.5
ENOUGH_SPEECH_SECONDS = 5.0


def trim_silence(
    audio: np.ndarray, sample_rate: int, source: str = "the recording", below_db: float = 40.0
) -> np.ndarray:
    """Return mono audio [N] without the quiet ends: `below_db` under its loudest 30 ms; MARGIN is kept of them."""
    frame = max(1, round(0.03 * sample_rate))
    level = _frame_levels(audio, frame)
    if not level.size or level.max() < 20 * np.log10(SILENCE_PEAK):
        raise AudioError(f"{source} holds nothing but silence; give a recording")
    loud = np.flatnonzero(level > level.max() - below_db)
    margin = round(MARGIN * sample_rate)
    return audio[max(0, loud[0] * frame - margin) : (loud[-1] + 1) * frame + margin]


def speech_segments(
    audio: np.ndarray,
    sample_rate: int,
    source: str = "the recording",
    enough_seconds: float = ENOUGH_SPEECH_SECONDS,
) -> list[tuple[int, int]]:
    """Return the parts of mono audio [N] that are speech: (start, end) in samples, in order, none longer than 10 s.

    Pauses up to BRIDGED_PAUSE belong to a segment. Less than MIN_SPEECH_SECONDS of speech is an error, less than
    `enough_seconds` a warning; both name `source`. For the last of several recordings, pass what is still lacking.
    """
    if not len(audio):
        raise AudioError(f"{source} holds no audio; give a recording")
    runs = [
        (start, stop)
        for start, stop in _bridge(_runs(_speech_flags(resample(audio, sample_rate, VAD_RATE))))
        if (stop - start) * VAD_FRAME >= SHORTEST_BURST * VAD_RATE
    ]
    seconds = sum(stop - start for start, stop in runs) * VAD_FRAME / VAD_RATE
    if not runs:
        raise AudioError(f"{source} holds no speech; give a recording of a voice")
    if seconds < MIN_SPEECH_SECONDS:
        raise AudioError(f"{source} holds {seconds:.2f} s of speech; at least {MIN_SPEECH_SECONDS} s are needed")
    if seconds < enough_seconds:
        logger.warning(
            f"{source} holds {seconds:.1f} s of speech; a voice is better from {ENOUGH_SPEECH_SECONDS:.0f} s on"
        )
    scale, margin = sample_rate / VAD_RATE, round(MARGIN * sample_rate)
    segments: list[tuple[int, int]] = []
    for start, stop in runs:
        start = max(0, round(start * VAD_FRAME * scale) - margin)
        stop = min(len(audio), round(stop * VAD_FRAME * scale) + margin)
        cuts = (
            np.linspace(start, stop, ceil((stop - start) / (MAX_SEGMENT_SECONDS * sample_rate)) + 1).round().astype(int)
        )
        segments += pairwise(cuts.tolist())
    return segments


def _frame_levels(audio: np.ndarray, frame: int) -> np.ndarray:
    """Return the level of each frame in dB of full scale; a shorter last frame counts as one."""
    padded = np.pad(np.asarray(audio, np.float32), (0, -len(audio) % frame)).reshape(-1, frame)
    return 10 * np.log10(np.mean(np.square(padded), axis=1) + 1e-12)


def _speech_flags(audio: np.ndarray) -> np.ndarray:
    """Return for each 30 ms of 16 kHz audio whether it is speech; nothing is if the level never changes."""
    audio = np.pad(audio, (0, -len(audio) % VAD_FRAME))
    loud = np.quantile(np.abs(audio), 0.999)  # the peak may be a click
    gain = min(VAD_MAX_GAIN, VAD_LEVEL / max(loud, 1e-9))
    pcm = (np.clip(audio * gain, -1, 1) * 32767).astype("<i2").reshape(-1, VAD_FRAME)
    detector = webrtcvad.Vad(VAD_MODE)
    flags = np.array([detector.is_speech(frame.tobytes(), VAD_RATE) for frame in pcm])
    if flags.any():
        quiet, loud = np.quantile(_frame_levels(audio, VAD_FRAME)[flags], [0.05, 0.95])
        flags &= loud - quiet > STEADY_DB
    return flags


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return (start, end) of each unbroken series of true flags."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _bridge(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join runs with a pause of at most BRIDGED_PAUSE between them."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and (start - joined[-1][1]) * VAD_FRAME <= BRIDGED_PAUSE * VAD_RATE:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined
