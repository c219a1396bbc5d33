"""Admission of Kubernetes: decides from stored verdicts alone whether images may run.

``/admission/v1/validate`` is for a ValidatingWebhookConfiguration, ``/admission/v1/mutate`` for a mutating one that pins
tags to the digests that were assessed. A request reads a few rows; it never scans and contacts no other system. An unknown
image is enrolled after the answer. The key is in the Authorization header or in the path, because an API server only sends
a header if its own configuration has one.
**Source:** Kubernetes, admission.k8s.io/v1 (AdmissionReview); "Dynamic Admission Control".
"""

import asyncio
import hashlib
import time
from collections.abc import Callable

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.fleet.fleet import Fleet
from careen.log import logger

from ..access import Caller, caller, with_key
from ..answers import Failure, Handler, answering, body_of, document_of
from ..project_settings import settings_of
from .decide import Answer, decided, failed, pinned
from .enqueue import Enqueue
from .policy import Admission, OfProject
from .review import AdmissionReview, Asked, asked_of, response_of

log = logger(__name__)

SCOPE = "admission"
ROOT = "/admission/v1"
MAX_BODY = 8 << 20  # an API server's objects have 3 MiB at most, and a review may have two
DEADLINE_S = 1.0
CALLER_S = 30.0  # for so long a key is not checked again
MAX_CALLERS = 1000
THREADS = 16

Decide = Callable[[Fleet, int, Asked, Admission], Answer]


def routes(fleet: Fleet) -> list[Route]:
    webhook = Webhook(fleet)
    validate, mutate = _answering(webhook, decided), _answering(webhook, pinned)
    return [
        Route(f"{ROOT}/validate", validate, methods=["POST"]),
        Route(f"{ROOT}/mutate", mutate, methods=["POST"]),
        Route(f"{ROOT}/{{key}}/validate", validate, methods=["POST"]),
        Route(f"{ROOT}/{{key}}/mutate", mutate, methods=["POST"]),
    ]


class Webhook:
    """The webhook's handlers. It caches callers and settings, to answer while the database does not."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._callers: dict[bytes, tuple[Caller, float]] = {}
        self._settings: dict[int, Admission] = {}
        self._threads = CapacityLimiter(THREADS)
        self._enqueue = Enqueue(fleet)

    async def answer(self, request: Request, decide: Decide) -> Response:
        key = request.path_params.get("key")
        shown = with_key(request, key) if key else request
        sent = hashlib.sha256(shown.headers.get("authorization", "").encode("latin-1", "replace")).digest()
        client, until = self._callers.get(sent, (None, 0.0))
        if client is None or time.monotonic() > until:
            client = await run_sync(self._caller, shown, sent, limiter=self._threads)
        review = document_of(await body_of(request, MAX_BODY), AdmissionReview)
        asked = asked_of(review)
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await run_sync(self._decided, client, asked, decide, abandon_on_cancel=True, limiter=self._threads)
        except Failure:
            raise
        except Exception as error:
            log.warning("admission cannot be decided: %s", type(error).__name__)
            log.debug("the error", exc_info=True)
            if client.project_id not in self._settings:  # the webhook's failurePolicy decides
                raise Failure(503, "the settings of the project cannot be read") from None
            answer = failed(self._settings[client.project_id], asked)
        is_open = (answer.unknown or answer.undecided) and not asked.dry_run
        later = BackgroundTask(self._enqueue, client.project_id, answer.unknown, answer.undecided) if is_open else None
        return Response(response_of(asked, answer), media_type="application/json", background=later)

    def _decided(self, client: Caller, asked: Asked, decide: Decide) -> Answer:
        settings = settings_of(self._fleet, client.project_id, OfProject).admission
        self._settings[client.project_id] = settings
        return decide(self._fleet, client.project_id, asked, settings)

    def _caller(self, request: Request, sent: bytes) -> Caller:
        """The caller of a request, cached for a while, because checking a key takes as long as an answer may take."""
        known, _ = self._callers.get(sent, (None, 0.0))
        try:
            found = caller(self._fleet, request, SCOPE)
        except Failure:
            self._callers.pop(sent, None)
            raise
        except Exception as error:
            if known is None:
                raise
            log.warning("the key of %s cannot be checked again: %s", known.name, type(error).__name__)
            return known
        if len(self._callers) >= MAX_CALLERS:
            self._callers.clear()
        self._callers[sent] = found, time.monotonic() + CALLER_S
        return found


def _answering(webhook: Webhook, decide: Decide) -> Handler:
    async def answer(request: Request) -> Response:
        return await webhook.answer(request, decide)

    return answering(answer, lambda status, message: {"code": status, "message": message})
