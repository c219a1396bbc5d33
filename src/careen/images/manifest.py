"""Parses index, manifest and configuration of an image from JSON, and chooses a platform.

Shape: ``parse_index`` returns the images in an index (without attestations), ``parse_manifest`` a configuration and
layers, ``parse_config`` the image's own settings, the claimed diff IDs and the platform; ``parse_artifact`` parses any other
manifest. Absent or null fields count as empty, as long as the image can be read without them. In a manifest or
configuration, a field of a type that no engine would load (a number for the user, a text for the size) is an error, since
its meaning would be lost; in an index it counts as empty, since the other images are not affected.
Raises: InputError if an image cannot be read, or a document is over its limit.
**Source:** OCI image-spec 1.1, descriptor.md, image-index.md, manifest.md, config.md; Docker image manifest v2 schema 2.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from careen.safety.digest import is_digest as is_digest

from ..errors import InputError, NoImageError
from ..model.image import History, ImageConfig, Layer, Parts, Platform
from .platforms import host_platform as host_platform
from .platforms import parse_platform as parse_platform
from .platforms import rank

INDEX_TYPES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFEST_TYPES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"  # the configuration of an artifact that has none
# Kinds of artifacts that no engine runs: charts, sources, policies, models, signatures.
_NOT_RUN = (
    *("application/vnd.cncf.helm.", "application/vnd.cncf.flux.", "application/vnd.cncf.openpolicyagent."),
    *(
        "application/vnd.cncf.model.",
        "application/vnd.cncf.notary.",
        "application/vnd.dev.cosign.",
        "application/vnd.dev.sigstore.",
    ),
)
CONFIG_TYPES = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json", "")

MANIFEST_BYTES = 4 * 1024 * 1024  # the limit of registries (OCI distribution-spec, "Pushing Manifests")
CONFIG_BYTES = 8 * 1024 * 1024
MAX_LAYERS = 4096  # overlayfs supports 500; an image with more than 4096 is an attack
MAX_CHILDREN = 4096


class Descriptor(Struct, frozen=True):
    """A reference to a blob. ``size_bytes`` is -1 if it is not stated."""

    digest: str
    size_bytes: int
    media_type: str = ""
    platform: Platform | None = None
    annotations: dict[str, str] = {}
    artifact_type: str = ""

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEX_TYPES


class Manifest(Struct, frozen=True):
    config: Descriptor
    layers: tuple[Descriptor, ...]
    media_type: str = ""


class Artifact(Struct, frozen=True):
    """A manifest of any kind. ``type`` is "" if it is not stated; ``subject`` is the digest of what it is about."""

    type: str
    subject: str
    layers: tuple[Descriptor, ...]
    annotations: dict[str, str]


def is_index(data: bytes) -> bool:
    """Whether a document is an index, by its content, because the media type is often absent or wrong."""
    document = _document(data, "manifest", MANIFEST_BYTES)
    return _text(document.get("mediaType")) in INDEX_TYPES or (
        isinstance(document.get("manifests"), list) and not isinstance(document.get("config"), dict)
    )


def parse_index(data: bytes) -> tuple[Descriptor, ...]:
    """The images and nested indexes that an index lists, in its order, without attestations and signatures."""
    document = _document(data, "index", MANIFEST_BYTES)
    entries = document.get("manifests")
    if not isinstance(entries, list):
        raise InputError("the image index is malformed: it lists no manifests", _AGAIN)
    if len(entries) > MAX_CHILDREN:
        raise InputError(f"the image index lists {len(entries)} manifests; the limit is {MAX_CHILDREN}", _HOSTILE)
    children = (_descriptor(entry, "an image index") for entry in entries if isinstance(entry, dict) and _is_image(entry))
    return tuple(children)


def platforms_offered(children: Iterable[Descriptor]) -> tuple[Platform, ...]:
    """The platform of each image of an index, in its order; ``unknown/unknown`` if it states none."""
    return tuple(child.platform or Platform("unknown", "unknown") for child in children)


def parse_manifest(data: bytes) -> Manifest:
    """The configuration and the layers, base first, of an image manifest."""
    document = _document(data, "manifest", MANIFEST_BYTES)
    if document.get("schemaVersion") == 1 or "fsLayers" in document or "signatures" in document:
        raise InputError(
            "the image has a manifest of the old schema 1, which has no digests to verify layers by",
            "push the image again with a Docker of 2017 or later",
        )
    config, layers = document.get("config"), document.get("layers")
    if not isinstance(config, dict):
        if isinstance(document.get("manifests"), list):
            raise InputError("there is an index instead of the manifest of an image", _AGAIN)
        raise InputError("the image manifest is malformed: it names no configuration", _AGAIN)
    if layers is not None and not isinstance(layers, list):
        raise InputError("the image manifest is malformed: its layers are not a list", _AGAIN)
    if len(layers or ()) > MAX_LAYERS:
        raise InputError(f"the image has {len(layers or ())} layers; the limit is {MAX_LAYERS}", _HOSTILE)
    manifest = Manifest(
        _strictly(config),
        tuple(map(_strictly, layers or ())),
        _text(document.get("mediaType")),
    )
    config_kind, kinds = manifest.config.media_type, [layer.media_type for layer in manifest.layers]
    has_documents = bool(kinds) and all(map(_is_document, kinds))
    if not has_documents and (config_kind in CONFIG_TYPES or any(map(_may_be_layer, kinds))):
        return manifest
    stated = _text(document.get("artifactType")) or config_kind
    # An engine may run another kind, such as WebAssembly, whatever the artifact calls itself.
    is_known = (stated if config_kind == EMPTY_TYPE else config_kind).startswith(_NOT_RUN)
    failure = NoImageError if has_documents or is_known else InputError
    shown = _shown(kinds[0] if has_documents else stated)
    raise failure(f"the reference names {shown}, which is not a container image", "name a container image")


def holds_no_image(data: bytes) -> bool:
    """Whether an index lists documents alone, or all that a manifest has are documents: signatures, SBOMs."""
    if is_index(data):
        return not parse_index(data)
    kinds = [layer.media_type for layer in parse_artifact(data).layers]
    return bool(kinds) and all(map(_is_document, kinds))


def _is_document(media_type: str) -> bool:
    """Whether the content is a signature, an attestation or an SBOM."""
    return media_type.endswith(("json", "xml")) or media_type.startswith("text/")


def _may_be_layer(media_type: str) -> bool:
    """Whether the content may be a layer: an archive, but not that of another kind of artifact, such as a chart."""
    own = not media_type.startswith("application/vnd.") or "layer" in media_type or "rootfs" in media_type
    return "tar" in media_type and own


def parse_entries(data: bytes) -> tuple[Descriptor, ...]:
    """All entries of an index, including attestations, but without entries that have no digest."""
    entries = _list(_document(data, "index", MANIFEST_BYTES).get("manifests"))
    return tuple(
        _descriptor(entry, "an index") for entry in entries if isinstance(entry, dict) and is_digest(_text(entry.get("digest")))
    )


def parse_artifact(data: bytes) -> Artifact:
    """Parses a manifest that need not be an image."""
    document = _document(data, "manifest", MANIFEST_BYTES)
    layers = _list(document.get("layers"))
    if len(layers) > MAX_LAYERS:
        raise InputError(f"the manifest has {len(layers)} layers; the limit is {MAX_LAYERS}", _HOSTILE)
    return Artifact(
        _text(document.get("artifactType")) or _text(_mapping(document.get("config")).get("mediaType")),
        _text(_mapping(document.get("subject")).get("digest")),
        tuple(_descriptor(layer, "the manifest") for layer in layers),
        {key: value for key, value in _mapping(document.get("annotations")).items() if isinstance(value, str)},
    )


def parse_config(data: bytes) -> tuple[ImageConfig, tuple[str, ...], Platform]:
    """The image's own settings, the diff IDs that it claims for its layers, and the platform for which it was built."""
    document = _document(data, "configuration", CONFIG_BYTES)
    _require_types(document, _CONFIG_TYPES, "the image configuration")
    settings = _mapping(document.get("config"))
    _require_types(settings, _SETTINGS_TYPES, "the image configuration")
    root = document.get("rootfs")
    diff_ids = _mapping(root).get("diff_ids")
    if (root is not None and not isinstance(root, dict)) or not isinstance(diff_ids, list | None):
        raise InputError("the image configuration is malformed: it does not list the layers", _AGAIN)
    if not all(isinstance(diff_id, str) and is_digest(diff_id) for diff_id in diff_ids or ()):
        raise InputError("the image configuration is malformed: a diff ID of its layers is not a digest", _AGAIN)
    config = ImageConfig(
        created=_text(document.get("created")) or None,
        user=_text(settings.get("User")),
        env=_texts(settings.get("Env")),
        entrypoint=_texts(settings.get("Entrypoint")),
        cmd=_texts(settings.get("Cmd")),
        working_dir=_text(settings.get("WorkingDir")),
        exposed_ports=tuple(_mapping(settings.get("ExposedPorts"))),
        volumes=tuple(_mapping(settings.get("Volumes"))),
        labels={key: value for key, value in _mapping(settings.get("Labels")).items() if isinstance(value, str)},
        history=tuple(_history(entry) for entry in _list(document.get("history"))),
        health_check=_texts(_mapping(settings.get("Healthcheck")).get("Test")),
        on_build=_texts(settings.get("OnBuild")),
    )
    return config, tuple(diff_ids or ()), _platform(document) or Platform("linux", "unknown")


