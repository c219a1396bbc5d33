"""Reads the Delta of a layer in one pass over its bytes.

Stored bytes with a promised digest are hashed on the way, with the algorithm of that digest: a layer that does not
match its digest is refused (InputError). If an archive without digests is not compressed, bytes that no reader wants
are skipped (ADR 8).
"""

from careen.errors import OverBudgetError
from careen.formats.archives.inflate import SeekStream, Stream, TrailingError
from careen.model.delta import Delta
from careen.model.excluded import Excluded
from careen.model.image import Layer
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Progress, silent
from careen.safety.budget import Budget

from .aliases import Alias, More, at_most, end_of, read_aliases, with_more
from .dispatch import Dispatch
from .early_features import NAME as EARLY
from .early_features import EarlyFeatures
from .index import Readers, known_as
from .kept import NAME as KEPT
from .kept import Kept, md5_of_programs, with_kept
from .tree import folder_entries
from .unpackaged import with_unpackaged
from .verified import first_reading, read_again
from .walk import Walked, ended_early, over_budget, tar_entries, walk


def read_layer(
    layer: Layer,
    readers: Readers,
    budget: Budget,
    *,
    kept: Kept | None = None,
    early: EarlyFeatures | None = None,
    verify_diff_id: bool = False,
    progress: Progress = silent,
) -> Delta:
    """Reads a layer. ``kept`` receives data of files that a second pass may need, and ``early`` the features of some
    files.
    """
    dispatch = readers.dispatch
    select = with_kept(dispatch.readers, readers.catalogers) if kept else dispatch.readers
    select = early.with_early(select) if early else select
    spent = budget.layer()
    reading = first_reading(layer, spent, budget.limits, verify_diff_id=verify_diff_id, progress=progress)
    with reading as (stream, digests):
        walked = walk(tar_entries(stream), select, spent, dispatch.by_magic)
        unknowns = walked.unknowns
        if not any(unknown.whole_layer for unknown in unknowns):
            unknowns += _after_the_last_file(stream)
    if kept:
        digesting = [cataloger.name for cataloger in readers.catalogers if cataloger.role == "digests"]
        programs = md5_of_programs(pair for name in digesting for pair in walked.facts.get(name, ()))
        kept.put(known_as(layer), (*programs, *walked.facts.pop(KEPT, ())))
    if early:
        early.put(known_as(layer), walked.facts.pop(EARLY, ()))
    delta = Delta(
        digests.stored,
        digests.diff_id,
        walked.table,
        walked.facts,
        walked.gone,
        walked.opaque,
        unknowns,
        far_links(walked),
        walked.roots,
    )
    return with_unpackaged(with_hard_links(delta, walked, layer, dispatch, budget), layer, readers.catalogers, dispatch, budget)


def read_folder(layer: Layer, readers: Readers, budget: Budget) -> Delta:
    dispatch = readers.dispatch
    trouble: list[tuple[str, str]] = []
    excluded = Excluded(layer.excluded)
    entries = folder_entries(layer.folder, trouble, excluded)
    walked = walk(entries, dispatch.readers, budget.layer(), dispatch.by_magic)
    closed = (*(Unknown("layer", Evidence(path, 0), reason) for path, reason in trouble), *excluded.unknowns())
    delta = Delta("", None, walked.table, walked.facts, unknowns=walked.unknowns + closed, roots=walked.roots)
    return with_unpackaged(delta, layer, readers.catalogers, dispatch, budget)


def _after_the_last_file(stream: Stream | SeekStream) -> tuple[Unknown, ...]:
    """An Unknown if the stream is damaged behind the last file. Engines read a layer to its end, and refuse it then."""
    try:
        stream.drain()
    except OverBudgetError as error:
        return (over_budget(error),)
    except ValueError as error:
        code = "ambiguous_archive" if isinstance(error, TrailingError) else "unreadable"
        return (Unknown("layer", Evidence("", 0), f"{error}, after the last file", whole_layer=True, code=code),)
    return ()


def far_links(walked: Walked) -> tuple[tuple[str, str], ...]:
    """Hard links to files that are not in this layer: (path, target)."""
    if not walked.links:
        return ()
    paths = set(walked.table.names())
    ends = ((path, end_of(target, walked.links)) for path, target in walked.links.items())
    return tuple((path, end) for path, end in ends if end not in paths)


def with_hard_links(delta: Delta, walked: Walked, layer: Layer, dispatch: Dispatch, budget: Budget) -> Delta:
    """The Delta, with the facts of this layer's files added under the names of its hard links; it needs one more pass
    if a reader wants some. Links to lower layers are followed later (``layers.links``).
    """
    far = dict(delta.far_links)
    aliases: list[Alias] = []
    circles: list[Unknown] = []
    for path, first in walked.links.items():
        if path in far:
            continue
        target = end_of(first, walked.links)
        for wanted in dispatch.readers(path, 0):
            wants = wanted.reader.wants  # a reader that selects files by content has read the target itself
            if wants.executables or wants.select:
                continue
            if target in walked.links:
                circles.append(Unknown(wanted.cataloger, Evidence(path, 0), "hard links in a circle: there is no file"))
            else:
                aliases.append(Alias(path, target, wanted, path))
    delta = with_more(delta, More(unknowns=at_most(circles, budget.limits.unknowns)))
    if not aliases:
        return delta
    more, again = read_aliases(aliases, lambda select: read_again(layer, select, budget))
    found = more.get(0, More())
    found.unknowns += ended_early(again, delta.unknowns)
    return with_more(delta, found)
