# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Error answers of the service and of the page, in the shape of OpenAI's errors."""

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response


class Refusal(HTTPException):
    """Error answer with a status, a message that says what to do, and a code for programs."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None, **headers: str):
        super().__init__(status, message, {name.replace("_", "-"): value for name, value in headers.items()})
        self.code, self.param = code, param


def error_response(error: HTTPException) -> Response:
    """Return the error in the shape of OpenAI's errors, which every client of this service may rely on."""
    status = HTTPStatus(error.status_code)
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status)
    content = {
        "message": str(error.detail),
        "type": kind or ("server_error" if status >= 500 else "invalid_request_error"),
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", status.name.lower()),
    }
    # json.dumps writes ASCII, so lone surrogates from a request cannot fail to encode.
    return Response(json.dumps({"error": content}), status, error.headers, "application/json")
