# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to the speech of a base speaker, before it gets its voice: text -> front end, BERT -> MeloTTS -> samples.

A `BaseSpeaker` is a folder with a text-to-speech model, loaded together with what its language needs. `utterances` runs
a text of any length through one, and pipeline.py changes the voice of what comes out.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from tqdm import tqdm

from models.demos.openvoice import releases
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.reference import bert as bert_features
from models.demos.openvoice.reference.chunked_melo import ChunkedMeloTTS
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.reference.text_encoder import Sentences
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
from models.demos.openvoice.text.sentences import split_pauses, split_sentences
from models.tt_audio.host import checkpoint
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.home import home
from models.tt_audio.host.voices import Voice

# The published base speaker of each language; an emotion needs OpenVoice V1's.
RELEASES = {
    "EN": "myshell-ai/MeloTTS-English",
    "ES": "myshell-ai/MeloTTS-Spanish",
    "FR": "myshell-ai/MeloTTS-French",
    "ZH": "myshell-ai/MeloTTS-Chinese",
    "JP": "myshell-ai/MeloTTS-Japanese",
    "KR": "myshell-ai/MeloTTS-Korean",
}
EMOTIONAL = "myshell-ai/OpenVoice"
# Where a release of OpenVoice V1 keeps its base speakers, EN and ZH; MeloTTS's folders are the base speaker.
_FOLDERS = ("", "base_speakers/{}", "checkpoints/base_speakers/{}")
# What the tokenizers of the languages' BERT models do to a word before they cut it: lower case, accents stripped.
_WORDS = {
    "EN": (True, True),
    "ES": (True, False),
    "FR": (False, False),
    "ZH": (True, True),
    "JP": (False, False),
    "KR": (False, False),
}

Item = TypeVar("Item")


class Utterance(NamedTuple):
    silence: float  # seconds before it
    samples: np.ndarray  # of base speech; none where the text ends with a pause
    seed: int  # for the noise of the conversion
    voiced: bool = False  # converted already, on the device that spoke


@dataclass
class Voicing:
    """Into which voice a device converts what it speaks, before anybody hears it. Without a source it does not yet."""

    source: np.ndarray | None
    target: np.ndarray
    tau: float


class SpeechError(UserError, ValueError):
    """A text-to-speech request that a base speaker cannot meet; the message says what it can."""


class BaseSpeaker:
    """A loaded text-to-speech model with its front end; made by `from_pretrained`."""

    def __init__(
        self,
        network: "ChunkedMeloTTS | Any",
        language: str,
        frontend: Frontend,
        bert: "bert_features.BertFeatures | None",
        folder: Path,
    ):
        self.network = network
        self.config = network.config
        self.language = language  # a key of RELEASES
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
        on_device: Callable[..., Any] | None = None,
    ) -> "BaseSpeaker":
        """A release by name, a folder that holds `config.json` and a checkpoint, or None: the language's own release.

        `bert` is "required" (the language's BERT model is found on this machine, or its absence is an error), the
        folder of that model, or "zeros": speak without it, flatter. `precision` is as for a converter. `on_device`
        makes of the loaded model and its BERT what runs both on a device; None: they run in PyTorch.
        """
        language = canonical_language(language)
        folder = releases.locate(name_or_folder or RELEASES[language])
        below = [folder / name.format(code) for code in (language, "EN") for name in _FOLDERS]
        folder = next((path for path in below if (path / "config.json").is_file()), folder)
        config = MeloConfig.from_file(folder / "config.json")
        model = _load(folder, config)

        def network(bert=None):
            return ChunkedMeloTTS(model, precision) if on_device is None else on_device(model, bert)

        if not config.is_melo:
            if language != "EN" and set(EMOTIONS) & dict(config.speakers).keys():
                raise SpeechError(f"{folder} holds OpenVoice V1's English base speaker, which cannot read {language}.")
            return cls(network(), language, load_v1_frontend(language), None, folder)
        if config.disable_bert:
            bert = "zeros"
        code = "ZH_MIX_EN" if language == "ZH" else language
        features = bert_features.load(code, None if bert == "required" else bert)
        silent = isinstance(features, bert_features.ZeroFeatures)
        tokenizer = WholeWords(*_WORDS[language]) if silent else features.tokenizer
        frontend = load_frontend(language, tokenizer)
        if silent:
            return cls(network(), language, frontend, None, folder)
        return cls(network(features), language, frontend, features, folder)

    @property
    def sampling_rate(self) -> int:
        return self.config.sampling_rate

    @property
    def speakers(self) -> list[str]:
        return [name for name, _ in self.config.speakers]

    def speaker(self, name: str | None = None) -> tuple[str, int]:
        """The checkpoint's own name and number of a speaker; EN-IN and EN-INDIA are its EN_INDIA, in any case.

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

    def require(self, language: str, style: Style) -> None:
        """Refuses what this base speaker cannot speak."""
        if canonical_language(language) != self.language:
            raise SpeechError(
                f"{self.folder} was loaded for {self.language} text, not for {language}: load it for that."
            )
        if style.emotion is not None and self.config.is_melo:
            raise SpeechError(
                f"the emotion {style.emotion!r} needs OpenVoice V1's English base speaker; {self.folder} is MeloTTS, "
                "which has none."
            )

    def prepare(self, text: str) -> Iterator[Sentences | Pause]:
        """The text sentence by sentence, and the pauses written in it, each when it is asked for."""
        return (part if isinstance(part, Pause) else self._sentence(part) for part in read(text, self.frontend))

    def speak(self, sentence: Sentences, speaker: int, style: Style, seed: int) -> np.ndarray:
        """The samples of one sentence, float32 [N] at `sampling_rate`."""
        randomness = [torch.Generator().manual_seed(seed)]
        return self.network(sentence, torch.tensor([speaker]), style.prosody, randomness)[0].numpy()

    def speak_voiced(
        self, sentence: Sentences, speaker: int, style: Style, seed: int, voicing: Voicing, conversion_seed: int
    ) -> np.ndarray:
        """The same, converted on the device: at the converter's rate."""
        randomness = [torch.Generator().manual_seed(seed)]
        voices = voicing.source, voicing.target, voicing.tau, [conversion_seed]
        return self.network.voiced(sentence, torch.tensor([speaker]), style.prosody, randomness, *voices)[0].numpy()

    def _sentence(self, phones: Phones) -> Sentences:
        config = self.config
        if not config.is_melo:
            ids = symbol_ids(phones.phones, config.symbols, self.language)
            ids = torch.tensor([intersperse(ids) if config.add_blank else ids])
            return Sentences(phones=ids, lengths=torch.tensor([ids.shape[1]]))
        code = self.frontend.language
        if LANGUAGE_ID[code] >= config.n_languages:
            raise TextError(
                f"{self.folder} knows {config.n_languages} languages, {code} has number {LANGUAGE_ID[code]}."
            )
        ids = to_ids(phones, config.symbols, config.n_tones, code, config.add_blank)
        features = pieces = None
        if self.bert is not None and isinstance(self.network, ChunkedMeloTTS):
            features = self.bert(phones.pieces, ids.word2ph)[None]
        elif self.bert is not None:
            pieces = (self.bert.pieces(phones.pieces, ids.word2ph),)
        return Sentences(
            phones=torch.tensor([ids.phones]),
            lengths=torch.tensor([len(ids.phones)]),
            tones=torch.tensor([ids.tones]),
            languages=torch.tensor([ids.languages]),
            bert=features,
            pieces=pieces,
        )


