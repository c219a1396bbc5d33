"""``/health``: the process answers. ``/ready``: its database answers. ``/metrics``: numbers, without names of images."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from careen.fleet.fleet import Fleet
from careen.log import logger

from .errors import Refused, problem

log = logger(__name__)


def routes() -> list[Route]:
    return [Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)]


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    if await run_in_threadpool(_answers, request.app.state.fleet):
        return JSONResponse({"status": "ready"})
    return problem(Refused(503, "the database does not answer", "database", {"Retry-After": "5"}))


async def metrics(request: Request) -> Response:
    return Response(await run_in_threadpool(request.app.state.metrics.text), media_type="text/plain; version=0.0.4")


def _answers(fleet: Fleet) -> bool:
    try:
        with fleet.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return False
    return True
