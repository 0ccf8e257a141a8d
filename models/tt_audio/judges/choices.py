# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The recognisers that a user may choose, and the Whisper model unless another is named; recognisers.py opens them."""

RECOGNISERS = ("tiny.en", "whisper", "none")
WHISPER = "openai/whisper-small"
# What recognisers.py reads of it.
WHISPER_FILES = (
    *("config.json", "generation_config.json", "preprocessor_config.json", "model.safetensors"),
    *("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "normalizer.json"),
    *("added_tokens.json", "special_tokens_map.json"),
)
