# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Number formats of stages: every choice has a table, and settings of PyTorch are restored."""

from dataclasses import asdict

import pytest
import torch

from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.choices import PRECISIONS
from models.tt_audio.torch_backend.stages import BFLOAT16, IEEE, TF32, Stages, products, stages


def settings() -> list[str]:
    backends = torch.backends
    return [part.fp32_precision for part in (backends.cuda.matmul, backends.cudnn.conv, backends.cudnn.rnn)]


def test_exact_is_ieee_in_every_stage():
    assert set(map(tuple, (vars(form).items() for form in vars(stages("exact")).values()))) == {
        (("dtype", torch.float32), ("tf32", False))
    }


def test_text_and_durations_are_ieee_in_every_precision():
    assert {stages(precision).text for precision in PRECISIONS} == {IEEE}


def test_vocoder_is_bfloat16_only_where_the_user_says_so():
    assert [stages(precision).vocoder for precision in ("exact", "fast", "bfloat16")] == [IEEE, TF32, BFLOAT16]
    assert len(asdict(Stages())) == 7


def test_an_unknown_precision_is_one_sentence(expect_error):
    with expect_error(UsageError, "precision is 'half', it must be one of fast, exact, bfloat16"):
        stages("half")


@pytest.mark.parametrize("form, inside", [(IEEE, "ieee"), (TF32, "tf32"), (BFLOAT16, "tf32")])
def test_products_are_set_for_the_block_and_restored_after_an_error(form, inside, expect_error):
    before = settings()
    with expect_error(ZeroDivisionError, "division"):
        with products(form):
            assert settings() == [inside] * 3
            with products(IEEE):
                assert settings() == ["ieee"] * 3
            assert settings() == [inside] * 3
            1 / 0  # noqa: B018
    assert settings() == before
