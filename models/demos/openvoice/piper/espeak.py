# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""IPA by the program espeak-ng, for the languages whose pronunciations this project does not have.

espeak-ng has the licence GPL-3.0-or-later. It is run as a program where it is installed, and never imported.
"""

import re
import subprocess

from models.demos.openvoice.text.frontend import TextError

PROGRAM = "espeak-ng"
SECONDS = 20.0  # a clause takes some 10 ms; the limit is for a machine that is out of memory or a damaged installation
_LANGUAGE_SWITCH = re.compile(
    r"\([a-z]{2,3}(?:-[a-z0-9]+)*\)"
)  # before and after a word that it reads as another language


class EspeakError(TextError):
    """espeak-ng is missing or did not do what it was asked for; the message says what to do."""


def ipa(text: str, voice: str) -> str:
    """Return the IPA of a clause in a voice of espeak-ng, such as "de" or "en-gb-x-rp"; words are separated by spaces.

    `text` is read as it is: a NUL ends it for espeak-ng, and "[[" would begin its own notation of phonemes, so both are
    replaced by a space.
    """
    text = text.replace("\0", " ").replace("[[", " ")
    command = [PROGRAM, "-q", "--ipa", "-b", "1", "-v", voice, "--stdin"]
    try:
        done = subprocess.run(
            command, input=text.encode("utf-8", "replace"), capture_output=True, timeout=SECONDS, check=False
        )
    except FileNotFoundError:
        raise EspeakError(
            f"a text for the voice {voice!r} is pronounced by the program espeak-ng, which is not installed: install "
            "the package espeak-ng of your system, or choose an American English voice, which does not need it"
        ) from None
    except subprocess.TimeoutExpired:
        raise EspeakError(f"espeak-ng did not answer within {SECONDS:g} s; is its installation complete?") from None
    except OSError as error:
        raise EspeakError(f"espeak-ng cannot be run: {error.strerror}") from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode or said and not done.stdout.strip():
        reason = said.splitlines()[-1] if said else f"exit code {done.returncode}"
        raise EspeakError(f"espeak-ng refused the voice {voice!r} ({reason}); install the newest espeak-ng")
    lines = _LANGUAGE_SWITCH.sub("", done.stdout.decode("utf-8", "replace")).splitlines()
    # A line is a clause. Where espeak-ng ends one that clauses.py did not, the pause is kept.
    return ", ".join(line for line in (" ".join(line.split()) for line in lines) if line)
