"""Read one layer into its Delta, from the store where it is known, else in one pass over its bytes.

Stored bytes that a digest was promised of are hashed on the way, by the algorithm that the digest names: a layer that is
not what its digest says is refused (InputError), and so is a digest that cannot be verified. The key in the store is what
was hashed, with the readers' fingerprint, never the diff ID that a configuration claims. An archive that promises nothing
is known by the identity of its file, and where it is not compressed, what no reader wants is not even read (ADR 8).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any, BinaryIO

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from careen.errors import InputError, OverBudgetError
from careen.formats.archives.inflate import SeekStream, Stream, TrailingError, compression, open_stream
from careen.model.delta import Delta, FileTable
from careen.model.image import Layer
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger, Progress, silent
from careen.safety.budget import MORE, Budget, Limits, Spending
from careen.safety.digest import hasher, is_digest, text_of
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

from .dispatch import Dispatch, Wanted
from .tree import folder_entries
from .walk import Walked, ended_early, over_budget, tar_entries, walk

log = logging.getLogger(__name__)

Aliases = dict[str, list[tuple[str, Wanted]]]  # place of a file -> the other names under which it is wanted, and by whom

WAITING_READS = 4  # that may wait for being hashed, where a thread reads ahead
SHA256 = "sha256:" + "0" * 64  # by which bytes are hashed that no digest was promised of
AHEAD_FROM_BYTES = 1 << 20  # of a stored layer: below, a thread takes longer to start than it saves


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
        _require_verifiable(layer, digest)
    key = _key(layer, readers, budget.limits)
    if key and not verify_diff_id:
        known = store.get(key)
        try:
            if known is not None:
                return decode(known, readers.catalogers)
        except (msgspec.MsgspecError, KeyError) as error:
            log.warning("what the cache holds of layer %s is damaged (%s): it is read anew", known_as(layer), error)
    delta = _read(layer, readers, budget, verify_diff_id, progress)
    if key and not any(unknown.transient for unknown in delta.unknowns):
        store.put(key, encode(delta))
    return delta


@contextmanager
def opened_again(layer: Layer, spent: Spending, limits: Limits) -> Iterator[Stream | SeekStream]:
    """The uncompressed bytes of a layer for one more pass, checked as in the first one: what it gives is kept as well."""
    with layer.open() as raw:
        if not layer.digest:
            yield _unchecked(raw, spent, limits)
            return
        stored = _Hashing(raw, layer, silent, read_ahead=False)
        yield open_stream(stored, limits, spent=spent)  # type: ignore[arg-type]
        _require_digest(layer, stored.digest())


def known_as(layer: Layer) -> str:
    """What names these bytes in a later run too: the digest that was promised, or their place on this machine; else "".

    A layer that another image says can be read has the same digest, so that one that cannot be is not known by it.
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


def decode(data: bytes, catalogers: Sequence[Cataloger]) -> Delta:
    stored = from_msgpack(data, _Stored)
    by_name = {cataloger.name: cataloger for cataloger in catalogers}
    facts: dict[str, tuple[tuple[str, Any], ...]] = {}
    for name, raw in stored.facts.items():
        cataloger = by_name[name]
        kind = (cataloger.whole() if cataloger.whole else cataloger).fact
        facts[name] = from_msgpack(raw, tuple[tuple[str, kind], ...])  # type: ignore[valid-type]
    return Delta(
        stored.digest, stored.diff_id, stored.table, facts, stored.gone, stored.opaque, stored.unknowns, stored.far_links
    )


def _key(layer: Layer, readers: Readers, limits: Limits) -> str:
    name = known_as(layer)
    return name and f"delta {name} {readers.fingerprint} {limits.inflated_bytes} {limits.ratio} {limits.members}"


class _Hashing:
    """The stored bytes on their way through: hashed, counted, told to the progress.

    Where a thread reads them ahead, whoever has time hashes: who waits for the next piece (``settle``), else that thread.
    """

    def __init__(self, raw: BinaryIO, layer: Layer, progress: Progress, *, read_ahead: bool) -> None:
        self._raw, self._layer, self._progress = raw, layer, progress
        self._hash = hasher(layer.digest or SHA256)
        self._waiting: deque[bytes] = deque()  # read, not hashed yet
        self._most = WAITING_READS if read_ahead else 0
        self._lock = threading.Lock()
        self._done = self._told = 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        self._waiting.append(data)
        if len(self._waiting) > self._most:
            self.settle()
        self._done += len(data)
        if self._done - self._told > 1 << 20 or not data:
            self._told = self._done
            self._progress(f"layer {self._layer.index}", self._done, self._layer.size_bytes)
        return data

    def settle(self) -> None:
        """Hashes what waits for it."""
        with self._lock:  # one after the other, in their order
            while self._waiting:
                self._hash.update(self._waiting.popleft())

    def digest(self) -> str:
        """Of all stored bytes: those that nobody wanted are read now."""
        while self.read(1 << 20):
            pass
        self.settle()
        return text_of(self._hash)


