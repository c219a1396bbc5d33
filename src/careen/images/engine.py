"""Images of a container engine on this machine: the export of its API, opened as an archive.

Shape: ``GET /images/NAME/json`` returns ID and platform, ``GET /images/NAME/get`` sends the archive. It is cached under the
image's ID with a checksum, so that an unchanged image is not exported again; without a cache folder it is a temporary file.
Raises: NotHereError if the engine is absent or has no such image, InputError and NetworkError otherwise.
**Source:** Docker Engine API 1.43, "Inspect an image", "Export an image"; 1.48 for ``platform``; Podman's compatible API.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import SplitResult, quote, urlsplit

import msgspec
from msgspec import Struct

from careen.log import logger
from careen.safety.cache_limits import cache_limits

from ..errors import InputError, NetworkError, NotHereError
from ..model.image import Image, Platform
from ..net import NetSettings, NotAllowedError, make_fetcher
from ..net.addresses import host_of, unix_url
from ..plugins import Fetcher, OpenContext, Progress, Response
from .cache import aside, is_sealed, make_room, seal, write
from .docker_archive import open_file
from .manifest import is_digest
from .names import parse_reference
from .platforms import rank

log = logger(__name__)

MAX_EXPORT_BYTES = 64 * 1024**3
_ANSWER_BYTES = 8 * 1024 * 1024
_CHUNK = 1024 * 1024
_PATIENT = NetSettings(timeout_s=600.0)  # some engines write the whole archive before they send its first byte
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")


class Endpoint(Struct, frozen=True):
    """The address of an engine: ``base`` has no path; ``fetcher`` sends requests to it."""

    base: str
    fetcher: Fetcher


class Inspected(Struct, frozen=True):
    name: str  # in the engine
    id: str
    platform: Platform | None
    size_bytes: int | None
    version: tuple[int, int]  # version of the engine's API


def open_image(
    engine: str, reference: str, context: OpenContext, endpoints: tuple[Endpoint, ...], names: Callable[[str], tuple[str, ...]]
) -> Image:
    """Opens the image that the first of the endpoints has under one of ``names(reference)``."""
    reference = reference.removeprefix("//")
    if not accepts(reference):
        raise NotHereError(f"{reference!r} is not the name of an image", "write it as NAME:TAG, or as an image's ID")
    if not endpoints:
        raise NotHereError(f"there is no {engine} on this machine", f"start {engine}, or name a registry", absent=True)
    trouble: NotHereError | None = None
    for endpoint in endpoints:
        try:
            return _open(engine, endpoint, reference, names(reference), context)
        except NotHereError as error:
            if trouble is None or trouble.absent:
                trouble = error
    raise trouble or NotHereError(f"{engine} has no {reference}")


def accepts(reference: str) -> bool:
    if _ID.fullmatch(reference):
        return True
    try:
        parse_reference(reference)
    except InputError:
        return False
    return True


def unix_endpoints(sockets: tuple[Path, ...], context: OpenContext) -> tuple[Endpoint, ...]:
    """The endpoints of the sockets that exist."""
    there = dict.fromkeys(path for path in sockets if path.is_socket())
    if not there:
        return ()
    fetcher = context.fetcher or make_fetcher(_PATIENT)
    return tuple(Endpoint(unix_url(str(path), ""), fetcher) for path in there)


def endpoint_of(address: str, variable: str, environ: Mapping[str, str], context: OpenContext) -> Endpoint:
    """The endpoint in an environment variable such as DOCKER_HOST."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return Endpoint(unix_url(parts.path, ""), context.fetcher or make_fetcher(_PATIENT))
    if parts.scheme == "ssh" and parts.hostname:
        engine = "docker" if variable.startswith("DOCKER") else "podman"
        raise NotHereError(
            f"{variable} is the engine of {parts.hostname} over ssh, which Careen cannot contact",
            f"pipe the image: ssh {_by_ssh(parts)} {engine} save IMAGE | careen scan -",
            absent=True,
            chosen=True,
        )
    if parts.scheme not in ("tcp", "http", "https") or not parts.hostname:
        raise NotHereError(
            f"{variable} is neither unix:///PATH nor tcp://HOST:PORT: Careen cannot contact an engine there",
            "correct it, or give an archive: docker save IMAGE | careen scan -",
            absent=True,
            chosen=True,
        )
    tls = parts.scheme == "https" or bool(environ.get("DOCKER_TLS_VERIFY") or environ.get("DOCKER_TLS"))
    host = parts.netloc.rpartition("@")[2]
    settings = NetSettings(timeout_s=_PATIENT.timeout_s, plain_http=(host,))
    if tls:
        folder = Path(environ.get("DOCKER_CERT_PATH") or Path(environ.get("HOME", "/"), ".docker"))
        settings = NetSettings(
            timeout_s=_PATIENT.timeout_s,
            ca_file=_existing(folder / "ca.pem"),
            client_cert=_existing(folder / "cert.pem"),
            client_key=_existing(folder / "key.pem"),
            insecure=() if environ.get("DOCKER_TLS_VERIFY") or parts.scheme == "https" else (host,),
        )
    return Endpoint(f"{'https' if tls else 'http'}://{host}", make_fetcher(settings, environ=environ))


