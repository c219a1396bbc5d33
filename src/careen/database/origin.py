"""Where the files of feeds come from: the sources' live addresses, or a mirror of our layout in a folder or under a URL.

A mirror may have a ``MANIFEST.json``: ``{files: [{path, snapshot_date, sha256, confirmed, derived, note}]}``. Its dates are
those of the data, and its checksums are verified; a file that the mirror derived itself is reported as such, with the note.
Without a manifest, a file is as old as its modification time, and the pages of a URL's server list the files.
Raises: NetworkError, InputError; ``FetchError`` if one file is not available.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careen.errors import InputError, NetworkError
from careen.net.addresses import credentials_of
from careen.plugins import Feed, Fetcher, Progress, Response, silent
from careen.safety.typed import from_json

from . import changes
from .download import Downloads, Fetched, FetchError, LateError, Unchanged, body_of
from .head import FeedRow
from .knowledge import DERIVED
from .listings import listed
from .windows import Windows

MANIFEST = "MANIFEST.json"
MAX_LISTING_BYTES = 16 << 20
_NAME = re.compile(r"[\w\[(][\w .()\[\]-]*")
_ANOTHER = "its checksum is not that of the mirror's MANIFEST.json"
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")


class Origin(Struct, frozen=True):
    """An origin of files. ``fetch`` returns the file of a feed, or that it is unchanged; to the path, which it gets, it may
    write the changed records alone. ``listing`` raises FetchError or NetworkError if there is no list. ``own``: these are
    the sources' own addresses, which decide what the newest edition is.
    """

    listing: Callable[[str], tuple[str, ...]]
    fetch: Callable[[Feed, FeedRow | None, Path], Fetched | Unchanged]
    offers: Callable[[Feed], bool]
    own: bool = False


class _File(Struct):
    path: str
    snapshot_date: str = ""
    sha256: str = ""
    confirmed: str = ""  # day on which its server stated that there is nothing newer
    derived: bool = False  # the mirror made it; it is not its publisher's file
    note: str = ""  # how it differs from its publisher's file


class _Manifest(Struct):
    files: list[_File]


def live(
    fetcher: Fetcher,
    downloads: Downloads,
    progress: Progress = silent,
    api_key: str = "",
    is_late: Callable[[], bool] = lambda: False,
) -> Origin:
    """The sources' live addresses. ``is_late`` returns whether long work has to stop."""
    windows = Windows(fetcher, api_key)

    def listing(name: str) -> tuple[str, ...]:
        if not name.startswith("https://"):
            return ()
        found = _listed(fetcher, name)
        if name.endswith("/repomd.xml"):  # it lists files by their paths below the repository
            found = tuple(path.rpartition("/")[2] for path in found)
        return _names(found)

    def fetch(feed: Feed, row: FeedRow | None, target: Path) -> Fetched | Unchanged:
        return _first(feed, row, lambda place: at(place, row, target))

    def at(feed: Feed, row: FeedRow | None, target: Path) -> Fetched | Unchanged:
        today = datetime.now(UTC).date().isoformat()
        if row and (feed.changes or feed.window) and row.url == feed.url and row.last_modified:
            since = changes.cursor(row.last_modified)
            if feed.window:
                found = windows.since(feed, since, target, progress)
            else:
                found = changes.since(fetcher, feed, since, target, progress, is_late) if since else None
            if found is not None and found.is_behind and not found.ids:
                raise LateError
            if found is not None:
                return _amended(row, found, target, today) if found.ids else Unchanged(today)
            row = None if changes.is_cursor(row.last_modified) else row  # our file is not one that the server has
        address = _beside(feed, _index(fetcher, feed), listing) if feed.named else feed.url
        fetched = downloads.fetch(address, feed, row, feed.url)
        return msgspec.structs.replace(fetched, confirmed=today)

    return Origin(listing, fetch, lambda feed: bool(feed.url), own=True)


def _amended(row: FeedRow, found: changes.Changes, target: Path, today: str) -> Fetched:
    return Fetched(
        target, row.url, found.newest[:10], last_modified=found.newest, sha256=sha256_of(target), detail=row.detail,
        replaces=found.ids, is_behind=found.is_behind, confirmed=found.newest[:10] if found.is_behind else today,
    )  # fmt: skip


