"""Clair, version 4, as Quay uses it: indexer, matcher and notifier at ``/clair``.

Quay waits for the index of an image up to 600 seconds, and for a report 30; its links to layers end after 60. It checks
every answer with an older schema than Clair's own; these answers fit both, but for DELETE: that is 200 with ``{}``, because
Quay parses the body. A manifest is what the client states it is, without proof, so an image enrolled here has an identity
of its own (``clair:PROJECT:DIGEST``) and never stands in for a scan of that digest.
**Source:** quay/clair, httptransport/api/v1/openapi.yaml; quay/quay, util/secscan/v4/clair-v4.openapi.json.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.fleet.fleet import Fleet

from ..answers import Failure
from . import indexer, matcher, notifier
from .form import ROOT, clair_answers


def routes(fleet: Fleet) -> list[Route]:
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return [
        *indexer.routes(fleet),
        *matcher.routes(fleet),
        *notifier.routes(fleet),
        Route(f"{ROOT}/{{rest:path}}", clair_answers(_unknown), methods=methods),
    ]


async def _unknown(request: Request) -> Response:
    raise Failure(404, f"there is no {request.method} {request.url.path[:200]}")
