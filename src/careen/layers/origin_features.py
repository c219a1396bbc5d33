"""The features of the files whose origin is looked for: one more pass over the layers that have such files.

They are kept in the store, so that another knowledge base needs no new pass. Of copies within a package of a language the
forms that cost most are left out: who publishes a package puts others in it as they are.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec import Struct

from careen.model.origin import OriginFile
from careen.origin.identify import Described, Kind, described
from careen.origin.packed import packed, unpacked
from careen.plugins import File, Reader, Wants

from .dispatch import Wanted, at_paths
from .links import Reread

MAX_KEPT_BYTES = 64 << 20
_NAME = "origin_features"
# What only compiled code has in common with its source, and what minified code has as well.
_OF_PROGRAMS = frozenset(("tables", "statements"))
_OF_COMPILED = _OF_PROGRAMS | {"literals", "names", "sequences"}
_COSTLY = frozenset(("tokens",))
FOR_FIXES = ("lines",)  # what fixes are looked up in


class Kept(Struct, frozen=True, array_like=True, gc=False):
    path: str
    kind: Kind
    families: dict[str, bytes]

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.families.values()))


class FeaturesRead(Struct, frozen=True):
    """``unread``: how many files were not read because the time or the room was used up."""

    files: tuple[Kept, ...] = ()
    unread: int = 0


def read_features(
    files: Iterable[OriginFile], again: Reread, seconds: float, clock: Callable[[], float] = time.thread_time
) -> FeaturesRead:
    """``again`` reads a layer once more; ``seconds`` is the time of this machine that may be spent."""
    pass_ = _Pass(clock() + seconds, clock)
    by_layer: dict[int, dict[str, OriginFile]] = {}
    for file in files:
        by_layer.setdefault(file.layer, {})[file.path] = file
    for layer, wanted in sorted(by_layer.items()):
        readers = {path: Wanted(_NAME, Reader(Wants(), partial(pass_.read, wanted=file))) for path, file in wanted.items()}
        walked = again(layer, at_paths(readers))
        pass_.found += [kept for _, kept in walked.facts.get(_NAME, ())]
    return FeaturesRead(tuple(sorted(pass_.found, key=lambda kept: kept.path)), pass_.unread)


def described_files(read: FeaturesRead) -> Iterator[Described]:
    return (Described(kept.path, kept.kind, unpacked(kept.families)) for kept in read.files)


class _Pass:
    def __init__(self, end: float, clock: Callable[[], float]) -> None:
        self._end, self._clock = end, clock
        self._kept_bytes = 0
        self.found: list[Kept] = []
        self.unread = 0

    def read(self, file: File, wanted: OriginFile) -> Iterator[Kept]:
        if self._clock() >= self._end or self._kept_bytes >= MAX_KEPT_BYTES:
            self.unread += 1
            return
        with file.open() as stream:
            content = stream.read()
        for found in described(file.path, content):
            families = ({*found.features} | {*FOR_FIXES}) - _left_out(found, wanted)
            kept = Kept(found.path, found.kind, packed(found.features, sorted(families)))
            self._kept_bytes += kept.size_bytes
            yield kept


def _left_out(found: Described, wanted: OriginFile) -> frozenset[str]:
    if found.kind not in ("source", "script"):
        return frozenset()
    costly = _COSTLY if wanted.owner else frozenset[str]()
    return costly | (_OF_PROGRAMS if found.kind == "script" else _OF_COMPILED)
