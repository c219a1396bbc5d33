"""The names that advisories use for software that no distribution and no language ecosystem publishes.

Shape: ``software_map/*.toml``, one file for each group, of ``[[software]]``:

    name      for people
    osv       ["Ecosystem:name"], its identities in OSV and in its maker's own advisories, the best first
    cpe       ["vendor:product"] in the CPE dictionary, first its current name, then others; a third part is an edition
              that is sold apart ("gitlab:gitlab:enterprise")
    packages  its rpm and deb packages, by its maker and by those who rebuild it; ``*``, ``?`` and ``[...]`` as in
              a shell, ``.`` and ``-`` as they are
    conda     its conda packages, of any channel
    maven     artifacts of Maven that contain the program itself, and that other programs do not use as a library
    sources   its source packages in Debian, by which knowledge bases of code name it
    archives  names of its source archives and repositories that are neither its name nor one of these
    parts     packages of the same build that do not contain the program itself
    other     names that match the patterns above but are something else
    built_by  an expression that maker, version or release must match, if the name alone is not enough
    scheme    the order of its versions

Of several patterns that match, the one with the most characters of its own counts.
Raises: nothing; the map is checked by its tests.
**Source:** the makers' own repositories; NVD's CPE dictionary; OSV, "Defined Ecosystems"; CPE 2.3 (NISTIR 7695, 6.2).
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from msgspec import Struct

from careen.formats.data.rule_files import tables
from careen.safety.pattern import pattern

CPE_NAMESPACE = "cpe"

_SCALA = pattern(r"_2\.1\d$|_3$")  # the version of Scala that an archive is built for
_PLAIN = pattern(r"[\dA-Za-z.+-]+")
_WILD = pattern(r"\[[^\]]*\]|[*?]")
_SEPARATOR = pattern(r"(?<!\\):")
_UPSTREAM = pattern(
    r"[vV]?(?P<numbers>\d+(?:\.\d+)*)"
    r"(?P<suffix>(?:[~.-]?(?:alpha|beta|rc|pre|dev)[.-]?\d*|p\d+|_\d+|z*[a-z](?![a-z0-9]))?)"
)


class Software(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    osv: tuple[str, ...] = ()
    cpe: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    maven: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    built_by: str = ""
    scheme: str = "upstream"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Namespace and name under which advisories about it are found."""
        identities = tuple((ecosystem, name) for ecosystem, _, name in (text.partition(":") for text in self.osv))
        return (*identities, *((CPE_NAMESPACE, name) for name in self.cpe))


class _Map(Struct, frozen=True, forbid_unknown_fields=True):
    software: tuple[Software, ...]


@cache
def software() -> tuple[Software, ...]:
    folder = Path(__file__).parent / "software_map"
    return tuple(entry for table in tables(folder, _Map) for entry in table.software)


@cache
def known_cpes() -> frozenset[str]:
    """``vendor:product``, or ``vendor:product:edition``, of each CPE product in the map of software. The database keeps NVD's
    ranges of these products only.
    """
    return frozenset(name for entry in software() for name in entry.cpe)


@cache
def _by_cpe() -> dict[str, Software]:
    found: dict[str, Software] = {}
    for entry in software():
        for place, name in enumerate(entry.cpe):
            if place == 0:
                found[name] = entry
            else:
                found.setdefault(name, entry)
    return found


def software_of_cpe(cpe: str) -> Software | None:
    """The software of a CPE 2.3 name; None if the text is not one. A product that the map lacks becomes software with
    a name only."""
    parts = _SEPARATOR.split(cpe)
    if len(parts) < 6 or parts[:3] != ["cpe", "2.3", "a"] or "*" in parts[3:5]:
        return None
    name = f"{parts[3]}:{parts[4]}"
    return _by_cpe().get(name) or Software(parts[4], cpe=(name,))


@cache
def _by_conda_name() -> dict[str, Software]:
    return {name: entry for entry in software() for name in entry.conda}


def software_of_conda(name: str) -> Software | None:
    return _by_conda_name().get(name)


@cache
def _by_artifact() -> dict[str, Software]:
    return {name: entry for entry in software() for name in entry.maven}


def software_of_artifact(name: str) -> Software | None:
    """The program in an artifact of Maven: ``org.apache.tomcat:tomcat-catalina`` is Tomcat."""
    return _by_artifact().get(name)


@cache
def _by_source() -> dict[str, Software]:
    return {name: entry for entry in software() for name in entry.sources}


def software_of_source(name: str) -> Software | None:
    """The software of a Debian source package, whoever built it: by ``sources``, else by its packages of the same name."""
    if found := _by_source().get(name):
        return found
    package = software_of_package(name, "")
    return package[0] if package else software_of_conda(name)


