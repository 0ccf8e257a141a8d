# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parity of a trained Piper voice over 30 sentences: PyTorch against ONNX Runtime, and a mocked card against PyTorch.

    python -m scripts.piper_parity [--sentences 30]                                  # PyTorch and ONNX Runtime
    python -m scripts.piper_parity --arch wormhole_b0 [--sentences 30] [--spoken 0]   # a mocked card and PyTorch

The sentences are those of models/demos/openvoice/tests/piper_sentences.tsv; their noise is drawn with the number of
the sentence as its seed. For a card the durations are compared, and the waveforms at the card's durations. The card
computes all of the first `--spoken` waveforms. Of the others it computes the latents, and the generator of the
reference does the rest, because a generator takes minutes; its own error is 4e-6 of PCC (PERF.md, "A Piper voice").
"""

import argparse
import statistics
from typing import TYPE_CHECKING

import torch

from mock_device import runtime
from models.common.utility_functions import comp_pcc
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import PiperVoice, load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.sentences import Sentences, draw
from models.demos.openvoice.tests.piper_graph import OpenGraph, sentences

if TYPE_CHECKING:
    from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
    from models.demos.openvoice.tt.melo_tts import Encoding

SPEAKER = torch.tensor([0])
PROSODY = Prosody(sdp_ratio=1.0, noise_scale=0.667, noise_scale_w=0.8)


def sentence(voice: PiperVoice, number: int) -> Sentences:
    ids = voice.config.ids_of(sentences()[number]).ids
    return Sentences(torch.tensor([ids]), torch.tensor([len(ids)]))


def seeded(number: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(number)]


def pcc(expected: torch.Tensor, actual: torch.Tensor) -> float:
    return comp_pcc(expected, actual, 0.0)[1]


def waveform(
    voice: PiperVoice, spoken: Sentences, durations: torch.Tensor, source: list[torch.Generator]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the reference's waveform for given durations [1, N], and the noise of its frames."""
    model = voice.model
    encoding = model.encode(spoken, SPEAKER)
    noise = draw(source, model.config.inter_channels, frame_counts(durations))
    latents = model.latents(encoding, durations, frame_counts(durations), PROSODY, noise)
    return model.generate(latents, encoding.speaker)[0], noise


def reference_durations(voice: PiperVoice, spoken: Sentences, noise: torch.Tensor) -> torch.Tensor:
    return voice.model.durations(voice.model.encode(spoken, SPEAKER), PROSODY, noise)


def against_onnx(voice: PiperVoice, count: int) -> None:
    """Compare PyTorch with ONNX Runtime, both with the same noise from outside."""
    graph = OpenGraph(bundled_voice())
    scales = PROSODY.noise_scale, PROSODY.length_scale, PROSODY.noise_scale_w
    same = ids = 0
    least = 1.0
    for number in range(count):
        spoken, source = sentence(voice, number), seeded(number)
        duration_noise = draw(source, 2, spoken.lengths)
        durations = reference_durations(voice, spoken, duration_noise)
        actual, noise = waveform(voice, spoken, durations, source)
        given = duration_noise[0].numpy(), noise[0].numpy()
        expected_durations, expected = graph.speak(spoken.phones[0].tolist(), scales, *given)
        same += int((durations[0].numpy() == expected_durations).sum())
        ids += len(expected_durations)
        least = min(least, pcc(torch.from_numpy(expected), actual))
    print(f"PyTorch and ONNX Runtime, {count} sentences: {same} of {ids} durations equal, least PCC {least:.7f}")


def on_card(voice: PiperVoice, count: int, spoken_count: int) -> None:
    """Compare a mocked card with PyTorch."""
    import ttnn
    from mock_device.golden import GoldenExecutor
    from models.demos.openvoice.tests.pcc.test_runner import mel
    from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS as Network

    device = ttnn.open_device(device_id=0)
    waveforms, log_mels = [], []
    with GoldenExecutor():
        tts = Network(voice.model, device)
        same = ids = 0
        for number in range(count):
            spoken, source, own_source = sentence(voice, number), seeded(number), seeded(number)
            expected = reference_durations(voice, spoken, draw(source, 2, spoken.lengths))
            encoding = tts.encode(spoken, SPEAKER, PROSODY, own_source)
            found = ttnn.to_torch(encoding.placement.durations).reshape(1, -1)[:, : expected.shape[1]].long()
            same += int((found == expected).sum())
            ids += expected.shape[1]
            if number < spoken_count:
                (actual,) = tts.speak_encoding(encoding, SPEAKER, PROSODY, own_source)
            else:
                (actual,) = voice.model.generate([latents(tts, encoding, own_source)], None)
            expected, _ = waveform(voice, spoken, found, source)
            waveforms.append(pcc(expected, actual))
            log_mels.append(pcc(*(mel(samples, voice.config.sampling_rate) for samples in (expected, actual))))
            print(
                f"sentence {number}: {same} of {ids} durations equal so far; waveform PCC {waveforms[-1]:.6f}, "
                f"log-mel PCC {log_mels[-1]:.6f}",
                flush=True,
            )
    ttnn.close_device(device)
    for name, values in (("waveform", waveforms), ("log-mel", log_mels)):
        print(
            f"{name} PCC: least {min(values):.6f}, median {statistics.median(values):.6f}, "
            f"{sum(value >= 0.999 for value in values)} of {len(values)} at least 0.999"
        )
    print(f"{same} of {ids} durations equal: {same / ids:.2%}")


def latents(tts: "DeviceMeloTTS", encoding: "Encoding", source: list[torch.Generator]) -> torch.Tensor:
    """Return the generator's input [1, I, frames] of a sentence as the device computes it."""
    import ttnn
    from models.demos.openvoice.tt.forms import frame_form
    from models.demos.openvoice.tt.packing import frame_columns, pack_frames, read_columns
    from models.tt_audio.tt.tensors import upload

    counts = ttnn.to_torch(encoding.placement.counts).reshape(-1).long()
    noise = PROSODY.noise_scale * draw(source, tts.config.inter_channels, counts)
    form = frame_form(encoding.form, counts.tolist(), tts.frames, tts.window, tts.receptive_field)
    packed = pack_frames(noise.numpy(), counts.tolist(), form, tts.config, tts.window, tts.receptive_field, None, None)
    columns = read_columns(
        upload(packed, tts.device, layout=ttnn.ROW_MAJOR_LAYOUT), frame_columns(tts.config, None).noise, form.frames
    )
    z, _ = tts.model.latents(encoding, columns, form, tts._speaker(SPEAKER)[1])
    return ttnn.to_torch(z)[0, 0, : int(counts)].T[None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=30, help="how many (%(default)s)")
    parser.add_argument("--arch", help="a card to mock, wormhole_b0 or blackhole, instead of ONNX Runtime")
    parser.add_argument(
        "--spoken", type=int, default=0, help="sentences whose generator runs on the card, too (%(default)s)"
    )
    options = parser.parse_args()
    if options.arch:
        runtime.setup(options.arch)
    with torch.inference_mode():
        voice = load_piper(bundled_voice())
        if options.arch:
            on_card(voice, options.sentences, options.spoken)
        else:
            against_onnx(voice, options.sentences)


if __name__ == "__main__":
    main()
