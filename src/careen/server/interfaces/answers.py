"""Reads requests within limits, and answers in the form that an interface's clients parse.

A handler raises Failure for what it cannot do. ``answering`` turns that, and every other error, into the interface's
own error document, the only form that its clients can read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from careen.errors import Error, InputError, NetworkError, OverBudgetError, UsageError
from careen.log import logger
from careen.safety.typed import from_json

log = logger(__name__)

BODY_S = 20.0  # the time for a client to send its request
BUSY_S = 10  # after which a client may try again
_STATUS: tuple[tuple[type[Error], int], ...] = (
    (OverBudgetError, 503),
    (NetworkError, 502),
    (InputError, 422),
    (UsageError, 422),
)

Handler = Callable[[Request], Awaitable[Response]]
Document = TypeVar("Document")


class Failure(Exception):  # noqa: N818
    """An error answer of an interface: a status, and a message for the operators of the calling system."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


def answering(handler: Handler, error_body: Callable[[int, str], object], media_type: str = "application/json") -> Handler:
    """The handler, with its exceptions turned into error documents. ``error_body`` makes the document from a status and
    a message.
    """

    @wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ClientDisconnect:
            raise
        except Exception as error:
            failure = _failure_of(error, request)
            body = msgspec.json.encode(error_body(failure.status, failure.message))
            return Response(body, failure.status, failure.headers, media_type)

    return answer


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """The whole body of a request. Raises Failure if it is too long or arrives too slowly."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limit_bytes:
        raise Failure(413, f"the request is longer than {limit_bytes} bytes")
    parts, size = list[bytes](), 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > limit_bytes:
                    raise Failure(413, f"the request is longer than {limit_bytes} bytes")
                parts.append(part)
    except TimeoutError:
        raise Failure(408, f"the request did not arrive within {BODY_S:g} seconds") from None
    return b"".join(parts)


def document_of(body: bytes, kind: type[Document]) -> Document:
    """The body decoded as JSON of this type. Raises Failure."""
    try:
        return from_json(body, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Failure(400, f"the request is not the expected JSON: {error}"[:500]) from None


def busy(message: str) -> Failure:
    return Failure(503, message, {"Retry-After": str(BUSY_S)})


def _failure_of(error: Exception, request: Request) -> Failure:
    """The error answer for an exception. The message of an unexpected exception is hidden, because it may contain
    secrets.
    """
    if isinstance(error, Failure):
        return error
    if isinstance(error, Error):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        log.info("%s %s: %d: %s", request.method, request.scope.get("route_name", ""), status, error)
        return Failure(status, str(error)[:500], {"Retry-After": str(BUSY_S)} if status == 503 else None)
    log.warning("%s %s failed: %s", request.method, request.scope.get("path", ""), type(error).__name__)
    log.debug("the error", exc_info=True)
    return Failure(500, "internal error")