def choose(descriptors: Iterable[Descriptor], platform: Platform | None, host: Platform | None = None) -> Descriptor:
    """The image of an index for a platform; ``platform`` None: the host's.

    If no platform is given and the index has a single image, this one is chosen, as with an image that has no index.
    Raises InputError that lists the offered platforms.
    """
    offered = tuple(descriptors)
    if not offered:
        raise InputError("the image index lists no image", "name another tag, or a digest")
    stated = [descriptor for descriptor in offered if descriptor.platform is not None] or offered
    if platform is None and len(stated) == 1:
        return stated[0]
    wanted = platform or host or host_platform()
    ranked = [(rank(wanted, descriptor.platform), descriptor) for descriptor in offered if descriptor.platform is not None]
    fitting = [pair for pair in ranked if pair[0] is not None]
    if fitting:
        return min(fitting, key=lambda pair: pair[0] or 0)[1]
    if len(offered) == 1 and offered[0].platform is None:
        return offered[0]  # its configuration states the platform: see ``require``
    names = list(dict.fromkeys(_shown(str(descriptor.platform)) for descriptor in offered if descriptor.platform is not None))
    raise InputError(
        f"the image is not there for {wanted}; offered: {', '.join(names) or 'images that name no platform'}",
        f"choose one with --platform, for example --platform {names[0]}" if names else "name the image by its digest",
    )


