"""An image reference as written in a manifest -> registry, repository, tag and digest; without defaults.

**Source:** the reference grammar of github.com/distribution/reference.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


class ImageName(Struct, frozen=True):
    registry: str  # "" if none is written: Docker Hub by convention
    repository: str
    tag: str
    digest: str  # as written

    @property
    def pinned(self) -> bool:
        """Whether it has a valid digest, or a variable that may contain one."""
        return _DIGEST.fullmatch(self.digest) is not None or "$" in self.digest

    @property
    def mutable(self) -> bool:
        """Whether the tag is missing or ``latest``, so that the name gives another image on another day. False if a
        variable may contain a tag."""
        return not self.digest and self.tag in ("", "latest") and (self.tag != "" or "$" not in self.last)

    @property
    def last(self) -> str:
        """The last part of the repository."""
        return self.repository.rpartition("/")[2]


def registry_of(text: str) -> str:
    """The registry of an image, by default Docker Hub; "" if a variable may name it."""
    name = parse(text)
    return name.registry or ("" if name.repository.startswith("$") else "docker.io")


def is_of_registry(text: str, registries: Iterable[str]) -> bool:
    """Whether an image comes from one of these registries: a host, or ``*.host``."""
    host = registry_of(text)
    return not host or any(
        host == registry or (registry.startswith("*") and host.endswith(registry[1:])) for registry in registries
    )


def is_one_of(text: str, allowed: Iterable[str]) -> bool:
    """Whether an image is in one of the ``allowed`` repositories, written with or without registry, tag or digest;
    ``*`` is any text."""
    image = parse(text)
    if "$" in image.repository:
        return True  # the registry is unknown
    return any(_is(image, parse(name)) for name in allowed)


def _is(image: ImageName, wanted: ImageName) -> bool:
    if wanted.digest and wanted.digest != image.digest:
        return False
    if wanted.tag and not fnmatchcase(image.tag or "latest", wanted.tag):
        return False
    return fnmatchcase(_whole(image), _whole(wanted))


def _whole(name: ImageName) -> str:
    registry = name.registry or "docker.io"
    plain = registry == "docker.io" and "/" not in name.repository
    return f"{registry}/{'library/' if plain else ''}{name.repository}"


def parse(text: str) -> ImageName:
    name, _, digest = text.strip().partition("@")
    head, colon, tail = name.rpartition(":")
    tag = ""
    if colon and "/" not in tail:
        name, tag = head, tail
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return ImageName(first, rest, tag, digest)
    return ImageName("", name, tag, digest)
