"""What a session may read: folders, images of the local engines, and registries, as they were named at its start.

A path is resolved first: one that leaves the folders by ``..`` or a symbolic link is refused. Whether a path outside
exists is not revealed.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from msgspec import Struct

from careen.app.opening import ALIASES, FOLDERS, LOCAL, NAMED
from careen.images.names import full_name
from careen.images.paths import is_path, split_path

MAX_BLOBS = 20_000  # of an image layout, whose links are checked


class NotAllowedError(Exception):
    """A request is refused. The message is for the agent; it repeats nothing of the request."""


class Allowed(Struct, frozen=True):
    folders: tuple[Path, ...]  # resolved
    images: tuple[str, ...] = ()  # patterns of names: "nginx:*"
    registries: tuple[str, ...] = ()  # HOST or HOST/PATH

    def path(self, text: str) -> Path:
        """The existing path that the text names, with links resolved. Raises NotAllowedError."""
        resolved = self._resolved(text)
        if not resolved.exists():
            raise NotAllowedError("the path does not exist")
        if resolved.is_dir():
            for link in _links_of_layout(resolved):
                self._resolved(str(link))
        return resolved

    def reference(self, text: str) -> str:
        """Returns the reference to open; a path in it is resolved. Raises: NotAllowedError."""
        prefix, colon, rest = text.partition(":")
        name = ALIASES.get(prefix, prefix) if colon else ""
        if name == "sbom" or name in LOCAL or name in FOLDERS:
            return f"{name}:{self._archive(rest.removeprefix('//'))}"
        if name == "registry" and self._is_of_registry(rest):
            return text
        if name in NAMED:
            if name != "registry" and self._is_image(rest):
                return text
            raise NotAllowedError("this image is not allowed (list_readable lists the allowed ones)")
        if is_path(text):
            return self._archive(text)
        if self._is_of_registry(text):
            return f"registry:{text}"
        if self._is_image(text):
            return f"docker:{text}"
        raise NotAllowedError("this image is not allowed (list_readable lists the allowed ones; a path begins with ./)")

    def _archive(self, text: str) -> str:
        """The reference of an archive, ``PATH``, ``PATH:NAME`` or ``PATH@DIGEST``, with its path resolved."""
        inside = self._in_first(text)
        path, choice = split_path(str(inside))
        resolved = self.path(str(path))
        mark = str(inside)[len(str(path)) : len(str(path)) + 1] if choice else ""
        return f"{resolved}{mark}{choice}"

    def _resolved(self, text: str) -> Path:
        try:
            resolved = self._in_first(text).resolve()
        except (OSError, RuntimeError, ValueError):  # a circle of links, a NUL
            raise NotAllowedError("this is not a path") from None
        if not any(resolved.is_relative_to(folder) for folder in self.folders):
            raise NotAllowedError("this path is outside the allowed folders (list_readable lists them)")
        return resolved

    def _in_first(self, text: str) -> Path:
        """The path that the text names; a relative path begins in the first folder. Raises NotAllowedError if no folder is
        allowed.
        """
        if not self.folders:
            raise NotAllowedError("no folder is allowed")
        return self.folders[0] / text

    def _is_image(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) or fnmatchcase(full_name(name), pattern) for pattern in self.images)

    def _is_of_registry(self, name: str) -> bool:
        whole = full_name(name)
        return any(whole.startswith(f"{registry.rstrip('/')}/") for registry in self.registries)


def _links_of_layout(folder: Path) -> Iterator[Path]:
    """The symbolic links that reading an image layout would follow."""
    if not (folder / "index.json").is_file() and not (folder / "index.json").is_symlink():
        return
    blobs = folder / "blobs"
    places = (folder / "index.json", folder / "oci-layout", blobs)
    for count, place in enumerate(chain(places, blobs.glob("*"), blobs.glob("*/*"))):
        if count > MAX_BLOBS:
            raise NotAllowedError(f"the image layout has more than {MAX_BLOBS} files")
        if place.is_symlink():
            yield place
