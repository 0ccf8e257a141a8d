# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Losses of a batch, and the distances of waveforms that they use.

A batch has a few moments of a few sentences, each read by the same speakers. So three things are known: how each
speaker sounds at a moment, that all of them say the same, and what the conversion of one into another should give.
Hence three losses:

* a speaker's frames, through the posterior encoder and the generator, reconstruct the recording;
* the flow removes the voice: frames of different speakers agree after it, measured as the Kullback-Leibler divergence
  of the posterior from a normal distribution around the mean of all of them;
* speaker-free frames with another speaker's voice added, through the generator, give that speaker's recording.

Waveforms are compared by magnitudes at several resolutions and by a mel spectrogram, never by phases, because the
converter's input, a magnitude spectrogram, does not determine these.
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.reference.converter import Converter
from models.tt_audio.host.home import home
from models.tt_audio.judges.mel import BANDS, HOP, WINDOW, filters
from models.tt_audio.torch_backend.precision import bfloat16_is_faster
from training.batches import Batch, Settings

RESOLUTIONS = ((256, 64), (512, 128), (1024, 256), (2048, 512))  # samples of window and hop
FLOOR = 1e-2  # magnitude of a sine at -88 dB in the mel's window; smaller values count as silence


class SpectralDistance(nn.Module):
    def __init__(self, rate: int):
        super().__init__()
        self.register_buffer("bank", torch.from_numpy(filters(rate, WINDOW, BANDS)).float(), persistent=False)
        for size, _ in RESOLUTIONS:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def magnitude(self, waveform: Tensor, size: int, hop: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(waveform, size, hop, size, window, center=False, return_complex=True)
        return (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()

    def mel(self, waveform: Tensor) -> Tensor:
        """Return the logarithm of the magnitudes in mel bands: [B, N] -> [B, BANDS, T]."""
        return (self.bank @ self.magnitude(waveform, WINDOW, HOP)).clamp(min=FLOOR).log()

    def forward(self, actual: Tensor, expected: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distances of the mel spectrograms and of the magnitudes, each a mean over the batch."""
        mel = (self.mel(actual) - self.mel(expected)).abs().mean()
        magnitudes = torch.zeros((), device=actual.device)
        for size, hop in RESOLUTIONS:
            a, b = self.magnitude(actual, size, hop), self.magnitude(expected, size, hop)
            loud = (a - b).norm() / b.norm().clamp(min=1e-3)
            quiet = (a.clamp(min=FLOOR).log() - b.clamp(min=FLOOR).log()).abs().mean()
            magnitudes = magnitudes + (loud + quiet) / len(RESOLUTIONS)
        return mel, magnitudes


def has_fast_bfloat16(device: str) -> bool:
    """Return whether the device multiplies in bfloat16; a CPU that emulates it takes ten times as long as in fp32."""
    return device != "cpu" or bfloat16_is_faster(home())


def losses(
    model: Converter, distance: SpectralDistance, batch: Batch, settings: Settings, random: torch.Generator
) -> dict[str, Tensor]:
    """Return the losses of a batch by name, not weighted."""
    hop, n = model.config.hop_length, settings.speakers
    margin = model.spectrogram.margin
    kind = batch.moments.device.type
    reduced = torch.autocast(kind, torch.bfloat16, enabled=has_fast_bfloat16(kind))  # half the time
    recordings = batch.moments
    with reduced:
        source = model.tone_color_encoder(model.spectrogram.frames(batch.references))[:, :, None]
        mean, log_deviation = model.posterior_encoder.distribution(model.spectrogram.frames(recordings))
    mean, log_deviation, source = mean.float(), log_deviation.float(), source.float()
    noise = torch.randn(mean.shape, generator=random).to(mean.device)
    # A conversion may use any amount of the noise (tau).
    tau = torch.rand((), generator=random).item()
    z = mean + tau * noise * log_deviation.exp()
    with reduced:
        speaker_free = model.flow(z, None, source)
    speaker_free = speaker_free.float()

    by_moment = speaker_free.unflatten(0, (settings.moments, n))
    # Take the unbiased variance: the divergence from a normal distribution around the mean of the others. Add the
    # part that tau removed, because the flow only adds shifts and so passes noise almost unchanged.
    spread = by_moment.var(dim=1, correction=1).mean()
    lacking = (1 - tau**2) * (2 * log_deviation).exp().mean()
    agreement = 0.5 * (spread + lacking) - log_deviation.mean() - 0.5

    # Convert every speaker into the one `turn` positions later in the batch.
    turn = int(torch.randint(1, n, (), generator=random))
    rows = torch.arange(len(z))
    target = rows // n * n + (rows % n + turn) % n
    with reduced:
        in_target_voice = model.flow(speaker_free, None, source[target], reverse=True)
    in_target_voice = in_target_voice.float()

    picked = torch.randperm(len(z), generator=random)[: settings.segments]
    converted = torch.arange(len(picked)) % 4 != 0
    starts = torch.randint(0, settings.frames - settings.segment + 1, picked.shape, generator=random)
    pieces, expected = [], []
    for row, start, convert in zip(picked.tolist(), starts.tolist(), converted.tolist(), strict=True):
        pieces.append((in_target_voice if convert else z)[row, :, start : start + settings.segment])
        recording = recordings[target[row] if convert else row]
        expected.append(recording[margin + start * hop : margin + (start + settings.segment) * hop])
    with reduced:
        waveform = model.generator(torch.stack(pieces))
    waveform, expected = waveform.float(), torch.stack(expected)
    mel, magnitudes = distance(waveform[~converted], expected[~converted])
    converted_mel, converted_magnitudes = distance(waveform[converted], expected[converted])
    return {
        "mel": mel,
        "magnitudes": magnitudes,
        "converted_mel": converted_mel,
        "converted_magnitudes": converted_magnitudes,
        "agreement": agreement,
    }
