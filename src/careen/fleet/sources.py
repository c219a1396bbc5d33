"""Where an image and its layers are fetched from, kept with their rows. What is secret in it is sealed.

Raises: InputError for what is not there or denied, NetworkError if a registry does not answer.
"""

import base64
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from careen.app.opening import open_context
from careen.errors import InputError
from careen.images.manifest import Descriptor
from careen.images.names import parse_reference
from careen.images.registry import connected, opened
from careen.model.image import Image
from careen.plugins import OpenContext
from careen.safety.typed import from_json

from .fleet import Fleet
from .tables import registry


class Source(Struct, frozen=True, omit_defaults=True):
    """``sealed`` is a credential of this source alone, encrypted, in base64. ``uri``: of a single layer."""

    reference: str = ""  # of the image, by its digest
    registry_id: int | None = None
    platform: str = ""
    sealed: str = ""
    uri: str = ""

    def encoded(self) -> bytes:
        return msgspec.json.encode(self)


class Login(Struct, frozen=True):
    """What is sealed: a user with a password or token, or a whole Authorization header."""

    username: str = ""
    password: str = ""
    authorization: str = ""


def source_of(data: bytes) -> Source:
    return from_json(data, Source) if data else Source()


def sealed(fleet: Fleet, login: Login) -> str:
    return base64.b64encode(fleet.seal(msgspec.json.encode(login))).decode() if login != Login() else ""


def open_image(fleet: Fleet, source: Source) -> Image:
    """The image's manifest and configuration, read from its registry; its layers are opened when they are asked for."""
    context = context_of(fleet, source)
    repository, store = connected(source.reference, context)
    return opened(repository, store, None, source.reference, context.platform)


def digest_of(fleet: Fleet, source: Source) -> str:
    """The digest behind a tag, by a request that counts against no limit."""
    context = context_of(fleet, source)
    repository, _ = connected(source.reference, context)
    name = parse_reference(source.reference)
    if name.digest:
        return name.digest
    return repository.digest_of(name.tag or "latest") or repository.manifest(name.tag or "latest", None)[1]


def open_layer(fleet: Fleet, source: Source, digest: str, size_bytes: int) -> BinaryIO:
    """The bytes of a layer as a file, checked against its digest."""
    if not source.reference:
        raise InputError(f"nothing states where the layer {digest} is", "scan the image again")
    _, store = connected(source.reference, context_of(fleet, source))
    return store.open(Descriptor(digest, size_bytes or -1))


def layer_file(fleet: Fleet, source: Source, digest: str, size_bytes: int) -> Path:
    """The file of a layer's bytes in the cache, downloaded if it is not there."""
    with open_layer(fleet, source, digest, size_bytes):
        algorithm, _, name = digest.partition(":")
        return fleet.settings.cache_dir / "blobs" / algorithm / name


def context_of(fleet: Fleet, source: Source) -> OpenContext:
    settings = replace(fleet.settings, platform=source.platform or fleet.settings.platform)
    login = _login(fleet, source)
    if login.username or login.password:
        settings = replace(settings, registry_username=login.username or None, registry_password=login.password)
    context = open_context(settings, lambda *_: None, None)
    if login.authorization:
        return replace(context, settings={**context.settings, "authorization": login.authorization})
    return context


def _login(fleet: Fleet, source: Source) -> Login:
    if source.sealed:
        return from_json(fleet.unseal(base64.b64decode(source.sealed)), Login)
    if source.registry_id is None:
        return Login()
    with fleet.engine.connect() as connection:
        data = connection.execute(select(registry.c.credentials).where(registry.c.id == source.registry_id)).scalar()
    return from_json(fleet.unseal(data), Login) if data else Login()
