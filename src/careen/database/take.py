"""Takes the feeds of a verified publication that the database lacks or has an older edition of.

Layers are fetched aside, each is verified by its signed checksum, and they are built with the other feeds into a new
file; a layer that does not match its signature changes nothing. If the network fails for one layer, the others are
still taken; its part is stored in ``partial``, and the next run continues. A feed is never replaced by an older one,
nor by one that lost records or reversed itself. Feeds that the publication lacks stay. One process takes at a time
(``published.lock``), and the database is locked only while the new one is built.
Raises: DatabaseError, InputError, NetworkError.
"""

import os
import shutil
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from concurrent.futures import TimeoutError as StillRunning
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import DatabaseError, NetworkError
from careen.plugins import Progress, silent
from careen.signing.updates import UntrustedError

from .build import Failure, Kept, Prepacked, build
from .checks import Check, read_checks, write_checks
from .database_file import check_readable
from .file_state import is_damaged, rows_of
from .guard import IsAffected
from .head import FeedRow, age_key
from .integrity import is_whole
from .job import BusyError, Patience
from .layer import Layer, inflate
from .lock import LOCK_PATIENCE_S, exclusive
from .partial import MAX_PIECE_BYTES, Partial, Version, partial_of, prune, remove
from .publication import Group, Publication
from .workers import Gate, GateClosedError, in_threads

Reader = Callable[[str, int, int], Generator[bytes]]  # returns the bytes of a blob from its digest, size and first offset

CONNECTIONS = 4


class Taken(Struct, frozen=True):
    """The result. ``failed``: why feeds stay unchanged, by path. ``is_late``: there was no time for all feeds."""

    feeds: tuple[str, ...] = ()
    layers: int = 0
    bytes: int = 0
    failed: dict[str, Failure] = {}
    is_late: bool = False


def lacking(database: Path, groups: Sequence[Group], *, absent: bool = False) -> tuple[Group, ...]:
    """The groups with a feed that the database lacks or has older; with ``absent``, only with a feed that it lacks."""
    ours = rows_of(database)
    return tuple(group for group in groups if any(_is_wanted(row, ours.get(row.path), absent) for row in group.rows))


def is_lacking(row: FeedRow, ours: FeedRow | None) -> bool:
    """Whether the database lacks a published feed, or has it older."""
    return _is_wanted(row, ours, absent=False)


def take(
    database: Path,
    publication: Publication,
    groups: Sequence[Group],
    read: Reader,
    sources: Sequence[str],
    *,
    where: str,
    is_affected: IsAffected | None = None,
    accept: Collection[str] = (),
    absent: bool = False,
    patience_s: float | None = None,
    leave_bytes: int | None = None,
    progress: Progress = silent,
) -> Taken:
    """Takes feeds of the publication into the database. ``sources`` are the names of sources in order of precedence;
    ``accept`` is as for an update. ``absent``: only feeds that the database lacks. ``patience_s`` bounds the time for
    waiting and fetching; with it, layers that decompress to more than ``leave_bytes`` are left to a later run. A
    network error of one layer is raised at the end.
    """
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_readable(database)
    if is_damaged(database) or (rows_of(database) and not is_whole(database)):
        raise DatabaseError(
            f"{database}: the advisory database is damaged", "careen db update --feeds repairs it and lists what is lost"
        )
    patience = Patience(patience_s)
    lock = database.parent / "lock"
    if not lacking(database, groups, absent=absent):
        with exclusive(lock, 0) as held:
            if held:  # without the lock, the next run stores the dates
                _confirm(database, groups, {})
        return Taken()
    with ExitStack() as opened:
        _hold(database.parent / "published.lock", 0.0 if patience.is_bounded else None, opened, progress)
        wanted = lacking(database, groups, absent=absent)
        owns = opened.enter_context(exclusive(database.parent / "partial.lock", 0))
        scratch = _scratch(database.parent, opened)
        parts = database.parent / "partial" if owns else None
        if parts is not None:
            prune(parts)
            opened.callback(prune, parts)
        gate = Gate()
        opened.callback(gate.close)
        job = _Job(read, scratch, parts, gate, where, patience)
        came, failures = _fetched(
            job, [group for group in wanted if leave_bytes is None or group.packed.inflated <= leave_bytes]
        )
        failed: dict[str, Failure] = {}
        feeds: dict[str, Prepacked] = {}
        if came:
            _hold(lock, patience.left(), opened, progress)
            ours = rows_of(database)
            feeds = {
                row.path: Prepacked(row, layer.held(row), layer.rows, _is_accepted(row, accept))
                for group, layer in came
                for row in group.rows
                if _is_wanted(row, ours.get(row.path), absent)
            }
            failed = _built(database, publication, feeds, sources, is_affected) if feeds else {}
            _confirm(database, groups, failed)
            for group, _ in came:
                job.forget(group)
        if failures:
            raise failures[0]
        paths = tuple(path for path in feeds if path not in failed)
        size = sum(group.packed.size for group, _ in came)
        return Taken(paths, len(came), size, failed, is_late=len(came) < len(wanted))


def _hold(lock: Path, patience_s: float | None, opened: ExitStack, progress: Progress) -> None:
    if opened.enter_context(exclusive(lock, 0)):
        return
    progress("waiting for another update", 0, None)
    if not opened.enter_context(exclusive(lock, LOCK_PATIENCE_S if patience_s is None else patience_s)):
        raise BusyError("another process is updating the advisory database", "wait for it")


