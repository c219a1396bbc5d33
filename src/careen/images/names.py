"""References to images in registries: ``parse_reference`` gives registry, repository, tag and digest of a name.

Shape: ``nginx`` is ``docker.io/library/nginx:latest``; ``host:5000/team/app:1.2@sha256:…`` has all parts.
Raises: InputError with what is wrong with the name.
**Source:** distribution/reference, ``reference.go`` and ``normalize.go``; OCI distribution-spec 1.1, "Pulling manifests".
"""

from msgspec import Struct

from careen.safety.pattern import pattern

from ..errors import InputError
from .manifest import is_digest

DOCKER_HUB = "docker.io"
_ALIASES = {"index.docker.io": DOCKER_HUB, "registry-1.docker.io": DOCKER_HUB, "registry.hub.docker.com": DOCKER_HUB}

_HOST = pattern(
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]{1,5})?"
)
_PART = pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ID = pattern(r"[0-9a-f]{64}")
_HINT = "write it as NAME:TAG, HOST/NAME:TAG or HOST/NAME@sha256:DIGEST"


class Reference(Struct, frozen=True):
    """A parsed reference. ``tag`` is None if there is only a digest; if there are both, ``digest`` counts."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}" + (f"@{self.digest}" if self.digest else "")

    @property
    def name(self) -> str:
        """The name as users write it, without tag and digest."""
        if self.registry == DOCKER_HUB:
            return self.repository.removeprefix("library/")
        return f"{self.registry}/{self.repository}"

    @property
    def host(self) -> str:
        """The host of the registry. Docker Hub's host differs from the name in its images' references."""
        return "registry-1.docker.io" if self.registry == DOCKER_HUB else self.registry


def parse_reference(text: str) -> Reference:
    """Parses a reference, and completes it as Docker does. Raises InputError."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text[:300])
    if text.startswith(("http://", "https://")):
        raise InputError(f"{shown!r} is an address, not the name of an image", "leave http:// or https:// out")
    rest, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise InputError(f"{shown!r}: what follows @ is not a digest", "a digest is sha256: and 64 hexadecimal digits")
    first, slash, tail = rest.partition("/")
    if slash and (any(char in first for char in ".:") or first == "localhost"):
        if not _HOST.fullmatch(first):
            raise InputError(f"{shown!r}: {first[:100]!r} is not a host", _HINT)
        registry = first.lower()
    else:
        registry, tail = DOCKER_HUB, rest
    repository, colon, tag = tail.partition(":")
    registry = _ALIASES.get(registry, registry)
    if _ID.fullmatch(repository) and not slash:
        raise InputError(f"{shown!r} is the ID of an image, which only the engine that has it can find", "use the image's name")
    if not repository or len(repository) > 255 or not all(map(_PART.fullmatch, repository.split("/"))):
        lower = repository.lower()
        near = lower != repository and all(map(_PART.fullmatch, lower.split("/"))) and (not colon or _TAG.fullmatch(tag))
        raise InputError(
            f"{shown!r} is not the name of an image",
            f"names are in lower case: {shown.replace(repository, lower)}" if near else _HINT,
        )
    if colon and not _TAG.fullmatch(tag):
        raise InputError(f"{shown!r}: {tag[:140]!r} is not a tag", "a tag has letters, digits, '.', '_' and '-', at most 128")
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Reference(registry, repository, (tag or None) if colon else None if at else "latest", digest or None)


def full_name(text: str) -> str:
    """A name with its registry, repository and tag written out; the ID of an image stays as it is."""
    try:
        found = parse_reference(text)
    except InputError:
        return text
    tag = f":{found.tag}" if found.tag else ""
    return f"{found.registry}/{found.repository}{tag}" + (f"@{found.digest}" if found.digest else "")
