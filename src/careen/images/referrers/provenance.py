"""Parses a SLSA provenance predicate: how something was built, by which builder, from which source, revision and
materials.

Shape: version 1 has ``buildDefinition`` and ``runDetails``, versions 0.1 and 0.2 have ``builder``, ``invocation`` (or
``recipe``) and ``materials``. BuildKit stores the repository that it was called in under a key of its own.
**Source:** SLSA provenance v1, v0.2, v0.1; BuildKit, docs/attestations/slsa-definitions.md.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import mapping, sequence, text

PREFIX = "https://slsa.dev/provenance/"
MAX_TEXT = 2000
_BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"


class Built(Struct, frozen=True):
    builder: str
    source: str
    revision: str
    materials: tuple[tuple[str, str | None], ...]  # (URI, digest)


def built(predicate: Mapping[str, Any]) -> Built:
    """The provenance in a predicate. Fields that are absent, or have another shape, are empty."""
    definition, run = mapping(predicate.get("buildDefinition")), mapping(predicate.get("runDetails"))
    if definition or run:
        builder, metadata = mapping(run.get("builder")), mapping(run.get("metadata"))
        given, materials = mapping(definition.get("externalParameters")), definition.get("resolvedDependencies")
        metadata = {**metadata, **mapping(metadata.get("buildkit_metadata"))}
    else:
        builder, metadata = mapping(predicate.get("builder")), mapping(predicate.get("metadata"))
        given, materials = mapping(predicate.get("invocation")), predicate.get("materials")
    found = tuple(_material(mapping(material)) for material in sequence(materials))
    workflow, configured = mapping(given.get("workflow")), mapping(given.get("configSource"))
    vcs = mapping(metadata.get("vcs")) or mapping(mapping(metadata.get(_BUILDKIT)).get("vcs"))
    source = _short(workflow.get("repository")) or _short(configured.get("uri")) or _short(vcs.get("source"))
    # A git source among the materials, if no other field has a source.
    source = source or next((uri for uri, _ in found if uri.startswith("git+")), "")
    revision = _short(vcs.get("revision")) or _digest(configured)
    revision = revision or next((digest or "" for uri, digest in found if source and _same(uri, source)), "")
    return Built(_short(builder.get("id")), source, revision or _short(workflow.get("ref")), found)


def _material(one: dict[str, Any]) -> tuple[str, str | None]:
    return _short(one.get("uri")) or _short(one.get("name")), _digest(one) or None


def _digest(one: dict[str, Any]) -> str:
    """The digest of a material, as ``sha256:…``; for git (``sha1``, ``gitCommit``) only the commit."""
    digests = {name: value for name, value in mapping(one.get("digest")).items() if isinstance(value, str) and value}
    for name in ("sha256", "sha512"):
        if name in digests:
            return f"{name}:{_short(digests[name])}"
    return next((_short(digests[name]) for name in ("gitCommit", "sha1") if name in digests), "")


def _same(uri: str, source: str) -> bool:
    """Whether the material is this repository, at any revision."""
    return uri == source or uri.removeprefix("git+").partition("@")[0] == source.removeprefix("git+").partition("@")[0]


def _short(value: Any) -> str:
    return text(value)[:MAX_TEXT]
