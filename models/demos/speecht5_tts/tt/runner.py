# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Utterances on one device: their texts are read, then all of them are decoded together and heard in parts.

For each block of steps the host uploads the dropout masks and downloads one value an utterance, its steps so far; when
a window of frames is due it downloads samples. If the device can replay traces, reading a text, a step, and the samples
of a window are one replay each; otherwise the host dispatches op by op. The programs are the same.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

import ttnn
from models.demos.speecht5_tts.config import VocoderConfig
from models.demos.speecht5_tts.tt.encoder import MASKED
from models.demos.speecht5_tts.tt.layout import BLOCK, OVERLAP, WINDOW, Layout
from models.demos.speecht5_tts.tt.precision import HALF, Precision
from models.demos.speecht5_tts.tt.speecht5 import SpeechT5
from models.tt_audio.host.errors import UsageError
from models.tt_audio.tt.buckets import smallest_bucket
from models.tt_audio.tt.tensors import download, host_tensor, upload
from models.tt_audio.tt.trace_cache import TraceCache
from ttnn.model_preprocessing import ParameterDict


class Utterance(NamedTuple):
    """Input of one utterance."""

    ids: np.ndarray  # [T]
    speaker: np.ndarray  # [S], of any length other than zero
    masks: Iterable  # dropout of the prenet for each step, [layers, units]


