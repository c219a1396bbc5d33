"""Mirrors all feeds from their live addresses in a folder, for ``careen db update --from`` on another machine.

Beside the files is ``MANIFEST.json`` (see ``origin``), which also contains the address and the validators of each file
for the next run. A file replaces the previous one completely, after its source has parsed its beginning; if anything
fails, the previous one stays. The manifest is written before and after each file, and never contains the checksum of a
missing file. So an interrupted run leaves a usable mirror, and the next one continues.
Raises: InputError if the folder cannot be written to; DatabaseError if another process writes it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import msgspec
from msgspec import Struct

from careen.atomic import write_whole
from careen.errors import DatabaseError, Error, InputError, NetworkError, UsageError
from careen.plugins import AdvisorySource, Feed, Fetcher, Need, Progress, silent

from .download import Downloads, Fetched, FetchError, Unchanged
from .head import FeedRow
from .lock import exclusive
from .origin import MANIFEST, Origin, live, sha256_of
from .partial import prune

CONNECTIONS = 4
LOCK_PATIENCE_S = 1.0
MAX_MANIFEST_BYTES = 64 << 20
_SCRATCH, _PARTS, _LOCK = ".fetching", ".partial", ".lock"
_HERE = "no longer offered"
_LARGE = "only --full fetches it"


class Laid(Struct, frozen=True):
    """The result for one file. ``kept``: it exists, and was not requested. ``absent``: no address has it."""

    source: str
    path: str
    state: Literal["new", "updated", "unchanged", "failed", "kept", "absent"]
    detail: str = ""
    size: int = 0
    as_of: str = ""
    assesses: bool = True  # as its source does


class _Entry(Struct, omit_defaults=True):
    """A file in the manifest. Keys that are not our own are kept unchanged."""

    path: str
    snapshot_date: str = ""
    sha256: str = ""
    confirmed: str = ""
    source: str = ""
    key: str = ""  # key of its feed, if an edition replaces the previous one
    url: str = ""
    etag: str = ""
    last_modified: str = ""


def lay_down(
    folder: Path,
    sources: Sequence[AdvisorySource],
    fetcher: Fetcher,
    *,
    wanted: Collection[str] = (),
    full: bool = False,
    progress: Progress = silent,
    api_key: str = "",
) -> tuple[Laid, ...]:
    """Mirrors feeds in a folder. ``wanted``: namespaces (``debian:12``, ``npm``), sources and parts of them
    (``osv/npm``); empty means everything. ``full`` adds the feeds that only ``careen db update --full`` fetches.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / _LOCK, LOCK_PATIENCE_S) as held:
            if not held:
                raise DatabaseError(f"another process is writing the mirror {folder}", "wait for it")
            parts = folder / _PARTS
            prune(parts)
            parts.mkdir(exist_ok=True)
            downloads = Downloads(fetcher, parts, progress=progress)
            with _scratch(folder) as scratch:
                mirror = _Mirror(folder, scratch, live(fetcher, downloads, progress, api_key), downloads)
                return mirror.update(sources, wanted, full)
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror or error}", "choose another folder") from None


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    import shutil

    scratch = folder / _SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Mirror:
    def __init__(self, folder: Path, scratch: Path, origin: Origin, downloads: Downloads) -> None:
        self._folder, self._scratch, self._origin, self._downloads = folder, scratch, origin, downloads
        self._document, self._entries, self._others = _read(folder / MANIFEST)

    def update(self, sources: Sequence[AdvisorySource], wanted: Collection[str], full: bool) -> tuple[Laid, ...]:
        feeds, results = self._offered(sources, wanted, full)
        asked = [(source, feed) for source, feed in feeds if self._origin.offers(feed) and (full or not feed.full)]
        threads = ThreadPoolExecutor(CONNECTIONS)
        try:
            jobs = {threads.submit(self._fetch, number, *job): job for number, job in enumerate(asked)}
            for done in as_completed(jobs):
                source, feed = jobs[done]
                results[feed.path] = self._taken(source.name, feed, done)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
        large = {feed.path for _, feed in feeds if feed.full and not full}
        if not wanted:
            for path, entry in self._entries.items():
                if path not in results:
                    detail = _LARGE if path in large else _HERE
                    results[path] = Laid(entry.source, path, "kept", detail, self._size(path), entry.snapshot_date)
        self._write()
        order = dict.fromkeys((*(feed.path for _, feed in feeds), *results))
        others = {source.name for source in sources if not source.assesses}
        found = (results[path] for path in order if path in results)
        return tuple(msgspec.structs.replace(laid, assesses=laid.source not in others) for laid in found)

    def _offered(
        self, sources: Sequence[AdvisorySource], wanted: Collection[str], full: bool
    ) -> tuple[list[tuple[AdvisorySource, Feed]], dict[str, Laid]]:
        feeds: dict[str, tuple[AdvisorySource, Feed]] = {}
        results: dict[str, Laid] = {}
        for source in sources:
            troubles: list[str] = []
            listing = _noting(self._origin, troubles)
            for need, takes in _needs(source, sources, wanted, full):
                feeds |= {feed.path: (source, feed) for feed in source.feeds(need, listing) if takes(feed)}
            if troubles:
                results[source.name] = Laid(source.name, source.name, "failed", f"its feeds could not be listed: {troubles[0]}")
        return [found for found in feeds.values() if _is_inside(found[1].path)], results

    def _fetch(self, number: int, source: AdvisorySource, feed: Feed) -> Fetched | Unchanged:
        whole = msgspec.structs.replace(feed, changes="", deletions="", window="")  # no file with only the changes
        found = self._origin.fetch(whole, self._row(source, feed), self._scratch / str(number))
        if isinstance(found, Fetched):
            try:
                next(islice(source.parse(feed, found.file), 1), None)
            except ValueError as error:
                raise FetchError(f"the file is not a valid edition of the feed: {error}") from None
        return found

    def _row(self, source: AdvisorySource, feed: Feed) -> FeedRow | None:
        """The present file of a feed as a row. With its validators the server can decide whether it has a newer file."""
        entry = self._entries.get(feed.path)
        file = self._folder / feed.path
        if entry is None or not entry.sha256 or not file.is_file() or sha256_of(file) != entry.sha256:
            return None
        return FeedRow(
            feed.key, source.name, url=entry.url, etag=entry.etag, last_modified=entry.last_modified, sha256=entry.sha256
        )

    def _taken(self, source: str, feed: Feed, done: "Future[Fetched | Unchanged]") -> Laid:
        entry, size = self._entries.get(feed.path), self._size(feed.path)
        as_of = entry.snapshot_date if entry else ""
        try:
            found = done.result()
        except (FetchError, Error, OSError) as error:
            if isinstance(error, FetchError) and error.absent and not size:
                return Laid(source, feed.path, "absent", str(error))
            return Laid(source, feed.path, "failed", str(error), size, as_of)
        if isinstance(found, Unchanged):
            if entry:
                self._entries[feed.path] = msgspec.structs.replace(entry, confirmed=max(entry.confirmed, found.confirmed))
            return Laid(source, feed.path, "unchanged", "", size, as_of)
        self._put(source, feed, found)
        return Laid(source, feed.path, "updated" if entry else "new", "", self._size(feed.path), found.as_of)

    def _put(self, source: str, feed: Feed, found: Fetched) -> None:
        target = self._folder / feed.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if before := self._entries.get(feed.path):
            self._entries[feed.path] = msgspec.structs.replace(before, sha256="", etag="", last_modified="")
            self._write()
        found.file.replace(target)
        self._downloads.drop(found.file)
        self._entries[feed.path] = _Entry(
            feed.path, found.as_of, found.sha256, found.confirmed, source, feed.kept_as, found.url, found.etag,
            found.last_modified,
        )  # fmt: skip
        self._others.pop(feed.path, None)
        older = [
            path for path, entry in self._entries.items() if feed.kept_as and entry.key == feed.kept_as and path != feed.path
        ]
        for path in older:
            del self._entries[path]
            self._others.pop(path, None)
        self._write()
        for path in older:
            (self._folder / path).unlink(missing_ok=True)

    def _write(self) -> None:
        files = [
            self._others.get(path, {}) | msgspec.to_builtins(entry) | {"sha256": entry.sha256}
            for path, entry in sorted(self._entries.items())
        ]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = {**self._document, "generated": now, "files": files}
        data = msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
        write_whole(self._folder / MANIFEST, lambda file: file.write(data), synced=True, aside=self._scratch / MANIFEST)

    def _size(self, path: str) -> int:
        try:
            return (self._folder / path).stat().st_size
        except OSError:
            return 0


