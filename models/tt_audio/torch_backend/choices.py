# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The precisions that a user may choose on a CPU; precision.py says what they mean."""

PRECISIONS = ("fast", "exact", "bfloat16")