def _read(layer: Layer, readers: Readers, budget: Budget, verify_diff_id: bool, progress: Progress) -> Delta:
    spent = budget.layer()
    inflated = hasher(layer.diff_id or SHA256) if verify_diff_id else None
    with layer.open() as raw, ExitStack() as reading:
        ahead = layer.size_bytes > AHEAD_FROM_BYTES
        stored = None if not layer.digest and not inflated else _Hashing(raw, layer, progress, read_ahead=ahead)
        try:
            stream: Stream | SeekStream
            if stored:
                update = inflated.update if inflated else None
                stream = open_stream(
                    stored,  # type: ignore[arg-type]
                    budget.limits,
                    on_inflated=update,
                    read_ahead=ahead,
                    while_waiting=stored.settle,
                    spent=spent,
                    exact=True,
                )
            else:
                stream = _unchecked(raw, spent, budget.limits, read_ahead=ahead)
            reading.callback(stream.close)
            walked = walk(tar_entries(stream), readers.dispatch.readers, spent, readers.dispatch.by_magic)
            unknowns = list(walked.unknowns)
            if not any(unknown.whole_layer for unknown in unknowns):
                unknowns += _behind_the_end(stream)
        except InputError as error:
            raise InputError(f"layer {layer.index} ({layer.digest or layer.diff_id}): {error}", error.hint) from error
        digest = stored.digest() if stored else ""
    progress(f"layer {layer.index}", layer.size_bytes, layer.size_bytes)
    if layer.digest:
        _require_digest(layer, digest)
    diff_id = text_of(inflated) if inflated else None
    if diff_id and layer.diff_id and diff_id != layer.diff_id:
        raise InputError(
            f"layer {layer.index}: its uncompressed bytes have the digest {diff_id}, the configuration claims {layer.diff_id}",
            "the image is damaged or was tampered with: pull or export it again",
        )
    facts = dict(walked.facts)
    far_links = _far_links(walked)
    _follow_hard_links(layer, walked, dict(far_links), facts, unknowns, readers, budget)
    return Delta(digest, diff_id, walked.table, facts, walked.gone, walked.opaque, tuple(unknowns), far_links)


def _require_verifiable(layer: Layer, digest: str) -> None:
    if not is_digest(digest):
        raise InputError(
            f"layer {layer.index}: {digest[:100]!r} is no digest that can be verified", "build or push the image again"
        )


def _require_digest(layer: Layer, digest: str) -> None:
    if digest != layer.digest:
        raise InputError(
            f"layer {layer.index}: its bytes have the digest {digest}, the manifest says {layer.digest}",
            "the image is damaged or was tampered with: pull or export it again",
        )


def _behind_the_end(stream: Stream | SeekStream) -> list[Unknown]:
    """Engines read a layer to its end, and refuse it where that is damaged."""
    try:
        stream.drain()
    except OverBudgetError as error:
        return [over_budget(error)]
    except ValueError as error:
        code = "ambiguous_archive" if isinstance(error, TrailingError) else "unreadable"
        return [Unknown("layer", Evidence("", 0), f"{error}, behind the last file", whole_layer=True, code=code)]
    return []


def _unchecked(raw: BinaryIO, spent: Spending, limits: Limits, *, read_ahead: bool = False) -> Stream | SeekStream:
    """Of bytes that no digest was promised of, those that nobody wants need not be read."""
    if raw.seekable():
        head = raw.read(16)
        raw.seek(0)
        if compression(head) == "plain":
            return SeekStream(raw)
    return open_stream(raw, limits, read_ahead=read_ahead, spent=spent, exact=True)


def _read_folder(layer: Layer, readers: Readers, budget: Budget) -> Delta:
    trouble: list[tuple[str, str]] = []
    dispatch = readers.dispatch
    walked = walk(folder_entries(layer.folder, trouble), dispatch.readers, budget.layer(), dispatch.by_magic)
    closed = tuple(Unknown("layer", Evidence(path, 0), reason) for path, reason in trouble)
    return Delta("", None, walked.table, walked.facts, unknowns=walked.unknowns + closed)


