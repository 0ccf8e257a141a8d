# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stages whose device time is limited by targets.yaml: full size, weights that do not matter, op by op.

Each function loads the networks on a device and returns a function that runs the stage once.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from models.demos.speecht5_tts.config import SpeechT5Config, VocoderConfig
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.synthetic import CONFIG, VOCODER_CONFIG
from models.demos.speecht5_tts.tt.layout import Layout
from models.demos.speecht5_tts.tt.parameters.speecht5 import speecht5 as parameters_of
from models.demos.speecht5_tts.tt.precision import Precision
from models.demos.speecht5_tts.tt.runner import DeviceRunner

TARGETS = Path(__file__).with_name("targets.yaml")
# Steps of the caches by utterances: one utterance may have all positions, 32 are measured at 16 seconds of speech.
MOST_STEPS = {1: None, 32: 496}


def networks(config: dict = CONFIG, vocoder: dict = VOCODER_CONFIG) -> tuple[SpeechT5Network, Vocoder]:
    """Return networks of these sizes."""
    return SpeechT5Network(SpeechT5Config.from_dict(config)), Vocoder(VocoderConfig.from_dict(vocoder))


def make_runner(
    device, speech_and_vocoder: tuple[SpeechT5Network, Vocoder], rows: int = 1, most_steps: int | None = None
) -> DeviceRunner:
    """Load networks on a device; the runner dispatches op by op."""
    speech, vocoder = speech_and_vocoder
    layout, precision = Layout(speech.config, rows, most_steps), Precision()
    parameters = parameters_of(speech, vocoder, layout, precision)
    return DeviceRunner(parameters, vocoder.config, layout, device, precision)


def encoder(device) -> Callable[[], object]:
    """Return a run of the encoder on the longest text."""
    runner = make_runner(device, networks())
    text = runner._texts[runner.layout.tokens]
    return lambda: runner.network.encoder(*text)


def step(device, rows: int) -> Callable[[], object]:
    """Return a step of the decoder."""
    return make_runner(device, networks(), rows, MOST_STEPS[rows]).network.step


def window(device) -> Callable[[], object]:
    """Return a run of postnet and vocoder on a window inside an utterance."""
    runner = make_runner(device, networks())
    return lambda: runner._samples(0, 0, 256)


# By their names in targets.yaml and the budgets.
STAGES: dict[str, Callable] = {
    "speecht5, encoder, 192 tokens": encoder,
    "speecht5, step of 1 utterance": partial(step, rows=1),
    "speecht5, step of 32 utterances": partial(step, rows=32),
    "speecht5, window of 256 frames": window,
}
