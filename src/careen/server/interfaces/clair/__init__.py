"""Clair, version 4, as Quay uses it: indexer, matcher and notifier at ``/clair``.

Quay waits up to 600 seconds for the index of an image, and 30 for a report; its links to layers expire after 60. Quay
checks every answer with an older schema than Clair's own. These answers fit both, except for DELETE: it returns 200 with
``{}``, because Quay parses the body. The content of a manifest is whatever the client claims, without proof. So an image
enrolled here has an identity of its own (``clair:PROJECT:DIGEST``) and never counts as a scan of that digest.
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
