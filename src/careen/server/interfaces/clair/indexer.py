"""Clair's indexer: enrols the layers of a manifest in the fleet, and answers when they are read."""

import asyncio
import time
from collections.abc import Sequence

import msgspec
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from msgspec import Struct
from sqlalchemy import select, update
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.app.wiring import fingerprint
from careen.fleet import enrolment, reports, spool
from careen.fleet.connection import writing
from careen.fleet.enrolment import Enrolment, LayerSource
from careen.fleet.fleet import PUSH, Fleet
from careen.fleet.reports import ImageState
from careen.fleet.tables import image, layer, project_image
from careen.safety.pattern import pattern

from ..access import Caller
from ..answers import Failure, body_of, busy, document_of
from ..hosts import Hosts, check_address, hosts_of
from ..prepared import Prepared, sent
from .form import ROOT, check_sent, clair_answers, digest_of, document, identity_of, media_type
from .report import index_report, unfinished
from .token import SCOPE, clair_caller

PATIENCE_S = 570.0  # how long an answer may take; Quay waits for 600 seconds
FETCH_S = 300.0  # the part of it for fetching the layers
ALONGSIDE = 8  # layers of one manifest that are fetched at the same time
FETCHES = 16  # layers of all manifests that are fetched at the same time
WAITING = 200  # requests that may wait for an index
MAX_BODY = 8 << 20
MAX_LAYERS = 1000
MAX_DELETED = 10_000
_PAUSES = (0.2, 0.3, 0.5, 0.5, 1.0)  # the pauses between checks of the state; the last one repeats
_HEADER = pattern(r"[A-Za-z0-9_-]{1,100}")
_VALUE = pattern(r"[ -~\t]{0,16384}")
_RELATION = "https://projectquay.io/clair/v1/vulnerability_report"
_STATES = {"opening": "CheckManifest", "reading": "ScanLayers", "joining": "Coalesce"}


class ManifestLayer(Struct, frozen=True):
    hash: str
    uri: str
    headers: dict[str, tuple[str, ...]] | None = None


class Manifest(Struct, frozen=True):
    hash: str
    layers: tuple[ManifestLayer, ...] = ()


def routes(fleet: Fleet) -> list[Route]:
    indexer = Indexer(fleet)
    base = f"{ROOT}/indexer/api/v1"
    return [
        Route(f"{base}/index_report", clair_answers(indexer.index), methods=["POST"]),
        Route(f"{base}/index_report", clair_answers(indexer.delete_all), methods=["DELETE"]),
        Route(f"{base}/index_report/{{digest}}", clair_answers(indexer.get), methods=["GET"]),
        Route(f"{base}/index_report/{{digest}}", clair_answers(indexer.delete), methods=["DELETE"]),
        Route(f"{base}/index_state", clair_answers(indexer.state), methods=["GET"]),
    ]


