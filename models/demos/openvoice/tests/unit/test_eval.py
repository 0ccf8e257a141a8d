# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `eval`: figures of conversions with a known result, from one chain and from two; rows from public corpora."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.demos.openvoice.demo import eval, loading
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.host.errors import UsageError
from models.tt_audio.judges import corpora
from models.tt_audio.testing import speech

EVAL = ("eval", "rows.jsonl", "--recogniser", "none", "--naturalness", "none", "--backend", "torch", "--json")
HIGH = speech.voice(3.0 * 1.4, round(RATE / 1.4))[: 3 * RATE]  # the same sound played faster, which gives another voice


@pytest.fixture
def two_voices(here):
    soundfile.write("high.wav", HIGH, RATE)
    return here


def manifest(*rows):
    Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def figures(console, *arguments):
    assert console(*EVAL, *arguments) == 0, console.err
    return json.loads(console.out)


def test_a_perfect_conversion_and_none_at_all(two_voices, console):
    row = {"source": "speech.wav", "voice": "high.wav", "parallel": "high.wav"}
    manifest({**row, "result": "high.wav"}, {**row, "result": "speech.wav"})
    perfect, unchanged = (row["chains"]["result"] for row in figures(console)["rows"])
    assert perfect["similarity"] > 0.999 > unchanged["similarity"]
    assert perfect["log_mel_distance"] == perfect["distortion"] == 0
    for name in ("similarity", "log_mel_distance", "distortion"):
        assert unchanged[name] == pytest.approx(unchanged[f"source_{name}"])
    assert unchanged["pitch_correlation"] > 0.99 and unchanged["kept_similarity"] > 0.999
    assert perfect["faults"] == []


def test_the_model_converts_and_the_figures_are_summed_up(two_voices, console):
    manifest(*[{"source": name, "voice": "high.wav", "seed": 1} for name in ("speech.wav", "voice.flac")])
    facts = figures(console, "--output", "figures.json")
    assert facts == json.loads(Path("figures.json").read_text())
    summary = facts["summary"]["torch"]
    values = [row["chains"]["torch"]["similarity"] for row in facts["rows"]]
    assert summary["similarity"]["mean"] == pytest.approx(np.mean(values))
    assert summary["similarity"]["minimum"] == min(values) <= summary["similarity"]["low"]
    assert summary["rtf"]["count"] == 2 and summary["rtf"]["mean"] > 0


def test_two_chains_side_by_side(two_voices, console, monkeypatch):
    """Run PyTorch in place of the device."""
    real = loading.load
    monkeypatch.setattr(loading, "load", lambda folder, backend, **_: real(folder, "torch", precision="exact"))
    monkeypatch.setenv("TT_METAL_MOCK_CLUSTER_DESC_PATH", "mocked")
    manifest({"source": "speech.wav", "voice": "high.wav"})
    arguments = ("eval", "rows.jsonl", "--recogniser", "none", "--naturalness", "none", "--compare", "--json")
    assert console(*arguments) == 0, console.err
    chains = json.loads(console.out)["rows"][0]["chains"]
    assert set(chains) == {"torch", "ttnn"}
    # Both chains compute the same samples. The sums of a correlation in float64 are rounded by up to 1e-12; other noise
    # or another voice takes more than 1e-3 from it.
    same = pytest.approx(1, abs=1e-9)
    assert chains["ttnn"]["pcc"] == same and chains["ttnn"]["log_mel_pcc"] == same
    assert "pcc" not in chains["torch"]
    assert "rtf" in chains["torch"] and "rtf" not in chains["ttnn"]  # times on a mocked card mean nothing
    assert chains["ttnn"]["similarity"] == pytest.approx(chains["torch"]["similarity"], abs=1e-6)


def test_text_for_people(two_voices, console):
    manifest({"source": "speech.wav", "voice": "high.wav", "result": "speech.wav"})
    assert console(*[argument for argument in EVAL if argument != "--json"]) == 0
    assert console.out.startswith("result: 1 row, 0 of them faulty")
    assert "similarity" in console.out and "95 % interval" in console.out


def test_what_is_faulty_is_named(two_voices, console):
    soundfile.write("loud.wav", np.clip(8 * HIGH, -1, 1), RATE)
    manifest({"source": "speech.wav", "voice": "high.wav", "result": "loud.wav"})
    facts = figures(console)
    assert facts["rows"][0]["chains"]["result"]["faults"] == ["clipped"]
    assert facts["summary"]["result"]["faulty_rows"] == 1


