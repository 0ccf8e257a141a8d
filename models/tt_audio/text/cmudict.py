# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The words of CMUdict 0.7b from the `pronouncing` package, with their pronunciations."""

from ..host.packages import installed_folder
from .sentences import TextError


def read_cmudict() -> dict[str, str]:
    """Return the ARPAbet phones of each lower-case word, joined by spaces; its other readings are word(1), word(2)."""
    # Found, not imported: the package itself needs pkg_resources, which setuptools no longer has.
    package = installed_folder("pronouncing")
    if package is None:
        raise TextError("The English dictionary is not installed: pip install pronouncing==0.1.5.")
    path = package / "cmudict-0.7b"
    entries: dict[str, str] = {}
    with path.open(encoding="latin-1") as lines:
        for line in lines:
            word, separator, phones = line.rstrip().partition("  ")
            if separator and not word.startswith(";;;"):
                entries.setdefault(word.lower(), phones)
    return entries