class Indexer:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._prepared = Prepared(fleet, "clair-index")
        self._threads = CapacityLimiter(FETCHES)  # threads of their own, so that nothing else waits for downloads
        self._waiting = 0

    async def index(self, request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, self._fleet, request)
        check_sent(request, "manifest")
        manifest = document_of(await body_of(request, MAX_BODY), Manifest)
        sources = _sources(manifest)
        await run_in_threadpool(_check_hosts, sources, await run_in_threadpool(hosts_of, self._fleet, client.project_id))
        if self._waiting >= WAITING:
            raise busy("too many manifests are being indexed")
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._indexed(request, client, manifest.hash, sources)
        except TimeoutError:
            raise busy("the layers wait to be read: ask again") from None
        finally:
            self._waiting -= 1

    async def get(self, request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, self._fleet, request)
        digest = digest_of(request.path_params["digest"])
        state = await self._state_of(client, digest)
        if state is None:
            raise Failure(404, "this manifest was never indexed")
        return await self._report(request, client, digest, state, 200, 20.0)

    async def delete(self, request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, self._fleet, request)
        await run_in_threadpool(delete, self._fleet, client.project_id, [digest_of(request.path_params["digest"])])
        return document(request, "index_report", {})

    async def delete_all(self, request: Request) -> Response:
        client = await run_in_threadpool(clair_caller, self._fleet, request)
        check_sent(request, "bulk_delete")
        digests = document_of(await body_of(request, MAX_BODY), list[str])
        if len(digests) > MAX_DELETED:
            raise Failure(400, f"delete at most {MAX_DELETED} at a time")
        for digest in digests:
            digest_of(digest)
        return document(request, "bulk_delete", await run_in_threadpool(delete, self._fleet, client.project_id, digests))

    async def state(self, request: Request) -> Response:
        await run_in_threadpool(clair_caller, self._fleet, request)
        state = await run_in_threadpool(index_state, self._fleet)
        if f'"{state}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": f'"{state}"'})
        return document(request, "index_state", {"state": state}, ETag=f'"{state}"')

    async def _indexed(self, request: Request, client: Caller, digest: str, sources: Sequence[LayerSource]) -> Response:
        await self._fetch(sources)
        # Workers need no source: the bytes are in the spool, and the headers are secret.
        layers = tuple(LayerSource(source.digest, "") for source in sources)
        wanted = Enrolment(identity=identity_of(client.project_id, digest), layers=layers)
        by = f"{SCOPE}: {client.name}"
        await run_in_threadpool(enrolment.enrol, self._fleet, client.project_id, wanted, PUSH, by)
        for turn in range(10_000):
            state = await self._state_of(client, digest)
            if state is None:
                raise Failure(500, "the image was removed while it was indexed")
            if state.state in ("ready", "failed"):
                return await self._report(request, client, digest, state, 201, PATIENCE_S)
            await asyncio.sleep(_PAUSES[min(turn, len(_PAUSES) - 1)])
        raise TimeoutError

    async def _fetch(self, sources: Sequence[LayerSource]) -> None:
        """Fetches all layers that were never read into the spool at once, because their links expire soon."""
        wanted = await run_in_threadpool(unread, self._fleet, sources)
        mine = asyncio.Semaphore(ALONGSIDE)

        async def fetch(source: LayerSource) -> None:
            async with mine:
                await run_sync(spool.fetch, self._fleet, source, abandon_on_cancel=True, limiter=self._threads)

        async with asyncio.timeout(FETCH_S):
            done = await asyncio.gather(*map(fetch, wanted), return_exceptions=True)
        for failed in done:
            if isinstance(failed, BaseException):
                raise failed

    async def _report(
        self, request: Request, client: Caller, digest: str, state: ImageState, status: int, patience_s: float
    ) -> Response:
        headers = {"ETag": f'"{await run_in_threadpool(index_state, self._fleet)}"'}
        if status == 201:
            headers["Location"] = f"{ROOT}/indexer/api/v1/index_report/{digest}"
            headers["Link"] = f'<{ROOT}/matcher/api/v1/vulnerability_report/{digest}>; rel="{_RELATION}"'
        if state.state == "failed":
            return document(request, "index_report", unfinished(digest, "IndexError", state.reason), status, **headers)
        if state.state != "ready":
            begun = unfinished(digest, _STATES.get(state.state, "ScanLayers"))
            return document(request, "index_report", begun, status, **headers)
        data = await self._prepared.get(
            client.project_id, state, "index", lambda report: msgspec.json.encode(index_report(report, digest)), patience_s
        )
        if data is None:
            raise busy("the report is being made: ask again")
        return sent(request, data, media_type(request, "index_report"), status, **headers)

    async def _state_of(self, client: Caller, digest: str) -> ImageState | None:
        identity = identity_of(client.project_id, digest)
        return await run_in_threadpool(reports.state_of, self._fleet, client.project_id, identity)


def index_state(fleet: Fleet) -> str:
    """A fingerprint of the code that reads layers. When it changes, Quay has everything indexed again."""
    return fingerprint(fleet.settings.scanners)


def unread(fleet: Fleet, sources: Sequence[LayerSource]) -> list[LayerSource]:
    """The layers that no worker has read with the current code, each once."""
    wanted = {source.digest: source for source in sources}
    with fleet.engine.connect() as connection:
        is_read = (layer.c.state == "read") & (layer.c.read_by == index_state(fleet))
        query = select(layer.c.digest).where(layer.c.digest.in_(wanted), is_read)
        read = set(connection.execute(query).scalars())
    return [source for digest, source in wanted.items() if digest not in read]


def delete(fleet: Fleet, project_id: int, digests: Sequence[str]) -> list[str]:
    """Hides these images from the project. Returns the digests that were visible before."""
    gone = []
    with writing(fleet.engine) as connection:
        for digest in dict.fromkeys(digests):
            mine = select(image.c.id).where(image.c.identity == identity_of(project_id, digest)).scalar_subquery()
            seen = (project_image.c.project_id == project_id) & (project_image.c.image_id == mine)
            query = update(project_image).where(seen, project_image.c.deleted_at.is_(None)).values(deleted_at=time.time())
            if connection.execute(query).rowcount:
                gone.append(digest)
    return gone


def _sources(manifest: Manifest) -> list[LayerSource]:
    """The layers of a manifest with their URLs. Raises Failure for an invalid manifest, which Quay never sends again."""
    digest_of(manifest.hash)
    if not manifest.layers:
        raise Failure(400, "the manifest has no layers")
    if len(manifest.layers) > MAX_LAYERS:
        raise Failure(400, f"the manifest has more than {MAX_LAYERS} layers")
    return [LayerSource(digest_of(entry.hash), entry.uri, _headers(entry)) for entry in manifest.layers]


def _headers(entry: ManifestLayer) -> dict[str, str]:
    found = {}
    for name, values in (entry.headers or {}).items():
        value = ", ".join(values)
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Failure(400, "a header of a layer is not valid")
        found[name] = value
    return found


def _check_hosts(sources: Sequence[LayerSource], hosts: Hosts) -> None:
    for uri in {"/".join(source.uri.split("/", 3)[:3]): source.uri for source in sources}.values():  # one URL of each origin
        check_address(uri, hosts, "the uri of a layer")
