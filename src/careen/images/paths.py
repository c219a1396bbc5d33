"""References that are paths of this machine: which ones are, and the part of the archive that they choose.

Whether a reference is a path is decided by its form alone. The content of the working folder does not matter: a file there
with the name of an image must not be scanned in its place.
"""

from pathlib import Path

from careen.errors import InputError
from careen.safety.pattern import pattern

from .names import parse_reference

# Endings of a path, in lower case: archives and file systems, packages, programs, and documents that name packages.
ENDINGS = (
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".oci", ".sif", ".squashfs",
    ".sqfs", ".sqsh", ".snap", ".deb", ".udeb", ".ipk", ".rpm", ".apk", ".whl", ".egg", ".gem", ".jar", ".war", ".ear",
    ".nupkg", ".exe", ".dll", ".json", ".jsonl", ".xml", ".spdx", ".rdf", ".yaml", ".yml", ".toml", ".lock", ".lockfile",
    ".txt", ".mod", ".purls", ".cdx", ".appimage",
)  # fmt: skip
_ID = pattern(r"[0-9a-f]{64}")  # of an image: neither a name nor a path


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
    """Whether an engine or a registry may have an image of that name, or of that ID."""
    try:
        parse_reference(reference)
    except InputError:
        return _ID.fullmatch(reference) is not None
    return True


def split_path(reference: str) -> tuple[Path, str]:
    """(path, choice): of ``PATH``, ``PATH:NAME`` and ``PATH@DIGEST``, the longest PATH that exists.

    A path may hold colons itself (and starts with one letter and a colon on Windows), so what exists decides.
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
    except (OSError, ValueError):  # longer than a name may be, or with a NUL
        return False
