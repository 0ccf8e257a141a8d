# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Workloads of cuda_report.py: converter, MeloTTS, the Piper voice joe, streams of LLVC, steps of SpeechT5."""

import copy
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrizations

from models.demos.llvc import synthetic as llvc_synthetic
from models.demos.llvc.loading import load_net
from models.demos.llvc.reference.net import Net
from models.demos.llvc.torch_backend.graph_runner import GraphRunner
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.loading import load_converter, load_melo
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, draw
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.demos.openvoice.tests.melo_checkpoints import melo_config, write_checkpoint
from models.demos.openvoice.torch_backend.converter import ChunkedConverter
from models.demos.openvoice.torch_backend.graph_converter import GraphConverter
from models.demos.openvoice.torch_backend.graph_melo_tts import GraphMeloTTS
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.demos.openvoice.windows import Conversion
from models.demos.speecht5_tts import synthetic as speecht5_synthetic
from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.torch_backend.graph_speech import GraphSpeech
from models.demos.speecht5_tts.torch_backend.speech import FastSpeech
from models.tt_audio.testing.synthetic_voice import voice
from models.tt_audio.torch_backend.stages import stages
from scripts.cuda_report import GRAPHS, UPSTREAM, Caches, Case, Opened, Workload

SECONDS, BATCHES = (1.0, 3.0, 10.0, 30.0), (1, 4, 16)
LONGEST_SENTENCE = 10.0  # seconds; a longer text is several sentences
FAST, EXACT = stages("fast"), stages("exact")


def with_weight_norm(module: nn.Module) -> nn.Module:
    """Return a copy whose convolutions compute their weights at each call, as upstream's do."""
    module = copy.deepcopy(module)
    for part in list(module.modules()):
        if isinstance(part, nn.Conv1d | nn.ConvTranspose1d):
            parametrizations.weight_norm(part)
    return module.eval().requires_grad_(False)


@dataclass
class ConverterWorkload:
    """Conversion of whole recordings, and of a stream in pieces of a second."""

    make: Callable[[], Converter]
    seconds: Sequence[float] = SECONDS
    batches: Sequence[int] = BATCHES
    name: str = "converter"

    def jobs(self, network: Converter, seconds: float, batch: int) -> list[Conversion]:
        """Return `batch` conversions of `seconds` each."""
        voices = np.random.default_rng(0).standard_normal((2, network.config.gin_channels)).astype(np.float32)
        samples = voice(seconds, network.config.sampling_rate).astype(np.float32)
        return [Conversion(samples, voices[0], voices[1], 0.3, seed) for seed in range(batch)]

    def open(self, way: str, device: torch.device, caches: Caches) -> Opened:
        """Load the model."""
        network = self.make()
        if way == UPSTREAM:
            plain = with_weight_norm(network).to(device)
            convert, graphs = self._upstream(plain, device), lambda: 0
            first = None
        else:
            backend = GraphConverter(network, caches(way == GRAPHS), FAST)
            convert, graphs = backend.convert_batch, lambda: backend.graphs.stats().graphs
            second = round(network.config.sampling_rate / network.config.hop_length)

            def first(job: Conversion) -> Any:
                return next(backend.convert([job.samples], job.source, [job.target], 0.3, 0, second))

        def case(seconds: float, batch: int) -> Case:
            jobs = self.jobs(network, seconds, batch)
            begin = (lambda: first(jobs[0])) if first else (lambda: convert(jobs[:1]))
            total = batch * seconds
            return Case(f"{seconds:g} s", batch, lambda: convert(jobs) and total, begin if batch == 1 else None)

        return Opened([case(seconds, batch) for seconds in self.seconds for batch in self.batches], graphs)

    @staticmethod
    def _upstream(plain: nn.Module, device: torch.device) -> Callable[[list[Conversion]], list[np.ndarray]]:
        @torch.inference_mode()
        def convert(jobs: list[Conversion]) -> list[np.ndarray]:
            results = []
            for job in jobs:
                waveform, source, target = (
                    torch.from_numpy(array)[None].to(device) for array in (job.samples, job.source, job.target)
                )
                frames = waveform.shape[1] // plain.config.hop_length
                noise = torch.randn(1, plain.config.inter_channels, frames, device=device)
                results.append(plain(waveform, source, target, noise, job.tau)[0].cpu().numpy())
            return results

        return convert

    def parity(self, device: torch.device, caches: Caches) -> tuple[np.ndarray, np.ndarray]:
        """Return the samples of the longest recording up to 3 s, converted in two voices."""
        network = self.make()
        jobs = self.jobs(network, min(3.0, max(self.seconds)), 2)
        expected = ChunkedConverter(network, "exact").convert_batch(jobs)
        ours = GraphConverter(self.make(), caches(True), EXACT).convert_batch(jobs)
        return np.concatenate(ours), np.concatenate(expected)


