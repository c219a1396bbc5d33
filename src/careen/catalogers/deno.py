"""Packages in ``deno.lock``: of npm, of JSR, and modules by address; packages in ``deno.json`` with an exact version.

Shape: JSON; ``npm`` and ``jsr`` map ``name@1.0`` to details, ``remote`` maps addresses to hashes. Version 3 has the first two
within ``packages``. An address with ``@version`` in its path is listed by the host and path before it ("deno.land/std");
other addresses name no version and are left out. JSR has no registered purl type: the cataloger uses ``jsr``.
Raises: ValueError if a file is not a JSON object.
**Source:** Deno, lock file and ``deno.json``; JSR.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data.plain import json_object, jsonc_object, mapping, text
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.npm_names import exact, split_spec
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MODULE = pattern(r"https?://([^/@?#]{1,253}(?:/[^/@?#]{1,100}){0,8}?)@v?([0-9][0-9A-Za-z.+-]{0,100})(?:/|$)")
SPECIFIER = pattern(r"(npm|jsr):/?((?:@[^/@]{1,100}/)?[^/@]{1,214})@=?([0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]{0,100})(?:/|$)")


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lock = json_object(file.data)
    remote = mapping(lock.get("remote")) if "version" in lock else lock  # version 1 is only the map of addresses
    parts = {**mapping(lock.get("packages")), **lock}
    for kind in ("npm", "jsr"):
        entries = mapping(parts.get(kind))
        yield from declared(CATALOGER.name, kind, _keys(mapping(entries.get("packages")) or entries))
    yield from declared(CATALOGER.name, "generic", _modules(remote))


def read_configuration(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    imports = [text(value) for value in mapping(jsonc_object(file.data).get("imports")).values()]
    specifiers = [found for value in imports if (found := SPECIFIER.match(value))]
    for kind in ("npm", "jsr"):
        yield from declared(CATALOGER.name, kind, ((found[2], found[3]) for found in specifiers if found[1] == kind))
    yield from declared(CATALOGER.name, "generic", _modules(imports))


def _keys(entries: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in entries:
        name, version = split_spec(key)
        yield name, exact(version)


def _modules(addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        if found := MODULE.match(address):
            yield found[1], found[2]


CATALOGER = Cataloger(
    name="deno",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(
        Reader(Wants(names=("deno.lock",)), read_lock),
        Reader(Wants(names=("deno.json", "deno.jsonc")), read_configuration),
    ),
    limits="Version ranges in deno.json, and modules whose address has no version.",
)