def _noting(origin: Origin, troubles: list[str]) -> Callable[[str], tuple[str, ...]]:
    def listing(name: str) -> tuple[str, ...]:
        try:
            return origin.listing(name)
        except (FetchError, NetworkError) as error:
            troubles.append(str(error))
            return ()

    return listing


def _needs(
    source: AdvisorySource, sources: Sequence[AdvisorySource], wanted: Collection[str], full: bool
) -> Iterator[tuple[Need, Callable[[Feed], bool]]]:
    """What is needed from a source, and for each need a function that selects the wanted feeds."""
    if not wanted:
        yield Need(full=full), lambda feed: True
        return
    names = {source.name for source in sources}
    by_source = {name for name in wanted if name.partition("/")[0] in names}
    mine = {name for name in by_source if name.partition("/")[0] == source.name}
    if mine:
        yield Need(full=full), lambda feed: not mine.isdisjoint((source.name, f"{source.name}/{feed.part}"))
    namespaces = frozenset(wanted) - by_source
    if namespaces and source.on_demand:
        yield Need(namespaces, full), lambda feed: True


def check_wanted(sources: Sequence[AdvisorySource], wanted: Collection[str]) -> None:
    """Raises UsageError for a name that is neither a source nor a namespace of one."""
    names = {source.name for source in sources}
    for name in wanted:
        asked, nothing = Need(frozenset({name})), Need(frozenset({""}))
        if name.partition("/")[0] not in names and not any(
            source.feeds(asked, _nothing) != source.feeds(nothing, _nothing) for source in sources if source.on_demand
        ):
            raise UsageError(
                f"{name!r} is neither a source nor a namespace of one",
                "for instance npm, kev or osv/npm",
            )


def _nothing(_: str) -> tuple[str, ...]:
    return ()


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and not any(part == ".." or part.startswith(".") for part in parts)


def _read(manifest: Path) -> tuple[dict[str, Any], dict[str, _Entry], dict[str, dict[str, Any]]]:
    """Reads a manifest: its keys other than the files, the files, and other keys of each file."""
    try:
        with manifest.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        return {}, {}, {}
    try:
        found = msgspec.json.decode(data, type=dict[str, Any])
        files = msgspec.convert(found.pop("files", []), list[dict[str, Any]])
        entries = [msgspec.convert(file, _Entry) for file in files]
    except (ValueError, RecursionError) as error:
        raise InputError(f"{manifest}: not a manifest ({error})", "remove it: every file is fetched anew then") from None
    for entry in entries:
        if not _is_inside(entry.path):
            raise InputError(
                f"{manifest}: a path leads out of the mirror: {entry.path[:80]!r}", "check who wrote it, and remove it"
            )
    known = _Entry.__struct_fields__
    others = {file["path"]: {key: value for key, value in file.items() if key not in known} for file in files}
    return found, {entry.path: entry for entry in entries}, others
