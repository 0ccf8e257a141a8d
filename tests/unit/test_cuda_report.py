# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The report about a GPU, run on the CPU with tiny models, the stand-in for graphs and a stand-in clock."""

from itertools import count

import pytest
import torch

from models.demos.llvc import synthetic as llvc_synthetic
from models.demos.llvc.loading import load_net
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config
from models.demos.openvoice.tests.unit.test_converter_modules import converter
from models.demos.openvoice.tests.unit.test_graph_backend import TINY_CONFIG
from models.demos.openvoice.tests.unit.test_melo_tts import build
from models.demos.openvoice.torch_backend import graph_converter, graph_melo_tts
from models.demos.openvoice.torch_backend.graph_forms import GraphForm
from models.demos.speecht5_tts import synthetic as speecht5_synthetic
from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.graph_cache import GraphCache
from scripts import cuda_report, cuda_workloads

CPU = torch.device("cpu")


class StandInClock:
    """Says that run number n takes n ms."""

    def __init__(self):
        self.runs = count(1)

    def milliseconds(self, run):
        return float(next(self.runs)), run()

    def release(self):
        pass

    def reset_peak(self):
        pass

    def peak(self):
        return 512.0


def caches(graphed: bool) -> GraphCache:
    return GraphCache(CPU, RecordedGraphs() if graphed else None)


@pytest.fixture
def workloads(tmp_path, monkeypatch):
    """Return all workloads with tiny models."""
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    monkeypatch.setattr(cuda_report, "REPEATS", 1)
    monkeypatch.setattr(cuda_report, "WARM_UPS", 1)
    for module, frames in ((graph_converter, 128), (graph_melo_tts, 256)):
        known = [GraphForm(2, frames)]
        monkeypatch.setattr(module, "forms", lambda *_, known=known: known)
    speech = speecht5_synthetic.write_speech(tmp_path / "speech", speecht5_synthetic.SMALL_CONFIG)
    block = {"upsample_initial_channel": 16, "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1]]}
    small = speecht5_synthetic.SMALL_VOCODER_CONFIG | block
    vocoder = speecht5_synthetic.write_vocoder(tmp_path / "vocoder", small)
    net = llvc_synthetic.make_checkpoint(tmp_path / "llvc", llvc_synthetic.SMALL)
    return [
        cuda_workloads.ConverterWorkload(lambda: converter(TINY_CONFIG, torch.float32), (0.06,), (1, 2)),
        cuda_workloads.SpeechWorkload(lambda: build(melo_config(**SMALL)), "MeloTTS", seconds=(0.02,), batches=(2,)),
        cuda_workloads.StreamsWorkload(lambda: load_net(net), (2,)),
        cuda_workloads.StepsWorkload(lambda: (load_speech(speech), load_vocoder(vocoder)), 16),
    ]


def test_every_model_is_measured_in_every_way_and_agrees_with_the_cpu(workloads):
    lines = "\n".join(cuda_report.report(workloads, CPU, caches, StandInClock(), lambda: 1.0)).splitlines()
    table = [line.split(" | ") for line in lines if line.count("|") == 11 and "---" not in line][1:]
    measured = {(row[0].strip("| "), row[1], row[2], row[3]) for row in table}
    cases = [("converter", "0.06 s", "1"), ("converter", "0.06 s", "2"), ("MeloTTS", "about 0.02 s", "2")]
    cases += [("LLVC, factor 1", "a chunk", "2"), ("SpeechT5", "16 steps", "1")]
    assert measured == {(*case, way) for case in cases for way in cuda_report.WAYS}
    assert {row[3]: row[9].strip(" |") for row in table if row[1] == "a chunk"} == {
        "graphs": "1",
        "op by op": "0",
        "upstream style": "0",
    }
    agreements = [line.split(" | ") for line in lines if line.count("|") == 4 and "---" not in line][1:]
    assert len(agreements) == 4 and all(float(row[1]) > 0.99999 for row in agreements), agreements
    assert sum("times upstream's style" in line for line in lines) == len(cases)


def test_the_time_is_kept_and_an_error_ends_one_way_only(workloads, monkeypatch):
    def full(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(cuda_workloads.StepsWorkload, "open", full)
    left = iter([1.0, 1.0])  # for one way and its one case
    lines = list(cuda_report.rows(workloads[2:], CPU, caches, StandInClock(), lambda: next(left, 0.0)))
    assert lines[0].way == "graphs" and lines[0].open_s == 0.001
    assert lines[1:] == [
        f"{name}, {way}: not measured, the time is up"
        for name, way in [
            ("LLVC, factor 1", "op by op"),
            ("LLVC, factor 1", "upstream style"),
            *(("SpeechT5", way) for way in cuda_report.WAYS),
        ]
    ]
    lines = list(cuda_report.rows(workloads[3:], CPU, caches, StandInClock(), lambda: 1.0))
    assert lines == [f"SpeechT5, {way}: CUDA out of memory" for way in cuda_report.WAYS]


def test_requests_of_varying_length_begin_with_the_longest():
    asked = []
    assert cuda_report.memory_of_requests(asked.append, StandInClock()) == (512.0, 512.0)
    assert len(asked) == 500 and asked[0] == asked[100] == max(asked) == 10.0 and min(asked) >= 0.5


def test_without_a_gpu_the_report_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(torch.version, "cuda", None)
    for arguments, message in (([], "was built without CUDA"), (["--device", "cpu"], "is about a GPU: give --device")):
        with pytest.MonkeyPatch.context():
            try:
                cuda_report.main(arguments)
            except SystemExit as end:
                assert end.code == 2
        said = capsys.readouterr().err
        assert message in said and said.count("\n") == 1
