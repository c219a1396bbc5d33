"""Clair's matcher: the vulnerabilities of an indexed image, with today's advisories."""

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.fleet import reports
from careen.fleet.fleet import Fleet

from ..answers import Failure, busy
from ..prepared import Prepared, sent
from .form import ROOT, clair_answers, digest_of, identity_of, media_type
from .report import vulnerability_report
from .token import clair_caller

PATIENCE_S = 25.0  # how long an answer may take; Quay waits for 30 seconds


def routes(fleet: Fleet) -> list[Route]:
    prepared = Prepared(fleet, "clair-matcher")

    async def report(request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, fleet, request)
        digest = digest_of(request.path_params["digest"])
        identity = identity_of(client.project_id, digest)
        state = await run_in_threadpool(reports.state_of, fleet, client.project_id, identity)
        if state is None or state.state != "ready":
            raise Failure(404, "this manifest was never indexed")
        data = await prepared.get(
            client.project_id,
            state,
            "vulnerabilities",
            lambda found: msgspec.json.encode(vulnerability_report(found, digest)),
            PATIENCE_S,
        )
        if data is None:
            raise busy("the report is being made: ask again")
        return sent(request, data, media_type(request, "vulnerability_report"), 201)

    return [Route(f"{ROOT}/matcher/api/v1/vulnerability_report/{{digest}}", clair_answers(report), methods=["GET"])]
