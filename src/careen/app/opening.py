"""Finds what a reference means: a bill of materials, a file or folder, or an image at an engine or a registry."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from careen.app.wiring import cache_folder, limits_of
from careen.config import Settings
from careen.errors import InputError, NetworkError, NotHereError
from careen.model.image import Image, Platform
from careen.plugins import Fetcher, ImageSource, Named, OpenContext, Progress, SbomFormat, load, silent

log = logging.getLogger(__name__)

ALIASES = {"dir": "directory", "oci": "oci-layout", "oci-archive": "oci-layout", "docker-daemon": "docker"}
FOLDERS = ("oci-layout", "directory")  # what a path may be
LOCAL = ("sif", "squashfs", "file", "docker-archive", *FOLDERS)
REMOTE = ("docker", "podman", "registry")  # where a name is looked for, in this order
NAMED = (*REMOTE, "containerd")


def open_image(reference: str, settings: Settings, progress: Progress = silent, fetcher: Fetcher | None = None) -> Image:
    """The image behind a reference: a path, a prefix and what it names, or a name to look for at the engines and registry."""
    context = open_context(settings, progress, fetcher)
    forced, rest = _forced(reference)
    if forced:
        return _with_tag(forced.open(rest, context), rest) if forced.name in NAMED else forced.open(rest, context)
    sources = image_sources()
    for name in FOLDERS if Path(reference).is_dir() else LOCAL:
        if sources[name].accepts(reference):
            return sources[name].open(reference, context)
    if reference.startswith(("/", "./", "../", "~")) or reference.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst")):
        raise InputError(f"{reference} does not exist", "check the path")
    missing: list[str] = []
    for name in REMOTE:
        try:
            return _with_tag(sources[name].open(reference, context), reference)
        except NotHereError as error:
            missing.append(f"{name}: {error}")
            if error.chosen:
                log.warning("%s; %s is looked for elsewhere (%s)", error, reference, error.hint)
            log.debug("%s has no %s: %s", name, reference, error)
        except NetworkError as error:
            raise NetworkError(str(error), f"{error.hint} ({'; '.join(missing)})" if missing else error.hint) from error
    raise InputError(f"{reference} was not found ({'; '.join(missing)})", "check the name")


def _with_tag(image: Image, reference: str) -> Image:
    """What was asked for without a digest, or an image's ID at an engine, may be another image tomorrow."""
    is_digest = "@" in reference or re.fullmatch(r"(?:sha256:)?[0-9a-f]{12,64}", reference) is not None
    return image if is_digest else replace(image, tag=reference)


def is_single_file(reference: str) -> bool:
    """Whether a reference is a file that is no archive or file system of any kind."""
    sources = image_sources()
    return next((name for name in LOCAL if sources[name].accepts(reference)), "") == "file"


def platforms(reference: str, settings: Settings) -> tuple[Platform, ...]:
    """What a multi-platform image offers; empty where there is no choice."""
    if sbom_path(reference) is not None:
        return ()
    context = open_context(settings, silent)
    forced, rest = _forced(reference)
    if forced:
        return forced.platforms(rest, context) if forced.platforms else ()
    sources = image_sources()
    for name in (*LOCAL, *REMOTE):
        if name in LOCAL and not sources[name].accepts(reference):
            continue
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
        cache=None if settings.no_cache else cache_folder(settings.cache_dir),
        progress=progress,
        settings=values,
    )


def image_sources() -> Mapping[str, ImageSource]:
    return Named("careen.images", "IMAGE_SOURCE", ImageSource)


def sbom_formats() -> tuple[SbomFormat, ...]:
    return load("careen.sboms", "SBOM_FORMAT", SbomFormat)


def sbom_path(reference: str) -> Path | None:
    """The file of a bill of materials: one named with ``sbom:``, or a file that turns out to be one."""
    from careen.sboms.file import recognised

    if Path(reference).exists():
        return Path(reference) if recognised(Path(reference), sbom_formats) else None
    return Path(reference.removeprefix("sbom:")) if reference.startswith("sbom:") else None


def _forced(reference: str) -> tuple[ImageSource | None, str]:
    prefix, colon, rest = reference.partition(":")
    if not colon or not rest or Path(reference).exists():
        return None, reference
    sources = image_sources()
    source = sources.get(ALIASES.get(prefix, prefix))
    return (source, rest.removeprefix("//")) if source else (None, reference)
