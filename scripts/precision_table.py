# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Correlation of every stage of the device path with the fp32 reference, for the numeric formats it could use.

    python -m scripts.precision_table [--frames 64] [--recording FILE]

Each row changes one thing against models/demos/openvoice/tt/precision.py. Values come from the golden executor on a
mocked card (formats, matrix-unit operands and accumulators modelled), weights are seeded, so this ranks the choices; it
is not a measurement of a chip.
"""

import argparse
import itertools
import tempfile

import numpy as np
import torch

from mock_device import runtime

runtime.setup()

import ttnn  # noqa: E402  (after the card is mocked)
from mock_device.golden import GoldenExecutor  # noqa: E402
from models.common.utility_functions import comp_pcc  # noqa: E402
from models.demos.openvoice.loading import load_converter  # noqa: E402
from models.demos.openvoice.synthetic import make_converter_checkpoint  # noqa: E402
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock  # noqa: E402
from models.demos.openvoice.tt.parameters.conditioning import voice_biases  # noqa: E402
from models.demos.openvoice.tt.parameters.preprocessing import preprocess  # noqa: E402
from models.demos.openvoice.tt.posterior_encoder import PosteriorEncoder  # noqa: E402
from models.demos.openvoice.tt.spectrogram import Spectrogram  # noqa: E402
from models.tt_audio.host import audio  # noqa: E402
from models.tt_audio.testing import speech  # noqa: E402
from models.tt_audio.tt.hifigan import Generator  # noqa: E402
from models.tt_audio.tt.precision import Stage  # noqa: E402

HIFI4, HIFI3, HIFI2 = ttnn.MathFidelity.HiFi4, ttnn.MathFidelity.HiFi3, ttnn.MathFidelity.HiFi2
CHOICES = {
    "fp32 activations, fp32 weights, HiFi4": Stage(),
    "fp32 activations, fp32 weights, HiFi3": Stage(fidelity=HIFI3),
    "fp32 activations, fp32 weights, HiFi2": Stage(fidelity=HIFI2),
    "fp32 activations, bf16 weights, HiFi4": Stage(weights=ttnn.bfloat16),
    "fp32 activations, bf8 weights, HiFi4": Stage(weights=ttnn.bfloat8_b),
    "bf16 activations, bf16 weights, HiFi4": Stage(ttnn.bfloat16, ttnn.bfloat16),
    "bf16 activations, bf16 weights, HiFi2": Stage(ttnn.bfloat16, ttnn.bfloat16, HIFI2),
    "bf16 activations, bf8 weights, HiFi2": Stage(ttnn.bfloat16, ttnn.bfloat8_b, HIFI2),
}


def rows(x: torch.Tensor) -> torch.Tensor:
    return x.transpose(1, 2)[None].contiguous()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--frames", type=int, default=64, help="a multiple of 32")
    options.add_argument("--recording", help="speech; default a synthetic voice")
    options = options.parse_args()

    reference = load_converter(make_converter_checkpoint(tempfile.mkdtemp()))
    config, frames = reference.config, options.frames
    if options.recording:
        samples = audio.load(options.recording, config.sampling_rate)[config.sampling_rate :]
    else:
        samples = speech.voice(10.0, config.sampling_rate)
    size = frames * config.hop_length + config.filter_length - config.hop_length
    samples = torch.from_numpy(np.ascontiguousarray(samples[:size]))[None]
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randn(2, config.gin_channels, generator=generator)
    noise = 0.3 * torch.randn(1, config.inter_channels, frames, generator=generator)

    spec = reference.spectrogram.frames(samples)
    z = reference.posterior_encoder(spec, None, noise, 1.0)
    in_target_voice = reference.add_voice(reference.flow(z, None, source[None, :, None]), target[None])
    waveform = reference.generator(in_target_voice)

    host = preprocess(reference)
    device = ttnn.open_device(device_id=0)
    with GoldenExecutor():

        def upload(x, dtype, layout=ttnn.TILE_LAYOUT):
            return ttnn.from_torch(x, dtype=dtype, layout=layout, device=device)

        def conditioned(embedding, stage):
            return [
                [
                    ttnn.to_device(ttnn.to_dtype(ttnn.to_layout(bias, ttnn.TILE_LAYOUT), stage.weights), device)
                    for bias in coupling
                ]
                for coupling in voice_biases(reference, embedding).flow
            ]

        def spectrogram(stage):
            hops = upload(samples.reshape(1, 1, -1, config.hop_length), stage.activations, ttnn.ROW_MAJOR_LAYOUT)
            magnitudes = ttnn.to_torch(Spectrogram(host.spectrogram, device, stage)(hops))
            return rows(spec).log(), magnitudes[..., : config.spec_channels].float().log()

        def posterior_encoder(stage):
            filled = torch.nn.functional.pad(rows(spec), (0, -spec.shape[1] % 32))
            encoder = PosteriorEncoder(host.posterior_encoder, device, stage)
            halves = encoder(upload(filled, stage.activations), upload(rows(noise), stage.activations))
            return rows(z), torch.cat([ttnn.to_torch(half).float() for half in halves], dim=3)

        def flow(stage):
            block = ResidualCouplingBlock(host.flow, device, stage)
            halves = [upload(half.contiguous(), stage.activations) for half in rows(z).chunk(2, dim=3)]
            speaker_free = block(halves, conditioned(source, stage))
            out = block(speaker_free, conditioned(target, stage), reverse=True)
            return rows(in_target_voice), torch.cat([ttnn.to_torch(half).float() for half in out], dim=3)

        def generate(stage):
            made = Generator(host.generator, device, stage)(upload(rows(in_target_voice), stage.activations))
            return waveform, ttnn.to_torch(made).float().reshape(1, -1)

        stages = {"log spectrogram": spectrogram, "posterior encoder": posterior_encoder, "flow": flow}
        stages["generator"] = generate
        print(f"| {'':40}" + "".join(f"| {name:>18} " for name in stages) + "|")
        print(f"|{'-' * 41}" + "|---:" * len(stages) + "|")
        scores = {}
        for (choice, stage), (name, run) in itertools.product(CHOICES.items(), stages.items()):
            scores[choice, name] = comp_pcc(*run(stage))[1]
            if name == "generator":
                print(
                    f"| {choice:40}" + "".join(f"| {scores[choice, each]:18.6f} " for each in stages) + "|", flush=True
                )
    ttnn.close_device(device)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
