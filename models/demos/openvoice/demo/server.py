# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HTTP service: convert recordings and speak texts in another voice. OpenAI's speech clients can use it, too.

    python -m models.demos.openvoice.demo.server
    python -m models.demos.openvoice.demo.server --host 0.0.0.0 --port 8080 --backend ttnn
    OPENVOICE_API_KEY=secret python -m models.demos.openvoice.demo.server --places 32

Arguments -> [here] -> endpoints.py, which answers the requests.
"""

from models.demos.openvoice.demo.arguments.hosting import KEY_VARIABLE, add_host_arguments, add_limit_arguments
from models.demos.openvoice.demo.arguments.shared import add_model_arguments
from models.demos.openvoice.demo.limits import Limits
from models.tt_audio.cli.terminal import Parser, count, positive, run_command

PORT = 8000


def make_parser() -> Parser:
    parser = Parser(
        prog="python -m models.demos.openvoice.demo.server", description=__doc__.partition("\nArguments ->")[0]
    )
    add_host_arguments(parser, PORT)
    own = {
        "request_seconds": (positive, "time for an answer"),
        "stall_seconds": (positive, "time without progress after which a connection is closed"),
        "places": (count, "requests that wait for the model or use it; one more gets status 429"),
    }
    add_limit_arguments(parser, Limits(), "request", own)
    add_model_arguments(parser)
    parser.epilog = f"The environment variable {KEY_VARIABLE} holds the API key, if there is to be one."
    parser.set_defaults(
        check="models.demos.openvoice.demo.service_checks:service", run="models.demos.openvoice.demo.endpoints:serve"
    )
    return parser


def main(arguments: list[str] | None = None) -> None:
    run_command(make_parser(), arguments)


if __name__ == "__main__":
    main()
