# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The BERT models of MeloTTS: one for each language, found on this machine, downloaded on request, loaded.

Nothing here downloads except `download`, which logs what, from where and how large.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from loguru import logger
from safetensors import SafetensorError

from models.demos.openvoice.sentences import WordPieces
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.home import home

LAYERS_DROPPED = 2  # after the hidden state that MeloTTS reads (reference/bert.py)
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
        return _checked(own, language)
    try:
        cached = snapshot_download(model.name, revision=model.revision, local_files_only=True)
    except LocalEntryNotFoundError:
        raise BertError(f"{_described(language)} is not on this machine: {_remedy(language)}") from None
    return _checked(Path(cached), language)


def download(language: str) -> Path:
    """Download a language's BERT into the Hugging Face cache and return its folder."""
    model = MODELS[language]
    logger.info(f"downloading {_described(language)} from the Hugging Face hub")
    try:
        files = HfApi().list_repo_files(model.name, revision=model.revision)
        weights = next((name for name in WEIGHT_FILES if name in files), None)
        wanted = [name for name in files if name.endswith((".json", "vocab.txt")) and "/" not in name]
        paths = [hf_hub_download(model.name, name, revision=model.revision) for name in (*wanted, weights) if name]
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise BertError(
            f"{_described(language)} cannot be downloaded ({type(error).__name__}): {_remedy(language)}"
        ) from error
    return _checked(Path(paths[0]).parent, language)


def load(language: str, bert: str | Path | None = None) -> "Bert | None":
    """Load a language's BERT from a folder; None for `bert` loads what `find` finds.

    Returns None for "zeros": the user chose to speak without BERT, with a flatter melody.
    """
    if language not in MODELS:
        raise BertError(f"there is no BERT model for language {language!r}; there is one for {', '.join(MODELS)}.")
    if bert == "zeros":
        logger.warning(f"{language}: speaking without BERT features (bert='zeros'), so intonation ignores the meaning")
        return None
    return Bert(language, find(language, bert))


class Bert:
    """A loaded BERT: `model` without its last layers, for a network, and `tokenizer`, for a language's front end."""

    def __init__(self, language: str, folder: Path):
        # transformers takes seconds to import, and speaking with bert="zeros" does not need it.
        from transformers import AutoConfig, AutoModel, AutoTokenizer
        from transformers.utils import logging

        self.width = MODELS[language].width
        verbosity, progress = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()  # it would list the layers that are left out on purpose
        logging.disable_progress_bar()
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            if config.hidden_size != self.width or config.num_hidden_layers <= LAYERS_DROPPED:
                raise BertError(
                    f"{folder} holds a BERT of width {config.hidden_size} with {config.num_hidden_layers} layers, "
                    f"MeloTTS needs {_described(language)} with width {self.width}."
                )
            config.num_hidden_layers -= LAYERS_DROPPED
            self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model, report = AutoModel.from_pretrained(
                folder, config=config, local_files_only=True, add_pooling_layer=False, output_loading_info=True
            )
        except (OSError, RuntimeError, SafetensorError, UnpicklingError) as error:
            raise BertError(
                f"{folder} cannot be read as {_described(language)} ({error}): {_remedy(language)}"
            ) from error
        finally:
            logging.set_verbosity(verbosity)
            if progress:
                logging.enable_progress_bar()
        if absent := [*report["missing_keys"], *report["mismatched_keys"]]:
            raise BertError(f"{folder} lacks {len(absent)} tensors of {_described(language)}, among them {absent[0]}.")
        self.model.float().eval().requires_grad_(False)
        self.longest = config.max_position_embeddings

    def pieces(self, pieces: Sequence[str], word2ph: Sequence[int]) -> WordPieces:
        """Return a sentence's word pieces as ids. `word2ph` are the phones of each of [CLS], `pieces` and [SEP]."""
        if len(word2ph) != len(pieces) + 2:
            raise ValueError(
                f"{len(pieces)} word pieces, [CLS] and [SEP] need as many phone counts, not {len(word2ph)}"
            )
        if len(word2ph) > self.longest:
            raise BertError(f"a sentence of {len(pieces)} word pieces is too long for BERT's {self.longest}: split it.")
        tokens = [self.tokenizer.cls_token, *pieces, self.tokenizer.sep_token]
        return WordPieces(self.tokenizer.convert_tokens_to_ids(tokens), list(word2ph))


def _checked(folder: Path, language: str) -> Path:
    for names in (("config.json",), WEIGHT_FILES, VOCABULARY_FILES):
        if not any((folder / name).is_file() for name in names):
            raise BertError(f"{folder} lacks {' or '.join(names)} of {_described(language)}: {_remedy(language)}")
    return folder


def _described(language: str) -> str:
    model = MODELS[language]
    return f"the BERT model {model.name} for {language} (about {model.megabytes} MB)"


def _remedy(language: str) -> str:
    model = MODELS[language]
    return (
        f"on a machine with network run `hf download {model.name} --local-dir {Path(model.name).name}` and copy that "
        f"folder to {home() / Path(model.name).name} or give its path, or choose bert='zeros' for a flatter voice."
    )
