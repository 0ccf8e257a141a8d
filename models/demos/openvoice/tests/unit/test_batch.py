# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `batch`: every row once, also after interruptions, and the faults of a manifest."""

import json
import re
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.demos.openvoice.demo import batch
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.cli import manifest, report
from models.tt_audio.cli.manifest import Row
from models.tt_audio.host.errors import UsageError
from models.tt_audio.testing import speech

ROOT = Path(__file__).resolve().parents[5]
BATCH = ("batch", "--backend", "torch", "--precision", "exact")


@pytest.fixture
def corpus(here):
    """Write four recordings to a folder, two of them in a sub-folder, and a manifest of them."""
    lines = []
    for number in range(4):
        path = here / "corpus" / ("a" if number % 2 else ".") / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, speech.voice(0.5 + number / 4, RATE), RATE)
        lines.append({"source": str(path.relative_to(here)), "voice": "voice.flac", "output": f"{number}.wav"})
    (here / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return here


def entries(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def test_a_folder_becomes_a_folder(corpus, console):
    assert console(*BATCH, "corpus", "--voice", "voice.flac") == 0
    made = sorted(str(path.relative_to("results")) for path in Path("results").rglob("*.wav"))
    assert made == ["0.wav", "2.wav", "a/1.wav", "a/3.wav"]
    for name in made:
        assert soundfile.info(f"results/{name}").frames == soundfile.info(f"corpus/{name}").frames
    assert [entry["state"] for entry in entries("results/report.jsonl")] == ["done"] * 4


def test_a_row_is_the_conversion(corpus, console):
    assert console(*BATCH, "rows.jsonl", "--seed", "3") == 0
    assert console("convert", "corpus/2.wav", "voice.flac", "--seed", "3", "--precision", "exact") == 0
    assert np.array_equal(soundfile.read("converted.wav")[0], soundfile.read("results/2.wav")[0])


def test_csv_with_texts_and_several_recordings(corpus, console):
    Path("rows.csv").write_text(
        "text,source,voice,output,seed,style\n"
        '"The ferry, again.",,speech.wav;voice.flac,said.wav,1,calm\n'
        ",corpus/0.wav,voice.flac,,,\n"
    )
    assert console(*BATCH, "rows.csv", "--json") == 0, console.err
    facts = json.loads(console.out)
    assert (facts["rows"], facts["made"], facts["failed"]) == (2, 2, 0)
    assert soundfile.info("results/said.wav").duration > 0.5 and Path("results/0.wav").is_file()


def test_what_is_done_is_not_done_again(corpus, console):
    assert console(*BATCH, "rows.jsonl") == 0
    before = {path: path.stat().st_mtime_ns for path in Path("results").iterdir()}
    assert console(*BATCH, "rows.jsonl") == 0
    assert console.out.startswith("0 of 4 rows made, 4 done before, 0 failed")
    assert {path: path.stat().st_mtime_ns for path in Path("results").iterdir()} == before
    Path("results/1.wav").unlink()  # lost: made again
    assert console(*BATCH, "rows.jsonl", "--json") == 0
    assert json.loads(console.out)["made"] == 1
    assert console(*BATCH, "rows.jsonl", "--json", "--seed", "1") == 0  # another seed is another result
    assert json.loads(console.out)["made"] == 4


def test_a_row_that_fails_is_told_and_the_others_are_made(corpus, console):
    Path("corpus/a/1.wav").write_text("no audio")
    soundfile.write("corpus/2.wav", speech.voice(0.5, RATE)[:500], RATE)  # too short, which only the model detects
    assert console(*BATCH, "rows.jsonl") == 1
    assert "rows.jsonl, line 2: corpus/a/1.wav is empty or not audio" in console.err
    assert "rows.jsonl, line 3: " in console.err and "at least 46 ms are needed" in console.err
    states = {entry["output"]: entry["state"] for entry in entries("results/report.jsonl")}
    assert states == {f"results/{n}.wav": "failed" if n in (1, 2) else "done" for n in range(4)}
    soundfile.write("corpus/a/1.wav", speech.voice(1.0, RATE), RATE)
    soundfile.write("corpus/2.wav", speech.voice(1.0, RATE), RATE)
    assert console(*BATCH, "rows.jsonl", "--json") == 0
    assert json.loads(console.out) | {"took": 0, "report": ""} == {
        **{"rows": 4, "made": 2, "done_before": 2, "failed": 0},
        **{"took": 0, "report": ""},
    }


def test_rows_that_share_a_pass_say_each_for_itself_what_is_wrong(corpus, monkeypatch):
    """Convert all rows in one convert_batch, as on a device, with one recording too short for the model."""
    together = []
    real = OpenVoice.convert_batch
    monkeypatch.setattr(OpenVoice, "convert_batch", lambda self, all: together.append(len(all)) or real(self, all))
    soundfile.write("corpus/2.wav", speech.voice(0.5, RATE)[:500], RATE)
    worker = batch.RowWorker(str(corpus / "home" / "OpenVoiceV2"), "torch", {"precision": "exact"})
    worker.shares_passes = True
    jobs = [
        batch.BatchRow(str(n), str(n), f"corpus/{n}.wav", ("voice.flac",), "", f"{n}.wav", "", {}, 0.3, 0)
        for n in (0, 2)
    ]
    assert [entry["state"] for entry in worker.run(jobs)] == ["done", "failed"]
    assert together == [2, 1, 1]


def test_killed_and_run_again(corpus, console):
    """Kill a run with SIGKILL in the middle: the next run does the remaining rows, and each row is reported once."""
    script = (
        "import time; from models.demos.openvoice.demo import batch, demo\n"
        "real = batch.RowWorker.run\n"
        "batch.RowWorker.run = lambda self, jobs: (time.sleep(0.3), real(self, jobs))[1]\n"
        f"demo.main({[*BATCH, 'rows.jsonl']})"
    )
    environment = {"PYTHONPATH": str(ROOT), "OPENVOICE_HOME": str(corpus / "home"), "PATH": "", "OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    first = subprocess.Popen([sys.executable, "-c", script], env=environment, **quiet)
    path = Path("results/report.jsonl")
    while not (path.exists() and path.read_bytes().count(b"\n")):
        assert first.poll() is None, "the run ended before it was killed"
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    done = entries(path)
    assert 1 <= len(done) < 4
    with open(path, "ab") as file:
        file.write(b'{"id": "half a li')  # a line cut off while it was written

    assert console(*BATCH, "rows.jsonl") == 0, console.err
    all_entries = entries(path)
    assert all_entries[: len(done)] == done
    assert sorted(entry["output"] for entry in all_entries) == [f"results/{n}.wav" for n in range(4)]


def test_interrupted_and_run_again(corpus, console, monkeypatch):
    """Press Ctrl-C in the third row: two files, two lines, and the rest in the next run."""
    real, calls = batch.RowWorker.run, []

    def run(self, jobs):
        calls.append(jobs)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, jobs)

    monkeypatch.setattr(batch.RowWorker, "run", run)
    assert console(*BATCH, "rows.jsonl") == 130
    assert console.err.splitlines()[-1] == "interrupted"
    assert sorted(path.name for path in Path("results").iterdir()) == ["0.wav", "1.wav", "report.jsonl"]
    assert console(*BATCH, "rows.jsonl") == 0
    assert len(entries("results/report.jsonl")) == 4


def test_two_runs_do_not_share_a_report(tmp_path, expect_error):
    with report.open_report(tmp_path / "report.jsonl"):
        with expect_error(UsageError, "another run is writing"):
            with report.open_report(tmp_path / "report.jsonl"):
                pass


def test_a_report_that_is_something_else(tmp_path, expect_error):
    (tmp_path / "report.jsonl").write_text("notes\n")
    with expect_error(UsageError, "is not the report of a batch"):
        with report.open_report(tmp_path / "report.jsonl"):
            pass
    assert (tmp_path / "report.jsonl").read_text() == "notes\n"


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("rows.txt", "", "is no manifest; its name ends in .csv or .jsonl"),
        ("rows.csv", "", "holds no rows"),
        ("rows.csv", "source,pitch\na.wav,1\n", "line 2: there is no column pitch"),
        ("rows.csv", "source,voice\na.wav\n", "line 2: it has not as many fields as the header"),
        ("rows.csv", "source,seed\na.wav,one\n", "line 2: the column seed holds the wrong kind of value"),
        ("rows.csv", "source,seed\na.wav,-1\n", "line 2: the column seed holds the wrong kind of value"),
        ("rows.csv", "voice\nb.wav\n", "line 2: give a source or a text"),
        ("rows.jsonl", '{"source": "a.wav"}\n{"source": \n', "line 2: it is not JSON"),
        ("rows.jsonl", "[1]\n", "line 1: it is not a JSON object"),
        ("rows.jsonl", '{"source": 3}\n', "line 1: the column source holds the wrong kind of value"),
    ],
)
def test_a_manifest_that_is_wrong(tmp_path, expect_error, name, content, message):
    (tmp_path / name).write_text(content)
    with expect_error(UsageError, message):
        manifest.read(tmp_path / name)


