"""Writes the source packages of Debian's binary packages, for Dockerfiles, which name binary packages alone.

    CAREEN_CACHE_DIR=.cache/careen python benchmarks/sources/make_data.py Sources…

The arguments are lists of source packages of some releases, as apt keeps them (``apt-get indextargets``), the newest release
last. Only sources with an advisory of Debian or Ubuntu in the database are kept.
"""

import os
import subprocess
import sys
import zlib
from collections import defaultdict
from pathlib import Path

from careen.database.knowledge import database_path
from careen.database.read import open_database
from careen.predict.source_names import DATA, template_of, with_numbers

# What Ubuntu has and Debian has not.  **Source:** packages.ubuntu.com, mysql-5.7 and mysql-8.0.
OF_UBUNTU = [
    (f"mysql-{part}-{release}", f"mysql-{release}")
    for part in ("server", "client", "server-core", "client-core", "source", "testsuite")
    for release in ("5.7", "8.0")
] + [("libmysqlclient20", "mysql-5.7"), ("libmysqlclient21", "mysql-8.0")]
APT_HELPER = "/usr/lib/apt/apt-helper"


def main() -> None:
    wanted = _with_advisories(database_path(Path(os.environ["CAREEN_CACHE_DIR"])))
    built: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)  # binaries with their sources, by template
    for listed in (OF_UBUNTU, *map(_built, sys.argv[1:])):
        for binary, source in listed:
            if source in wanted or template_of(source) in wanted:
                built[template_of(binary)].add((binary, source))
    binaries: defaultdict[str, list[str]] = defaultdict(list)
    for template, pairs in sorted(built.items()):
        if (source := _common(template, pairs)) is not None:
            binaries[source].append(_key(template, pairs, source))
        else:
            for binary, source in _unambiguous(pairs):
                binaries[source].append(binary)
    text = "\n".join(f"{source} {' '.join(names)}" for source, names in sorted(binaries.items()))
    DATA.write_bytes(zlib.compress(text.encode(), 9))
    print(f"{len(binaries):,} sources, {sum(map(len, binaries.values())):,} binaries, {DATA.stat().st_size:,} bytes")


def _common(template: str, pairs: set[tuple[str, str]]) -> str | None:
    """The source of all these binary packages: its template if their numbers are its numbers, else its name if it is the same
    for all; None if it is neither, or if each has its own name.
    """
    if all(binary == source for binary, source in pairs):
        return None
    names = {source for _, source in pairs}
    if len(names) == 1:
        return min(names)
    templates = {template_of(name) for name in names}
    fits = len(templates) == 1 and all(with_numbers(min(templates), binary) == source for binary, source in pairs)
    return min(templates) if fits else None


def _unambiguous(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The binary packages that are of one source in all lists, and have another name."""
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for binary, source in pairs:
        sources[binary].add(source)
    return [(binary, min(found)) for binary, found in sorted(sources.items()) if len(found) == 1 and binary not in found]


def _key(template: str, pairs: set[tuple[str, str]], source: str) -> str:
    """The template of the binary packages, or the name if there is only one and other numbers may be of another source:
    ``libmysqlclient24`` of ``mysql-8.4``.
    """
    names = {binary for binary, _ in pairs}
    alone = len(names) == 1 and "#" in template and any(letter.isdigit() for letter in source)
    return min(names) if alone else template


def _with_advisories(path: Path) -> set[str]:
    """The source packages that advisories name, and their templates."""
    found: set[str] = set()
    with open_database(path) as database:
        for namespace in database.spaces("advisory"):
            if namespace.startswith(("debian:", "ubuntu:")):
                for packed in database.in_order("advisory", namespace, lambda feed: True):
                    found |= {advisory.package for advisory in database.statements("advisory", namespace, packed)[1]}
    return found | {template_of(name) for name in found}


def _built(path: str) -> list[tuple[str, str]]:
    text = subprocess.run([APT_HELPER, "cat-file", path], check=True, stdout=subprocess.PIPE).stdout.decode()
    found = []
    for paragraph in text.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in paragraph.splitlines():
            if line[:1] not in (" ", "\t"):
                name, _, value = line.partition(":")
                fields[name] = value
            elif name == "Binary":
                fields[name] += line
        source = fields.get("Package", "").strip()
        found += [(binary.strip(), source) for binary in fields.get("Binary", "").split(",") if binary.strip()]
    return found


if __name__ == "__main__":
    main()
