"""Opens an image in an OCI image layout, whether its blobs are in a folder or in a tar.

Source: OCI image-spec 1.1, image-layout.md; the annotations of containerd for names.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from msgspec.structs import replace

from careen.errors import InputError
from careen.model.image import Image, Platform
from careen.plugins import OpenContext
from careen.safety.digest import has_digest

from .archive import AGAIN, Archive
from .beside import asked_beside
from .layout_beside import InLayout
from .manifest import (
    MAX_CHILDREN,
    Descriptor,
    bind_layers,
    choose,
    is_digest,
    is_index,
    parse_config,
    parse_index,
    parse_manifest,
    platforms_offered,
    require,
)

NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")


def from_layout(archive: Archive, reference: str, wanted: str, context: OpenContext) -> Image:
    """The image in a layout. ``wanted`` is a tag, a name or a digest; "" if the layout has only one image."""
    image, chain = _opened(archive, reference, _select(archive, wanted), context)
    asked = asked_beside(context)
    if asked is None:
        return image
    from .referrers import attached_in

    return replace(image, attached=attached_in(InLayout(archive), [("", archive.read("index.json")), *chain], asked))


def from_entries(archive: Archive, reference: str, entries: tuple[Descriptor, ...], context: OpenContext) -> Image:
    """The image for the context's platform, found directly or through indexes from one of the entries."""
    return _opened(archive, reference, entries, context)[0]


def _opened(
    archive: Archive, reference: str, entries: tuple[Descriptor, ...], context: OpenContext
) -> tuple[Image, list[tuple[str, bytes]]]:
    """The image; and digest and bytes of the indexes that lead to it and of its manifest."""
    descriptor, chain = _resolve(archive, entries, context.platform)
    manifest = parse_manifest(chain[-1][1])
    config, diff_ids, platform = parse_config(_verified(archive, manifest.config))
    require(context.platform, platform)

    def opener(layer: Descriptor) -> Callable[[], BinaryIO]:
        return archive.opener(_path(layer))

    layers = bind_layers(manifest, config, diff_ids, opener, lambda layer: archive.has(_path(layer)))
    return Image(reference, "image", descriptor.digest, platform, config, layers), chain


def layout_platforms(archive: Archive, wanted: str) -> tuple[Platform, ...]:
    """The platforms of the image that ``wanted`` selects in the layout; empty if it is a single image without an index."""
    return platforms_of(archive, _select(archive, wanted))


def configs_named(archive: Archive, name: str) -> set[str]:
    """The digests of the configurations of all images that the layout has by this name; of all its images, if none has it."""
    entries = parse_index(archive.read("index.json"))
    waiting = [entry for entry in entries if name and any(_answers(own, name) for own in _names(entry))] or list(entries)
    found: set[str] = set()
    seen: set[str] = set()
    while waiting and len(seen) < MAX_CHILDREN:
        entry = waiting.pop()
        if entry.digest in seen or not archive.has(_path(entry)):
            continue
        seen.add(entry.digest)
        data = _verified(archive, entry)
        with suppress(InputError):  # something else than an image
            if is_index(data):
                waiting += parse_index(data)
            else:
                found.add(parse_manifest(data).config.digest)
    return found


def platforms_of(archive: Archive, entries: tuple[Descriptor, ...]) -> tuple[Platform, ...]:
    found: list[Platform] = []
    for entry in entries:
        data = _verified(archive, entry)
        if is_index(data):
            found += platforms_offered(parse_index(data))
        elif len(entries) > 1:
            found += platforms_offered((entry,))
    return tuple(found)


def _select(archive: Archive, wanted: str) -> tuple[Descriptor, ...]:
    """The chosen entries of ``index.json``: several only if they are the platforms of one image."""
    entries = parse_index(archive.read("index.json"))
    if not entries:
        raise InputError(f"{archive.name}: the layout contains no image", AGAIN)
    if is_digest(wanted):
        named = tuple(entry for entry in entries if entry.digest == wanted)
        return named or (Descriptor(wanted, -1),)
    if wanted:
        named = tuple(entry for entry in entries if any(_answers(name, wanted) for name in _names(entry)))
        if not named:
            offered = ", ".join(dict.fromkeys(name for entry in entries for name in _names(entry))) or "none has a name"
            raise InputError(
                f"{archive.name}: no image {wanted!r} here (offered: {offered})", "choose with PATH:NAME or PATH@DIGEST"
            )
        return named
    if len(entries) > 1:
        entries = InLayout(archive).images(entries)
    names = dict.fromkeys(_names(entry)[-1] for entry in entries if _names(entry))
    if len(names) > 1:
        raise InputError(
            f"{archive.name} holds {len(entries)} images: {', '.join(names)}", f"choose one: {archive.name}:{next(iter(names))}"
        )
    return entries


def _resolve(
    archive: Archive, entries: tuple[Descriptor, ...], platform: Platform | None
) -> tuple[Descriptor, list[tuple[str, bytes]]]:
    """The descriptor of the manifest for the platform, found through nested indexes; and digest and bytes of each
    document on the way.
    """
    chain: list[tuple[str, bytes]] = []
    for _ in range(5):
        chosen = choose(entries, platform)
        data = _verified(archive, chosen)
        chain.append((chosen.digest, data))
        if not is_index(data):
            return chosen, chain
        entries = parse_index(data)
    raise InputError(
        f"{archive.name}: image indexes are nested more than 5 deep",
        "no build tool makes such an image: check where it comes from",
    )


def _names(entry: Descriptor) -> list[str]:
    return [entry.annotations[key] for key in NAMES if entry.annotations.get(key)]


def _answers(name: str, wanted: str) -> bool:
    return name == wanted or name.endswith((f":{wanted}", f"/{wanted}"))


def _verified(archive: Archive, descriptor: Descriptor) -> bytes:
    data = archive.read(_path(descriptor))
    if not has_digest(data, descriptor.digest):
        raise InputError(f"{archive.name}: the bytes of {descriptor.digest} do not have that digest", AGAIN)
    return data


def _path(descriptor: Descriptor) -> str:
    return "blobs/" + descriptor.digest.replace(":", "/")
