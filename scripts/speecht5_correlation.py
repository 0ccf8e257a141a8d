# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Correlation of SpeechT5 on a mocked card with its reference, at full size with seeded weights.

    python -m scripts.speecht5_correlation --steps 200 --weights bfloat16

Prints 1 - PCC of the encoder, of `--steps` decoder steps that get the reference's frames, and of the log-mel frames
and the samples of a free run of as many steps. `--weights` are those of encoder and decoder.
"""

import argparse
import tempfile
from itertools import islice

import numpy as np
import torch

from mock_device import runtime

runtime.setup()

import ttnn  # noqa: E402
from mock_device.golden import GoldenExecutor  # noqa: E402
from models.demos.speecht5_tts.loading import load_speech, load_vocoder  # noqa: E402
from models.demos.speecht5_tts.reference.decoder import upstream_masks  # noqa: E402
from models.demos.speecht5_tts.synthetic import write_speech, write_vocoder  # noqa: E402
from models.demos.speecht5_tts.tt.layout import BLOCK, OVERLAP, WINDOW, Layout  # noqa: E402
from models.demos.speecht5_tts.tt.parameters.speecht5 import speecht5  # noqa: E402
from models.demos.speecht5_tts.tt.precision import Precision  # noqa: E402
from models.demos.speecht5_tts.tt.runner import DeviceRunner, Utterance  # noqa: E402
from models.tt_audio.tt.precision import Stage  # noqa: E402
from models.tt_audio.tt.tensors import download, host_tensor  # noqa: E402


def loss(expected: torch.Tensor, result: np.ndarray) -> str:
    """Return 1 - PCC."""
    return f"{1 - np.corrcoef(expected.numpy().ravel(), result.ravel())[0, 1]:.2e}"


def decoded(runner: DeviceRunner, masks: torch.Tensor, given: torch.Tensor | None = None) -> np.ndarray:
    """Return the frames [steps, values] of an utterance that has begun.

    `masks`: [steps, layers, units]; `given`: the frames of the step before each, [steps, n, mel]; None: its own.
    """
    state, frames, slot = runner.network.state, [], 0
    for step in range(len(masks if given is None else given)):
        if slot == WINDOW:
            state.move_window()
            state.continue_window()
            slot = OVERLAP
        if step % BLOCK == 0:
            block = np.zeros((1, BLOCK, *masks.shape[1:]), np.float32)
            block[0, : len(masks[step : step + BLOCK])] = masks[step : step + BLOCK]
            state.begin_block(block)
        if given is not None:
            ttnn.copy_host_to_device_tensor(host_tensor(given[step].reshape(1, -1).numpy()), state.frames)
        runner.network.step()
        slot += 1
        frames.append(download(state.frames)[0, 0, 0])
    return np.stack(frames)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--weights", choices=("float32", "bfloat16", "bfloat8_b"), default="bfloat16")
    parser.add_argument("--samples", action="store_true", help="compute the samples of the free run, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        speech = load_speech(write_speech(f"{folder}/speech"))
        vocoder = load_vocoder(write_vocoder(f"{folder}/vocoder"))
    device = ttnn.open_device(device_id=0)
    with torch.no_grad(), GoldenExecutor():
        stage = Stage(weights=getattr(ttnn, options.weights))
        precision = Precision(encoder=stage, decoder=stage)
        layout = Layout(speech.config, 1, options.steps)
        runner = DeviceRunner(speecht5(speech, vocoder, layout, precision), vocoder.config, layout, device, precision)
        random = torch.Generator().manual_seed(1)
        ids = torch.randint(4, 79, (60,), generator=random)
        speaker = torch.randn(speech.config.speaker_embedding_dim, generator=random)
        masks = torch.stack([*islice(upstream_masks(speech.config, 5), options.steps)])
        free = torch.cat([*speech.steps(ids, speaker, masks)])
        utterance = Utterance(ids.numpy(), speaker.numpy(), iter(masks))

        runner._begin([utterance])
        memory = download(runner.network.encoder(*runner._texts[64]))[0, 0, : len(ids)]
        print("encoder", loss(speech.encoder(ids[None])[0], memory), flush=True)

        reduction = speech.config.reduction_factor
        given = torch.cat((torch.zeros(reduction, free.shape[1]), free[:-reduction])).unflatten(0, (-1, reduction))
        forced = decoded(runner, masks, given)
        print(f"{len(forced)} teacher-forced steps", loss(free, forced), flush=True)
        runner._begin([utterance])
        print(f"frames of {len(given)} free steps", loss(free, decoded(runner, masks[: len(given)])), flush=True)
        if options.samples:
            samples = np.concatenate([*runner.speak(ids, speaker, iter(masks), 1000)])
            expected = vocoder(speech.postnet(free[None]))[0]
            print(f"{len(samples)} samples of {len(expected)}", loss(expected, samples[: len(expected)]), flush=True)
    ttnn.close_device(device)


if __name__ == "__main__":
    main()