def test_a_manifest_in_another_encoding(tmp_path, expect_error):
    (tmp_path / "rows.csv").write_bytes("source\nfähre.wav\n".encode("latin-1"))
    with expect_error(UsageError, "is not UTF-8"):
        manifest.read(tmp_path / "rows.csv")


@pytest.mark.parametrize(
    "rows, arguments, message",
    [
        ("source\nspeech.wav\n", [], "line 2: it names no voice"),
        ("source,output\nspeech.wav,../a.wav\n", ["--voice", "voice.flac"], "is outside of results"),
        (
            "source,output\nspeech.wav,a.wav\nvoice.flac,a.wav\n",
            ["--voice", "voice.flac"],
            "line 3: .* is the output of",
        ),
        ("source\nspeech.wav\n", ["--voice", "none.wav"], "none.wav does not exist"),
        (
            "source\nspeech.wav\n",
            ["--voice", "voice.flac", "--report", "voice.flac/r"],
            "voice.flac/r cannot be written",
        ),
    ],
)
def test_a_batch_that_cannot_begin(here, console, rows, arguments, message):
    Path("rows.csv").write_text(rows)
    assert console(*BATCH, "rows.csv", *arguments) == 2
    assert re.search(message, console.err) and console.err.count("\n") == 1, console.err
    assert not list(Path("results").glob("*.wav"))


