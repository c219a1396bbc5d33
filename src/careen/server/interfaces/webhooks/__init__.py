"""Webhooks of registries: a push becomes an enrolment, at ``/webhooks/KIND/REGISTRY``.

The path contains the id of a registry that the project added: only this host is contacted, with its credentials,
whatever the event states. A request is signed with the registry's secret, or contains it, or has a key of the scope
``webhook``. Senders that cannot set a header append ``?token=``. A repeated request within ten minutes does nothing.
"""

import hashlib
import hmac
from base64 import b64decode
from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec
from msgspec import Struct
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.errors import Error, NetworkError
from careen.fleet import enrolment
from careen.fleet.enrolment import Enrolment
from careen.fleet.fleet import PUSH, Fleet
from careen.fleet.tables import registry
from careen.images.names import Reference, parse_reference
from careen.log import logger
from careen.safety.typed import from_json

from ..access import caller, refusal, with_key
from ..answers import Failure, answering, body_of, busy
from . import distribution, docker_hub, ghcr, harbor, quay
from .pushed import MAX_EVENTS, Pushed, Seen

log = logger(__name__)

SCOPE = "webhook"
ROOT = "/webhooks"
MAX_BODY = 4 << 20
READERS = {
    "distribution": distribution.read,
    "harbor": harbor.read,
    "quay": quay.read,
    "docker-hub": docker_hub.read,
    "ghcr": ghcr.read,
}


class Wanted(Struct, frozen=True):
    """Which repositories of a registry are scanned: the part of its settings that matters here."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class KnownRegistry(Struct, frozen=True):
    id: int
    project_id: int
    host: str
    namespace: str
    wanted: bytes
    webhook_secret: bytes  # encrypted


def routes(fleet: Fleet) -> list[Route]:
    seen = Seen()

    async def receive(request: Request) -> Response:
        kind, id = request.path_params["kind"], request.path_params["registry"]
        if kind not in READERS:
            raise Failure(404, f"there is no webhook for {kind[:50]!r}")
        body = await body_of(request, MAX_BODY)
        known = await run_in_threadpool(_checked, fleet, request, kind, id, body)
        pushes = READERS[kind](body, request.headers)
        if len(pushes) > MAX_EVENTS:
            raise Failure(413, f"send at most {MAX_EVENTS} events at a time")
        delivery = hashlib.sha256(f"{known.id} ".encode() + body).digest()
        if seen.before(delivery):
            return _taken(0)
        try:
            count = await run_in_threadpool(_enrol, fleet, known, kind, pushes)
        except BaseException:
            seen.forget(delivery)  # so that the sender's next try is not ignored as a repetition
            raise
        return _taken(count)

    form = answering(receive, lambda status, message: {"error": {"code": status, "message": message}})
    return [Route(f"{ROOT}/{{kind}}/{{registry:int}}", form, methods=["POST"])]


def _taken(count: int) -> Response:
    return Response(msgspec.json.encode({"enrolled": count}), 202, None, "application/json")


def _checked(fleet: Fleet, request: Request, kind: str, id: int, body: bytes) -> KnownRegistry:
    """The registry of a request. Raises Failure, with the same answer for an unknown registry and for an invalid
    secret.
    """
    known = _registry(fleet, id)
    secret = fleet.unseal(known.webhook_secret) if known and known.webhook_secret else b""
    if known and secret and (ghcr.is_signed(request.headers, body, secret) if kind == "ghcr" else _presents(request, secret)):
        return known
    if kind == "ghcr":
        raise refusal(401, "the request is not signed with the secret of this registry")
    token = request.query_params.get("token")
    client = caller(fleet, with_key(request, token) if token else request, SCOPE)
    if known is None or known.project_id != client.project_id:
        raise refusal(401, "this key is not valid for this registry")
    return known


def _registry(fleet: Fleet, id: int) -> KnownRegistry | None:
    if id >= 1 << 63:
        return None
    columns = [registry.c[name] for name in KnownRegistry.__struct_fields__]
    with fleet.engine.connect() as connection:
        row = connection.execute(select(*columns).where(registry.c.id == id)).first()
    return KnownRegistry(*row) if row else None


def _presents(request: Request, secret: bytes) -> bool:
    """Whether the request contains the secret: in a header, as a bearer token, as a password, or in the URL."""
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    sent = [header, request.query_params.get("token", "")]
    if scheme.lower() == "bearer":
        sent.append(value)
    if scheme.lower() == "basic":
        try:
            sent.append(b64decode(value, validate=True).decode().partition(":")[2])
        except ValueError:
            pass
    return any(hmac.compare_digest(text.encode("utf-8", "replace"), secret) for text in sent)


def _enrol(fleet: Fleet, known: KnownRegistry, kind: str, pushes: Sequence[Pushed]) -> int:
    """Enrols the pushed images and returns how many. Raises Failure if the registry did not answer when an image was looked up;
    the sender then repeats the whole request, which changes nothing for images that are enrolled already.
    """
    count, unreachable = 0, 0
    for pushed in dict.fromkeys(pushes):
        reference = _reference(known, pushed)
        if reference is None:
            continue
        wanted = Enrolment(str(reference), pushed.identity, known.id, pushed_at=pushed.at)
        try:
            enrolment.enrol(fleet, known.project_id, wanted, PUSH, f"webhook: {kind}")
            count += 1
        except NetworkError as error:
            log.warning("webhook: %s is not enrolled: %s", str(reference)[:300], error)
            unreachable += 1
        except Error as error:
            log.warning("webhook: %s is not enrolled: %s", str(reference)[:300], error)
    if unreachable:
        images = f"{unreachable} of {len(pushes)} images"
        raise busy(f"{known.host} did not answer when {images} were looked up: send the request again")
    return count


def _reference(known: KnownRegistry, pushed: Pushed) -> Reference | None:
    """The reference to scan. None if the repository is outside the registry's namespace or excluded, or if its name is
    invalid.
    """
    space = known.namespace
    inside = not space or pushed.repository == space or pushed.repository.startswith(f"{space}/")
    wanted = from_json(known.wanted, Wanted) if known.wanted else Wanted()
    included = not wanted.include or any(fnmatchcase(pushed.repository, name) for name in wanted.include)
    if not inside or not included or any(fnmatchcase(pushed.repository, name) for name in wanted.exclude):
        return None
    end = f"@{pushed.digest}" if pushed.digest else f":{pushed.tag}"
    try:
        reference = parse_reference(f"{known.host}/{pushed.repository}{end}")
    except Error:
        return None
    return reference if reference.registry == parse_reference(f"{known.host}/name").registry else None
