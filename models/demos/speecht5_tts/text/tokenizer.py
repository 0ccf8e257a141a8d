# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tokenizer: text -> ids of characters, by the release's own spm_char.model."""

from pathlib import Path

import sentencepiece

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.releases import TOKENIZER_FILE
from models.tt_audio.host.checkpoint import CheckpointError

# Tokens of the network after those of the file: <mask> and <ctc_blank>, which no text has.
ADDED = 2


class Tokenizer:
    """Tokenizer of a release. Every id is one character; an end-of-sentence id follows the last one."""

    def __init__(self, folder: str | Path, config: SpeechT5Config):
        """Load `spm_char.model` from the folder of a release and check that it belongs to the network of `config`."""
        path = Path(folder) / TOKENIZER_FILE
        if not path.is_file():
            raise CheckpointError(f"{path} does not exist: give the folder that holds the tokenizer of the release.")
        self._pieces = sentencepiece.SentencePieceProcessor()
        try:
            self._pieces.LoadFromSerializedProto(path.read_bytes())
        except (RuntimeError, OSError) as error:
            raise CheckpointError(f"{path} is not a tokenizer or is damaged ({error}): download it again.") from None
        self._end = config.eos_token_id
        self._check(path, config)

    def _check(self, path: Path, config: SpeechT5Config) -> None:
        size = self._pieces.GetPieceSize()
        if size + ADDED != config.vocab_size:
            raise CheckpointError(
                f"{path} has {size} pieces, the network needs {config.vocab_size - ADDED}: it is the tokenizer of "
                "another model."
            )
        for name, number in (("</s>", config.eos_token_id), ("<pad>", config.pad_token_id)):
            if self._pieces.PieceToId(name) != number:
                raise CheckpointError(
                    f"{path} has no {name} with the id {number}: it is the tokenizer of another model."
                )
        long = [piece for piece in map(self._pieces.IdToPiece, range(size)) if len(piece) > 1 and piece[0] != "<"]
        if long:
            raise CheckpointError(f"{path} has pieces of several characters ({long[0]!r}): SpeechT5 reads characters.")

    def __call__(self, text: str) -> list[int]:
        """Return the ids of a text, which begins with the id of a space and ends with that of the end."""
        return [*self._pieces.EncodeAsIds(text), self._end]

    def has(self, text: str) -> bool:
        """Return whether the vocabulary has all characters of a text."""
        return self._pieces.unk_id() not in self._pieces.EncodeAsIds(text)
