# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to a voice: every language through its real front end, with small random models in the released formats."""

import io
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from models.demos.openvoice import base_speakers, bert_files, bert_loading
from models.demos.openvoice.base_speakers import BaseSpeaker, SpeechError, base_voice
from models.demos.openvoice.bert_files import BertError
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.sentences import MOST_FRAMES, TooManyFrames, WordPieces
from models.demos.openvoice.speech import lines, spoken
from models.demos.openvoice.styles import EMOTIONS, RANGES, STYLES, Style, StyleError, style_of
from models.demos.openvoice.synthetic import SMALL_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, v1_config, write_checkpoint
from models.demos.openvoice.text.frontend import (
    PUNCTUATION,
    NothingSpeakable,
    Pause,
    Phones,
    TextError,
    load_frontend,
    read,
)
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.text.pronunciation import Predictor
from models.demos.openvoice.torch_backend import melo_tts as chunked_melo
from models.tt_audio.host import checkpoint
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.resampling import resample
from models.tt_audio.host.voices import Voice, VoiceBank, VoiceError
from models.tt_audio.testing import speech as recordings

RATE = 22050
FRAMES = {"upsample_rates": [8, 8, 8], "upsample_kernel_sizes": [16, 16, 16]}  # 512 samples a frame, as released
TEXTS = {
    "EN": "The ferry was late. Nobody minded.",
    "ES": "El barco llegó tarde. A nadie le importó.",
    "FR": "Le bateau est arrivé en retard. Personne ne s'en plaignit.",
    "ZH": "船来晚了。没有人在意machine。",
    "JP": "船は遅れました。誰も気にしませんでした。",
    "KR": "배가 늦게 왔습니다. 아무도 신경 쓰지 않았습니다.",
}
ACCENTS = {"EN-US": 0, "EN-BR": 1, "EN_INDIA": 2, "EN-AU": 3, "EN-Default": 4}
# The symbols in the order of OpenVoice V1's English config.json.
V1_SYMBOLS = list("_,.!?-~…NQabdefghijklmnopstuvwxyzɑæʃʑçɯɪɔɛɹðəɫɥɸʊɾʒθβŋɦ⁼ʰ`^#*=ˈˌ→↓↑ ")


def symbols_of(language):
    """Return the phones of the language's sentence here, in an order of their own; in English, all possible phones."""
    if language == "EN":
        phones = {phone.rstrip("012").lower() for phone in Predictor.PHONES if phone.isalnum()}
        return ["_", *sorted(phones - {"v"} | {"V"} | PUNCTUATION)]
    phones = {phone for sentence in read(TEXTS[language], frontend(language)) for phone in sentence.phones}
    return ["_", *sorted(phones - {"_"})]


