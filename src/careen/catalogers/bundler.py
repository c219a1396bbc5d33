"""Ruby gems in ``Gemfile.lock`` or ``gems.locked``.

Shape: sections GEM, GIT, PATH and PLUGIN SOURCE, each with ``specs:``; below it, indented by four blanks, ``name (version)``
of each gem, and further in its dependencies. A platform after the version (``1.13.0-x86_64-linux``) is not part of it.
Lock files inside installed gems are left out.
Raises: ValueError if a file that is not empty has no section.
**Source:** Bundler, Bundler::LockfileParser.
"""

from collections.abc import Iterator

from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

SECTION = pattern(r"[A-Z][A-Z _-]{1,30}")
SOURCES = frozenset(("GEM", "GIT", "PATH", "PLUGIN SOURCE"))
ENTRY = pattern(r" {4}([A-Za-z0-9_][A-Za-z0-9_.-]{0,200}) \(([0-9][0-9A-Za-z.]{0,100})(?:-[^)]{1,100})?\)")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lines = file.data.decode("utf-8", "replace").splitlines()
    if any(lines) and not any(SECTION.fullmatch(line) for line in lines):
        raise ValueError("not a Gemfile.lock: it has no section")
    yield from declared(CATALOGER.name, "gem", _gems(lines))


def _gems(lines: list[str]) -> Iterator[tuple[str, str]]:
    section = ""
    for line in lines:
        if SECTION.fullmatch(line):
            section = line
        elif section in SOURCES and (found := ENTRY.fullmatch(line)):
            yield found[1], found[2]


CATALOGER = Cataloger(
    name="bundler",
    ecosystem=Ecosystem(purl_type="gem", scheme="gem", namespace="RubyGems"),
    readers=(Reader(Wants(names=("Gemfile.lock", "gems.locked")), read),),
    limits="A Gemfile without a lock file: it names ranges.",
)
