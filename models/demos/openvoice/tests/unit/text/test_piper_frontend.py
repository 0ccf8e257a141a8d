# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/frontend.py, clauses.py, espeak.py: a sentence as the symbols of a voice. A stand-in is run for espeak-ng."""

import pytest

from models.demos.openvoice.piper import clauses, espeak
from models.demos.openvoice.piper.config import PiperConfig
from models.demos.openvoice.piper.frontend import PiperFrontend
from models.demos.openvoice.text.frontend import NothingSpeakable

# Stand-in for espeak-ng: each clause is what it was asked for, a word in another language is marked as eSpeak NG does.
PROGRAM = """#!/bin/sh
text=$(cat)
[ "$6" = none ] && { echo "Error: The specified espeak-ng voice does not exist." >&2; exit 1; }
[ "$text" = slow ] && exec sleep 30
printf ' <%s>\\n(en)zw\\314\\203ei(%s)\\n' "$text" "$6"
"""


def config(**changes):
    raw = {"audio": {"sample_rate": 22050}, "num_symbols": 9, "phoneme_id_map": {"_": [0], "^": [1], "$": [2]}}
    raw |= {"espeak": {"voice": "de"}, "language": {"code": "de_DE"}}
    return PiperConfig.from_dict({**raw, **changes}, "de_DE-test-low")


@pytest.fixture
def program(tmp_path, monkeypatch):
    path = tmp_path / "espeak-ng"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def spoken(frontend, text):
    return "".join(frontend(text).phones)


def test_clauses_go_to_the_program_one_by_one(program):
    frontend = PiperFrontend(config())
    assert frontend.language == "DE"
    assert spoken(frontend, "Guten Tag, Welt; 3,5 Euro!") == "<Guten Tag>, zw̃ei, <Welt>, zw̃ei; <3,5 Euro>, zw̃ei!"
    phones = frontend("ja")
    assert phones.word2ph == [0, len(phones.phones), 0] and phones.tones == [0] * len(phones.phones)


def test_symbols_are_decomposed(program):
    assert "".join(PiperFrontend(config())("ç").phones).startswith("<c\u0327>")


def test_numbers_and_signs_by_the_project_s_own_reading(program):
    frontend = PiperFrontend(config(espeak={"voice": "es"}, language={"code": "es_ES"}))
    assert spoken(frontend, "25 km/h").startswith("<25 kilo\u0301metros por hora>")


@pytest.mark.parametrize("text", ["?!", "", "  ", "— … —"])
def test_a_text_of_marks_alone(program, text, expect_error):
    with expect_error(NothingSpeakable, "can be spoken in DE: give a text with letters or numbers"):
        PiperFrontend(config())(text)


def test_a_voice_of_text_symbols_needs_no_program(monkeypatch, tmp_path, expect_error):
    monkeypatch.setenv("PATH", str(tmp_path))
    frontend = PiperFrontend(config(phoneme_type="text"))
    assert spoken(frontend, "Grüß Gott, 5!") == "gru\u0308ss gott, 5!"
    with expect_error(NothingSpeakable, "in DE"):
        frontend("!")


def test_american_english_needs_no_program(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    frontend = PiperFrontend(config(espeak={"voice": "en-us"}, language={"code": "en_US"}))
    assert frontend.language == "EN" and spoken(frontend, "Yes.") == "jˈɛs."


def test_without_the_program(monkeypatch, tmp_path, expect_error):
    monkeypatch.setenv("PATH", str(tmp_path))
    with expect_error(espeak.EspeakError, "espeak-ng, which is not installed: install the package espeak-ng"):
        PiperFrontend(config())("ja")


def test_a_voice_that_the_program_does_not_have(program, expect_error):
    with expect_error(espeak.EspeakError, r"refused the voice 'none' \(Error: The specified .* does not exist.\)"):
        espeak.ipa("ja", "none")


def test_a_program_that_does_not_answer(program, monkeypatch, expect_error):
    monkeypatch.setattr(espeak, "SECONDS", 0.1)
    with expect_error(espeak.EspeakError, "did not answer within 0.1 s"):
        espeak.ipa("slow", "de")


def test_a_program_that_cannot_be_run(program, tmp_path, monkeypatch, expect_error):
    (tmp_path / "espeak-ng").chmod(0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    with expect_error(espeak.EspeakError, "espeak-ng cannot be run: Permission denied"):
        espeak.ipa("ja", "de")


def test_a_text_cannot_end_early_or_write_phonemes(program):
    assert espeak.ipa("a\0b [[c", "de").startswith("<a b c>")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Ja. Nein?", [("Ja", "."), ("Nein", "?")]),
        ("Dr. Müller kam z. B. gestern.", [("Dr. Müller kam z. B. gestern", ".")]),
        ("Um 10:30, für 1.234,5 €", [("Um 10:30", ","), ("für 1.234,5 €", "")]),
        ("«Ça va ?» dit-il", [("«Ça va", "?"), ("dit-il", "")]),
        ("你好，世界。", [("你好", ","), ("世界", ".")]),
        ("1990–2000 – ja", [("1990–2000", ";"), ("ja", "")]),
        ("ja... nein...", [("ja", ";"), ("nein", ".")]),
        ("... ?", []),
    ],
)
def test_clauses(text, expected):
    assert list(clauses.clauses(text)) == expected