def frontend(language):
    lowercase, strip_accents = {"EN": (True, True), "ES": (True, False), "ZH": (True, True)}.get(
        language, (False, False)
    )
    return load_frontend(language, WholeWords(lowercase, strip_accents))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return a function that gives the MeloTTS folder of a language, made on its first request."""
    made = {}

    def folder(language):
        if language not in made:
            speakers = ACCENTS if language == "EN" else {language: 0}
            raw = melo_config(symbols_of(language), speakers, n_speakers=len(speakers), **SMALL | FRAMES)
            made[language] = write_checkpoint(tmp_path_factory.mktemp(language), raw)
        return made[language]

    return folder


@pytest.fixture(scope="module")
def english(folders):
    return BaseSpeaker.from_pretrained(folders("EN"), "EN", bert="zeros", precision="exact")


@pytest.fixture(scope="module")
def emotional(tmp_path_factory):
    """Return a folder like that of an unpacked OpenVoice V1."""
    folder = tmp_path_factory.mktemp("v1")
    sizes = {key: value for key, value in (SMALL | FRAMES).items() if key != "n_layers_trans_flow"}
    write_checkpoint(folder / "checkpoints" / "base_speakers" / "EN", v1_config(V1_SYMBOLS, **sizes))
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = make_converter_checkpoint(tmp_path_factory.mktemp("model"), SMALL_CONFIG)
    ses = folder / "base_speakers" / "ses"
    ses.mkdir(parents=True)
    for number, name in enumerate(("en-us", "en-india", "en-default")):
        torch.save(torch.linspace(-1, 1 + number, 12).view(1, 12, 1), ses / f"{name}.pth")
    return OpenVoice.from_pretrained(folder, precision="exact", bank=VoiceBank(tmp_path_factory.mktemp("bank")))


@pytest.fixture(scope="module")
def voice():
    return Voice(torch.linspace(1, -1, 12), "target", "a test")


# ---- languages


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_is_spoken(model, folders, language):
    speaker = model.voice(recordings.voice(6.0, RATE))  # a voice that never spoke this language
    arguments = {"language": language, "base": folders(language), "bert": "zeros"}
    audio = model.speak(TEXTS[language], speaker, **arguments)
    assert audio.dtype == np.float32 and np.isfinite(audio).all()
    assert 1 < len(audio) / RATE < 15 and audio.std() > 0.01
    assert np.array_equal(audio, model.speak(TEXTS[language], speaker, **arguments, seed=0))
    other = model.speak(TEXTS[language], speaker, **arguments, seed=1)
    assert not np.array_equal(audio[:1000], other[:1000])


def test_the_duration_is_that_of_the_phones(english):
    sentence = next(english.prepare(TEXTS["EN"]))
    samples = english.speak(sentence, 0, Style(), 0)
    frames = len(samples) / 512
    assert frames == round(frames)
    assert 2 < frames / int(sentence.ids.lengths) < 10


def test_unknown_language(model, voice, expect_error):
    with expect_error(TextError, "No front end for language 'XX'; choose one of EN, ES, FR, ZH, JP, KR"):
        model.speak("Hello.", voice, "XX", bert="zeros")


def test_a_base_speaker_of_another_language(model, voice, english, expect_error):
    with expect_error(SpeechError, "was loaded for EN text, not for FR"):
        model.speak("Bonjour.", voice, "FR", base=english)


def test_a_checkpoint_with_too_few_languages(tmp_path, expect_error):
    raw = melo_config(symbols_of("FR"), {"FR": 0}, num_languages=4, **SMALL)
    base = BaseSpeaker.from_pretrained(write_checkpoint(tmp_path, raw), "FR", bert="zeros")
    with expect_error(TextError, "knows 4 languages, FR has number 6"):
        next(base.prepare(TEXTS["FR"]))


def test_a_folder_without_a_checkpoint(tmp_path, folders, expect_error):
    (tmp_path / "config.json").write_bytes((folders("EN") / "config.json").read_bytes())
    with expect_error(checkpoint.CheckpointError, "holds neither checkpoint.pth nor checkpoint.safetensors"):
        BaseSpeaker.from_pretrained(tmp_path, bert="zeros")


@pytest.mark.parametrize("text", ["", " \n", "?!", "[pause 1]", "😀"])
def test_nothing_speakable(model, voice, english, text, expect_error):
    with expect_error(NothingSpeakable, "can be spoken in EN: give a text with letters or numbers"):
        model.speak(text, voice, base=english)


# ---- BERT


def test_bert_is_required_unless_zeros_are_asked_for(model, voice, folders, tmp_path, monkeypatch, expect_error):
    def absent(*_, **__):
        raise bert_files.LocalEntryNotFoundError("no network")

    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    monkeypatch.setattr(bert_files, "snapshot_download", absent)
    with expect_error(BertError, "bert-base-uncased for EN .* is not on this machine: .* or choose bert='zeros'"):
        model.speak(TEXTS["EN"], voice, base=folders("EN"))


def test_zeros_are_labelled(model, voice, folders, logged_warnings):
    BaseSpeaker.from_pretrained(folders("EN"), bert="zeros")
    assert logged_warnings == ["EN: speaking without BERT features (bert='zeros'), so intonation ignores the meaning"]


def test_bert_features_reach_the_speech(folders, english, monkeypatch):
    class Model(torch.nn.Module):
        """Hidden states that differ from word piece to word piece."""

        def forward(self, ids):
            rows = torch.linspace(-1, 1, 768) + torch.arange(ids.shape[1])[:, None]
            return SimpleNamespace(last_hidden_state=rows[None])

    class Loaded:
        tokenizer = WholeWords()
        model = Model()

        def pieces(self, pieces, word2ph):
            assert len(word2ph) == len(pieces) + 2
            return WordPieces(list(range(len(word2ph))), list(word2ph))

    monkeypatch.setattr(bert_loading, "load", lambda code, bert: Loaded())
    base = BaseSpeaker.from_pretrained(folders("EN"), precision="exact")
    said = [speaker.speak(next(speaker.prepare(TEXTS["EN"])), 0, Style(), 0) for speaker in (base, english)]
    assert len(said[0]) != len(said[1]) or np.abs(said[0] - said[1]).max() > 1e-3


# ---- streams, pauses, seeds


@pytest.mark.parametrize("speaker", ["EN-US", "EN-AU"], ids=["own voice from a file", "own voice from its speech"])
def test_the_stream_is_the_whole(model, voice, english, speaker):
    text = "One dark evening. [pause 0.3] Two bright mornings, [pause 1] three calm nights! Four quiet afternoons."
    pieces = list(model.speak_stream(text, voice, speaker=speaker, base=english, seed=3))
    assert len(pieces) == 4
    whole = model.speak(text, voice, speaker=speaker, base=english, seed=3)
    assert np.array_equal(np.concatenate(pieces), whole)


def test_a_sentence_does_not_depend_on_those_before_it(model, voice, english):
    texts = ("A first sentence. The second one.", "Another first sentence, a longer one. The second one.")
    seconds = [list(model.speak_stream(text, voice, speaker="EN-US", base=english))[1] for text in texts]
    assert np.array_equal(*seconds)


def test_the_draws_are_the_documented_ones(model, voice, english):
    text = "A first sentence. The second one."
    own = Voice.load(model.folder / "base_speakers" / "ses" / "en-us.pth")
    expected = []
    for number, sentence in enumerate(english.prepare(text)):
        first, second = np.random.SeedSequence([7, number]).generate_state(2).tolist()
        base = resample(english.speak(sentence, 0, Style(), first), 44100, RATE)
        expected += [np.zeros(number * round(0.05 * RATE)), model.convert(base, voice, own, seed=second)]
    spoken = model.speak(text, voice, speaker="EN-US", base=english, seed=7)
    assert np.array_equal(spoken, np.concatenate(expected))


@pytest.mark.parametrize(
    "text, pause, silences",
    [
        ("The ferry was late. Nobody minded.", None, [0, 0.05]),
        ("The ferry was late. Nobody minded.", 0.7, [0, 0.7]),
        ("The ferry was late. [pause 0.5] Nobody minded.", 0.7, [0, 0.5]),
        ("The ferry was late. [pause 0.5] [pause .25s] Nobody minded.", None, [0, 0.75]),
        ("[pause 2] The ferry was late. [pause 0] Nobody minded. [pause 1]", None, [2, 0, 1]),
    ],
)
def test_pauses_have_their_length(model, voice, english, text, pause, silences):
    pieces = list(model.speak_stream(text, voice, speaker="EN-US", base=english, pause=pause))
    plain = list(model.speak_stream(TEXTS["EN"], voice, speaker="EN-US", base=english, pause=0))
    plain += [np.zeros(0, np.float32)] * (len(silences) - 2)
    for piece, speech, seconds in zip(pieces, plain, silences, strict=True):
        silence = round(seconds * RATE)
        assert not piece[:silence].any()
        assert np.array_equal(piece[silence:], speech)


def test_a_pause_that_is_none(model, voice, english, expect_error):
    with expect_error(TextError, "'\\[pause long\\]' is not a pause: write seconds from 0 to 60"):
        model.speak("Wait [pause long] here.", voice, base=english)


# ---- speakers and voices


def test_accents_are_the_checkpoints_speakers(english):
    assert english.speakers == list(ACCENTS)
    for name, expected in {"en-us": "EN-US", "EN-IN": "EN_INDIA", "EN-INDIA": "EN_INDIA", None: "EN-Default"}.items():
        assert english.speaker(name) == (expected, ACCENTS[expected])


def test_an_unknown_speaker(model, voice, english, expect_error):
    with expect_error(SpeechError, "no speaker 'EN-NZ' for EN here; choose one of: EN-US, EN-BR, EN_INDIA, EN-AU"):
        model.speak("Hello.", voice, speaker="EN-NZ", base=english)


def test_the_only_speaker_needs_no_name(folders):
    assert BaseSpeaker.from_pretrained(folders("ES"), "SP", bert="zeros").speaker() == ("ES", 0)


def test_accents_differ(model, voice, english):
    said = [model.speak("Hello.", voice, speaker=name, base=english) for name in ("EN-US", "EN-IN")]
    assert len(said[0]) != len(said[1]) or np.abs(said[0] - said[1]).max() > 1e-3


def test_without_a_file_the_base_voice_is_that_of_the_first_five_seconds(model, voice, english, monkeypatch):
    text = " ".join(["The ferry was late again this evening, and nobody minded it at all."] * 6)
    said = [
        english.speak(sentence, 3, Style(), seed_of(number)) for number, sentence in enumerate(english.prepare(text))
    ]
    durations = np.cumsum([len(samples) / 44100 for samples in said])
    held = int(np.searchsorted(durations, 5.0)) + 1
    assert held < len(said), "the text should be longer"
    embedding = model.backend.embed(resample(np.concatenate(said[:held]), 44100, RATE))
    own = Voice(torch.from_numpy(embedding), "own", "a test")
    expected = model.convert(resample(said[0], 44100, RATE), voice, own, seed=seed_of(0, 1))
    first = next(model.speak_stream(text, voice, speaker="EN-AU", base=english))
    np.testing.assert_allclose(first, expected, atol=1e-5)


def seed_of(sentence, draw=0):
    return int(np.random.SeedSequence([0, sentence]).generate_state(2)[draw])


def test_the_voice_changes_the_result(model, voice, english):
    other = Voice(torch.linspace(-2, 2, 12), "other", "a test")
    said = [model.speak("Hello.", target, speaker="EN-US", base=english) for target in (voice, other)]
    assert len(said[0]) == len(said[1]) and np.abs(said[0] - said[1]).max() > 1e-3


def test_a_voice_of_another_model_is_refused_before_anything_is_loaded(model, expect_error):
    foreign = Voice(torch.ones(12), "foreign", "elsewhere.wav", model="0" * 16)
    with expect_error(VoiceError, "'foreign' was made by model 0000000000000000"):
        model.speak_stream("Hello.", foreign)


# ---- styles


@pytest.mark.parametrize("name", RANGES)
def test_a_style_outside_its_range(name, expect_error):
    low, high = RANGES[name]
    for value in (low, high):
        assert getattr(Style(**{name: value}), name) == value
    for value in (low - 0.01, high + 0.01, float("nan"), float("inf"), "1", None, True):
        with expect_error(StyleError, f"^{name} is .*, it must be a number from {low:g} to {high:g}$"):
            Style(**{name: value})


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"style": "bored"}, "there is no style 'bored'; choose one of: neutral, steady, "),
        ({"speed": 4.0}, "speed is 4.0, it must be a number from 0.3 to 3"),
        ({"speed": 0.0}, "speed is 0.0, it must be a number"),
        ({"pause": -1.0}, "pause is -1.0, it must be a number from 0 to 60"),
        ({"tau": -1.0}, "tau is -1.0"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**128}, "seed is 3402"),
    ],
)
def test_arguments_that_cannot_be(model, voice, english, arguments, message, expect_error):
    with expect_error(UserError, message):
        model.speak_stream("Hello.", voice, base=english, **arguments)


def test_unknown_emotions_and_fields(expect_error):
    with expect_error(StyleError, "there is no emotion 'bored'; choose one of: friendly, cheerful, "):
        Style(emotion="bored")
    with expect_error(StyleError, "a style has no pitch; it has: emotion, noise_scale, "):
        Style().changed(pitch=1)


def test_presets():
    assert set(EMOTIONS) < set(STYLES)
    assert all(STYLES[name].emotion == name for name in EMOTIONS)
    assert style_of("neutral") == Style() and style_of(Style(speed=2)) == Style(speed=2)


def test_speed_of_style_and_argument_multiply(model, voice, english):
    def seconds(**manner):
        return len(model.speak(TEXTS["EN"], voice, speaker="EN-US", base=english, pause=0, **manner)) / RATE

    normal, slow = seconds(), seconds(speed=0.5)
    assert 1.6 < slow / normal < 2.1  # rounding up to whole frames adds more in fast speech
    assert seconds(style=Style(speed=0.5)) == slow
    assert seconds(style=Style(speed=0.25 / 0.5), speed=1.0) == seconds(style=Style(speed=1.0), speed=0.5)
    assert seconds(style=Style(speed=0.5), speed=2.0) == normal


@pytest.mark.parametrize("change", [{"sdp_ratio": 0.0}, {"noise_scale_w": 0.0}, {"noise_scale": 0.0}])
def test_each_value_of_a_style_changes_the_result(english, change):
    sentence = next(english.prepare(TEXTS["EN"]))
    plain, changed = (english.speak(sentence, 0, style, 0) for style in (Style(), Style(**change)))
    assert len(plain) != len(changed) or np.abs(plain - changed).max() > 1e-3


def test_emotions_are_spoken_by_the_base_speaker_of_v1(model, voice, emotional):
    base = BaseSpeaker.from_pretrained(emotional, precision="exact")
    said = {name: model.speak("Hello, you!", voice, style=name, base=base) for name in ("sad", "cheerful", "neutral")}
    assert base.speaker("sad")[1] == 8 and base.speaker() == ("default", 1)
    for one, other in (("sad", "cheerful"), ("sad", "neutral")):
        size = min(len(said[one]), len(said[other]))
        assert np.abs(said[one][:size] - said[other][:size]).max() > 1e-3


def test_the_base_speaker_of_v1_is_found_at_home(model, voice, emotional, tmp_path, monkeypatch, expect_error):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    with expect_error(SpeechError, f"'angry' is spoken by OpenVoice V1's English base speaker.*{tmp_path}/OpenVoice"):
        model.speak("Hello, you!", voice, style="angry")
    (tmp_path / "OpenVoice").symlink_to(emotional)
    assert len(model.speak("Hello, you!", voice, style="angry")) > RATE / 5


def test_emotions_where_there_are_none(model, voice, english, emotional, expect_error):
    with expect_error(SpeechError, "the emotion 'sad' needs OpenVoice V1's English base speaker; .* is MeloTTS"):
        model.speak("Hello.", voice, style="sad", base=english)
    with expect_error(SpeechError, "the emotion 'sad' is there for English text only, not for FR"):
        model.speak("Bonjour.", voice, "FR", style="sad")
    with expect_error(SpeechError, "the emotion 'sad' has a speaker of its own; leave 'EN-US' out"):
        model.speak("Hello.", voice, speaker="EN-US", style="sad", base=english)
    for language in ("FR", "ZH"):
        with expect_error(SpeechError, f"holds OpenVoice V1's English base speaker, which cannot read {language}"):
            BaseSpeaker.from_pretrained(emotional, language)


def test_the_chinese_base_speaker_of_v1(model, voice, tmp_path, expect_error):
    sizes = {key: value for key, value in (SMALL | FRAMES).items() if key != "n_layers_trans_flow"}
    raw = v1_config(V1_SYMBOLS, **sizes) | {"speakers": {"default": 0}}
    folder = write_checkpoint(tmp_path / "base_speakers" / "ZH", raw)
    base = BaseSpeaker.from_pretrained(tmp_path, "ZH", precision="exact")
    assert base.folder == folder and base.speaker() == ("default", 0)
    assert len(model.speak("你好，世界。", voice, "ZH", base=base)) > RATE / 5
    torch.save(torch.ones(1, 12, 1), folder / "zh_default_se.pth")
    assert base_voice(base, "default", None, "v1").name == "zh_default_se"
    with expect_error(TextError, "OpenVoice V1's base speakers read EN and ZH text, not FR"):
        BaseSpeaker.from_pretrained(folder, "FR")


def test_the_released_voice_of_v1_belongs_to_the_converter_of_v1(emotional):
    base = BaseSpeaker.from_pretrained(emotional, precision="exact")
    torch.save(torch.ones(1, 12, 1), base.folder / "en_style_se.pth")
    assert base_voice(base, "sad", None, "v2") is None
    assert base_voice(base, "default", None, "v1") is None
    assert base_voice(base, "sad", None, "v1").name == "en_style_se"


# ---- long texts


def one_phone(language):
    """Return a front end that gives one phone for every sentence."""

    def said(text):
        return Phones(["a"], [0], [0, 1, 0], text, [text])

    said.language = language
    return said


class Counting:
    """Base speaker that only counts the sentences it prepared."""

    def __init__(self, english):
        self.frontend = english.frontend
        self.prepared = 0

    def prepare(self, text):
        for part in read(text, one_phone(self.frontend.language)):
            self.prepared += not isinstance(part, Pause)
            yield part


BOOK = "It was a dark night, and the rain fell in torrents. " * 2000


def test_a_long_text_is_read_as_it_is_spoken(english):
    base = Counting(english)
    script = lines(base, BOOK, Style(), 0)
    for taken in range(1, 6):
        next(script)
        assert base.prepared <= taken + 1
    assert len(BOOK) > 100_000
    script.close()
    assert base.prepared < 10
    base = Counting(english)
    assert sum(1 for _ in lines(base, BOOK, Style(), 0)) == base.prepared == 2000


def test_the_next_sentence_is_prepared_while_one_is_spoken(english):
    second = threading.Event()

    class Waiting(Counting):
        def prepare(self, text):
            for part in super().prepare(text):
                if self.prepared == 2:
                    second.set()
                yield part

    script = lines(Waiting(english), BOOK, Style(), 0)
    next(script)
    assert second.wait(30), "nothing prepares the second sentence while the first one is spoken"
    script.close()


def test_an_error_in_the_text_of_a_later_sentence_arrives(english, expect_error):
    class Failing(Counting):
        def prepare(self, text):
            for part in super().prepare(text):
                if self.prepared == 3:
                    raise TextError("the third sentence")
                yield part

    script = lines(Failing(english), BOOK, Style(), 0)
    assert [next(script).entropy for _ in range(2)] == [(0, 0), (0, 1)]
    with expect_error(TextError, "the third sentence"):
        next(script)


LONG = "One dark evening, two bright mornings, three calm nights, four quiet afternoons, and nobody minded the rain."


def silent_within(most_frames):
    """Return a way to speak that gives one sample per frame, and refuses more than `most_frames`."""

    def speak(line):
        if (frames := int(line.sentence.ids.lengths)) > most_frames:
            raise TooManyFrames(frames)
        return np.full(frames, line.seeds[0] % 7, np.float32)

    return speak


def test_a_sentence_that_lasts_too_long_is_spoken_in_parts(english):
    whole, following = list(lines(english, LONG + " Nobody minded.", Style(), 3))
    ids = int(whole.sentence.ids.lengths)
    said = list(spoken(english, whole, silent_within(ids // 3)))
    assert len(said) > 2 and all(len(samples) <= ids // 3 for _, samples in said)
    phones = [phone for line, _ in said for phone in line.sentence.phones.phones if phone != "_"]
    assert phones == [phone for phone in whole.sentence.phones.phones if phone != "_"]
    assert [line.silence for line, _ in said] == [0.0] * len(said)
    assert [line.entropy[:2] for line, _ in said] == [(3, 0)] * len(said)
    assert len({line.entropy for line, _ in said}) == len({line.seeds for line, _ in said}) == len(said)
    ((line, samples),) = spoken(english, following, silent_within(ids // 3))
    assert line is following and line.entropy == (3, 1) and len(samples) == int(following.sentence.ids.lengths)


def test_only_the_first_part_has_the_silence_before_the_sentence(english):
    _, line = lines(english, "Nobody minded. [pause 2] " + LONG, Style(), 0)
    said = list(spoken(english, line, silent_within(int(line.sentence.ids.lengths) - 1)))
    assert [part.silence for part, _ in said] == [2.0, 0.0]


def test_a_phone_that_lasts_too_long_is_an_error(english, expect_error):
    line = next(lines(english, "Nobody minded.", Style(), 0))
    with expect_error(
        SpeechError, "lasts .* frames at this speed, of which 2048 can be spoken at once: choose a higher"
    ):
        list(spoken(english, line, silent_within(3)))


def test_the_network_refuses_what_is_too_long(english, expect_error, monkeypatch):
    sentence = next(english.prepare(LONG))
    frames = len(english.speak(sentence, 0, Style(), 0)) // 512
    monkeypatch.setattr(chunked_melo, "MOST_FRAMES", frames)
    assert len(english.speak(sentence, 0, Style(), 0)) == frames * 512
    monkeypatch.setattr(chunked_melo, "MOST_FRAMES", frames - 1)
    with expect_error(TooManyFrames, f"a sentence of {frames} frames is too long to speak in one piece: at most 2048"):
        english.speak(sentence, 0, Style(), 0)


@pytest.mark.parametrize("speaker", ["EN-US", "EN-AU"], ids=["own voice from a file", "own voice from its speech"])
def test_slow_speech_of_a_long_sentence(model, voice, english, speaker):
    text = LONG.replace("rain.", "rain, ") * 2
    slow = model.speak(text, voice, speaker=speaker, base=english, speed=0.3, seed=1)
    assert len(slow) / RATE > MOST_FRAMES * 512 / 44100
    sentences = [part for part in english.prepare(text)]
    assert np.isfinite(slow).all() and len(sentences) < 3


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    "stream, text, progress, shown",
    [
        (Terminal, BOOK[:1000], True, True),
        (Terminal, BOOK[:1000], False, False),
        (Terminal, BOOK[:50], True, False),
        (io.StringIO, BOOK[:1000], True, False),
    ],
    ids=["terminal", "not wanted", "one sentence", "file"],
)
def test_progress_is_for_long_texts_on_a_terminal(english, monkeypatch, stream, text, progress, shown):
    monkeypatch.setattr(sys, "stderr", stream())
    list(lines(Counting(english), text, Style(), 0, progress))
    assert ("sentence" in sys.stderr.getvalue()) == shown


def test_the_table_of_styles_is_the_code():
    text = (Path(base_speakers.__file__).parent / "README.md").read_text(encoding="utf-8")
    for name in (*STYLES, *ACCENTS):
        assert f"`{name}`" in text, f"the README does not explain {name}"
    for name, (low, high) in RANGES.items():
        assert f"| `{name}` | {low:g} … {high:g} | {getattr(Style(), name):g} |" in text
