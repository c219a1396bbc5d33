"""Archives that ``docker save`` writes: a tar with ``manifest.json``, in all the forms of its versions.

Shape: ``manifest.json`` is a list of ``{"Config": name, "RepoTags": [...], "Layers": [names]}``; since Docker 25 the same
tar is an OCI layout as well, and BuildKit's ``--output type=oci`` is that alone. Gzip, zstd, xz or bzip2 around the tar,
members with a leading "./" and several images in one file all occur in practice. ``-`` is standard input.
Some engines load the image of ``manifest.json``, others that of ``index.json``: they have to be the same.
Source: moby image-spec v1.2, "Combined Image JSON + Filesystem Changeset Format".
"""

import hashlib
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from careen.errors import InputError
from careen.model.image import Image, Layer, Platform
from careen.plugins import ImageSource, OpenContext, Progress
from careen.safety.budget import Limits
from careen.safety.digest import has_digest

from .archive import AGAIN
from .beside import asked_beside
from .layout import configs_named, from_layout, layout_platforms
from .manifest import MAX_LAYERS, created_by, is_digest, parse_config, require
from .paths import split_path
from .tar_archive import TarArchive, open_archive


def open_image(reference: str, context: OpenContext) -> Image:
    """Opens ``PATH[:NAME]``, ``PATH@DIGEST`` or ``PATH@N`` (the N-th image, from 0); ``-`` means standard input."""
    archive, wanted = _blobs(reference, context)
    return _image(archive, reference, wanted, context)


def open_file(path: Path, reference: str, context: OpenContext) -> Image:
    """The only image of an archive that an engine exported to ``path``."""
    archive = open_archive(path.open("rb"), str(path), _limits(context), context.progress, lasting=False)
    return _image(archive, reference, "", context)


def platforms(reference: str, context: OpenContext) -> tuple[Platform, ...]:
    if reference == "-":
        return ()  # standard input can be read only once
    archive, wanted = _blobs(reference, context)
    return () if archive.has("manifest.json") else layout_platforms(archive, wanted)


def _blobs(reference: str, context: OpenContext) -> tuple[TarArchive, str]:
    if reference == "-":
        if sys.stdin.buffer.isatty():
            raise InputError("standard input is a terminal", "pipe an archive in: docker save IMAGE | careen scan -")
        return open_archive(sys.stdin.buffer, "standard input", _limits(context), context.progress, lasting=False), ""
    path, wanted = split_path(reference)
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the path and its permissions") from error
    if reference.endswith(f"@{wanted}") and wanted.isascii() and wanted.isdigit():
        wanted = f"@{wanted}"  # a number after @, because "PATH:1" means the tag 1
    return open_archive(file, str(path), _limits(context), context.progress, lasting=True), wanted


def _image(archive: TarArchive, reference: str, wanted: str, context: OpenContext) -> Image:
    is_layout, is_saved = archive.has("index.json"), archive.has("manifest.json")
    if is_layout and not wanted.startswith("@") and (not is_saved or asked_beside(context) is not None):
        return from_layout(archive, reference, wanted, context)  # of both, only the layout has signatures and attestations
    if is_saved:
        return _from_manifest(archive, reference, wanted, context)
    why = f": {archive.trouble}" if archive.trouble else ""
    raise InputError(
        f"{archive.name} is not an archive of an image{why or ': it has neither manifest.json nor index.json'}",
        "make one with: docker save IMAGE -o FILE.tar; a root file system is scanned as a folder",
    )


