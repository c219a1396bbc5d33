"""The features of files whose origin has to be determined.

They are read together with the layer if the file's location shows that they will be needed (``early_features``), and
for other files in one more pass. For copies within a language package the most expensive features are omitted, because
the publisher of a package includes copies unchanged.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct

from careen.model.origin import OriginFile
from careen.origin.features import NUMBERS, Features
from careen.origin.identify import Described, Kind, described
from careen.origin.packed import packed, unpacked
from careen.origin.spans import Hashes
from careen.plugins import File, Reader, Wants

from .dispatch import Wanted, at_paths
from .links import Reread

MAX_KEPT_BYTES = 64 << 20
_NAME = "origin_features"
# The features that compiled code shares with its source, and those that minified code has as well.
_OF_PROGRAMS = frozenset(("tables", "statements"))
_OF_COMPILED = _OF_PROGRAMS | {"literals", "names", "sequences"}
_COSTLY = frozenset(("tokens", "number_tokens"))
_BESIDES = ("lines", *NUMBERS.values())  # families of features that are in no knowledge base
Ask = Callable[[Described, bool], frozenset[str]]  # a file, and whether a package has it: the families that are kept


class Kept(Struct, frozen=True, array_like=True, gc=False):
    path: str
    kind: Kind
    families: dict[str, bytes]

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.families.values()))


class FileFeatures(Struct, frozen=True, array_like=True, gc=False):
    """The features of one file of a layer; an archive has several members. ``owned``: without the features that are
    omitted for copies in packages.
    """

    path: str
    owned: bool
    kept: tuple[Kept, ...]

    def suits(self, file: OriginFile) -> bool:
        """Whether these features are the ones that are compared for the file, whose owner may not have been known."""
        return self.owned is bool(file.owner) or all(kept.kind not in ("source", "script") for kept in self.kept)


class FeaturesRead(Struct, frozen=True):
    """The result of reading. ``unread``: how many files were not read, because time or memory ran out
    or because their layer could not be read again."""

    files: tuple[Kept, ...] = ()
    unread: int = 0


class FeatureReader:
    """Reads the features of one image's files; threads may share it. ``seconds``: the CPU time that it may use."""

    def __init__(self, ask: Ask | None, seconds: float, clock: Callable[[], float] = time.thread_time) -> None:
        """``ask`` selects the features to keep; without it, all that any knowledge base could compare."""
        self._ask, self._left, self._clock = ask or _everything, seconds, clock
        self._kept_bytes = 0
        self._lock = threading.Lock()

    @property
    def is_used_up(self) -> bool:
        return self._left <= 0 or self._kept_bytes >= MAX_KEPT_BYTES

    def read(self, path: str, content: bytes, *, owned: bool) -> FileFeatures:
        begin = self._clock()
        kept = tuple(self._kept(path, content, owned))
        with self._lock:
            self._left -= self._clock() - begin
            self._kept_bytes += sum(part.size_bytes for part in kept)
        return FileFeatures(path, owned, kept)

    def _kept(self, path: str, content: bytes, owned: bool) -> Iterator[Kept]:
        for found in described(path, content):
            part = Described(found.path, found.kind, _Part(found.features, _left_out(found, owned)))
            yield Kept(found.path, found.kind, packed(part.features, sorted(self._ask(part, owned))))


def read_features(files: Iterable[OriginFile], again: Reread, reader: FeatureReader) -> list[tuple[int, FileFeatures]]:
    """Returns each file with its layer and features, until the reader is used up. ``again`` rereads a layer."""
    found: list[tuple[int, FileFeatures]] = []
    by_layer: dict[int, dict[str, OriginFile]] = {}
    for file in files:
        by_layer.setdefault(file.layer, {})[file.path] = file
    for layer, wanted in sorted(by_layer.items()):
        if reader.is_used_up:
            break
        readers = {path: Wanted(_NAME, Reader(Wants(), partial(_read, reader, file))) for path, file in wanted.items()}
        walked = again(layer, at_paths(readers))
        found += ((layer, features) for _, features in walked.facts.get(_NAME, ()))
    return found


def _read(reader: FeatureReader, wanted: OriginFile, file: File) -> Iterator[FileFeatures]:
    if not reader.is_used_up:
        with file.open() as stream:
            yield reader.read(file.path, stream.read(), owned=bool(wanted.owner))


def described_files(read: FeaturesRead) -> Iterator[Described]:
    return (Described(kept.path, kept.kind, unpacked(kept.families)) for kept in read.files)


def _everything(file: Described, _owned: bool) -> frozenset[str]:
    return frozenset((*file.features, *_BESIDES))


def _left_out(found: Described, owned: bool) -> frozenset[str]:
    if found.kind not in ("source", "script"):
        return frozenset()
    costly = _COSTLY if owned else frozenset[str]()
    return costly | (_OF_PROGRAMS if found.kind == "script" else _OF_COMPILED)


class _Part(Mapping[str, Hashes]):
    """Features without some of their families."""

    def __init__(self, features: Features, left_out: frozenset[str]) -> None:
        self._features, self._left_out = features, left_out

    def __getitem__(self, family: str) -> Hashes:
        if family in self._left_out:
            raise KeyError(family)
        return self._features[family]

    def __contains__(self, family: object) -> bool:
        return family not in self._left_out and family in self._features

    def __iter__(self) -> Iterator[str]:
        return (family for family in self._features if family not in self._left_out)

    def __len__(self) -> int:
        return sum(1 for _ in self)
