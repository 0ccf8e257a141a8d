# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The loss by the numeric formats of BERT, and how much that depends on its weights.

    python -m scripts.bert_precision [--layers 10]

1 - PCC of hidden state [-3] with the fp32 reference, with seeded weights: from the golden executor on a mocked card, or
from a simulator where TT_METAL_SIMULATOR names one. Trained models have a few channels that dwarf the others and
sharper attention; "outliers" imitates both.
"""

import argparse
from contextlib import nullcontext

import torch

from mock_device import runtime

runtime.setup()

import ttnn  # noqa: E402  (after the card is mocked)
from mock_device.golden import GoldenExecutor  # noqa: E402
from models.common.utility_functions import comp_pcc  # noqa: E402
from models.demos.openvoice.tests.bert_models import WORDS, make_bert, place  # noqa: E402
from models.demos.openvoice.tt.bert import Bert  # noqa: E402
from models.demos.openvoice.tt.parameters import bert as bert_parameters  # noqa: E402
from models.tt_audio.tt.precision import Stage  # noqa: E402

CHOICES = {
    "fp32, fp32": Stage(),
    "fp32, bf16": Stage(weights=ttnn.bfloat16),
    "fp32, bf8": Stage(weights=ttnn.bfloat8_b),
    "bf16, bf16": Stage(ttnn.bfloat16, ttnn.bfloat16),
    "bf16, bf8": Stage(ttnn.bfloat16, ttnn.bfloat8_b),
}
OUTLIERS, SHARPER = (308, 381), 1.6  # channels; of queries and of keys, so scores are 2.6 times as large
LENGTH, BUCKET = 27, 32


def outliers(model: torch.nn.Module) -> torch.nn.Module:
    channels = torch.tensor(OUTLIERS)
    for name, parameter in model.named_parameters():
        if "query.weight" in name or "key.weight" in name:
            parameter.mul_(SHARPER)
        elif "output.LayerNorm.weight" in name:
            parameter[channels] *= 3
        elif "output.LayerNorm.bias" in name and "attention" not in name:
            parameter[channels] += torch.tensor([-6.0, 3.0])
    return model


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--layers", type=int, default=10)
    layers = options.parse_args().layers
    ids = torch.randint(1, WORDS, (LENGTH,), generator=torch.Generator().manual_seed(0)).tolist()
    others = torch.ones(768, dtype=torch.bool).index_fill(0, torch.tensor(OUTLIERS), False)
    device = ttnn.open_device(device_id=0)
    print("| activations, weights | 1 - PCC | with outliers | of the other channels |\n|---|---:|---:|---:|")
    for choice, stage in CHOICES.items():
        losses = []
        for model in (make_bert(layers), outliers(make_bert(layers))):
            expected = model(torch.tensor([ids])).last_hidden_state[0]
            with GoldenExecutor() if runtime.mocked() else nullcontext():
                words, mask, _ = place(device, [ids], BUCKET)
                hidden = Bert(bert_parameters.bert(model, stage), device, stage)(words, mask)
                actual = ttnn.to_torch(hidden)[0, 0, :LENGTH].float()
            losses += [1 - comp_pcc(expected, actual)[1], 1 - comp_pcc(expected[:, others], actual[:, others])[1]]
        plain, _, all_channels, the_others = losses
        print(f"| {choice} | {plain:.1e} | {all_channels:.1e} | {the_others:.1e} |", flush=True)
    ttnn.close_device(device)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
