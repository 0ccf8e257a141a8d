# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: the base class of every device module under a model's tt/ folder."""


class LightweightModule:
    """A callable with a forward(): what torch.nn.Module offers beyond that costs host time on every call."""

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)
