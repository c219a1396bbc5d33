"""The application: binds each operation of ``openapi.yaml`` to its handler, with the common checks.

A request is checked step by step: the host and the origin (``hosts``), the caller (``auth``), the rate (``limits``),
the parameters and the body. The handler only gets values of the declared form. Every refusal is a problem document
(``errors``).
"""

import inspect
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from careen.fleet.fleet import Fleet
from careen.fleet.projects import QuotaError
from careen.safety.typed import converted, from_json

from . import auth, cursors, health
from .api import HANDLERS, Handler
from .call import Answer, Call, response_of
from .document import Operation, operations
from .errors import Refused, on_http, on_refused, on_unexpected, problem, refusal_of
from .hosts import Hosts
from .keys import Keys
from .limits import Rates, read_body
from .metrics import Metrics
from .oidc import Logins
from .options import ServerOptions
from .parameters import header_values, path_values, query_values
from .parts import Parts
from .principal import NOBODY, Principal

Body = Any


def _number(text: str) -> int | float:
    """The number of a text in JSON. ``2.0`` becomes an integer as JSON Schema requires (2020-12, 4.2.3), because the
    strict decoder would refuse it as one.
    """
    number = float(text)
    return int(number) if number.is_integer() else number


_LENIENT = msgspec.json.Decoder(float_hook=_number)


def application(
    fleet: Fleet, parts: Parts, options: ServerOptions | None = None, interfaces: Sequence[BaseRoute] = ()
) -> Starlette:
    """The ASGI application of the service. ``interfaces`` are further routes: those for other systems (Harbor, Clair,
    admission, webhooks) and the pages.
    """
    options = options or ServerOptions()
    routes = [_route(path, described) for path, described in _by_path().items()]
    made = Starlette(
        routes=[*routes, *health.routes(), *interfaces],
        middleware=[Middleware(Hosts, options=options)],
        exception_handlers={Refused: on_refused, HTTPException: on_http, Exception: on_unexpected},
    )
    made.state.fleet, made.state.parts, made.state.options = fleet, parts, options
    made.state.keys, made.state.rates = Keys(), Rates(options.requests_per_minute)
    made.state.logins = Logins(options, fleet)
    made.state.metrics = Metrics(fleet)
    made.state.cursor_secret = cursors.secret_of(fleet)
    return made


def _by_path() -> Mapping[str, dict[str, Operation]]:
    found: dict[str, dict[str, Operation]] = {}
    for operation in operations():
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


def _route(path: str, by_method: Mapping[str, Operation]) -> Route:
    bodies = {operation.id: body_type(HANDLERS[operation.id]) for operation in by_method.values()}

    async def answer(request: Request) -> Response:
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        begun = time.monotonic()
        try:
            response = await _answered(request, operation, bodies[operation.id])
        except Exception as error:
            response = problem(refusal(error))
        request.app.state.metrics.count(operation, response.status_code, time.monotonic() - begun)
        return response

    return Route(path, answer, methods=sorted(by_method))


async def _answered(request: Request, operation: Operation, body_type: Any) -> Response:
    path = path_values(operation, request.path_params)
    principal = await run_in_threadpool(_admitted, request, operation, path.get("project"))
    query = query_values(operation, request.query_params)
    headers = header_values(operation, request.headers)
    call = Call(request, operation, request.app.state.fleet, principal, path, query, headers)
    arguments: tuple[Body, ...] = ()
    if operation.media_types:
        _refuse_other_type(request, operation)
        arguments = (_decoded(await read_body(request, operation.max_bytes), body_type),)
    elif request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
        await read_body(request, 0)
    answer: Answer = await run_in_threadpool(HANDLERS[operation.id], call, *arguments)
    return response_of(call, answer, request.app.state.options.secure)


def _admitted(request: Request, operation: Operation, project: int | None) -> Principal:
    """Authenticates the caller and counts the request. Wrong keys are counted by address, valid requests by caller."""
    rates: Rates = request.app.state.rates
    address = request.client.host if request.client else ""
    if operation.scope == "public":
        rates.take(f"address {address}")
        return NOBODY
    principal = auth.require(request, operation.scope, project)
    rates.take(f"key {principal.key_id}" if principal.key_id else principal.name)
    return principal


def _refuse_other_type(request: Request, operation: Operation) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in operation.media_types:
        raise Refused(415, f"the body must be {' or '.join(operation.media_types)}", "media_type")


def _decoded(data: bytes, kind: Any) -> Body:
    if kind is bytes:
        return data
    try:
        try:
            return from_json(data, kind)
        except msgspec.ValidationError:
            return converted(_LENIENT.decode(data), kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, f"the body does not have the form that the operation takes: {error}", "body") from None


def refusal(error: Exception) -> Refused:
    if isinstance(error, QuotaError):
        return Refused(403, str(error), error.code)
    if isinstance(error, IntegrityError):
        return Refused(409, "the name exists already, or what it belongs to was removed", "conflict")
    return refusal_of(error)


def body_type(handler: Handler) -> Any:
    body = list(inspect.signature(handler, eval_str=True).parameters.values())[1:]
    return body[0].annotation if body else None