def require(wanted: Platform | None, offered: Platform) -> None:
    """Raises InputError if a platform is given, and the only image is of another one."""
    if wanted is not None and offered.architecture != "unknown" and rank(wanted, offered) is None:
        raise InputError(
            f"the image is not there for {wanted}; offered: {_shown(str(offered))}",
            f"leave --platform out, or give --platform {_shown(str(offered))}",
        )


def bind_layers(
    manifest: Manifest,
    config: ImageConfig,
    diff_ids: tuple[str, ...],
    opener: Callable[[Descriptor], Callable[[], BinaryIO]],
    has: Callable[[Descriptor], bool] = lambda _: False,
    parts: Callable[[Descriptor], Parts | None] = lambda _: None,
) -> tuple[Layer, ...]:
    """The layers of a manifest with their data in the configuration. ``opener`` returns the function that opens a
    layer. ``has`` is called for layers that need not be stored with the others; ``parts`` returns a reader of parts of
    a layer.
    """
    if diff_ids and len(diff_ids) != len(manifest.layers):
        raise InputError(
            f"the image manifest has {len(manifest.layers)} layers, but its configuration lists {len(diff_ids)}", _AGAIN
        )
    steps = created_by(config, len(manifest.layers))
    layers = []
    for index, layer in enumerate(manifest.layers):
        unread = _unread(layer, has)
        opened = _nothing if unread else opener(layer)
        diff_id = diff_ids[index] if diff_ids else ""
        by_parts = None if unread else parts(layer)
        layers.append(
            Layer(index, layer.digest, diff_id, layer.size_bytes, steps[index], opened, unread=unread, parts=by_parts)
        )
    return tuple(layers)


def _unread(layer: Descriptor, has: Callable[[Descriptor], bool]) -> str:
    """Why a layer cannot be read; "" if it can. Source: ocicrypt, "Encryption and decryption of layers"; OCI image-spec
    1.0, layer.md, "Non-Distributable Layers"."""
    if layer.media_type.endswith("+encrypted"):
        return f"it is encrypted ({_shown(layer.media_type)})"
    if ("nondistributable" in layer.media_type or ".foreign." in layer.media_type) and not has(layer):
        return f"it is not distributed with the image ({_shown(layer.media_type)})"
    return ""


