# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The page as an application, and the process that serves it.

Browser -> [here] -> page_layout.py -> page.py -> pipeline.py. Everything on the page comes from this process. Uploads
and results are stored in a temporary folder that is removed when the process ends.
"""

import argparse
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported
import gradio as gr  # noqa: E402
from fastapi import FastAPI  # noqa: E402

from models.demos.openvoice.demo import hosting  # noqa: E402
from models.demos.openvoice.demo.access import Access, AccessCheck  # noqa: E402
from models.demos.openvoice.demo.arguments.hosting import given_limits  # noqa: E402
from models.demos.openvoice.demo.connections import bound_socket, make_server  # noqa: E402
from models.demos.openvoice.demo.limits import PageLimits  # noqa: E402
from models.demos.openvoice.demo.page import Page  # noqa: E402
from models.demos.openvoice.demo.page_layout import CSS, THEME, make_blocks  # noqa: E402
from models.demos.openvoice.demo.scratch import scratch_folder  # noqa: E402
from models.demos.openvoice.demo.service_checks import page_access  # noqa: E402

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


def serve(options: argparse.Namespace) -> None:
    """Run the page until a signal ends it."""
    access = page_access(options)
    limits = given_limits(PageLimits(), options)
    listener = bound_socket(options.host, options.port)
    with scratch_folder(Path(tempfile.gettempdir())) as folder:
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        page = Page(lambda: hosting.host(options), limits, options.bert)
        app = make_app(page, access)
        print(f"http://{options.host}:{options.port}  (Ctrl-C ends it)", flush=True)
        make_server(app, STALL_SECONDS, FINISH_SECONDS).run([listener])
