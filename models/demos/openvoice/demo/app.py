# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Web page: convert a recording, or speak a text, in the voice of another recording; hear, see and download the result.

    python -m models.demos.openvoice.demo.app
    python -m models.demos.openvoice.demo.app --port 8080 --backend ttnn

Browser -> [here] -> page_layout.py -> page.py -> pipeline.py. Everything on the page comes from this process. Uploads
and results are stored in a temporary folder that is removed when the process ends.
"""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402

from models.demos.openvoice.demo import hosting  # noqa: E402
from models.demos.openvoice.demo.access import Access, AccessCheck, given_access  # noqa: E402
from models.demos.openvoice.demo.connections import bound_socket, make_server  # noqa: E402
from models.demos.openvoice.demo.hosting import add_host_arguments, add_limit_arguments, given_limits  # noqa: E402
from models.demos.openvoice.demo.loading import add_model_arguments  # noqa: E402
from models.demos.openvoice.demo.page import Page, PageLimits  # noqa: E402
from models.demos.openvoice.demo.page_layout import CSS, THEME, make_blocks  # noqa: E402
from models.demos.openvoice.demo.scratch import scratch_folder  # noqa: E402
from models.tt_audio.cli.terminal import Parser, count, errors_as_sentences  # noqa: E402

PORT = 7860
FINISH_SECONDS = 1  # for open connections when the page is told to stop; each open browser has one
STALL_SECONDS = 20.0


def make_app(page: Page, access: Access) -> AccessCheck:
    """Return the page as an ASGI application, which closes the model's thread when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        page.thread.close()

    app = FastAPI(openapi_url=None, lifespan=lifespan)
    gr.mount_gradio_app(
        app,
        make_blocks(page),
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,  # would need Node.js
        show_error=False,
        max_file_size=page.limits.upload_bytes,
        theme=THEME,
        css=CSS,
    )
    return AccessCheck(app, access)


def make_parser() -> Parser:
    parser = Parser(prog="python -m models.demos.openvoice.demo.app", description=__doc__.partition("\nBrowser ->")[0])
    add_host_arguments(parser, PORT)
    add_limit_arguments(parser, PageLimits(), "file", {"waiting": (count, "jobs that wait for the model")})
    add_model_arguments(parser)
    return parser


def main(arguments: list[str] | None = None) -> None:
    options = make_parser().parse_args(arguments)
    limits = given_limits(PageLimits(), options)
    with errors_as_sentences():
        access = given_access(options, None, "the page has no password; say --without-key if that is wanted")
        listener = bound_socket(options.host, options.port)
        with scratch_folder(Path(tempfile.gettempdir())) as folder:
            os.environ["GRADIO_TEMP_DIR"] = str(folder)
            page = Page(lambda: hosting.host(options), limits, options.bert)
            app = make_app(page, access)
            print(f"http://{options.host}:{options.port}  (Ctrl-C ends it)", flush=True)
            make_server(app, STALL_SECONDS, FINISH_SECONDS).run([listener])


if __name__ == "__main__":
    main()
