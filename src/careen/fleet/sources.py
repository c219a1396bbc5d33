"""Where an image and its layers are fetched from, stored with their rows. Secrets in it are sealed.

Credentials are those of the registry's row or of the source itself. Those of the server's own configuration are only
used if its operator has marked the registry for this.
Raises: InputError for a missing or denied image, NetworkError if a registry does not answer.
"""

import base64
import binascii
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from careen.app.opening import open_context
from careen.errors import InputError
from careen.images.credentials import Credential, Found, SharedCredential
from careen.images.fetching import net_settings
from careen.images.manifest import Descriptor, parse_platform
from careen.images.names import Reference, parse_reference
from careen.images.registry import connected, opened
from careen.model.image import Image
from careen.net import make_fetcher
from careen.plugins import OpenContext
from careen.safety.typed import from_json

from . import archives, asking, guard, spool
from .fleet import Fleet
from .tables import registry

ALONE = "the credentials of this request"


class Source(Struct, frozen=True, omit_defaults=True):
    """The source of an image or layer. ``sealed`` is its own Authorization header, encrypted, in base64."""

    reference: str = ""  # the image by its digest
    registry_id: int | None = None
    platform: str = ""
    sealed: str = ""
    upload: str = ""  # the identity of an uploaded archive that contains the layers
    tag: str = ""  # the requested tag; "" if the image was requested by digest

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)


def source_of(data: bytes) -> Source:
    return from_json(data, Source) if data else Source()


def sealed(fleet: Fleet, authorization: str) -> str:
    return base64.b64encode(fleet.seal(authorization.encode())).decode() if authorization else ""


def registry_of(connection: Connection, project_id: int, name: Reference) -> int | None:
    """The number of the project's registry that an image belongs to: the one with the longest matching namespace. None
    if there is none.
    """
    rows = connection.execute(
        select(registry.c.id, registry.c.namespace)
        .where(registry.c.project_id == project_id, registry.c.host == name.registry)
        .order_by(func.length(registry.c.namespace).desc(), registry.c.id)
    )
    return next((row.id for row in rows if _is_below(name.repository, row.namespace)), None)


def open_image(fleet: Fleet, source: Source) -> Image:
    """The image with its manifest and configuration, read from its registry. Its layers are opened when they are
    needed.
    """
    context = context_of(fleet, source)
    repository, store = connected(source.reference, context)
    return replace(opened(repository, store, None, source.reference, context.platform), tag=source.tag)


def digest_of(fleet: Fleet, source: Source) -> str:
    """The digest behind a tag, if possible by a HEAD request, which counts against no limit."""
    repository, _ = connected(source.reference, context_of(fleet, source))
    name = parse_reference(source.reference)
    if name.digest:
        return name.digest
    return repository.digest_of(name.tag or "latest") or repository.manifest(name.tag or "latest", None)[1]


def require_manifest(fleet: Fleet, source: Source) -> None:
    """Fetches the manifest from the registry, bypassing the cache: the registry decides who may see the image. Raises
    InputError if it refuses.
    """
    digest = parse_reference(source.reference).digest
    repository, _ = connected(source.reference, context_of(fleet, source))
    repository.manifest(digest or "", digest)


def open_layer(fleet: Fleet, source: Source, digest: str, size_bytes: int) -> BinaryIO:
    """The bytes of a layer as a file, checked against its digest."""
    spooled = spool.open_spooled(fleet, digest)
    if spooled is None and source.upload:
        spool.put(fleet, digest, archives.layer_bytes(fleet, source.upload, digest))
        spooled = spool.open_spooled(fleet, digest)
    if spooled is not None:
        return spooled
    if not source.reference:
        raise InputError(f"the source of the layer {digest} is unknown", "scan the image again")
    _, store = connected(source.reference, context_of(fleet, source))
    return store.open(Descriptor(digest, size_bytes or -1))


def layer_file(fleet: Fleet, source: Source, digest: str, size_bytes: int) -> Path:
    """The path of a file with a layer's bytes, which is downloaded if it is missing."""
    spooled = spool.path_of(fleet, digest)
    if spooled is not None:
        return spooled
    with open_layer(fleet, source, digest, size_bytes):
        if spooled := spool.path_of(fleet, digest):
            return spooled
        algorithm, _, name = digest.partition(":")
        return fleet.settings.cache_dir / "blobs" / algorithm / name


def context_of(fleet: Fleet, source: Source) -> OpenContext:
    if source.registry_id is not None:
        context = asking.context_of(fleet, asking.row_of(fleet, source.registry_id))
    else:
        context = open_context(fleet.settings, lambda *_: None)
        net = guard.guarded(net_settings(context.settings), guard.listed(fleet.settings))
        fetcher = guard.GuardedFetcher(make_fetcher(net), "an image that a user names")
        none = SharedCredential(lambda: Found(None))
        context = replace(context, fetcher=fetcher, settings={**context.settings, "credential": none})
    if source.sealed:
        found = Found(_credential(fleet.unseal(base64.b64decode(source.sealed)).decode()))
        context = replace(context, settings={**context.settings, "credential": SharedCredential(lambda: found)})
    return replace(context, platform=parse_platform(source.platform)) if source.platform else context


def _credential(authorization: str) -> Credential:
    """The credential in an Authorization header. **Source:** RFC 9110 11.6.2, RFC 7617, RFC 6750."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            username, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise InputError("the credentials of the request are damaged", "send the Authorization header anew") from None
        return Credential(username, password, source=ALONE)
    return Credential(bearer=value.strip(), source=ALONE)


def _is_below(repository: str, namespace: str) -> bool:
    return not namespace or repository == namespace or repository.startswith(f"{namespace}/")
