"""Images of containerd, read from its own folder, without its daemon: ``containerd:NAME`` or ``containerd:FOLDER:NAME``.

Names are looked up in the metadata database of every name space (Kubernetes keeps its images in ``k8s.io``), blobs are
those of the content store. ``FOLDER@DIGEST`` needs no name. A database that containerd is writing to is read as it was.
The daemon's socket offers only gRPC, for which Careen has no client; users of the socket may read the folder as well.
Raises: InputError if there is no such store or image, or a blob is not in it: containerd may have discarded layers.
**Source:** containerd 2.0, ``docs/content-flow.md``, ``core/metadata/buckets.go``.
"""

from collections.abc import Iterator
from pathlib import Path

from careen.errors import InputError
from careen.images.archive import FolderArchive
from careen.images.layout import from_entries, platforms_of
from careen.images.manifest import Descriptor, is_digest
from careen.images.names import parse_reference
from careen.images.paths import is_path, split_path
from careen.model.image import Image, Platform
from careen.plugins import ImageSource, OpenContext

from .boltdb import Bolt, Bucket

# Its own folder, and those of Kubernetes distributions that bring a containerd of their own.
ROOTS = ("/var/lib/containerd", "/var/lib/rancher/k3s/agent/containerd", "/var/lib/rancher/rke2/agent/containerd",
         "/var/snap/microk8s/common/var/lib/containerd", "/var/lib/k0s/containerd")  # fmt: skip
SOCKETS = ("/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock")
CONTENT = "io.containerd.content.v1.content"
METADATA = "io.containerd.metadata.v1.bolt/meta.db"


def open_image(reference: str, context: OpenContext) -> Image:
    root, entries = _found(reference)
    return from_entries(FolderArchive(root / CONTENT), reference, entries, context)


def platforms(reference: str, context: OpenContext) -> tuple[Platform, ...]:
    root, entries = _found(reference)
    return platforms_of(FolderArchive(root / CONTENT), entries)


def _found(reference: str) -> tuple[Path, tuple[Descriptor, ...]]:
    path, wanted = split_path(reference)
    # A folder in the working folder with the name of an image is not containerd's.
    root, wanted = (path, wanted) if is_path(reference) and path.is_dir() else (_root(reference), reference)
    if not _is_store(root, wanted):
        raise InputError(f"{root} is not a folder of containerd: it has no {CONTENT}", "write containerd:FOLDER:NAME")
    if is_digest(wanted):
        return root, (Descriptor(wanted, -1),)
    images = dict(_images(root / METADATA))
    for name in (wanted, *_completed(wanted)):
        if name in images:
            return root, (Descriptor(images[name], -1),)
    offered = ", ".join(sorted(name for name in images if not name.startswith("sha256:"))[:10]) or "none"
    what = f"containerd has no image {wanted!r}" if wanted else f"{root} holds {len(images)} images"
    raise InputError(f"{what} (there are {offered})", "write containerd:NAME or containerd:FOLDER:NAME")


def _root(wanted: str) -> Path:
    """The folder of this machine's containerd. Raises InputError if there is none."""
    for root in ROOTS:
        if _is_store(Path(root), wanted):
            return Path(root)
    socket = next((path for path in SOCKETS if Path(path).exists()), None)
    if socket:
        raise InputError(
            f"containerd listens at {socket}, but its folder is not {ROOTS[0]}",
            f"write containerd:FOLDER:NAME with the root of its config.toml, or pipe: {_piped(wanted)}",
        )
    return Path(ROOTS[0])


def _is_store(root: Path, wanted: str) -> bool:
    try:
        return (root / CONTENT / "blobs").is_dir()
    except PermissionError:
        hint = f"run careen as root, or pipe what containerd exports: {_piped(wanted)}"
        raise InputError(f"{root} cannot be read: it belongs to root alone", hint) from None


def _piped(wanted: str) -> str:
    return f"sudo ctr -n k8s.io images export - {wanted or 'NAME'} | careen scan -"


def _images(database: Path) -> Iterator[tuple[str, str]]:
    """The name and digest of the images in all name spaces."""
    try:
        with database.open("rb") as file:
            bolt = Bolt(file)
            spaces = bolt.bucket(b"v1")
            for space, _ in bolt.items(spaces) if spaces else ():
                images = bolt.bucket(b"v1", space, b"images")
                for name, image in bolt.items(images) if images else ():
                    digest = _target(bolt, image) if isinstance(image, Bucket) else ""
                    if is_digest(digest):
                        yield name.decode("utf-8", "replace"), digest
    except OSError as error:
        raise InputError(f"{database} cannot be read: {error.strerror}", "it is readable by root alone") from None
    except ValueError as error:
        raise InputError(
            f"{database} is not a database of containerd: {error}", "name the image by digest: FOLDER@DIGEST"
        ) from None


def _target(bolt: Bolt, image: Bucket) -> str:
    target = dict(bolt.items(image)).get(b"target")
    digest = dict(bolt.items(target)).get(b"digest") if isinstance(target, Bucket) else None
    return digest.decode("ascii", "replace") if isinstance(digest, bytes) else ""


def _completed(name: str) -> tuple[str, ...]:
    """The full form of a name, under which containerd stores it: ``docker.io/library/nginx:latest`` for ``nginx``."""
    try:
        found = parse_reference(name)
    except InputError:
        return ()
    place = f"{found.registry}/{found.repository}"
    return (f"{place}@{found.digest}",) if found.digest else (f"{place}:{found.tag}",)


IMAGE_SOURCE = ImageSource(
    name="containerd",
    open=open_image,
    accepts=lambda reference: False,  # only with its prefix
    platforms=platforms,
    description="an image in containerd's own folder (/var/lib/containerd), by name or digest",
)
