"""VOLUME hides system folders or programs."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

SYSTEM = (
    "/", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local", "/usr/local/bin", "/etc",
    "/root", "/boot", "/dev", "/proc", "/sys", "/var", "/var/lib", "/run", "/opt", "/home",
)  # fmt: skip


def inspect(document: ImageDocument) -> Iterator[Place]:
    for volume in document.config.volumes:
        path = "/" + volume.strip("/")
        if path in SYSTEM:
            yield Place(f"{path} is a volume")
        elif any(("/" + program).startswith(path + "/") for program in document.programs):
            yield Place(f"{path} is a volume and holds what the image starts")


CHECK = Check(
    id="IMG-017",
    title="VOLUME hides system folders or programs",
    severity="medium",
    why="Old data of the volume hides updates of the image, and code that one container writes there runs in others.",
    fix="Declare volumes only for data folders.",
    references=("CWE-668",),
    inspect=inspect,
)
