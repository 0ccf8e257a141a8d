# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Base speakers: text-to-speech models with the front end and the BERT of their language, found and loaded.

text -> [front end] -> phones -> [ids of the checkpoint] -> network (torch_backend/, tt/) -> samples of base speech
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from models.demos.openvoice import bert_loading, releases
from models.demos.openvoice.backend import Backend, SpeechNetwork, VoiceTarget
from models.demos.openvoice.bert_loading import Bert
from models.demos.openvoice.catalogue import BASE_SPEAKERS, EMOTIONAL
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.loading import load_melo
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.styles import EMOTIONS, Style
from models.demos.openvoice.text.frontend import (
    LANGUAGE_ID,
    Frontend,
    Pause,
    Phones,
    TextError,
    canonical_language,
    intersperse,
    load_frontend,
    load_v1_frontend,
    read,
    symbol_ids,
    to_ids,
)
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.tt_audio.host.errors import CheckpointError, UserError
from models.tt_audio.host.home import home
from models.tt_audio.host.voices import Voice

# Where a release of OpenVoice V1 keeps its base speakers, EN and ZH; MeloTTS's folders are the base speaker.
_FOLDERS = ("", "base_speakers/{}", "checkpoints/base_speakers/{}")
# Normalisation that the tokenizers of the languages' BERT models apply before they cut a word: lower case, no accents.
_WORDS = {
    "EN": (True, True),
    "ES": (True, False),
    "FR": (False, False),
    "ZH": (True, True),
    "JP": (False, False),
    "KR": (False, False),
}


class SpeechError(UserError, ValueError):
    """A text-to-speech request that a base speaker cannot fulfil; the message says what it can."""


class ReadSentence(NamedTuple):
    """A sentence ready to be spoken."""

    phones: Phones
    ids: Sentences  # a batch of one