def _by_ssh(parts: SplitResult) -> str:
    """The arguments for ssh; a password in the address is left out."""
    host = f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname
    try:
        return f"-p {parts.port} {host}" if parts.port else f"{host}"
    except ValueError:  # not a number
        return f"{host}"


def _open(engine: str, endpoint: Endpoint, reference: str, names: tuple[str, ...], context: OpenContext) -> Image:
    found = _inspected(engine, endpoint, reference, names)
    query = ""
    if context.platform and found.platform and rank(context.platform, found.platform) is None:
        if found.version < (1, 48):  # older engines store only one platform of an image
            raise _other_platform(engine, reference, context.platform, found.platform)
        wanted = {"os": context.platform.os, "architecture": context.platform.architecture}
        wanted |= {"variant": context.platform.variant} if context.platform.variant else {}
        query = f"?platform={quote(msgspec.json.encode(wanted).decode())}"
    key = found.id.partition(":")[2] + (f"-{str(context.platform).replace('/', '-')}" if query else "")

    def export() -> Response:
        response = _ask(engine, endpoint, f"/images/{quote(found.name, safe='/:@')}/get{query}")
        if response.status == 200:
            return response
        response.close()
        if query and found.platform and context.platform:
            raise _other_platform(engine, reference, context.platform, found.platform)
        raise NetworkError(f"{engine} answered {response.status} to the export of {reference}", f"look into {engine}'s log")

    def stream(file: BinaryIO) -> None:
        _stream(engine, export(), file, found, context.progress)

    if context.cache is None:
        return _unkept(stream, reference, context)
    folder, limits = context.cache / "exports", cache_limits(context.settings.get("cache_max_size"))
    path = folder / engine / f"{key}.tar"
    if path.is_file() and is_sealed(path):
        log.debug("%s has %s unchanged: %s", engine, reference, found.id)
    else:
        if path.is_file():
            log.warning("the export of %s in the cache has no valid checksum: %s exports it anew", reference, engine)
        with aside(path) as file:
            stream(file)
        seal(path)
        make_room(folder, limits.exports, {path.name, f"{path.name}.seal"})
    return open_file(path, reference, context)