def test_paths_are_relative_to_the_manifest(tmp_path):
    (tmp_path / "rows.csv").write_text("source,voice\na.wav,b.wav; c.wav\n")
    (row,) = manifest.read(tmp_path / "rows.csv")
    assert row.source == tmp_path / "a.wav"
    assert row.voice == (tmp_path / "b.wav", tmp_path / "c.wav")


# ---- one bad row


BAD_ROWS = {
    "NUL in a path": {"source": "a\0.wav", "voice": "voice.flac"},
    "lone surrogate in a path": {"source": "a\ud800.wav", "voice": "voice.flac"},
    "seed that is a list": {"source": "speech.wav", "voice": "voice.flac", "seed": [1]},
    "infinite seed": {"source": "speech.wav", "voice": "voice.flac", "seed": float("inf")},
    "seed with a fraction": {"source": "speech.wav", "voice": "voice.flac", "seed": 1.5},
    "seed beyond every generator": {"source": "speech.wav", "voice": "voice.flac", "seed": 2**128},
    "voice that is a number": {"source": "speech.wav", "voice": 3},
    "source that does not exist": {"source": "none.wav", "voice": "voice.flac"},
    "source that is a folder": {"source": "home", "voice": "voice.flac"},
    "voice that is not in the bank": {"source": "speech.wav", "voice": "nobody"},
    "format that does not exist": {"source": "speech.wav", "voice": "voice.flac", "output": "a.xyz"},
    "report as an output": {"source": "speech.wav", "voice": "voice.flac", "output": "report.wav"},
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_fails_alone(here, console, row):
    good = {"source": "speech.wav", "voice": "voice.flac", "output": "good.wav"}
    Path("rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in (row, good)))
    assert console(*BATCH, "rows.jsonl", "--report", "results/report.wav") == 1
    assert console.err.splitlines()[-1].startswith("rows.jsonl, line 1: ")
    assert console.out.startswith("1 of 2 rows made, 0 done before, 1 failed")
    assert soundfile.info("results/good.wav").duration == 3.0
    states = [entry["state"] for entry in entries("results/report.wav")]
    assert sorted(states) == ["done", "failed"]


def test_a_line_of_a_hundred_thousand_brackets_fails_alone(tmp_path):
    (tmp_path / "rows.jsonl").write_text("[" * 100_000 + '\n{"source": "a.wav"}\n')
    bad, good = manifest.read_each(tmp_path / "rows.jsonl")
    assert bad.where.endswith("line 1") and bad.error.startswith("it is not JSON")
    assert good.source == tmp_path / "a.wav"


def test_a_field_beyond_the_limit_of_csv_fails_alone(tmp_path):
    (tmp_path / "rows.csv").write_text("source,text\na.wav," + "a" * 200_000 + "\nb.wav,\n")
    bad, good = manifest.read_each(tmp_path / "rows.csv")
    assert "it cannot be read as CSV" in bad.error
    assert good.source == tmp_path / "b.wav"


def test_bad_rows_alone_load_no_model(here, console, monkeypatch):
    monkeypatch.setattr(batch.loading, "load", None)
    Path("rows.csv").write_text("source,voice\nnone.wav,voice.flac\n")
    assert console(*BATCH, "rows.csv") == 1
    assert "none.wav cannot be read (No such file or directory)" in console.err


# ---- damage


@pytest.mark.parametrize("damage", ["empty", "cut", "overwritten"])
def test_a_damaged_result_is_made_again(corpus, console, damage):
    assert console(*BATCH, "rows.jsonl") == 0
    path = Path("results/1.wav")
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "cut": whole[:-100], "overwritten": whole[:-1] + bytes([whole[-1] ^ 1])}[damage])
    assert console(*BATCH, "rows.jsonl", "--json") == 0
    assert json.loads(console.out)["made"] == 1
    assert path.read_bytes() == whole


