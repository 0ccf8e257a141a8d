# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Needs of each job of the commands: which of them this machine lacks, and the one command that gets them.

Nothing is loaded: packages are looked up by their metadata, models by their files.
"""

import shlex
from collections.abc import Sequence
from importlib import metadata
from typing import NamedTuple

from models.demos.openvoice import bert_files, releases
from models.demos.openvoice.catalogue import BASE_SPEAKERS, COMMAND, RELEASE, SMALL
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.piper.bundled import bundled_voice
from models.tt_audio.host.cards import CARDS
from models.tt_audio.host.errors import CheckpointError, UserError
from models.tt_audio.host.hub import reachable

# Distributions with the versions of pyproject.toml, as pip takes them.
CONVERT = ("torch==2.13.0", "numpy==1.26.4", "scipy==1.15.3", "soundfile==0.14.0", "webrtcvad-wheels==2.0.14.post1")
CONVERT += ("safetensors==0.8.0", "huggingface-hub==2.4.0", "loguru==0.7.3", "tqdm==4.70.1")
SPEAK = ("transformers==5.20.2", "pronouncing==0.1.5")
PIPER = ("onnx==1.23.2", "pronouncing==0.1.5")  # for the installed Piper voice
ENGLISH = ("inflect==5.6.2",)
ROMANCE = ("python-crfsuite==0.9.12",)
LANGUAGES = {
    "EN": ENGLISH,
    "ES": (*ROMANCE, "gruut_lang_es==2.0.1"),
    "FR": (*ROMANCE, "gruut_lang_fr==2.0.2"),
    "ZH": (*ENGLISH, "jieba==0.42.1", "pypinyin==0.50.0"),
    "JP": ("fugashi==1.5.2", "unidic-lite==1.0.8", "pyopenjtalk-plus==0.4.1.post10"),
    "KR": ("python-mecab-ko==1.3.7",),
}
SERVICE = ("fastapi==0.162.5", "uvicorn==0.54.0", "python-multipart==0.0.32", "prometheus-client==0.26.0")
PAGE = ("gradio==6.31.0", "uvicorn==0.54.0", "matplotlib==3.10.9")
CLUSTER = ("ray[data]==2.54.1", "pyarrow==21.0.0")
DEVICE = ("ttnn==0.81.1",)


class Lack(NamedTuple):
    """Something that a job needs and that is not on this machine: a distribution, or a part for `download`."""

    what: str
    distribution: str = ""
    part: str = ""
    is_fetched: bool = False  # by the job itself, where there is a network
    advice: str = ""  # where no command helps


def jobs() -> dict[str, list[Lack]]:
    """Return what each job lacks, by the name of the job."""
    convert = [*packages(CONVERT), *converter()]
    found = {"convert": convert}
    for language in BASE_SPEAKERS:
        found[f"clone {language}"] = [*convert, *speech(language)]
    found["service"] = [*convert, *packages(SERVICE)]
    found["page"] = [*convert, *packages(PAGE)]
    found["batch on several machines"] = [*convert, *packages(CLUSTER)]
    card = [] if CARDS.is_dir() else [Lack("a Tenstorrent card", advice="install the card and its driver (tt-kmd)")]
    found["device"] = [*convert, *packages(DEVICE), *card]
    return found


def packages(distributions: Sequence[str]) -> list[Lack]:
    """Return the distributions that are not installed."""
    return [Lack(f"the package {_name(one)}", distribution=one) for one in distributions if not version(_name(one))]


def version(distribution: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def converter() -> list[Lack]:
    """Return the converter if there is none, not even the small one."""
    if any(here(name) for name in (RELEASE, SMALL)):
        return []
    return [Lack(f"the converter {RELEASE}", part="converter")]


def speech(language: str, bert: bool = True, base: bool = True) -> list[Lack]:
    """Return what is missing to speak a language; without `bert` or `base`, these are given."""
    if base and language == "EN" and english_is_installed():
        return packages((*PIPER, *ENGLISH))
    lacks = packages((*SPEAK, *LANGUAGES[language]))
    if base and not here(BASE_SPEAKERS[language]):
        lacks.append(Lack(f"the base speaker {BASE_SPEAKERS[language]}", part=language, is_fetched=reachable()))
    if bert and not (base and _reads_without_bert(BASE_SPEAKERS[language])):
        code = bert_code(language)
        try:
            bert_files.find(code)
        except bert_files.BertError:
            model = bert_files.MODELS[code]
            lacks.append(Lack(f"the BERT model {model.name} ({model.megabytes} MB)", part=language))
    return lacks


def english_is_installed() -> bool:
    """Return whether the installed Piper voice speaks English text: the release is not on this machine."""
    if here(BASE_SPEAKERS["EN"]):
        return False
    try:
        bundled_voice()
    except CheckpointError:
        return False
    return True


def _reads_without_bert(name: str) -> bool:
    """Return whether a base speaker is on this machine and was trained without BERT, as small test models are."""
    try:
        return MeloConfig.from_file(releases.locate(name, download=False) / "config.json").disable_bert
    except UserError:
        return False  # it is not here, or its use says what is wrong


def bert_code(language: str) -> str:
    """Return the code of a language's BERT, which the published Chinese voice shares with English."""
    return "ZH_MIX_EN" if language == "ZH" else language


def here(name: str) -> bool:
    """Return whether a model is on this machine."""
    try:
        releases.locate(name, download=False)
    except releases.AbsentModelError:
        return False
    except CheckpointError:
        return name != SMALL  # it is here and damaged, which its use reports; or the small model is not here
    return True


def remedy(lacks: Sequence[Lack]) -> str:
    """Return the one line for a shell that gets exactly what is missing."""
    distributions = list(dict.fromkeys(lack.distribution for lack in lacks if lack.distribution))
    parts = list(dict.fromkeys(lack.part for lack in lacks if lack.part))
    commands = [f"pip install {shlex.join(distributions)}"] if distributions else []
    if parts:
        commands.append(f"{COMMAND} {' '.join(parts)}")
    return "; ".join(filter(None, [" && ".join(commands), *(lack.advice for lack in lacks)]))


def _name(distribution: str) -> str:
    return distribution.partition("==")[0].partition("[")[0]
