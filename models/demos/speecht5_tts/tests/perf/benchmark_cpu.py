# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Measure speech on this CPU against transformers, with the same weights, masks and text, in one run.

    python -m models.demos.speecht5_tts.tests.perf.benchmark_cpu [--steps 100] [--tokens 60] [--threads 2]

The weights are random and of full size. Both take turns, so that other load on the machine affects both. Printed are
wall time and processor time of each part, their ratio, and the largest difference of the samples.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import islice

import torch
from torch import Tensor

from models.demos.speecht5_tts.config import SpeechT5Config, VocoderConfig
from models.demos.speecht5_tts.loading import TABLES, counters
from models.demos.speecht5_tts.names import SPEECHT5_NAMES, VOCODER_NAMES
from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.synthetic import CONFIG, VOCODER_CONFIG, speech_state, vocoder_state
from models.demos.speecht5_tts.torch_backend.speech import FastSpeech
from models.tt_audio.host.checkpoint import load_strict

NEVER = -1000.0  # bias of the stop: speech goes on for the given number of steps


def parts_of_upstream(states: list[dict], tokens: Tensor, speaker: Tensor, steps: int) -> dict[str, Callable]:
    """Return transformers' decoding (encoder and postnet included) and vocoder, each a function of the input."""
    from transformers.models.speecht5.configuration_speecht5 import SpeechT5Config as UpstreamConfig
    from transformers.models.speecht5.configuration_speecht5 import SpeechT5HifiGanConfig
    from transformers.models.speecht5.modeling_speecht5 import SpeechT5ForTextToSpeech, SpeechT5HifiGan

    model = SpeechT5ForTextToSpeech(UpstreamConfig(**CONFIG)).eval()
    model.load_state_dict(states[0], strict=False)
    vocoder = SpeechT5HifiGan(SpeechT5HifiGanConfig(**VOCODER_CONFIG)).eval()
    vocoder.load_state_dict(states[1])
    # int(tokens * ratio / 2) steps
    ratio = (steps + 0.5) * CONFIG["reduction_factor"] / len(tokens)

    def decode() -> Tensor:
        torch.manual_seed(0)
        return model.generate_speech(tokens[None], speaker[None], maxlenratio=ratio)

    return {"decode": decode, "vocode": vocoder}


def parts_of_ours(
    states: list[dict], tokens: Tensor, speaker: Tensor, steps: int, precision: str
) -> dict[str, Callable]:
    """Return the same two parts of torch_backend/."""
    config = SpeechT5Config.from_dict(CONFIG)
    speech, vocoder = SpeechT5Network(config), Vocoder(VocoderConfig.from_dict(VOCODER_CONFIG))
    load_strict(speech, states[0], "random weights", SPEECHT5_NAMES, (*TABLES, *counters(config)))
    load_strict(vocoder, states[1], "random weights", VOCODER_NAMES)
    fast = FastSpeech(speech, vocoder, precision)

    def decode() -> Tensor:
        return torch.cat(list(fast.mel(fast.steps(tokens, speaker, islice(upstream_masks(config, 0), steps)))))

    return {"decode": decode, "vocode": lambda mel: torch.cat(list(fast.samples([mel])))}


def timed(work: Callable[[], Tensor]) -> tuple[Tensor, float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - processor


@torch.no_grad()
def compare(options: argparse.Namespace) -> None:
    random = torch.Generator().manual_seed(0)
    tokens = torch.randint(4, 79, (options.tokens,), generator=random)
    speaker = torch.randn(CONFIG["speaker_embedding_dim"], generator=random)
    states = [speech_state(CONFIG, stop_bias=NEVER), vocoder_state(VOCODER_CONFIG)]
    variants = {
        "transformers": parts_of_upstream(states, tokens, speaker, options.steps),
        "ours": parts_of_ours(states, tokens, speaker, options.steps, options.precision),
    }
    times: dict[str, dict[str, list]] = {name: {"decode": [], "vocode": [], "both": []} for name in variants}
    samples = {}
    for turn in range(options.repeats + 1):  # the first turn is the warm-up
        for name, parts in variants.items():
            mel, *decoding = timed(parts["decode"])
            samples[name], *vocoding = timed(lambda parts=parts, mel=mel: parts["vocode"](mel))
            if turn:
                both = [a + b for a, b in zip(decoding, vocoding, strict=True)]
                for part, figures in (("decode", decoding), ("vocode", vocoding), ("both", both)):
                    times[name][part].append(figures)
    seconds = len(samples["ours"]) / VOCODER_CONFIG["sampling_rate"]
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, medians of {options.repeats}")
    print(f"{options.tokens} tokens, {options.steps} steps, {seconds:.2f} s of speech")
    print(f"{'part':>7} {'variant':>13} {'wall s':>7} {'cpu s':>7} {'RTF':>6}  ratio of wall and cpu time")
    for part in ("decode", "vocode", "both"):
        for name in variants:
            wall, processor = (statistics.median(column) for column in zip(*times[name][part], strict=True))
            turns = list(zip(times["transformers"][part], times[name][part], strict=True))
            ratios = [statistics.median(theirs[i] / own[i] for theirs, own in turns) for i in range(2)]
            print(
                f"{part:>7} {name:>13} {wall:7.3f} {processor:7.3f} {wall / seconds:6.3f}  "
                f"{ratios[0]:5.2f} {ratios[1]:5.2f}"
            )
    print(f"largest difference of the samples: {(samples['ours'] - samples['transformers']).abs().max():.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="exact", help="of our vocoder")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    compare(options)


if __name__ == "__main__":
    main()
