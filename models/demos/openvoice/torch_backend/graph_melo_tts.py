# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to base speech on a GPU: MeloTTS, OpenVoice V1's base speakers and Piper's voices.

BERT, text encoder and durations run op by op, at the length of the text. Then the host waits once for the number of
frames, and draws their noise. Flow and generator, nearly all of the work, run in one CUDA graph for each of a few
numbers of frames; frames after a sentence's end are masked.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn
from torch.nn.functional import pad

from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts, repeat_phones, sequence_mask
from models.demos.openvoice.reference.bert import bert_input, columns
from models.demos.openvoice.reference.melo_tts import Encoding, MeloTTS
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences, TooManyFrames, draw
from models.demos.openvoice.torch_backend.graph_forms import FRAMES, GraphForm, bucket, form_for, forms, padded_rows
from models.tt_audio.torch_backend.accelerate import Accelerated
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.hifigan import FastGenerator
from models.tt_audio.torch_backend.stages import IEEE, Stages, products


class FrameNetwork:
    """Flow and generator for a pass, each in its format."""

    def __init__(self, model: MeloTTS, stages: Stages):
        self.model = model
        self.stages = stages
        self.generate = FastGenerator(model.generator, stages.vocoder.dtype)

    def __call__(self, z: Tensor, mask: Tensor, speaker: Tensor | None) -> Tensor:
        """Return samples [B, T * samples per frame] of the flow's input z [B, I, T].

        mask [B, 1, T] of valid frames; speaker [B, G, 1], or None for a model without speakers.
        """
        with products(self.stages.flow):
            z = self.model.flow(z, mask, speaker, reverse=True)
        with products(self.stages.vocoder):
            return self.generate(z, speaker, mask)


class GraphMeloTTS:
    """A loaded text-to-speech model and the BERT that it speaks with, or None; implements `SpeechNetwork`."""

    backend = None
    speak_in_voice = None

    def __init__(
        self,
        model: MeloTTS,
        bert: nn.Module | None,
        graphs: GraphCache,
        stages: Stages,
        known: Sequence[GraphForm] | None = None,
    ):
        """Move both networks to the device of `graphs`. `known`: forms to capture; None: those for MOST_FRAMES."""
        self.model = model.to(graphs.device).eval().requires_grad_(False)
        self.bert = None if bert is None else bert.to(graphs.device, stages.bert.dtype).eval().requires_grad_(False)
        self.config = model.config
        self.graphs = graphs
        self.stages = stages
        self.forms = list(forms((*FRAMES, MOST_FRAMES)) if known is None else known)
        self.frame_side = Accelerated(FrameNetwork(self.model, stages), graphs, IEEE)
        with graphs.opening():
            for rows, frames in self.forms:
                speaker = torch.zeros(rows, model.config.gin_channels, 1) if model.config.gin_channels else None
                ones = torch.ones(rows, 1, frames)
                self.frame_side(torch.zeros(rows, model.config.inter_channels, frames), ones, speaker)

    @torch.inference_mode()
    def speak(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """Return one waveform [samples] for each sentence, from the same draws as `MeloTTS.forward`."""
        self.model.check(sentences, speakers)
        self.model.check_prosody(prosody)
        noise = draw(randomness, 2, sentences.lengths) if prosody.sdp_ratio else None
        encoding, durations = self._text_side(sentences, speakers, prosody, noise)
        counts = frame_counts(durations).cpu()  # the one wait for a value
        if (longest := int(counts.max())) > MOST_FRAMES:
            raise TooManyFrames(longest)
        noise = draw(randomness, self.config.inter_channels, counts)
        frames = bucket(longest, self.forms)
        waveforms: list[Tensor] = []
        while (first := len(waveforms)) < len(counts):
            form = form_for(len(counts) - first, frames, self.forms)
            part = slice(first, first + form.rows)
            samples = self._frame_side(encoding, durations, counts, prosody, noise, part, form).cpu()
            rate = self.config.samples_per_frame
            waveforms += [row[: count * rate] for row, count in zip(samples, counts[part].tolist(), strict=False)]
        return waveforms

    def _text_side(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, noise: Tensor | None
    ) -> tuple[Encoding, Tensor]:
        sentences = self._with_features(sentences)
        names = [name for name in ("phones", "lengths", "tones", "languages", "bert", "chinese_bert")]
        given = {name: tensor for name in names if (tensor := getattr(sentences, name)) is not None}

        def compute(speakers: Tensor, *tensors: Tensor) -> tuple[Encoding, Tensor]:
            on_device = replace(sentences, **dict(zip(given, tensors, strict=False)))
            own_noise = None if noise is None else tensors[-1]
            return self.text_side(on_device, speakers, prosody, own_noise)

        return self.graphs.eager([speakers, *given.values(), *([] if noise is None else [noise])], compute)

    def text_side(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, noise: Tensor | None
    ) -> tuple[Encoding, Tensor]:
        """Return the encoding and the durations [B, N] of sentences on the device, without waiting for a value."""
        with products(self.stages.text):
            encoding = self.model.encode(sentences, speakers)
            return encoding, self.model.durations(encoding, prosody, noise)

    def _with_features(self, sentences: Sentences) -> Sentences:
        """Put in BERT's features, padded with zeros to the longest sentence."""
        if self.bert is None:
            return sentences
        if sentences.pieces is None:
            raise ValueError("BERT needs the word pieces of a sentence, not features of them")
        features = [self.graphs.eager(bert_input(pieces), self.features) for pieces in sentences.pieces]
        width = sentences.phones.shape[1]
        return replace(sentences, bert=torch.stack([pad(rows, (0, width - rows.shape[1])) for rows in features]))

    def features(self, ids: Tensor, owners: Tensor) -> Tensor:
        """Return BERT's features [width, phones]; see `columns`."""
        with products(self.stages.bert):
            return columns(self.bert, ids, owners)  # type: ignore[arg-type]

    def _frame_side(
        self,
        encoding: Encoding,
        durations: Tensor,
        counts: Tensor,
        prosody: Prosody,
        noise: Tensor,
        part: slice,
        form: GraphForm,
    ) -> Tensor:
        """Return samples [rows of the form, T * samples per frame] of the sentences `part`."""

        def compute(counts: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
            return self.frame_inputs(encoding, durations, counts, prosody.noise_scale, noise, part, form)

        padded = padded_rows(noise[part], len(noise[part]), form.frames)
        return self.frame_side(*self.graphs.eager([counts[part], padded], compute))

    @staticmethod
    def frame_inputs(
        encoding: Encoding,
        durations: Tensor,
        counts: Tensor,
        noise_scale: float,
        noise: Tensor,
        part: slice,
        form: GraphForm,
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return the arguments of `FrameNetwork` for the sentences `part`, padded to a form.

        `counts` [sentences], noise [sentences, I, frames of the form].
        """
        rows, frames = form
        mean = repeat_phones(encoding.mean[part], durations[part], frames)
        deviation = repeat_phones(encoding.log_deviation[part], durations[part], frames).exp()
        z = mean + noise * deviation * noise_scale
        mask = sequence_mask(counts, frames)
        speaker = encoding.speaker
        if speaker is not None:
            speaker = padded_rows(speaker[part], rows, 1)
        # A row without a sentence is all valid, because attention without any valid key is not a number.
        mask = pad(mask, (0, 0, 0, 0, 0, rows - len(mask)), value=1.0)
        return padded_rows(z, rows, frames), mask, speaker