@cache
def _by_archive() -> dict[str, Software]:
    """The software by whole names in lower case: its own, those of its archives, and of packages that contain the program. A
    kind of name that two programs share names neither, and a name of a better kind counts first. Products of the CPE
    dictionary are not among them: Percona's is called "server".
    """
    known: dict[str, Software] = {}
    for names_of in (
        lambda entry: ("-".join(entry.name.split()), *entry.archives),
        lambda entry: entry.sources,
        lambda entry: (name for name in entry.packages if not _WILD.search(name)),
        lambda entry: entry.conda,
    ):
        named: dict[str, list[Software]] = {}
        for entry in software():
            for name in {name.lower() for name in names_of(entry)}:
                named.setdefault(name, []).append(entry)
        known = {name: entries[0] for name, entries in named.items() if len(entries) == 1} | known
    return known


def software_of_archive(name: str) -> Software | None:
    """The software in a source archive or repository with this name, without its version: ``apache-tomcat``, ``php-src``."""
    return _by_archive().get(name.lower())


def cpe_of_archive(name: str, version: str) -> str | None:
    """The CPE 2.3 name of the software in a source archive; None if the map lacks it, or if the version has other signs
    than those of plain versions."""
    return _cpe(software_of_archive(_SCALA.sub("", name)), version)


def cpe_of_artifact(name: str, version: str) -> str | None:
    return _cpe(software_of_artifact(name), version)


def _cpe(found: Software | None, version: str) -> str | None:
    if found is None or not found.cpe or not _PLAIN.fullmatch(version):
        return None
    return f"cpe:2.3:a:{found.cpe[0]}:{version}:*:*:*:*:*:*:*"


def version_of_cpe(cpe: str) -> str:
    """The version of a CPE 2.3 name with its update, "" without one."""
    parts = _SEPARATOR.split(cpe)
    return joined(unquoted(parts[5]), unquoted(parts[6])) if len(parts) > 6 else ""


def joined(version: str, update: str) -> str:
    """Version and update as people write them: ``9.6`` and ``p1``, ``1.8.0`` and ``update392`` (``1.8.0_392``)."""
    if version in ("*", "-"):
        return ""
    if update in ("*", "-", ""):
        return version
    number = re.fullmatch(r"update_?(\d+)", update)
    return f"{version}_{number[1]}" if number else f"{version}-{update}" if update[0].isdigit() else f"{version}{update}"


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@cache
def software_of_package(name: str, built: str) -> tuple[Software, bool] | None:
    """The software of a third party's package, and whether the package is only a part of it, without the program;
    None if unknown.

    ``built`` is the evidence of who built it: maker, version and release.
    """
    best: tuple[int, Software, bool] | None = None
    for beginning, weight, shape, is_part, software in _patterns():
        if not name.startswith(beginning) or (best is not None and best[0] >= weight) or not _fits(shape, name):
            continue
        if any(_fits(other, name) for other in software.other):
            continue
        if software.built_by and not re.search(software.built_by, built, re.IGNORECASE):
            continue
        best = (weight, software, is_part)
    return best[1:] if best else None


def upstream_version(type: str, version: str) -> str:
    """The maker's version within a package's version: without epoch, release and suffixes of a repository.

    ``5:24.0.7-1~debian.12~bookworm`` is 24.0.7, ``1:10.11.6+maria~deb12`` 10.11.6, ``16~beta1-1.pgdg120+1`` 16beta1.
    """
    plain = version.partition(":")[2] or version if version[:1].isdigit() else version
    if type in ("deb", "rpm"):
        plain = plain.rpartition("-")[0] or plain
    found = _UPSTREAM.match(plain)
    return found["numbers"] + found["suffix"].lstrip("~.-") if found else plain


@cache
def _patterns() -> tuple[tuple[str, int, str, bool, Software], ...]:
    """Each pattern with its beginning before the first wild card, which most names do not have, and its weight: a whole name
    weighs more than any pattern, and a pattern with more characters of its own more than another."""

    def weighed() -> Iterator[tuple[str, int, str, bool, Software]]:
        for entry in software():
            for is_part, patterns in ((False, entry.packages), (True, entry.parts)):
                for shape in patterns:
                    plain = _WILD.sub("", shape)
                    beginning = _WILD.split(shape, maxsplit=1)[0]
                    yield beginning, len(plain) + (1000 if plain == shape else 0), shape, is_part, entry

    return tuple(weighed())


def _fits(pattern: str, name: str) -> bool:
    return pattern == name if _WILD.search(pattern) is None else fnmatchcase(name, pattern)
