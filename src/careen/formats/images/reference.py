"""A reference to an image, completed as Docker does, and the package URL of an image.

**Source:** distribution/reference for references; purl-spec, type ``oci``.
"""

from msgspec import Struct

from careen.model.image import Image
from careen.model.package import quote


class Named(Struct, frozen=True):
    """The parts of a reference to an image: ``docker.io/library/debian``, ``12``, ``sha256:…``."""

    repository: str
    tag: str
    digest: str


def named(reference: str) -> Named:
    """The parts of a reference, with its repository completed as Docker does."""
    rest, _, digest = reference.partition("@")
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        head, tag = rest, ""
    first, slash, _ = head.partition("/")
    if not slash:
        head = f"docker.io/library/{head}" if head else ""
    elif not any(mark in first for mark in ".:") and first != "localhost":
        head = f"docker.io/{head}"
    elif first in ("index.docker.io", "registry-1.docker.io"):
        head = f"docker.io{head[len(first) :]}"
    return Named(head, tag, digest)


def image_purl(image: Image) -> str | None:
    """``pkg:oci/NAME@DIGEST``, with the repository if the reference names one."""
    if not image.digest:
        return None
    reference = named(image.reference)
    path = image.reference.partition(":")[2] if image.reference.startswith(("oci-layout:", "docker-archive:")) else ""
    last = (path or reference.repository).rstrip("/").rpartition("/")[2] or "image"
    purl = f"pkg:oci/{quote(last.lower(), safe='')}@{quote(image.digest, safe='')}"
    host = reference.repository.partition("/")[0]
    is_name = "." in host and host.strip(".") != "" and not path and not image.reference.startswith((".", "/"))
    return f"{purl}?repository_url={quote(reference.repository, safe='')}" if is_name else purl
