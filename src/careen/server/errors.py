"""Refusals, and every error as a problem document.

Programs use the code. ``detail`` is for readers, and never contains a credential. **Source:** RFC 9457; RFC 9110 for
the statuses.
"""

import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from careen.database.space import is_full
from careen.errors import DatabaseError, Error, NetworkError, NotListedError, TooManyRequestsError
from careen.fleet.connection import in_log, trouble_of
from careen.fleet.triage import DecisionError
from careen.log import logger

log = logger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
PAUSE_S = 30  # after which a client may try again if a registry or the database did not answer


class Refused(Exception):  # noqa: N818 (an answer, not an error)
    """The request is refused. ``code`` is for programs; its default is named after the status."""

    def __init__(
        self, status: int, detail: str = "", code: str = "", headers: Mapping[str, str] | None = None, hint: str = ""
    ) -> None:
        super().__init__(detail or TITLES[status])
        self.status, self.detail, self.hint = status, detail, hint
        self.code = code or TITLES[status].lower().replace(" ", "_")
        self.headers = dict(headers or {})


def not_found() -> Refused:
    """The error for what does not exist, and also for what is not visible to the caller, so that the two look the same."""
    return Refused(404, "this does not exist, or is not visible to you")


def unprocessable(detail: str, code: str = "unprocessable", hint: str = "") -> Refused:
    """The refusal, with 422, of a well-formed request that cannot be executed."""
    return Refused(422, detail, code, hint=hint)


def problem(refused: Refused) -> Response:
    document: dict[str, Any] = {
        "type": f"urn:careen:problem:{refused.code}",
        "title": TITLES[refused.status],
        "status": refused.status,
        "code": refused.code,
        "detail": refused.detail,
    }
    if refused.hint:
        document["hint"] = refused.hint
    headers = {"Cache-Control": "no-store", **refused.headers}
    return Response(msgspec.json.encode(document), refused.status, headers, MEDIA_TYPE)


def refusal_of(error: Exception) -> Refused:
    """The refusal for an error of the fleet. An unexpected error is logged, and its text is not shown."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, TooManyRequestsError):
        return Refused(503, str(error), "registry_rate_limit", {"Retry-After": str(PAUSE_S)}, error.hint)
    if isinstance(error, NotListedError):  # trying again changes nothing
        return unprocessable(str(error), "not_listed", error.hint)
    if isinstance(error, NetworkError):
        return Refused(503, str(error), "network", {"Retry-After": str(PAUSE_S)}, error.hint)
    if isinstance(error, DatabaseError):
        return Refused(503, str(error), "database", {"Retry-After": str(PAUSE_S)}, error.hint)
    if isinstance(error, DecisionError):
        return unprocessable(str(error), error.code, error.hint)
    if isinstance(error, Error):  # the reference, the policy or the document
        return unprocessable(str(error), hint=error.hint)
    if isinstance(error, OperationalError):
        log.warning("a request failed: %s", in_log(error))
        return Refused(503, trouble_of(error), "database", {"Retry-After": str(PAUSE_S)})
    if is_full(error):
        log.warning("a request failed: %s", error)
        return Refused(503, "the disk of the server is full", "disk_full", {"Retry-After": str(PAUSE_S)})
    log.exception("a request failed: %s (CAREEN_LOG_LEVEL=debug shows more)", _cause(error))
    return Refused(500, "an unexpected error, which the log of the server describes")


def _cause(error: Exception) -> str:
    """The kind of an unexpected error and where it was raised; its text may hold secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}careen{os.sep}" in frame.filename] or frames
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{place}"


async def on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(error)


async def on_http(request: Request, error: Exception) -> Response:
    """The answer to errors of the framework: unknown paths and methods. An unknown path gets a page, if the server has
    pages.
    """
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and (page := getattr(request.app.state, "page_of_unknown", None)):
        return cast(Response, page(request))
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return problem(not_found())
    return problem(Refused(error.status_code, "", "", headers))


async def on_unexpected(_: Request, error: Exception) -> Response:
    return problem(refusal_of(error))
