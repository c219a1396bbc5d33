"""References that are paths on this machine: how they are recognised, and which image of an archive they choose.

Only the form of a reference decides whether it is a path. The content of the working folder does not matter: a file
there with the name of an image must not be scanned instead of the image.
"""

from pathlib import Path

from careen.errors import InputError
from careen.safety.pattern import pattern

from .names import parse_reference

# Endings of paths, in lower case: archives and file systems, packages, programs, and documents that list packages.
ENDINGS = (
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".oci", ".sif", ".squashfs",
    ".sqfs", ".sqsh", ".snap", ".deb", ".udeb", ".ipk", ".rpm", ".apk", ".whl", ".egg", ".gem", ".jar", ".war", ".ear",
    ".nupkg", ".exe", ".dll", ".json", ".jsonl", ".xml", ".spdx", ".rdf", ".yaml", ".yml", ".toml", ".lock", ".lockfile",
    ".txt", ".mod", ".purls", ".cdx", ".appimage",
)  # fmt: skip
_ID = pattern(r"[0-9a-f]{64}")  # the ID of an image: neither a name nor a path


def is_path(reference: str) -> bool:
    """Whether a reference without a prefix is a path: it is written as one, or cannot be the name of an image. Whether the path
    exists does not matter."""
    return is_written_as_path(reference) or not may_be_image(reference)


def is_written_as_path(reference: str) -> bool:
    """Whether the reference has the form of a path: it begins with ``/``, ``./`` or ``../``, or ends like a file's name."""
    if reference in (".", "..") or reference.startswith(("/", "./", "../")):
        return True
    last = reference.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return last.lower().endswith(ENDINGS)


def may_be_image(reference: str) -> bool:
    """Whether an engine or a registry may have an image with that name or ID."""
    try:
        parse_reference(reference)
    except InputError:
        return _ID.fullmatch(reference) is not None
    return True


def split_path(reference: str) -> tuple[Path, str]:
    """Splits ``PATH``, ``PATH:NAME`` and ``PATH@DIGEST`` into the longest existing path, and the rest.

    A path may contain colons itself (and starts with one letter and a colon on Windows), so that existence decides.
    """
    whole = Path(reference)
    if _is_there(whole):
        return whole, ""
    for at in sorted((at for at, letter in enumerate(reference) if letter in ":@"), reverse=True):
        path = Path(reference[:at])
        if at and _is_there(path):
            return path, reference[at + 1 :]
    return whole, ""


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # the name is too long, or contains a NUL
        return False
