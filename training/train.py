# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Train a small V2 converter on a parallel corpus, from scratch or from a model, in stretches that can be resumed.

It takes a corpus of corpus.py, draws batches with batches.py, computes the losses of losses.py and saves a state,
which export.py turns into a model. The tone colour encoder computes the voices from another sentence of each speaker.
Every random draw follows from the seed and the number of the step, so on a complete corpus a resumed training is the
same as one that was not stopped. While the corpus is being made, each step draws from what is there.
"""

import argparse
import math
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from loguru import logger
from torch import Tensor
from tqdm import tqdm

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.reference.converter import Converter
from models.tt_audio.host.config import read_json
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.files import complete_file
from training import corpus as corpora
from training.batches import Settings, draw
from training.corpus import Corpus
from training.layout import channels_last
from training.losses import SpectralDistance, has_fast_bfloat16, losses
from training.team import ALONE, Team, gathered

CONFIG = Path(__file__).parent / "small.json"
PROCESSES = 2
LOOK_EVERY = 25  # steps after which new recordings of a corpus are looked for
SAVE_SECONDS = 300.0  # a state is saved at least this often, however long the steps take


class TrainingError(UserError, RuntimeError):
    """Error of a training that cannot start or go on; the message says why and what to do."""


class Training:
    """Model in training: `step` improves it, `save` and `resume` keep its state."""

    def __init__(
        self,
        config: dict,
        corpus: Corpus,
        settings: Settings,
        device: str = "cpu",
        team: Team = ALONE,
        start: Path | str | None = None,
    ):
        """`start`: a model whose weights the training begins with; without it they are random."""
        self.raw_config = config
        self.config = ConverterConfig.from_dict(config)
        if self.config.sampling_rate != corpora.RATE or not self.config.zero_g:
            raise TrainingError(f"only a V2 converter (zero_g) at {corpora.RATE} Hz can be trained here.")
        self.corpus, self.device, self.team = corpus, device, team
        self.settings = replace(settings, processes=team.size)
        torch.manual_seed(settings.seed)
        self.model = Converter(self.config)
        if start is None:
            for coupling in self.model.flow.couplings:  # the flow begins as the identity
                torch.nn.init.zeros_(coupling.post.weight)
                torch.nn.init.zeros_(coupling.post.bias)
        else:
            self.model.load_state_dict(_weights(start, self.config))
        if has_fast_bfloat16(device):
            channels_last(self.model)
        self.model.to(device)
        self.average = deepcopy(self.model).requires_grad_(False)
        self.distance = SpectralDistance(self.config.sampling_rate).to(device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), betas=(0.8, 0.99), weight_decay=1e-3, fused=True)
        self.done = 0
        self.history: list[dict[str, float]] = []

    def learning_rate(self) -> float:
        begin, end = self.settings.learning_rate, self.settings.last_learning_rate
        warm = min(1, (self.done + 1) / 100)
        fraction = min(1, self.done / self.settings.steps)
        return warm * (end + (begin - end) * (1 + math.cos(math.pi * fraction)) / 2)

    def step(self) -> dict[str, float]:
        settings, team = self.settings, self.team
        rng = np.random.default_rng([settings.seed, self.done, team.rank])
        if self.done % LOOK_EVERY == 0:
            self.corpus.refresh()
        batch = draw(self.corpus, settings, self.config, rng).to(self.device)
        random = torch.Generator().manual_seed((settings.seed * 1_000_003 + self.done) * team.size + team.rank)
        parts = losses(self.model, self.distance, batch, settings, random)
        agreement = settings.agreement * min(1, (self.done + 1) / settings.agreement_ramp)
        weights = {"mel": 1.0, "converted_mel": 1.0, "magnitudes": 1.0, "converted_magnitudes": 1.0}
        loss = sum(weights.get(name, agreement) * part for name, part in parts.items())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        loss = loss.detach()
        gradients = [parameter.grad for parameter in self.model.parameters() if parameter.grad is not None]
        team.share([*gradients, *(part.detach_() for part in parts.values()), loss])
        if not torch.isfinite(loss):
            raise TrainingError(f"step {self.done}: the loss is {loss.item()}; go on from an earlier state.")
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), settings.largest_gradient)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        self.optimizer.step()
        # Use a smaller decay in the first steps, because the first weights are random.
        kept = min(settings.averaging, (1 + self.done) / (10 + self.done))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - kept)
        self.done += 1
        values = {name: part.item() for name, part in parts.items()}
        self.history.append({"step": self.done, **values})
        return values

    @torch.no_grad()
    def test(self, batches: int = 4) -> dict[str, float]:
        """Return mel distances to the target's recording: of conversions by the averaged weights, and of the sources.

        Speakers and sentences are held out from training and the same in every call.
        """
        settings, hop, margin = self.settings, self.config.hop_length, self.model.spectrogram.margin
        sums = {"test_converted": 0.0, "test_source": 0.0}
        for number in range(batches):
            batch = draw(self.corpus, settings, self.config, np.random.default_rng([number, 0, 0]), test=True)
            batch = batch.to(self.device)
            voices = self.average.tone_color_encoder(self.average.spectrogram.frames(batch.references))
            voices = voices[:, :, None]
            z, _ = self.average.posterior_encoder.distribution(self.average.spectrogram.frames(batch.moments))
            target = torch.arange(len(z)).unflatten(0, (settings.moments, -1)).roll(1, 1).flatten()
            z = self.average.flow(self.average.flow(z, None, voices), None, voices[target], reverse=True)
            recordings = batch.moments[:, margin : margin + settings.frames * hop]
            expected = self.distance.mel(recordings[target])
            for name, waveform in (("test_converted", self.average.generator(z)), ("test_source", recordings)):
                sums[name] += (self.distance.mel(waveform) - expected).abs().mean().item() / batches
        return sums

    # ---- on disk

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "config": self.raw_config,
            "settings": asdict(self.settings),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
            "history": self.history,
        }
        with complete_file(folder / "state.pt") as file:
            torch.save(state, file)

    def resume(self, folder: Path) -> None:
        state = torch.load(folder / "state.pt", map_location=self.device, weights_only=True)
        for name, now in (("config", self.raw_config), ("settings", asdict(self.settings))):
            # With more steps than before it is the same training, continued.
            different = [key for key in now if key != "steps" and state[name].get(key) != now[key]]
            if different:
                raise TrainingError(
                    f"{folder / 'state.pt'} was trained with other {name} ({', '.join(different)}): "
                    "give the same, or another folder to begin anew."
                )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.done, self.history = state["done"], state["history"]


def plot(history: Sequence[dict[str, float]], path: Path, smoothing: int = 100) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 5))
    for name in sorted({name for entry in history for name in entry} - {"step"}):
        points = [(entry["step"], entry[name]) for entry in history if name in entry]
        steps, values = np.array(points).T
        width = min(smoothing, len(values)) if len(values) > 2 * smoothing else 1
        axes.plot(steps[width - 1 :], np.convolve(values, np.ones(width) / width, "valid"), label=name)
    axes.set(xlabel="step", ylabel=f"loss (mean of {smoothing} steps)", ylim=(0, None))
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _weights(start: Path | str, config: ConverterConfig) -> dict[str, Tensor]:
    model = load_converter(start)
    if model.config != config:
        raise TrainingError(f"{start} has other sizes than the config of this training: give another model or config.")
    return model.state_dict()


@contextmanager
def sigterm_noticed() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM sets instead of ending the process; only the main thread can receive it."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def run(training: Training, folder: Path, minutes: float | None = None, every: int = 100) -> None:
    """Step until all steps are done, the time is over, or SIGTERM comes; save the state in between and at the end.

    Every `every` steps the state is tested, too, and the loss curves are drawn.
    """
    stop = math.inf if minutes is None else time.monotonic() + 60 * minutes
    first = training.team.rank == 0  # only the first process reports, because all models of the team are equal
    total = training.settings.steps
    bar = tqdm(total=total, initial=training.done, desc="steps", unit="step", mininterval=5, disable=not first)
    saved = time.monotonic()
    with sigterm_noticed() as asked_to_stop:
        while training.done < total and not training.team.any(asked_to_stop.is_set() or time.monotonic() >= stop):
            values = training.step()
            bar.update()
            bar.set_postfix({name: f"{value:.3f}" for name, value in values.items()}, refresh=False)
            if first and training.done % every == 0:
                report(training, folder, every)
                saved = time.monotonic()
            elif first and time.monotonic() - saved >= SAVE_SECONDS:
                training.save(folder)
                saved = time.monotonic()
    bar.close()
    if not first:
        return
    training.save(folder)
    if training.history:
        plot(training.history, folder / "losses.png")


def report(training: Training, folder: Path, every: int) -> None:
    """Save and test the state, draw the curves and log the means of the last `every` steps."""
    training.history[-1].update(training.test())
    training.save(folder)
    plot(training.history, folder / "losses.png")
    last = training.history[-every:]
    means = {name: np.mean([entry[name] for entry in last if name in entry]) for name in last[-1]}
    logger.info(f"step {training.done}: " + ", ".join(f"{name} {mean:.4f}" for name, mean in means.items()))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder of the corpus (training/corpus.py), complete or growing")
    parser.add_argument("state", type=Path, help="folder of the training's state; resumed if it exists")
    parser.add_argument("--config", type=Path, default=CONFIG, help="config.json of the converter")
    parser.add_argument("--start", help="name or folder of a model to begin with; its sizes are those of the config")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument("--minutes", type=float, help="end this stretch after so long; call again to go on")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="each takes a batch of its own")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    try:
        train(options)
    except UserError as error:
        raise SystemExit(f"{error}") from None


def train(options: argparse.Namespace) -> None:
    # Load before the team is gathered, so that an error is reported once, by this process.
    training = prepared(Team(size=options.processes), options)
    with gathered(options.processes, help_along, options):
        run(training, options.state, options.minutes)


def help_along(team: Team, options: argparse.Namespace) -> None:
    run(prepared(team, options), options.state, options.minutes)


def prepared(team: Team, options: argparse.Namespace) -> Training:
    torch.set_flush_denormal(True)
    corpus, settings = corpora.load(options.corpus), Settings(steps=options.steps, seed=options.seed)
    resumed = (options.state / "state.pt").exists()
    start = None if resumed else options.start
    training = Training(read_json(options.config), corpus, settings, options.device, team, start)
    if resumed:
        training.resume(options.state)
    return training


if __name__ == "__main__":
    main()