@dataclass
class SpeechWorkload:
    """Texts of random symbols."""

    make: Callable[[], MeloTTS]
    name: str
    prosody: Prosody = Prosody()
    seconds: Sequence[float] = SECONDS
    batches: Sequence[int] = BATCHES

    def sentences(self, config: MeloConfig, ids: int, batch: int) -> Sentences:
        """Return `batch` sentences of so many ids."""
        random = torch.Generator().manual_seed(0)
        phones = torch.randint(0, len(config.symbols), (batch, ids), generator=random)
        other = (torch.zeros_like(phones), torch.zeros_like(phones)) if config.is_melo else (None, None)
        return Sentences(phones, torch.full((batch,), ids), *other)

    def _speak(self, network: Any, sentences: Sentences) -> list[torch.Tensor]:
        count = len(sentences.lengths)
        random = [torch.Generator().manual_seed(seed) for seed in range(count)]
        return network.speak(sentences, torch.zeros(count, dtype=torch.long), self.prosody, random)

    def open(self, way: str, device: torch.device, caches: Caches) -> Opened:
        """Load the model."""
        model = self.make()
        network: Any
        if way == UPSTREAM:
            network, graphs = _UpstreamSpeech(with_weight_norm(model), device), lambda: 0
        else:
            network = GraphMeloTTS(model, None, caches(way == GRAPHS), FAST)
            graphs = lambda: network.graphs.stats().graphs  # noqa: E731
        rate = model.config.sampling_rate
        per_second = 40 * rate / len(self._speak(network, self.sentences(model.config, 40, 1))[0])

        def case(seconds: float, batch: int) -> Case:
            parts = -(-seconds // LONGEST_SENTENCE)
            sentences = self.sentences(model.config, max(1, round(seconds / parts * per_second)), batch)

            def run() -> float:
                return sum(len(row) for _ in range(int(parts)) for row in self._speak(network, sentences)) / rate

            begin = (lambda: self._speak(network, sentences)) if batch == 1 else None
            return Case(f"about {seconds:g} s", batch, run, begin)

        return Opened([case(seconds, batch) for seconds in self.seconds for batch in self.batches], graphs)

    def parity(self, device: torch.device, caches: Caches) -> tuple[np.ndarray, np.ndarray]:
        """Return the samples of two sentences of 40 ids."""
        model = self.make()
        sentences = self.sentences(model.config, 40, 2)
        expected = self._speak(ChunkedMeloTTS(model, precision="exact"), sentences)
        ours = self._speak(GraphMeloTTS(self.make(), None, caches(True), EXACT), sentences)
        return torch.cat(ours).numpy(), torch.cat(expected).numpy()


class _UpstreamSpeech:
    """The plain modules on a device, one sentence after another."""

    def __init__(self, model: Any, device: torch.device):
        self.model, self.device = model.to(device), device

    @torch.inference_mode()
    def speak(self, sentences: Sentences, speakers: torch.Tensor, prosody: Prosody, random: Any) -> list[torch.Tensor]:
        """Return the waveform of each sentence."""
        model, waveforms = self.model, []
        for row, generator in enumerate(random):
            own = {
                name: None if tensor is None else tensor[row : row + 1].to(self.device)
                for name, tensor in vars(sentences).items()
            }
            encoding = model.encode(Sentences(**own), speakers[row : row + 1].to(self.device))
            noise = draw([generator], 2, sentences.lengths[row : row + 1]).to(self.device)
            durations = model.durations(encoding, prosody, noise)
            counts = frame_counts(durations).cpu()
            noise = draw([generator], model.config.inter_channels, counts).to(self.device)
            (z,) = model.latents(encoding, durations, counts, prosody, noise)
            waveforms.append(model.generator(z, encoding.speaker)[0].cpu())
        return waveforms


@dataclass
class StreamsWorkload:
    """Chunks of LLVC, for one and for several streams."""

    make: Callable[[], Net]
    batches: Sequence[int] = BATCHES
    name: str = "LLVC, factor 1"

    def open(self, way: str, device: torch.device, caches: Caches) -> Opened:
        """Load the network once for each number of streams."""
        opened = [self._case(way, device, caches, streams) for streams in self.batches]
        return Opened([case for case, _ in opened], lambda: sum(graphs() for _, graphs in opened))

    def _case(self, way: str, device: torch.device, caches: Caches, streams: int) -> tuple[Case, Callable[[], int]]:
        net = self.make()
        chunk, hop = net.config.chunk, net.config.hop
        samples = voice(1.0, net.config.sampling_rate).astype(np.float32)[: hop + chunk]
        seconds = streams * chunk / net.config.sampling_rate
        if way == UPSTREAM:
            net = net.to(device)
            states = [net.begin(torch.zeros(1, hop, device=device))] * streams

            @torch.inference_mode()
            def run() -> float:
                for number, state in enumerate(states):
                    own = torch.from_numpy(samples[None, hop:]).to(device)
                    converted, states[number] = net.step(own, state)
                    converted.cpu()
                return seconds

            return Case("a chunk", streams, run), lambda: 0
        runner = GraphRunner(net, caches(way == GRAPHS), FAST.stream, 1, streams)
        keys = [runner.begin(samples[:hop]) for _ in range(streams)]
        chunks = dict.fromkeys(keys, samples[hop:])
        return Case("a chunk", streams, lambda: runner.step(chunks) and seconds), lambda: runner.graphs.stats().graphs

    def parity(self, device: torch.device, caches: Caches) -> tuple[np.ndarray, np.ndarray]:
        """Return the samples of ten chunks."""
        net = self.make()
        chunk, hop = net.config.chunk, net.config.hop
        samples = voice(1.0, net.config.sampling_rate).astype(np.float32)[: hop + 10 * chunk]
        with torch.inference_mode():
            expected = net(torch.from_numpy(samples)[None])[0, : 10 * chunk].numpy()
        runner = GraphRunner(self.make(), caches(True), EXACT.stream)
        key = runner.begin(samples[:hop])
        pieces = [runner.step({key: part})[key] for part in np.split(samples[hop:], 10)]
        return np.concatenate(pieces), expected


@dataclass
class StepsWorkload:
    """Decoder steps of SpeechT5."""

    make: Callable[[], tuple[SpeechT5Network, Vocoder]]
    count: int = 96
    name: str = "SpeechT5"

    def inputs(self, speech: SpeechT5Network) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """Return the ids of a text, a voice, and masks for the steps."""
        config, random = speech.config, torch.Generator().manual_seed(0)
        tokens = torch.randint(4, config.vocab_size - 2, (self.count // 10 + 20,), generator=random)
        shape = config.speech_decoder_prenet_layers, config.speech_decoder_prenet_units
        masks = [torch.rand(shape, generator=random) < 0.5 for _ in range(self.count)]
        return tokens, torch.randn(config.speaker_embedding_dim, generator=random), masks

    def open(self, way: str, device: torch.device, caches: Caches) -> Opened:
        """Load the model; its speech does not end before the last step."""
        speech, vocoder = self.make()
        tokens, speaker, masks = self.inputs(speech)
        speech.requires_grad_(False).stop.bias.fill_(-100)
        graphs: Callable[[], int] = lambda: 0  # noqa: E731
        network: Any = speech
        if way == UPSTREAM:
            speech.to(device)
            tokens, speaker, masks = tokens.to(device), speaker.to(device), [mask.to(device) for mask in masks]
        else:
            network = GraphSpeech(speech, vocoder, caches(way == GRAPHS), FAST)
            graphs = lambda: network.graphs.stats().graphs  # noqa: E731
        frame = vocoder.config.samples_per_frame / vocoder.config.sampling_rate
        seconds = self.count * speech.config.reduction_factor * frame

        @torch.inference_mode()
        def run() -> float:
            made = list(islice(network.steps(tokens, speaker, masks), self.count))
            made[-1].cpu()
            return seconds

        return Opened([Case(f"{self.count} steps", 1, run)], graphs)

    def parity(self, device: torch.device, caches: Caches) -> tuple[np.ndarray, np.ndarray]:
        """Return the samples of the steps."""
        waveforms = []
        for graphed in (True, False):
            speech, vocoder = self.make()
            tokens, speaker, masks = self.inputs(speech)
            network: Any = FastSpeech(speech, vocoder, "exact")
            if graphed:
                network = GraphSpeech(speech, vocoder, caches(True), EXACT)
            waveforms.append(torch.cat(list(network.speak(tokens, speaker, iter(masks)))).numpy())
        return waveforms[0], waveforms[1]


def _seeded(write: Callable[[Path], Any], load: Callable[[Path], Any]) -> Callable[[], Any]:
    """Return a function that loads a model from files that are written for it."""

    def make() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder))
            return load(Path(folder))

    return make


def _melo() -> MeloTTS:
    with tempfile.TemporaryDirectory() as folder:
        write_checkpoint(Path(folder), melo_config())
        return load_melo(Path(folder), MeloConfig.from_file(Path(folder) / "config.json"))


def _speecht5() -> tuple[SpeechT5Network, Vocoder]:
    with tempfile.TemporaryDirectory() as folder:
        speech = load_speech(speecht5_synthetic.write_speech(Path(folder) / "speech"))
        return speech, load_vocoder(speecht5_synthetic.write_vocoder(Path(folder) / "vocoder"))


make_converter = _seeded(make_converter_checkpoint, load_converter)


def workloads() -> list[Workload]:
    """Return all models at their released sizes."""
    return [
        ConverterWorkload(make_converter),
        SpeechWorkload(lambda: load_piper(bundled_voice()).model, "joe", Prosody(1.0, 0.667, 0.8, 1.0)),
        SpeechWorkload(_melo, "MeloTTS"),
        StreamsWorkload(_seeded(lambda folder: llvc_synthetic.make_checkpoint(folder), load_net)),
        StepsWorkload(_speecht5),
    ]


def requests(caches: Caches) -> Callable[[float], Any]:
    """Return a conversion of so many seconds, on a converter that is opened at the first call."""
    workload, opened = ConverterWorkload(make_converter), []

    def convert(seconds: float) -> Any:
        if not opened:
            opened.append(GraphConverter(workload.make(), caches(True), FAST))
        return opened[0].convert_batch(workload.jobs(opened[0].converter, seconds, 1))

    return convert