class BaseSpeaker:
    """A loaded text-to-speech model with its front end; made by `from_pretrained`."""

    def __init__(self, network: SpeechNetwork, language: str, frontend: Frontend, bert: Bert | None, folder: Path):
        self.network = network
        self.config = network.config
        self.language = language  # a key of BASE_SPEAKERS
        self.frontend = frontend
        self.bert = bert
        self.folder = folder

    @classmethod
    def from_pretrained(
        cls,
        name_or_folder: str | Path | None = None,
        language: str = "EN",
        bert: str | Path = "required",
        precision: str = "fast",
        backend: Backend | None = None,
    ) -> "BaseSpeaker":
        """Load a release by name, a folder with `config.json` and a checkpoint, or None: the language's own release.

        `bert` is "required" (the language's BERT model is found on this machine, or its absence is an error), the
        folder of that model, or "zeros": speak without it, with a flatter melody. `backend` runs the network, BERT
        included; without one, or where it runs no text to speech, PyTorch does, with the `precision` of a converter.
        """
        language = canonical_language(language)
        folder = releases.locate(name_or_folder or BASE_SPEAKERS[language])
        below = [folder / name.format(code) for code in (language, "EN") for name in _FOLDERS]
        folder = next((path for path in below if (path / "config.json").is_file()), folder)
        config = MeloConfig.from_file(folder / "config.json")
        model = load_melo(folder, config)

        def network(bert: Bert | None) -> SpeechNetwork:
            bert_model = None if bert is None else bert.model
            on_backend = None if backend is None else backend.speech_network(model, bert_model)
            return on_backend or ChunkedMeloTTS(model, bert_model, precision)

        if not config.is_melo:
            if language != "EN" and set(EMOTIONS) & dict(config.speakers).keys():
                raise SpeechError(f"{folder} holds OpenVoice V1's English base speaker, which cannot read {language}.")
            return cls(network(None), language, load_v1_frontend(language), None, folder)
        if config.disable_bert:
            bert = "zeros"
        code = "ZH_MIX_EN" if language == "ZH" else language
        loaded = bert_loading.load(code, None if bert == "required" else bert)
        tokenizer = WholeWords(*_WORDS[language]) if loaded is None else loaded.tokenizer
        return cls(network(loaded), language, load_frontend(language, tokenizer), loaded, folder)

    @property
    def sampling_rate(self) -> int:
        return self.config.sampling_rate

    @property
    def speakers(self) -> list[str]:
        return [name for name, _ in self.config.speakers]

    def speaker(self, name: str | None = None) -> tuple[str, int]:
        """Return the checkpoint's own name and number of a speaker; EN-IN and EN-INDIA are its EN_INDIA, in any case.

        None is the only speaker, or the one that the checkpoint calls its default, or else its first.
        """
        known = dict(self.config.speakers) or {self.language: 0}
        if name is None:
            default = next((own for own in known if own.lower().endswith("default")), next(iter(known)))
            return default, known[default]
        for own, number in known.items():
            if _spelled(own) == _spelled(name):
                return own, number
        raise SpeechError(f"there is no speaker {name!r} for {self.language} here; choose one of: {', '.join(known)}")

    def require(self, language: str | None, style: Style) -> None:
        """Raise a SpeechError if this base speaker cannot speak the language or the style's emotion.

        None is the language of this base speaker.
        """
        if language is not None and canonical_language(language) != self.language:
            raise SpeechError(
                f"{self.folder} was loaded for {self.language} text, not for {language}: load it for that."
            )
        if style.emotion is not None and self.config.is_melo:
            raise SpeechError(
                f"the emotion {style.emotion!r} needs OpenVoice V1's English base speaker; {self.folder} is MeloTTS, "
                "which has none."
            )

    def prosody(self, style: Style) -> Prosody:
        """Return the numbers by which the network speaks in a style."""
        return style.prosody

    def prepare(self, text: str) -> Iterator[ReadSentence | Pause]:
        """Read a text: yield its sentences and the pauses written in it, each when it is asked for."""
        return (part if isinstance(part, Pause) else self.sentence(part) for part in read(text, self.frontend))

    def speak(self, sentence: ReadSentence, speaker: int, style: Style, seed: int) -> np.ndarray:
        """Return the samples of one sentence, float32 [N] at `sampling_rate`.

        `speaker` is the checkpoint's number; `seed` is that of the noise. Raises TooManyFrames.
        """
        randomness = [torch.Generator().manual_seed(seed)]
        return self.network.speak(sentence.ids, torch.tensor([speaker]), self.prosody(style), randomness)[0].numpy()

    def speak_in_voice(
        self, sentence: ReadSentence, speaker: int, style: Style, seed: int, voice: VoiceTarget
    ) -> np.ndarray:
        """Return the samples of one sentence in another voice, at the converter's rate.

        The network's `speak_in_voice` must not be None. The other arguments are as for `speak`.
        """
        randomness = [torch.Generator().manual_seed(seed)]
        arguments = sentence.ids, torch.tensor([speaker]), self.prosody(style), randomness, voice
        if (speak := self.network.speak_in_voice) is None:
            raise ValueError("this base speaker does not convert what it speaks")
        return speak(*arguments)[0].numpy()

    def sentence(self, phones: Phones) -> ReadSentence:
        """Return a sentence with the ids of this checkpoint."""
        config = self.config
        if not config.is_melo:
            symbols = symbol_ids(phones.phones, config.symbols, self.language)
            symbols = intersperse(symbols) if config.add_blank else symbols
            row = Sentences(phones=torch.tensor([symbols]), lengths=torch.tensor([len(symbols)]))
            return ReadSentence(phones, row)
        code = self.frontend.language
        if LANGUAGE_ID[code] >= config.n_languages:
            raise TextError(
                f"{self.folder} knows {config.n_languages} languages, {code} has number {LANGUAGE_ID[code]}."
            )
        ids = to_ids(phones, config.symbols, config.n_tones, code, config.add_blank)
        sentence = Sentences(
            phones=torch.tensor([ids.phones]),
            lengths=torch.tensor([len(ids.phones)]),
            tones=torch.tensor([ids.tones]),
            languages=torch.tensor([ids.languages]),
            pieces=None if self.bert is None else (self.bert.pieces(phones.pieces, ids.word2ph),),
        )
        return ReadSentence(phones, sentence)


def _spelled(speaker: str) -> str:
    name = speaker.upper().replace("_", "-")
    return "EN-IN" if name == "EN-INDIA" else name


def default_base(language: str, style: Style) -> str | Path:
    """Return the name or the folder of the base speaker that speaks a language in a style."""
    language = canonical_language(language)
    if style.emotion is None:
        return BASE_SPEAKERS[language]
    if language != "EN":
        raise SpeechError(f"the emotion {style.emotion!r} is there for English text only, not for {language}.")
    try:
        return releases.locate(EMOTIONAL)
    except CheckpointError:
        raise SpeechError(
            f"the emotion {style.emotion!r} is spoken by OpenVoice V1's English base speaker, which is not on this "
            f"machine: copy the folder `checkpoints` of {EMOTIONAL} to {home() / 'OpenVoice'}, or give "
            "the folder base_speakers/EN as `base`."
        ) from None


def base_voice(base: BaseSpeaker, speaker: str, release: Path | None, version: str) -> Voice | None:
    """Return the voice of a base speaker from the converter's release; None if there is no file.

    `release` is the folder of the converter's release, `version` that of the converter. A release of V1 keeps the file
    next to its base speaker, and only the converter of V1 can use it.
    """
    if base.config.is_melo:
        name = f"{speaker.lower().replace('_', '-')}.pth"
        folders = () if release is None else (release, release.parent)
        paths = [folder / "base_speakers" / "ses" / name for folder in folders]
    else:
        name = f"{base.language.lower()}_default_se.pth" if speaker == "default" else "en_style_se.pth"
        paths = [base.folder / name] if version == "v1" else []
    path = next((path for path in paths if path.is_file()), None)
    return None if path is None else Voice.load(path)
