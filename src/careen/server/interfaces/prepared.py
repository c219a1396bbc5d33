"""Compressed reports in the form of an interface. They are made beside the request, cached in the store, and sent
unchanged.

A client that waits a few seconds gets an answer within that time, if not the report; a later request finds it ready. A
report is made again if the image was assessed again, if the advisories are newer, if a decision or a policy of the
project changed, or by another version of Careen.
"""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response

from careen.app.databases import database_status
from careen.app.wiring import fingerprint
from careen.errors import Error
from careen.fleet import reports
from careen.fleet.fleet import Fleet
from careen.fleet.reports import ImageState
from careen.fleet.tables import decision, policy
from careen.model.report import Report

from .answers import busy

MAX_PENDING = 1000
WORKERS = 2
_LEVEL = 4

Made = Future[bytes | None]


class Prepared:
    """The prepared answers of one interface. They are made in threads, which share this object."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        self._fleet, self._name = fleet, name
        self._threads = ThreadPoolExecutor(WORKERS, f"careen-{name}")
        self._pending: dict[str, Made] = {}
        self._lock = Lock()

    async def get(
        self, project_id: int, state: ImageState, form: str, make: Callable[[Report], bytes], patience_s: float
    ) -> bytes | None:
        """The compressed answer; None if it is not ready after ``patience_s`` seconds. ``form`` identifies everything
        but the report that affects the bytes. Raises what ``make`` raises, and Failure if too many answers are being
        made.
        """
        future = self._made(project_id, state, form, make)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), patience_s)
        except TimeoutError:
            return None

    def _made(self, project_id: int, state: ImageState, form: str, make: Callable[[Report], bytes]) -> Made:
        asked = f"{project_id} {state.identity} {state.assessed_at} {form}"
        with self._lock:
            if asked in self._pending:
                return self._pending[asked]
            if len(self._pending) >= MAX_PENDING:
                raise busy("too many reports are being made")
            future = self._threads.submit(self._load_or_make, project_id, state, form, make)
            self._pending[asked] = future
        future.add_done_callback(lambda _: self._done(asked))
        return future

    def _done(self, asked: str) -> None:
        with self._lock:
            self._pending.pop(asked, None)

    def _load_or_make(self, project_id: int, state: ImageState, form: str, make: Callable[[Report], bytes]) -> bytes | None:
        of_code = fingerprint(self._fleet.settings.scanners)
        parts = (self._name, form, str(project_id), state.identity, of_code, revision(self._fleet, project_id, state))
        key = f"interface {hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"
        if kept := self._fleet.store.get(key):
            return kept
        report = reports.report_of(self._fleet, project_id, state.identity)
        if report is None:
            return None
        data = gzip.compress(make(report), _LEVEL, mtime=0)
        self._fleet.store.put(key, data)
        return data


def revision(fleet: Fleet, project_id: int, state: ImageState) -> str:
    """A text that changes with everything that a report depends on. It includes the advisories as a whole: a report
    shows more of them than the counts by which an image is assessed again.
    """
    of_project = decision.c.project_id == project_id
    decisions = select(
        func.count(), func.max(decision.c.id), func.max(decision.c.revoked_at), func.max(decision.c.decided_at)
    ).where(of_project)
    expired = select(func.count()).where(of_project, decision.c.expires_at < time.time())
    policies = select(func.count(), func.max(policy.c.changed_at)).where(policy.c.project_id == project_id)
    with fleet.engine.connect() as connection:
        values = [tuple(connection.execute(query).one()) for query in (decisions, expired, policies)]
    return f"{state.ready_at} {state.assessed_at} {_advisories(fleet)} {values}"


def _advisories(fleet: Fleet) -> str:
    try:
        return database_status(fleet.settings).built
    except Error:  # there is no database yet
        return ""


def sent(request: Request, data: bytes, media_type: str, status: int = 200, **headers: str) -> Response:
    """A response with the compressed data, which is decompressed if the client does not accept gzip."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(data, status, {**names, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, media_type)
    return Response(gzip.decompress(data), status, {**names, "Vary": "Accept-Encoding"}, media_type)