def _from_manifest(archive: TarArchive, reference: str, wanted: str, context: OpenContext) -> Image:
    entry = _select(archive, wanted)
    config_path, paths = entry.get("Config"), entry.get("Layers") or []
    if not isinstance(config_path, str) or not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise InputError(f"{archive.name}: manifest.json is malformed", AGAIN)
    if len(paths) > MAX_LAYERS:
        raise InputError(f"{archive.name}: {len(paths)} layers are more than an image can have", AGAIN)
    data = archive.read(_clean(config_path))
    if not wanted.startswith("@") and not is_digest(wanted):
        _require_agreement(archive, _tags(entry), "sha256:" + hashlib.sha256(data).hexdigest())
    promised = _promised(_clean(config_path))
    if promised and not has_digest(data, promised):
        raise InputError(f"{archive.name}: the bytes of {promised} do not have that digest", AGAIN)
    config, diff_ids, platform = parse_config(data)
    require(context.platform, platform)
    if diff_ids and len(diff_ids) != len(paths):
        raise InputError(f"{archive.name}: {len(paths)} layers, but the configuration lists {len(diff_ids)}", AGAIN)
    steps = created_by(config, len(paths))
    layers = []
    for index, raw in enumerate(paths):
        path = _clean(raw)
        digest = _promised(path)
        report = None if digest else partial(_report, context.progress, index, archive.size(path))  # else the hashing reports
        layers.append(
            Layer(
                index,
                digest,
                diff_ids[index] if diff_ids else "",
                archive.size(path),
                steps[index],
                archive.opener(path, report),
                archive.identity(path),
            )
        )
    digest = "sha256:" + hashlib.sha256(data).hexdigest()  # the image's id: an archive keeps no manifest digest
    return Image(reference, "image", digest, platform, config, tuple(layers))


def _require_agreement(archive: TarArchive, tags: list[str], config: str) -> None:
    if archive.has("index.json") and not all(config in configs_named(archive, tag) for tag in tags or [""]):
        raise InputError(
            f"{archive.name} holds two images of one name: engines load that of manifest.json or that of index.json",
            f"save the image again, or choose one of manifest.json by its number: {archive.name}@0",
        )


def _promised(path: str) -> str:
    """The digest in the name of a member, as in a layout; "" if there is none."""
    name = path.removeprefix("blobs/").replace("/", ":")
    return name if is_digest(name) else ""


def _report(progress: Progress, index: int, size: int, done: int) -> None:
    progress(f"layer {index}", min(done, size - 1), size)  # the reader reports the end


def _select(archive: TarArchive, wanted: str) -> dict[str, Any]:
    try:
        entries = msgspec.json.decode(archive.read("manifest.json"), type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"{archive.name}: manifest.json is malformed: {error}", AGAIN) from error
    if not entries:
        raise InputError(f"{archive.name}: manifest.json lists no image", AGAIN)
    number = wanted.removeprefix("@")
    if number != wanted and number.isascii() and number.isdigit() and len(number) < 7 and int(number) < len(entries):
        return entries[int(number)]
    if wanted:
        for entry in entries:
            if any(tag == wanted or tag.endswith((f":{wanted}", f"/{wanted}")) for tag in _tags(entry)):
                return entry
            if str(entry.get("Config", "")).split("/")[-1].removesuffix(".json") == wanted.removeprefix("sha256:"):
                return entry
    offered = [tag for entry in entries for tag in _tags(entry)] or [f"@{number}" for number in range(len(entries))]
    if wanted:
        raise InputError(f"{archive.name}: no image {wanted!r} here (offered: {', '.join(offered)})", "choose with PATH:NAME")
    if len(entries) > 1:
        join = "" if offered[0].startswith("@") else ":"
        raise InputError(
            f"{archive.name} holds {len(entries)} images: {', '.join(offered)}", f"choose one: {archive.name}{join}{offered[0]}"
        )
    return entries[0]


def _tags(entry: dict[str, Any]) -> list[str]:
    tags = entry.get("RepoTags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _clean(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _limits(context: OpenContext) -> Limits:
    return context.settings.get("limits") or Limits()


def _accepts(reference: str) -> bool:
    return reference == "-" or split_path(reference)[0].is_file()


IMAGE_SOURCE = ImageSource(
    name="docker-archive",
    open=open_image,
    accepts=_accepts,
    platforms=platforms,
    description="a file written by docker save, podman save or BuildKit, compressed or not; - for standard input",
)
