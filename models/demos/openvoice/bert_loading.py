# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A language's BERT, loaded: the network without its last layers, and the tokenizer. bert_files.py finds its files."""

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError

from loguru import logger
from safetensors import SafetensorError

from models.demos.openvoice.bert_files import MODELS, BertError, described, find, remedy
from models.demos.openvoice.sentences import WordPieces

LAYERS_DROPPED = 2  # after the hidden state that MeloTTS reads (reference/bert.py)


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
                    f"MeloTTS needs {described(language)} with width {self.width}."
                )
            config.num_hidden_layers -= LAYERS_DROPPED
            self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model, report = AutoModel.from_pretrained(
                folder, config=config, local_files_only=True, add_pooling_layer=False, output_loading_info=True
            )
        except (OSError, RuntimeError, SafetensorError, UnpicklingError) as error:
            raise BertError(
                f"{folder} cannot be read as {described(language)} ({error}): {remedy(language)}"
            ) from error
        finally:
            logging.set_verbosity(verbosity)
            if progress:
                logging.enable_progress_bar()
        if absent := [*report["missing_keys"], *report["mismatched_keys"]]:
            raise BertError(f"{folder} lacks {len(absent)} tensors of {described(language)}, among them {absent[0]}.")
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
