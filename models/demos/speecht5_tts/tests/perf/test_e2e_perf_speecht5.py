# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Wall time of an utterance on a card: replayed traces, all transfers, compared with targets.yaml.

    pytest models/demos/speecht5_tts/tests/perf -m models_performance_bare_metal

Weights are seeded, of full size, and never end a sentence before its limit, because the device's work depends only on
sizes and on the length of the speech. Each case writes a perf_speecht5_*.csv.
"""

from pathlib import Path

import numpy as np
import pytest

from models.demos.speecht5_tts.pipeline import FRAME_MILLISECONDS, SpeechT5
from models.demos.speecht5_tts.synthetic import CONFIG, VOCODER_CONFIG, write_speech, write_tokenizer, write_vocoder
from models.demos.speecht5_tts.tests.perf.stages import TARGETS
from models.demos.speecht5_tts.tt.backend import TRACE_REGION_SIZE
from models.tt_audio.testing import targets
from models.tt_audio.testing.gates import card_name, hold_wall_time, needs_card, wall_time
from models.tt_audio.tt.trace_cache import obstacle

TEXT = "The ferry was late."
NEVER_STOPS = -30.0  # bias of the stop value
STEP_SECONDS = 2 * FRAME_MILLISECONDS / 1000

pytestmark = [
    needs_card,
    pytest.mark.models_performance_bare_metal,
    pytest.mark.timeout(1200),  # a cold machine compiles every kernel first
    pytest.mark.parametrize("device_params", [{"trace_region_size": TRACE_REGION_SIZE}], indirect=True, ids=[""]),
]


def test_speech(device, tmp_path):
    """Speak a sentence, and the first sound of it in a stream."""
    assert obstacle(device, TRACE_REGION_SIZE) is None
    model, voice = load(tmp_path, CONFIG, VOCODER_CONFIG, backend="ttnn", device=device)
    measure(model, voice, targets.load(TARGETS))


def load(folder: Path, config: dict, vocoder: dict, **settings) -> tuple[SpeechT5, Path]:
    """Write a model and a voice of these sizes; return the loaded model and the voice's file."""
    speech = write_tokenizer(write_speech(folder / "speech", config, stop_bias=NEVER_STOPS))
    np.save(folder / "voice.npy", np.random.default_rng(0).standard_normal(config["speaker_embedding_dim"]))
    model = SpeechT5.from_pretrained(speech, write_vocoder(folder / "vocoder", vocoder), download=False, **settings)
    return model, folder / "voice.npy"


def measure(model: SpeechT5, voice: Path, limits: targets.Targets) -> None:
    """Time an utterance and the first sound of a stream, and hold their limits."""
    card = card_name()
    speaker, spoken = model.voice(voice), []
    wall = wall_time(lambda: spoken.append(model.speak(TEXT, speaker)))
    seconds = len(spoken[-1]) / model.sampling_rate
    metrics = {"speech_rtf": wall.again / seconds, "steps_per_second": seconds / STEP_SECONDS / wall.again}
    expected = limits.strictest("speech_rtf", card) * seconds
    hold_wall_time("speecht5_speech", card, wall, metrics, expected, limits)
    first = wall_time(lambda: next(model.speak_stream(TEXT, speaker)))
    metrics = {"first_audio_seconds": first.again}
    hold_wall_time("speecht5_first_audio", card, first, metrics, limits.strictest("first_audio_seconds", card), limits)
