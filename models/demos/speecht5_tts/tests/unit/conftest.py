# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Small seeded models: as files in the released format, loaded, and as transformers loads them."""

import pytest
import torch

from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.demos.speecht5_tts.synthetic import (
    SMALL_CONFIG,
    SMALL_VOCODER_CONFIG,
    write_speech,
    write_tokenizer,
    write_vocoder,
)


@pytest.fixture(scope="session")
def speech_folder(tmp_path_factory):
    return write_tokenizer(write_speech(tmp_path_factory.mktemp("speech"), SMALL_CONFIG))


@pytest.fixture(scope="session")
def vocoder_folder(tmp_path_factory):
    return write_vocoder(tmp_path_factory.mktemp("vocoder"), SMALL_VOCODER_CONFIG)


@pytest.fixture(scope="session")
def speech(speech_folder):
    return load_speech(speech_folder)


@pytest.fixture(scope="session")
def vocoder(vocoder_folder):
    return load_vocoder(vocoder_folder)


@pytest.fixture(scope="session")
def upstream(speech_folder):
    """Return transformers' model with the same weights."""
    from transformers.models.speecht5.configuration_speecht5 import SpeechT5Config
    from transformers.models.speecht5.modeling_speecht5 import SpeechT5ForTextToSpeech

    model = SpeechT5ForTextToSpeech(SpeechT5Config(**SMALL_CONFIG)).eval()
    state = torch.load(speech_folder / "pytorch_model.bin", weights_only=True)
    report = model.load_state_dict(state, strict=False)
    assert not report.missing_keys and {name.rsplit(".")[-1] for name in report.unexpected_keys} == {"pe"}
    return model


@pytest.fixture(scope="session")
def upstream_vocoder(vocoder_folder):
    """Return transformers' vocoder with the same weights."""
    from transformers.models.speecht5.configuration_speecht5 import SpeechT5HifiGanConfig
    from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

    model = SpeechT5HifiGan(SpeechT5HifiGanConfig(**SMALL_VOCODER_CONFIG)).eval()
    model.load_state_dict(torch.load(vocoder_folder / "pytorch_model.bin", weights_only=True))
    return model


@pytest.fixture
def tokens():
    """Return the ids [T] of a text."""
    return torch.randint(4, 79, (17,), generator=torch.Generator().manual_seed(1))


@pytest.fixture
def speaker():
    """Return a speaker embedding [S]."""
    return torch.randn(SMALL_CONFIG["speaker_embedding_dim"], generator=torch.Generator().manual_seed(2))
