# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A look at a .pth file before torch opens it: whether it asks for more memory than its size can justify."""

import pickletools
import zipfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# A .pth file that is no zip archive has three pickles before its content: a mark, a version, sizes of the machine.
PICKLES_BEFORE = 3
# A tensor of so many numbers is harmless, however small its file is.
HARMLESS = 1 << 20
NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4")


def asks_for_too_much(path: Path) -> bool:
    """Return whether a .pth file names a tensor that is larger than the file, or is compressed.

    torch allocates what the file says before it reads the tensors, and it expands compressed ones, which it never
    writes. Raises what pickletools and zipfile raise about a damaged file.
    """
    most = max(path.stat().st_size, HARMLESS)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                return True
            contents = [name for name in archive.namelist() if name.endswith("data.pkl")]
            return any(number > most for name in contents for number in _tensor_numbers(archive.open(name)))
    with open(path, "rb") as file:
        for _ in range(PICKLES_BEFORE):
            deque(pickletools.genops(file), maxlen=0)
        return any(number > most for number in _tensor_numbers(file))


def _tensor_numbers(file: IO[bytes]) -> Iterator[int]:
    """Yield the numbers that describe tensors: length of the storage, position in it, sizes and strides.

    In a pickle they follow the last text of the description (the device), and a call that builds the tensor ends it:
    "storage", type, key, "cpu", length, persistent id, position, sizes, strides, ..., REDUCE.
    """
    numbers: list[int] = []
    is_tensor = False
    for operation, argument, _ in pickletools.genops(file):
        if operation.name in NUMBERS and isinstance(argument, int):
            numbers.append(argument)
        elif operation.name in ("PERSID", "BINPERSID"):
            is_tensor = True
        elif operation.name == "REDUCE":
            if is_tensor:
                yield from numbers
            numbers, is_tensor = [], False
        elif isinstance(argument, str) and "UNICODE" in operation.name and not is_tensor:
            numbers = []