def _first(feed: Feed, row: FeedRow | None, fetch: Callable[[Feed], Fetched | Unchanged]) -> Fetched | Unchanged:
    """Fetches a feed from the first of its addresses that answers. The detail then states which addresses failed, and
    why.

    A large feed is not fetched from another address while the one of the database's edition still has it.
    """
    failed: list[tuple[str, FetchError | NetworkError]] = []
    for place in feed.places:
        try:
            found = fetch(place)
        except LateError:
            raise
        except (FetchError, NetworkError) as error:
            gone = isinstance(error, FetchError) and error.gone
            if feed.full and row and row.url == place.url and not gone:
                raise
            failed.append((place.url, error))
            continue
        if not failed or isinstance(found, Unchanged):
            return found
        return msgspec.structs.replace(found, detail="; ".join(filter(None, (found.detail, f"instead of {_failures(failed)}"))))
    if len({str(error) for _, error in failed}) == 1:  # of one address, or of the network
        raise failed[0][1]
    raise FetchError(_none_of(failed), absent=all(isinstance(error, FetchError) and error.absent for _, error in failed))


def _failures(failed: Iterable[tuple[str, Exception]]) -> str:
    return ", ".join(f"{url} ({error})" for url, error in failed)


def _none_of(failed: Sequence[tuple[str, Exception]]) -> str:
    """A sentence with the reasons of all failures, each once, without the address at its beginning."""
    reasons = dict.fromkeys(str(error).removeprefix(f"{url}: ") for url, error in failed)
    count = "neither of its 2" if len(failed) == 2 else f"none of its {len(failed)}"
    return f"{count} addresses could be reached ({'; '.join(reasons)})"


def _index(fetcher: Fetcher, feed: Feed) -> str:
    """The URL of a repository's index. It may be on a server that a list contains, which is fetched first."""
    if not feed.below:
        return feed.url
    lines = body_of(fetcher, feed.url, MAX_LISTING_BYTES).decode("ascii", "replace").split()
    server = next((line for line in lines if line.startswith(("https://", "http://"))), "")
    if not server:
        raise FetchError(f"{feed.url} names no server")
    return f"https://{server.partition('://')[2].rstrip('/')}/{feed.below}"


def _beside(feed: Feed, index: str, listing: Callable[[str], tuple[str, ...]]) -> str:
    names = listing(index)
    found = [name for name in names if feed.named in name and not name.endswith(".zck")]
    if not found:
        raise FetchError(f"{index} names no {feed.named}, or is not available", absent=bool(names), gone=True)
    return f"{index.rpartition('/')[0]}/{found[0]}"


def folder(root: Path) -> Origin:
    if not root.is_dir():
        raise InputError(f"{root}: no such folder", "`--from` takes a folder or URL of feeds: see docs/offline.md.")
    manifest = root / MANIFEST
    known = _read_manifest(manifest.read_bytes(), str(manifest)) if manifest.is_file() else {}

    def listing(name: str) -> tuple[str, ...]:
        path = root / name
        try:
            return _names(file.name for file in path.iterdir()) if ":" not in name and path.is_dir() else ()
        except OSError as error:
            raise FetchError(f"{path}: {error.strerror or error}") from None

    def fetch(feed: Feed, row: FeedRow | None, target: Path) -> Fetched | Unchanged:
        file = root / feed.path
        url = file.absolute().as_uri()
        stated = known.get(feed.path)
        if row and stated and stated.sha256 and row.sha256 == stated.sha256:
            return Unchanged(_confirmed(stated))
        try:
            digest, modified = sha256_of(file), datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError as error:
            raise FetchError(str(error)) from None
        if stated and stated.sha256 and digest != stated.sha256:
            raise FetchError(_ANOTHER, damaged=True)
        as_of, detail = _dates(stated.snapshot_date if stated else modified.date().isoformat())
        confirmed = max(as_of, _confirmed(stated)) if stated else as_of
        if row and row.sha256 == digest:
            return Unchanged(confirmed)
        derived = stated is not None and stated.derived
        note = _derived(stated) or detail
        return Fetched(file, url, as_of, sha256=digest, detail=note, confirmed=confirmed, derived=derived)

    return Origin(listing, fetch, lambda feed: (root / feed.path).is_file())


