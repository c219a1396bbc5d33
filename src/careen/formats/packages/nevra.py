"""Name, epoch, version, release and architecture of an rpm package, parsed from one text.

Reads ``name-[epoch:]version-release.arch`` and ``epoch:name-version-release.arch``, with or without ``.rpm`` at the end.
A missing epoch is None, which counts as 0.
Raises: ValueError for text of another shape.
**Source:** rpm-version(7), rpm file names; dnf, "Specifying packages" (NEVRA forms).
"""

from typing import NamedTuple

from careen.formats.version_text.text import clean
from careen.safety.pattern import pattern

_SHAPE = pattern(
    r"(?:(?P<before>[0-9]+):)?(?P<name>[^:/\s]+)-(?:(?P<epoch>[0-9]+):)?"
    r"(?P<version>[^-:/\s]+)-(?P<release>[^-:/\s]+)\.(?P<arch>[A-Za-z0-9_]+)"
)


class Nevra(NamedTuple):
    name: str
    epoch: int | None
    version: str
    release: str
    arch: str

    @property
    def evr(self) -> str:
        epoch = "" if self.epoch is None else f"{self.epoch}:"
        return f"{epoch}{self.version}-{self.release}"


def parse_nevra(text: str) -> Nevra:
    found = _SHAPE.fullmatch(clean(text).removesuffix(".rpm"))
    if found is None or (found["before"] and found["epoch"]):
        raise ValueError(f"not an rpm NEVRA: {text[:80]!r}")
    epoch = found["before"] or found["epoch"]
    return Nevra(found["name"], int(epoch) if epoch else None, found["version"], found["release"], found["arch"])
