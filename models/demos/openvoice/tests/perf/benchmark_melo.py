# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Measure base speech on this CPU: wall time and real-time factor, optionally also upstream's MeloTTS.

    python -m models.demos.openvoice.tests.perf.benchmark_melo [--upstream CHECKOUT] [--model FOLDER]

All variants speak the same phones, drawn at random, with the same weights (random ones of full size without --model)
and take turns: `plain` is reference/melo_tts.py, `exact` and `fast` are two precisions of torch_backend/melo_tts.py.
The time is from ids to samples. Both duration predictors run, as by default, and all noise is scaled by zero, so every
variant, upstream's included, should give the samples of `plain`. The output is medians, the ratios of wall time and of
processor time to the first variant, and the correlation with `plain`.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.constants import BERT_WIDTH, CHINESE_BERT_WIDTH
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.melo_checkpoints import melo_config, write_checkpoint
from models.demos.openvoice.tests.perf.timing import make_importable, print_heading, print_rows, take_turns
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.tt_audio.host.checkpoint import fold_weight_norm, load_strict, read_state
from models.tt_audio.host.config import read_json

PROSODY = Prosody(noise_scale=0.0, noise_scale_w=0.0)
SPEAKER = torch.tensor([0])
Synthesis = Callable[[Sentences], np.ndarray]


def upstream_synthesis(checkout: Path, model: Path) -> Synthesis:
    """Return a synthesis by upstream's network alone.

    Left out are its search for alignments, which only training needs and numba compiles, and its text front ends.
    """
    make_importable(checkout, ModuleType("melo.monotonic_align"))
    from melo.models import SynthesizerTrn

    config = read_json(model / "config.json")
    data = config["data"]
    network = SynthesizerTrn(
        len(config["symbols"]),
        data["filter_length"] // 2 + 1,
        config["train"]["segment_size"] // data["hop_length"],
        n_speakers=data["n_speakers"],
        num_tones=config["num_tones"],
        num_languages=config["num_languages"],
        **config["model"],
    ).eval()
    network.load_state_dict(read_state(model / "checkpoint.pth"), strict=True)

    def speak(s: Sentences) -> np.ndarray:
        with torch.no_grad():
            chinese_bert = torch.zeros(1, CHINESE_BERT_WIDTH, s.phones.shape[1])
            args = s.phones, s.lengths, SPEAKER, s.tones, s.languages, chinese_bert, s.bert
            return network.infer(*args, **vars(PROSODY))[0][0, 0].numpy()

    return speak


def our_syntheses(model: Path) -> dict[str, Synthesis]:
    path = model / "checkpoint.pth"
    with torch.device("meta"):
        plain = MeloTTS(MeloConfig.from_file(model / "config.json"))
    load_strict(plain, fold_weight_norm(read_state(path)), path, MELO_NAMES, MELO_TRAINING_ONLY)
    networks = {
        "plain": plain,
        "exact": ChunkedMeloTTS(plain, precision="exact").speak,
        "fast": ChunkedMeloTTS(plain, precision="fast").speak,
    }

    def synthesis(network: Callable[..., list[torch.Tensor]]) -> Synthesis:
        @torch.inference_mode()
        def speak(sentences: Sentences) -> np.ndarray:
            return network(sentences, SPEAKER, PROSODY, [torch.Generator().manual_seed(0)])[0].numpy()

        return speak

    return {name: synthesis(network) for name, network in networks.items()}


def sentence(config: MeloConfig, tokens: int) -> Sentences:
    random = torch.Generator().manual_seed(0)
    return Sentences(
        torch.randint(0, len(config.symbols), (1, tokens), generator=random),
        torch.tensor([tokens]),
        torch.randint(0, config.n_tones, (1, tokens), generator=random),
        torch.full((1, tokens), 2),
        torch.randn(1, BERT_WIDTH, tokens, generator=random),
    )


def compare(options: argparse.Namespace) -> None:
    config = MeloConfig.from_file(options.model / "config.json")
    upstream = {"upstream": upstream_synthesis(options.upstream, options.model)} if options.upstream else {}
    syntheses = upstream | our_syntheses(options.model)
    print_heading("tokens", options.repeats)
    for tokens in options.tokens:
        ids = sentence(config, tokens)
        work = {name: lambda speak=speak, ids=ids: speak(ids) for name, speak in syntheses.items()}
        timings = take_turns(work, options.repeats)
        seconds = len(timings["plain"].result) / config.sampling_rate
        print(f"{tokens:>7} tokens are {seconds:.2f} s of audio")
        print_rows(str(tokens), seconds, timings, exact="plain")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="folder of a MeloTTS model (default: random weights, full size)")
    parser.add_argument("--upstream", type=Path, help="a checkout of MeloTTS to measure in turn")
    parser.add_argument("--tokens", type=int, nargs="+", default=[100, 300], help="ids of a sentence, blanks included")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, help="threads of PyTorch (default: PyTorch's own choice)")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        options.model = options.model or write_checkpoint(Path(folder), melo_config())
        compare(options)


if __name__ == "__main__":
    main()
