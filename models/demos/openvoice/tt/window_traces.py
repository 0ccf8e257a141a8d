# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Traces of the converter's windows; runner.py uses them if the device can replay.

A window has two traces. The latent trace computes the part that does not depend on a target voice and is replayed once;
the waveform trace computes the samples in one target voice and is replayed for each target:

    packed input, source voice -> [latent trace] -> speaker-free latents, mask
    speaker-free latents, mask, target voice -> [waveform trace] -> rows of samples
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

import ttnn
from models.demos.openvoice.tt.conditioning import Conditioning
from models.demos.openvoice.tt.converter import Converter
from models.tt_audio.tt.trace_cache import COMPUTE, Trace, TraceCache


@dataclass(frozen=True)
class WindowForm:
    """Form of a window: windows with the same form run the same programs."""

    frames: int  # bucket
    masked: bool
    starts: tuple[int, ...]  # first frames of the generator windows


class VoiceSlot:
    """Biases of one voice at the addresses from which the traces read them."""

    def __init__(self, voice: Conditioning, device: ttnn.MeshDevice):
        self.voice = voice
        self.biases = voice.map(lambda bias: ttnn.to_device(bias, device, memory_config=ttnn.DRAM_MEMORY_CONFIG))

    def load(self, voice: Conditioning) -> None:
        """Copy a voice from the host, unless the slot holds it already.

        The copy takes no program, only a small write for each bias (V2: 16).
        """
        if voice is not self.voice:
            for bias, target in zip(voice.flat(), self.biases.flat(), strict=True):
                ttnn.copy_host_to_device_tensor(bias, target, cq_id=COMPUTE)
            self.voice = voice


class WindowTraces:
    """Traces of one converter."""

    def __init__(
        self,
        traces: TraceCache,
        network: Converter,
        generator_window: int,
        shapes: dict[int, tuple[int, ...]],
        voice: Conditioning,
    ):
        """`shapes`: shape of the packed input by bucket; `voice`: any voice on the host, for the shapes of biases."""
        self.traces = traces
        self.network = network
        self.generator_window = generator_window
        self.inputs = {frames: traces.input(shape) for frames, shape in shapes.items()}
        self.source, self.target = VoiceSlot(voice, traces.device), VoiceSlot(voice, traces.device)

    def load(self, source: Conditioning, target: Conditioning) -> tuple[Conditioning, Conditioning]:
        """Load two voices and return their biases on the device."""
        self.source.load(source)
        self.target.load(target)
        return self.source.biases, self.target.biases

    def begin(
        self, packed: np.ndarray, form: WindowForm, source: Conditioning, targets: Sequence[Conditioning]
    ) -> Callable[[], list[np.ndarray]]:
        """Enqueue a window; return a function that waits for its rows of samples, one array for each target."""
        window_input = self.inputs[form.frames]
        self.source.load(source)
        window_input.upload(packed)
        self.compile(form)
        latent, waveform = self._captured(form)
        self.traces.execute(latent)
        window_input.release()
        rows = []
        for target in targets:
            self.target.load(target)
            self.traces.execute(waveform)
            rows.append(ttnn.from_device(waveform.output, blocking=False, queue_id=COMPUTE))
        done = ttnn.record_event(self.traces.device, COMPUTE)

        def finish() -> list[np.ndarray]:
            ttnn.event_synchronize(done)
            return [ttnn.to_torch(row).numpy() for row in rows]

        return finish

    def compile(self, form: WindowForm) -> None:
        """Run a new form once, op by op, to compile its programs; the values of its input do not matter."""
        if self.traces.register_shape((self, form)):
            self._run_waveform(form, self._run_latent(form.frames, form.masked))
            self.inputs[form.frames].release()

    def _captured(self, form: WindowForm) -> tuple[Trace, Trace]:
        # the waveform trace reads the output of the latent trace, so the latent trace is captured first
        latent = self.traces.captured(
            (self, form.frames, form.masked), lambda: self._run_latent(form.frames, form.masked)
        )
        waveform = self.traces.captured((self, form), lambda: self._run_waveform(form, latent.output))
        self.inputs[form.frames].check()
        return latent, waveform

    def _run_latent(self, frames: int, masked: bool) -> tuple[tuple[ttnn.Tensor, ttnn.Tensor], ttnn.Tensor | None]:
        hops, noise, mask = self.network.unpack(self.inputs[frames].tensor, frames, masked)
        return self.network.remove_voice(hops, noise, self.source.biases, mask), mask

    def _run_waveform(
        self, form: WindowForm, latent: tuple[tuple[ttnn.Tensor, ttnn.Tensor], ttnn.Tensor | None]
    ) -> ttnn.Tensor:
        speaker_free, mask = latent
        z = self.network.add_voice(speaker_free, self.target.biases, mask)
        return self.network.waveform(z, form.starts, self.generator_window, self.target.biases, mask)