def _spelled(speaker: str) -> str:
    name = speaker.upper().replace("_", "-")
    return "EN-IN" if name == "EN-INDIA" else name


def _load(folder: Path, config: MeloConfig) -> MeloTTS:
    paths = [folder / "checkpoint.safetensors", folder / "checkpoint.pth"]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise CheckpointError(f"{folder} holds neither checkpoint.pth nor checkpoint.safetensors; download the model")
    with torch.device("meta"):
        model = MeloTTS(config)
    state = checkpoint.fold_weight_norm(checkpoint.read_state(path))
    checkpoint.load_strict(model, state, path, MELO_NAMES, MELO_TRAINING_ONLY)
    return model


def release(language: str, style: Style) -> str | Path:
    """Whose base speaker to load where none is given."""
    language = canonical_language(language)
    if style.emotion is None:
        return RELEASES[language]
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
    """The tone colour of a base speaker as the converter's release has it; None where there is no file.

    A release of V1 keeps it beside its base speaker, and it means something to the converter of V1 alone.
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


def utterances(
    base: BaseSpeaker,
    text: str,
    speaker: int,
    style: Style,
    seed: int,
    progress: bool = True,
    voicing: Voicing | None = None,
) -> Iterator[Utterance]:
    """The sentences of a text as base speech; the text of the next one is prepared while the current one is spoken.

    With `voicing` they are converted already, from the one on before which it got its source."""
    total = sum(
        1
        for part in split_pauses(text)
        if not isinstance(part, Pause)
        for _ in split_sentences(part, base.frontend.language)
    )
    index, pause = 0, None
    # tqdm takes None for "only on a terminal"
    with tqdm(total=total, unit="sentence", leave=False, disable=None if progress and total > 1 else True) as bar:
        for part in _ahead(base.prepare(text)):
            if isinstance(part, Pause):
                pause = (pause or 0.0) + part.seconds
                continue
            if pause is None:
                pause = style.pause if index else 0.0
            speech, conversion = np.random.SeedSequence([seed, index]).generate_state(2).tolist()
            if voicing is not None and voicing.source is not None:
                samples = base.speak_voiced(part, speaker, style, speech, voicing, conversion)
                yield Utterance(pause, samples, conversion, voiced=True)
            else:
                yield Utterance(pause, base.speak(part, speaker, style, speech), conversion)
            index, pause = index + 1, None
            bar.update()
    if pause is not None:
        yield Utterance(pause, np.zeros(0, np.float32), 0)


_END = object()


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made by a worker thread while the caller still uses the one before."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = worker.submit(next, items, _END)
            yield item