def _nothing() -> BinaryIO:
    raise ValueError("the layer cannot be read")


def created_by(config: ImageConfig, layers: int) -> tuple[str, ...]:
    """The build step of each layer, ``""`` if the history does not state it. Steps without a layer are left out."""
    steps = [step.created_by for step in config.history if not step.empty_layer]
    return tuple(steps[:layers] + [""] * (layers - len(steps)))


# --- the parts of a document ----------------------------------------------------------------------------------------

_AGAIN = "build, save or push the image again"
_HOSTILE = "no build tool makes such an image: do not run it"
_NAMES = {str: "a text", bool: "true or false", int: "a number", dict: "an object", list: "a list"}
_CONFIG_TYPES = {"architecture": str, "os": str, "variant": str, "created": str, "config": dict, "history": list}
_SETTINGS_TYPES = {"User": str, "WorkingDir": str, "Env": list, "ExposedPorts": dict, "Volumes": dict, "Labels": dict}
_DESCRIPTOR_TYPES = {"mediaType": str, "size": int, "artifactType": str, "annotations": dict, "platform": dict, "urls": list}
_NO_PLATFORM = Platform("unknown", "unknown")
_ATTESTATION = "vnd.docker.reference.type"


def _document(data: bytes, what: str, limit: int) -> dict[str, Any]:
    if len(data) > limit:
        raise InputError(f"the image {what} has {len(data)} bytes; the limit is {limit}", _HOSTILE)
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"the image {what} is malformed: {error}", _AGAIN) from error
    if not isinstance(document, dict):
        kind = "null" if document is None else f"a {type(document).__name__}"
        raise InputError(f"the image {what} is malformed: it is {kind}, not an object", _AGAIN)
    return document


def _require_types(document: Mapping[str, Any], types: Mapping[str, type], where: str) -> None:
    for key, kind in types.items():
        value: Any = document.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise InputError(f"{where} is malformed: {key} is {_NAMES.get(type(value), 'a fraction')}", _AGAIN)
        if key == "Env" and not all(isinstance(variable, str) for variable in _list(value)):
            raise InputError(f"{where} is malformed: a variable in Env is not a text", _AGAIN)


def _is_image(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is an image, and not an attestation or a signature. Engines choose by the platform alone, which
    these do not have.

    Source: BuildKit, docs/attestations/attestation-storage.md; OCI ``subject``; containerd, core/images/image.go.
    """
    if _ATTESTATION not in _mapping(entry.get("annotations")) and not entry.get("artifactType"):
        return True
    return _platform(_mapping(entry.get("platform"))) not in (None, _NO_PLATFORM)


def _descriptor(entry: Any, where: str) -> Descriptor:
    digest, size = _mapping(entry).get("digest"), _mapping(entry).get("size")
    if not isinstance(digest, str) or not is_digest(digest):
        raise InputError(f"{where} is malformed: {_shown(digest)} is not a digest", _AGAIN)
    platform = _platform(_mapping(entry.get("platform")))
    return Descriptor(
        digest,
        size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else -1,
        _text(entry.get("mediaType")),
        None if platform == _NO_PLATFORM else platform,
        {key: value for key, value in _mapping(entry.get("annotations")).items() if isinstance(value, str)},
        _text(entry.get("artifactType")),
    )


def _strictly(entry: Any) -> Descriptor:
    where = "the image manifest"
    _require_types(_mapping(entry), _DESCRIPTOR_TYPES, where)
    if (_mapping(entry).get("size") or 0) < 0:
        raise InputError(f"{where} is malformed: a size is negative", _AGAIN)
    return _descriptor(entry, where)


def _platform(entry: Mapping[str, Any]) -> Platform | None:
    os, architecture = _text(entry.get("os")), _text(entry.get("architecture"))
    if not architecture:
        return None
    return Platform(os or "linux", architecture, _text(entry.get("variant")) or None)


def _history(entry: Any) -> History:
    step = _mapping(entry)
    return History(
        _text(step.get("created")), _text(step.get("created_by")), _text(step.get("comment")), step.get("empty_layer") is True
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):  # some builders write a command as one text
        return (value,)
    return tuple(part for part in _list(value) if isinstance(part, str))


def _shown(value: Any) -> str:
    """A value of the document for a message: short and without control characters."""
    text = value if isinstance(value, str) else "null" if value is None else type(value).__name__
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:120])
