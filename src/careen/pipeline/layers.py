"""Reads the layers of an image, several at a time, into one Delta each; a stored inventory makes this unnecessary."""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.forks import may_fork
from careen.layers.early_features import EarlyFeatures
from careen.layers.index import Readers, index, known_as, stored
from careen.layers.kept import Kept
from careen.layers.recent import RecentDeltas
from careen.model.delta import Delta
from careen.model.image import Image, Layer, is_by_table
from careen.model.inventory import Inventory
from careen.plugins import Progress, silent
from careen.safety.budget import Budget, Limits
from careen.safety.typed import from_msgpack
from careen.store.memory import NoStore, Store

PARALLEL_FROM_BYTES = 1 << 20  # size of a layer; below, starting a thread takes longer than reading
FORK_FROM_BYTES = 4 << 20  # for one process more; for less, it takes as long to start and to send its results as to read
MOST_PROCESSES = 8  # each takes some 40 MB of memory
MOST_AT_ONCE = 4  # local layers: more only wait for the interpreter, which half of the work needs


class Reading(Struct, frozen=True):
    """How layers are read. ``jobs``: how many at the same time; None: as many as suit the image. ``on_delta`` is called
    with each Delta, from the thread that read it. ``kept`` collects files for a second pass over the image, ``early`` the
    features of files, ``recent`` the Deltas that were decoded last. ``verify``: all files of packages are compared with their
    digests. ``alone``: this process has no other work, so that it may fork.
    """

    readers: Readers
    store: Store
    limits: Limits = Limits()
    jobs: int | None = None
    verify_diff_ids: bool = False
    verify: bool = False
    progress: Progress = silent
    on_delta: Callable[[Delta], None] = lambda _: None
    kept: Kept | None = None
    early: EarlyFeatures | None = None
    recent: RecentDeltas | None = None
    alone: bool = False


def read_layers(image: Image, reading: Reading, budget: Budget) -> list[Delta]:
    """The Deltas of all layers, in order."""
    layers = image.layers
    if _may_fork(image, reading):
        deltas = _read_in_processes(layers, reading, reading.jobs or min(os.cpu_count() or 1, MOST_PROCESSES), budget)
    else:
        deltas = _read_in_threads(layers, reading, reading.jobs or _threads_for(image), budget)
    if not any(map(is_by_table, layers)):
        return deltas
    from careen.layers.not_installed import with_not_installed
    from careen.layers.verified import read_again

    catalogers = reading.readers.catalogers
    return with_not_installed(deltas, layers, catalogers, lambda number, select: read_again(layers[number], select, budget))


def _may_fork(image: Image, reading: Reading) -> bool:
    """Whether other processes may read the layers. A layer that another process has downloaded is not here, unless it is
    stored.
    """
    is_kept = not image.opened.startswith("registry:") or not isinstance(reading.store, NoStore)
    by_parts = any(layer.parts for layer in image.layers)
    return reading.alone and is_kept and not by_parts and may_fork()


def _read_in_processes(layers: Sequence[Layer], reading: Reading, jobs: int, budget: Budget) -> list[Delta]:
    """Reads the layers that are not stored in as many processes as these are worth; the largest first."""
    deltas: dict[int, Delta] = {}
    for layer in () if reading.verify_diff_ids else layers:
        known = stored(layer, reading.readers, reading.store, budget.limits, reading.recent)
        if known:
            deltas[layer.index] = known
            reading.on_delta(known)
    rest = sorted((layer for layer in layers if layer.index not in deltas), key=lambda layer: -layer.size_bytes)
    different = list({known_as(layer) or layer.index: layer for layer in reversed(rest)}.values())[::-1]
    beside_the_largest = sum(layer.size_bytes for layer in different[1:])
    processes = min(jobs, len(different), 1 + beside_the_largest // FORK_FROM_BYTES)
    if processes > 1:
        from .processes import read_in_processes

        deltas |= read_in_processes(different, partial(_read, reading, budget), reading, budget, processes)
    for layer in rest:
        if layer.index not in deltas:
            deltas[layer.index] = _read(reading, budget, layer)
            reading.on_delta(deltas[layer.index])
    return [deltas[layer.index] for layer in layers]


def _threads_for(image: Image) -> int:
    """A layer takes two processors: one thread inflates it while another one, which holds the interpreter's lock, walks over
    its files. Two such pairs on two processors wait for each other. Layers of a registry wait for the network, too.
    """
    processors = os.cpu_count() or 1
    return processors if image.opened.startswith("registry:") else max(1, min(processors // 2, MOST_AT_ONCE))


def _read_in_threads(layers: Sequence[Layer], reading: Reading, jobs: int, budget: Budget) -> list[Delta]:

    def read(layer: Layer) -> Delta:
        delta = _read(reading, budget, layer, progress=progress)
        reading.on_delta(delta)
        return delta

    stopped = False

    def progress(what: str, done: int, total: int | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        reading.progress(what, done, total)

    if len(layers) < 2 or jobs < 2 or all(layer.size_bytes < PARALLEL_FROM_BYTES for layer in layers):
        return [read(layer) for layer in layers]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(jobs, len(layers))) as pool:
        # the largest first, so that it does not run alone at the end
        order = sorted(layers, key=lambda layer: -layer.size_bytes)
        futures = {layer.index: pool.submit(read, layer) for layer in order}
        try:
            return [futures[layer.index].result() for layer in layers]
        except BaseException:
            stopped = True  # the other threads stop at their next megabyte
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _read(
    reading: Reading, budget: Budget, layer: Layer, *, store: Store | None = None, progress: Progress | None = None
) -> Delta:
    return index(
        layer,
        reading.readers,
        store or reading.store,
        budget,
        kept=reading.kept,
        early=reading.early,
        recent=reading.recent,
        verify_diff_id=reading.verify_diff_ids,
        progress=progress or reading.progress,
    )


def with_verified_layers(image: Image) -> Image:
    """The image, whose layers are marked as verified, after they were read with verification of their diff IDs."""
    layers = (
        replace(layer, diff_id_verified=bool(layer.diff_id) and not layer.unread and not is_by_table(layer))
        for layer in image.layers
    )
    return replace(image, layers=tuple(layers))


def inventory_key(image: Image, reading: Reading) -> str:
    """The key of the image's inventory in the store; "" if a layer has no identity."""
    names = [known_as(layer) for layer in image.layers]
    if not all(names):
        return ""
    together = hashlib.sha256("\n".join(names).encode()).hexdigest()
    limits = reading.limits
    kind = "verified inventory" if reading.verify else "inventory"
    return f"{kind} {together} {reading.readers.fingerprint} {limits.inflated_bytes} {limits.ratio} {limits.members}"


def stored_inventory(key: str, reading: Reading) -> Inventory | None:
    """The stored inventory. None if it is missing or damaged, or if diff IDs have to be verified; then the layers are
    read.
    """
    if not key or reading.verify_diff_ids:
        return None
    stored = reading.store.get(key)
    try:
        return from_msgpack(stored, Inventory) if stored is not None else None
    except msgspec.MsgspecError:
        return None


def store_inventory(key: str, inventory: Inventory, reading: Reading) -> None:
    """Stores the inventory, unless a part of it could not be read for a temporary reason."""
    if key and not any(unknown.transient for unknown in inventory.unknowns):
        reading.store.put(key, msgspec.msgpack.encode(inventory))
