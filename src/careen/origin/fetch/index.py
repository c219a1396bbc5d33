"""A project's versions in an index, in order, each with the archive of its sources and the archive's hash."""

import base64
import hashlib
from collections.abc import Mapping

from msgspec import Struct

from careen.errors import InputError, NetworkError
from careen.net.addresses import shown
from careen.plugins import Fetcher
from careen.safety.pattern import pattern

MAX_PAGE_BYTES = 128 << 20
MAX_ARCHIVE_BYTES = 256 << 20
_DAY = pattern(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?=T|$)")
ABSENT = (403, 404, 410)  # also the answer for files that are listed and gone


class Archive(Struct, frozen=True):
    """The archive of one version. ``digest`` is ``algorithm:hex``, as the index states it; an archive without one is
    not read.

    ``date``: the day on which it was published (``2024-01-31``), if the index states it.
    """

    version: str
    url: str
    digest: str
    date: str = ""


class Listing(Struct, frozen=True):
    """The archives of a project, in the order of their versions, the oldest first."""

    project: str
    purl: str
    archives: tuple[Archive, ...]


def page(fetcher: Fetcher, url: str, headers: Mapping[str, str]) -> tuple[str, bytes]:
    """(content type, body) of a page. Raises InputError if there is no such project, NetworkError if the index does
    not answer."""
    response = fetcher.request(url, headers=headers)
    try:
        if response.status == 404:
            raise InputError(f"{shown(url)}: the index has no such project", "check its name")
        if response.status != 200:
            raise NetworkError(f"{shown(url)}: HTTP status {response.status}", "try again later")
        body = response.read(MAX_PAGE_BYTES + 1)
        if len(body) > MAX_PAGE_BYTES:
            raise InputError(f"{shown(url)}: a page of over {MAX_PAGE_BYTES >> 20} MiB", "this is not an index of packages")
        return response.headers.get("content-type", ""), body
    finally:
        response.close()


def download(fetcher: Fetcher, archive: Archive) -> bytes:
    """The content of an archive. Raises InputError if it is missing or differs from the index's hash, NetworkError if
    the server fails."""
    algorithm, _, expected = archive.digest.partition(":")
    response = fetcher.request(archive.url)
    place = shown(archive.url)
    try:
        if response.status in ABSENT:
            raise InputError(f"{place}: HTTP status {response.status}", "it is skipped")
        if response.status != 200:
            raise NetworkError(f"{place}: HTTP status {response.status}", "try again later: the build continues")
        body = response.read(MAX_ARCHIVE_BYTES + 1)
    finally:
        response.close()
    if len(body) > MAX_ARCHIVE_BYTES:
        raise InputError(f"{place}: over {MAX_ARCHIVE_BYTES >> 20} MiB", "it is skipped")
    if hashlib.new(algorithm, body).hexdigest() != expected:
        raise InputError(f"{place}: its {algorithm} differs from the one in the index", "it is skipped")
    return body


def day_of(time: object) -> str:
    """The day of a time such as ``2024-01-31T12:00:00.123Z``; "" if the text is not a time."""
    found = _DAY.match(time) if isinstance(time, str) else None
    return found[0] if found else ""


def hex_of(integrity: str) -> str:
    """A hash in the form of Subresource Integrity, ``sha512-BASE64``, as ``algorithm:hex``; "" for other algorithms."""
    algorithm, _, text = integrity.partition("-")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return ""
    try:
        return f"{algorithm}:{base64.b64decode(text, validate=True).hex()}"
    except ValueError:
        return ""
