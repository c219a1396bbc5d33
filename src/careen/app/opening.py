"""Opens a reference: an SBOM, a file or folder, or an image of an engine or a registry."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder
from careen.app.documents import document_of
from careen.app.wiring import limits_of
from careen.config import Settings
from careen.errors import InputError, NetworkError, NotHereError
from careen.images.names import full_name, parse_reference
from careen.images.paths import is_path, is_written_as_path, split_path
from careen.log import logger
from careen.model.image import Image, Platform
from careen.plugins import Fetcher, ImageSource, Named, OpenContext, Progress, silent
from careen.safety.pattern import pattern

if TYPE_CHECKING:
    from careen.signing.trust import Trust

log = logger(__name__)

ALIASES = {
    "dir": "directory", "oci": "oci-layout", "oci-archive": "oci-layout", "oci-dir": "oci-layout", "docker-daemon": "docker",
    "singularity": "sif",
}  # fmt: skip
FOLDERS = ("oci-layout", "directory")  # image sources to try for a path that is a folder
LOCAL = ("sif", "squashfs", "appimage", "file", "docker-archive", *FOLDERS)
REMOTE = ("docker", "podman", "registry")  # image sources to try for a name, in this order
NAMED = (*REMOTE, "containerd")
_ID = pattern(r"(?:sha256:)?[0-9a-f]{12,64}")  # the ID of an image in an engine


def open_image(
    reference: str,
    settings: Settings,
    progress: Progress = silent,
    fetcher: Fetcher | None = None,
    *,
    trust: "Trust | None" = None,
) -> Image:
    """Opens the image of a reference: a prefix with a name, a path (``images.paths`` defines it), or a name to look up
    in the engines and the registry. ``trust``: also read and verify its attached documents, with these keys instead of
    those in the settings.
    """
    context = open_context(settings, progress, fetcher)
    if trust is not None:
        context = replace(context, settings={**context.settings, "trust": trust})
    forced, rest = _forced(reference)
    if forced:
        return _opened(forced, rest, context)
    sources = image_sources()
    if is_path(reference):
        return _opened(sources[_local(reference, sources)], reference, context)
    missing: list[str] = []
    for name in REMOTE:
        try:
            image = _opened(sources[name], reference, context)
        except NotHereError as error:
            missing.append(f"{name}: {error}")
            if error.chosen:
                log.warning("%s; %s is looked up elsewhere (%s)", error, reference, error.hint)
            log.debug("%s has no %s: %s", name, reference, error)
        except NetworkError as error:
            hint = f"{error.hint} ({'; '.join(missing)})" if missing else error.hint
            raise NetworkError(str(error), _or_path(reference, hint)) from error
        except InputError as error:
            raise InputError(str(error), _or_path(reference, error.hint)) from error
        else:
            if _path_of(reference):
                log.warning("%s is the image %s here; the path is %s", reference, image.opened, _path_of(reference))
            return image
    raise InputError(f"{reference} was not found ({'; '.join(missing)})", _or_path(reference, "check the name"))


def _opened(source: ImageSource, reference: str, context: OpenContext) -> Image:
    """Opens the image with one source. Its field ``opened`` has the source and the name for the report."""
    image = source.open(reference, context)
    name = full_name(reference) if source.name in ("docker", "registry") and not _ID.fullmatch(reference) else reference
    image = replace(image, opened=f"{source.name}:{name}")
    return _with_tag(image, reference) if source.name in NAMED else image


def _local(reference: str, sources: Mapping[str, ImageSource]) -> str:
    """The name of the image source for a path. Raises InputError if nothing exists there."""
    if reference == "-":
        return "docker-archive"
    for name in FOLDERS if Path(reference).is_dir() else LOCAL:
        if sources[name].accepts(reference):
            return name
    if split_path(reference)[0].exists():
        return "docker-archive"  # its error states what is wrong with the file
    if not is_written_as_path(reference):
        parse_reference(reference)  # raises if it is not a valid name of an image either
    raise InputError(f"{reference} does not exist", f"check the path; an image of that name is registry:{reference}")


def _path_of(reference: str) -> str:
    """The text for the path with the same name as this image; "" if no such path exists."""
    return f"./{reference}" if split_path(reference)[0].exists() else ""


def _or_path(reference: str, hint: str) -> str:
    """The hint; if a path with this name exists, also how to write it, because a bare name never means a path."""
    path = _path_of(reference)
    return f"{path}, if you mean that path; else {hint}" if path else hint


def _with_tag(image: Image, reference: str) -> Image:
    """The image with the reference as its tag, unless that has a digest or an ID: a tag may mean another image
    tomorrow.
    """
    is_digest = "@" in reference or _ID.fullmatch(reference)
    return image if is_digest else replace(image, tag=reference)


def is_single_file(image: Image) -> bool:
    """Whether the image was opened from a single file that is not an archive or a file system."""
    return image.opened.startswith("file:")


def platforms(reference: str, settings: Settings) -> tuple[Platform, ...]:
    """The platforms of a multi-platform image; empty for any other reference."""
    if document_of(reference) is not None:
        return ()
    context = open_context(settings, silent)
    forced, rest = _forced(reference)
    if forced:
        return forced.platforms(rest, context) if forced.platforms else ()
    sources = image_sources()
    for name in (_local(reference, sources),) if is_path(reference) else REMOTE:
        lister = sources[name].platforms
        try:
            if lister:
                return lister(reference, context)
            sources[name].open(reference, context)
            return ()  # the image is found here, and is for one platform
        except NotHereError:
            continue
    return ()


def open_context(settings: Settings, progress: Progress, fetcher: Fetcher | None = None) -> OpenContext:
    """The context for image sources, from the settings."""
    from careen.images.platforms import parse_platform

    values = {key: value for key, value in msgspec.structs.asdict(settings).items() if value is not None}
    values["limits"] = limits_of(settings)
    return OpenContext(
        platform=parse_platform(settings.platform) if settings.platform else None,
        fetcher=fetcher,
        cache=None if settings.no_cache else cache_folder(settings),
        progress=progress,
        settings=values,
    )


def image_sources() -> Mapping[str, ImageSource]:
    return Named("careen.images", "IMAGE_SOURCE", ImageSource)


def _forced(reference: str) -> tuple[ImageSource | None, str]:
    """The image source of a prefix, and the rest of the reference; None without a known prefix. Files in the working
    folder have no influence.
    """
    prefix, colon, rest = reference.partition(":")
    if not colon or not rest:
        return None, reference
    source = image_sources().get(ALIASES.get(prefix, prefix))
    return (source, rest.removeprefix("//")) if source else (None, reference)
