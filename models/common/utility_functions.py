# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: the correlation that tests and tools use.

Name, signature and result are tt-metal's, so that a model works unchanged in a tt-metal tree. comp_pcc is stricter in
two cases in which a correlation means nothing (see there); a comparison that passes here also passes there.
"""

import torch
from loguru import logger

# Constant tensors have no correlation; their values are compared instead. Two steps of bfloat16 (8 significant bits).
CONSTANT_RTOL = 2**-7


def _as_float64(values) -> torch.Tensor:
    return torch.as_tensor(values).detach().to(torch.float64)


def _same_non_finite(golden: torch.Tensor, calculated: torch.Tensor) -> bool:
    """Return whether NaN, +inf and -inf are at the same positions in both tensors."""
    return all(torch.equal(test(golden), test(calculated)) for test in (torch.isnan, torch.isposinf, torch.isneginf))


def comp_pcc(golden, calculated, pcc: float = 0.99) -> tuple[bool, float]:
    """Return (passed, value): Pearson's correlation of the flattened values, and whether it reaches `pcc`.

    A value that is finite in one tensor only is a failure, and constant tensors pass only if their values agree.
    tt-metal's version counts a non-finite value as zero and passes every constant tensor.
    """
    golden, calculated = _as_float64(golden), _as_float64(calculated)
    if golden.numel() != calculated.numel():
        raise ValueError(f"comp_pcc: {list(golden.shape)} and {list(calculated.shape)} differ in the number of values")
    golden, calculated = golden.flatten(), calculated.flatten()

    if not _same_non_finite(golden, calculated):
        logger.error("NaN or infinity in one tensor where the other has none")
        return False, 0.0
    finite = torch.isfinite(golden)
    golden, calculated = golden[finite], calculated[finite]
    if torch.equal(golden, calculated):
        return True, 1.0

    golden_deviation, calculated_deviation = golden - golden.mean(), calculated - calculated.mean()
    norm = golden_deviation.norm() * calculated_deviation.norm()
    if norm == 0:
        agree = torch.allclose(calculated, golden, rtol=CONSTANT_RTOL, atol=0.0)
        return agree, float(agree)
    value = float(golden_deviation @ calculated_deviation / norm)
    return value >= pcc, value
