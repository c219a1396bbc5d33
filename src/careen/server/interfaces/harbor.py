"""Harbor's Pluggable Scanner Adapter, version 1.2, at ``/harbor/api/v1``.

Harbor's client gives up every call after 5 seconds, does not follow redirects, reads ``Refresh-After`` as an int8, and
parses every answer other than 200, 202 and 302 as a JSON error. So metadata is cached, a scan request only enrols the
image, and a client has to repeat a request for a report that is not ready within ``PATIENCE_S``. The id of a scan request
encodes the artifact, so that nothing is stored for it.
**Source:** pluggable-scanner-spec, scanner-adapter-openapi-v1.2.yaml.
"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from email.message import Message
from io import StringIO

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.app.databases import database_status
from careen.errors import Error
from careen.fleet import enrolment, reports
from careen.fleet.enrolment import Enrolment
from careen.fleet.fleet import PUSH, Fleet
from careen.model.report import Report
from careen.safety.digest import is_digest
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

from .access import caller
from .answers import Failure, Handler, answering, body_of, document_of
from .harbor_report import CYCLONEDX, SCANNER, SPDX, Artifact, sbom_report, vulnerability_report
from .hosts import check_address, hosts_of
from .prepared import Prepared, sent

SCOPE = "harbor"
ROOT = "/harbor/api/v1"
PATIENCE_S = 3.0  # how long an answer may take; Harbor waits for 5 seconds
METADATA_S = 60.0  # how long metadata is cached
MAX_BODY = 1 << 20
MAX_REFRESH_S = 60

_METADATA = "application/vnd.scanner.adapter.metadata+json; version={}"
_ACCEPTED = "application/vnd.scanner.adapter.scan.response+json; version=1.0"
_ERROR = "application/vnd.scanner.adapter.error+json; version=1.0"
NATIVE = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0"
GENERIC = "application/vnd.security.vulnerability.report; version=1.1"
RAW = "application/vnd.scanner.adapter.vuln.report.raw"
SBOM = "application/vnd.security.sbom.report+json; version=1.0"
CONSUMED = (
    "application/vnd.docker.distribution.manifest.v2+json",  # Harbor refuses a capability without this type
    "application/vnd.oci.image.manifest.v1+json",
)
_CAPABILITIES = (
    {"type": "vulnerability", "consumes_mime_types": CONSUMED, "produces_mime_types": (GENERIC, NATIVE, RAW)},
    {
        "type": "sbom",
        "consumes_mime_types": CONSUMED,
        "produces_mime_types": (SBOM,),
        "additional_attributes": {"sbom_media_types": (SPDX, CYCLONEDX)},
    },
)
_REPOSITORY = pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*){0,20}")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


class Registry(Struct, frozen=True):
    url: str
    authorization: str = ""


class RequestedArtifact(Struct, frozen=True):
    repository: str
    digest: str
    tag: str | None = None
    mime_type: str | None = None


class Capability(Struct, frozen=True):
    type: str
    produces_mime_types: tuple[str, ...] | None = None


class ScanRequest(Struct, frozen=True):
    registry: Registry
    artifact: RequestedArtifact
    enabled_capabilities: tuple[Capability, ...] | None = None


class Scan(Struct, frozen=True, array_like=True):
    """The content of a scan request's id. A client may invent one, but only sees images of its own project."""

    artifact: Artifact
    identity: str


def routes(fleet: Fleet) -> list[Route]:
    adapter = Adapter(fleet)
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return [
        Route(f"{ROOT}/metadata", _answering(adapter.metadata)),
        Route(f"{ROOT}/scan", _answering(adapter.scan), methods=["POST"]),
        Route(f"{ROOT}/scan/{{id}}/report", _answering(adapter.report)),
        Route("/harbor/{rest:path}", _answering(_unknown), methods=methods),
    ]


