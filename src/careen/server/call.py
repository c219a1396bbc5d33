"""The arguments of an operation's handler, and its answer."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from careen.fleet.connection import writing
from careen.fleet.fleet import Fleet

from .audit import record
from .document import Operation
from .errors import Refused
from .principal import Principal

JSON = "application/json"


class Answer(Struct, frozen=True):
    """The answer of a handler. ``body`` is a value for JSON, or bytes of ``media_type``. ``status`` 0 means the one
    that the OpenAPI document declares.
    """

    body: Any = None
    status: int = 0
    headers: dict[str, str] = {}
    media_type: str = JSON
    cookies: tuple[tuple[str, str, int], ...] = ()  # name, value, seconds; 0 seconds removes it


class Call(Struct, frozen=True):
    request: Request
    operation: Operation
    fleet: Fleet
    principal: Principal
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, Any]

    @property
    def project(self) -> int:
        return int(self.path["project"])

    @property
    def by(self) -> str:
        return self.principal.name

    @property
    def now(self) -> float:
        return time.time()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.fleet.engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self, subject: object = "", detail: str = "", by: str = "") -> Iterator[Connection]:
        """A transaction for a change. It also writes the audit log, so that the change and its record are stored
        together.
        """
        with writing(self.fleet.engine) as connection:
            yield connection
            project = self.path.get("project", self.principal.project_id)
            record(connection, by or self.by, project, self.operation.id, str(subject), detail)

    def refuse_other_version(self, present: Any) -> None:
        """Raises Refused if the request's ``If-Match`` is another version than ``present``."""
        wanted = self.headers.get("If-Match")
        if wanted and wanted != "*" and etag_of(encoded(present)) not in {part.strip() for part in wanted.split(",")}:
            raise Refused(412, "the resource has changed since it was read", "changed", hint="read it again")


def encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


def etag_of(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def response_of(call: Call, answer: Answer, secure: bool) -> Response:
    status = answer.status or call.operation.ok
    headers = {"Cache-Control": "no-store" if call.operation.scope != "public" else "no-cache", **answer.headers}
    if answer.body is None:
        response = Response(None, status, headers)
    else:
        data = encoded(answer.body)
        if call.request.method == "GET" and status == 200:
            headers |= {"ETag": etag_of(data), "Cache-Control": "private, no-cache"}
            if _is_known(call.request.headers, headers["ETag"]):
                return Response(None, 304, headers)
        response = Response(data, status, headers, answer.media_type)
    for name, value, seconds in answer.cookies:
        response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, secure=secure, samesite="lax")
    return response


def _is_known(headers: Mapping[str, str], etag: str) -> bool:
    known = headers.get("if-none-match", "")
    return known == "*" or etag in {part.strip().removeprefix("W/") for part in known.split(",")}
