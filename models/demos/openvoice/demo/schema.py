# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Types of the service's requests and answers, from which FastAPI checks requests and describes them (server.py)."""

from typing import Annotated

from fastapi import File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from models.demos.openvoice.styles import RANGES
from models.tt_audio.cli.encoding import MEDIA_TYPES, Format

LARGEST_SEED = 2**63 - 1
LARGEST_TAU = 2.0


class ErrorText(BaseModel):
    """Error in the shape of OpenAI's."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(BaseModel):
    """Body of every answer that is an error."""

    error: ErrorText


class Health(BaseModel):
    """State of the service."""

    status: str
    model: str
    backend: str
    sampling_rate: int
    waiting: int
    notice: str


class KeptVoice(BaseModel):
    """Voice of the bank: its name, and the first digits of its key."""

    name: str
    key: str


class Voices(BaseModel):
    """Voices of the bank."""

    voices: list[KeptVoice]


class Speech(BaseModel):
    """OpenAI's request. Other fields of it are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": "openvoice-v2", "input": "The ferry was late.", "voice": "anna", "speed": 1.0}]
        }
    )
    model: Annotated[str, Field(max_length=256, description="a Piper voice as en_US-joe-medium, or any name")]
    input: Annotated[str, Field(min_length=1)]
    voice: Annotated[str, Field(min_length=1, max_length=64, description="a name that GET /voices lists")]
    response_format: Format = "mp3"
    speed: Annotated[float, Field(ge=RANGES["speed"][0], le=RANGES["speed"][1])] = 1.0
    language: Annotated[str | None, Field(max_length=16, description="not OpenAI's: of the text")] = None
    style: Annotated[str, Field(max_length=32, description="not OpenAI's: a preset")] = "neutral"


Recording = Annotated[
    UploadFile, File(description="WAV, FLAC, MP3 or OGG; with ffmpeg on the service's machine M4A, AAC and WebM, too")
]
References = Annotated[list[UploadFile], File(description="recordings of one person, 5 s or more together")]
VoiceField = Annotated[str | None, Form(max_length=64, description="a voice by name, in place of references")]
Tau = Annotated[float, Form(ge=0, le=LARGEST_TAU, description="amount of the encoder's noise")]
Seed = Annotated[int, Form(ge=0, le=LARGEST_SEED, description="of all noise")]
OutputFormat = Annotated[Format, Form(description="wav and pcm (16 bit, 24 kHz) can be streamed")]

SOUND = {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "the sound"}}
FAILURES = {
    status: {"model": ErrorBody, "description": what}
    for status, what in {
        400: "what was sent cannot be used",
        401: "the API key is missing or wrong",
        403: "the Host is not a name of this service, or a page of another site asks without an API key",
        404: "no such voice or path",
        408: "the request did not arrive in time",
        409: "the name is taken",
        413: "more than is taken at once",
        422: "a parameter is missing or outside its range",
        429: "too many requests at once; Retry-After says when to come again",
        503: "a model is not installed",
        504: "the answer took too long",
    }.items()
}