class Adapter:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._prepared = Prepared(fleet, SCOPE)
        self._metadata, self._until = b"", 0.0

    async def metadata(self, request: Request) -> Response:
        await run_in_threadpool(caller, self._fleet, request, SCOPE)
        if time.monotonic() > self._until:
            self._until = time.monotonic() + METADATA_S  # set first, so that only one request reads the metadata
            self._metadata = await run_in_threadpool(metadata_of, self._fleet)
        version = "1.1" if "version=1.1" in request.headers.get("accept", "").replace(" ", "") else "1.0"
        return Response(
            self._metadata or await run_in_threadpool(metadata_of, self._fleet), 200, None, _METADATA.format(version)
        )

    async def scan(self, request: Request) -> Response:
        client = await run_in_threadpool(caller, self._fleet, request, SCOPE)
        wanted = document_of(await body_of(request, MAX_BODY), ScanRequest)
        artifact = _artifact(wanted)
        identity = await run_in_threadpool(self._enrol, client.project_id, client.name, wanted.registry, artifact)
        return Response(msgspec.json.encode({"id": id_of(Scan(artifact, identity))}), 202, None, _ACCEPTED)

    async def report(self, request: Request) -> Response:
        client = await run_in_threadpool(caller, self._fleet, request, SCOPE)
        scan = scan_of(request.path_params["id"])
        form, media_type = _form(request)
        state = await run_in_threadpool(reports.state_of, self._fleet, client.project_id, scan.identity)
        if state is None:
            raise Failure(404, "there is no such scan")
        if state.state == "failed":
            raise Failure(500, f"the image could not be scanned: {state.reason}"[:1000])
        if state.state != "ready":
            return _again(max(2, int(time.time() - state.enrolled_at) // 4))
        name = f"{form} {media_type} {id_of(scan)}"
        data = await self._prepared.get(
            client.project_id, state, name, lambda report: written(report, scan.artifact, form, media_type), PATIENCE_S
        )
        return _again(2) if data is None else sent(request, data, form)

    def _enrol(self, project_id: int, by: str, registry: Registry, artifact: Artifact) -> str:
        host = check_address(registry.url, hosts_of(self._fleet, project_id), "registry.url", status=422)
        reference = f"{host}/{artifact.repository}@{artifact.digest}"
        wanted = Enrolment(reference, artifact.digest, authorization=registry.authorization)
        return enrolment.enrol(self._fleet, project_id, wanted, PUSH, f"harbor: {by}")


def metadata_of(fleet: Fleet) -> bytes:
    properties = {"harbor.scanner-adapter/scanner-type": "os-package-vulnerability"}
    try:
        built = datetime.fromisoformat(database_status(fleet.settings).built).astimezone(UTC)
    except (Error, ValueError, OSError):  # there is no database yet
        pass
    else:
        properties["harbor.scanner-adapter/vulnerability-database-updated-at"] = f"{built:%Y-%m-%dT%H:%M:%SZ}"
    return msgspec.json.encode({"scanner": SCANNER, "capabilities": _CAPABILITIES, "properties": properties})


def id_of(scan: Scan) -> str:
    return urlsafe_b64encode(msgspec.json.encode(scan)).decode().rstrip("=")


def scan_of(id: str) -> Scan:
    """The content of a scan request's id. Raises Failure if the id is malformed."""
    try:
        found = from_json(urlsafe_b64decode(id[:2000] + "=" * (-len(id) % 4)), Scan)
        _check(found.artifact)
    except (ValueError, msgspec.MsgspecError, Failure):
        raise Failure(404, "there is no such scan") from None
    return found


def written(report: Report, artifact: Artifact, form: str, media_type: str) -> bytes:
    from careen.output.json_text import write_json
    from careen.plugins import ReportOptions

    text = StringIO()
    if form == SBOM:
        write_json(sbom_report(report, artifact, media_type), text)
    elif form == RAW:
        from careen.reports.json import write

        write(report, text, ReportOptions())
    else:
        write_json(vulnerability_report(report, artifact), text)
    return text.getvalue().encode()


def _artifact(wanted: ScanRequest) -> Artifact:
    """The artifact of a scan request. Raises Failure if it cannot be scanned."""
    asked = wanted.artifact
    found = Artifact(asked.repository, asked.digest, asked.tag or "", asked.mime_type or "")
    _check(found)
    capabilities = {name.type for name in wanted.enabled_capabilities or ()}
    if unknown := sorted(capabilities - {"vulnerability", "sbom"}):
        raise Failure(501, f"the scanner has no capability {unknown[0][:100]!r}")
    if found.mime_type and found.mime_type not in CONSUMED:
        raise Failure(422, f"artifact.mime_type {found.mime_type[:200]!r} is not an image's manifest")
    return found


def _check(artifact: Artifact) -> None:
    if not is_digest(artifact.digest):
        raise Failure(422, "artifact.digest is not a digest")
    if len(artifact.repository) > 255 or not _REPOSITORY.fullmatch(artifact.repository):
        raise Failure(422, "artifact.repository is not the name of a repository")
    if artifact.tag and not _TAG.fullmatch(artifact.tag):
        raise Failure(422, "artifact.tag is not a tag")
    if len(artifact.mime_type) > 200:
        raise Failure(422, "artifact.mime_type is too long")


def _form(request: Request) -> tuple[str, str]:
    """The requested type of report, and for an SBOM its media type, else "". Raises Failure for an unknown type."""
    asked = request.headers.get("accept", "")
    for form in (NATIVE, GENERIC, RAW, SBOM):
        if any(_same(part, form) for part in asked.split(",")):
            media_type = request.query_params.get("sbom_media_type", "").replace(" ", "+")  # an unquoted + is a space
            if form == SBOM and media_type not in (SPDX, CYCLONEDX):
                raise Failure(400, f"sbom_media_type must be {SPDX} or {CYCLONEDX}")
            return form, media_type if form == SBOM else ""
    if asked.strip() in ("", "*/*", "application/json"):
        return GENERIC, ""
    raise Failure(501, "the scanner does not write this type of report")


def _same(one: str, other: str) -> bool:
    return _type_of(one) == _type_of(other)


def _type_of(text: str) -> tuple[str, str]:
    message = Message()
    message["Content-Type"] = text.strip().replace("\r", "").replace("\n", "")[:300]
    return message.get_content_type(), str(message.get_param("version", ""))


def _again(after_s: int) -> Response:
    """An answer that makes Harbor repeat the request after ``after_s`` seconds, at most 127: it ignores larger values."""
    return Response(status_code=302, headers={"Refresh-After": str(min(after_s, MAX_REFRESH_S))})


async def _unknown(request: Request) -> Response:
    raise Failure(404, f"the adapter has no {request.method} {request.url.path[:200]}")


def _answering(handler: Handler) -> Handler:
    return answering(handler, lambda status, message: {"error": {"message": message}}, _ERROR)
