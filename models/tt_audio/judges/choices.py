# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The recognisers that a user may choose, and the Whisper model unless another is named; recognisers.py opens them."""

RECOGNISERS = ("tiny.en", "whisper", "none")
WHISPER = "openai/whisper-small"