def end_of(path: str, links: Mapping[str, str]) -> str:
    """Where hard links of one layer lead in the end; those in a circle, to one of their own."""
    for _ in range(16):
        path = links.get(path, path)
    return path


def aliased(walked: Walked, aliases: Aliases) -> tuple[dict[str, list[tuple[str, Any]]], list[Unknown]]:
    """The facts of files by cataloger, and trouble with them, under the names for which they were read.

    Each is charged: what is one fact in the file may be as many as there are names.
    """
    facts: dict[str, list[tuple[str, Any]]] = {}
    trouble: list[Unknown] = []
    try:
        for path, value in _under_names(walked, aliases):
            if isinstance(value, Unknown):
                trouble.append(replace(value, evidence=Evidence(path, 0)))
                walked.spent.unknowns(len(trouble))
            else:
                cataloger, fact = value
                facts.setdefault(cataloger, []).append((path, fact))
                walked.spent.fact()
    except OverBudgetError as error:
        trouble.append(over_budget(error))
    walked.spent.close()
    return facts, trouble


def _under_names(walked: Walked, aliases: Aliases) -> Iterator[tuple[str, Unknown | tuple[str, Any]]]:
    """Trouble with the files, and facts with their catalogers, under each of the names."""
    found: dict[tuple[str, str], list[Unknown | tuple[str, Any]]] = {}  # by place and cataloger
    for unknown in walked.unknowns:
        found.setdefault((unknown.evidence.path, unknown.cataloger), []).append(unknown)
    for cataloger, pairs in walked.facts.items():
        for place, value in pairs:
            found.setdefault((place, cataloger), []).append((cataloger, value))
    for place, asked in aliases.items():
        for path, cataloger in dict.fromkeys((path, wanted.cataloger) for path, wanted in asked):
            for value in found.get((place, cataloger), ()):
                yield path, value


def at_most(unknowns: list[Unknown], most: int) -> list[Unknown]:
    """As many, and one for all the others."""
    if len(unknowns) <= most:
        return unknowns
    return [*unknowns[:most], over_budget(OverBudgetError(f"more than {most} hard links in it lead to no file", MORE))]


def merged_facts(
    facts: Mapping[str, tuple[tuple[str, Any], ...]], more: Mapping[str, Sequence[tuple[str, Any]]]
) -> dict[str, tuple[tuple[str, Any], ...]]:
    added = {name: tuple(sorted((*facts.get(name, ()), *pairs), key=lambda pair: pair[0])) for name, pairs in more.items()}
    return {**facts, **added}


def _far_links(walked: Walked) -> tuple[tuple[str, str], ...]:
    """Hard links to files that are not in this layer: (path, target)."""
    if not walked.links:
        return ()
    there = set(walked.table.names())
    ends = ((path, end_of(target, walked.links)) for path, target in walked.links.items())
    return tuple((path, end) for path, end in ends if end not in there)


def _follow_hard_links(
    layer: Layer,
    walked: Walked,
    far: Mapping[str, str],
    facts: dict[str, tuple[tuple[str, Any], ...]],
    unknowns: list[Unknown],
    readers: Readers,
    budget: Budget,
) -> None:
    """Facts for wanted names that are hard links: those of the target, from a second, selective pass if it was not read.

    ``far`` ones are followed when the layers below are known.
    """
    missed: Aliases = {}
    circles: list[Unknown] = []
    for path, first in walked.links.items():
        if path in far:
            continue
        target = end_of(first, walked.links)
        for wanted in readers.dispatch.readers(path, 0):
            wants = wanted.reader.wants  # of what is asked for by content, the target itself was read
            if wants.executables or wants.select:
                continue
            if target in walked.links:
                circles.append(Unknown(wanted.cataloger, Evidence(path, 0), "hard links in a circle: there is no file"))
            else:
                missed.setdefault(target, []).append((path, wanted))
    unknowns += at_most(circles, budget.limits.unknowns)
    if not missed:
        return
    spent = budget.layer()
    with opened_again(layer, spent, budget.limits) as stream:
        again = walk(
            tar_entries(stream),
            lambda path, _: list(dict.fromkeys(wanted for _, wanted in missed.get(path, ()))),
            spent,
        )
    more, trouble = aliased(again, missed)
    unknowns += [*trouble, *ended_early(again, unknowns)]
    facts.update(merged_facts(facts, more))


def placed(unknown: Unknown, layer: int) -> Unknown:
    """The same Unknown with the index of the layer that it was met in."""
    return replace(unknown, evidence=Evidence(unknown.evidence.path, layer))
