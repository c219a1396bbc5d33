"""npm packages in ``package-lock.json`` or ``npm-shrinkwrap.json`` (lock file versions 1, 2 and 3).

Development, optional and peer dependencies are listed as npm locks them, workspaces too; the application itself is not.
An alias is listed under the name of the package that it refers to; a package from an address or folder has no version.
Versions 2 and 3 state the licence of each package.
Raises: ValueError if the file is not a JSON object.
**Source:** npm, package-lock.json.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.npm_licences import npm_licences
from careen.formats.packages.npm_names import exact, registry_name, split_spec
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

MAX_DEPTH = 64


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lock = json_object(file.data)
    packages = mapping(lock.get("packages"))
    if not packages:
        yield from declared(CATALOGER.name, "npm", _dependencies(mapping(lock.get("dependencies")), 0))
        return
    found = [*_packages(packages)]
    licences = {(name, version): tuple(npm_licences(entry.get("license"))) for name, version, entry in found}
    for package in declared(CATALOGER.name, "npm", ((name, version) for name, version, _ in found)):
        yield replace(package, licenses=licences.get((package.name, package.version), ()))


def _packages(packages: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The packages of versions 2 and 3, which list them by path from the project's folder ("")."""
    names = {text(mapping(entry).get("resolved")): _folder_name(path) for path, entry in packages.items() if _is_link(entry)}
    for path, entry in packages.items():
        if not path or not isinstance(entry, dict) or _is_link(entry):
            continue
        name = text(entry.get("name")) or names.get(path) or _folder_name(path)
        yield name, exact(text(entry.get("version"))), entry


def _dependencies(dependencies: dict[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """The packages of version 1, which lists them by name, nested."""
    if depth > MAX_DEPTH:
        raise ValueError(f"dependencies nested more than {MAX_DEPTH} deep")
    for name, entry in dependencies.items():
        if not isinstance(entry, dict):
            continue
        version = text(entry.get("version"))
        if version.startswith("npm:"):
            name, version = split_spec(version.removeprefix("npm:"))
        elif not exact(version):  # an address: that of a registry contains the name
            name = registry_name(version) or name
        if "node_modules/" in name:  # a path, as in later versions: some tools mix the two
            name = _folder_name(name)
        yield name, exact(version)
        yield from _dependencies(mapping(entry.get("dependencies")), depth + 1)


def _is_link(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("link") is True


def _folder_name(path: str) -> str:
    """The name after the last ``node_modules`` of a path; for a workspace, its last folder."""
    _, inside, tail = f"/{path}".rpartition("/node_modules/")
    return tail if inside else path.rpartition("/")[2]


CATALOGER = Cataloger(
    name="npm_lock",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(names=("package-lock.json", "npm-shrinkwrap.json")), read),),
    limits="Which packages are for development only.",
)
