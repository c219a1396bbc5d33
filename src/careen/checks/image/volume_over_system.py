"""A volume lies over the system or its programs."""

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
    title="A volume lies over the system or its programs",
    severity="medium",
    why=(
        "What the volume held when it was first made hides what the image brings: updates of the image never "
        "reach the container, and what one container writes there others run."
    ),
    fix="Declare volumes for data alone, or leave them to who runs the image.",
    references=("CWE-668",),
    inspect=inspect,
)