class DeviceRunner:
    """Rows for utterances on a device."""

    def __init__(
        self,
        parameters: ParameterDict,
        vocoder_config: VocoderConfig,
        layout: Layout,
        device: ttnn.MeshDevice,
        precision: Precision | None = None,
        traces: TraceCache | None = None,
    ):
        """`traces`: the device's trace cache; None: the device runs op by op."""
        self.config = layout.config
        self.vocoder_config = vocoder_config
        self.layout = layout
        self.device = device
        self.traces = traces
        if traces is not None:
            traces.release()  # the model's tensors must not be where a trace writes
        self.network = SpeechT5(parameters, layout, device, precision or Precision())
        self._speaker = parameters.decoder.prenet.speaker_weight, parameters.decoder.prenet.speaker_bias
        self._texts = {
            tokens: (
                ttnn.from_torch(np.zeros((1, tokens), np.int32), dtype=ttnn.uint32, device=device),
                upload(np.zeros((1, tokens)), device, HALF),
            )
            for tokens in layout.buckets
        }
        self._speaking = False
        self._mask = upload(np.zeros((layout.window_frames, 1)), device)

    @property
    def rows(self) -> int:
        """Utterances that are decoded together."""
        return self.layout.rows

    def speak(self, tokens: Any, speaker: Any, masks: Iterable, keep: int) -> Iterator[np.ndarray]:
        """Yield the samples of an utterance in parts of about `keep` frames, each as soon as its context is decoded.

        `tokens`: ids [T]; `speaker`: [S]; both arrays or tensors of the host.
        """
        for _, samples in self.speak_together([(tokens, speaker, masks)], keep):
            yield samples

    def speak_together(self, utterances: Sequence[tuple], keep: int) -> Iterator[tuple[int, np.ndarray]]:
        """Yield parts of all utterances, each with the number of its utterance; those of one are in order.

        An utterance is ids, speaker and masks, as in `speak`.
        """
        return self._alone(
            [Utterance(np.asarray(ids), np.asarray(speaker), masks) for ids, speaker, masks in utterances], keep
        )

    def _alone(self, utterances: list[Utterance], keep: int) -> Iterator[tuple[int, np.ndarray]]:
        """Decode utterances unless others are being decoded, whose state this would overwrite."""
        if self._speaking:
            raise UsageError(
                "this model speaks another text at the moment: end that one first, or open the model for more rows"
            )
        self._speaking = True
        try:
            yield from self._decode(utterances, keep)
        finally:
            self._speaking = False

    def _decode(self, utterances: list[Utterance], keep: int) -> Iterator[tuple[int, np.ndarray]]:
        if not 0 < len(utterances) <= self.rows:
            raise UsageError(f"{len(utterances)} utterances do not fit: this device was opened for {self.rows}")
        self._begin(utterances)
        reduction, margin = self.config.reduction_factor, self.layout.margin
        limits = [max(1, self.config.most_steps(len(utterance.ids))) for utterance in utterances]
        masks = {row: iter(utterance.masks) for row, utterance in enumerate(utterances)}
        if keep > self.layout.window_frames - margin:
            keep = self.layout.window_frames  # samples come when a window is full
        unheard = {row: 0 for row in range(len(utterances))}  # first frame of each utterance that was not yielded yet
        steps = base = heard = 0
        while unheard:
            self._block(masks, limits, steps)
            steps += BLOCK
            counts = np.minimum(download(self.network.state.count).reshape(-1)[: len(limits)], limits).astype(int)
            full = steps - base == WINDOW
            due = full or reduction * (steps - heard) >= keep
            for row, first in list(unheard.items()):
                begin = first - reduction * base
                if counts[row] < steps or limits[row] == steps:
                    del unheard[row], masks[row]
                    yield row, self._samples(row, begin, reduction * (counts[row] - base), masked=True)
                elif due and (end := reduction * steps - margin) > first:
                    unheard[row] = end
                    yield row, self._samples(row, begin, end - reduction * base)
            if due:
                heard = steps
            if full and unheard:
                self._run("move", self.network.state.move_window)
                self.network.state.continue_window()
                base += WINDOW - OVERLAP

    def warm_up(self) -> None:
        """Compile all programs, and capture the traces, so that no utterance has to wait for it."""
        silent = [np.zeros((self.config.speech_decoder_prenet_layers, self.config.speech_decoder_prenet_units))]
        for _ in range(1 if self.traces is None else 2):
            for tokens in self.layout.buckets:
                ids = np.zeros(min(tokens, self.config.most_tokens), np.int32)
                speaker = np.ones(self.config.speaker_embedding_dim, np.float32)
                self._begin([Utterance(ids, speaker, silent)] * self.rows)
            self._block({0: iter(silent)}, [1], 0)
            download(self.network.state.count)
            self._run("move", self.network.state.move_window)
            for row in range(self.rows):
                self.network.load(row)
            for masked in (False, True):
                self._samples(0, 0, 1, masked)

    def _begin(self, utterances: Sequence[Utterance]) -> None:
        """Read the texts, and reset the state of the decoder."""
        for row, utterance in enumerate(utterances):
            self._read(utterance.ids, row)
        voices = np.stack([self._voice(utterance.speaker) for utterance in utterances])
        self.network.state.begin(voices, [len(utterance.ids) for utterance in utterances])

    def _read(self, ids: np.ndarray, row: int) -> None:
        """Encode a text and keep its keys and values for a row."""
        count = len(ids)
        too_long = f"a sentence of {count} ids does not fit; at most {self.config.most_tokens} do"
        tokens = smallest_bucket(self.layout.buckets, count, too_long)
        padded = np.full((1, tokens), self.config.pad_token_id, np.int32)
        padded[0, :count] = ids
        mask = np.zeros((1, tokens), np.float32)
        mask[0, count:] = MASKED
        own_ids, own_mask = self._texts[tokens]
        ttnn.copy_host_to_device_tensor(ttnn.from_torch(padded, dtype=ttnn.uint32), own_ids)
        ttnn.copy_host_to_device_tensor(host_tensor(mask, HALF), own_mask)
        self.network.keep(self._run(("read", tokens), lambda: self.network.read(own_ids, own_mask)), row)

    def _voice(self, speaker: np.ndarray) -> np.ndarray:
        """Return the bias [C] of a voice."""
        weight, bias = self._speaker
        speaker = speaker.astype(np.float64)
        return weight @ (speaker / np.linalg.norm(speaker)) + bias

    def _block(self, masks: Mapping[int, Iterator], limits: list[int], first: int) -> None:
        """Take a block of steps. An utterance without further masks gets the limit of the steps that had some."""
        config = self.config
        shape = (self.rows, BLOCK, config.speech_decoder_prenet_layers, config.speech_decoder_prenet_units)
        block = np.zeros(shape, np.float32)
        for row, source in masks.items():
            given = [np.asarray(mask) for mask in islice(source, min(BLOCK, limits[row] - first))]
            block[row, : len(given)] = np.stack(given) if given else 0
            limits[row] = min(limits[row], first + len(given)) if len(given) < BLOCK else limits[row]
        self.network.state.begin_block(block)
        for _ in range(BLOCK):
            self._run("step", self.network.step)

    def _samples(self, row: int, begin: int, end: int, masked: bool = False) -> np.ndarray:
        """Return the samples of the frames `begin` to `end` in the window of a row.

        `masked`: whether the utterance ends with them; otherwise their context follows in the window.
        """
        self.network.load(row)
        if masked:
            valid = np.arange(self.layout.window_frames)[:, None] < end
            ttnn.copy_host_to_device_tensor(host_tensor(valid), self._mask)
        output = self._run(("samples", masked), lambda: self.network.samples(self._mask if masked else None))
        rate = self.vocoder_config.samples_per_frame
        return download(output).reshape(-1)[rate * begin : rate * end]

    def _run(self, form: Hashable, compute: Callable[[], Any]) -> Any:
        """Compute op by op or, from the second time on, by replaying the trace of a form."""
        if self.traces is None or self.traces.register_shape((self, form)):
            return compute()
        return self.traces.replay((self, form), compute)
