"""Finds the package that contains another one as a copy: OpenSSL in the wheel of cryptography, jQuery in Werkzeug.

A copy cannot be upgraded by its name: only a newer release of its owner contains a newer copy. An owner is recognised by
the location of the copy: a folder of the owner's name beside the owner's own record (also auditwheel's ``NAME.libs``), its
folder in ``node_modules``, the folder of a .NET SDK or shared framework, or the program of its name that both are part of.
**Source:** PEP 376 and PEP 427 (dist-info), PEP 503 (names); auditwheel (``.libs``); Node.js, "Modules"; .NET, "install
location".
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from posixpath import basename

from careen.model.package import Package
from careen.safety.pattern import pattern

_INFO = pattern(r"(?P<site>(?:.*/)?)[^/]+\.(?:dist|egg)-info(?:/[^/]+)?")
_MODULE = pattern(r"(?P<folder>.*/?node_modules/(?:@[^/]+/)?[^/]+)/")  # greedy, so that the innermost folder matches
_DOTNET = pattern(r"(?P<folder>(?:.*/)?(?:sdk|shared/(?P<framework>[^/]+))/[0-9][^/]*)/")
_MAX_DEPTH = 32  # folders of a path in which an owner is looked for
_RUNS = pattern(r"[-_.]+")


class Bundles:
    def __init__(self, packages: Iterable[Package]) -> None:
        self._by_folder: dict[str, Package] = {}
        self._sites: set[str] = set()  # folders that have records of Python packages
        self._by_program: defaultdict[str, list[Package]] = defaultdict(list)
        for package in packages:
            for place in package.evidence:
                self._add(package, place.path)

    def owner_at(self, package: Package, path: str) -> str:
        """The name of the package that contains the copy at this path; "" if there is none, or if several programs
        at the path may contain it.
        """
        for folder in self._folders(path):
            owner = self._by_folder.get(folder)
            if owner is not None:
                return "" if owner.name == package.name else owner.name
        programs = self._by_program.get(path, []) if package.type == "generic" else []
        return programs[0].name if len(programs) == 1 and programs[0].name != package.name else ""

    def owners_of(self, package: Package) -> set[str]:
        """The names of the packages that contain copies of this one."""
        return {self.owner_at(package, place.path) for place in package.evidence} - {""}

    def _add(self, package: Package, path: str) -> None:
        if package.type == "pypi" and (found := _INFO.fullmatch(path)):
            self._sites.add(found["site"])
            self._by_folder.setdefault(found["site"] + _normal(package.name), package)
        elif package.type == "npm" and (found := _MODULE.match(path)) and path == f"{found['folder']}/package.json":
            self._by_folder.setdefault(found["folder"], package)
        elif (dotnet := _DOTNET.match(path)) and package.name.startswith(f"{dotnet['framework']}.Runtime."):
            self._by_folder.setdefault(dotnet["folder"], package)
        elif dotnet and package.name == "dotnet-sdk":
            self._by_folder.setdefault(dotnet["folder"], package)
        elif package.type == "generic" and package.name == basename(path):
            self._by_program[path].append(package)

    def _folders(self, path: str) -> Iterator[str]:
        if found := _MODULE.match(path):
            yield found["folder"]
        if found := _DOTNET.match(path):
            yield found["folder"]
        if _INFO.fullmatch(path):
            return
        site = ""
        for folder in path.split("/")[:_MAX_DEPTH][:-1]:
            if site in self._sites:
                yield site + _normal(folder.removesuffix(".libs"))
            site += f"{folder}/"


def _normal(name: str) -> str:
    """A name of PyPI, as PEP 503 normalises it."""
    return _RUNS.sub("-", name).lower()
