# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Error of each stage in the number formats of a GPU, emulated on the CPU, with trained weights.

    .venv/bin/python -m scripts.gpu_formats [--seconds 3]

Each row computes one stage in one format and all others in fp32: the small converter of this repository on a synthetic
voice, and the Piper voice joe on a sentence. It prints the table of PERF.md, "Number formats on a GPU".
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.demos.openvoice.catalogue import SMALL
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, draw
from models.demos.openvoice.windows import noise
from models.tt_audio.judges.metrics import log_mel_distance
from models.tt_audio.testing.emulated_formats import Emulated
from models.tt_audio.testing.synthetic_voice import voice
from models.tt_audio.torch_backend.stages import BFLOAT16, FLOAT16, TF32, Format

SYMBOLS = "ðə fˈɛɹi wʌz lˈeɪt, ænd nˈoʊbɑːdi ɪn ðə hˈɑːɹbɚ mˈaɪndᵻd æt ˈɔːl."
FORMATS = {"TF32": TF32, "bfloat16": BFLOAT16, "float16": FLOAT16}
CONVERTER_STAGES, SPEECH_STAGES = ("encoder", "flow", "vocoder"), ("text", "flow", "vocoder")

Chain = Callable[[dict[str, Format]], Tensor]


def in_format(form: Format | None) -> Any:
    return nullcontext() if form is None else Emulated(form)


def conversion(model: Converter, samples: np.ndarray) -> Chain:
    """Return the conversion of samples [N] into the voice of the same samples at half their speed, in given formats."""
    hop = model.config.hop_length
    waveform = torch.from_numpy(samples[: len(samples) // hop * hop].astype(np.float32))[None]
    source, target = model.embed(waveform), model.embed(waveform[:, ::2].contiguous())
    frames = waveform.shape[1] // hop
    drawn = torch.from_numpy(noise(0, model.config.inter_channels, 0, frames))[None]

    def chain(formats: dict[str, Format]) -> Tensor:
        spec = model.spectrogram(waveform)
        with in_format(formats.get("encoder")):
            z = model.posterior_encoder(spec, None, drawn, 0.3, model.speaker_conditioning(source))
        with in_format(formats.get("flow")):
            z = model.flow(z, None, source[:, :, None])
            z = model.flow(z, None, target[:, :, None], reverse=True)
        with in_format(formats.get("vocoder")):
            return model.generator(z, model.speaker_conditioning(target))[0]

    return chain


def speech(model: MeloTTS, ids: list[int], prosody: Prosody) -> tuple[Chain, Callable[[Format], int]]:
    """Return the speech of ids in given formats, and how many durations change if a format computes the text side.

    The durations of the speech are those of fp32, so that waveforms can be compared.
    """
    sentence = Sentences(torch.tensor([ids]), torch.tensor([len(ids)]))
    speaker, random = torch.tensor([0]), [torch.Generator().manual_seed(0)]
    duration_noise = draw(random, 2, sentence.lengths)
    durations = model.durations(model.encode(sentence, speaker), prosody, duration_noise)
    counts = frame_counts(durations)
    drawn = draw(random, model.config.inter_channels, counts)

    def chain(formats: dict[str, Format]) -> Tensor:
        with in_format(formats.get("text")):
            encoding = model.encode(sentence, speaker)
        with in_format(formats.get("flow")):
            (z,) = model.latents(encoding, durations, counts, prosody, drawn)
        with in_format(formats.get("vocoder")):
            return model.generator(z, encoding.speaker)[0]

    def changed(form: Format) -> int:
        with Emulated(form):
            own = model.durations(model.encode(sentence, speaker), prosody, duration_noise)
        return int((own != durations).sum())

    return chain, changed


def rows(chain: Chain, stages: tuple[str, ...], rate: int, label: str) -> Iterator[str]:
    """Yield a line of the table for each stage and format, and one for all stages together."""
    expected = chain({}).numpy()
    for stage in (*stages, "all"):
        for name, form in FORMATS.items():
            result = chain(dict.fromkeys(stages if stage == "all" else [stage], form)).numpy()
            if not np.isfinite(result).all():
                yield f"| {label} | {stage} | {name} | not finite | |"
                continue
            pcc = np.corrcoef(result, expected)[0, 1]
            yield f"| {label} | {stage} | {name} | {pcc:.6f} | {log_mel_distance(result, expected, rate):.3f} |"


@torch.inference_mode()
def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of the synthetic voice (%(default)s)")
    options = parser.parse_args(arguments)
    print("| model | stage | format | PCC | log-mel distance |\n|---|---|---|---|---|")
    converter = load_converter(SMALL).eval()
    samples = voice(options.seconds, converter.config.sampling_rate)
    for line in rows(
        conversion(converter, samples), CONVERTER_STAGES, converter.config.sampling_rate, "small converter"
    ):
        print(line, flush=True)
    joe = load_piper(bundled_voice())
    chain, changed = speech(joe.model, joe.config.ids_of(SYMBOLS).ids, Prosody(1.0, 0.667, 0.8, 1.0))
    for line in rows(chain, SPEECH_STAGES, joe.model.config.sampling_rate, "joe"):
        print(line, flush=True)
    for name, form in FORMATS.items():
        print(f"joe: {changed(form)} of {len(joe.config.ids_of(SYMBOLS).ids)} durations change in {name}")


if __name__ == "__main__":
    main()
