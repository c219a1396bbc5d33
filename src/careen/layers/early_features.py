"""Reads features of files in the same pass as their layer, so that the layer need not be read again.

The wanted files are known only after all layers are read. This module guesses them by location: below the folders in
which packages of languages are installed. The others are read in one more pass (``origin_features``).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from careen.log import logger
from careen.plugins import File, Reader, Wants
from careen.safety.typed import from_msgpack

from .dispatch import Wanted
from .origin_places import PROGRAM_BYTES, PROGRAM_HEADS, copy_bytes, is_copy, is_costly, is_of_system, is_source

if TYPE_CHECKING:
    from .origin_features import FeatureReader, FileFeatures

log = logger(__name__)

NAME = "early_features"
_PROGRAMS = (".so", ".node", ".pyd", ".dll", ".exe", ".dylib")

Select = Callable[[str, int], list[Wanted]]


class EarlyFeatures:
    """The early features of the layers of one image. ``make`` creates the reader when the first file is found."""

    def __init__(self, make: "Callable[[], FeatureReader]", *, costly: bool = True) -> None:
        """``costly``: files whose features are expensive are read as well."""
        self.make, self._costly = make, costly
        self._layers: dict[str, dict[str, FileFeatures]] = {}
        self._programs = Wanted(NAME, Reader(Wants(magic=PROGRAM_HEADS, amount="stream"), self._program))
        self._sources = Wanted(NAME, Reader(Wants(amount="stream"), self._source))

    def with_early(self, select: Select) -> Select:
        """``select`` with one more reader, which computes the features of programs and sources below ``node_modules`` and
        Python's package folders in the same pass. They are needed to determine the origin of the files.
        """

        def selected(path: str, mode: int) -> list[Wanted]:
            wanted = select(path, mode)
            # plain substring searches, because this runs for each file of an image
            if not ("node_modules/" in path or "-packages/" in path) or is_of_system(path):
                return wanted
            if (mode & 0o111 or path.endswith(_PROGRAMS) or ".so." in path) and not is_source(path):
                return [*wanted, self._programs]
            return [*wanted, self._sources] if copy_bytes(path) and is_source(path) else wanted

        return selected

    def put(self, layer: str, pairs: "Iterable[tuple[str, FileFeatures]]") -> None:
        self._layers[layer] = dict(pairs)

    def of(self, layer: str) -> "dict[str, FileFeatures]":
        return self._layers.get(layer, {})

    def encoded(self, layer: str) -> bytes:
        """The features of a layer as ``put_encoded`` takes them in another process; b"" if there are none."""
        found = self.of(layer)
        return msgspec.msgpack.encode(list(found.values())) if found else b""

    def put_encoded(self, layer: str, features: bytes) -> None:
        if features:
            from .origin_features import FileFeatures

            self.put(layer, ((file.path, file) for file in from_msgpack(features, list[FileFeatures])))

    def _program(self, file: File) -> "_Scanner | None":
        is_left_out = file.size_bytes not in PROGRAM_BYTES or (not self._costly and is_costly(file.path, file.size_bytes))
        return None if is_left_out else _Scanner(file.path, self.make)

    def _source(self, file: File) -> "_Scanner | None":
        return _Scanner(file.path, self.make) if is_copy(file.path, file.size_bytes) else None


class _Scanner:
    def __init__(self, path: str, make: "Callable[[], FeatureReader]") -> None:
        self._path, self._make = path, make
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        self._parts.append(chunk)

    def facts(self) -> Iterator[Any]:
        """Yields the features. A file that cannot be read now is read again in the later pass, which counts its errors."""
        reader = self._make()
        if reader.is_used_up:
            return
        try:
            features = reader.read(self._path, b"".join(self._parts), owned=True)
        except (ValueError, MemoryError) as error:
            log.info("the features of %r could not be read at once: %s", self._path, error)
            return
        yield features
