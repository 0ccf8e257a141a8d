# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The GPU's path of converter and text to speech, without a GPU.

Results are computed on the CPU with the stand-in for graphs, and compared with the path of the CPU. That the networks
run on a GPU, without waiting for it, is checked with tensors that have no values.
"""

import numpy as np
import pytest
import torch

from models.demos.openvoice.pipeline import BACKENDS, OpenVoice
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.bert import columns
from models.demos.openvoice.sentences import Sentences, TooManyFrames
from models.demos.openvoice.synthetic import SMALL_CONFIG, with_model
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, v1_config
from models.demos.openvoice.tests.unit.test_converter_modules import converter
from models.demos.openvoice.tests.unit.test_melo_tts import build, randomness, sentence
from models.demos.openvoice.torch_backend import graph_melo_tts
from models.demos.openvoice.torch_backend.converter import ChunkedConverter
from models.demos.openvoice.torch_backend.graph_converter import GraphConverter, WindowNetwork
from models.demos.openvoice.torch_backend.graph_forms import GraphForm, bucket, form_for, forms
from models.demos.openvoice.torch_backend.graph_melo_tts import FrameNetwork, GraphMeloTTS
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.demos.openvoice.windows import Conversion
from models.tt_audio.host.errors import DeviceError
from models.tt_audio.testing.device_checks import MemoryMeter, on_fake_gpu
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.stages import stages

# A converter with all parts and little of each: these tests are about the host's work, which does not depend on sizes.
TINY_CONFIG = with_model(
    SMALL_CONFIG | {"data": SMALL_CONFIG["data"] | {"filter_length": 64, "hop_length": 16, "win_length": 64}},
    inter_channels=8,
    hidden_channels=8,
    upsample_rates=[4, 4],
    upsample_kernel_sizes=[8, 8],
    upsample_initial_channel=16,
    resblock_kernel_sizes=[3, 5],
    resblock_dilation_sizes=[[1, 3], [1, 2]],
    posterior_layers=2,
    flow_layers=1,
)
HOP = 16
VOICES = np.random.default_rng(0).standard_normal((3, 12)).astype(np.float32)
EXACT = stages("exact")
FORMS = [GraphForm(1, 32), GraphForm(4, 32), GraphForm(1, 96)]


@pytest.fixture(autouse=True)
def one_home_for_the_cpu_measurement(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))


def graphs() -> GraphCache:
    return GraphCache(torch.device("cpu"), RecordedGraphs())


@pytest.fixture(scope="module", params=[True, False], ids=["v2", "v1"])
def pair(request):
    """The converter's two paths: of the GPU and of the CPU."""
    network = converter(with_model(TINY_CONFIG, zero_g=request.param), torch.float32)
    return GraphConverter(network, graphs(), EXACT, FORMS), ChunkedConverter(network, "exact")


def samples(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32) * 0.1


def conversion(count: int, seed: int = 0) -> Conversion:
    source, target = VOICES[seed % 3], VOICES[(seed + 1) % 3]
    return Conversion(samples(count, seed), source, target, 0.3, seed)


def close(result, expected) -> None:
    np.testing.assert_allclose(result, expected, atol=1e-5, rtol=0)


# --- forms ------------------------------------------------------------------------------------------------------------


def test_forms_are_few_and_bounded():
    known = forms()
    assert len(known) == 17 and max(form.rows * form.frames for form in known) == 4096
    assert bucket(128, known) == 128 and bucket(129, known) == 192
    assert form_for(1, 128, known) == (1, 128) and form_for(2, 128, known) == (4, 128)
    assert form_for(99, 1024, known) == (4, 1024)


# --- converter --------------------------------------------------------------------------------------------------------


def test_every_length_of_a_bucket_equals_the_cpu(pair, logged_warnings):
    """Recordings of 2 to 32 frames, four in a pass with voices and seeds of their own."""
    graphed, chunked = pair
    jobs = [conversion(frames * HOP - frames % 3, frames) for frames in range(4, 33)]
    for result, expected in zip(graphed.convert_batch(jobs), chunked.convert_batch(jobs), strict=True):
        close(result, expected)
    assert graphed.graphs.stats().eager == 0 and not logged_warnings


@pytest.mark.parametrize("chunk", [None, 20])
def test_windows_of_a_long_recording_equal_the_cpu(pair, chunk):
    graphed, chunked = pair
    waveform = samples(200 * HOP + 77)
    arguments = VOICES[0], VOICES[1:], 0.3, 5
    results = [
        [np.concatenate(parts) for parts in zip(*backend.convert([waveform], *arguments, chunk), strict=True)]
        for backend in pair
    ]
    for result, expected in zip(*results, strict=True):
        close(result, expected)
    assert graphed.graphs.stats().eager == 0


