"""Layers that are fetched as soon as they are enrolled, because their URLs expire: files by digest, until a worker
reads them.

Clair's clients send links that expire after a minute, while jobs may wait longer. ``fetch`` downloads such a layer into
the spool, a folder beside the caches; ``open_spooled`` opens it for the job that reads it. Bytes are checked against
the digest while they are written. The spool has a maximum size: old files are removed, and a layer that does not fit is
refused. Workers on other machines need the folder on a shared volume.
Raises: InputError if the bytes do not have the digest, OverBudgetError if there is no room, NetworkError.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from careen.app.cachefolder import cache_folder
from careen.atomic import write_whole
from careen.config import Settings
from careen.errors import InputError, NetworkError, OverBudgetError
from careen.log import logger
from careen.net import NetSettings, make_fetcher
from careen.net.addresses import host_of
from careen.plugins import Fetcher
from careen.safety.digest import hasher, is_digest, text_of

from .fleet import Fleet

if TYPE_CHECKING:
    from .enrolment import LayerSource  # it reads layers, and therefore imports the spool

log = logger(__name__)

MAX_BYTES = 64 << 30  # size of all layers in the spool
MAX_AGE_S = 24 * 3600.0  # of a layer that no worker has read
_CHUNK = 1 << 20
_COUNT_EVERY = 16 << 20  # bytes between two checks of the spool's size
_SENT = ("accept", "authorization")  # other headers could be secrets that a fetcher does not drop on the way to another host


def fetch(fleet: Fleet, source: "LayerSource", max_bytes: int = MAX_BYTES) -> None:
    """Downloads a layer into the spool, unless it is there. The caller has checked that the host may be contacted.

    Private addresses are contacted only if the settings list them, also after redirects. The headers of ``source`` are
    sent to its host alone, and appear in no file and no log.
    """
    path = _path(fleet, source.digest)
    if path_of(fleet, source.digest):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_old(fleet)
    with make_fetcher(_net(fleet.settings)) as fetcher:
        try:
            write_whole(path, lambda file: _download(fetcher, source, file, path.parent, max_bytes))
        except OSError as error:
            raise InputError(f"{path.parent}: {error.strerror or error}", "free space, or name another --cache-dir") from None


def put(fleet: Fleet, digest: str, chunks: Iterable[bytes], max_bytes: int = MAX_BYTES) -> None:
    """Writes a layer's bytes from another place into the spool, for the job that reads them."""
    path = _path(fleet, digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_old(fleet)

    def write(file: BinaryIO) -> None:
        checksum = hasher(digest)
        for chunk in chunks:
            checksum.update(chunk)
            file.write(chunk)
        _refuse_if_full(path.parent, 0, max_bytes)
        if text_of(checksum) != digest:
            raise InputError(f"the bytes do not have the digest {digest}", "upload them again")

    try:
        write_whole(path, write)
    except OSError as error:
        raise InputError(f"{path.parent}: {error.strerror or error}", "free space, or name another --cache-dir") from None


def path_of(fleet: Fleet, digest: str) -> Path | None:
    """The file of a spooled layer; None if there is none."""
    path = _path(fleet, digest)
    return path if path.is_file() else None


def open_spooled(fleet: Fleet, digest: str) -> BinaryIO | None:
    """Opens a spooled layer; None if there is none."""
    path = path_of(fleet, digest)
    try:
        return path.open("rb") if path else None
    except OSError:
        return None


def forget(fleet: Fleet, digest: str) -> None:
    """Removes a spooled layer after a job has read it."""
    with suppress(OSError):
        _path(fleet, digest).unlink()


def forget_old(fleet: Fleet, max_age_s: float = MAX_AGE_S) -> int:
    """Removes files that no worker has read in time, or that a killed process left. Returns how many."""
    before, gone = time.time() - max_age_s, 0
    for file in _files(_folder(fleet)):
        with suppress(OSError):
            if file.stat().st_mtime < before:
                file.unlink()
                gone += 1
    return gone


def _download(fetcher: Fetcher, source: "LayerSource", file: BinaryIO, folder: Path, max_bytes: int) -> None:
    host = host_of(source.uri)
    sent = {name: value for name, value in source.headers.items() if name.lower() in _SENT}
    response = fetcher.request(source.uri, headers={"Accept-Encoding": "identity", **sent})
    try:
        if response.status != 200:
            raise NetworkError(f"{host} answers {response.status} for the layer {source.digest}", "its link may have expired")
        checksum, unseen = hasher(source.digest), _COUNT_EVERY
        while chunk := response.read(_CHUNK):
            unseen += len(chunk)
            if unseen > _COUNT_EVERY:
                unseen = 0
                _refuse_if_full(folder, len(chunk), max_bytes)
            checksum.update(chunk)
            file.write(chunk)
    finally:
        response.close()
    if text_of(checksum) != source.digest:
        raise InputError(f"{host} sent other bytes than {source.digest}", "the registry or a proxy on the way is broken")


def _refuse_if_full(folder: Path, more: int, max_bytes: int) -> None:
    used = 0
    for file in _files(folder):
        with suppress(OSError):
            used += file.stat().st_size
    if used + more > max_bytes:
        log.warning("the spool of layers is full: %d bytes wait for a worker", used)
        raise OverBudgetError("the spool of layers is full", "check that workers run; they make room by reading layers")


def _files(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.iterdir()


def _path(fleet: Fleet, digest: str) -> Path:
    if not is_digest(digest):
        raise InputError(f"{digest[:100]!r} is not a digest", "sha256: and 64 hexadecimal digits")
    return _folder(fleet) / digest.replace(":", "-")


def _folder(fleet: Fleet) -> Path:
    return cache_folder(fleet.settings) / "spool"


def _net(settings: Settings) -> NetSettings:
    """Network settings for public hosts, and for private ones that the operator lists by name. They allow one
    repetition, because the client will send its request again.
    """
    private = tuple(host for host in settings.private_hosts if "*" not in host)
    return NetSettings(
        timeout_s=settings.timeout_s,
        attempts=2,
        max_wait_s=5.0,
        ca_file=settings.ca_file,
        insecure=("*",) if settings.insecure else (),
        plain_http=("*",) if settings.plain_http else (),
        only=("*", *private),
    )