@pytest.mark.parametrize("changed, made", [("corpus/2.wav", 1), ("voice.flac", 4)])
def test_a_changed_recording_of_the_same_name_is_converted_again(corpus, console, changed, made):
    assert console(*BATCH, "rows.jsonl") == 0
    soundfile.write(changed, speech.voice(2.0, RATE)[::-1], RATE)
    assert console(*BATCH, "rows.jsonl", "--json") == 0
    assert json.loads(console.out)["made"] == made


@pytest.mark.parametrize("output", ["results", "moved"])
def test_recordings_and_results_may_be_named_in_another_way_or_moved(corpus, console, output):
    assert console(*BATCH, "rows.jsonl") == 0
    Path("results").rename(output)
    assert console(*BATCH, str(corpus / "rows.jsonl"), "--output", str(corpus / output), "--json") == 0
    assert json.loads(console.out)["done_before"] == 4


def test_force_makes_every_row_again(corpus, console):
    assert console(*BATCH, "rows.jsonl") == 0
    assert console(*BATCH, "rows.jsonl", "--json", "--force") == 0
    assert json.loads(console.out)["made"] == 4


@pytest.mark.parametrize(
    "damaged", [b"{\n", b"[" * 100_000 + b"\n", b"3\n", b"\xff\n"], ids=["cut", "deep", "number", "bytes"]
)
def test_a_damaged_line_of_a_report_is_named_and_the_others_are_used(corpus, console, damaged):
    assert console(*BATCH, "rows.jsonl") == 0
    lines = Path("results/report.jsonl").read_bytes().splitlines(keepends=True)
    Path("results/report.jsonl").write_bytes(b"".join([lines[0], damaged, *lines[2:]]))
    assert console(*BATCH, "rows.jsonl", "--json") == 0
    assert "report.jsonl: line 2 cannot be read and is not used" in console.err
    assert json.loads(console.out)["made"] == 1


# ---- names of the bank


def test_a_voice_of_the_bank_is_found_from_any_manifest(corpus, console, monkeypatch):
    assert console("voice", "extract", "voice.flac", "--name", "anna", "--precision", "exact") == 0, console.err
    Path("elsewhere").mkdir()
    Path("elsewhere/rows.csv").write_text("source,voice,output\n../speech.wav,anna,by_name.wav\n")
    assert console(*BATCH, "elsewhere/rows.csv") == 0, console.err
    assert console("convert", "speech.wav", "voice.flac", "--precision", "exact") == 0
    assert np.array_equal(soundfile.read("converted.wav")[0], soundfile.read("results/by_name.wav")[0])


def test_another_voice_of_the_same_name_in_the_bank_is_noticed(corpus, console):
    Path("rows.csv").write_text("source,voice,output\nspeech.wav,anna,a.wav\n")
    extract = ("voice", "extract", "--name", "anna", "--precision", "exact")
    assert console(*extract, "voice.flac") == 0 and console(*BATCH, "rows.csv") == 0
    assert console(*extract, "speech.wav", "--replace") == 0
    assert console(*BATCH, "rows.csv", "--json") == 0
    assert json.loads(console.out)["made"] == 1


def test_another_base_speaker_than_usual_is_said_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(batch, "find_base", lambda *_: ("joe.onnx", "base speaker joe"))
    options = Namespace(base=None, bert="required", tau=0.3, seed=0, voice=[tmp_path / "v.wav"], output=tmp_path)
    (tmp_path / "v.wav").touch()
    rows = [Row(f"row {number}", text="Good morning.") for number in (1, 2)]
    planned, refused = batch.plan(rows, options, "small", tmp_path / "report.jsonl")
    assert [row.manner["base"] for row in planned] == ["joe.onnx", "joe.onnx"] and not refused
    assert capsys.readouterr().err.count("base speaker joe") == 1
