# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Backend "ttnn" of pipeline.py: SpeechT5 and its vocoder loaded on one card, for a number of utterances at a time."""

import ttnn
from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.tt.layout import HEAD_TILE, Layout
from models.demos.speecht5_tts.tt.parameters.speecht5 import speecht5
from models.demos.speecht5_tts.tt.precision import Precision
from models.demos.speecht5_tts.tt.runner import DeviceRunner
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.tt.device import open_until_exit
from models.tt_audio.tt.trace_cache import open_traces

# Bytes, for `ttnn.open_device(trace_region_size=...)`. The traces have about 1,200 programs together. In a trace of a
# simulated Wormhole with 72 cores a program takes 5.8 kB; a Blackhole has more cores.
TRACE_REGION_SIZE = 24 << 20
MOST_ROWS = 32  # the rows of a tile


def open_runner(
    speech: SpeechT5Network,
    vocoder: Vocoder,
    device: ttnn.MeshDevice | int | None = None,
    rows: int = 1,
    traced: bool | None = None,
    precision: Precision | None = None,
) -> DeviceRunner:
    """Load a network and its vocoder on a device and return the runner, warm.

    `device`: an open device, or the number of one of the machine's; None: its first. A device opened here stays open
    until the process ends. `rows`: utterances that are decoded together. `traced`: whether steps are replayed from a
    trace; None: if the device can.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise UsageError(f"{rows} utterances at a time do not fit a device: it takes 1 to {MOST_ROWS}")
    layout = Layout(speech.config, rows)
    _check(speech.config, layout, speech.postnet.receptive_field + vocoder.generator.receptive_field)
    if device is None or isinstance(device, int):
        device = open_until_exit(device or 0, TRACE_REGION_SIZE)
    traces = open_traces(device, TRACE_REGION_SIZE, traced)
    precision = precision or Precision()
    parameters = speecht5(speech, vocoder, layout, precision)
    runner = DeviceRunner(parameters, vocoder.config, layout, device, precision, traces)
    runner.warm_up()
    return runner


def _check(config: SpeechT5Config, layout: Layout, receptive_field: int) -> None:
    """Refuse a model whose sizes the device path does not take."""
    for heads in (config.encoder_attention_heads, config.decoder_attention_heads):
        if (width := config.hidden_size // heads) % HEAD_TILE:
            raise DeviceError(f"heads of {width} channels do not fit a card, whose tiles have {HEAD_TILE}: use a CPU")
    if receptive_field > layout.margin:
        raise DeviceError(
            f"postnet and vocoder depend on {receptive_field} frames to each side, and a window of the device has "
            f"{layout.margin}: use a CPU"
        )
