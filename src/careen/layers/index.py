"""The Delta of a layer: from the store if it contains it, else from the layer's bytes (``layers.read``).

The key in the store is the verified digest of the bytes, with the readers' fingerprint, never the diff ID that a
configuration claims. An archive without digests is identified by its file (ADR 8). A run whose layers are all stored
loads no reader, and no code that reads archives.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from careen.errors import InputError
from careen.log import logger
from careen.model.delta import Delta, FileTable
from careen.model.image import Layer
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger, Progress, silent
from careen.safety.budget import Budget, Limits
from careen.safety.digest import is_digest
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

from .dispatch import Dispatch

if TYPE_CHECKING:
    from .early_features import EarlyFeatures
    from .kept import Kept
    from .recent import RecentDeltas

log = logger(__name__)


class Readers:
    """The catalogers of a run, loaded when the first layer has to be read; usually the store contains all layers.
    ``fingerprint`` changes when the code of any cataloger does. ``wider`` are fingerprints of larger sets of readers,
    which find the same and more.
    """

    def __init__(self, load: Callable[[], Sequence[Cataloger]], fingerprint: str, wider: Sequence[str] = ()) -> None:
        self._load, self.fingerprint, self.wider = load, fingerprint, wider

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
    kept: "Kept | None" = None,
    early: "EarlyFeatures | None" = None,
    recent: "RecentDeltas | None" = None,
    verify_diff_id: bool = False,
    progress: Progress = silent,
) -> Delta:
    if layer.unread:
        unread = Unknown("layer", Evidence("", 0), layer.unread, whole_layer=True, code="not_assessed")
        return Delta("", None, FileTable(), {}, unknowns=(unread,))
    if layer.folder:
        from .read import read_folder

        return read_folder(layer, readers, budget)
    for digest in filter(None, (layer.digest, layer.diff_id if verify_diff_id else "")):
        _require_verifiable(layer, digest)
    if not verify_diff_id and (known := stored(layer, readers, store, budget.limits, recent)):
        return known
    if layer.parts:
        from .by_table import read_by_table

        listed = read_by_table(layer, layer.parts, readers, budget, progress=progress)
        if listed is not None:
            return listed
    from .read import read_layer

    delta = read_layer(layer, readers, budget, kept=kept, early=early, verify_diff_id=verify_diff_id, progress=progress)
    name = known_as(layer)
    if name and not any(unknown.transient for unknown in delta.unknowns):
        store.put(delta_key(name, readers.fingerprint, budget.limits), encode(delta))
    return delta


def known_as(layer: Layer) -> str:
    """An identity of the layer's bytes that is valid in later runs: the promised digest, or their place on this
    machine; else "". An unreadable layer has none: in another image, a layer with the same digest may be readable.
    """
    if layer.unread:
        return ""
    return layer.digest or (f"file {layer.identity}" if layer.identity else "")


def delta_key(name: str, fingerprint: str, limits: Limits) -> str:
    """The key in the store. ``name`` is the result of ``known_as``."""
    return f"delta {name} {fingerprint} {limits.inflated_bytes} {limits.ratio} {limits.members}"


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


def decode(data: bytes, catalogers: Sequence[Cataloger], *, wider: bool = False) -> Delta:
    """Decodes a stored Delta. ``wider``: more catalogers may have read the layer; their additional facts are dropped."""
    stored = from_msgpack(data, _Stored)
    by_name = {cataloger.name: cataloger for cataloger in catalogers}
    if wider:
        stored = _narrowed(stored, by_name)
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


def _narrowed(stored: _Stored, names: Collection[str]) -> _Stored:
    return replace(
        stored,
        facts={name: found for name, found in stored.facts.items() if name in names},
        roots={name: roots for name, roots in stored.roots.items() if name in names},
        unknowns=tuple(unknown for unknown in stored.unknowns if unknown.cataloger == "layer" or unknown.cataloger in names),
    )


def stored(layer: Layer, readers: Readers, store: Store, limits: Limits, recent: "RecentDeltas | None" = None) -> Delta | None:
    """The stored Delta of a layer; None if there is none. ``recent`` has those that were decoded last."""
    name = known_as(layer)
    own = delta_key(name, readers.fingerprint, limits)
    if name and recent and (delta := recent.get(own)):
        return delta
    for fingerprint in (readers.fingerprint, *readers.wider) if name else ():
        known = store.get(delta_key(name, fingerprint, limits))
        try:
            if known is not None:
                delta = decode(known, readers.catalogers, wider=fingerprint != readers.fingerprint)
                if recent:
                    recent.put(own, delta, len(known))
                return delta
        except (msgspec.MsgspecError, KeyError) as error:
            log.warning("the cache entry of layer %s is damaged (%s): the layer is read anew", name, error)
    return None


def _require_verifiable(layer: Layer, digest: str) -> None:
    if not is_digest(digest):
        raise InputError(
            f"layer {layer.index}: {digest[:100]!r} is not a digest that can be verified", "build or push the image again"
        )
