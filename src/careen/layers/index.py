"""The Delta of a layer: from the store if it is known, else from one pass over its bytes.

Stored bytes with a promised digest are hashed on the way, by the algorithm that the digest names: a layer that does not match
its digest is refused (InputError), and so is a digest that cannot be verified. The key in the store is what was hashed, with
the readers' fingerprint, never the diff ID that a configuration claims. An archive without digests is known by the identity
of its file; if it is not compressed, what no reader wants is not even read (ADR 8).
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Raw, Struct

from careen.errors import OverBudgetError
from careen.formats.archives.inflate import SeekStream, Stream, TrailingError
from careen.log import logger
from careen.model.delta import Delta, FileTable
from careen.model.image import Layer
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger, Progress, silent
from careen.safety.budget import Budget, Limits
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

from .aliases import Alias, More, at_most, end_of, read_aliases, with_more
from .dispatch import Dispatch
from .tree import folder_entries
from .verified import first_reading, read_again, require_verifiable
from .walk import Walked, ended_early, over_budget, tar_entries, walk

log = logger(__name__)


class Readers:
    """The catalogers of a run, loaded when the first layer has to be read: mostly the store knows all of them.

    ``fingerprint`` changes when any of their code does.
    """

    def __init__(self, load: Callable[[], Sequence[Cataloger]], fingerprint: str) -> None:
        self._load, self.fingerprint = load, fingerprint

    @classmethod
    def of(cls, catalogers: Sequence[Cataloger], fingerprint: str) -> "Readers":
        return cls(lambda: catalogers, fingerprint)

    @cached_property
    def catalogers(self) -> tuple[Cataloger, ...]:
        return tuple(self._load())

    @cached_property
    def dispatch(self) -> Dispatch:
        return Dispatch(self.catalogers)


def index(
    layer: Layer,
    readers: Readers,
    store: Store,
    budget: Budget,
    *,
    verify_diff_id: bool = False,
    progress: Progress = silent,
) -> Delta:
    if layer.unread:
        unread = Unknown("layer", Evidence("", 0), layer.unread, whole_layer=True, code="not_assessed")
        return Delta("", None, FileTable(), {}, unknowns=(unread,))
    if layer.folder:
        return _read_folder(layer, readers, budget)
    for digest in filter(None, (layer.digest, layer.diff_id if verify_diff_id else "")):
        require_verifiable(layer, digest)
    key = _key(layer, readers, budget.limits)
    if key and not verify_diff_id:
        known = store.get(key)
        try:
            if known is not None:
                return decode(known, readers.catalogers)
        except (msgspec.MsgspecError, KeyError) as error:
            log.warning("the cache entry of layer %s is damaged (%s): the layer is read anew", known_as(layer), error)
    delta = _read(layer, readers, budget, verify_diff_id, progress)
    if key and not any(unknown.transient for unknown in delta.unknowns):
        store.put(key, encode(delta))
    return delta


def known_as(layer: Layer) -> str:
    """What names these bytes in a later run too: the promised digest, or their place on this machine; else "".

    A layer that cannot be read has no such name: in another image, a layer of the same digest may be readable.
    """
    if layer.unread:
        return ""
    return layer.digest or (f"file {layer.identity}" if layer.identity else "")


def encode(delta: Delta) -> bytes:
    return msgspec.msgpack.encode(delta)


class _Stored(Struct, frozen=True):
    digest: str
    diff_id: str | None
    table: FileTable
    facts: dict[str, Raw]
    gone: tuple[str, ...]
    opaque: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    far_links: tuple[tuple[str, str], ...] = ()
    roots: dict[str, dict[str, str]] = {}


def decode(data: bytes, catalogers: Sequence[Cataloger]) -> Delta:
    stored = from_msgpack(data, _Stored)
    by_name = {cataloger.name: cataloger for cataloger in catalogers}
    facts: dict[str, tuple[tuple[str, Any], ...]] = {}
    for name, raw in stored.facts.items():
        cataloger = by_name[name]
        kind = (cataloger.whole() if cataloger.whole else cataloger).fact
        facts[name] = from_msgpack(raw, tuple[tuple[str, kind], ...])  # type: ignore[valid-type]
    return Delta(
        stored.digest,
        stored.diff_id,
        stored.table,
        facts,
        stored.gone,
        stored.opaque,
        stored.unknowns,
        stored.far_links,
        stored.roots,
    )


def _key(layer: Layer, readers: Readers, limits: Limits) -> str:
    name = known_as(layer)
    return name and f"delta {name} {readers.fingerprint} {limits.inflated_bytes} {limits.ratio} {limits.members}"


def _read(layer: Layer, readers: Readers, budget: Budget, verify_diff_id: bool, progress: Progress) -> Delta:
    spent, dispatch = budget.layer(), readers.dispatch
    reading = first_reading(layer, spent, budget.limits, verify_diff_id=verify_diff_id, progress=progress)
    with reading as (stream, digests):
        walked = walk(tar_entries(stream), dispatch.readers, spent, dispatch.by_magic)
        unknowns = walked.unknowns
        if not any(unknown.whole_layer for unknown in unknowns):
            unknowns += _after_the_last_file(stream)
    delta = Delta(
        digests.stored,
        digests.diff_id,
        walked.table,
        walked.facts,
        walked.gone,
        walked.opaque,
        unknowns,
        _far_links(walked),
        walked.roots,
    )
    return _with_hard_links(delta, walked, layer, dispatch, budget)


def _read_folder(layer: Layer, readers: Readers, budget: Budget) -> Delta:
    trouble: list[tuple[str, str]] = []
    dispatch = readers.dispatch
    walked = walk(folder_entries(layer.folder, trouble), dispatch.readers, budget.layer(), dispatch.by_magic)
    closed = tuple(Unknown("layer", Evidence(path, 0), reason) for path, reason in trouble)
    return Delta("", None, walked.table, walked.facts, unknowns=walked.unknowns + closed, roots=walked.roots)


def _after_the_last_file(stream: Stream | SeekStream) -> tuple[Unknown, ...]:
    """Engines read a layer to its end, and refuse it if the end is damaged."""
    try:
        stream.drain()
    except OverBudgetError as error:
        return (over_budget(error),)
    except ValueError as error:
        code = "ambiguous_archive" if isinstance(error, TrailingError) else "unreadable"
        return (Unknown("layer", Evidence("", 0), f"{error}, behind the last file", whole_layer=True, code=code),)
    return ()


def _far_links(walked: Walked) -> tuple[tuple[str, str], ...]:
    """Hard links to files that are not in this layer: (path, target)."""
    if not walked.links:
        return ()
    paths = set(walked.table.names())
    ends = ((path, end_of(target, walked.links)) for path, target in walked.links.items())
    return tuple((path, end) for path, end in ends if end not in paths)


def _with_hard_links(delta: Delta, walked: Walked, layer: Layer, dispatch: Dispatch, budget: Budget) -> Delta:
    """With the facts of this layer's files under the names of its hard links, from one more pass if a reader wants some.

    Links to lower layers are followed when those are known (``layers.links``).
    """
    far = dict(delta.far_links)
    aliases: list[Alias] = []
    circles: list[Unknown] = []
    for path, first in walked.links.items():
        if path in far:
            continue
        target = end_of(first, walked.links)
        for wanted in dispatch.readers(path, 0):
            wants = wanted.reader.wants  # a reader that wants a content has read the target itself
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