def test_embeddings_equal_the_cpu(pair):
    graphed, chunked = pair
    for count in (150, 900):
        np.testing.assert_allclose(graphed.embed(samples(count)), chunked.embed(samples(count)), atol=1e-6, rtol=1e-5)


def test_a_piece_of_a_stream_is_there_before_the_next_one_is_asked_for(pair):
    graphed, _ = pair
    taken = 0

    def microphone():
        nonlocal taken
        for block in np.array_split(samples(300 * HOP), 300):
            taken += 1
            yield block

    first = next(iter(graphed.convert(microphone(), VOICES[0], VOICES[1:2], 0.3, 0, chunk=20)))
    assert len(first[0]) == 20 * HOP and taken <= 20 + graphed.context + 5


def test_full_memory_ends_one_request_and_not_the_backend(pair, expect_error, monkeypatch):
    graphed, _ = pair
    before = graphed.convert_batch([conversion(400)])[0]
    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "clone", lambda tensor: (_ for _ in ()).throw(torch.OutOfMemoryError("full")))
        with expect_error(DeviceError, "memory of cpu is full: send fewer or shorter recordings"):
            graphed.convert_batch([conversion(400)])
    assert np.array_equal(graphed.convert_batch([conversion(400)])[0], before)


def test_memory_stays_flat_over_500_requests_of_varying_length():
    sizes = {"upsample_rates": [16], "upsample_kernel_sizes": [32], "resblock_kernel_sizes": [3], "posterior_layers": 1}
    network = converter(with_model(TINY_CONFIG, **sizes, resblock_dilation_sizes=[[1]], n_flows=1), torch.float32)
    graphed = GraphConverter(network, graphs(), EXACT, [GraphForm(1, 16), GraphForm(1, 64)])
    lengths = np.random.default_rng(7).integers(5 * HOP, 30 * HOP, 500)
    lengths[0] = lengths[250] = 30 * HOP
    peaks, held = [], []
    with MemoryMeter() as meter:
        for half in np.split(lengths, 2):
            meter.peak = meter.held
            for count in half:
                graphed.convert_batch([conversion(int(count))])
            peaks.append(meter.peak)
            held.append(meter.held)
    assert peaks[0] == peaks[1] > 0 and held[0] == held[1]
    assert graphed.graphs.stats().graphs == 2 and graphed.graphs.stats().eager == 0


def test_the_converter_runs_on_a_gpu_without_waiting_for_it():
    network = converter(TINY_CONFIG, torch.float32)
    with on_fake_gpu() as gpu:
        moved = gpu.move(network)
        for precision in ("exact", "bfloat16"):
            window = WindowNetwork(moved, stages(precision))
            arguments = [(4, 128 * HOP + 48), (4, 8, 128), (4, 1, 128), (4, 12), (4, 12)]
            assert window(*(gpu.tensor(*shape) for shape in arguments)).shape == (4, 128 * HOP)
        backend = GraphConverter.__new__(GraphConverter)  # no warm-up: its inputs are real tensors
        backend.converter, backend.stages = moved, EXACT
        assert backend.embedding(gpu.tensor(1, 40 * HOP), gpu.tensor(1, dtype=torch.long)).shape == (1, 12)


def test_the_pipeline_converts_and_speaks_as_on_the_cpu(here, monkeypatch):
    """Commands, page and service use nothing else: a voice, a recording, a text whose base speaker has no file."""
    on_cpu = OpenVoice.from_pretrained("OpenVoiceV2", precision="exact")
    monkeypatch.setitem(
        BACKENDS, "torch", lambda network: GraphConverter(network, graphs(), EXACT, [GraphForm(1, 384)])
    )
    monkeypatch.setattr(graph_melo_tts, "forms", lambda *_: [GraphForm(1, 384)])
    on_gpu = OpenVoice.from_pretrained("OpenVoiceV2")
    voice = on_cpu.voice("voice.flac")
    torch.testing.assert_close(on_gpu.voice("voice.flac").embedding, voice.embedding, atol=1e-6, rtol=1e-5)
    close(on_gpu.convert("speech.wav", voice), on_cpu.convert("speech.wav", voice))
    results = [model.speak("The ferry was late.", voice, progress=False) for model in (on_gpu, on_cpu)]
    np.testing.assert_allclose(*results, atol=1e-3, rtol=0)
    assert len(results[0]) > 5000 and results[0].std() > 0.01
    stats = on_gpu.backend.graphs.stats()
    assert (stats.graphs, stats.eager) == (2, 0)


