# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`accelerate` with a model of another library: the VITS of transformers, small and with seeded weights."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from models.tt_audio.host.errors import UsageError
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.accelerate import AccelerateConfig, accelerate, fold_weight_norm
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.stages import BFLOAT16, IEEE

CPU = torch.device("cpu")


@pytest.fixture
def graphs():
    return GraphCache(CPU, RecordedGraphs())


@pytest.fixture(scope="module")
def vits():
    from transformers import VitsConfig, VitsModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "ffn_dim": 32, "flow_size": 8}
    sizes |= {"spectrogram_bins": 9, "upsample_initial_channel": 16, "upsample_rates": [4, 2], "vocab_size": 12}
    sizes |= {
        "upsample_kernel_sizes": [8, 4],
        "prior_encoder_num_wavenet_layers": 1,
        "posterior_encoder_num_wavenet_layers": 1,
    }
    return VitsModel(VitsConfig(**sizes)).eval()


@torch.no_grad()
def test_the_decoder_of_a_foreign_vits(vits, graphs, logged_warnings):
    """The whole model speaks the same with an accelerated decoder, whose 64 frames replay and whose others do not."""
    text = {"input_ids": torch.tensor([[0, 5, 0, 7, 0, 3, 0]]), "attention_mask": torch.ones(1, 7, dtype=torch.long)}
    latents = torch.randn(2, 1, 8, 64)
    plain = [vits.decoder(each) for each in latents]
    torch.manual_seed(1)
    spoken = vits(**text).waveform
    decoder = vits.decoder
    try:
        vits.decoder = accelerate(decoder, [(torch.zeros(1, 8, 64),)], AccelerateConfig(format=IEEE), graphs)
        graphs.seal()
        results = [vits.decoder(each) for each in latents]
        torch.manual_seed(1)
        torch.testing.assert_close(vits(**text).waveform, spoken, atol=1e-6, rtol=0)
    finally:
        stats, vits.decoder = vits.decoder.stats(), decoder
    for result, expected in zip(results, plain, strict=True):
        torch.testing.assert_close(result, expected, atol=1e-6, rtol=0)
    assert (stats.graphs, stats.replays, stats.eager) == (1, 3, 1)
    assert len(logged_warnings) == 1 and "no CUDA graph for ('Accelerated'" in logged_warnings[0]


def test_several_inputs_names_and_constants_make_the_form(graphs):
    def network(x: Tensor, y: Tensor, factor: float, *, shift: Tensor | None = None) -> tuple[Tensor, Tensor]:
        result = x * factor + y
        return result, result if shift is None else result + shift

    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    fast = accelerate(network, [(one, one, 3.0)], AccelerateConfig(format=IEEE), graphs)
    for _ in range(2):
        assert [part.item() for part in fast(one, two, 3.0)] == [5.0, 5.0]
        assert [part.item() for part in fast(one, two, 4.0)] == [6.0, 6.0]
        assert [part.item() for part in fast(one, two, 4.0, shift=one)] == [6.0, 7.0]
    assert fast.stats().graphs == 3
    fast.clear()
    assert fast.stats().graphs == 0


def test_bfloat16_converts_weights_and_inputs_and_returns_fp32(graphs):
    torch.manual_seed(0)
    linear, x = nn.Linear(8, 8), torch.randn(3, 8)
    expected = linear(x)
    fast = accelerate(linear, [(x,)], AccelerateConfig(format=BFLOAT16), graphs)
    assert linear.weight.dtype == torch.bfloat16
    result = fast(x)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, expected, atol=0.03, rtol=0)
    assert (result - expected).abs().max() > 0


def test_weight_norm_of_both_kinds_is_folded():
    torch.manual_seed(0)
    new = parametrizations.weight_norm(nn.Conv1d(2, 3, 3))
    with pytest.warns(FutureWarning):
        old = nn.utils.weight_norm(nn.Conv1d(3, 2, 3))
    network, x = nn.Sequential(new, old), torch.randn(1, 2, 9)
    expected = network(x)
    fold_weight_norm(network)
    assert sorted(name for name, _ in network.named_parameters()) == ["0.bias", "0.weight", "1.bias", "1.weight"]
    torch.testing.assert_close(network(x), expected)


def test_compilation_is_asked_for_fixed_shapes(graphs, monkeypatch):
    asked = []
    monkeypatch.setattr(torch, "compile", lambda function, **settings: asked.append(settings) or function)
    fast = accelerate(lambda x: x + 1, [], AccelerateConfig(format=IEEE, compile=True), graphs)
    assert asked == [{"dynamic": False}]
    assert fast(torch.tensor([2.0])).item() == 3.0


def test_graphs_on_a_cpu_and_results_without_tensors_are_refused(graphs, expect_error):
    with expect_error(UsageError, "there are no CUDA graphs on cpu"):
        accelerate(nn.Linear(1, 1), [], AccelerateConfig(device="cpu", graphs=True))
    with expect_error(TypeError, "returned a dict; accelerate it where it returns tensors"):
        accelerate(lambda x: {"result": x}, [(torch.zeros(1),)], AccelerateConfig(format=IEEE), graphs)
