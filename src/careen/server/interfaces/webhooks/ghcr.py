"""Webhooks of GitHub about packages, for its container registry; signed with HMAC and SHA-256.

**Source:** GitHub's documentation, "Webhook events and payloads" (package, registry_package) and "Validating webhook
deliveries".
"""

import hmac
from collections.abc import Mapping

from msgspec import Struct

from careen.safety.digest import is_digest

from ..answers import document_of
from .pushed import Pushed

_EVENTS = ("package", "registry_package")


class Tag(Struct, frozen=True):
    name: str = ""
    digest: str = ""


class Metadata(Struct, frozen=True):
    tag: Tag | None = None


class Version(Struct, frozen=True):
    version: str = ""
    container_metadata: Metadata | None = None


class Package(Struct, frozen=True):
    name: str = ""
    namespace: str = ""
    package_type: str = ""
    package_version: Version | None = None


class Payload(Struct, frozen=True):
    action: str = ""
    package: Package | None = None
    registry_package: Package | None = None


def is_signed(headers: Mapping[str, str], body: bytes, secret: bytes) -> bool:
    expected = f"sha256={hmac.digest(secret, body, 'sha256').hex()}"
    return hmac.compare_digest(headers.get("x-hub-signature-256", "").encode("latin-1", "replace"), expected.encode())


def read(body: bytes, headers: Mapping[str, str]) -> list[Pushed]:
    if headers.get("x-github-event") not in _EVENTS:
        return []  # a ping, for example
    sent = document_of(body, Payload)
    package = sent.package or sent.registry_package
    if sent.action not in ("published", "updated") or package is None or package.package_type.lower() != "container":
        return []
    version = package.package_version or Version()
    tag = (version.container_metadata.tag if version.container_metadata else None) or Tag()
    digest = next((text for text in (version.version, tag.digest) if is_digest(text)), "")
    repository = f"{package.namespace}/{package.name}".lower().strip("/")
    return [Pushed(repository, digest, tag.name)] if digest or tag.name else []
