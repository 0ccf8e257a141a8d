# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SpeechT5 on a GPU: a decoder step is one CUDA graph, and the host looks at the stop value every eight steps.

All that a step reads and writes keeps its address: keys and values have the length of the longest speech, a mask says
which steps and which tokens exist, and the number of the step is a tensor that each step increments. So the host only
replays; frames after the end, at most seven steps, are dropped.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import torch
from torch import Tensor
from torch.nn.functional import gelu, linear, normalize, pad, relu

from models.demos.speecht5_tts.reference.attention import KeysValues
from models.demos.speecht5_tts.reference.positions import positions
from models.demos.speecht5_tts.reference.speecht5 import STOP, SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.torch_backend.speech import FRAMES, STREAMED_FRAMES, OneByOne, StepLayer
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.accelerate import Accelerated
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.hifigan import FastGenerator, padded_size
from models.tt_audio.torch_backend.stages import IEEE, Stages, products
from models.tt_audio.torch_backend.staging import StaticInput

STEPS_AT_ONCE = 8  # between two looks at the stop value


class StepNetwork:
    """The decoder for one utterance at a time, with its state on a device."""

    def __init__(self, speech: SpeechT5Network, device: torch.device):
        config = self.config = speech.config
        self.speech = speech
        self.layers = [StepLayer(layer) for layer in speech.decoder.layers]
        width, heads = config.hidden_size, config.decoder_attention_heads
        self.positions = speech.prenet.position_scale * positions(config.max_speech_positions, width, device)

        def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        def caches(length: int) -> list[KeysValues]:
            shape = 1, heads, length, width // heads
            return [KeysValues(zeros(*shape), zeros(*shape)) for _ in self.layers]

        self.steps, self.text = caches(config.max_speech_positions), caches(config.most_tokens)
        self.places = torch.arange(config.max_speech_positions, device=device)
        self.text_valid = zeros(1, 1, 1, config.most_tokens, dtype=torch.bool)
        self.voice, self.frame = zeros(1, width), zeros(1, config.num_mel_bins)
        self.step, self.row = zeros(1, dtype=torch.long), zeros(1, dtype=torch.long)  # of the utterance; of the block
        units = config.speech_decoder_prenet_units
        self.masks = zeros(STEPS_AT_ONCE, config.speech_decoder_prenet_layers, units)
        self.frames = zeros(STEPS_AT_ONCE, config.reduction_factor, config.num_mel_bins)
        self.stops = zeros(STEPS_AT_ONCE)

    def begin(self, tokens: Tensor, speaker: Tensor) -> tuple[()]:
        """Begin an utterance with the ids [T] of a text and a speaker embedding [S]."""
        memory = self.speech.encoder(tokens[None])
        self.text_valid.copy_(self.places[: self.config.most_tokens] < len(tokens))
        for own, layer in zip(self.text, self.layers, strict=True):
            for static, value in zip(own, layer.layer.cross_attention.keys_values(memory), strict=True):
                static[:, :, : len(tokens)] = value
        prenet = self.speech.prenet
        weight = prenet.speaker.weight[:, self.config.hidden_size :]
        self.voice.copy_(linear(normalize(speaker[None]), weight, prenet.speaker.bias))
        self.frame.zero_()
        self.step.zero_()
        return ()

    def __call__(self) -> tuple[()]:
        """Compute the next step: its frames and its stop value go to the row of the block, and the row advances."""
        prenet = self.speech.prenet
        x = self.frame
        for layer, kept in zip(prenet.layers, self.masks.index_select(0, self.row)[0], strict=True):
            x = relu(layer(x)) * kept * prenet.gain
        x = prenet.projection(x) + self.positions.index_select(0, self.step)
        x = relu(self.voice + linear(x, prenet.speaker.weight[:, : self.config.hidden_size]))
        earlier = (self.places <= self.step)[None, None, None]
        for layer, steps, text in zip(self.layers, self.steps, self.text, strict=True):
            x = self._layer(layer, x, steps, text, earlier)
        frames = self.speech.mel(x).view(1, self.config.reduction_factor, -1)
        self.frames.index_copy_(0, self.row, frames)
        self.stops.index_copy_(0, self.row, self.speech.stop(x).sigmoid().sum(1))
        self.frame.copy_(frames[0, -1:])
        self.step.add_(1)
        self.row.add_(1)
        return ()

    def _layer(self, own: StepLayer, x: Tensor, steps: KeysValues, text: KeysValues, earlier: Tensor) -> Tensor:
        layer, heads = own.layer, self.config.decoder_attention_heads
        query, key, value = linear(x, own.weight, own.bias).view(3, 1, heads, 1, -1)
        steps.keys.index_copy_(2, self.step, key)
        steps.values.index_copy_(2, self.step, value)
        x = own.normalized(x + own.attend(layer.self_attention, query, steps, earlier), layer.self_attention_norm)
        query = layer.cross_attention.query(x).view(1, heads, 1, -1)
        found = own.attend(layer.cross_attention, query, text, self.text_valid)
        x = own.normalized(x + found, layer.cross_attention_norm)
        inner = layer.feed_forward.narrow(gelu(layer.feed_forward.widen(x)))
        return own.normalized(x + inner, layer.feed_forward_norm)


