# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Between sound files and waveforms: the first and the last room of the data flow.

Any file that libsndfile decodes (WAV, FLAC, MP3, OGG and more) becomes mono float32 at the model's rate, block by
block where memory matters; a waveform becomes a WAV or FLAC file that is either complete or not there. For recordings
of a voice to be cloned: silence trimming, and the stretches that hold speech.
"""

import hashlib
import io
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import webrtcvad
from loguru import logger

from .errors import UserError
from .resampling import resample, resampler

Source = str | os.PathLike | BinaryIO

# Decoding. Block sizes are fixed so that a signal is cut, and rounded, alike however it is asked for.
DECODE_FRAMES = 1 << 16
SILENCE_PEAK = 1e-4  # -80 dB of full scale, three steps of 16-bit audio
IMPLAUSIBLE_PEAK = 1e6  # float files may exceed 1; integers stored as floats reach 2^15; beyond this nothing is audio
MIN_RATE = 4_000  # telephones have 8,000 Hz; a wrong header must not blow a file up a thousandfold
CLIP_LEVEL = 0.99  # 8-bit audio saturates at 127/128
CLIP_SHARE = 0.001  # a recording normalised to full scale touches it in far fewer samples
CUT_SHORT = 0.97  # without a length in its header, an MP3's length is an estimate that is up to 1 % off

# Speech. The detector decides 30 ms at a time at 16 kHz.
VAD_RATE = 16_000
VAD_FRAME = 480
VAD_MODE = 2  # of 0 (accepts most) to 3; on quiet speech 3 misses words, on quiet noise 1 reports speech
VAD_LEVEL = 0.5  # the detector has absolute thresholds: the loudest frames are brought here, by at most VAD_MAX_GAIN
VAD_MAX_GAIN = 30.0
STEADY_DB = 3.0  # the level of speech moves by 20 dB and more, of noise and tones by less than 1 dB
BRIDGED_PAUSE = 0.5  # seconds: a pause inside a sentence stays in its segment
SHORTEST_BURST = 0.25  # seconds: a click or the detector's own settling is shorter
MARGIN = 0.1  # seconds kept before and after, where soft consonants hide
MAX_SEGMENT_SECONDS = 10.0
MIN_SPEECH_SECONDS = 0.5
ENOUGH_SPEECH_SECONDS = 5.0


class AudioError(UserError, ValueError):
    """A recording cannot be read, used or written; the message names it and says what to do."""


# ---------------------------------------------------------------------------------------------------------- decoding


def load(source: Source, sample_rate: int) -> np.ndarray:
    """Decode a file (a path, or an open binary file) to mono float32 [N] at `sample_rate`; channels are averaged."""
    return np.concatenate(list(_decode_and_resample(source, sample_rate)))


def stream(source: Source, sample_rate: int, block_seconds: float = 1.0) -> Iterator[np.ndarray]:
    """Yield what `load` returns, bit for bit, in blocks of `block_seconds` (the last may be shorter).

    What only the end of a file can show (silence throughout) is raised there; the rest as soon as it is met.
    """
    size = max(1, round(block_seconds * sample_rate))
    kept = np.zeros(0, np.float32)
    for block in _decode_and_resample(source, sample_rate):
        kept = np.concatenate([kept, block])
        whole = len(kept) // size * size
        yield from np.split(kept[:whole], whole // size) if whole else ()
        kept = kept[whole:]
    if len(kept):
        yield kept


def fingerprint(sources: Sequence[Source | np.ndarray]) -> str:
    """SHA-256 of recordings: of one file, the hash that `sha256sum` prints; of several, the hash of their hashes."""
    digests = [_sha256(source) for source in sources]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _sha256(source: Source | np.ndarray) -> str:
    if isinstance(source, np.ndarray):
        return hashlib.sha256(np.ascontiguousarray(source, np.float32).tobytes()).hexdigest()
    digest = hashlib.sha256()
    with _opened(source) as file:
        start = file.tell()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
        file.seek(start)
    return digest.hexdigest()


def _decode_and_resample(source: Source, sample_rate: int) -> Iterator[np.ndarray]:
    name = _name(source)
    with _opened(source) as binary:
        try:
            file = soundfile.SoundFile(binary)
        except (soundfile.LibsndfileError, TypeError):  # TypeError: the name ends in .raw, so soundfile asks for a rate
            raise AudioError(
                f"{name} is empty or not audio that can be decoded; give a WAV, FLAC, MP3 or OGG file"
            ) from None
        with file:
            if file.samplerate < MIN_RATE:
                raise AudioError(f"{name} has {file.samplerate} samples a second, too few for speech; check its header")
            try:
                resampling = resampler(file.samplerate, sample_rate)
            except ValueError as error:
                raise AudioError(f"{name}: {error}") from None
            yield from resampling.blocks(_mono_blocks(file, name))


def _name(source: Source) -> str:
    return str(source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", "the audio stream"))


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """A seekable binary file for a path or file; pipes are read to their end first."""
    if not isinstance(source, (str, os.PathLike)):
        yield source if source.seekable() else io.BytesIO(source.read())
        return
    try:
        file = open(source, "rb")
    except IsADirectoryError:
        raise AudioError(f"{source} is a folder; give an audio file") from None
    except FileNotFoundError:
        raise AudioError(f"{source} does not exist; check the path") from None
    except OSError as error:
        raise AudioError(f"{source} cannot be opened ({error.strerror})") from None
    with file:
        yield file if file.seekable() else io.BytesIO(file.read())


def _mono_blocks(file: soundfile.SoundFile, name: str) -> Iterator[np.ndarray]:
    """The decoded file in blocks, channels averaged; refuses what is not a signal and warns of what spoils one."""
    rate, promised = file.samplerate, file.frames
    mix = np.full(file.channels, 1 / file.channels, np.float32)
    frames = clipped = 0
    low, high = np.inf, -np.inf
    while True:
        try:
            block = file.read(DECODE_FRAMES, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            raise AudioError(f"{name} is damaged after {frames / rate:.2f} s; export it again") from None
        if not len(block):
            break
        peak = np.abs(block).max()
        if not peak < IMPLAUSIBLE_PEAK:  # also true of NaN
            raise AudioError(f"{name} holds samples that are not finite or not audio; export it again")
        if peak >= CLIP_LEVEL:
            clipped += np.count_nonzero(np.abs(block) >= CLIP_LEVEL)
        mono = block @ mix
        low, high = min(low, mono.min()), max(high, mono.max())
        frames += len(block)
        yield mono
    if not frames:
        raise AudioError(f"{name} holds no audio; give a recording")
    if high - low < 2 * SILENCE_PEAK:
        raise AudioError(f"{name} holds nothing but silence; give a recording")
    if frames < CUT_SHORT * promised:
        logger.warning(f"{name} is cut short: {frames / rate:.1f} s of {promised / rate:.1f} s could be decoded")
    if (share := clipped / (frames * file.channels)) > CLIP_SHARE:
        logger.warning(f"{name} is clipped: {share:.1%} of its samples are at full scale, which harms the result")


# ------------------------------------------------------------------------------------------------------------ speech


def trim_silence(
    audio: np.ndarray, sample_rate: int, source: str = "the recording", below_db: float = 40.0
) -> np.ndarray:
    """Cut the quiet off both ends: what is `below_db` under the loudest 30 ms, less a margin of 0.1 s."""
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
    """Where somebody speaks in mono audio [N]: (start, end) in samples, in order, apart, none longer than 10 s.

    Pauses up to BRIDGED_PAUSE belong to a segment. Less than MIN_SPEECH_SECONDS of speech is an error, less than
    `enough_seconds` a warning, both naming `source`; whoever joins several recordings passes what is still lacking.
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
            f"{source} holds {seconds:.1f} s of speech; a voice is caught better from {ENOUGH_SPEECH_SECONDS:.0f} s on"
        )
    scale, margin = sample_rate / VAD_RATE, round(MARGIN * sample_rate)
    segments = []
    for start, stop in runs:
        start = max(0, round(start * VAD_FRAME * scale) - margin)
        stop = min(len(audio), round(stop * VAD_FRAME * scale) + margin)
        cuts = (
            np.linspace(start, stop, ceil((stop - start) / (MAX_SEGMENT_SECONDS * sample_rate)) + 1).round().astype(int)
        )
        segments += pairwise(cuts.tolist())
    return segments


