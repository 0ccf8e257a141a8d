# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The requests of the service: their fields, answers and errors, and the application that answers them.

HTTP -> admission.py -> [here] -> service.py -> pipeline.py. GET /openapi.json describes every request, with examples.
"""

import argparse
import io
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, FastAPI, Form, Path
from fastapi import Request as HttpRequest
from fastapi import UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from loguru import logger
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from models.demos.openvoice.bert_files import BertError
from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.admission import Admission
from models.demos.openvoice.demo.arguments.hosting import KEY_VARIABLE, given_limits
from models.demos.openvoice.demo.connections import bound_socket, make_server
from models.demos.openvoice.demo.hosting import RESPONSIBLE, LimitError, MissingError, file_name, host
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.refusals import Refusal, error_response
from models.demos.openvoice.demo.schema import (
    FAILURES,
    SOUND,
    Health,
    KeptVoice,
    OutputFormat,
    Recording,
    References,
    Seed,
    Speech,
    Tau,
    VoiceField,
    Voices,
)
from models.demos.openvoice.demo.service import Service
from models.demos.openvoice.demo.service_checks import service_access
from models.demos.openvoice.demo.shared_voices import KEY_DIGITS, NoVoiceError, TakenError
from models.demos.openvoice.pipeline import Request
from models.demos.openvoice.piper.voices import is_name
from models.demos.openvoice.styles import RANGES, STYLES, style_of
from models.tt_audio.cli.encoding import MEDIA_TYPES, STREAMED, Format
from models.tt_audio.cli.terminal import note
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import CheckpointError, DeviceError, FullMemoryError, UsageError, UserError
from models.tt_audio.host.files import FileError
from models.tt_audio.host.voice_files import VoiceFacts
from models.tt_audio.host.voices import Voice, VoiceError

FINISH_SECONDS = 30  # for requests that are being answered when the service is told to stop
ACCESS_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {message}"

STATUS = ((LimitError, 413), (MissingError, 503), (NoVoiceError, 404), (TakenError, 409))  # others: 400
# Messages of these name folders of this machine. The log gets them, the client gets a message without.
INTERNAL = (CheckpointError, ConfigError, BertError, DeviceError)
BANK_FAILED = "the bank of voices cannot be used at the moment; the log of the service says why"
NOT_INSTALLED = "a model that this needs is not installed here; the log of the service says what to do"


def the_service(request: HttpRequest) -> Service:
    return request.app.state.service


TheService = Annotated[Service, Depends(the_service)]
LANGUAGES = f"{', '.join(BASE_SPEAKERS)} (that of the base, else EN)"
router = APIRouter(responses=FAILURES)


# ---- what is there


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Is the service ready, and with which model")
def health(service: TheService) -> Health:
    return Health(
        status="ok",
        model=service.hosted.name,
        backend=service.hosted.backend,
        sampling_rate=service.model.sampling_rate,
        waiting=service.thread.waiting,
        notice=RESPONSIBLE,
    )


@router.head("/metrics", include_in_schema=False)
@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
def metrics(service: TheService) -> Response:
    return Response(generate_latest(service.measures.registry), media_type=CONTENT_TYPE_LATEST)


@router.head("/voices", include_in_schema=False)
@router.get("/voices", summary="The voices that are kept")
def voices(service: TheService) -> Voices:
    return Voices(voices=[_kept(voice) for voice in service.voices.list()])


@router.post("/voices", status_code=201, summary="Keep the voice in recordings under a name")
async def keep(
    service: TheService,
    name: Annotated[str, Form(description="letters, digits, spaces, . - _", examples=["anna"])],
    recording: References,
) -> KeptVoice:
    return _kept(await service.keep_voice(name, await _decoded(service, recording)))


@router.delete("/voices/{name}", summary="Forget a voice")
def forget(service: TheService, name: Annotated[str, Path(description="its name or key")]) -> KeptVoice:
    return _kept(service.voices.delete(name))


def _kept(voice: Voice | VoiceFacts) -> KeptVoice:
    return KeptVoice(name=voice.name, key=voice.key[:KEY_DIGITS])


# ---- sound


@router.post("/convert", summary="What a recording says, in another voice", responses=SOUND, response_class=Response)
async def convert(
    request: HttpRequest,
    service: TheService,
    source: Recording,
    voice: VoiceField = None,
    reference: References = [],  # noqa: B006 - FastAPI copies it
    tau: Tau = 0.3,
    seed: Seed = 0,
    response_format: OutputFormat = "wav",
    stream: Annotated[
        bool | None,
        Form(description="send pieces as they become ready; left out: for recordings that are not short"),
    ] = None,
) -> Response:
    (samples,) = await _decoded(service, [source])
    asked = Request(samples, await _voice(service, voice, reference), None, tau, seed)
    short = len(samples) <= service.limits.together_seconds * service.model.sampling_rate
    if stream is None:
        stream = not short and response_format in STREAMED
    if not stream and short:
        return await _whole(request, service, await service.convert(asked), response_format)
    return await _sound(request, service, await service.conversion(asked), response_format, stream)


@router.post("/clone", summary="A text in another voice", responses=SOUND, response_class=Response)
async def clone(
    request: HttpRequest,
    service: TheService,
    text: Annotated[str, Form(min_length=1, examples=["The ferry was late."])],
    voice: VoiceField = None,
    reference: References = [],  # noqa: B006 - FastAPI copies it
    base: Annotated[str | None, Form(max_length=64, description="name of a Piper voice, as en_US-joe-medium")] = None,
    language: Annotated[str | None, Form(max_length=16, description=f"of the text: {LANGUAGES}")] = None,
    speaker: Annotated[str | None, Form(max_length=64, description="in English an accent, as EN-BR")] = None,
    style: Annotated[str, Form(max_length=32, description=", ".join(STYLES))] = "neutral",
    speed: Annotated[float, Form(ge=RANGES["speed"][0], le=RANGES["speed"][1])] = 1.0,
    pause: Annotated[float | None, Form(ge=0, le=RANGES["pause"][1], description="seconds between sentences")] = None,
    tau: Tau = 0.3,
    seed: Seed = 0,
    response_format: OutputFormat = "wav",
    stream: Annotated[bool, Form(description="send each sentence as it becomes ready")] = False,
) -> Response:
    manner = style_of(style)
    manner = manner.changed(speed=manner.speed * speed, pause=pause)
    wanted = await _voice(service, voice, reference)
    pieces = await service.speech(text, wanted, base, language, speaker, manner, tau, seed)
    return await _sound(request, service, pieces, response_format, stream)


@router.post("/v1/audio/speech", summary="As OpenAI's", responses=SOUND, response_class=Response)
async def speech(request: HttpRequest, service: TheService, asked: Speech) -> Response:
    manner = style_of(asked.style)
    manner = replace(manner, speed=manner.speed * asked.speed)
    voice = await service.voice(asked.voice)
    base = asked.model if is_name(asked.model) else None
    pieces = await service.speech(asked.input, voice, base, asked.language, None, manner, 0.3, 0)
    return await _sound(request, service, pieces, asked.response_format, asked.response_format in STREAMED)


async def _voice(service: Service, name: str | None, references: list[UploadFile]) -> Voice:
    if (name is None) == (not references):
        raise UsageError("give either the name of a voice or recordings as `reference`")
    if name is not None:
        return await service.voice(name)
    return await service.passing_voice(await _decoded(service, references))


async def _decoded(service: Service, files: list[UploadFile]) -> list[np.ndarray]:
    if len(files) > service.limits.references:
        most = service.limits.references
        raise LimitError(f"{len(files)} recordings of a voice were sent; at most {most} may be sent at once")
    recordings = []
    for upload in files:
        file = io.BytesIO(await upload.read())
        file.name = file_name(upload.filename)
        recordings.append(await service.decode(file))
    return recordings


async def _sound(
    request: HttpRequest, service: Service, pieces: Iterator[np.ndarray], form: Format, stream: bool
) -> Response:
    if not stream:
        return await _whole(request, service, await service.whole(pieces), form)
    if form not in STREAMED:
        raise UsageError(f"{form} cannot be streamed; ask for {' or '.join(STREAMED)}, or leave `stream` out")
    return ClosingStream(await service.stream(pieces, form, request.url.path), media_type=MEDIA_TYPES[form])


async def _whole(request: HttpRequest, service: Service, samples: np.ndarray, form: Format) -> Response:
    return Response(await service.encode(samples, form, request.url.path), media_type=MEDIA_TYPES[form])


class ClosingStream(StreamingResponse):
    """Answer in pieces that closes its iterator at once when the client has gone, so that the model can be freed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.body_iterator):
            await super().__call__(scope, receive, send)


