"""Finds what a reference means: a bill of materials, a file or folder, or an image at an engine or a registry."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder
from careen.app.wiring import limits_of
from careen.config import Settings
from careen.errors import InputError, NetworkError, NotHereError
from careen.images.names import full_name, parse_reference
from careen.images.paths import is_path, is_written_as_path, split_path
from careen.model.image import Image, Platform
from careen.plugins import Fetcher, ImageSource, Named, OpenContext, Progress, SbomFormat, load, silent

log = logging.getLogger(__name__)

ALIASES = {"dir": "directory", "oci": "oci-layout", "oci-archive": "oci-layout", "docker-daemon": "docker"}
FOLDERS = ("oci-layout", "directory")  # what a path may be
LOCAL = ("sif", "squashfs", "file", "docker-archive", *FOLDERS)
REMOTE = ("docker", "podman", "registry")  # where a name is looked for, in this order
NAMED = (*REMOTE, "containerd")
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")  # of an image at an engine


def open_image(reference: str, settings: Settings, progress: Progress = silent, fetcher: Fetcher | None = None) -> Image:
    """The image behind a reference: a prefix and what it names, a path (``images.paths`` says what is one), or a name to
    look for at the engines and the registry."""
    context = open_context(settings, progress, fetcher)
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
                log.warning("%s; %s is looked for elsewhere (%s)", error, reference, error.hint)
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
    """``opened`` says which image it is, and from where: the report shows it."""
    image = source.open(reference, context)
    name = full_name(reference) if source.name in ("docker", "registry") and not _ID.fullmatch(reference) else reference
    image = replace(image, opened=f"{source.name}:{name}")
    return _with_tag(image, reference) if source.name in NAMED else image


def _local(reference: str, sources: Mapping[str, ImageSource]) -> str:
    """The image source of a path. Raises InputError where nothing is there."""
    if reference == "-":
        return "docker-archive"
    for name in FOLDERS if Path(reference).is_dir() else LOCAL:
        if sources[name].accepts(reference):
            return name
    if split_path(reference)[0].exists():
        return "docker-archive"  # which says what is wrong with it
    if not is_written_as_path(reference):
        parse_reference(reference)  # says why it is no image either
    raise InputError(f"{reference} does not exist", f"check the path; an image of that name is registry:{reference}")


def _path_of(reference: str) -> str:
    """How to name the path that is called like this image; "" where there is none."""
    return f"./{reference}" if split_path(reference)[0].exists() else ""


def _or_path(reference: str, hint: str) -> str:
    """A name is never a path: who meant the path that is there is told how to write it."""
    path = _path_of(reference)
    return f"{path}, if you mean that path; else {hint}" if path else hint


def _with_tag(image: Image, reference: str) -> Image:
    """What was asked for without a digest, or an image's ID at an engine, may be another image tomorrow."""
    is_digest = "@" in reference or _ID.fullmatch(reference)
    return image if is_digest else replace(image, tag=reference)


def is_single_file(image: Image) -> bool:
    """Whether it was opened from a file that is no archive or file system of any kind."""
    return image.opened.startswith("file:")


def platforms(reference: str, settings: Settings) -> tuple[Platform, ...]:
    """What a multi-platform image offers; empty where there is no choice."""
    if sbom_path(reference) is not None:
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
            return ()  # it has the image, and there is no choice
        except NotHereError:
            continue
    return ()


def open_context(settings: Settings, progress: Progress, fetcher: Fetcher | None = None) -> OpenContext:
    """What image sources may use, from the settings."""
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


def sbom_formats() -> tuple[SbomFormat, ...]:
    return load("careen.sboms", "SBOM_FORMAT", SbomFormat)


def sbom_path(reference: str) -> Path | None:
    """The file of a bill of materials: one named with ``sbom:``, or a path whose file turns out to be one."""
    from careen.sboms.file import recognised

    if reference.startswith("sbom:"):
        return Path(reference.removeprefix("sbom:"))
    path = Path(reference)
    return path if is_path(reference) and recognised(path, sbom_formats) else None


def _forced(reference: str) -> tuple[ImageSource | None, str]:
    """The image source that a prefix names, whatever lies in the working folder, and the rest of the reference."""
    prefix, colon, rest = reference.partition(":")
    if not colon or not rest:
        return None, reference
    source = image_sources().get(ALIASES.get(prefix, prefix))
    return (source, rest.removeprefix("//")) if source else (None, reference)
