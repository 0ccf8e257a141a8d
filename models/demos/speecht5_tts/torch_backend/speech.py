# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SpeechT5 on a CPU: the computation of reference/, with less work in each decoder step and audio in a stream.

Decoding is bound by memory: a step multiplies one row by all weights of the decoder. So a step here reads each weight
once and computes nothing that it computed before: the prenet runs for the new frame only, the voice's part of the
prenet is a bias, keys and values are written into buffers of full length, and query, key and value are one product.
"""

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, normalize, relu, scaled_dot_product_attention

from models.demos.speecht5_tts.config import VocoderConfig
from models.demos.speecht5_tts.reference.attention import Attention, KeysValues
from models.demos.speecht5_tts.reference.decoder import DecoderLayer
from models.demos.speecht5_tts.reference.positions import positions
from models.demos.speecht5_tts.reference.speecht5 import STOP, SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.torch_backend.windows import in_windows
from models.tt_audio.host.home import home
from models.tt_audio.torch_backend.hifigan import FastGenerator
from models.tt_audio.torch_backend.precision import generator_dtype

# Frames of a window of postnet and vocoder, without their context. A window costs 48 frames of context in the vocoder,
# so fewer frames mean earlier audio and more work.
FRAMES = 208
STREAMED_FRAMES = 64  # 1 s at the released sizes


class StepLayer:
    """One block of the decoder, for one row at a time."""

    def __init__(self, layer: DecoderLayer):
        self.layer = layer
        attention = layer.self_attention
        parts = (attention.query, attention.key, attention.value)
        self.weight = torch.cat([part.weight.data for part in parts])
        self.bias = torch.cat([part.bias.data for part in parts])
        # The weights of the reference become views, so that memory holds them once.
        for part, weight, bias in zip(parts, self.weight.chunk(3), self.bias.chunk(3), strict=True):
            part.weight.data, part.bias.data = weight, bias

    def __call__(self, x: Tensor, steps: KeysValues, text: KeysValues, step: int) -> Tensor:
        """Return the block's result [1, C] for the step number `step` with input x [1, C].

        `steps`: buffers of all steps, [1, heads, capacity, width], into which the step's own are written.
        """
        layer = self.layer
        heads = layer.self_attention.heads
        query, key, value = linear(x, self.weight, self.bias).view(3, 1, heads, 1, -1)
        steps.keys[:, :, step : step + 1] = key
        steps.values[:, :, step : step + 1] = value
        seen = KeysValues(steps.keys[:, :, : step + 1], steps.values[:, :, : step + 1])
        x = self.normalized(x + self.attend(layer.self_attention, query, seen), layer.self_attention_norm)
        query = layer.cross_attention.query(x).view(1, heads, 1, -1)
        x = self.normalized(x + self.attend(layer.cross_attention, query, text), layer.cross_attention_norm)
        return self.normalized(
            x + layer.feed_forward.narrow(gelu(layer.feed_forward.widen(x))), layer.feed_forward_norm
        )

    @staticmethod
    def attend(attention: Attention, query: Tensor, memory: KeysValues, allowed: Tensor | None = None) -> Tensor:
        """Return what a query [1, heads, 1, width] finds in `memory`, where `allowed` is True: [1, C]."""
        return attention.output(scaled_dot_product_attention(query, *memory, attn_mask=allowed).view(1, -1))

    @staticmethod
    def normalized(x: Tensor, norm: torch.nn.LayerNorm) -> Tensor:
        """Return the layer norm of x."""
        return layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


class OneByOne:
    """Base of the forms that decode one utterance at a time; a subclass has the networks and runs them."""

    rows = 1  # utterances that are decoded together
    speech: SpeechT5Network
    vocoder: Vocoder

    def steps(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor]) -> Iterator[Tensor]:
        """Decode an utterance and yield its mel frames [2, mel] before the postnet, step by step."""
        raise NotImplementedError

    def _postnet(self, frames: Tensor) -> Tensor:
        raise NotImplementedError

    def _vocoder(self, mel: Tensor) -> Tensor:
        raise NotImplementedError

    @property
    def vocoder_config(self) -> VocoderConfig:
        return self.vocoder.config

    def mel(self, steps: Iterable[Tensor], keep: int = FRAMES) -> Iterator[Tensor]:
        """Yield the mel frames [n, mel] after the postnet for the frames of `steps`, in parts of `keep` frames."""
        return in_windows(steps, self._postnet, keep, self.speech.postnet.receptive_field)

    def samples(self, mel: Iterable[Tensor], keep: int = FRAMES) -> Iterator[Tensor]:
        """Yield the samples [n * samples_per_frame] of mel frames, in parts of `keep` frames."""
        context = self.vocoder.generator.receptive_field
        return in_windows(mel, self._vocoder, keep, context, self.vocoder.config.samples_per_frame)

    def speak(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor], keep: int = FRAMES) -> Iterator[Tensor]:
        """Yield the samples of an utterance in parts of `keep` frames, each as soon as its context is decoded."""
        # The postnet is cheap, so it runs over shorter windows: the vocoder then gets its context earlier.
        return self.samples(self.mel(self.steps(tokens, speaker, masks), -(-keep // 4)), keep)

    def speak_together(
        self, utterances: Sequence[tuple[Tensor, Tensor, Iterable[Tensor]]], keep: int = FRAMES
    ) -> Iterator[tuple[int, Tensor]]:
        """Yield parts of utterances (tokens, speaker, masks), one after the other, each with its number."""
        for number, utterance in enumerate(utterances):
            for part in self.speak(*utterance, keep):
                yield number, part


class FastSpeech(OneByOne):
    """A loaded SpeechT5 with its vocoder. `precision` is that of the vocoder (tt_audio.torch_backend.precision)."""

    def __init__(self, speech: SpeechT5Network, vocoder: Vocoder, precision: str = "fast"):
        self.speech = speech
        self.vocoder = vocoder
        self.config = speech.config
        self.layers = [StepLayer(layer) for layer in speech.decoder.layers]
        self.generator = FastGenerator(vocoder.generator, generator_dtype(precision, home()))
        self.positions = speech.prenet.position_scale * positions(self.config.max_speech_positions, self._width)

    @property
    def _width(self) -> int:
        return self.config.hidden_size

    def steps(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the frames [reduction_factor, mel] of each step; the arguments are those of `SpeechT5Network.steps`."""
        limit = max(1, self.config.most_steps(len(tokens)))
        with torch.inference_mode():
            memory = self.speech.encoder(tokens[None])
            texts = [layer.layer.cross_attention.keys_values(memory) for layer in self.layers]
            heads = self.config.decoder_attention_heads
            shape = (2, 1, heads, limit, self._width // heads)
            buffers = [KeysValues(*torch.empty(shape)) for _ in self.layers]
            voice_weight = self.speech.prenet.speaker.weight[:, self._width :]
            voice = linear(normalize(speaker[None]), voice_weight, self.speech.prenet.speaker.bias)
            frame = torch.zeros(1, self.config.num_mel_bins)
        for step, mask in zip(range(limit), masks, strict=False):
            # Not around the loop: between two values the caller must not run in inference mode.
            with torch.inference_mode():
                x = self._prenet(frame, voice, mask, step)
                for layer, steps, text in zip(self.layers, buffers, texts, strict=True):
                    x = layer(x, steps, text, step)
                frames = self.speech.mel(x).view(self.config.reduction_factor, -1)
                ends = bool(self.speech.stop(x).sigmoid().sum() >= STOP)
                frame = frames[-1:]
            yield frames
            if ends:
                return

    def _prenet(self, frame: Tensor, voice: Tensor, mask: Tensor, step: int) -> Tensor:
        """Return the decoder's input [1, C] for a frame [1, mel]; `voice` [1, C] is what the speaker adds."""
        prenet = self.speech.prenet
        x = frame
        for layer, kept in zip(prenet.layers, mask, strict=True):
            x = relu(layer(x)) * kept * prenet.gain
        x = prenet.projection(x) + self.positions[step]
        return relu(voice + linear(x, prenet.speaker.weight[:, : self._width]))

    @torch.inference_mode()
    def _postnet(self, frames: Tensor) -> Tensor:
        return self.speech.postnet(frames[None])[0]

    @torch.inference_mode()
    def _vocoder(self, mel: Tensor) -> Tensor:
        return self.generator(self.vocoder.normalized(mel[None]))[0]