# --- text to speech ---------------------------------------------------------------------------------------------------

PIPER = {"deterministic_durations": False, "gin_channels": 0, "resblock": "2", "n_speakers": 1}


def piper_like():
    """Return OpenVoice V1's base speaker with what distinguishes a Piper voice."""
    from dataclasses import replace

    from models.demos.openvoice.reference.melo_tts import MeloTTS

    config = replace(build(v1_config(**SMALL)).config, **PIPER)
    torch.manual_seed(0)
    return MeloTTS(config).eval()


MODELS = {
    "melo": lambda: build(melo_config(n_speakers=3, **SMALL)),
    "v1": lambda: build(v1_config(**SMALL)),
    "piper": piper_like,
}


@pytest.mark.parametrize("name", MODELS)
def test_sentences_equal_the_cpu(name, logged_warnings):
    """Seven sentences of other lengths in one batch: passes of four, of which the last has rows without a sentence."""
    model = MODELS[name]()
    prosody = Prosody(1.0, 0.6, 0.8, 1.0) if name == "piper" else Prosody()
    batch = Sentences.stack([sentence(model.config, length, length) for length in (3, 9, 14, 5, 20, 7, 11)])
    speakers = torch.tensor([0, 0, 0, 0, 0, 0, 0] if name == "piper" else [1, 2, 1, 0, 1, 2, 0])
    expected = ChunkedMeloTTS(model, precision="exact").speak(batch, speakers, prosody, randomness(*range(7)))
    graphed = GraphMeloTTS(model, None, graphs(), EXACT, [GraphForm(4, 96), GraphForm(1, 96)])
    results = graphed.speak(batch, speakers, prosody, randomness(*range(7)))
    for result, wanted in zip(results, expected, strict=True):
        torch.testing.assert_close(result, wanted, atol=2e-5, rtol=0)
    assert graphed.graphs.stats().eager == 0 and not logged_warnings


def test_a_sentence_that_is_too_long_is_refused_as_on_the_cpu(expect_error):
    model = MODELS["v1"]()
    graphed = GraphMeloTTS(model, None, graphs(), EXACT, [GraphForm(1, 96)])
    with expect_error(TooManyFrames, "is too long to speak in one piece"):
        graphed.speak(sentence(model.config, 20), torch.tensor([1]), Prosody(length_scale=200.0), randomness(0))


@pytest.mark.parametrize("name", MODELS)
def test_text_to_speech_runs_on_a_gpu_without_waiting_for_it(name):
    model = MODELS[name]()
    prosody = Prosody(1.0, 0.6, 0.8, 1.0) if name == "piper" else Prosody()
    batch = Sentences.stack([sentence(model.config, length) for length in (9, 14)])
    with on_fake_gpu() as gpu:
        moved = gpu.move(model)
        graphed = GraphMeloTTS.__new__(GraphMeloTTS)
        graphed.model, graphed.stages = moved, stages("fast")
        on_gpu = Sentences(**{key: gpu.move(value) for key, value in vars(batch).items()})
        encoding, durations = graphed.text_side(on_gpu, gpu.tensor(2, dtype=torch.long), prosody, gpu.tensor(2, 2, 14))
        noise, counts = gpu.tensor(2, model.config.inter_channels, 64), gpu.tensor(2, dtype=torch.long)
        inputs = graphed.frame_inputs(encoding, durations, counts, 0.6, noise, slice(0, 2), GraphForm(4, 64))
        assert FrameNetwork(moved, stages("fast"))(*inputs).shape == (4, 64 * model.config.samples_per_frame)


def test_bert_runs_on_a_gpu_in_bfloat16_without_waiting_for_it():
    from transformers import BertConfig, BertModel

    sizes = {"vocab_size": 99, "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    bert = BertModel(BertConfig(**sizes, intermediate_size=128), add_pooling_layer=False).eval().bfloat16()
    with on_fake_gpu() as gpu:
        bert = gpu.move(bert)
        features = columns(bert, gpu.tensor(1, 7, dtype=torch.long), gpu.tensor(15, dtype=torch.long))
    assert features.shape == (64, 15) and features.dtype == torch.float32 and features.device.type == "cuda"
