# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Signs that a sound file is cut: what its headers promise, against what is there."""

import re
from typing import BinaryIO

import soundfile

# libsndfile's log of a header: "data : 441000 (should be 220478)", in bytes. A W64 or RF64 file has the sizes of its
# parts elsewhere, so there the size of all of it is compared.
SAMPLE_SIZE = re.compile(r"^\s*(?:data|SSND|Data Size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
WHOLE_SIZE = re.compile(r"^\s*(?:riff|Riff size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
NO_LAST_PAGE = "without an End-Of-Stream flag|lacks an end-of-stream bit"  # of OGG
# A program that writes into a pipe cannot know the length; it puts a size in the header that no file reaches.
UNKNOWN_SIZE = 0x7FFF0000
# Without a length in its header, an MP3's length is an estimate that is up to 1 % off.
ESTIMATE = 0.97

# MPEG audio, layer III. Index of the header's fields -> kilobits a second, samples a second.
BIT_RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLE_RATES = {0b11: (44100, 48000, 32000), 0b10: (22050, 24000, 16000), 0b00: (11025, 12000, 8000)}
ID3_HEADER = 10  # bytes
SEARCH_BYTES = 1 << 16  # for the first frame after the tags


def promised_frames(file: soundfile.SoundFile, binary: BinaryIO, decoded: int) -> float | None:
    """Return how many frames a file had before it was cut, infinity if that cannot be known, None if it is whole.

    `file` was decoded to its end, or as far as that was possible; `decoded` is the number of frames that came out.
    """
    for sizes in (SAMPLE_SIZE, WHOLE_SIZE):
        if (match := sizes.search(file.extra_info)) is not None:
            promised, there = map(int, match.groups())
            return decoded * promised / there if there < promised < UNKNOWN_SIZE else None
    if file.format == "OGG":
        return float("inf") if re.search(NO_LAST_PAGE, file.extra_info) else None
    if file.format == "MP3":
        if decoded < ESTIMATE * file.frames:
            return file.frames
        return float("inf") if _ends_inside_an_mp3_frame(binary) else None
    if file.format == "FLAC" and decoded < file.frames < 1 << 48:  # a larger number means that the length is unknown
        return file.frames
    return None


def _ends_inside_an_mp3_frame(binary: BinaryIO) -> bool:
    """Walk over the frames of an MP3 file. Tags after the last frame, or an unknown bit rate, end the walk."""
    size = binary.seek(0, 2)
    position = _first_mp3_frame(binary)
    while position is not None and position < size:
        binary.seek(position)
        length = _mp3_frame_bytes(binary.read(4))
        if not length:
            return False
        position += length
    return position is not None and position > size


def _first_mp3_frame(binary: BinaryIO) -> int | None:
    """Return the position of the first frame that another one follows."""
    binary.seek(0)
    head = binary.read(ID3_HEADER)
    start = 0
    if head[:3] == b"ID3" and len(head) == ID3_HEADER:
        start = ID3_HEADER + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    binary.seek(start)
    searched = binary.read(SEARCH_BYTES)
    at = searched.find(b"\xff")
    while at >= 0:
        length = _mp3_frame_bytes(searched[at : at + 4])
        if length and _mp3_frame_bytes(searched[at + length : at + length + 4]):
            return start + at
        at = searched.find(b"\xff", at + 1)
    return None


def _mp3_frame_bytes(header: bytes) -> int:
    """Return the length of the layer III frame with these first four bytes; 0 if they begin none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3
    bit_rate, sample_rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version not in SAMPLE_RATES or sample_rate == 3 or bit_rate in (0, 15):
        return 0
    first_version = version == 0b11
    kilobits = BIT_RATES[1 if first_version else 2][bit_rate]
    return (144_000 if first_version else 72_000) * kilobits // SAMPLE_RATES[version][sample_rate] + padding
