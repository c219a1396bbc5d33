"""An OCI image layout in a folder, as skopeo, BuildKit, crane and umoci write them; for a layout in a tar, see
docker_archive.

Source: OCI image-spec 1.1, image-layout.md.
"""

from careen.errors import InputError
from careen.model.image import Image, Platform
from careen.plugins import ImageSource, OpenContext

from .archive import FolderArchive
from .layout import from_layout, layout_platforms
from .paths import split_path


def open_image(reference: str, context: OpenContext) -> Image:
    """Opens ``FOLDER[:NAME]`` or ``FOLDER@DIGEST``; a tar of a layout is opened as well."""
    path, wanted = split_path(reference)
    if path.is_file():
        from . import docker_archive

        return docker_archive.open_image(reference, context)
    if not (path / "index.json").is_file():
        raise InputError(
            f"{path} is not an OCI layout: it has no index.json" if path.exists() else f"{path} does not exist",
            "a root file system is scanned as directory:PATH" if path.is_dir() else "check the path",
        )
    return from_layout(FolderArchive(path), reference, wanted, context)


def platforms(reference: str, context: OpenContext) -> tuple[Platform, ...]:
    path, wanted = split_path(reference)
    if path.is_file():
        from . import docker_archive

        return docker_archive.platforms(reference, context)
    return layout_platforms(FolderArchive(path), wanted) if (path / "index.json").is_file() else ()


def _accepts(reference: str) -> bool:
    path = split_path(reference)[0]
    return path.is_dir() and (path / "index.json").is_file()


IMAGE_SOURCE = ImageSource(
    name="oci-layout",
    open=open_image,
    accepts=_accepts,
    platforms=platforms,
    description="a folder or tar with an OCI image layout",
)
