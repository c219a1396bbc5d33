"""An image reference as written in a manifest -> registry, repository, tag and digest; nothing is filled in.

**Source:** the reference grammar of github.com/distribution/reference.
"""

from msgspec import Struct


class ImageName(Struct, frozen=True):
    registry: str  # "" where none is written: Docker Hub by custom
    repository: str
    tag: str
    digest: str

    @property
    def mutable(self) -> bool:
        """Whether the tag is missing or latest: what is pulled depends on the day. A variable may hold a tag."""
        return not self.digest and self.tag in ("", "latest") and (self.tag != "" or "$" not in self.last)

    @property
    def last(self) -> str:
        """The last part of the repository."""
        return self.repository.rpartition("/")[2]


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