def _frame_levels(audio: np.ndarray, frame: int) -> np.ndarray:
    """Level of each frame in dB of full scale; a shorter last frame counts as one."""
    padded = np.pad(np.asarray(audio, np.float32), (0, -len(audio) % frame)).reshape(-1, frame)
    return 10 * np.log10(np.mean(np.square(padded), axis=1) + 1e-12)


def _speech_flags(audio: np.ndarray) -> np.ndarray:
    """The detector's verdict on each 30 ms of 16 kHz audio; none is speech where the level never moves."""
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
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _bridge(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and (start - joined[-1][1]) * VAD_FRAME <= BRIDGED_PAUSE * VAD_RATE:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined


# ----------------------------------------------------------------------------------------------------------- writing


def save(target: Source, audio: np.ndarray, sample_rate: int, file_format: str | None = None) -> None:
    """Write mono audio [N] as 16-bit WAV or FLAC; see `writer`."""
    with writer(target, sample_rate, file_format) as write:
        write(audio)


@contextmanager
def writer(target: Source, sample_rate: int, file_format: str | None = None) -> Iterator[Callable[[np.ndarray], None]]:
    """Write mono audio block by block: `with writer("out.wav", 22050) as write: write(block)`.

    The format is the path's suffix (.wav or .flac); for an open binary file, or a pipe, it is `file_format`, WAV where
    not given. The file appears under its name, or in the pipe, when the block ends without an error, and not before.
    """
    name = _name(target)
    is_path = isinstance(target, (str, os.PathLike))
    file_format = (file_format or (Path(target).suffix[1:] if is_path else "WAV")).upper()
    if file_format not in ("WAV", "FLAC"):
        raise AudioError(f"{name} cannot be written; choose a name that ends in .wav or .flac")
    if not is_path:
        encoded = io.BytesIO()
        with _encoder(encoded, name, sample_rate, file_format) as write:
            yield write
        target.write(encoded.getvalue())
        return
    path = Path(target)
    if path.is_dir():
        raise AudioError(f"{path} is a folder; give the name of a file in it")
    if not path.parent.is_dir():
        raise AudioError(f"{path} cannot be written; the folder {path.parent} does not exist")
    # Not tempfile, whose files nobody else may read: this one gets the permissions that any new file gets.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with _encoder(temporary, name, sample_rate, file_format) as write:
            yield write
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _encoder(
    file: Path | BinaryIO, name: str, sample_rate: int, file_format: str
) -> Iterator[Callable[[np.ndarray], None]]:
    frames = clipped = 0

    def write(audio: np.ndarray) -> None:
        nonlocal frames, clipped
        audio = np.asarray(audio, np.float32)
        if audio.ndim != 1:
            raise AudioError(f"{name} takes mono audio of shape [N], not {list(audio.shape)}")
        if not np.isfinite(audio).all():
            raise AudioError(f"{name} was not written: the audio holds samples that are not finite")
        frames += len(audio)
        clipped += np.count_nonzero(np.abs(audio) > 1)
        encoder.write(audio)

    try:
        with soundfile.SoundFile(file, "w", sample_rate, 1, "PCM_16", format=file_format) as encoder:
            yield write
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{name} cannot be written ({error.error_string.rstrip('.')}); check the disk") from None
    if not frames:
        raise AudioError(f"{name} was not written: there is no audio")
    if clipped:
        logger.warning(f"{name}: {clipped / frames:.2%} of the samples exceed full scale and were clipped")