class GraphSpeech(OneByOne):
    """A loaded SpeechT5 with its vocoder on the device of `graphs`; offers what `FastSpeech` offers."""

    def __init__(self, speech: SpeechT5Network, vocoder: Vocoder, graphs: GraphCache, stages: Stages):
        self.speech = speech.to(graphs.device).eval().requires_grad_(False)
        self.vocoder = vocoder.to(graphs.device).eval().requires_grad_(False)
        self.config = speech.config
        self.graphs = graphs
        self.stages = stages
        self.network = StepNetwork(self.speech, graphs.device)
        self._masks = StaticInput(self.network.masks, graphs.device)
        self.network.masks = self._masks.tensor
        self._step = Accelerated(self.network, graphs, stages.decoder)
        self.generate = FastGenerator(self.vocoder.generator, stages.vocoder.dtype)
        self._generate = Accelerated(self.vocoded, graphs, IEEE)
        self._speaking = False
        context = 2 * self.vocoder.generator.receptive_field
        self.sizes = sorted({padded_size(keep + context) for keep in (STREAMED_FRAMES, FRAMES)})
        with graphs.opening():
            self._next_steps([torch.zeros(self.network.masks.shape[1:])])
            for size in self.sizes:
                self._generate(torch.zeros(1, size, self.config.num_mel_bins), torch.ones(1, 1, size))

    def steps(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the frames [reduction_factor, mel] of each step; the arguments are those of `SpeechT5Network.steps`."""
        limit = max(1, self.config.most_steps(len(tokens)))
        coming = islice(masks, limit)
        with self._utterance():
            self.graphs.eager([tokens, speaker], self.begin)
            while block := list(islice(coming, STEPS_AT_ONCE)):
                frames, stops = self._next_steps(block)
                for own, stop in zip(frames, stops.tolist(), strict=True):
                    yield own
                    if stop >= STOP:
                        return

    def begin(self, tokens: Tensor, speaker: Tensor) -> tuple[()]:
        """Begin an utterance; the arguments are on the device."""
        with products(self.stages.decoder):
            return self.network.begin(tokens, speaker)

    @torch.inference_mode()
    def _next_steps(self, masks: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return the frames [n, reduction_factor, mel] and the stop values [n] of as many steps as there are masks."""
        count = len(masks)
        self._masks.fill(pad(torch.stack(masks).float(), (0, 0, 0, 0, 0, STEPS_AT_ONCE - count)))
        self.network.row.zero_()
        for _ in range(count):
            self._step()
        return self.network.frames[:count].cpu().clone(), self.network.stops[:count].cpu()

    @contextmanager
    def _utterance(self) -> Iterator[None]:
        if self._speaking:
            raise UsageError(
                "this model speaks another text at the moment: end that one first, or open the model a second time"
            )
        self._speaking = True
        try:
            yield
        finally:
            self._speaking = False

    def _postnet(self, frames: Tensor) -> Tensor:
        return self.graphs.eager([frames], self.postnet).cpu()

    def postnet(self, frames: Tensor) -> Tensor:
        """Return the mel frames [n, mel] of decoded frames [n, mel] on the device."""
        with products(self.stages.decoder):
            return self.speech.postnet(frames[None])[0]

    def _vocoder(self, mel: Tensor) -> Tensor:
        frames = len(mel)
        size = next((size for size in self.sizes if size >= frames), padded_size(frames))
        mask = (torch.arange(size) < frames).float()[None, None]
        samples = self._generate(pad(mel, (0, 0, 0, size - frames))[None], mask)[0]
        return samples[: frames * self.vocoder.config.samples_per_frame].cpu()

    def vocoded(self, mel: Tensor, mask: Tensor) -> Tensor:
        """Return the samples [1, L * samples_per_frame] of mel frames [1, L, mel], `mask` [1, 1, L]."""
        with products(self.stages.vocoder):
            return self.generate(self.vocoder.normalized(mel), None, mask)