# ---- the application


def make_app(service: Service, access: Access) -> Admission:
    """Return the service as an ASGI application, which closes the model's thread when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.thread.close()

    # Without FastAPI's pages of documentation, which load scripts from elsewhere.
    app = FastAPI(
        title="OpenVoice", version="1", description=RESPONSIBLE, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.service = service
    app.include_router(router)
    app.add_exception_handler(UserError, _refused)
    app.add_exception_handler(HTTPException, lambda request, error: error_response(error))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _failed)
    return Admission(app, service.limits, service.measures, access)


def _refused(request: HttpRequest, error: Exception) -> Response:
    if isinstance(error, FullMemoryError):
        logger.error(str(error))
        return error_response(Refusal(503, str(error), "out_of_memory"))
    if isinstance(error, INTERNAL):
        logger.error(str(error))
        return error_response(Refusal(503, NOT_INSTALLED, "not_installed"))
    if isinstance(error, (VoiceError, FileError)):  # name folders, too
        logger.error(str(error))
        return error_response(Refusal(503, BANK_FAILED, "voice"))
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 400)
    return error_response(Refusal(status, str(error), type(error).__name__.removesuffix("Error").lower()))


def _invalid(request: HttpRequest, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "path", "query")]
    name = place[0] if place else "the request"
    return error_response(Refusal(422, f"{name}: {first['msg']}", "invalid_value", place[0] if place else None))


def _failed(request: HttpRequest, error: Exception) -> Response:
    return error_response(Refusal(500, "the service failed; its log says why", "internal_error"))


def log_requests() -> None:
    """Print one line for each request on stderr."""
    logger.add(sys.stderr, format=ACCESS_FORMAT, level="INFO", filter=lambda record: "access" in record["extra"])


def serve(options: argparse.Namespace) -> None:
    """Run the service until a signal ends it."""
    limits = given_limits(Limits(), options)
    access = service_access(options)
    listener = bound_socket(options.host, options.port)
    service = Service(lambda: host(options), limits, options.bert)
    note(f"http://{options.host}:{options.port}{'' if access.key else f' (no API key; {KEY_VARIABLE} sets one)'}")
    note(RESPONSIBLE)
    log_requests()
    make_server(make_app(service, access), limits.stall_seconds, FINISH_SECONDS).run([listener])