def _inspected(engine: str, endpoint: Endpoint, reference: str, names: tuple[str, ...]) -> Inspected:
    for name in names:
        response = _ask(engine, endpoint, f"/images/{quote(name, safe='/:@')}/json")
        try:
            data = response.read(_ANSWER_BYTES)
        finally:
            response.close()
        fields = _document(data)
        if response.status == 404:
            continue
        if response.status != 200:
            message = _line(fields.get("message"))
            raise NetworkError(
                f"{engine} answered {response.status} to a request for {reference}{message}", f"look into {engine}'s log"
            )
        identity = fields.get("Id")
        if isinstance(identity, str) and re.fullmatch(r"[0-9a-f]{64}", identity):
            identity = f"sha256:{identity}"
        if not isinstance(identity, str) or not is_digest(identity):
            raise InputError(f"{engine} gave no ID of {reference}", f"look into {engine}'s log")
        size = fields.get("Size")
        return Inspected(
            name, identity, _platform(fields), size if isinstance(size, int) and size > 0 else None, _version(response)
        )
    raise NotHereError(f"{engine} has no {reference}", f"{engine} images lists what it has; {engine} pull brings more")


def asked(engine: str, endpoint: Endpoint, path: str) -> Any:
    """The JSON answer of an engine; None if it has no such object. Raises NotHereError, NetworkError, InputError."""
    response = _ask(engine, endpoint, path)
    try:
        data = response.read(_ANSWER_BYTES + 1)
    finally:
        response.close()
    if response.status == 404:
        return None
    if response.status != 200:
        message = _line(_document(data).get("message"))
        raise NetworkError(f"{engine} answered {response.status} to a request for {path}{message}", f"look into {engine}'s log")
    if len(data) > _ANSWER_BYTES:
        raise InputError(f"{engine} answers a request for {path} with more than {_ANSWER_BYTES >> 20} MiB", "request less")
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"{engine} did not answer a request for {path} with JSON", f"look into {engine}'s log") from None


def _ask(engine: str, endpoint: Endpoint, path: str) -> Response:
    try:
        return endpoint.fetcher.request(endpoint.base + path)
    except NetworkError as error:
        host = host_of(endpoint.base)
        if isinstance(error, NotAllowedError):
            hint = f"your user may not use {host}: add it to the group {engine}, or pipe: {engine} save IMAGE | careen scan -"
        else:
            hint = f"start {engine}, or name a registry"
        raise NotHereError(f"{engine} cannot be contacted: {error}", hint, absent=True) from None


def _unkept(stream: Callable[[BinaryIO], None], reference: str, context: OpenContext) -> Image:
    """Opens an export without caching it: the file loses its name as soon as it is open."""
    handle, name = tempfile.mkstemp(prefix="careen-", suffix=".tar")
    try:
        with os.fdopen(handle, "wb") as file:
            stream(file)
        return open_file(Path(name), reference, context)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _stream(engine: str, response: Response, file: BinaryIO, found: Inspected, progress: Progress) -> None:
    done = 0
    try:
        while chunk := response.read(_CHUNK):
            done += len(chunk)
            if done > MAX_EXPORT_BYTES:
                raise InputError(f"{engine} exports more than {MAX_EXPORT_BYTES} bytes of {found.name}", "give a smaller image")
            write(file, chunk)
            progress(f"{engine} export", done, max(found.size_bytes, done) if found.size_bytes else None)
    finally:
        response.close()


def _other_platform(engine: str, reference: str, wanted: Platform, has: Platform) -> NotHereError:
    return NotHereError(
        f"{engine} has {reference} for {has}, not for {wanted}", f"{engine} pull --platform {wanted} {reference}"
    )


def _platform(fields: Mapping[str, Any]) -> Platform | None:
    os_, architecture, variant = fields.get("Os"), fields.get("Architecture"), fields.get("Variant")
    if not isinstance(architecture, str) or not architecture:
        return None
    return Platform(
        os_ if isinstance(os_, str) and os_ else "linux",
        architecture,
        variant if isinstance(variant, str) and variant else None,
    )


def _version(response: Response) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})", response.headers.get("api-version", ""))
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _line(message: Any) -> str:
    text = "".join(char if char.isprintable() else " " for char in message[:200]) if isinstance(message, str) else ""
    return f": {text}" if text else ""


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