def _scratch(folder: Path, opened: ExitStack) -> Path:
    for leftover in folder.glob("taking.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    scratch = folder / f"taking.{os.getpid()}"
    scratch.mkdir()
    opened.callback(shutil.rmtree, scratch, ignore_errors=True)
    return scratch


def _is_wanted(theirs: FeedRow, ours: FeedRow | None, absent: bool) -> bool:
    if ours is None:
        return True
    if absent or ours.layer == theirs.layer or (theirs.derived and not ours.derived):
        return False
    if ours.layer:  # from an earlier publication
        return age_key(theirs) >= age_key(ours)
    return age_key(theirs) > age_key(ours) and (theirs.sha256 != ours.sha256 or not ours.sha256)


class _Job(Struct, frozen=True):
    """``parts``: the folder of downloads that the next run continues; None if another process works there."""

    read: Reader
    scratch: Path
    parts: Path | None
    gate: Gate
    where: str
    patience: Patience

    def part(self, group: Group) -> Partial | None:
        return partial_of(self.parts, group.packed.digest, "layer", self.gate) if self.parts else None

    def forget(self, group: Group) -> None:
        if part := self.part(group):
            remove(part.data)


def _fetched(job: _Job, groups: Sequence[Group]) -> tuple[list[tuple[Group, Layer]], list[NetworkError]]:
    """The layers that arrived in time, and the errors of the others."""
    futures = in_threads(
        [partial(_layer, job, group, job.scratch / str(number)) for number, group in enumerate(groups)], CONNECTIONS
    )
    came, failures = [], []
    for group, future in zip(groups, futures, strict=True):
        try:
            came.append((group, future.result(job.patience.left())))
        except StillRunning:
            continue
        except NetworkError as error:
            failures.append(error)
    return came, failures


def _layer(job: _Job, group: Group, aside: Path) -> Layer:
    if job.gate.closed:
        raise GateClosedError
    part = job.part(group)
    try:
        if part is not None:
            part.take_up(group.packed.digest)
            if part.size:  # the part of an earlier run may be damaged, which is no reason to refuse the publication
                with suppress(ValueError):
                    return _inflated(job, group, part, aside)
                part.drop()
        return _inflated(job, group, part, aside)
    except OSError as error:
        why, need = error.strerror or error, f"it needs {group.packed.inflated / 1e6:,.0f} MB"
        raise DatabaseError(
            f"{aside}: {group.name} of {job.where} cannot be written ({why})", f"{need}: is the disk full?"
        ) from error
    except ValueError as error:
        if part is not None:
            part.drop()
        raise UntrustedError(f"{job.where} is refused: {group.name}: {error}", "the database stays as it was") from None


def _inflated(job: _Job, group: Group, part: Partial | None, aside: Path) -> Layer:
    digest, size = group.packed.digest, group.packed.size
    with closing(job.read(digest, size, 0) if part is None else _continued(job, group, part)) as chunks:
        inflate(chunks, group.packed, aside)
    layer = Layer(aside)
    if layer.about.name != group.name or set(layer.feeds) != {row.path for row in group.rows}:
        raise ValueError("it does not have the feeds that it should")
    return layer


def _continued(job: _Job, group: Group, part: Partial) -> Generator[bytes]:
    """The bytes of a layer: the part of an earlier run, then the rest, which is stored while it arrives."""
    digest, size = group.packed.digest, group.packed.size
    if part.version is None:
        part.begin(Version(digest, length=size, validator=digest), keep=True)
    with part.data.open("rb") as file:
        while piece := file.read(MAX_PIECE_BYTES):
            yield piece
    if part.whole:
        return
    with closing(job.read(digest, size, part.size)) as chunks:
        for chunk in chunks:
            for start in range(0, len(chunk), MAX_PIECE_BYTES):
                part.write(chunk[start : start + MAX_PIECE_BYTES])
            yield chunk
            if part.size > size:
                return
    part.finish()


def _is_accepted(row: FeedRow, accept: Collection[str]) -> bool:
    return bool({row.source, f"{row.source}/{row.part}", row.path}.intersection(accept))


def _built(
    database: Path,
    publication: Publication,
    feeds: Mapping[str, Prepacked],
    sources: Sequence[str],
    is_affected: IsAffected | None,
) -> dict[str, Failure]:
    ours = rows_of(database)
    ranks = {source: number for number, source in enumerate(sources)}
    places = {path: number for number, path in enumerate(dict.fromkeys((*publication.order, *ours)))}
    parts: dict[str, Prepacked | Kept] = {path: Kept(row) for path, row in ours.items()}
    parts |= feeds
    ordered = sorted(parts.values(), key=lambda part: (ranks.get(part.row.source, len(ranks)), places[part.row.path]))
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return build(database, ordered, now, database if ours else None, is_affected).failed


def _confirm(database: Path, groups: Sequence[Group], failed: Mapping[str, Failure]) -> None:
    """Stores the publisher's dates for unchanged feeds, and clears the failures of their earlier attempts."""
    rows, checks = rows_of(database), read_checks(database)
    for group in groups:
        for row in group.rows:
            mine = rows.get(row.path)
            if mine is not None and mine.layer == row.layer:
                was = checks.get(row.path, Check())
                checks[row.path] = Check(max(was.asked, row.fetched), max(was.confirmed, row.confirmed))
    for path, failure in failed.items():
        checks[path] = replace(checks.get(path, Check()), trouble=failure.trouble, detail=failure.detail)
    write_checks(database, {path: check for path, check in checks.items() if path in rows})
