# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Constants and sizes of the HiFi-GAN generator, for reference/, torch_backend/ and tt/. Imports no torch."""

from typing import Protocol

# Negative slopes of leaky ReLU. Upstream passes none to its last one, which so has PyTorch's default; checkpoints are
# trained with it.
SLOPE = 0.1
LAST_SLOPE = 0.01
END_KERNEL_SIZE = 7  # of the first and the last convolution; a constant in upstream's code


class GeneratorConfig(Protocol):
    """Sizes of a generator, as attributes that can be read; the config of a model with a generator has them."""

    @property
    def inter_channels(self) -> int:
        ...

    @property
    def gin_channels(self) -> int:  # 0: there is no speaker embedding
        ...

    @property
    def resblock_kernel_sizes(self) -> tuple[int, ...]:
        ...

    @property
    def resblock_dilation_sizes(self) -> tuple[tuple[int, ...], ...]:
        ...

    @property
    def upsample_rates(self) -> tuple[int, ...]:
        ...

    @property
    def upsample_kernel_sizes(self) -> tuple[int, ...]:
        ...

    @property
    def upsample_initial_channel(self) -> int:
        ...
