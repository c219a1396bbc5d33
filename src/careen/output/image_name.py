"""The name of an image under which viewers keep one list from build to build, and the places of its files in a checkout."""

from pathlib import PurePath

from careen.model.image import Image

# The sources of images that are files and folders of this machine, by the prefix of their references.
_FILES = frozenset(("docker-archive", "oci-layout", "sif", "squashfs", "file", "sbom"))
_FOLDERS = frozenset(("directory",))


def lasting_name(image: Image) -> str:
    """A name of the image that is the same for each build and on each machine: without tag, digest and the folder of
    a checkout.

    A viewer keeps one list of alerts for each name.
    """
    reference = image.reference
    if image.kind == "files":
        return ", ".join(map(_in_checkout, reference.split(", ")))
    source = image.opened.partition(":")[0]
    if source in _FOLDERS:
        return _in_checkout(reference)
    name = reference.partition("@")[0]
    if source in _FILES:
        name = PurePath(name).name
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag and head not in _FILES else name


def file_in_checkout(image: Image, path: str) -> str:
    """The path below the working folder, if the checked files or the scanned folder lie in it; else ""."""
    if image.kind == "files":
        return path
    folder = PurePath(image.reference)
    outside = folder.is_absolute() or ".." in folder.parts
    is_folder = image.opened.partition(":")[0] in _FOLDERS
    return "" if outside or not is_folder or not path else (folder / path).as_posix()


def _in_checkout(path: str) -> str:
    """A path below the working folder unchanged; of any other path, its last part."""
    parts = PurePath(path)
    return parts.name if parts.is_absolute() or ".." in parts.parts else parts.as_posix()
