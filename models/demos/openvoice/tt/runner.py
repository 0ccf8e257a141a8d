# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Conversion of recordings on one chip, window by window.

A window uploads one packed tensor and downloads one row of samples for each target. If the device can replay traces
(window_traces.py), the host does nothing else; otherwise it dispatches op by op. The programs are the same.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from loguru import logger

import ttnn
from models.demos.openvoice.tt.conditioning import Conditioning
from models.demos.openvoice.tt.converter import packed_shape
from models.demos.openvoice.tt.device_converter import DeviceConverter
from models.demos.openvoice.tt.window_traces import WindowForm, WindowTraces
from models.demos.openvoice.windows import Window
from models.tt_audio.tt.tensors import concat_rows, download, upload


class ChipRunner:
    """Runner of a converter on the one chip of its device."""

    def __init__(self, converter: DeviceConverter):
        self.converter = converter
        self.traces = None
        if converter.traces is not None:
            config, buckets = converter.config, (converter.short, converter.long)
            self.traces = WindowTraces(
                converter.traces,
                converter.network,
                converter.short,
                {frames: (1, 1, *packed_shape(config, frames)) for frames in buckets},
                converter.biases(np.zeros(config.gin_channels, np.float32)),
            )
        self._run = self._eager if self.traces is None else self.traces.begin

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Yield for each stretch of `chunk` frames (None: as many as fit) its samples in each target voice.

        `blocks`: consecutive samples of the recording; `source`, `targets`: speaker embeddings [gin_channels]; `tau`
        and `seed`: scale and seed of the latent's noise.
        """
        converter = self.converter
        voice, voices = converter.voice(source), [converter.voice(target) for target in targets]
        # Without `chunk` the next window is begun before this one is awaited; with it each piece is yielded at once.
        ahead = 0 if chunk else 1
        begun: deque[Callable] = deque()
        try:
            for window in converter.windows(blocks, chunk):
                begun.append(self._begin(window, voice, voices, tau, seed))
                if len(begun) > ahead:
                    yield begun.popleft()()
            while begun:
                yield begun.popleft()()
        finally:
            if begun:  # the caller has stopped, but the device still writes into the memory for these samples
                ttnn.synchronize_device(converter.device)

    def warm_up(self) -> None:
        """Compile every bucket's programs and prepare every weight, so that no later call has to wait for it."""
        converter = self.converter
        converter.embedder.warm_up(
            converter.embed
        )  # before the first capture, because each new form releases all traces
        voice = converter.voice(np.zeros(converter.config.gin_channels, np.float32))
        forms = converter.forms()
        if self.traces is not None:
            for form in forms:  # all of them before the first capture, for the same reason
                self.traces.compile(form)
        for form in forms:
            silence = np.zeros((1, 1, *packed_shape(converter.config, form.frames)), np.float32)
            self._run(silence, form, voice, [voice])()
        logger.info(
            f"warm: windows of {converter.short} and {converter.long} frames, "
            f"{converter.device.num_program_cache_entries()} programs compiled"
        )

    # --- one window ---------------------------------------------------------------------------------------------------

    def _begin(
        self, window: Window, source: Conditioning, targets: Sequence[Conditioning], tau: float, seed: int
    ) -> Callable[[], list[np.ndarray]]:
        """Enqueue a window (op by op: only pack it); return a function that waits for its samples in each target."""
        form = self.converter.form(window)
        rows = self._run(self.converter.packed(window, form.frames, tau, seed), form, source, targets)

        def finish() -> list[np.ndarray]:
            samples = [row.reshape(len(form.starts), -1) for row in rows()]
            return [self.converter.kept(own, form.starts, window.keep)[: window.keep_samples] for own in samples]

        return finish

    def _eager(
        self, packed: np.ndarray, form: WindowForm, source: Conditioning, targets: Sequence[Conditioning]
    ) -> Callable[[], list[np.ndarray]]:
        """Return a function that runs a window op by op; its result is a row of samples for each target."""
        network, window = self.converter.network, self.converter.short

        def finish() -> list[np.ndarray]:
            rows = upload(packed, self.converter.device, layout=ttnn.ROW_MAJOR_LAYOUT)
            hops, drawn, mask = network.unpack(rows, form.frames, form.masked)
            speaker_free = network.remove_voice(hops, drawn, source, mask)
            samples = []
            for target in targets:
                z = network.add_voice(speaker_free, target, mask)
                samples.append(download(network.waveform(z, form.starts, window, target, mask)))
            return samples

        return finish

    # --- speech that is on the device already: melo_runner.py ---------------------------------------------------------

    def voices(self, source: np.ndarray, target: np.ndarray) -> tuple[Conditioning, Conditioning]:
        """Return the biases of two embeddings on the device; with traces, at the addresses that the traces read."""
        voices = self.converter.voice(source), self.converter.voice(target)
        return voices if self.traces is None else self.traces.load(*voices)

    def convert_hops(
        self,
        hops: ttnn.Tensor,
        noise: ttnn.Tensor,
        mask: ttnn.Tensor,
        frames: int,
        batch: int,
        source: Conditioning,
        target: Conditioning,
    ) -> ttnn.Tensor:
        """Convert a batch of items of `frames` frames each, with the biases that `voices` returned.

        hops [1, 1, batch * (frames + overlap), hop], noise [1, 1, batch * frames, channels] times tau, mask [1, 1,
        batch * frames, 1] -> rows of samples, one for each generator window, which `kept_of_hops` joins
        """
        network = self.converter.network
        z = network.add_voice(network.remove_voice(hops, noise, source, mask, batch), target, mask, batch)
        window, starts = min(self.converter.short, frames), self.converter.generator_starts(frames)
        rows = []
        for item in range(batch):
            at = [item * frames + start for start in starts]
            rows += network.rows(z, at, window, target.conv_pre, mask)
        return concat_rows(rows)

    def kept_of_hops(self, rows: np.ndarray, frames: int, counts: Sequence[int]) -> list[np.ndarray]:
        """Return the samples of the first `counts` frames of each item from the downloaded rows of `convert_hops`."""
        starts = self.converter.generator_starts(frames)
        items = rows.reshape(len(counts), len(starts), -1)
        return [self.converter.kept(own, starts, slice(0, count)) for own, count in zip(items, counts, strict=True)]
