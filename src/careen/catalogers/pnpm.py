"""npm packages in ``pnpm-lock.yaml`` (lock file versions 5, 6 and 9).

The reader uses the keys of ``packages``: ``/name/1.0_peers``, ``/name@1.0(peers)`` or ``name@1.0``; an entry's own ``name``
and ``version``, which a package from an address has, take precedence. Direct dependencies are always listed.
Packages that versions 5 and 6 mark as ``dev`` are left out; version 9 marks none. The first document of version 9 that locks
pnpm itself is left out.
Raises: ValueError if the file is not YAML.
**Source:** pnpm, lockfile types (the specification of lock file versions 5, 6 and 9).
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, text
from careen.formats.data.yaml_file import yaml_documents
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.npm_names import exact, split_spec
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

PNPM_ITSELF = {"configDependencies", "packageManagerDependencies"}


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    documents = [mapping(document) for document in yaml_documents(file.data)]
    yield from declared(
        CATALOGER.name, "npm", (pair for document in documents if not _locks_pnpm(document) for pair in _packages(document))
    )


def _locks_pnpm(document: dict[str, Any]) -> bool:
    importers = [mapping(importer) for importer in mapping(document.get("importers")).values()]
    return any(importers) and all(importer.keys() <= PNPM_ITSELF for importer in importers)


def _packages(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for importer in (document, *mapping(document.get("importers")).values()):
        for kind in ("dependencies", "optionalDependencies"):
            for name, entry in mapping(mapping(importer).get(kind)).items():
                if version := exact(text(entry) or text(mapping(entry).get("version"))):
                    yield name, version
    slashes = text(document.get("lockfileVersion")).startswith(("3", "4", "5"))
    for key, entry in mapping(document.get("packages")).items():
        entry = mapping(entry)
        if entry.get("dev") == "true":
            continue
        name, version = _from_key(key, slashes)
        yield text(entry.get("name")) or name, exact(text(entry.get("version"))) or exact(version)


def _from_key(key: str, slashes: bool) -> tuple[str, str]:
    """Name and version of a key. The host of the registry comes before the first slash, unless it is the default one."""
    host, slash, rest = key.partition("/")
    if slash and (not host or "." in host) and "@" not in host:
        key = rest
    if not slashes:
        return split_spec(key)
    parts = key.split("/")
    end = 2 if parts[0].startswith("@") else 1
    return "/".join(parts[:end]), "/".join(parts[end : end + 1])


CATALOGER = Cataloger(
    name="pnpm",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(names=("pnpm-lock.yaml",)), read),),
    limits="Workspaces, which have no entry of their own.",
)