def mirror(base: str, fetcher: Fetcher, downloads: Downloads) -> Origin:
    """A mirror under a URL. The user and password in it are sent only to its host, and neither stored nor shown."""
    base, credentials = credentials_of(base.rstrip("/"), {})
    if credentials:
        fetcher = _Authenticated(fetcher, credentials)
        downloads = downloads.by(fetcher)
    address = f"{base}/{MANIFEST}"
    known: dict[str, _File] = {}
    pages = False  # whether the server lists the files of a folder
    try:
        known = _read_manifest(body_of(fetcher, address, MAX_LISTING_BYTES), address)
    except FetchError as error:
        pages = error.absent and _shows_pages(fetcher, f"{base}/")
        if not pages:
            raise InputError(
                f"{address}: {error}", "A mirror under a URL needs a MANIFEST.json, or a server that lists its folders."
            ) from None

    def listing(name: str) -> tuple[str, ...]:
        if pages:
            return _names(_listed(fetcher, f"{base}/{quote(name)}/")) if ":" not in name else ()
        inside = f"{name}/"
        found = dict.fromkeys(path[len(inside) :].split("/")[0] for path in known if path.startswith(inside))
        return _names(found)

    def fetch(feed: Feed, row: FeedRow | None, target: Path) -> Fetched | Unchanged:
        stated = known.get(feed.path, _File(feed.path))
        if row and stated.sha256 and row.sha256 == stated.sha256:
            return Unchanged(_confirmed(stated))
        address = f"{base}/{quote(feed.path)}"
        fetched = downloads.fetch(address, feed, row, address)
        if isinstance(fetched, Unchanged):
            return Unchanged(_confirmed(stated))
        if stated.sha256 and fetched.sha256 != stated.sha256:
            downloads.drop(fetched.file)
            raise FetchError(_ANOTHER, damaged=True)
        as_of, detail = _dates(stated.snapshot_date) if stated.snapshot_date else (fetched.as_of, "")
        note = _derived(stated) or detail
        confirmed = max(as_of, _confirmed(stated))
        return msgspec.structs.replace(fetched, as_of=as_of, confirmed=confirmed, detail=note, derived=stated.derived)

    return Origin(listing, fetch, lambda feed: True)


class _Authenticated:
    """A fetcher that sends credentials."""

    def __init__(self, fetcher: Fetcher, credentials: Mapping[str, str]) -> None:
        self._fetcher, self._headers = fetcher, credentials

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        return self._fetcher.request(url, method=method, headers={**self._headers, **(headers or {})}, body=body)


def _listed(fetcher: Fetcher, address: str) -> tuple[str, ...]:
    """The names on a server's page or index; () if there is no such page."""
    try:
        return tuple(listed(body_of(fetcher, address, MAX_LISTING_BYTES)))
    except ValueError as error:
        raise FetchError(f"{address}: {error}") from None
    except FetchError as error:
        if error.absent:
            return ()
        raise


def _shows_pages(fetcher: Fetcher, address: str) -> bool:
    try:
        return bool(_names(_listed(fetcher, address)))
    except (FetchError, NetworkError):
        return False


def _names(found: Iterable[str]) -> tuple[str, ...]:
    """The names that can be one part of a path, sorted: they are used in file names and addresses."""
    return tuple(sorted({name for name in found if _NAME.fullmatch(name)}))


def _read_manifest(data: bytes, where: str) -> dict[str, _File]:
    try:
        return {file.path: file for file in from_json(data, _Manifest).files}
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not a manifest ({error})", "It is {files: [{path, snapshot_date, sha256}]}.") from None


def _derived(stated: _File | None) -> str:
    if stated is None or not stated.derived:
        return ""
    note = " ".join(stated.note.split())
    return f"{DERIVED}: {note if len(note) <= 160 else note[:159] + '…'}".removesuffix(": ")


def _confirmed(stated: _File) -> str:
    """The day up to which a mirror states that a file is the newest."""
    return max(_dates(stated.snapshot_date)[0], _dates(stated.confirmed)[0])


def _dates(text: str) -> tuple[str, str]:
    """The oldest date in the text; and the whole text as detail if it contains several dates or none."""
    dates = sorted(date if len(date) == 10 else f"{date}-01" for date in _DATE.findall(text))
    if not dates:
        return "", text
    return dates[0], text if len(dates) > 1 else ""


def sha256_of(file: Path) -> str:
    import hashlib

    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
