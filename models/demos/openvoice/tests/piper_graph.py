# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A Piper voice as ONNX Runtime executes it, for parity and for speed; and sentences to speak with it.

piper_sentences.tsv has 30 English sentences, written for this purpose, with their IPA (eSpeak NG, voice en-us).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

SENTENCES = Path(__file__).with_name("piper_sentences.tsv")
DURATION_NOISE, FRAME_NOISE = "/dp/RandomNormalLike_output_0", "/RandomNormalLike_output_0"


def sentences() -> list[str]:
    """Return the IPA of each sentence."""
    return [line.split("\t")[1] for line in SENTENCES.read_text(encoding="utf-8").splitlines()]


def session(model: str | Path | bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open a model, given as a file or as its content, in ONNX Runtime on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    model = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def inputs(ids: Sequence[int], noise_scale: float, length_scale: float, noise_w: float) -> dict[str, np.ndarray]:
    """Return the inputs of a sentence."""
    return {
        "input": np.array([ids], np.int64),
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array([noise_scale, length_scale, noise_w], np.float32),
    }


class OpenGraph:
    """The graph of a voice with its two noise nodes replaced by inputs, and with the durations as an output."""

    def __init__(self, path: Path):
        model = onnx.load(str(path))
        graph = model.graph
        for node in [node for node in graph.node if node.op_type.startswith("RandomNormal")]:
            graph.node.remove(node)
            graph.input.append(helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, [1, None, None]))
        (ceil,) = (node for node in graph.node if node.op_type == "Ceil")
        graph.output.append(helper.make_tensor_value_info(ceil.output[0], TensorProto.FLOAT, None))
        self.durations = ceil.output[0]
        self.session = session(model.SerializeToString())

    def speak(
        self,
        ids: Sequence[int],
        scales: tuple[float, float, float],
        duration_noise: np.ndarray,
        frame_noise: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the durations [N] and the waveform [samples] of a sentence of N ids.

        `scales`: of the noise of the frames, of the length, of the noise of the durations; `duration_noise` [2, N];
        `frame_noise` [I, frames].
        """
        given = {DURATION_NOISE: duration_noise[None], FRAME_NOISE: frame_noise[None]}
        durations, waveform = self.session.run([self.durations, "output"], inputs(ids, *scales) | given)
        return durations.reshape(-1), waveform.reshape(-1)
