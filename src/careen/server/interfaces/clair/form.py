"""The form of Clair's answers and errors."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from careen.safety.digest import is_digest

from ..answers import Failure, Handler, answering

ROOT = "/clair"
_CODES = {400: "bad-request", 401: "unauthorized", 403: "forbidden", 404: "not-found", 415: "unsupported-media-type"}


def clair_answers(handler: Handler) -> Handler:
    return answering(handler, lambda status, text: {"code": _CODES.get(status, "internal-error"), "message": text})


def media_type(request: Request, name: str) -> str:
    """The media type of an answer: Clair's own for clients that request it, else plain JSON."""
    own = f"application/vnd.clair.{name}.v1+json"
    return own if own in request.headers.get("accept", "") else "application/json"


def document(request: Request, name: str, content: Any, status: int = 200, **headers: str) -> Response:
    return Response(msgspec.json.encode(content), status, dict(headers), media_type(request, name))


def check_sent(request: Request, name: str) -> None:
    """Raises Failure if the body has another media type than plain JSON or Clair's own."""
    sent = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if sent not in ("application/json", f"application/vnd.clair.{name}.v1+json"):
        raise Failure(415, f"send application/json, not {sent[:100]!r}")


def digest_of(text: str) -> str:
    if not is_digest(text):
        raise Failure(400, "this is not a digest")
    return text


def identity_of(project_id: int, digest: str) -> str:
    """The identity of an image whose layers a client stated. It includes the project, because another client may state
    other layers for the same digest.
    """
    return f"clair:{project_id}:{digest}"
