# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Web page: convert a recording, or speak a text, in the voice of another recording; hear, see and download the result.

    python -m models.demos.openvoice.demo.app
    python -m models.demos.openvoice.demo.app --port 8080 --backend ttnn

Arguments -> [here] -> page_app.py, which serves the page.
"""

from models.demos.openvoice.demo.arguments.hosting import add_host_arguments, add_limit_arguments
from models.demos.openvoice.demo.arguments.shared import add_model_arguments
from models.demos.openvoice.demo.limits import PageLimits
from models.tt_audio.cli.terminal import Parser, count, run_command

PORT = 7860


def make_parser() -> Parser:
    parser = Parser(
        prog="python -m models.demos.openvoice.demo.app", description=__doc__.partition("\nArguments ->")[0]
    )
    add_host_arguments(parser, PORT)
    add_limit_arguments(parser, PageLimits(), "file", {"waiting": (count, "jobs that wait for the model")})
    add_model_arguments(parser)
    parser.set_defaults(
        check="models.demos.openvoice.demo.service_checks:page", run="models.demos.openvoice.demo.page_app:serve"
    )
    return parser


def main(arguments: list[str] | None = None) -> None:
    run_command(make_parser(), arguments)


if __name__ == "__main__":
    main()
