"""Python packages in a lock file: ``poetry.lock``, ``pdm.lock``, ``uv.lock``, ``Pipfile.lock`` or ``pylock.toml``.

A ``pylock.toml`` may have a name of its own (``pylock.dev.toml``).
All groups are listed, also development, except ``develop`` of ``Pipfile.lock``, which Pipenv installs only on request. The
project itself is listed if the lock file has it (uv). A package from an address or a folder may have no version.
Raises: ValueError if a file is not one of these.
**Source:** Poetry, PDM and uv, lock files; pylock.toml specification (PEP 751); Pipenv, Pipfile.lock.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import json_object, mapping, sequence, text, toml_object
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_BYTES = 8 << 20
NAMED = pattern(r"pylock\.[^.]{1,100}\.toml")


class NamedLock:
    """Collects a ``pylock.<name>.toml``; the criteria of a reader cannot express such a name."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def feed(self, chunk: bytes) -> None:
        if len(self.kept) + len(chunk) > MAX_BYTES:
            raise ValueError(f"over {MAX_BYTES >> 20} MiB")
        self.kept += chunk

    def facts(self) -> Iterator[Package]:
        return _from_toml(bytes(self.kept))


def read_toml(file: File) -> Iterator[Package]:
    if not within_package(file.path):
        yield from _from_toml(file.data)


def read_named(file: File) -> NamedLock | None:
    named = NAMED.fullmatch(file.path.rpartition("/")[2])
    return NamedLock() if named and not within_package(file.path) else None


def _from_toml(data: bytes) -> Iterator[Package]:
    lock = toml_object(data)
    entries = [mapping(entry) for key in ("package", "packages") for entry in sequence(lock.get(key))]
    yield from declared(CATALOGER.name, "pypi", ((entry.get("name"), entry.get("version")) for entry in entries))


def read_pipfile(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lock = json_object(file.data)
    yield from declared(CATALOGER.name, "pypi", _pipfile(lock))


def _pipfile(lock: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and version of each package. Sections are categories of packages; a package without a version is at an
    address or a path."""
    for section, entries in lock.items():
        if section in ("_meta", "develop"):
            continue
        for name, entry in mapping(entries).items():
            entry = mapping(entry)
            if "path" not in entry:
                yield name, text(entry.get("version")).lstrip("=").strip()


CATALOGER = Cataloger(
    name="python_lock",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(
        Reader(Wants(names=("poetry.lock", "pdm.lock", "uv.lock", "pylock.toml")), read_toml),
        Reader(Wants(suffixes=(".toml",), amount="stream"), read_named),
        Reader(Wants(names=("Pipfile.lock",)), read_pipfile),
    ),
    limits="Which packages are for development only.",
)
