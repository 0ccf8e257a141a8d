# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The BERT models of MeloTTS: one for each language, found on this machine, or downloaded on request.

Nothing here downloads except `download`, which logs what, from where and how large.
"""

from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from loguru import logger

from models.demos.openvoice.catalogue import COMMAND
from models.tt_audio.host.errors import CheckpointError, UserError
from models.tt_audio.host.hashes import check_sums
from models.tt_audio.host.home import home
from models.tt_audio.host.hub import HubError, files_of, reachable

WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
VOCABULARY_FILES = ("tokenizer.json", "vocab.txt")


class BertError(UserError, ValueError):
    """BERT files that are absent or do not fit; the message names the model, its size and how to get it."""


@dataclass(frozen=True)
class BertModel:
    """A published model."""

    name: str
    width: int
    megabytes: int  # weights in fp32, as published
    revision: str = "main"


# By MeloTTS's language codes. "ZH" is for checkpoints trained on Chinese alone; the published voice is ZH_MIX_EN.
MODELS = {
    "EN": BertModel("bert-base-uncased", 768, 440, "86b5e0934494bd15c9632b12f734a8a67f723594"),
    "ZH_MIX_EN": BertModel("bert-base-multilingual-uncased", 768, 670, "7cbf9a625e29989f6b9c6c2fa68234c304f7e38f"),
    "JP": BertModel("tohoku-nlp/bert-base-japanese-v3", 768, 450, "65243d6e5629b969c77309f217bd7b1a79d43c7e"),
    "KR": BertModel("kykim/bert-kor-base", 768, 475, "1779cc0982ada0216dd6de0dd4e86fb78201926d"),
    "ES": BertModel("dccuchile/bert-base-spanish-wwm-uncased", 768, 440, "d1c9c4565c9d6731e57ed7f027b802697bad861e"),
    "FR": BertModel("dbmdz/bert-base-french-europeana-cased", 768, 445, "b895c3cf291f7bf4c15639078a6bee0b3e272c5b"),
    "ZH": BertModel("hfl/chinese-roberta-wwm-ext-large", 1024, 1300),
}


def find(language: str, folder: str | Path | None = None) -> Path:
    """Return the folder with a language's BERT: the given one, else one below $OPENVOICE_HOME, else the hub's cache."""
    model = MODELS[language]
    if folder is not None:
        return _checked(Path(folder).expanduser(), language)
    if (own := home() / Path(model.name).name).is_dir():
        try:
            check_sums(own)
        except CheckpointError as error:
            raise BertError(str(error)) from None
        return _checked(own, language)
    try:
        cached = snapshot_download(model.name, revision=model.revision, local_files_only=True)
    except LocalEntryNotFoundError:
        raise BertError(f"{described(language)} is not on this machine: {remedy(language)}") from None
    return _checked(Path(cached), language)


def download(language: str, folder: Path | None = None) -> Path:
    """Download a language's BERT into the hub's cache, or with `folder` there, and return its folder."""
    model = MODELS[language]
    logger.info(f"downloading {described(language)} from the Hugging Face hub")
    try:
        return _checked(_fetched(model, folder), language)
    except (HubError, HfHubHTTPError, OSError) as error:
        said = error if isinstance(error, HubError) else type(error).__name__
        raise BertError(f"{described(language)} cannot be downloaded ({said}): {remedy(language)}") from error


def _fetched(model: BertModel, folder: Path | None) -> Path:
    if not reachable():
        raise HubError("the hub does not answer")
    files = HfApi().list_repo_files(model.name, revision=model.revision)
    weights = next((name for name in WEIGHT_FILES if name in files), None)
    wanted = [name for name in files if name.endswith((".json", "vocab.txt")) and "/" not in name]
    paths = files_of(model.name, model.revision, [name for name in (*wanted, weights) if name], True, folder)
    return paths[0].parent


def _checked(folder: Path, language: str) -> Path:
    for names in (("config.json",), WEIGHT_FILES, VOCABULARY_FILES):
        if not any((folder / name).is_file() for name in names):
            raise BertError(f"{folder} lacks {' or '.join(names)} of {described(language)}: {remedy(language)}")
    return folder


def described(language: str) -> str:
    model = MODELS[language]
    return f"the BERT model {model.name} for {language} (about {model.megabytes} MB)"


def remedy(language: str) -> str:
    """Return how a user gets a language's BERT, for messages."""
    if language == "ZH":  # of no published voice, so `download` does not know it
        command = f"`hf download {MODELS[language].name}`"
    else:
        command = f"`{COMMAND} {language.removesuffix('_MIX_EN')}`"
    return (
        f"where there is a network run {command} (with `--to FOLDER` for another machine, and copy what FOLDER then "
        f"contains to {home()}), or choose bert='zeros' for a flatter voice."
    )
