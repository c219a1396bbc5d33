"""Layers that were fetched at once, because their addresses do not live long: files by digest, until a worker reads them.

Clair's clients hand out links that end after a minute, while a queue may be longer. ``fetch`` downloads such a layer into
the spool, a folder beside the caches; ``open_spooled`` gives it to the job that reads it. Bytes are checked against the
digest while they are written. The spool is bounded: old files go, and a layer that finds no room is refused. Workers on
other machines need the folder on a volume that they share.
Raises: InputError for other bytes than the digest names, OverBudgetError if there is no room, NetworkError.
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
    from .enrolment import LayerSource  # which reads layers, and so the spool

log = logger(__name__)

MAX_BYTES = 64 << 30  # of all layers in the spool
MAX_AGE_S = 24 * 3600.0  # of a layer that no worker reads
_CHUNK = 1 << 20
_COUNT_EVERY = 16 << 20  # bytes between two looks at the size of the spool
_SENT = ("accept", "authorization")  # the headers that a fetcher drops on the way to another host, or that are no secret


def fetch(fleet: Fleet, source: "LayerSource", max_bytes: int = MAX_BYTES) -> None:
    """Downloads a layer, unless it is there. The caller has checked that the host may be asked.

    Private addresses are asked only if the settings list them, at redirects too. The headers of ``source`` go to its host
    alone, and into no file and no log.
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
    """Bytes that the fleet has elsewhere, for the job that reads them."""
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
            raise InputError(f"these are other bytes than {digest}", "upload them again")

    try:
        write_whole(path, write)
    except OSError as error:
        raise InputError(f"{path.parent}: {error.strerror or error}", "free space, or name another --cache-dir") from None


def path_of(fleet: Fleet, digest: str) -> Path | None:
    """The file of a layer; None if it was never fetched, or is gone."""
    path = _path(fleet, digest)
    return path if path.is_file() else None


def open_spooled(fleet: Fleet, digest: str) -> BinaryIO | None:
    """Opens a spooled layer; None if it was never fetched, or is gone."""
    path = path_of(fleet, digest)
    try:
        return path.open("rb") if path else None
    except OSError:
        return None


def forget(fleet: Fleet, digest: str) -> None:
    """Removes a spooled layer after the job has read it."""
    with suppress(OSError):
        _path(fleet, digest).unlink()


def forget_old(fleet: Fleet, max_age_s: float = MAX_AGE_S) -> int:
    """Removes what no worker has read for so long, and what a killed process left; returns how many files."""
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
        raise OverBudgetError(
            "the spool of layers is full", "see that workers run; the layer is taken when they have read others"
        )


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
    """Public hosts, and private ones that the operator lists by name. One try: the client comes back."""
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
