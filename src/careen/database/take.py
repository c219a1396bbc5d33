"""What a verified publication has that the database lacks, or has older, put into it as an update puts what feeds say.

Layers are fetched aside, each checked as what was signed, and built with the rest into a new file: whatever goes wrong, the
database stays as it was. A feed is never replaced by an older one, nor by one that lost records or turned around; feeds that
the publication lacks stay.
Raises: DatabaseError, InputError, NetworkError.
"""

import os
import shutil
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import DatabaseError
from careen.signing.updates import UntrustedError

from .buckets import FeedRow, age_key
from .build import Failure, Fresh, Kept, build, is_damaged, rows_of
from .checks import Check, read_checks, write_checks
from .guard import Judge
from .layer import Layer, inflate
from .lock import LOCK_PATIENCE_S, exclusive
from .publication import Group, Publication
from .read import check_readable
from .whole import is_whole

Reader = Callable[[str, int], Generator[bytes]]  # the bytes of a blob, by its digest and size


class Taken(Struct, frozen=True):
    """``failed``: feeds that stay as they were, by path, and why."""

    feeds: tuple[str, ...] = ()
    layers: int = 0
    bytes: int = 0
    failed: dict[str, Failure] = {}


def lacking(database: Path, groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups with a feed that the database lacks or has older."""
    ours = rows_of(database)
    return tuple(group for group in groups if any(_is_wanted(row, ours.get(row.path)) for row in group.rows))


def take(
    database: Path,
    publication: Publication,
    groups: Sequence[Group],
    read: Reader,
    sources: Sequence[str],
    *,
    where: str,
    judge: Judge | None = None,
    accept: Collection[str] = (),
) -> Taken:
    """``sources`` are the names of sources in the order in which they count; ``accept`` is as for an update."""
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(database.parent / "lock", LOCK_PATIENCE_S) as held:
        if not held:
            raise DatabaseError("another process is updating the advisory database", "wait for it")
        check_readable(database)
        if is_damaged(database) or (rows_of(database) and not is_whole(database)):
            raise DatabaseError(
                f"{database}: the advisory database is damaged", "careen db update --feeds mends it and names what is lost"
            )
        for leftover in database.parent.glob("taking.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = database.parent / f"taking.{os.getpid()}"
        scratch.mkdir()
        try:
            wanted = lacking(database, groups)
            taken = Taken()
            if wanted:
                feeds = _fetched(database, wanted, read, scratch, where, accept)
                failed = _built(database, publication, feeds, sources, judge)
                came = tuple(path for path in feeds if path not in failed)
                taken = Taken(came, len(wanted), sum(group.packed.size for group in wanted), failed)
            _confirm(database, groups, taken.failed)
            return taken
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _is_wanted(theirs: FeedRow, ours: FeedRow | None) -> bool:
    if ours is None:
        return True
    if ours.layer == theirs.layer or (theirs.derived and not ours.derived):
        return False
    if ours.layer:  # of a publication before this one
        return age_key(theirs) >= age_key(ours)
    return age_key(theirs) > age_key(ours) and (theirs.sha256 != ours.sha256 or not ours.sha256)


def _fetched(
    database: Path, groups: Sequence[Group], read: Reader, scratch: Path, where: str, accept: Collection[str]
) -> dict[str, Fresh]:
    from concurrent.futures import ThreadPoolExecutor

    ours = rows_of(database)

    def fetch(group: Group, aside: Path) -> Layer:
        try:
            with closing(read(group.packed.digest, group.packed.size)) as chunks:
                inflate(chunks, group.packed, aside)
            layer = Layer(aside)
            if layer.about.name != group.name or set(layer.feeds) != {row.path for row in group.rows}:
                raise ValueError("it does not hold what it should")
        except OSError as error:
            need = f"it needs {group.packed.inflated / 1e6:,.0f} MB"
            why = error.strerror or error
            raise DatabaseError(
                f"{aside}: {group.name} of {where} cannot be written ({why})", f"{need}: is the disk full?"
            ) from error
        except ValueError as error:
            raise UntrustedError(f"{where} is refused: {group.name}: {error}", "what was there before stays") from None
        return layer

    with ThreadPoolExecutor(4) as pool:
        layers = pool.map(fetch, groups, [scratch / str(number) for number in range(len(groups))])
        return {
            row.path: Fresh(row, partial(layer.records, row.path), _is_accepted(row, accept))
            for group, layer in zip(groups, layers, strict=True)
            for row in group.rows
            if _is_wanted(row, ours.get(row.path))
        }


def _is_accepted(row: FeedRow, accept: Collection[str]) -> bool:
    return bool({row.source, f"{row.source}/{row.part}", row.path}.intersection(accept))


def _built(
    database: Path, publication: Publication, feeds: Mapping[str, Fresh], sources: Sequence[str], judge: Judge | None
) -> dict[str, Failure]:
    ours = rows_of(database)
    ranks = {source: number for number, source in enumerate(sources)}
    places = {path: number for number, path in enumerate(dict.fromkeys((*publication.order, *ours)))}
    parts: dict[str, Fresh | Kept] = {path: Kept(row) for path, row in ours.items()}
    parts |= feeds
    ordered = sorted(parts.values(), key=lambda part: (ranks.get(part.row.source, len(ranks)), places[part.row.path]))
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return build(database, ordered, now, database if ours else None, judge).failed


def _confirm(database: Path, groups: Sequence[Group], failed: Mapping[str, Failure]) -> None:
    """Feeds that are as they were published are as fresh as their publisher says, and no attempt of ours failed."""
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
