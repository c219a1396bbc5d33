"""apt's list of archives, from which an image's Debian packages come.

Shape: lines ``deb [options] URI suite component…`` in ``sources.list`` and ``*.list``, paragraphs with ``Types``, ``URIs``
and ``Suites`` in ``*.sources``. Only web addresses count; entries with ``Enabled: no`` and comments do not.
Raises: ValueError.  **Source:** apt's sources.list(5).
"""

import re
from collections.abc import Iterator, Sequence

from careen.formats.packages.deb822 import paragraphs
from careen.model.delta import Fact
from careen.model.inventory import PackageArchive
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = "apt_sources"
MAX_ARCHIVES = 100
_LINE = pattern(r"deb(?:-src)?[ \t]+(?:\[[^\]]{0,1000}\][ \t]+)?(\S+)[ \t]+(\S+)")
_ADDRESS = pattern(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.+~%/-]*)?", re.ASCII)


def read(file: File) -> Iterator[PackageArchive]:
    text = file.data.decode("utf-8", "replace")
    stated = _in_paragraphs(text) if file.path.endswith(".sources") else _in_lines(text)
    found: dict[str, list[str]] = {}
    for address, suite in stated:
        if len(address) < 500 and len(suite) < 100 and _ADDRESS.fullmatch(address):
            found.setdefault(address.rstrip("/"), []).append(suite)
        if len(found) > MAX_ARCHIVES:
            raise ValueError(f"more than {MAX_ARCHIVES} archives")
    for address, suites in found.items():
        yield PackageArchive(address, tuple(dict.fromkeys(suites)))


def join(facts: Sequence[Fact]) -> Iterator[PackageArchive]:
    yield from dict.fromkeys(fact.value for fact in facts)


def _in_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if match := _LINE.match(line.partition("#")[0].strip()):
            yield match[1], match[2]


def _in_paragraphs(text: str) -> Iterator[tuple[str, str]]:
    for entry in paragraphs(text, ("uris", "suites", "enabled")):
        if entry.get("enabled", "yes").lower() not in ("no", "false", "0"):
            for address in entry.get("uris", "").split()[:MAX_ARCHIVES]:
                yield from ((address, suite) for suite in entry.get("suites", "").split()[:MAX_ARCHIVES])


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(
            Wants(
                paths=("etc/apt/sources.list",), folders=("etc/apt/sources.list.d/*.list", "etc/apt/sources.list.d/*.sources")
            ),
            read,
        ),
    ),
    fact=PackageArchive,
    role="archives",
    join=join,
    limits="It finds no packages: --archive image looks in the archives that it names.",
)
