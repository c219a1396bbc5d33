"""Harbor's client of scanner adapters, with its limits: 5 seconds a call, no redirects, strict reading.

Written from goharbor/harbor, src/pkg/scan/rest/v1/client.go and models.go, and src/pkg/scan/job.go.
"""

import time

import httpx2 as httpx
import msgspec
from msgspec import Struct

TIMEOUT_S = 5.0
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
NATIVE = "application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0"
GENERIC = "application/vnd.security.vulnerability.report; version=1.1"
SBOM = "application/vnd.security.sbom.report+json; version=1.0"
PRODUCED = (NATIVE, GENERIC, SBOM)
SEVERITIES = ("Unknown", "Negligible", "Low", "Medium", "High", "Critical")


class HarborError(Exception):
    pass


class NotReadyError(Exception):
    """The report is asked for again after so many seconds."""

    def __init__(self, after_s: int) -> None:
        super().__init__(f"retry after {after_s}s")
        self.after_s = after_s


class Scanner(Struct):
    name: str = ""
    vendor: str = ""
    version: str = ""


class Capability(Struct):
    consumes_mime_types: list[str]
    produces_mime_types: list[str]
    type: str = ""
    additional_attributes: dict | None = None


class Metadata(Struct):
    scanner: Scanner
    capabilities: list[Capability]
    properties: dict[str, str]


class Cvss(Struct):
    score_v3: float | None = None
    score_v2: float | None = None
    vector_v3: str = ""
    vector_v2: str = ""


class Item(Struct):
    id: str
    package: str
    version: str
    fix_version: str
    severity: str
    description: str
    links: list[str]
    status: str = ""
    artifact_digests: list[str] = []
    preferred_cvss: Cvss | None = None
    cwe_ids: list[str] | None = None
    vendor_attributes: dict | None = None


class Artifact(Struct):
    repository: str
    digest: str
    tag: str = ""
    mime_type: str = ""
    namespace_id: int = 0


class Report(Struct):
    generated_at: str
    artifact: Artifact
    scanner: Scanner
    severity: str
    vulnerabilities: list[Item]


class SbomReport(Struct):
    generated_at: str
    artifact: Artifact
    scanner: Scanner
    media_type: str
    sbom: dict
    vendor_attributes: dict | None = None


class HarborClient:
    def __init__(self, address: str, authorization: str) -> None:
        self._address = f"{address.rstrip('/')}/api/v1"
        headers = {"Authorization": authorization, "User-Agent": "harbor-scanner-client"}
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(timeout=TIMEOUT_S, headers=headers, trust_env=False, limits=limits)
        self.slowest_s = 0.0

    def metadata(self) -> Metadata:
        accept = "application/vnd.scanner.adapter.metadata+json; version=1.0"
        found = msgspec.json.decode(self._call("GET", "/metadata", 200, {"Accept": accept}).content, type=Metadata)
        check_metadata(found)
        return found

    def submit(self, registry: dict, artifact: dict, capabilities: list | None = None) -> str:
        body = {"registry": registry, "artifact": artifact}
        if capabilities is not None:
            body["enabled_capabilities"] = capabilities
        headers = {
            "Content-Type": "application/vnd.scanner.adapter.scan.request+json; version=1.0",
            "Accept": "application/vnd.scanner.adapter.scan.response+json; version=1.0",
        }
        id = msgspec.json.decode(self._call("POST", "/scan", 202, headers, msgspec.json.encode(body)).content)["id"]
        if not id:
            raise HarborError("no id")
        return id

    def report(self, id: str, form: str = GENERIC, sbom_media_type: str = "") -> Report | SbomReport:
        """Raises NotReadyError."""
        query = f"?sbom_media_type={sbom_media_type}" if sbom_media_type else ""
        response = self._sent("GET", f"/scan/{id}/report{query}", {"Accept": form})
        if response.status_code == 302:
            raise NotReadyError(refresh_after(response.headers.get("Refresh-After", "")))
        self._check(response, 200)
        if form == SBOM:
            return msgspec.json.decode(response.content, type=SbomReport)
        found = msgspec.json.decode(response.content, type=Report)
        for item in found.vulnerabilities:
            if item.severity not in SEVERITIES:
                raise HarborError(f"severity {item.severity}")
        keys = [(item.id, item.package, item.version) for item in found.vulnerabilities]
        if len(keys) != len(set(keys)):
            raise HarborError("a vulnerability is there twice")
        return found

    def wait(self, id: str, form: str = GENERIC, sbom_media_type: str = "", most_s: float = 60.0, first_s: float = 0.1):
        """Harbor waits 2 seconds first, and as long as it is asked to afterwards; tests wait a tenth of that."""
        until = time.monotonic() + most_s
        pause = first_s
        while time.monotonic() < until:
            time.sleep(pause)
            try:
                return self.report(id, form, sbom_media_type)
            except NotReadyError as again:
                pause = again.after_s / 10
        raise HarborError("no report in time")

    def _call(self, method: str, path: str, wanted: int, headers: dict, body: bytes | None = None) -> httpx.Response:
        response = self._sent(method, path, headers, body)
        self._check(response, wanted)
        return response

    def _sent(self, method: str, path: str, headers: dict, body: bytes | None = None) -> httpx.Response:
        begun = time.monotonic()
        response = self._client.request(method, self._address + path, headers=headers, content=body)
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        if self.slowest_s > TIMEOUT_S:  # Go's limit is for the whole call, with the body
            raise HarborError("Client.Timeout exceeded")
        return response

    def _check(self, response: httpx.Response, wanted: int) -> None:
        if response.status_code != wanted:
            message = msgspec.json.decode(response.content)["error"]["message"]  # anything else is an unmarshal error
            raise HarborError(f"{response.status_code}: {message}")


def refresh_after(text: str) -> int:
    """strconv.ParseInt(text, 10, 8): what is no int8 is 5 seconds."""
    try:
        number = int(text)
    except ValueError:
        return 5
    return number if -128 <= number <= 127 and number > 0 else 5


def check_metadata(found: Metadata) -> None:
    """ScannerAdapterMetadata.Validate."""
    if not (found.scanner.name and found.scanner.vendor and found.scanner.version):
        raise HarborError("missing scanner property")
    if not found.capabilities:
        raise HarborError("empty scanner capabilities")
    for capability in found.capabilities:
        if MANIFEST not in capability.consumes_mime_types:
            raise HarborError(f"missing {MANIFEST} in consumes_mime_types")
        if not any(form in capability.produces_mime_types for form in PRODUCED):
            raise HarborError("missing a report in produces_mime_types")
