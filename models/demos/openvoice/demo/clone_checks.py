# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checks of `clone` before a model is loaded, also whether the language's models and packages are on this machine."""

import argparse

from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.demo import checks, parts
from models.demos.openvoice.piper import voices
from models.demos.openvoice.styles import style_of
from models.tt_audio.host.errors import UsageError


def clone(options: argparse.Namespace) -> None:
    checks.result(options, options.voice)
    style, language = style_of(options.style), (options.language or "EN").upper()
    if language not in BASE_SPEAKERS or style.emotion:
        return  # base_speakers.py says what there is
    if options.base is not None and voices.is_voice(options.base):
        return  # it needs neither a release nor a BERT model
    lacks = parts.speech(language, bert=options.bert == "required", base=options.base is None)
    if all(lack.is_fetched for lack in lacks):
        return
    lacks = [*parts.converter(), *lacks]
    names = " and ".join(lack.what for lack in lacks)
    raise UsageError(
        f"{language} text cannot be spoken here, because {names} {'is' if len(lacks) == 1 else 'are'} missing: run "
        f"`{parts.remedy(lacks)}`"
    )
