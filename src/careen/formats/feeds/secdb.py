"""A security database of apk packages: which version of an origin package fixes which vulnerabilities.

Shape: ``{packages: [{pkg: {name, secfixes: {version: [ids]}}}]}``. One string may contain several ids of one fix
("CVE-2019-1563 XSA-1"); an id may be listed under several versions. Version ``0`` means that the package never was
vulnerable. Vulnerabilities without a fix are not listed.
Of several fixed versions of one release line the highest counts: the first fix was incomplete. Versions of several lines
(2.2.10 and 2.4.2) are a fix and its backport, if the feed keeps those of older releases of the distribution (``by_line``).
Raises: ValueError.  **Source:** aports, secfixes in APKBUILD files; secdb.alpinelinux.org.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.model.advisory import Advisory, PassedOver, Range
from careen.safety.typed import from_json

from .each import read_each

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*\d[A-Za-z0-9_.:-]*")
_NUMBERS = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})*")
_VERSION = re.compile(r"""["']?([0-9][^\s"'()]*)""")


class _Package(Struct, gc=False):
    name: str
    secfixes: dict[str, list[str | None] | None] | None = None


class _Entry(Struct, gc=False):
    pkg: _Package


class _File(Struct, gc=False):
    packages: list[Raw]


def fixes(
    file: Path, limit_bytes: int, source: str, namespace: str, url: str, *, by_line: bool = False
) -> Iterator[Advisory | PassedOver]:
    """Yields the advisories of a file. ``url`` is the address of a vulnerability's page, with {id} in it.

    ``by_line``: versions of several release lines are a fix and its backports.
    """

    def advisories(entry: Raw) -> Iterator[Advisory]:
        package = from_json(entry, _Entry).pkg
        for ids, versions in _versions_by_issue(package).items():
            if fixed := [version for version in dict.fromkeys(versions) if version != "0"]:
                yield Advisory(
                    id=ids[0],
                    source=source,
                    namespace=namespace,
                    package=package.name,
                    ranges=tuple(_ranges(fixed) if by_line else (Range(None, version) for version in fixed)),
                    aliases=ids[1:],
                    url=url.replace("{id}", ids[0]),
                )

    yield from read_each(read_json(file, _File, limit_bytes).packages, advisories)


def _ranges(fixed: list[str]) -> Iterator[Range]:
    """A range for each fixed version, from the end of the release line before its own: 2.3 is not fixed by 2.2.10."""
    lines = [_line(version) for version in fixed]
    if len({len(line) for line in lines}) > 1 or not all(lines):
        yield from (Range(None, version) for version in fixed)
        return
    ordered = sorted(set(lines))
    starts = {ordered[0]: None} | {line: _after(before) for before, line in pairwise(ordered)}
    for line, version in sorted(zip(lines, fixed, strict=True)):
        yield Range(starts[line], version)


def _after(line: tuple[int, ...]) -> str:
    """The first pre-release of the release line after ``line``."""
    return f"{'.'.join(map(str, (*line[:-1], line[-1] + 1)))}_alpha"


def _line(version: str) -> tuple[int, ...]:
    """The release line of a version: all its numbers but the last; () if that is less than two."""
    found = _NUMBERS.match(version)
    numbers = tuple(map(int, found[0].split("."))) if found else ()
    return numbers[:-1] if len(numbers) > 2 else ()


def _versions_by_issue(package: _Package) -> dict[tuple[str, ...], list[str]]:
    """The fixed versions by the ids of a vulnerability."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for version, texts in (package.secfixes or {}).items():
        if match := _VERSION.match(version.strip()):
            for text in texts or ():
                for ids in _issues(text or ""):
                    found[ids].append(match[1])
    return found


def _issues(text: str) -> list[tuple[str, ...]]:
    """A tuple of ids for each vulnerability in the text: several CVEs are several vulnerabilities, other ids are
    aliases of a single CVE."""
    ids = list(dict.fromkeys(match[0].rstrip(".:") for match in _ID.finditer(text)))
    cves = [id for id in ids if id.startswith("CVE-")]
    if len(cves) > 1:
        return [(cve,) for cve in cves]
    return [tuple(cves + [id for id in ids if id not in cves])] if ids else []