def test_errors_are_by_word_in_english_and_by_character_in_chinese():
    def recogniser(samples, rate, language):
        return {"EN": "the ferry was", "ZH": "船来玩了"}[language]

    source = speech.voice(1.0, RATE)
    judges = eval.Judges(recogniser, naturalness=False)
    english = eval.measure_source(source, [source], None, RATE, "The ferry was late.", "EN", judges)
    assert english["source_word_errors"] == 1 / 4
    chinese = eval.measure_source(source, [source], None, RATE, "船来晚了。", "ZH", judges)
    assert chinese["source_character_errors"] == 1 / 4 and "source_word_errors" not in chinese


def test_words_and_naturalness_of_a_recording(here, console):
    """Run both default judges on a person's reading, as source and as result."""
    clip = str(speech.recording("7850-73752-0000.wav"))
    manifest({"source": clip, "voice": clip, "result": clip, "text": "Ferdinand meditates over his good fortune."})
    assert console("eval", "rows.jsonl", "--json") == 0, console.err
    facts = json.loads(console.out)
    found = facts["rows"][0]["chains"]["result"]
    assert found["word_errors"] == found["source_word_errors"] == found["character_errors"] == 0
    assert 2.5 < found["naturalness"] == found["source_naturalness"] < 4.5
    assert facts["recogniser"] == "Whisper tiny.en, int8" and facts["naturalness"] == "DNSMOS P.835"


@pytest.mark.parametrize(
    "row, arguments, message",
    [
        ({"source": "speech.wav"}, [], "line 1: an evaluation needs a source and a voice"),
        ({"source": "speech.wav", "voice": "v.pth"}, [], "give recordings instead of a voice file"),
        ({"source": "none.wav", "voice": "voice.flac"}, [], "none.wav does not exist"),
        (
            {"source": "speech.wav", "voice": "voice.flac"},
            ["--compare", "--precision", "fast"],
            "leave --precision out",
        ),
        (
            {"source": "speech.wav", "voice": "voice.flac", "result": "speech.wav"},
            ["--output", "no/f.json"],
            "no/f.json",
        ),
        ({"source": "speech.wav", "voice": "voice.flac"}, ["--corpus", "vctk"], "does not hold VCTK as it is unpacked"),
    ],
)
def test_an_evaluation_that_cannot_be(here, console, row, arguments, message):
    manifest(row)
    assert console(*EVAL, *arguments) == 2
    assert message in console.err and console.err.splitlines()[-1].startswith("error: ")


# ---- corpora


def write(path, samples=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros(10) if samples is None else samples, 16000)


def test_librispeech(tmp_path):
    for speaker in ("1", "22", "333"):
        chapter = tmp_path / "test-clean" / speaker / "7"
        for number in range(4):
            write(chapter / f"{speaker}-7-000{number}.flac")
        lines = [f"{speaker}-7-000{number} TEXT {speaker} {number}\n" for number in range(4)]
        (chapter / f"{speaker}-7.trans.txt").write_text("".join(lines))
    rows = corpora.librispeech(tmp_path, 20, seed=3)
    assert rows == corpora.librispeech(tmp_path, 20, seed=3) != corpora.librispeech(tmp_path, 20, seed=4)
    assert len(rows) == 20
    for row in rows:
        own, _, number = row.source.stem.split("-")
        assert row.text == f"TEXT {own} {int(number)}"
        assert len(row.voice) == 3 and {path.stem.split("-")[0] for path in row.voice} & {own} == set()


def test_vctk(tmp_path):
    for speaker in ("p225", "p226"):
        for number in (1, 2, 24, 25, 26, 27):
            write(tmp_path / "wav48_silence_trimmed" / speaker / f"{speaker}_{number:03}_mic1.flac")
            text = tmp_path / "txt" / speaker / f"{speaker}_{number:03}.txt"
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_text(f"sentence {number}\n")
    rows = corpora.vctk(tmp_path, 10, seed=0)
    assert len(rows) == 10
    for row in rows:
        number = row.source.stem.split("_")[1]
        assert int(number) <= 24 and row.text == f"sentence {int(number)}"
        assert row.parallel.stem.split("_")[1] == number and row.parallel.parent != row.source.parent
        assert row.parallel not in row.voice


def test_a_folder_that_is_no_corpus(tmp_path, expect_error):
    with expect_error(UsageError, "does not hold LibriSpeech"):
        corpora.librispeech(tmp_path, 1, 0)
