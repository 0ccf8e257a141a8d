# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments of `batch`."""

from pathlib import Path

from models.demos.openvoice.demo.arguments.shared import BASE_HELP, add_model_arguments, add_noise_arguments
from models.tt_audio.cli.terminal import add_command, add_json_argument, count

EXAMPLES = """
batch recordings --voice voice.wav --output results
batch manifest.csv --output results --seed 7
batch manifest.jsonl --output results --ray local --workers 2
"""


def add_batch(commands) -> None:
    parser = add_command(
        commands,
        "batch",
        "models.demos.openvoice.demo.batch:batch",
        "convert or say the rows of a manifest",
        EXAMPLES,
        "models.demos.openvoice.demo.checks:batch",
    )
    parser.add_argument(
        "manifest",
        type=Path,
        help="CSV with a header, JSONL, or a folder of recordings; columns: source or text, voice (several recordings "
        "separated by ';', or a name in the bank of voices), output, seed, language, speaker, style",
    )
    parser.add_argument(
        "--voice", type=Path, nargs="+", help="voice of the rows that name none: recordings or a voice file"
    )
    parser.add_argument("--output", type=Path, default=Path("results"), help="folder of the results (%(default)s)")
    parser.add_argument("--report", type=Path, help="JSONL of what is done and what failed (report.jsonl in --output)")
    parser.add_argument("--force", action="store_true", help="make every row again, also those that are done")
    parser.add_argument("--base", help=BASE_HELP)
    parser.add_argument("--bert", default="required", help="folder of its BERT model, or 'zeros' for none")
    parser.add_argument(
        "--together", type=count, default=8, help="conversions that share passes on a device (%(default)s)"
    )
    parser.add_argument("--ray", metavar="ADDRESS", help="spread over a Ray cluster: its address, or 'local'")
    parser.add_argument("--workers", type=count, default=2, help="workers on the Ray cluster (%(default)s)")
    add_noise_arguments(parser)
    add_json_argument(parser)
    add_model_arguments(parser)
